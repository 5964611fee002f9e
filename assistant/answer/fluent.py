"""A question, what was found and the ladder → Events: sources, words as they come, the Answer.

Sources come at once. Words of a model are provisional until the citation gate has read them all;
where no word has come after `wait_s`, the extractive answer is shown meanwhile.
"""

import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest
from typing import Literal

from assistant.answer.compose import Encode
from assistant.answer.extractive import (
    Asked,
    Shelf,
    extractive_answer,
    notices_for,
    refusal,
    reply_to_small_talk,
    suggestions_for,
)
from assistant.answer.gate import Evidence, Gated, gate_reply, gather
from assistant.answer.parts import Answer, Citations
from assistant.answer.prompt import Exchange, Material, answer_prompt
from assistant.errors import ModelFailed, NoModel
from assistant.ladder import Attempt, Ladder, Reply
from assistant.retrieve import Hit
from assistant.tokens import TokenCounter

logger = logging.getLogger(__name__)

# Passages that a model reads; more cost a small model its attention and a local one seconds.
MOST_OFFERED = 6
# For a server that does not say how much it holds.
USUAL_CONTEXT = 16_384
# After a context-length error the material must fit into this share of what was tried.
SHRINK = 0.5
# How often a waiting reader is looked after.
TICK_S = 0.05

NOT_ASKED = "Nothing was found that answers this, so no model was asked."
CUT = "The model's answer was cut; ask again to retry."
NOTHING_HELD = "{rung} answered, but no source supports what it wrote: the answer is put together from passages."
NOTHING_ENDED = (
    "{rung} had not finished a sentence when it was cut: the answer is put together from passages."
)


@dataclass(frozen=True, slots=True)
class Event:
    """One step of an answer on its way.

    `sources` has the hits that answers are made from, `extract` the extractive answer to show
    meanwhile, `provisional` the next piece of unverified text, `final` the answer to keep.
    """

    kind: Literal["sources", "extract", "provisional", "final"]
    answer: Answer | None = None
    text: str = ""
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Aside:
    """What is worked out while the model thinks."""

    extract: Answer
    evidence: tuple[Evidence, ...]


@dataclass
class _Outcome:
    """How the model's turn ended."""

    reply: Reply | None = None
    offered: tuple[Hit, ...] = ()
    error: Exception | None = None
    stopped: bool = False


@dataclass
class _Worker:
    """Asks the ladder in a thread of its own; what comes is put into `pieces`, None at the end."""

    ladder: Ladder
    material: Material
    counter: TokenCounter
    max_tokens: int
    cancelled: threading.Event
    pieces: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)
    outcome: _Outcome = field(default_factory=_Outcome)

    def start(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._run, name="model", daemon=True).start()

    def stop(self) -> None:
        """Close the connection to the model."""
        self.cancelled.set()
        if self.outcome.reply is not None:
            self.outcome.reply.cancel()

    def _run(self) -> None:
        try:
            reply = self._ask()
            self.outcome.reply = reply
            for piece in reply:
                self.pieces.put(piece)
                if self.cancelled.is_set():
                    reply.cancel()
        # The reader waits for this thread, so it must be told of every end; it raises what is
        # no failure of a model.
        except Exception as error:
            self.outcome.error = error
        finally:
            self.pieces.put(None)

    def _ask(self) -> Reply:
        """The reply; material that is too long for the model is shortened once."""
        room = (self.ladder.context_tokens() or USUAL_CONTEXT) - self.max_tokens
        prompt = answer_prompt(self.material, self.counter, room)
        self.outcome.offered = prompt.offered
        try:
            return self._reply(prompt.messages)
        except ModelFailed as error:
            if error.code != "context_too_long":
                raise
        shorter = answer_prompt(self.material, self.counter, int(prompt.tokens * SHRINK))
        self.outcome.offered = shorter.offered
        try:
            return self._reply(shorter.messages)
        except ModelFailed as error:
            if error.code != "context_too_long":
                raise
            raise ModelFailed(
                f"The question and its sources have about {prompt.tokens:,} tokens, shortened about "
                f"{shorter.tokens:,}, and the model says that both are too many.",
                remedy="Ask in fewer words, or use a model with a larger context.",
                code=error.code,
            ) from error

    def _reply(self, messages: Sequence[object]) -> Reply:
        return self.ladder.reply(
            messages,  # type: ignore[arg-type]
            max_tokens=self.max_tokens,
            cancelled=self.cancelled,
        )


