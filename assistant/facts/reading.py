"""Files of the catalogue → facts, each field checked by pydantic and against the others."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.errors import AssistantError
from assistant.facts.catalogue import (
    Catalogue,
    Column,
    Fact,
    FactPhase,
    FactType,
    Option,
    Topic,
    invalid,
)
from assistant.facts.conditions import facts_in, parse_condition
from assistant.facts.parse import parse_value

TOPICS_FILE = "topics.yaml"
Words = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(_[A-Za-z0-9]+)*$")]
FactId = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9]+(_[a-z0-9]+)*$")]
Source = Annotated[str, Field(pattern=r"^[a-z0-9-]+#\w[\w-]*$")]


class _Entry(BaseModel):
    """One fact as it stands in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, strict=True)

    id: FactId
    label: Words
    question: Words
    type: FactType
    phase: FactPhase
    why: list[Source] = Field(min_length=1)
    example: Words
    unit: str | None = None
    per: str | None = None
    choices: dict[Name, Words] = {}
    also: dict[Name, list[Words]] = {}
    columns: dict[Name, Words] = {}
    least: float | None = None
    most: float | None = None
    counted: bool = False
    when: dict[str, Any] | None = None
    challenge: list[Name] = []
    suggest_from: list[FactId] = []
    weight: int = Field(default=3, ge=1, le=5)
    default: Any = None
    note: bool = False
    help: str = ""

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, data: Any) -> Any:
        """Choices and columns may be a list of names, whose labels are their own words."""
        if not isinstance(data, dict):
            return data
        lists = {
            key: data[key] for key in ("choices", "columns") if isinstance(data.get(key), list)
        }
        return data | {
            key: {name: str(name).replace("_", " ").capitalize() for name in names}
            for key, names in lists.items()
        }

    @model_validator(mode="after")
    def _fits_its_type(self) -> "_Entry":
        if bool(self.choices) != (self.type in ("choice", "choices")):
            raise ValueError("choices are for the types choice and choices")
        if not self.also.keys() <= self.choices.keys():
            raise ValueError("also names a choice that there is not")
        if bool(self.columns) != (self.type == "table"):
            raise ValueError("columns are for the type table")
        return self


class _TopicEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, strict=True)

    id: Name
    label: Words


def read_catalogue(folder: Path) -> Catalogue:
    """Read `topics.yaml` and the file of each topic; raise DataInvalid on the first fault."""
    topics = [_topic(entry) for entry in _load(folder / TOPICS_FILE)]
    drafts: dict[str, tuple[Fact, _Entry]] = {}
    for topic in topics:
        for entry in _load(folder / f"{topic.id}.yaml"):
            draft = _entry(topic.id, entry)
            if draft.id in drafts:
                raise invalid(f"{topic.id}.yaml: {draft.id}", "stands there twice")
            drafts[draft.id] = (_fact(draft, topic.id), draft)
    strays = {path.name for path in folder.glob("*.yaml")} - {f"{one.id}.yaml" for one in topics}
    if strays - {TOPICS_FILE}:
        raise invalid(TOPICS_FILE, f"does not name {min(strays - {TOPICS_FILE})}")
    bare = Catalogue((fact for fact, _ in drafts.values()), topics)
    catalogue = Catalogue((_complete(fact, entry, bare) for fact, entry in drafts.values()), topics)
    _check_circles(catalogue)
    return catalogue


def _load(path: Path) -> list[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise invalid(path.name, f"cannot be read ({type(error).__name__})") from error
    if not isinstance(entries, list):
        raise invalid(path.name, "is not a list")
    return entries


def _topic(entry: Any) -> Topic:
    try:
        read = _TopicEntry.model_validate(entry)
    except ValidationError as error:
        raise _fault(TOPICS_FILE, error) from error
    return Topic(read.id, read.label)


def _entry(topic: str, entry: Any) -> _Entry:
    try:
        return _Entry.model_validate(entry)
    except ValidationError as error:
        name = entry.get("id") if isinstance(entry, dict) else None
        raise _fault(f"{topic}.yaml: {name}", error) from error


def _fault(place: str, error: ValidationError) -> Exception:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "entry"
    return invalid(f"{place}: {field}", first["msg"])


def _fact(entry: _Entry, topic: str) -> Fact:
    return Fact(
        id=entry.id,
        label=entry.label,
        question=entry.question,
        type=entry.type,
        topic=topic,
        phase=entry.phase,
        why=tuple(entry.why),
        example=entry.example,
        unit=entry.unit,
        per=entry.per,
        options=tuple(
            Option(value, label, tuple(entry.also.get(value, ())))
            for value, label in entry.choices.items()
        ),
        columns=tuple(Column(name, label) for name, label in entry.columns.items()),
        least=entry.least,
        most=entry.most,
        counted=entry.counted,
        challenge=tuple(entry.challenge),
        suggest_from=tuple(entry.suggest_from),
        weight=entry.weight,
        note=entry.note,
        help=entry.help,
    )


def _complete(fact: Fact, entry: _Entry, catalogue: Catalogue) -> Fact:
    """Add what can be read only when all facts are known: the condition and the assumption."""
    try:
        for other in fact.suggest_from:
            _ = catalogue[other]
        when = None if entry.when is None else parse_condition(entry.when, catalogue)
        default = None if entry.default is None else parse_value(fact, entry.default)
    except AssistantError as error:
        raise invalid(f"{fact.topic}.yaml: {fact.id}", error.problem.rstrip(".")) from error
    return replace(fact, when=when, default=default)


def _check_circles(catalogue: Catalogue) -> None:
    """Refuse conditions that wait for each other."""
    waits = {fact.id: facts_in(fact.when) if fact.when else frozenset() for fact in catalogue}
    while ready := {key for key, others in waits.items() if not others & waits.keys()}:
        waits = {key: others for key, others in waits.items() if key not in ready}
    if waits:
        raise invalid(TOPICS_FILE, f"{min(waits)} waits for itself: see its `when`")
