"""A document's sentences → numbered footnotes: who said it, what practice, what is assumed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.document import Cell, Document, OpenItem, Origin, Reference, Said, Sentence
from assistant.picture import visible

Part = Sentence | Cell
# How it came in ("Stated"), and by whom and when ("Mira, 3 December 2026").
Who = tuple[str, str]
STATED = "Stated"

# Sections that list something, and what they list: an entry is its own explanation.
_REGISTERS: Mapping[str, Origin] = {
    "open": "open",
    "assumptions": "assumption",
    "references": "guidance",
}
_REFERENCES_SHOWN = 3
# Answers that one footnote names; of more it says how many.
_ANSWERS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Source:
    """What one footnote stands for; parts that agree in it share the footnote.

    What one person said on one day shares a footnote within a `section`: it lists the facts.
    """

    origin: Origin
    names: tuple[str, ...] = ()
    note: str = ""
    section: str = ""
    who: Who = ("", "")


class Notes:
    """Tells where parts come from, and numbers the footnotes as they are placed."""

    def __init__(self, document: Document) -> None:
        self._said = {said.fact: said for said in document.said}
        self._references = {found.passage_id: found for found in document.references}
        self._open = {item.fact: item for item in document.open}
        self._labels = self._stated(document)
        self._numbers: dict[Source, int] = {}
        self.texts: list[str] = []

    def sources(self, part: Part, section: str) -> tuple[Source, ...]:
        """Where the part comes from; none for the document's own words.

        Words that only name what follows have no note of their own: what follows has it.
        """
        if isinstance(part, Sentence) and part.text == part.lead:
            return ()
        if part.origin == "label" or _REGISTERS.get(section) == part.origin:
            return ()
        if part.origin == "assumption":
            # The same for all of them, but for a calculation.
            found = [Source("assumption", note=part.note)]
        elif part.origin != "said":
            names = part.passages if part.origin == "guidance" else part.facts
            found = [Source(part.origin, names, part.note)]
        elif part.note:
            found = [Source("said", part.facts, part.note)]
        else:
            found = [Source("said", section=section, who=who) for who in self._who(part.facts)]
        if part.passages and part.origin != "guidance":
            found.append(Source("guidance", part.passages))
        return tuple(source for source in dict.fromkeys(found) if self._text(source))

    def numbers(self, sources: Iterable[Source]) -> tuple[int, ...]:
        """The sources' footnotes, numbered when they are asked for first."""
        for source in sources:
            if source not in self._numbers:
                self.texts.append(visible(self._text(source)))
                self._numbers[source] = len(self.texts)
        return tuple(sorted(self._numbers[source] for source in sources))

    def about(self, part: Part) -> str:
        """Where this part alone comes from, in a few words."""
        if part.origin != "said":
            return ""
        labels = [self._said[fact].label for fact in part.facts if fact in self._said]
        people = (when for _, when in self._who(part.facts))
        return visible("; ".join(filter(None, (_listed(labels), *people))))

    def _stated(self, document: Document) -> Mapping[tuple[str, Who], list[str]]:
        """Section and person → the labels of what that person said there, each once."""
        labels: dict[tuple[str, Who], dict[str, None]] = {}
        for block in document.blocks:
            for part in block.parts:
                if part.origin != "said" or part.note:
                    continue
                for said in (self._said[fact] for fact in part.facts if fact in self._said):
                    labels.setdefault((block.section, _who(said)), {})[said.label] = None
        return {key: list(stated) for key, stated in labels.items()}

    def _who(self, facts: Iterable[str]) -> tuple[Who, ...]:
        found = (_who(self._said[fact]) for fact in facts if fact in self._said)
        return tuple(dict.fromkeys(found))

    def _text(self, source: Source) -> str:
        writers: Mapping[Origin, Callable[[Source], str]] = {
            "said": self._as_said,
            "guidance": self._as_practice,
            "assumption": self._as_assumption,
            "open": self._as_open,
        }
        return _sentences(writers[source.origin](source), source.note)

    def _as_said(self, source: Source) -> str:
        if source.note:
            used = [self._said[fact].label for fact in source.names if fact in self._said]
            return f"From these answers: {_listed(used)}" if used else ""
        how, when = source.who
        if how != STATED:
            begun = f"{how} ({when})" if when else how
        else:
            # Without a name it begins with the day.
            begun = f"{how} {'on' if when[:1].isdigit() else 'by'} {when}" if when else how
        return f"{begun}: {_counted(self._labels[source.section, source.who])}"

    def _as_practice(self, source: Source) -> str:
        found = [self._references[one] for one in source.names if one in self._references]
        articles: dict[str, list[Reference]] = {}
        for one in found:
            articles.setdefault(one.article, []).append(one)
        return f"Best practice: {'; '.join(map(_place, articles.values()))}" if found else ""

    @staticmethod
    def _as_assumption(_: Source) -> str:
        return "Assumption: nobody has confirmed this yet"

    def _as_open(self, source: Source) -> str:
        """Who finds out and by when, where somebody does; the register has the questions."""
        items = [self._open[fact] for fact in source.names if fact in self._open]
        taken_on = list(filter(None, map(_taken_on, items)))
        return f"Open: {'; '.join(taken_on)}" if taken_on else ""


def _taken_on(item: OpenItem) -> str:
    """What somebody finds out, and by when; empty when nobody does.

    >>> _taken_on(OpenItem("data.owner", "Owner of the data: Whose is it?", "Ada", "1 May"))
    'Owner of the data (Ada, by 1 May)'
    """
    who = ", ".join(filter(None, (item.owner, f"by {item.due}" if item.due else "")))
    return f"{item.text.partition(': ')[0]} ({who})" if who else ""


def _who(said: Said) -> Who:
    imported = said.origin == "imported" and said.source
    how = f"Taken from {said.source}" if imported else STATED
    return how, ", ".join(filter(None, (said.author, shown_date(said.at))))


def _place(passages: Sequence[Reference]) -> str:
    """An article, the parts of it that are cited, and what it rests on."""
    article, references = passages[0].article, passages[0].references
    headings = [one.heading for one in passages if one.heading and one.heading != article]
    place = ", ".join([article, *headings])
    shown = list(references[:_REFERENCES_SHOWN])
    more = len(references) - len(shown)
    shown += [f"{more} more"] if more else []
    return f"{place} ({'; '.join(shown)})" if shown else place


def _counted(labels: list[str]) -> str:
    """The labels, of which the last ones are only counted when there are many."""
    more = len(labels) - _ANSWERS_SHOWN
    return _listed([*labels[:_ANSWERS_SHOWN], f"{more} more"] if more > 1 else labels)


def _listed(words: list[str]) -> str:
    """Words with commas and an "and".

    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _sentences(text: str, note: str) -> str:
    """Both, each ended, one after the other."""
    ended = (part if part[-1] in ".!?…" else f"{part}." for part in (text, note.strip()) if part)
    return " ".join(ended)


def shown_date(seconds: float) -> str:
    """The day in words; nothing for a time that was never set.

    >>> shown_date(1764720000.0), shown_date(0.0)
    ('3 December 2025', '')
    """
    if not seconds:
        return ""
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day.day} {day:%B %Y}"
