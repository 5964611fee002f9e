"""A question with what was said before it, kept by nobody here → the steps of its answer."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answer import Event
from assistant.service.answering import Answering, Look
from assistant.service.conversing import DEFAULT_PROJECT, whole_characters
from assistant.service.library import Library
from assistant.settings import Settings
from assistant.store import Project, Turn
from assistant.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An earlier question and the answer that was given, as the caller remembers them."""

    question: str
    answer: str


class Chatting(ABC):
    """Answers for callers that keep the conversation themselves; a part of `Assistant`."""

    settings: Settings
    library: Library
    answering: Answering

    @abstractmethod
    def project(self, name: str) -> Project:
        """The project of that name."""

    @abstractmethod
    def _look(self, owner: Project) -> Look: ...

    def chat(
        self,
        question: str,
        *,
        history: Sequence[Exchanged] = (),
        project: str = DEFAULT_PROJECT,
        model: bool = True,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Yield the steps of an answer, which is not stored; the last one is `final`.

        Without `model` the answer is put together from passages. Setting `cancelled` ends it with
        what there is.
        """
        question = whole_characters(question)
        look = self._look(self.project(project))
        earlier = [_turn(one) for one in history]
        if model:
            yield from self.answering.events(question, look, history=earlier, cancelled=cancelled)
        else:
            yield Event("final", self.answering.extract(question, look, history=earlier))

    def warm(self) -> None:
        """Take the cost of a first question now: imports, the tokenizer, what checking reads."""
        self.answering.ladder().warm()
        self.answering.warm(self.library.knowledge().passage(0))
        self.count_tokens("warm")

    def count_tokens(self, text: str) -> int:
        """Tokens in a text: exact where a vocabulary of tiktoken is on disk, else about."""
        return self._counter.count(text)

    @cached_property
    def _counter(self) -> TokenCounter:
        return TokenCounter(self.settings.tiktoken_folder)


def _turn(one: Exchanged) -> Turn:
    answer = {"answer": whole_characters(one.answer), "citations": []}
    return Turn("", "", whole_characters(one.question), answer, None)
