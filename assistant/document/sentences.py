"""`catalog/documents/sentences.yaml` → the Pool: how each stated fact is said."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from assistant.document.kinds import FOLDER, Entry, FactId, PassageId, checked, invalid, read_yaml
from assistant.document.prose import placeholders, small_words
from assistant.errors import DataInvalid
from assistant.facts import Condition, Fact, load_catalogue, parse_condition

Form = Literal["say", "choose", "own", "list", "table"]
# The type of fact that each form is for.
_TYPES: Mapping[Form, tuple[str, ...]] = {
    "choose": ("choice", "yes_no"),
    "own": ("text", "long_text"),
    "list": ("list",),
    "table": ("table",),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to say facts; `texts` has a sentence for each answer of a fact that is chosen."""

    form: Form
    facts: tuple[str, ...]
    text: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    lead: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Every pattern by the facts that it says, in the order of the file."""

    by_fact: Mapping[str, tuple[Pattern, ...]]


class _PatternFile(Entry):
    """One entry of the file; the forms exclude one another."""

    also: tuple[FactId, ...] = ()
    say: str | dict[str | bool, str] = ""
    choose: FactId | None = None
    own: FactId | None = None
    listed: FactId | None = Field(default=None, alias="list")
    table: FactId | None = None
    lead: str = ""
    when: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "_PatternFile":
        named = [self.choose, self.own, self.listed, self.table]
        if sum(one is not None for one in named) > 1:
            raise ValueError("has more than one form")
        if isinstance(self.say, dict) is not (self.choose is not None):
            raise ValueError("`choose` takes a sentence for each answer, and nothing else does")
        return self


@functools.cache
def load_pool(path: Path = FOLDER / "sentences.yaml") -> Pool:
    """Read the patterns once; raise DataInvalid that names the entry."""
    by_fact: dict[str, list[Pattern]] = {}
    for number, data in enumerate(read_yaml(path), start=1):
        place = f"{path.name}: entry {number}"
        pattern = _pattern(checked(_PatternFile, data, place), place)
        for fact in pattern.facts:
            by_fact.setdefault(fact, []).append(pattern)
    return Pool({fact: tuple(found) for fact, found in by_fact.items()})


def _pattern(entry: _PatternFile, place: str) -> Pattern:
    when = parse_condition(entry.when, load_catalogue()) if entry.when else None
    forms: dict[Form, str | None] = {
        "choose": entry.choose, "own": entry.own, "list": entry.listed, "table": entry.table,
    }  # fmt: skip
    form: Form = next((name for name, fact in forms.items() if fact), "say")
    named = forms.get(form)
    text = entry.say if isinstance(entry.say, str) else ""
    facts = (named,) if named else (*placeholders(text), *entry.also)
    if not facts or (form == "list" and placeholders(text) != facts):
        raise invalid(place, "says no fact")
    texts = _answers(entry.say) if isinstance(entry.say, dict) else {}
    pattern = Pattern(form, facts, text, texts, entry.lead, when)
    _check(pattern, place)
    return pattern


def _answers(say: Mapping[str | bool, str]) -> dict[str, str]:
    # YAML reads a bare `yes` or `true` as a truth value.
    names = {True: "yes", False: "no"}
    return {names.get(key, str(key)) if isinstance(key, bool) else key: say[key] for key in say}


def _check(pattern: Pattern, place: str) -> None:
    catalogue = load_catalogue()
    for key in pattern.facts:
        if key not in catalogue:
            raise invalid(place, f"there is no fact {key}")
        fact = catalogue[key]
        wanted = _TYPES.get(pattern.form)
        if wanted and fact.type not in wanted:
            raise invalid(place, f"{key} is a {fact.type}")
        if pattern.form == "choose" and set(pattern.texts) != _choices(fact):
            raise invalid(place, f"{key} has other answers")


def _choices(fact: Fact) -> set[str]:
    return {"yes", "no"} if fact.type == "yes_no" else {one.value for one in fact.options}


# -- advice and calculations: the two other files beside the sentences


class Advice(Entry):
    """A sentence of a passage that helps to find out `facts`, shown while none is known."""

    facts: tuple[FactId, ...] = Field(min_length=1, alias="for")
    passage: PassageId = Field(alias="from")
    quote: str = Field(min_length=1)
    kinds: tuple[str, ...] = ()

    def fits(self, kind: str) -> bool:
        """Whether it may stand in a document of that kind."""
        return not self.kinds or kind in self.kinds


@functools.cache
def load_advice(path: Path = FOLDER / "advice.yaml") -> tuple[Advice, ...]:
    """Read the advice once; raise DataInvalid that names the entry."""
    found = tuple(
        checked(Advice, data, f"{path.name}: entry {number}")
        for number, data in enumerate(read_yaml(path), start=1)
    )
    catalogue = load_catalogue()
    for one in found:
        for key in one.facts:
            if key not in catalogue:
                raise _unknown(path, key)
    return found


@functools.cache
def own_small_words() -> frozenset[str]:
    """Words that sentences and advice write with a small letter."""
    texts = [one.quote for one in load_advice()]
    for patterns in load_pool().by_fact.values():
        for one in patterns:
            texts += [one.text, one.lead, *one.texts.values()]
    return small_words("\n".join(texts))


class Covered(Entry):
    """Facts that together answer another one's question as well."""

    by: tuple[FactId, ...] = Field(min_length=1)


@functools.cache
def load_covered(path: Path = FOLDER / "covered.yaml") -> Mapping[str, tuple[str, ...]]:
    """For a fact the facts that cover it, read once; raise DataInvalid that names the entry."""
    found = {
        key: checked(Covered, {"by": by}, f"{path.name}: {key}").by
        for key, by in read_yaml(path).items()
    }
    for key, by in found.items():
        for one in (key, *by):
            if one not in load_catalogue():
                raise _unknown(path, one)
    return found


class Wording(Entry):
    """How a calculation is said, or a verdict."""

    say: str = Field(min_length=1)


@functools.cache
def load_wordings(name: str, folder: Path = FOLDER) -> Mapping[str, str]:
    """The sentences of `calculated.yaml` or `verdicts.yaml` by name; raise DataInvalid."""
    data = read_yaml(folder / f"{name}.yaml")
    place = f"{name}.yaml"
    return {
        key: checked(Wording, {"say": text}, f"{place}: {key}").say for key, text in data.items()
    }


def _unknown(path: Path, key: str) -> DataInvalid:
    return invalid(path.name, f"there is no fact {key}")
