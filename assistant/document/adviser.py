"""Passages + what is not known → cited advice on how to settle it; no sentence is given twice."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.document.kinds import Kind, SectionSpec
from assistant.document.model import Sentence
from assistant.document.prose import ended
from assistant.document.sentences import Advice, load_advice
from assistant.document.speaker import Speaker


@dataclass(frozen=True, slots=True)
class Guidance:
    """A passage that a document may cite: where it stands, its text, and what it rests on.

    `references` are short ("Saito & Rehmsmeier 2015"), `sources` the same written out.
    """

    passage_id: str
    article: str
    heading: str
    text: str
    references: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Adviser:
    """Gives the advice of one document."""

    def __init__(self, speaker: Speaker, guidance: Mapping[str, Guidance], kind: Kind) -> None:
        self._speaker = speaker
        self._guidance = guidance
        self._facts = frozenset(kind.facts)
        self._advice = tuple(one for one in load_advice() if one.fits(kind.id))
        self._given: set[str] = set()

    def sentences(self, asked: Sequence[str], limit: int) -> list[Sentence]:
        """Advice on these questions where nothing that it is for is known, `limit` at most.

        Each question has one sentence, in order; then the passages that they are from go on.
        """
        found: list[Sentence] = []
        for fact in asked:
            best = next(self._unknown([fact]), None)
            if best and len(found) < limit and not any(fact in one.facts for one in found):
                found.append(self._give(*best, asked))
        passages = {passage for one in found for passage in one.passages}
        for advice, text in self._unknown(asked):
            if len(found) < limit and advice.passage in passages:
                found.append(self._give(advice, text, asked))
        return found

    def _unknown(self, asked: Collection[str]) -> Iterator[tuple[Advice, str]]:
        known = self._speaker.facts.known
        return (one for one in self._left(asked) if not any(map(known, one[0].facts)))

    def on(self, fact: str) -> Sentence | None:
        """The advice that is most about this question alone."""
        left = self._left([fact])
        best = min(left, key=lambda found: len(self._about(found[0])), default=None)
        return self._give(*best, [fact]) if best else None

    def on_section(self, section: SectionSpec, asked: Sequence[str]) -> Sentence | None:
        """The advice that is about most of what is `asked` in a section and little else.

        Without any it is about something else that the section does not know yet, or says.
        """

        def fit(found: tuple[Advice, str]) -> tuple[int, bool, int]:
            facts = self._about(found[0])
            unknown = any(self._speaker.may_be_asked(fact) for fact in facts)
            return sum(fact in asked for fact in found[0].facts), unknown, -len(facts)

        best = max(self._left([*section.facts, *asked]), key=fit, default=None)
        return self._give(*best, asked) if best else None

    def _about(self, advice: Advice) -> tuple[str, ...]:
        return tuple(fact for fact in advice.facts if fact in self._facts)

    def _left(self, asked: Collection[str]) -> Iterator[tuple[Advice, str]]:
        """What there is to say on any of these questions and has not been said, in file order."""
        for advice in self._advice:
            if any(fact in asked for fact in advice.facts):
                text = self._quoted(advice)
                if text and text not in self._given:
                    yield advice, text

    def _give(self, advice: Advice, text: str, asked: Collection[str]) -> Sentence:
        """The advice as a sentence about what is asked of its facts, else about all of them."""
        self._given.add(text)
        about = tuple(fact for fact in advice.facts if fact in asked) or advice.facts
        return Sentence(text, "guidance", about, (advice.passage,))

    def _quoted(self, advice: Advice) -> str:
        """The quote where the passage has it; an edited article gives its first sentence."""
        passage = self._guidance.get(advice.passage)
        text = passage.text if passage is not None else ""
        if advice.quote in text:
            return advice.quote
        first = text.strip().split(". ", 1)[0]
        return ended(first) if first and "\n" not in first else ""
