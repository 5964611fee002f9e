"""Facts of a project: set, mark, take back, look up, carry from and to YAML."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.facts import (
    Catalogue,
    Fact,
    FactEvent,
    Origin,
    ProjectFacts,
    StatedFact,
    cleaned,
    load_catalogue,
    named,
    read_answer,
    read_due,
    read_sheet,
    sheet_of,
)
from assistant.service.conversing import DEFAULT_PROJECT
from assistant.store import Project, Store

DOCUMENTS = Path(__file__).parents[1] / "catalog" / "documents"


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was taken back: what it had made of the fact, and what holds now."""

    fact: Fact
    before: StatedFact | None
    after: StatedFact | None


class Scoping(ABC):
    """What a channel can ask about facts; a part of `Assistant`."""

    store: Store

    @abstractmethod
    def project(self, name: str) -> Project:
        """The project of that name."""

    # -- to look up

    def catalogue(self) -> Catalogue:
        """Every fact that a project can state."""
        return load_catalogue()

    def facts_schema(self) -> list[dict[str, Any]]:
        """Every fact as programs read it, with the kinds of documents that use it."""
        kinds = _kinds_by_fact(DOCUMENTS)
        return [fact.as_json(kinds.get(fact.id, ())) for fact in self.catalogue()]

    def facts(self, *, project: str = DEFAULT_PROJECT) -> ProjectFacts:
        """What the project has stated, as it is now."""
        return self.store.facts.facts(self.project(project).id, self.catalogue())

    def fact_history(
        self, fact_id: str, *, project: str = DEFAULT_PROJECT
    ) -> tuple[FactEvent, ...]:
        """Every change of a fact, oldest first, those that were taken back too."""
        fact = self.catalogue()[fact_id]
        return self.store.facts.history(self.project(project).id, self.catalogue(), fact.id)

    # -- to change

    def set_fact(
        self,
        fact_id: str,
        raw: object,
        *,
        origin: Origin = "said",
        note: str = "",
        quote: str = "",
        source: str = "",
        expected_event: int | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> StatedFact:
        """Store an answer, as a person typed it or as data; return it after it is committed.

        "don't know" marks the fact as unknown and "n/a" as not applicable, as their own methods
        do. What was typed beyond the value becomes the note, unless there is one. With
        `expected_event` (`ProjectFacts.last_event`, or the fact's own `event`, as it was when the
        person looked) a change by somebody else since then is not overwritten.

        Raises:
            NotFound: There is no such fact or project.
            InputInvalid: The answer cannot be used; the remedy gives an example.
            Conflict: Somebody else changed the fact in the meantime.
        """
        event = said_of(
            self.catalogue()[fact_id], raw, origin=origin, note=note, quote=quote, source=source,
            author=author,
        )  # fmt: skip
        return self._record(event, project, expected_event)

    def mark_unknown(
        self,
        fact_id: str,
        *,
        owner: str = "",
        due: str = "",
        note: str = "",
        expected_event: int | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> StatedFact:
        """Record that nobody knows yet, who finds out, and by when; it becomes an open item.

        `due` is kept as an ISO date where it is a date, else as the words that were typed.
        """
        event = FactEvent(
            fact_id=self.catalogue()[fact_id].id,
            action="unknown",
            author=named(author),
            note=cleaned(note),
            owner=named(owner),
            due=read_due(due),
        )
        return self._record(event, project, expected_event)

    def mark_not_applicable(
        self,
        fact_id: str,
        *,
        note: str = "",
        expected_event: int | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> StatedFact:
        """Record that the question does not apply to this project."""
        event = FactEvent(
            fact_id=self.catalogue()[fact_id].id,
            action="not_applicable",
            author=named(author),
            note=cleaned(note),
        )
        return self._record(event, project, expected_event)

    def unset_fact(
        self,
        fact_id: str,
        *,
        expected_event: int | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> None:
        """Remove what was said of a fact; its history stays, and `undo` brings it back.

        Words that could not be read go too, and a vague answer may be asked back about again.
        """
        owner = self.project(project)
        fact = self.catalogue()[fact_id]
        if fact.id in self.facts(project=project) or expected_event is not None:
            event = FactEvent(fact.id, "unset", author=named(author))
            self.store.facts.record(
                owner.id, [event], self.catalogue(), expected_event=expected_event
            )
        self.store.interviews.unmark(owner.id, fact.id, "challenged")

    def undo(self, *, project: str = DEFAULT_PROJECT) -> Undone:
        """Take back the latest change of the project's facts, whoever made it.

        Another undo goes further back. Raises InputInvalid when there is nothing left. What was
        asked back about that change is forgotten with it.
        """
        owner = self.project(project)
        taken, now = self.store.facts.undo(owner.id, self.catalogue())
        self.store.interviews.unmark(owner.id, taken.fact_id, "challenged", since=taken.at)
        fact = self.catalogue()[taken.fact_id]
        return Undone(fact, taken.stated, now.stated if now else None)

    def _record(self, event: FactEvent, project: str, expected: int | None) -> StatedFact:
        owner = self.project(project)
        (stored,) = self.store.facts.record(
            owner.id, [event], self.catalogue(), expected_event=expected
        )
        stated = stored.stated
        assert stated is not None
        return stated

    # -- to carry

    def export_facts(self, *, history: bool = False, project: str = DEFAULT_PROJECT) -> str:
        """The project's facts as YAML; with `history` every change too."""
        owner = self.project(project)
        facts = self.store.facts.facts(owner.id, self.catalogue())
        changes = self.store.facts.history(owner.id, self.catalogue()) if history else ()
        return sheet_of(facts, changes)

    def import_facts(
        self, text: str, *, project: str = DEFAULT_PROJECT, author: str = ""
    ) -> tuple[str, ...]:
        """Store the facts of a YAML text, all or none; return their ids.

        Facts that it does not name stay as they are. Raises InputInvalid that names the fact.
        """
        owner = self.project(project)
        events = read_sheet(text, self.catalogue(), author=named(author))
        self.store.facts.record(owner.id, events, self.catalogue())
        return tuple(dict.fromkeys(event.fact_id for event in events))


def said_of(
    fact: Fact,
    raw: object,
    *,
    origin: Origin = "said",
    note: str = "",
    quote: str = "",
    source: str = "",
    author: str = "",
) -> FactEvent:
    """The change that an answer makes, as `set_fact` stores it; raise InputInvalid."""
    answer = read_answer(fact, raw)
    return FactEvent(
        fact_id=fact.id,
        action="set" if answer.status == "known" else answer.status,
        value=answer.value,
        origin=origin,
        author=named(author),
        note=cleaned(note) or answer.note,
        quote=cleaned(quote),
        source=cleaned(source),
    )


@functools.cache
def _kinds_by_fact(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Which kinds of documents have a place for a fact; a file that cannot be read has none."""
    found: dict[str, list[str]] = {}
    for kind, fact_id in _named_facts(folder):
        kinds = found.setdefault(fact_id, [])
        if kind not in kinds:
            kinds.append(kind)
    return {fact_id: tuple(kinds) for fact_id, kinds in found.items()}


def _named_facts(folder: Path) -> Iterator[tuple[str, str]]:
    """Each kind of document with each fact that one of its sections names."""
    for path in sorted(folder.glob("*/document.yaml")):
        with suppress(OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError):
            for section in yaml.safe_load(path.read_text(encoding="utf-8"))["sections"]:
                for fact_id in section.get("facts", ()):
                    yield path.parent.name, str(fact_id)
