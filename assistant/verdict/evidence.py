"""`catalog/rules/verdict.yaml` and `baselines.yaml` → what counts for and against each verdict."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.checks.reading import (
    FOLDER,
    FactId,
    RuleId,
    Source,
    Words,
    fault,
    invalid,
    load_yaml,
)
from assistant.checks.wording import placeholders
from assistant.errors import AssistantError
from assistant.facts import Catalogue, Condition, facts_in, load_catalogue, parse_condition

VerdictName = Literal["analytics", "rules_first", "buy", "llm", "ml", "not_yet"]
VERDICT_NAMES: tuple[VerdictName, ...] = get_args(VerdictName)
FILE, BASELINES_FILE = "verdict.yaml", "baselines.yaml"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that counts when `when` holds; `counts` has a weight for each verdict, or none.

    `fact` is the answer that it is about. A veto counts for `not_yet` against everything.
    """

    id: str
    fact: str
    when: Condition
    counts: Mapping[VerdictName, int]
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that needs no condition, with the fact it is about."""

    fact: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the verdicts: its name for people, what it says, what can be held against it."""

    label: str
    says: str
    doubt: Remark


@dataclass(frozen=True, slots=True)
class Baseline:
    """A first baseline for these verdicts where `when` holds; no verdicts means any."""

    text: str
    source: str
    verdicts: tuple[VerdictName, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """All that `decide` needs: `outcomes` stand in the order of what the verdicts cost.

    At least `answers` of `decisive` must be known, and a verdict needs `least_support` points;
    where either is lacking, `undecided` is the reason.
    """

    outcomes: Mapping[VerdictName, Outcome]
    answers: int
    decisive: tuple[str, ...]
    decisive_source: str
    least_support: int
    undecided: Remark
    vetoes: tuple[Evidence, ...]
    evidence: tuple[Evidence, ...]
    baselines: tuple[Baseline, ...]

    @property
    def facts(self) -> frozenset[str]:
        """Every fact that a verdict may hang on."""
        looked_at = (facts_in(one.when) for one in (*self.vetoes, *self.evidence))
        return frozenset(self.decisive).union(*looked_at)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Remark(_Strict):
    fact: FactId
    text: Words
    source: Source


class _Verdict(_Strict):
    id: VerdictName
    label: Words
    says: Words
    doubt: _Remark


class _Minimum(_Strict):
    answers: int = Field(ge=1)
    of: list[FactId] = Field(min_length=1)
    source: Source


class _Veto(_Strict):
    id: RuleId
    fact: FactId
    when: dict[str, Any]
    text: Words
    source: Source


class _Evidence(_Veto):
    counts: dict[VerdictName, int] = Field(alias="for", min_length=1)


class _File(_Strict):
    verdicts: list[_Verdict]
    minimum: _Minimum
    least_support: int = Field(ge=1)
    undecided: _Remark
    vetoes: list[_Veto]
    evidence: list[_Evidence]


class _Baseline(_Strict):
    verdict: list[VerdictName] = []
    when: dict[str, Any] | None = None
    text: Words
    source: Source


@functools.cache
def load_verdict_rules() -> VerdictRules:
    """Read the shipped evidence once; raise DataInvalid that names the file and the entry."""
    return read_verdict_rules(FOLDER, load_catalogue())


def read_verdict_rules(folder: Path, catalogue: Catalogue) -> VerdictRules:
    """Read both files of a folder; raise DataInvalid on the first fault."""
    try:
        read = _File.model_validate(load_yaml(folder / FILE))
    except ValidationError as error:
        raise fault(FILE, error) from error
    outcomes = {one.id: Outcome(one.label, one.says, _remark(one.doubt)) for one in read.verdicts}
    if set(outcomes) != set(VERDICT_NAMES) or len(read.verdicts) != len(outcomes):
        raise invalid(f"{FILE}: verdicts", f"are not each of {', '.join(VERDICT_NAMES)} once")
    names = [one.id for one in (*read.vetoes, *read.evidence)]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise invalid(f"{FILE}: {min(repeated)}", "stands there twice")
    remarks = [read.undecided, *(one.doubt for one in read.verdicts)]
    for key in [*read.minimum.of, *(one.fact for one in remarks)]:
        _known(FILE, key, catalogue)
    return VerdictRules(
        outcomes=outcomes,
        answers=read.minimum.answers,
        decisive=tuple(read.minimum.of),
        decisive_source=read.minimum.source,
        least_support=read.least_support,
        undecided=_remark(read.undecided),
        vetoes=tuple(_evidence(one, {}, catalogue) for one in read.vetoes),
        evidence=tuple(_evidence(one, one.counts, catalogue) for one in read.evidence),
        baselines=_baselines(folder / BASELINES_FILE, catalogue),
    )


def _evidence(entry: _Veto, counts: Mapping[VerdictName, int], catalogue: Catalogue) -> Evidence:
    place = f"{FILE}: {entry.id}"
    when = _condition(place, entry.when, catalogue)
    for key in placeholders(entry.text):
        _known(place, key, catalogue)
    if entry.fact not in facts_in(when):
        raise invalid(f"{place}: fact", f"{entry.fact} is not in its condition")
    return Evidence(entry.id, entry.fact, when, dict(counts), entry.text, entry.source)


def _remark(entry: _Remark) -> Remark:
    return Remark(entry.fact, entry.text, entry.source)


def _baselines(path: Path, catalogue: Catalogue) -> tuple[Baseline, ...]:
    try:
        entries = TypeAdapter(list[_Baseline]).validate_python(load_yaml(path))
    except ValidationError as error:
        raise fault(path.name, error) from error
    if not entries or entries[-1].verdict or entries[-1].when:
        raise invalid(path.name, "must end with an entry for everything else")
    return tuple(
        Baseline(
            entry.text,
            entry.source,
            tuple(entry.verdict),
            None if entry.when is None else _condition(path.name, entry.when, catalogue),
        )
        for entry in entries
    )


def _condition(place: str, data: dict[str, Any], catalogue: Catalogue) -> Condition:
    try:
        return parse_condition(data, catalogue)
    except AssistantError as error:
        raise invalid(place, error.problem.rstrip(".")) from error


def _known(place: str, key: str, catalogue: Catalogue) -> None:
    if key not in catalogue:
        raise invalid(place, f"there is no fact {key}")
