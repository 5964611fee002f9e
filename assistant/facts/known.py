"""What a project has stated: each fact's value, status, origin, author and time; immutable."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from assistant.errors import UserFixable
from assistant.facts.catalogue import Catalogue, Fact, load_catalogue
from assistant.facts.show import show_value
from assistant.facts.values import Value, to_data

Status = Literal["known", "unknown", "not_applicable"]
Origin = Literal["said", "inferred", "default", "imported"]
Action = Literal["set", "unknown", "not_applicable", "unset"]
# The note of a vague answer that its author insisted on: for those who review answers.
INSISTED = "Kept as it was said when more was asked for."


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One fact as it stands now: `value` is there when the status is `known`, and only then.

    `at` is in seconds since 1970; `quote` are the exact words it came from and `source` the file
    or message that holds them; `owner` finds out by `due` while it is unknown. `event` is the
    number of the change that made it so.
    """

    fact_id: str
    status: Status = "known"
    value: Value | None = None
    origin: Origin = "said"
    author: str = ""
    at: float = 0.0
    note: str = ""
    quote: str = ""
    source: str = ""
    owner: str = ""
    due: str = ""
    event: int = 0

    def as_json(self, fact: Fact) -> dict[str, Any]:
        """The fact as programs read it; `shown` is its value in words."""
        return {
            "fact": self.fact_id,
            "label": fact.label,
            "status": self.status,
            "value": to_data(self.value) if self.value is not None else None,
            "shown": show_value(fact, self.value) if self.value is not None else "",
            "origin": self.origin,
            "author": self.author,
            "at": moment(self.at),
            "note": self.note,
            "quote": self.quote,
            "source": self.source,
            "owner": self.owner,
            "due": self.due,
            "event": self.event,
        }


@dataclass(frozen=True, slots=True)
class FactEvent:
    """One change of a fact; `undone_at` says when it was taken back, if it was.

    `at` and `event` are 0 until it is stored.
    """

    fact_id: str
    action: Action
    value: Value | None = None
    origin: Origin = "said"
    author: str = ""
    note: str = ""
    quote: str = ""
    source: str = ""
    owner: str = ""
    due: str = ""
    at: float = 0.0
    undone_at: float | None = None
    event: int = 0

    @property
    def stated(self) -> StatedFact | None:
        """The fact as this change leaves it; None when it was removed."""
        if self.action == "unset":
            return None
        return StatedFact(
            fact_id=self.fact_id,
            status="known" if self.action == "set" else self.action,
            value=self.value,
            origin=self.origin,
            author=self.author,
            at=self.at,
            note=self.note,
            quote=self.quote,
            source=self.source,
            owner=self.owner,
            due=self.due,
            event=self.event,
        )

    def as_json(self, fact: Fact) -> dict[str, Any]:
        """The change as programs read it."""
        stated = self.stated or StatedFact(self.fact_id, at=self.at, author=self.author)
        row = stated.as_json(fact) | {"event": self.event}
        if self.stated is None:
            row["status"] = "unset"
        return row | {"undone_at": None if self.undone_at is None else moment(self.undone_at)}


def moment(at: float) -> str:
    """Seconds since 1970 as a date and time in UTC.

    >>> moment(0)
    '1970-01-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


class Conflict(UserFixable):
    """Somebody else changed the fact since it was looked at; nothing was stored.

    `yours` and `theirs` are both values as they are shown, `stated` is theirs as it stands.
    """

    default_code = "fact_conflict"

    def __init__(self, fact: Fact, yours: str, theirs: str, stated: "StatedFact | None") -> None:
        who = f" by {stated.author}" if stated and stated.author else ""
        super().__init__(
            f"{fact.label} was changed{who} in the meantime: it is now {theirs!r}, and yours is "
            f"{yours!r}.",
            remedy="Decide which one holds, and set it again.",
        )
        self.fact_id = fact.id
        self.yours = yours
        self.theirs = theirs
        self.stated = stated


class ProjectFacts:
    """The facts that a project has stated, in the catalogue's order; changes give a new one."""

    __slots__ = ("catalogue", "last_event", "stated")

    def __init__(
        self,
        stated: Iterable[StatedFact] = (),
        *,
        last_event: int = 0,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.catalogue = catalogue or load_catalogue()
        found = {fact.fact_id: fact for fact in stated if fact.fact_id in self.catalogue}
        ordered = dict(sorted(found.items(), key=lambda item: self.catalogue.place(item[0])))
        self.stated: Mapping[str, StatedFact] = MappingProxyType(ordered)
        self.last_event = last_event

    def get(self, key: str) -> StatedFact | None:
        """The fact as it was stated, None when nothing was said of it."""
        return self.stated.get(key)

    def value(self, key: str) -> Value | None:
        """The fact's value; None unless it is known."""
        found = self.stated.get(key)
        return found.value if found and found.status == "known" else None

    def known(self, key: str) -> bool:
        """Whether the fact has a value."""
        found = self.stated.get(key)
        return found is not None and found.status == "known"

    def with_stated(self, *facts: StatedFact) -> "ProjectFacts":
        """The same with these facts, in place of what was said of them before."""
        last = max([self.last_event, *(fact.event for fact in facts)])
        return ProjectFacts(
            [*self.stated.values(), *facts], last_event=last, catalogue=self.catalogue
        )

    def without(self, key: str) -> "ProjectFacts":
        """The same with nothing said of that fact."""
        rest = (fact for fact in self if fact.fact_id != key)
        return ProjectFacts(rest, last_event=self.last_event, catalogue=self.catalogue)

    def __iter__(self) -> Iterator[StatedFact]:
        return iter(self.stated.values())

    def __len__(self) -> int:
        return len(self.stated)

    def __contains__(self, key: object) -> bool:
        return key in self.stated

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProjectFacts):
            return NotImplemented
        return dict(self.stated) == dict(other.stated)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ProjectFacts({list(self.stated.values())!r})"
