"""Stated facts + the pool of patterns → sentences, lists and tables; each fact is said once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.document.answers import Answers, answer_of, origin_of
from assistant.document.calculate import calculate
from assistant.document.flow import Flow
from assistant.document.model import Block, Cell, Origin, Sentence
from assistant.document.prose import (
    capital,
    ended,
    fill,
    opening,
    own_words,
    placeholders,
)
from assistant.document.remarks import with_remark
from assistant.document.sentences import (
    Pattern,
    load_wordings,
)
from assistant.facts import (
    holds,
)

OPEN, NONE = "open", "–"
ASSUMED = "Assumed:"


class Speaker(Answers):
    """Says the facts of one document."""

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

    def cell(self, spec: str | Sequence[str], own: Sequence[str]) -> Cell:
        """A cell of a table: a fact's value, sentences about several facts, or plain words.

        `own` are the facts of the section; another one is named here and stated in its own place.
        """
        if not isinstance(spec, str):
            return self._cell_of(spec)
        if not spec.startswith("{"):
            return Cell(spec, "label")
        fact = spec.strip("{}")
        if fact not in own and self.facts.known(fact):
            return Cell(self.shown(fact), origin_of(self.stated(fact)), (fact,), refers=True)
        if not self.unsaid(fact):
            return self._missing([fact])
        if self.catalogue[fact].type in ("long_text", "table", "list"):
            return self._cell_of([fact])
        self.said.add(fact)
        stated, shown = self.stated(fact), self.shown(fact)
        added = self.remark(fact).text
        note = f" ({' '.join(added.split())})" if added else ""
        return Cell(f"{shown}{note}", origin_of(stated), (fact,))

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
            self.words(one, pattern.text) is not None for one in placeholders(pattern.text)
        )

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
                text = pattern.texts[answer_of(self.facts.value(fact))]
                flow.say(self._sentence(with_remark(text, self.remark(fact)), (fact,)))
            case "say" if pattern.text:
                names = placeholders(pattern.text)
                words = {one: self._in_place(one, pattern.text) for one in names}
                lead = opening(pattern.text)
                if lead:
                    flow.begin(_name(fact))
                flow.say(self._sentence(fill(pattern.text, words), pattern.facts, lead))
            case _:
                self._plainly(flow, fact)
        within = (fact,) if pattern.form == "choose" else placeholders(pattern.text)
        for one in pattern.facts:
            self._note(flow, one, within=pattern.form in ("choose", "say") and one in within)

    def _sentence(self, text: str, facts: tuple[str, ...], lead: str = "") -> Sentence:
        origins = {origin_of(self.stated(fact)) for fact in facts}
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

    def _in_place(self, fact: str, pattern: str) -> str:
        """The value's words in the pattern, with what was added to it in brackets."""
        words, said = self.words(fact, pattern) or "", self.remark(fact)
        if said.form != "aside":
            return words
        whole = " ".join(self.stated(fact).note.split()).rstrip(".")
        if whole.startswith(f"{words} "):
            return whole
        return f"{words}, {said.text}" if f"({{{fact}}})" in pattern else f"{words} ({said.text})"

    def _note(self, flow: Flow, fact: str, *, within: bool) -> None:
        """Sentences of what was added to a value, unless it stands `within` the value's own."""
        said = self.remark(fact)
        for text in own_words(said.text) if said.form == "own" or not within else ():
            flow.say(Sentence(text, origin_of(self.stated(fact)), (fact,)))

    def _list(self, flow: Flow, fact: str, pattern: Pattern) -> None:
        joined, items = self.words(fact, pattern.text), self.items(fact)
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
        origin = origin_of(self.stated(fact))
        items = tuple(Sentence(capital(one), origin, (fact,)) for one in self.items(fact))
        return Block("", "", "bullets", items)

    def _table(self, fact: str, caption: str) -> Block:
        spec, value = self.catalogue[fact], self.facts.value(fact)
        assert isinstance(value, tuple)
        origin = origin_of(self.stated(fact))
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
        guessed = any(origin_of(self.stated(one)) == "assumption" for one in found.facts)
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


def _cell(row: object, name: str) -> str:
    return " ".join(str(row.get(name) or "").split()) if isinstance(row, dict) else ""


def _name(fact: str) -> str:
    return fact.replace(".", "-")
