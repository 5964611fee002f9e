"""Questions within conversations → stored turns; asked anew, branched, found and written out."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.errors import NotFound
from assistant.service.answering import Answering, Look, Step
from assistant.service.writing_out import as_markdown
from assistant.store import Conversation, Found, Project, Store, Turn

DEFAULT_PROJECT = "default"


class Conversing(ABC):
    """What a channel can ask about conversations; a part of `Assistant`."""

    store: Store
    answering: Answering

    @abstractmethod
    def project(self, name: str) -> Project:
        """The project of that name."""

    @abstractmethod
    def _look(self, owner: Project) -> Look: ...

    # -- to ask

    def stream(
        self,
        question: str,
        *,
        conversation: str | None = None,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        """Ask within a conversation and yield each step; the last one's turn has its answer.

        The question is committed before it is answered, and what is shown meanwhile before the
        model has spoken, so that neither is lost. Setting `cancelled` ends with what there is.
        """
        question = whole_characters(question)
        owner = self.project(project)
        threads = self.store.conversations
        thread = conversation or threads.begin(owner.id, question)
        history = threads.turns(owner.id, thread)
        turn = Turn(threads.ask(owner.id, thread, question), thread, question, None, None)
        yield Step(turn)
        yield from self._answer_turn(turn, history, owner, cancelled)

    def converse(
        self, question: str, *, conversation: str | None = None, project: str = DEFAULT_PROJECT
    ) -> Iterator[Turn]:
        """Ask within a conversation: yield the stored turn, then the same with its answer."""
        steps = self.stream(question, conversation=conversation, project=project)
        first = next(steps)
        yield first.turn
        *_, last = steps
        yield last.turn

    def resume(
        self,
        turn: str,
        *,
        conversation: str,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        """Answer a question that was stored and then interrupted; raise NotFound.

        A question that has its answer already keeps it.
        """
        owner = self.project(project)
        earlier, asked = self._up_to(turn, conversation, owner)
        yield Step(asked)
        if asked.answer is None:
            yield from self._answer_turn(asked, earlier, owner, cancelled)

    def answer_again(self, turn: str, *, conversation: str, project: str = DEFAULT_PROJECT) -> Turn:
        """Answer an interrupted question and return the turn with its answer; raise NotFound."""
        *_, last = self.resume(turn, conversation=conversation, project=project)
        return last.turn

    def retry(
        self,
        turn: str,
        *,
        conversation: str,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        """Answer a turn anew; its former answer is kept, see `choose_version`. Raise NotFound."""
        owner = self.project(project)
        self._up_to(turn, conversation, owner)
        self.store.conversations.set_aside(owner.id, turn)
        yield from self.resume(
            turn, conversation=conversation, project=project, cancelled=cancelled
        )

    def edit(
        self,
        turn: str,
        question: str,
        *,
        conversation: str,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        """Ask a question in other words, in a branch with the turns before it; raise NotFound.

        The conversation that it was asked in stays as it is.
        """
        question = whole_characters(question)
        owner = self.project(project)
        branch = self.store.conversations.branch(
            owner.id, conversation, turn, including=False, title=question
        )
        yield from self.stream(question, conversation=branch, project=project, cancelled=cancelled)

    def _up_to(self, turn: str, conversation: str, owner: Project) -> tuple[Sequence[Turn], Turn]:
        """The turns before this one, and this one."""
        turns = self.store.conversations.turns(owner.id, conversation)
        for place, one in enumerate(turns):
            if one.id == turn:
                return turns[:place], one
        raise NotFound("There is no such question in this project.", remedy="Ask it again.")

    def _answer_turn(
        self,
        turn: Turn,
        history: Sequence[Turn],
        owner: Project,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        look = self._look(owner)
        for event in self.answering.events(
            turn.question, look, history=history, cancelled=cancelled
        ):
            if event.answer is not None:
                answer = event.answer.as_json()
                self.store.conversations.answer(owner.id, turn.id, answer)
                turn = replace(turn, answer=answer)
            yield Step(turn, event)

    # -- which answer is shown

    def choose_version(self, turn: str, version: int, *, project: str = DEFAULT_PROJECT) -> None:
        """Show another of the answers that a turn has had; raise NotFound."""
        self.store.conversations.choose(self.project(project).id, turn, version)

    def swap_answer(self, turn: str, *, project: str = DEFAULT_PROJECT) -> None:
        """Keep the passages' answer in place of the model's, or the other way round."""
        self.store.conversations.swap(self.project(project).id, turn)

    def rate(
        self, turn: str, *, helpful: bool, comment: str = "", project: str = DEFAULT_PROJECT
    ) -> None:
        """Store a thumb up or down with the question it was given for."""
        owner = self.project(project)
        self.store.conversations.rate(owner.id, turn, helpful=helpful, comment=comment)

    # -- conversations as a whole

    def conversations(self, *, project: str = DEFAULT_PROJECT) -> list[Conversation]:
        """The project's conversations, the latest used first."""
        return self.store.conversations.all(self.project(project).id)

    def turns(self, conversation: str, *, project: str = DEFAULT_PROJECT) -> list[Turn]:
        """The turns of a conversation, oldest first."""
        return self.store.conversations.turns(self.project(project).id, conversation)

    def branch(self, turn: str, *, conversation: str, project: str = DEFAULT_PROJECT) -> str:
        """Open a conversation that goes on from this turn, and return its id; raise NotFound."""
        owner = self.project(project)
        return self.store.conversations.branch(owner.id, conversation, turn, including=True)

    def find_turns(self, words: str, *, project: str = DEFAULT_PROJECT) -> list[Found]:
        """The turns of the project that have every word, whatever case and accents."""
        return self.store.conversations.find(self.project(project).id, words)

    def export_conversation(self, conversation: str, *, project: str = DEFAULT_PROJECT) -> str:
        """A conversation as Markdown: questions, answers, sources, and who answered."""
        owner = self.project(project)
        threads = self.store.conversations
        turns = threads.turns(owner.id, conversation)
        titles = {one.id: one.title for one in threads.all(owner.id)}
        return as_markdown(titles[conversation], turns)

    def delete_conversation(self, conversation: str, *, project: str = DEFAULT_PROJECT) -> None:
        """Delete a conversation with its turns."""
        self.store.conversations.delete(self.project(project).id, conversation)


def whole_characters(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair: no encoding carries one."""
    return text.encode("utf-8", "replace").decode("utf-8")
