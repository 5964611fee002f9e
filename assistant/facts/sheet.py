"""A project's facts ↔ a YAML sheet that people can read, edit and send; nothing is lost on the way.

```yaml
format: scopewright-facts
facts:
  serving.latency_p95: 150 ms          # a value as a person would type it, or
  labels.delay:                        # all that is known of the fact
    status: unknown
    owner: Mira Novak
    due: 2026-12-03
history: […]                           # every change, where it was asked for
```
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AssistantError, InputInvalid
from assistant.facts.catalogue import Catalogue, Fact
from assistant.facts.clean import TEXT_LIMIT, cleaned, named, refused
from assistant.facts.days import read_due
from assistant.facts.known import Action, FactEvent, Origin, ProjectFacts, StatedFact, Status
from assistant.facts.parse import parse_value, read_answer
from assistant.facts.show import show_value
from assistant.facts.values import Amount, Data, Value, to_data

FORMAT = "scopewright-facts"
SHEET_LIMIT = 5_000_000
_WORDS = ("origin", "author", "note", "quote", "source", "owner", "due")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Text = Annotated[str, Field(max_length=TEXT_LIMIT)]
Moment = Annotated[float, Field(ge=0, lt=2**40)]


class _Loader(_LOADER):  # type: ignore[misc]
    """YAML without its surprises: `no`, `on`, `1:30` and dates stay the words that they are."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for _tag, _form, _first in (
    ("null", r"(?:~|null|)\Z", ["~", "n", ""]),
    ("bool", r"(?:true|false)\Z", ["t", "f"]),
    ("int", r"-?(?:0|[1-9]\d{0,14})\Z", list("-0123456789")),
    ("float", r"-?\d{1,15}\.\d{1,20}\Z", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_form), _first)


