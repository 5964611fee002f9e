"""A question, what was found and the ladder → Events: sources, words as they come, the Answer.

Sources come at once. Words of a model are provisional until the citation gate has read them all;
where no word has come after `wait_s`, the extractive answer is shown meanwhile.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Literal

from assistant.answer.compose import Encode
from assistant.answer.desk import Aside, Desk, Outcome
from assistant.answer.extractive import Asked, Shelf, reply_to_small_talk
from assistant.answer.gate import Entails
from assistant.answer.parts import Answer
from assistant.answer.prompt import Exchange, Material, answer_prompt
from assistant.answer.turns import TURNS
from assistant.errors import ModelFailed
from assistant.ladder import Ladder, Message, Reply
from assistant.retrieve import Hit
from assistant.tokens import TokenCounter

# Passages that a model reads; more cost a small model its attention and a local one seconds.
MOST_OFFERED = 6
# After a context-length error the material must fit into this share of what was tried.
SHRINK = 0.5
# How often a waiting reader is looked after.
TICK_S = 0.05

NOT_ASKED = "Nothing was found that answers this, so no model was asked."


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


@dataclass
class _Worker:
    """Asks the ladder in a thread of its own; `begun` is set when its reply begins, or fails."""

    ladder: Ladder
    material: Material
    counter: TokenCounter
    max_tokens: int
    cancelled: threading.Event
    begun: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome = field(default_factory=Outcome)

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
            # Who stopped it meanwhile had no reply to stop yet.
            if self.cancelled.is_set():
                reply.cancel()
        # The reader waits for this thread, so it must be told of every end; it raises what is
        # no failure of a model.
        except Exception as error:
            self.outcome.error = error
        finally:
            self.begun.set()

    def _ask(self) -> Reply:
        """The reply; material that is too long for the model is shortened once."""
        room = self.ladder.prompt_tokens(self.max_tokens)
        with TURNS.first():
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
                f"The question and its sources have about {prompt.tokens:,} tokens, "
                f"shortened about {shorter.tokens:,}, and the model says that both are too many.",
                remedy="Ask in fewer words, or use a model with a larger context.",
                code=error.code,
            ) from error

    def _reply(self, messages: Sequence[Message]) -> Reply:
        return self.ladder.reply(
            messages,
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
    entails: Entails | None = None,
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
    desk = Desk(message, tuple(asked), shelf, encode, entails, today, tuple(facts))
    if not any(part.retrieval.answerable for part in asked):
        yield Event("final", desk.extract(NOT_ASKED))
        return
    material = Material(_question(asked), offered, tuple(history), tuple(facts))
    worker = _Worker(ladder, material, counter, max_tokens, cancelled or threading.Event())
    with ThreadPoolExecutor(1, "aside") as pool:
        worker.start()
        aside = pool.submit(TURNS.do, desk.aside, offered)
        try:
            yield from _listen(worker, aside, wait_s)
            waiting = aside.result()
            yield Event("final", TURNS.do(desk.judged, worker.outcome, waiting))
        finally:
            worker.stop()


def _listen(worker: _Worker, aside: "Future[Aside]", wait_s: float) -> Iterator[Event]:
    """The pieces as they come; the extractive answer when the first is late."""
    late_at = time.monotonic() + wait_s
    shown = False
    while not worker.begun.wait(TICK_S):
        if worker.cancelled.is_set():
            break
        # Waiting for it here would hold up the words that may come meanwhile.
        if not shown and aside.done() and time.monotonic() >= late_at:
            shown = True
            yield Event("extract", aside.result().extract)
    for piece in worker.outcome.reply or ():
        yield Event("provisional", text=piece)
    if worker.cancelled.is_set():
        worker.outcome.stopped = True
        worker.stop()


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