def answer_with_model(
    message: str,
    asked: Sequence[Asked],
    shelf: Shelf,
    encode: Encode,
    ladder: Ladder,
    *,
    today: date,
    counter: TokenCounter,
    history: Sequence[Exchange] = (),
    facts: Sequence[str] = (),
    wait_s: float = 1.0,
    max_tokens: int = 700,
    cancelled: threading.Event | None = None,
) -> Iterator[Event]:
    """Yield what is known as soon as it is known; the last event is `final`.

    Setting `cancelled` ends the answer with what there is, and so does closing the iterator; both
    stop the model. Never raises because of a model.
    """
    talk = reply_to_small_talk(message)
    if talk is not None:
        yield Event("final", talk)
        return
    offered = offered_hits(asked, shelf)
    yield Event("sources", hits=offered)
    desk = _Desk(message, tuple(asked), shelf, encode, today)
    if not any(part.retrieval.answerable for part in asked):
        yield Event("final", desk.extract(NOT_ASKED))
        return
    material = Material(_question(asked), offered, tuple(history), tuple(facts))
    worker = _Worker(ladder, material, counter, max_tokens, cancelled or threading.Event())
    with ThreadPoolExecutor(1, "aside") as pool:
        worker.start()
        aside = pool.submit(desk.aside, offered)
        try:
            yield from _listen(worker, aside, wait_s)
            yield Event("final", desk.judged(worker.outcome, aside.result()))
        finally:
            worker.stop()


def _listen(worker: _Worker, aside: "Future[_Aside]", wait_s: float) -> Iterator[Event]:
    """The pieces as they come; the extractive answer when the first is late."""
    late_at = time.monotonic() + wait_s
    shown = False
    while True:
        if worker.cancelled.is_set():
            worker.outcome.stopped = True
            worker.stop()
            return
        try:
            piece = worker.pieces.get(timeout=TICK_S)
        except queue.Empty:
            if not shown and time.monotonic() >= late_at:
                shown = True
                yield Event("extract", aside.result().extract)
            continue
        if piece is None:
            return
        shown = True
        yield Event("provisional", text=piece)


def offered_hits(asked: Sequence[Asked], shelf: Shelf) -> tuple[Hit, ...]:
    """The passages that a model may cite, best first: those of every answerable question in turn.

    The lead of the best article comes along, since it answers by itself.
    """
    rankings = []
    for part in asked:
        hits = list(part.retrieval.hits)
        if part.retrieval.answerable and hits:
            lead = shelf.opening(hits[0].passage.source_id)
            rankings.append([hits[0], *([lead] if lead is not None else []), *hits[1:]])
    dealt = [hit for turn in zip_longest(*rankings) for hit in turn if hit is not None]
    unique = {hit.passage.id: hit for hit in reversed(dealt)}
    ordered = [key for key in dict.fromkeys(hit.passage.id for hit in dealt)]
    return tuple(unique[key] for key in ordered[:MOST_OFFERED])


def _question(asked: Sequence[Asked]) -> str:
    return "\n".join(part.question.asked for part in asked if part.retrieval.answerable)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What an answer is written with, whoever writes it."""

    message: str
    asked: tuple[Asked, ...]
    shelf: Shelf
    encode: Encode
    today: date

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

    def aside(self, offered: Sequence[Hit]) -> _Aside:
        """The extractive answer, and the passages ready for the gate."""
        extract = self.extract("No model has answered yet: put together from passages.")
        return _Aside(extract, tuple(gather([hit.passage for hit in offered], self.encode)))

    def judged(self, outcome: _Outcome, aside: _Aside) -> Answer:
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
            question=" ".join([self.message, *(part.question.asked for part in self.asked)]),
            cut=cut,
            evidence=_matching(outcome.offered, evidence),
        )
        logger.info(
            "gated rung=%s kept=%d removed=%d unknown_markers=%d cut=%s",
            reply.rung, gated.kept, len(gated.removed), gated.unknown_markers, cut,
        )  # fmt: skip
        if gated.kept < 1:
            return self._nothing_held(reply, gated, aside.extract, cut=cut)
        return self._from_model(reply, gated, aside.extract, cut=cut)

    def _without_model(self, outcome: _Outcome, extract: Answer) -> Answer:
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
