"""`catalog/interview/suggestions.yaml` + facts → the answer that a project's other facts imply."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from assistant.errors import AssistantError, DataInvalid
from assistant.facts import (
    Catalogue,
    Condition,
    Data,
    Fact,
    ProjectFacts,
    Value,
    facts_in,
    holds,
    parse_condition,
    parse_value,
    show_value,
    to_data,
)

FILE = Path(__file__).parents[1] / "catalog" / "interview" / "suggestions.yaml"
# The names of suggestions that no rule of the file makes.
STORED, USUAL = "stored", "usual"
Words = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer to accept or not: its value, as it is shown, and because of what.

    `why` is the "article#heading" that supports it, or empty. `rule` names the entry of the file,
    or is `stored` for an assumption that waits to be confirmed and `usual` for a default.
    """

    value: Value
    text: str
    because: str
    why: str
    rule: str

    @property
    def data(self) -> Data:
        """The value as it is answered with when it is accepted."""
        return to_data(self.value)


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the file: a value, or the fact that has it, and when it is suggested."""

    id: str
    fact: str
    because: str
    why: str
    when: Condition | None
    value: Value | None = None
    value_from: str | None = None

    @property
    def sources(self) -> frozenset[str]:
        """The facts that it is drawn from."""
        looked_at = facts_in(self.when) if self.when else frozenset()
        return looked_at | ({self.value_from} if self.value_from else set())

    def value_for(self, facts: ProjectFacts) -> Value | None:
        """What it suggests for these facts; None when it does not apply."""
        if self.when is not None and not holds(self.when, facts):
            return None
        return self.value if self.value_from is None else facts.value(self.value_from)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Words
    fact: Words
    because: Words
    why: Annotated[str, Field(pattern=r"^[a-z0-9-]+#\w[\w-]*$")]
    when: dict[str, Any] | None = None
    value: str | list[str] | None = None
    value_from: str | None = None

    @model_validator(mode="after")
    def _one_value(self) -> "_Entry":
        if (self.value is None) == (self.value_from is None):
            raise ValueError("needs either `value` or `value_from`")
        if self.value is not None and self.when is None:
            raise ValueError("a `value` needs a `when`")
        return self


def suggest(catalogue: Catalogue, facts: ProjectFacts, key: str) -> Suggestion | None:
    """The answer that other facts imply, else what is assumed or usual; None without any.

    Facts that are only assumed imply nothing further: one guess must not rest on another.
    """
    implied = implied_by(catalogue, facts, key)
    if implied is not None:
        return implied
    fact, stated = catalogue[key], facts.get(key)
    if stated is not None and stated.value is not None and is_assumed(facts, key):
        because = stated.note or "This is assumed until somebody confirms it."
        return Suggestion(stated.value, show_value(fact, stated.value), because, "", STORED)
    if fact.default is not None:
        because = "This is usual when nothing speaks against it."
        return Suggestion(fact.default, show_value(fact, fact.default), because, "", USUAL)
    return None


def implied_by(catalogue: Catalogue, facts: ProjectFacts, key: str) -> Suggestion | None:
    """What the first rule that applies suggests; None when none does."""
    rules = suggestion_rules(catalogue).get(key, ())
    if not rules:
        return None
    said = _said(facts, frozenset().union(*(rule.sources for rule in rules)))
    for rule in rules:
        value = rule.value_for(said)
        if value is not None:
            text = show_value(catalogue[key], value)
            return Suggestion(value, text, rule.because, rule.why, rule.id)
    return None


def is_assumed(facts: ProjectFacts, key: str) -> bool:
    """Whether a fact has a value that nobody has said or confirmed yet."""
    stated = facts.get(key)
    return stated is not None and stated.status == "known" and stated.origin in ASSUMED


ASSUMED = ("inferred", "default")


def bases(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """For each fact that has suggestions, the facts that these are drawn from."""
    return {
        key: frozenset().union(*(rule.sources for rule in rules))
        for key, rules in suggestion_rules(catalogue).items()
    }


def reasons(catalogue: Catalogue, key: str) -> frozenset[str]:
    """The facts that should be known before a fact is asked, because they may imply its answer.

    Where the answer of another fact is only repeated, neither has to wait.
    """
    rules = suggestion_rules(catalogue).get(key, ())
    looked_at = (facts_in(rule.when) for rule in rules if rule.when is not None)
    return frozenset(catalogue[key].suggest_from).union(*looked_at)


@functools.lru_cache(maxsize=4)
def suggestion_rules(catalogue: Catalogue, file: Path = FILE) -> dict[str, tuple[Rule, ...]]:
    """The rules for each fact, the first that applies counts; raise DataInvalid on a fault."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        entries = TypeAdapter(list[_Entry]).validate_python(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _invalid(file, f"cannot be read ({type(error).__name__})") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _invalid(file, f"{place}: {first['msg']}") from error
    found: dict[str, list[Rule]] = {}
    for entry in entries:
        try:
            # A catalogue may have fewer facts than the shipped one.
            if all(key in catalogue for key in _named(entry)):
                found.setdefault(entry.fact, []).append(_rule(entry, catalogue))
        except AssistantError as error:
            raise _invalid(file, f"{entry.id}: {error.problem.rstrip('.')}") from error
    return {key: tuple(rules) for key, rules in found.items()}


def _named(entry: _Entry) -> set[str]:
    """Every fact that the entry is about or looks at."""
    looked_at = facts_in(parse_condition(entry.when)) if entry.when is not None else frozenset()
    return {entry.fact, *looked_at, *([entry.value_from] if entry.value_from else [])}


def _rule(entry: _Entry, catalogue: Catalogue) -> Rule:
    fact = catalogue[entry.fact]
    if entry.value_from is not None:
        _check_pair(fact, catalogue[entry.value_from])
    return Rule(
        id=entry.id,
        fact=entry.fact,
        because=entry.because,
        why=entry.why,
        when=None if entry.when is None else parse_condition(entry.when, catalogue),
        value=None if entry.value is None else parse_value(fact, entry.value),
        value_from=entry.value_from,
    )


def _check_pair(fact: Fact, other: Fact) -> None:
    if (fact.type, fact.unit, fact.per) != (other.type, other.unit, other.per):
        raise DataInvalid(f"{other.id} is of another type than {fact.id}.", remedy="")


def _said(facts: ProjectFacts, keys: frozenset[str]) -> ProjectFacts:
    assumed = {key for key in keys if is_assumed(facts, key)}
    if not assumed:
        return facts
    rest = [one for one in facts if one.fact_id not in assumed]
    return ProjectFacts(rest, last_event=facts.last_event, catalogue=facts.catalogue)


def _invalid(file: Path, problem: str) -> DataInvalid:
    return DataInvalid(f"{file.name}: {problem}.", remedy="Correct the file.")