class _Entry(BaseModel):
    """One fact or change as it stands in a sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    status: Status | None = None
    value: Any = None
    origin: Origin | None = None
    author: Text = ""
    note: Text = ""
    quote: Text = ""
    source: Text = ""
    owner: Text = ""
    due: Annotated[str, Field(max_length=40)] = ""
    at: str | Moment = 0.0


class _Change(_Entry):
    fact: str
    action: Action
    undone_at: Moment | None = None


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    format: Literal["scopewright-facts"] = "scopewright-facts"
    facts: dict[str, Any] = {}
    history: list[_Change] = []


# -- out


def sheet_of(facts: ProjectFacts, history: Sequence[FactEvent] = ()) -> str:
    """Write what a project has stated, and its changes where they are given."""
    sheet: dict[str, Any] = {
        "format": FORMAT,
        "facts": {one.fact_id: _out(one, facts.catalogue[one.fact_id]) for one in facts},
    }
    if history:
        sheet["history"] = [_change_out(one, facts.catalogue[one.fact_id]) for one in history]
    return str(yaml.dump(sheet, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=100))


def _out(stated: StatedFact, fact: Fact) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if stated.value is not None:
        entry["value"] = _value_out(fact, stated.value)
    if stated.status != "known":
        entry["status"] = stated.status
    entry |= {name: getattr(stated, name) for name in _WORDS if getattr(stated, name)}
    return entry | {"at": stated.at}


def _change_out(event: FactEvent, fact: Fact) -> dict[str, Any]:
    entry: dict[str, Any] = {"fact": event.fact_id, "action": event.action}
    if event.value is not None:
        entry["value"] = _value_out(fact, event.value)
    entry |= {name: getattr(event, name) for name in _WORDS if getattr(event, name)}
    entry["at"] = event.at
    return entry if event.undone_at is None else entry | {"undone_at": event.undone_at}


def _value_out(fact: Fact, value: Value) -> Data:
    """The value as a person would type it, where that gives the very same value back."""
    if isinstance(value, Amount):
        words = show_value(fact, value)
        try:
            if parse_value(fact, words) == value:
                return words
        except InputInvalid:
            # The unit of an amount may be any words; some read as something else.
            return to_data(value)
    return to_data(value)


# -- in


def read_sheet(text: str, catalogue: Catalogue, *, author: str = "") -> tuple[FactEvent, ...]:
    """Read a sheet: the changes to record, in order.

    What has no origin in it is `imported`, by `author`. A bare mapping of facts to values, without
    a head, is a sheet too.

    Raises:
        InputInvalid: It is no sheet, or one of its facts cannot be used; the problem names it.
    """
    try:
        sheet = _Sheet.model_validate(_loaded(text))
    except ValidationError as error:
        raise _fault(error) from error
    events = [_event(change, catalogue, author) for change in sheet.history]
    latest = {one.fact_id: one.stated for one in events if one.undone_at is None}
    for key, entry in sheet.facts.items():
        event = _fact_event(key, entry, catalogue, author)
        # The last of its changes says the same, unless somebody edited the sheet.
        if key not in latest or latest[key] != event.stated:
            events.append(event)
    return tuple(events)


def _loaded(text: str) -> Any:
    if len(text) > SHEET_LIMIT:
        raise refused("The sheet is too large.", "Leave its history out.", "too_long")
    try:
        # A few lines of references to each other could fill the memory.
        if any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(text, Loader=_Loader)):
            raise refused("The sheet holds references.", "Write each value out.", "invalid_sheet")
        data = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise refused(f"This is not YAML{line}.", "Correct it.", "invalid_sheet") from error
    if isinstance(data, Mapping) and data and not data.keys() & _Sheet.model_fields.keys():
        return {"facts": dict(data)}
    return data


def _fault(error: ValidationError) -> InputInvalid:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part)[:40] for part in first["loc"]) or "The sheet"
    return refused(
        f"{field}: {first['msg']}.",
        "`scopewright facts export` writes a sheet to start from.",
        "invalid_sheet",
    )


def _fact_event(key: str, entry: Any, catalogue: Catalogue, author: str) -> FactEvent:
    fact = catalogue[str(key)]
    if not isinstance(entry, Mapping) or not entry.keys() & {"value", "status"}:
        return _typed(fact, entry, author)
    try:
        read = _Entry.model_validate(dict(entry))
    except ValidationError as error:
        raise _named(fact.id, _fault(error)) from error
    status = read.status or "known"
    return _built(fact, read, "set" if status == "known" else status, author)


def _typed(fact: Fact, raw: Any, author: str) -> FactEvent:
    """A bare value, as a person would type it."""
    try:
        answer = read_answer(fact, raw)
    except InputInvalid as error:
        raise _named(fact.id, error) from error
    action: Action = "set" if answer.status == "known" else answer.status
    return FactEvent(fact.id, action, answer.value, "imported", author, note=answer.note)


def _event(change: _Change, catalogue: Catalogue, author: str) -> FactEvent:
    return _built(catalogue[change.fact], change, change.action, author, undone_at=change.undone_at)


def _built(
    fact: Fact, read: _Entry, action: Action, author: str, undone_at: float | None = None
) -> FactEvent:
    try:
        if (read.value is not None) != (action == "set"):
            raise refused("A known fact has a value, any other has none.", "", "invalid_sheet")
        value = parse_value(fact, read.value) if action == "set" else None
        at = datetime.fromisoformat(read.at).timestamp() if isinstance(read.at, str) else read.at
        if at < 0:
            raise ValueError
    except InputInvalid as error:
        raise _named(fact.id, error) from error
    except (ValueError, OverflowError) as error:
        raise refused(f"{fact.id}: its time cannot be read.", "", "invalid_sheet") from error
    return FactEvent(
        fact_id=fact.id,
        action=action,
        value=value,
        origin=read.origin or "imported",
        author=named(read.author) or author,
        note=cleaned(read.note),
        quote=cleaned(read.quote),
        source=cleaned(read.source),
        owner=named(read.owner),
        due=read_due(read.due),
        at=at,
        undone_at=undone_at,
    )


def _named(key: str, error: AssistantError) -> InputInvalid:
    return InputInvalid(f"{key}: {error.problem}", remedy=error.remedy, code=error.code)
