"""What was found and how the model's turn ended → the Answer to keep, and what to say of it."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer.compose import Encode
from assistant.answer.extractive import (
    Asked,
    Shelf,
    extractive_answer,
    notices_for,
    refusal,
    suggestions_for,
)
from assistant.answer.gate import Entails, Evidence, Gated, gate_reply, gather
from assistant.answer.parts import Answer, Citations
from assistant.answer.units import sentences_of
from assistant.errors import ModelFailed, NoModel
from assistant.ladder import Attempt, Reply
from assistant.retrieve import Hit

logger = logging.getLogger(__name__)

# The rung whose model is small enough to copy what it reads instead of answering from it.
EMBEDDED = "local"
_MARKER = re.compile(r"\s*\[\d+\]")
_WORD = re.compile(r"\w+")

CUT = "The model's answer was cut; ask again to retry."
NOTHING_HELD = (
    "{rung} answered, but no source supports what it wrote: "
    "the answer is put together from passages."
)
ONLY_REPEATED = (
    "{rung} only repeated what one passage says: "
    "the answer that is put together from several passages stays."
)
NOTHING_ENDED = (
    "{rung} had not finished a sentence when it was cut: the answer is put together from passages."
)


@dataclass(frozen=True, slots=True)
class Aside:
    """What is worked out while the model thinks."""

    extract: Answer
    evidence: tuple[Evidence, ...]


@dataclass
class Outcome:
    """How the model's turn ended."""

    reply: Reply | None = None
    offered: tuple[Hit, ...] = ()
    error: Exception | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What an answer is written with, whoever writes it."""

    message: str
    asked: tuple[Asked, ...]
    shelf: Shelf
    encode: Encode
    entails: Entails | None
    today: date
    # What the project's people have said that the model was told of.
    facts: tuple[str, ...] = ()

    def extract(self, reason: str) -> Answer:
        """The answer from passages alone."""
        return extractive_answer(
            self.message,
            self.asked,
            self.shelf,
            self.encode,
            rung_reason=reason,
            today=self.today,
        )

    def aside(self, offered: Sequence[Hit]) -> Aside:
        """The extractive answer, and the passages ready for the gate."""
        extract = self.extract("No model has answered yet: put together from passages.")
        passages = [hit.passage for hit in offered]
        return Aside(extract, tuple(gather(passages, self.encode, self.entails)))

    def judged(self, outcome: Outcome, aside: Aside) -> Answer:
        """The answer to keep: the model's as far as sources support it, else the extractive."""
        if outcome.error is not None and not isinstance(outcome.error, ModelFailed):
            raise outcome.error
        reply = outcome.reply
        if reply is None:
            return self._without_model(outcome, aside.extract)
        cut = outcome.stopped or not reply.finished
        evidence = {one.passage.id: one for one in aside.evidence}
        gated = gate_reply(
            reply.text,
            outcome.offered,
            self._citations(outcome.offered),
            self.encode,
            self.entails,
            question=" ".join([self.message, *self._questions(), *self.facts]),
            cut=cut,
            evidence=_matching(outcome.offered, evidence),
        )
        logger.info(
            "gated rung=%s kept=%d removed=%d unknown_markers=%d cut=%s",
            reply.rung, gated.kept, len(gated.removed), gated.unknown_markers, cut,
        )  # fmt: skip
        if gated.kept < 1:
            return self._nothing_held(reply, gated, aside.extract, cut=cut)
        spoken = self._from_model(reply, gated, aside.extract, cut=cut)
        if reply.rung == EMBEDDED and _only_repeats(gated, outcome.offered, aside.extract):
            return self._only_repeated(spoken, aside.extract)
        return spoken

    def _without_model(self, outcome: Outcome, extract: Answer) -> Answer:
        error = outcome.error
        reason = "The model was stopped: the answer is put together from passages."
        attempts: tuple[Attempt, ...] = ()
        if isinstance(error, NoModel):
            attempts = error.attempts
        if isinstance(error, ModelFailed) and error.code != "cancelled":
            reason = f"{error.problem} The answer is put together from passages."
        return replace(extract, rung_reason=reason, attempts=attempts)

    def _nothing_held(self, reply: Reply, gated: Gated, extract: Answer, *, cut: bool) -> Answer:
        why = NOTHING_ENDED if cut and not gated.removed else NOTHING_HELD
        return replace(
            extract,
            rung_reason=f"{why.format(rung=reply.rung)} {reply.rung_reason}".strip(),
            notices=(*_gate_notices(gated), *extract.notices),
            attempts=reply.attempts,
            removed=gated.removed,
            unknown_markers=gated.unknown_markers,
        )

    def _from_model(self, reply: Reply, gated: Gated, extract: Answer, *, cut: bool) -> Answer:
        cited = {citation.source_id for citation in gated.citations}
        hits = [hit for part in self.asked for hit in part.retrieval.hits]
        return Answer(
            question=self.message,
            text="\n\n".join([gated.text, *self._refusals()]),
            citations=gated.citations,
            rung=reply.rung,
            rung_reason=reply.rung_reason,
            notices=(
                *((CUT,) if cut else ()),
                *_gate_notices(gated),
                *notices_for(self.asked, cited, self.shelf, self.today),
            ),
            suggestions=suggestions_for(hits, cited, self.shelf),
            confidence=extract.confidence,
            attempts=reply.attempts,
            removed=gated.removed,
            unknown_markers=gated.unknown_markers,
            incomplete=cut,
            alternative=extract,
        )

    def _only_repeated(self, spoken: Answer, extract: Answer) -> Answer:
        reason = f"{ONLY_REPEATED.format(rung=spoken.rung)} {spoken.rung_reason}"
        return replace(
            extract,
            rung_reason=reason.strip(),
            attempts=spoken.attempts,
            alternative=replace(spoken, alternative=None),
        )

    def _questions(self) -> list[str]:
        return [part.question.asked for part in self.asked]

    def _refusals(self) -> list[str]:
        """For each question that nothing answers, the sentence that says so."""
        return [
            f"**{' '.join(part.question.asked.split())}**\n\n{refusal(part.retrieval, self.shelf)}"
            for part in self.asked
            if not part.retrieval.answerable
        ]

    def _citations(self, offered: Sequence[Hit]) -> Citations:
        sources = {hit.passage.source_id for hit in offered}
        return Citations({source: self.shelf.references_of(source) for source in sources})


