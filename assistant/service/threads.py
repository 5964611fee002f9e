"""Threads of a chat program → conversations, interviews and hand-offs of the channel's project.

What Slack, Teams and Mattermost have in common. A channel works in one project, which only an
administrator chooses; a thread belongs to the project that its channel works in now.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.errors import InputInvalid, NotFound
from assistant.interview import ALL, Question
from assistant.service.addressed import ChatMessage, Meaning, meaning_of
from assistant.service.answering import Step
from assistant.service.asking import InterviewStep
from assistant.service.conversing import DEFAULT_PROJECT
from assistant.service.interviewing import Interviewing
from assistant.store import Binding, ChatThread, Handoff, Project

# Chat programs resend for an hour at most.
EVENTS_KEPT_S = 24 * 3600.0
# How many projects of one name are tried before a person's own is given up.
MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class HandedAnswer:
    """What became of an answer to a handed-over question, and whom to tell where.

    `step` has the doubt about a vague answer; the question is then still theirs.
    """

    handoff: Handoff
    step: InterviewStep
    shown: str


class Threading(Interviewing, ABC):
    """What a chat program asks for; a part of `Assistant`.

    Ids of channels, threads and people are the program's own, with its name and the workspace in
    front, such as `slack/T1/C1`.
    """

    @abstractmethod
    def new_project(self, name: str) -> Project:
        """Create a project."""

    @abstractmethod
    def stream(
        self,
        question: str,
        *,
        conversation: str | None = None,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Iterator[Step]:
        """Ask within a conversation and yield each step."""

    def first_time(self, names: Iterable[str]) -> bool:
        """Claim an event by all its names: True once for all processes, within a day."""
        return self.store.threads.first_time(names, keep_s=EVENTS_KEPT_S)

    # -- channels

    def bind_channel(self, channel: str, project: str, *, by: str = "") -> None:
        """Let a channel work in a project; whether somebody may say so is asked beforehand."""
        if not channel.strip() or len(channel) > 200 or not channel.isprintable():
            raise InputInvalid("This is no channel.", remedy="Give the channel's id.")
        self.store.threads.bind(channel, self.project(project).id, by=by)

    def unbind_channel(self, channel: str) -> None:
        """Take a channel's project away; raise NotFound when it has none."""
        if not self.store.threads.unbind(channel):
            raise NotFound(
                "The channel has no project.", remedy="`scopewright slack bindings` lists them."
            )

    def channel_bindings(self) -> list[Binding]:
        """Every channel that has a project."""
        return self.store.threads.bindings()

    def channel_project(self, channel: str) -> str | None:
        """The project that a channel works in."""
        return self.store.threads.project_of(channel)

    def own_project(self, channel: str, name: str, *, by: str = "", anew: bool = False) -> str:
        """The project of a channel that one person has to themselves, made at its first use.

        It is never one that was there before, whatever its name. With `anew` another one is made
        and takes its place.
        """
        bound = self.channel_project(channel)
        if bound is not None and not anew:
            return bound
        made = self._unused(name)
        self.store.threads.bind(channel, made.id, by=by)
        return made.name

    def _unused(self, name: str) -> Project:
        taken = {one.name for one in self.store.projects.all()}
        names = [name, *(f"{name} {number}" for number in range(2, MOST_NAMES))]
        return self.new_project(next((one for one in names if one not in taken), name))

    # -- threads

    def chat_thread(self, thread: str) -> ChatThread | None:
        """A known thread of its channel's project."""
        return self.store.threads.thread(thread)

    def open_thread(self, thread: str, *, channel: str, people: Iterable[str] = ()) -> ChatThread:
        """The thread, begun where it is new; raise NotFound when its channel has no project."""
        found = self.store.threads.begin(thread, channel, people)
        if found is None:
            raise NotFound(
                "This channel has no project yet.",
                remedy="An administrator binds it to one.",
                code="channel_unbound",
            )
        return found

    def understand_message(self, thread_id: str, message: ChatMessage) -> Meaning:
        """What a message asks for; whoever writes in a known thread is remembered for it."""
        thread = self.store.threads.thread(thread_id)
        handed = self.store.threads.handed(thread_id, message.person) is not None
        if thread is not None and message.person not in thread.people:
            self.store.threads.join(thread_id, message.person)
            thread = self.store.threads.thread(thread_id)
        catalogue = self.catalogue()
        people_fact = (
            thread is not None
            and thread.fact in catalogue
            and catalogue[thread.fact].type == "people"
        )
        meaning = meaning_of(message, thread, handed=handed, people_fact=people_fact)
        if thread is not None and thread.state == "done" and meaning.intent != "ignore":
            self.store.threads.change(thread_id, state="open")
        return meaning

    def mute_thread(self, thread: str) -> None:
        """Stay silent in a thread unless addressed by name; an interview in it ends."""
        self.store.threads.change(thread, state="muted", kind="", fact="", asker="")

    def close_thread(self, thread: str) -> None:
        """End a thread and its interview; addressing the assistant opens it again."""
        self.store.threads.change(thread, state="done", kind="", fact="", asker="")

    def ask_in_thread(
        self, thread: ChatThread, question: str, *, cancelled: threading.Event | None = None
    ) -> Iterator[Step]:
        """Ask in the conversation that the thread holds, and yield each step."""
        steps = self.stream(
            question,
            conversation=thread.conversation,
            project=thread.project,
            cancelled=cancelled,
        )
        for step in steps:
            if step.event is None and step.turn.conversation != thread.conversation:
                self.store.threads.change(thread.id, conversation_id=step.turn.conversation)
            yield step

    # -- interviews

    def begin_interview(self, thread: ChatThread, *, person: str, kind: str = "") -> InterviewStep:
        """Interview a person in a thread, from the question that is worth most now.

        Raises:
            NotFound: There is no such kind of document.
        """
        step = self.next_question(kind or None, project=thread.project)
        kind = kind or ALL
        self.store.threads.change(thread.id, state="open", kind=kind, asker=person)
        return self._asked(replace(thread, kind=kind, asker=person), step)

    def answer_in_thread(
        self,
        thread: ChatThread,
        raw: object,
        *,
        author: str,
        fact: str = "",
        event: int | None = None,
        insist: bool = False,
    ) -> InterviewStep:
        """Answer the question that was put last in a thread, or another one by its fact.

        Raises:
            InputInvalid: The answer cannot be used; nothing was stored.
            Conflict: Somebody else changed the fact since it was asked.
        """
        key = fact or thread.fact
        expected = thread.event if event is None and key == thread.fact else event
        step = self.answer(
            key,
            raw,
            kind=thread.kind or None,
            insist=insist,
            expected_event=None if insist else expected,
            project=thread.project,
            author=author,
        )
        return self._asked(thread, step)

    def keep_in_thread(self, thread: ChatThread, *, author: str) -> InterviewStep:
        """Keep the answer that was asked back about, as it was said."""
        marks = self.store.interviews.marks(self.project(thread.project).id)
        said = {one.fact: one.detail for one in marks if one.name == "challenged"}
        if thread.fact not in said:
            raise InputInvalid("There is no answer to keep.", remedy="Answer the question.")
        return self.answer_in_thread(thread, said[thread.fact], author=author, insist=True)

    def skip_in_thread(self, thread: ChatThread, *, author: str, fact: str = "") -> InterviewStep:
        """Put the question off until all others are answered."""
        step = self.skip(
            fact or thread.fact, kind=thread.kind or None, project=thread.project, author=author
        )
        return self._asked(thread, step)

    def dont_know_in_thread(
        self, thread: ChatThread, *, author: str, fact: str = "", owner: str = ""
    ) -> InterviewStep:
        """Record that nobody knows yet; the question becomes an open point."""
        step = self.dont_know(
            fact or thread.fact,
            owner=owner,
            kind=thread.kind or None,
            project=thread.project,
            author=author,
        )
        return self._asked(thread, step)

    def undo_in_thread(self, thread: ChatThread) -> tuple[str, InterviewStep]:
        """Take the project's last change back; return its label and the question again."""
        undone = self.undo(project=thread.project)
        return undone.fact.label, self.ask_again(thread, fact=undone.fact.id)

    def ask_again(self, thread: ChatThread, *, fact: str = "") -> InterviewStep:
        """Put a question once more, as it stands now: the last one, or that of a fact."""
        progress = self.next_question(thread.kind or None, project=thread.project).progress
        return self._asked(thread, InterviewStep(self.question_in_thread(thread, fact), progress))

    def question_in_thread(self, thread: ChatThread, fact: str = "") -> Question:
        """The question that was put last, or that of a fact."""
        return self.question(fact or thread.fact, kind=thread.kind or None, project=thread.project)

    def stop_interview(self, thread: ChatThread) -> None:
        """End the interview; everything that was answered is kept."""
        self.store.threads.change(thread.id, kind="", fact="", asker="")

    def _asked(self, thread: ChatThread, step: InterviewStep) -> InterviewStep:
        """Remember which question stands in the thread; without one the interview is over."""
        if not thread.kind:
            # A late answer to an interview that was stopped does not begin it again.
            return step
        if step.question is None:
            self.stop_interview(thread)
        else:
            self.store.threads.change(
                thread.id, fact=step.question.fact.id, event=step.question.event
            )
        return step

    # -- hand-offs

    def hand_off(
        self,
        origin: ChatThread,
        place: ChatThread,
        *,
        fact: str,
        person: str,
        name: str,
        author: str,
    ) -> tuple[Question, InterviewStep]:
        """Let somebody else answer a question of an interview, and go on without it.

        It is an open point under their `name` until they answer in the thread `place`. Returns
        the question for them and the next step for who is interviewed.
        """
        step = self.dont_know_in_thread(origin, author=author, fact=fact, owner=name)
        question = self.question(fact, project=origin.project)
        self.store.threads.hand_off(
            thread=place.id,
            origin=origin.id,
            fact=fact,
            event=question.event,
            person=person,
            asker=origin.asker,
        )
        return question, step

    def handed_to(self, thread: str, person: str, fact: str | None = None) -> Handoff | None:
        """The question that waits for a person in a thread."""
        return self.store.threads.handed(thread, person, fact)

    def answer_handed(
        self, handoff: Handoff, raw: object, *, author: str, insist: bool = False
    ) -> HandedAnswer:
        """Store the answer to a handed-over question under the name of who gave it."""
        step = self.answer(
            handoff.fact,
            raw,
            insist=insist,
            expected_event=None if insist else handoff.event,
            project=handoff.project,
            author=author,
        )
        question = self.question(handoff.fact, project=handoff.project)
        if step.challenge is None:
            self.store.threads.answered(handoff.id)
        else:
            self.store.threads.renew(handoff.id, question.event)
        return HandedAnswer(handoff, step, question.known_text or "not known yet")
