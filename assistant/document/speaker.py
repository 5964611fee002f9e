"""Stated facts + the pool of patterns → sentences, lists and tables; each fact is said once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.document.calculate import calculate
from assistant.document.flow import Flow
from assistant.document.model import Block, Cell, Origin, Sentence
from assistant.document.prose import (
    capital,
    common_words,
    ended,
    fill,
    inline,
    opening,
    own_words,
    phrase,
    placeholders,
    plainly,
    small,
    small_words,
    together,
)
from assistant.document.sentences import (
    Pattern,
    load_covered,
    load_pool,
    load_wordings,
    own_small_words,
)
from assistant.facts import (
    Catalogue,
    Person,
    ProjectFacts,
    StatedFact,
    applicable,
    holds,
    show_value,
)

OPEN, NONE = "open", "–"
ASSUMED = "Assumed:"


def origin_of(stated: StatedFact) -> Origin:
    """Whether somebody said it, or nobody has confirmed it yet."""
    guessed = stated.origin == "inferred" and not stated.quote
    return "assumption" if stated.origin == "default" or guessed else "said"


class Speaker:
    """Says the facts of one document; `said` are those that have been said."""

    def __init__(self, catalogue: Catalogue, facts: ProjectFacts) -> None:
        self.catalogue = catalogue
        self.facts = facts
        self.said: set[str] = set()
        self._pool = load_pool()
        own = (one.value for one in facts if isinstance(one.value, str))
        self._common = common_words() | own_small_words() | small_words("\n".join(own))

    # -- blocks

    def blocks(
        self,
        key: str,
        section: str,
        ids: Sequence[str],
        calculated: Sequence[str] = (),
        *,
        bare: bool = False,
    ) -> list[Block]:
        """What is known of these facts, and what follows from them by calculation.

        `bare` leaves out the words that introduce a person's own, where the section's title does.
        """
        flow = Flow(key, section, first=_name(ids[0]) if ids else "")
        for fact in ids:
            if self.unsaid(fact):
                pattern = self._pattern(fact, ids)
                self._say(flow, replace(pattern, lead="") if bare else pattern)
        flow.say(*(one for name in calculated for one in self._calculated(name)))
        flow.paragraph()
        return flow.blocks

    def cell(self, spec: str | Sequence[str]) -> Cell:
        """A cell of a table: a fact's value, sentences about several facts, or plain words."""
        if not isinstance(spec, str):
            return self._cell_of(spec)
        if not spec.startswith("{"):
            return Cell(spec, "label")
        fact = spec.strip("{}")
        if not self.unsaid(fact):
            return self._missing([fact])
        if self.catalogue[fact].type in ("long_text", "table", "list"):
            return self._cell_of([fact])
        self.said.add(fact)
        stated, shown = self._stated(fact), self.shown(fact)
        note = f" ({stated.note.strip()})" if stated.note.strip() else ""
        return Cell(f"{shown}{note}", origin_of(stated), (fact,))

    def unsaid(self, fact: str) -> bool:
        """Whether the fact is known and has not been said."""
        return fact not in self.said and self.facts.known(fact)

    def shown(self, fact: str) -> str:
        """The fact's value on one line."""
        value = self.facts.value(fact)
        assert value is not None
        return " ".join(show_value(self.catalogue[fact], value).split())

    def items(self, fact: str) -> tuple[str, ...]:
        """The value's items: of a list, the labels of choices, people with their roles."""
        spec, value = self.catalogue[fact], self.facts.value(fact)
        if not isinstance(value, tuple):
            return () if value is None else (self.shown(fact),)
        if spec.type == "table":
            first = spec.columns[0].name
            return tuple(
                str(row[first]) for row in value if isinstance(row, dict) and row.get(first)
            )
        if spec.type == "choices":
            return tuple(
                plainly(option.label) if (option := spec.option(str(one))) else str(one)
                for one in value
            )
        return tuple(
            show_value(spec, (one,)) if isinstance(one, Person) else str(one) for one in value
        )

    def entries(self, fact: str) -> tuple[str, ...]:
        """What a picture shows of the fact: its items, or what its answer means."""
        if not self.facts.known(fact):
            return ()
        for pattern in self._pool.by_fact.get(fact, ()):
            if pattern.form == "choose":
                return (pattern.texts[_answer(self.facts.value(fact))].removesuffix("."),)
        return self.items(fact)

    # -- one pattern

    def _pattern(self, fact: str, ids: Sequence[str]) -> Pattern:
        for pattern in self._pool.by_fact.get(fact, ()):
            if self._fits(pattern, ids):
                return pattern
        return Pattern("say", (fact,))

    def _fits(self, pattern: Pattern, ids: Sequence[str]) -> bool:
        known = all(one in ids and self.unsaid(one) for one in pattern.facts)
        if not known or (pattern.when is not None and not holds(pattern.when, self.facts)):
            return False
        return pattern.form != "say" or all(
            self._words(one, pattern.text) is not None for one in placeholders(pattern.text)
        )

    def _words(self, fact: str, pattern: str) -> str | None:
        """The fact's value as it fits into the pattern, or None when it does not."""
        loose = f": {{{fact}}}" in pattern
        match self.catalogue[fact].type:
            case "long_text" | "table":
                return None
            case "text":
                return phrase(self.shown(fact), self._common)
            case "people":
                return together(self.items(fact))
            case "list" | "choices":
                return inline(self.items(fact), self._common, loose=loose)
            case "choice":
                return small(self.shown(fact), self._common)
        return self.shown(fact)

    def _say(self, flow: Flow, pattern: Pattern) -> None:
        self.said.update(pattern.facts)
        fact = pattern.facts[0]
        match pattern.form:
            case "own":
                self._own(flow, fact, pattern.lead)
            case "list":
                self._list(flow, fact, pattern)
            case "table":
                flow.add(_name(fact), self._table(fact, pattern.lead))
            case "choose":
                flow.say(self._sentence(pattern.texts[_answer(self.facts.value(fact))], (fact,)))
            case "say" if pattern.text:
                names = placeholders(pattern.text)
                words = {one: self._words(one, pattern.text) or "" for one in names}
                lead = opening(pattern.text)
                if lead:
                    flow.begin(_name(fact))
                flow.say(self._sentence(fill(pattern.text, words), pattern.facts, lead))
            case _:
                self._plainly(flow, fact)
        for one in pattern.facts:
            self._note(flow, one)

    def _sentence(self, text: str, facts: tuple[str, ...], lead: str = "") -> Sentence:
        origins = {origin_of(self._stated(fact)) for fact in facts}
        if "assumption" in origins:
            return Sentence(f"{ASSUMED} {text}", "assumption", facts)
        return Sentence(text, "said", facts, lead=lead)

    def _own(self, flow: Flow, fact: str, lead: str) -> None:
        if lead:
            flow.begin(_name(fact))
        paragraphs = own_words(str(self.facts.value(fact)))
        for place, text in enumerate(paragraphs):
            if place:
                flow.paragraph()
            if lead and not place:
                flow.say(self._sentence(f"{lead} {text}", (fact,), lead))
            else:
                flow.say(self._sentence(text, (fact,)))

    def _note(self, flow: Flow, fact: str) -> None:
        for text in own_words(self._stated(fact).note):
            flow.say(Sentence(text, origin_of(self._stated(fact)), (fact,)))

    def _list(self, flow: Flow, fact: str, pattern: Pattern) -> None:
        joined, items = self._words(fact, pattern.text), self.items(fact)
        if joined is not None:
            lead = opening(pattern.text)
            if lead:
                flow.begin(_name(fact))
            flow.say(self._sentence(fill(pattern.text, {fact: joined}), (fact,), lead))
            return
        if pattern.lead:
            flow.begin(f"{_name(fact)}/lead")
        if len(items) == 1:
            # A list of one is a sentence.
            text = f"{pattern.lead} {ended(capital(items[0]))}".strip()
            flow.say(self._sentence(text, (fact,), pattern.lead))
            return
        if pattern.lead:
            flow.say(replace(self._sentence(pattern.lead, (fact,), pattern.lead), refers=True))
        flow.add(_name(fact), self._bullets(fact))

    def _bullets(self, fact: str) -> Block:
        origin = origin_of(self._stated(fact))
        items = tuple(Sentence(capital(one), origin, (fact,)) for one in self.items(fact))
        return Block("", "", "bullets", items)

    def _table(self, fact: str, caption: str) -> Block:
        spec, value = self.catalogue[fact], self.facts.value(fact)
        assert isinstance(value, tuple)
        origin = origin_of(self._stated(fact))
        columns = [one for one in spec.columns if any(_cell(row, one.name) for row in value)]
        rows = tuple(
            tuple(
                Cell(text, origin, (fact,))
                if (text := _cell(row, one.name))
                else Cell(NONE, "label")
                for one in columns
            )
            for row in value
        )
        head = tuple(one.label for one in columns)
        return Block("", "", "table", head=head, rows=rows, label=caption)

    def _plainly(self, flow: Flow, fact: str) -> None:
        """A fact that no pattern fits: its label, and the value in full."""
        lead = f"{capital(self.catalogue[fact].label)}:"
        if self.catalogue[fact].type in ("list", "choices", "people", "table"):
            self._list(flow, fact, Pattern("list", (fact,), f"{lead} {{{fact}}}.", lead=lead))
            return
        paragraphs = own_words(self.shown(fact))
        flow.begin(_name(fact))
        flow.say(self._sentence(f"{lead} {' '.join(paragraphs)}", (fact,), lead))

    def _calculated(self, name: str) -> Iterable[Sentence]:
        found = calculate(name, self.facts)
        if found is None:
            return
        pattern = load_wordings("calculated")[name]
        guessed = any(origin_of(self._stated(one)) == "assumption" for one in found.facts)
        yield Sentence(
            fill(pattern, found.values),
            "assumption" if guessed else "said",
            found.facts,
            note=f"Calculated: {found.arithmetic}",
            refers=True,
        )

    # -- cells

    def _cell_of(self, ids: Sequence[str]) -> Cell:
        known = [fact for fact in ids if self.unsaid(fact)]
        if not known:
            return self._missing(ids)
        flow = Flow("", "")
        for fact in known:
            if self.unsaid(fact):
                self._say(flow, replace(self._pattern(fact, ids), lead=""))
        flow.paragraph()
        parts = [part for block in flow.blocks for part in block.parts if part.text]
        origin: Origin = "said" if any(one.origin == "said" for one in parts) else "assumption"
        return Cell(" ".join(ended(one.text) for one in parts), origin, tuple(known))

    def _missing(self, ids: Sequence[str]) -> Cell:
        asked = [fact for fact in ids if self.may_be_asked(fact)]
        return Cell(OPEN, "open", tuple(asked)) if asked else Cell(NONE, "label")

    def may_be_asked(self, fact: str) -> bool:
        """Whether the fact has no value yet, and neither its `when` nor others settle it."""
        stated = self.facts.get(fact)
        if stated is None:
            covering = load_covered().get(fact)
            if covering and all(self.facts.known(one) for one in covering):
                return False
        elif stated.status != "unknown":
            return False
        return applicable(self.catalogue, self.facts, fact)

    def _stated(self, fact: str) -> StatedFact:
        stated = self.facts.get(fact)
        assert stated is not None
        return stated


def _answer(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _cell(row: object, name: str) -> str:
    return " ".join(str(row.get(name) or "").split()) if isinstance(row, dict) else ""


def _name(fact: str) -> str:
    return fact.replace(".", "-")