def _only_repeats(gated: Gated, offered: Sequence[Hit], extract: Answer) -> bool:
    """Whether a reply is sentences of passages as they stand, and of fewer than the extract's."""
    if len(gated.citations) >= len(extract.citations):
        return False
    passages = [_plain(hit.passage.text) for hit in offered]
    lines = _MARKER.sub("", gated.text).splitlines()
    said = [_plain(sentence) for line in lines for sentence in sentences_of(line.strip())]
    return all(any(sentence in passage for passage in passages) for sentence in said)


def _plain(text: str) -> str:
    """Its words alone, so that marks of lists and emphasis make no difference."""
    return " ".join(_WORD.findall(text.casefold()))


def _matching(offered: Sequence[Hit], evidence: dict[str, Evidence]) -> list[Evidence] | None:
    """The evidence of what was offered in the end; None when a passage was shortened."""
    found = [evidence.get(hit.passage.id) for hit in offered]
    same = [
        one
        for one, hit in zip(found, offered, strict=True)
        if one is not None and one.passage.text == hit.passage.text
    ]
    return same if len(same) == len(offered) else None


def _gate_notices(gated: Gated) -> list[str]:
    """What the gate did, in words for the reader."""
    notices = []
    sentences, markers = len(gated.removed), gated.unknown_markers
    if sentences == 1:
        notices.append("1 sentence was removed because no source supports it.")
    elif sentences:
        notices.append(f"{sentences} sentences were removed because no source supports them.")
    if markers == 1:
        notices.append("1 marker that was not offered was removed.")
    elif markers:
        notices.append(f"{markers} markers that were not offered were removed.")
    return notices
