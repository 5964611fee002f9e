"""Findings + facts → may a phase begin? PASS, CONCERNS or FAIL, with what is missing."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.checks.finding import Finding
from assistant.checks.reading import FOLDER, FactId, fault, invalid, load_yaml
from assistant.checks.rules import Severity
from assistant.errors import AssistantError
from assistant.facts import (
    PHASES,
    Catalogue,
    Condition,
    FactPhase,
    ProjectFacts,
    applicable,
    holds,
    load_catalogue,
    parse_condition,
)

GateStatus = Literal["PASS", "CONCERNS", "FAIL"]
FILE = "gates.yaml"


@dataclass(frozen=True, slots=True)
class Need:
    """A fact that must be known before its phase begins, where `when` holds."""

    fact: str
    phase: FactPhase
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a phase may begin, and why not.

    `findings` are those of this phase and earlier ones, the severest first; `missing` the needed
    facts without an answer; `open` those that somebody is to find out.
    """

    phase: FactPhase
    status: GateStatus
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    open: tuple[str, ...]

    def fails(self, level: Severity = "high") -> bool:
        """Whether the gate stays closed for somebody who is as strict as `level`.

        At "high" only FAIL closes it, at "medium" CONCERNS as well, at "low" any finding.
        """
        if self.status == "FAIL":
            return True
        if level == "high":
            return False
        return self.status == "CONCERNS" or (level == "low" and bool(self.findings))


class _Need(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fact: FactId
    when: dict[str, Any] | None = None


@functools.cache
def load_needs() -> tuple[Need, ...]:
    """Read the shipped gates once; raise DataInvalid that names the phase and the fact."""
    return read_needs(FOLDER / FILE, load_catalogue())


def read_needs(path: Path, catalogue: Catalogue) -> tuple[Need, ...]:
    """Read what each phase needs, in the order of phases; raise DataInvalid on the first fault."""
    try:
        phases = TypeAdapter(dict[FactPhase, list[_Need]]).validate_python(load_yaml(path))
    except ValidationError as error:
        raise fault(path.name, error) from error
    needs = [_need(phase, entry, catalogue) for phase in PHASES for entry in phases.get(phase, [])]
    repeated = {need.fact for need in needs if sum(one.fact == need.fact for one in needs) > 1}
    if repeated:
        raise invalid(path.name, f"{min(repeated)} is needed twice")
    return tuple(needs)


def _need(phase: FactPhase, entry: _Need, catalogue: Catalogue) -> Need:
    try:
        _ = catalogue[entry.fact]
        when = None if entry.when is None else parse_condition(entry.when, catalogue)
    except AssistantError as error:
        raise invalid(f"{FILE}: {phase}: {entry.fact}", error.problem.rstrip(".")) from error
    return Need(entry.fact, phase, when)


def gate(
    phase: FactPhase, findings: Iterable[Finding], facts: ProjectFacts, needs: Sequence[Need]
) -> Gate:
    """Judge whether the phase may begin.

    FAIL: a finding of high severity, of this or an earlier phase, or a needed fact that nobody has
    answered or been asked to find out. CONCERNS: a finding of medium severity, or an answer that
    is still to be found out.
    """
    phases = PHASES[: PHASES.index(phase) + 1]
    mine = tuple(finding for finding in findings if finding.phase in phases)
    needed = [need.fact for need in needs if need.phase in phases and _is_needed(need, facts)]
    missing = tuple(key for key in needed if not _is_answered(key, facts))
    waiting = _waiting(phases, needed, facts)
    severities = {finding.severity for finding in mine}
    status: GateStatus = "PASS"
    if "high" in severities or missing:
        status = "FAIL"
    elif "medium" in severities or waiting:
        status = "CONCERNS"
    return Gate(phase, status, mine, missing, waiting)


def _is_needed(need: Need, facts: ProjectFacts) -> bool:
    wanted = need.when is None or holds(need.when, facts)
    return wanted and applicable(facts.catalogue, facts, need.fact)


def _is_answered(key: str, facts: ProjectFacts) -> bool:
    stated = facts.get(key)
    return stated is not None and (stated.status != "unknown" or bool(stated.owner))


def _waiting(
    phases: Sequence[FactPhase], needed: Sequence[str], facts: ProjectFacts
) -> tuple[str, ...]:
    """Facts that were said to be unknown; those that are needed and have no owner are missing."""
    return tuple(
        one.fact_id
        for one in facts
        if one.status == "unknown"
        and (one.fact_id in needed or facts.catalogue[one.fact_id].phase in phases)
        and (one.owner or one.fact_id not in needed)
    )
