"""`catalog/rules/{contradictions,gaps,risks}.yaml` → Rules, each checked against the catalogue."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.checks.arithmetic import Calculation
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
from assistant.facts import (
    Catalogue,
    Condition,
    FactPhase,
    facts_in,
    load_catalogue,
    parse_condition,
)
from assistant.facts.values import PERIODS

Kind = Literal["contradiction", "gap", "risk"]
Severity = Literal["high", "medium", "low"]
FILES = ("contradictions.yaml", "gaps.yaml", "risks.yaml")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is wrong when `when` (and `calculated`, if there is one) holds.

    `source` is "article#heading"; `ask` is the fact whose answer would settle it. `fires` and
    `silent` are raw answers with which it must find something, and must not.
    """

    id: str
    kind: Kind
    severity: Severity
    phase: FactPhase
    when: Condition
    calculated: Calculation | None
    message: str
    source: str
    ask: str
    fires: Mapping[str, Any]
    silent: Mapping[str, Any]

    @property
    def facts(self) -> frozenset[str]:
        """The facts that the rule looks at."""
        calculated = self.calculated.facts if self.calculated else frozenset()
        return facts_in(self.when) | calculated


class _Calculated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    product: list[FactId] = Field(min_length=1)
    per: str = ""
    above: FactId | float | None = None
    below: FactId | float | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> "_Calculated":
        if (self.above is None) == (self.below is None):
            raise ValueError("needs either `above` or `below`")
        if self.per and self.per not in PERIODS:
            raise ValueError(f"`per` is one of {', '.join(PERIODS)}")
        return self


class _Entry(BaseModel):
    """One rule as it stands in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: RuleId
    kind: Kind
    severity: Severity
    phase: FactPhase
    when: dict[str, Any]
    calculated: _Calculated | None = None
    message: Words
    source: Source
    ask: FactId
    fires: dict[FactId, Any] = Field(min_length=1)
    silent: dict[FactId, Any] = Field(min_length=1)


@functools.cache
def load_rules() -> tuple[Rule, ...]:
    """Read the shipped rules once; raise DataInvalid that names the file and the rule."""
    return read_rules(FOLDER, load_catalogue())


def read_rules(folder: Path, catalogue: Catalogue) -> tuple[Rule, ...]:
    """Read the rules of a folder in the order of FILES; raise DataInvalid on the first fault."""
    rules: dict[str, Rule] = {}
    for name in FILES:
        entries = load_yaml(folder / name)
        if not isinstance(entries, list):
            raise invalid(name, "is not a list of rules")
        for entry in entries:
            rule = _rule(name, entry, catalogue)
            if rule.id in rules:
                raise invalid(f"{name}: {rule.id}", "stands there twice")
            rules[rule.id] = rule
    return tuple(rules.values())


def _rule(name: str, data: Any, catalogue: Catalogue) -> Rule:
    place = f"{name}: {data.get('id') if isinstance(data, dict) else data}"
    try:
        entry = _Entry.model_validate(data)
    except ValidationError as error:
        raise fault(place, error) from error
    try:
        when = parse_condition(entry.when, catalogue)
        shown = placeholders(entry.message) - {"calculated"}
        named = {entry.ask, *shown, *entry.fires, *entry.silent}
        calculated = _calculation(entry.calculated)
        for key in named | (calculated.facts if calculated else set()):
            _ = catalogue[key]
    except AssistantError as error:
        raise invalid(place, error.problem.rstrip(".")) from error
    if ("{calculated}" in entry.message) and calculated is None:
        raise invalid(place, "shows a calculation that it does not make")
    parts = entry.model_dump(exclude={"when", "calculated"})
    return Rule(when=when, calculated=calculated, **parts)


def _calculation(entry: _Calculated | None) -> Calculation | None:
    if entry is None:
        return None
    return Calculation(tuple(entry.product), entry.per, entry.above, entry.below)
