"""A message in a project → Steps towards its stored answer: sources, words, the answer to keep."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answer import (
    TURNS,
    Answer,
    Asked,
    EarlierTurn,
    Event,
    Exchange,
    Shelf,
    answer_with_model,
    check_sentence,
    extractive_answer,
    leans,
    offered_hits,
    reply_to_small_talk,
    rewrite_with_model,
    standalone_question,
)
from assistant.embed import remembered
from assistant.ingest import Passage
from assistant.ladder import Ladder
from assistant.retrieve import Retrieval, Understood
from assistant.service.library import Library
from assistant.settings import Settings
from assistant.store import Turn
from assistant.tokens import TokenCounter

NO_MODEL = "No language model is configured: the answer is put together from passages."
# Turns of the conversation that a model is told of, the latest.
REMEMBERED = 3
# Nobody waits longer for a question to be put in better words.
REWRITE_S = 2.0
# When no token has come so long after the question, the passages' answer is shown.
EXTRACT_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """What can be found in one project: how to search it and what its sources are called."""

    retrieve: Callable[[str], Retrieval]
    understand: Callable[[str], Sequence[Understood]]
    shelf: Shelf
    # The project's facts that matter for a question, each as a line.
    facts: Callable[[str], Sequence[str]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class Step:
    """A stored turn and what has just happened to it; the first step has no event."""

    turn: Turn
    event: Event | None = None


class Answering:
    """Answers messages with the ladder of the settings, or with passages alone."""

    def __init__(self, settings: Settings, library: Library, clock: Callable[[], date]) -> None:
        self._settings = settings
        # Passages that answer often are weighed sentence by sentence for every such question.
        self._encode = remembered(lambda texts: library.encoder.encode(texts))
        self._entails = library.entailment.odds
        self._clock = clock
        self._ladder: Ladder | None = None
        self._quick: Ladder | None = None
        self._lock = threading.Lock()
        self._counter = TokenCounter(settings.tiktoken_folder)

    def ladder(self) -> Ladder:
        """The rungs of the settings; the embedded model among them when its weights are there."""
        with self._lock:
            if self._ladder is None:
                self._ladder = Ladder(self._settings)
            return self._ladder

    def quick_ladder(self) -> Ladder:
        """The same for a single answer: the embedded model only where the settings name it.

        It takes longer to start than one answer is worth.
        """
        with self._lock:
            if self._quick is None:
                self._quick = Ladder(self._settings, embedded=False)
            return self._quick

    def warm(self, passage: Passage) -> None:
        """Check a sentence, so that the word lists are read before somebody waits for them."""
        check_sentence(passage.text, [passage], self._encode, self._entails)

    def use(self, ladder: Ladder) -> None:
        """Ask another ladder from now on, for instance one of scripted models."""
        with self._lock:
            self._ladder = self._quick = ladder

    def close(self) -> None:
        """Stop the models."""
        with self._lock:
            for ladder in {id(one): one for one in (self._ladder, self._quick) if one}.values():
                ladder.close()
            self._ladder = self._quick = None

    def extract(self, message: str, look: Look, *, history: Sequence[Turn] = ()) -> Answer:
        """The answer from passages alone."""
        talk = reply_to_small_talk(message)
        if talk is not None:
            return talk
        alone = standalone_question(message, _earlier(history))
        return extractive_answer(
            message,
            self._asked(alone, look),
            look.shelf,
            self._encode,
            rung_reason=NO_MODEL,
            today=self._clock(),
        )

    def events(
        self,
        message: str,
        look: Look,
        *,
        history: Sequence[Turn] = (),
        cancelled: threading.Event | None = None,
        quick: bool = False,
    ) -> Iterator[Event]:
        """The steps towards an answer; the last is `final`. `quick` asks the quick ladder."""
        talk = reply_to_small_talk(message)
        if talk is not None:
            yield Event("final", talk)
            return
        ladder = self.quick_ladder() if quick else self.ladder()
        begun = time.monotonic()
        alone = standalone_question(message, _earlier(history))
        with TURNS.first():
            asked = self._asked(alone, look)
        if leans(message) and history and ladder.spares_a_call():
            # What the rule finds is shown while a model words the question better.
            yield Event("sources", hits=offered_hits(asked, look.shelf))
            better = _rewritten(message, _earlier(history), ladder)
            asked = asked if better == alone else self._asked(better, look)
        yield from answer_with_model(
            message,
            asked,
            look.shelf,
            self._encode,
            ladder,
            today=self._clock(),
            counter=self._counter,
            entails=self._entails,
            history=_exchanges(history),
            facts=look.facts(alone),
            wait_s=max(0.0, EXTRACT_AFTER_S - (time.monotonic() - begun)),
            cancelled=cancelled,
        )

    def _asked(self, question: str, look: Look) -> list[Asked]:
        return [Asked(part, look.retrieve(part.search)) for part in look.understand(question)]


def _rewritten(message: str, earlier: Sequence[EarlierTurn], ladder: Ladder) -> str:
    """The question as a model rewrites it, or by the rule when that takes it too long."""
    late = threading.Event()
    timer = threading.Timer(REWRITE_S, late.set)
    timer.daemon = True
    timer.start()
    try:
        return rewrite_with_model(message, earlier, ladder, cancelled=late)
    finally:
        timer.cancel()


def _earlier(history: Sequence[Turn]) -> list[EarlierTurn]:
    return [
        EarlierTurn(turn.question, str(turn.answer["answer"]), _main_title(turn))
        for turn in history
        if turn.answer is not None
    ]


def _main_title(turn: Turn) -> str:
    citations = (turn.answer or {}).get("citations", [])
    return str(citations[0]["title"]) if citations else ""


def _exchanges(history: Sequence[Turn]) -> list[Exchange]:
    return [
        Exchange(turn.question, str(turn.answer["answer"]))
        for turn in history[-REMEMBERED:]
        if turn.answer is not None
    ]
