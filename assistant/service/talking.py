"""An interview in a thread of a chat program → answers, open points and hand-offs to colleagues."""

from abc import ABC
from dataclasses import dataclass, replace

from assistant.errors import InputInvalid, NotFound
from assistant.facts import StatedFact
from assistant.interview import ALL, Question
from assistant.service.asking import InterviewStep
from assistant.service.interviewing import Interviewing
from assistant.store import ChatThread, Handoff


@dataclass(frozen=True, slots=True)
class HandedAnswer:
    """What became of an answer to a handed-over question, and whom to tell where.

    `step` has the doubt about a vague answer; the question is then still theirs.
    """

    handoff: Handoff
    step: InterviewStep
    shown: str


class Talking(Interviewing, ABC):
    """What a chat program asks for in interviews; a part of `Assistant`."""

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
        self,
        thread: ChatThread,
        *,
        author: str,
        fact: str = "",
        owner: str = "",
        due: str = "",
    ) -> InterviewStep:
        """Record that nobody knows yet; the question becomes an open point."""
        step = self.dont_know(
            fact or thread.fact,
            owner=owner,
            due=due,
            kind=thread.kind or None,
            project=thread.project,
            author=author,
        )
        return self._asked(thread, step)

    def edit_in_thread(self, thread: ChatThread, words: str, *, person: str) -> InterviewStep:
        """Put the question of a fact, named by its id or label, to change its answer.

        Without an interview in the thread, one with this person begins there.

        Raises:
            NotFound: There is no such fact.
        """
        fact = self._fact_named(words)
        running = replace(
            thread, kind=thread.kind or ALL, asker=thread.asker if thread.kind else person
        )
        self.store.threads.change(thread.id, state="open", kind=running.kind, asker=running.asker)
        return self.ask_again(running, fact=fact)

    def _fact_named(self, words: str) -> str:
        words = " ".join(words.casefold().split())
        for fact in self.catalogue():
            if words in (fact.id, fact.label.casefold()):
                return fact.id
        raise NotFound(
            f"There is no question {words[:60]!r}.", remedy="`review` shows what each is called."
        )

    def detail_open_point(
        self, thread: ChatThread, *, fact: str, event: int, owner: str, due: str, author: str
    ) -> StatedFact:
        """Say who finds out what nobody knows, and by when; the thread's question stays.

        What is left empty stays as it was.

        Raises:
            Conflict: Somebody changed the fact since `event`.
        """
        known = self.facts(project=thread.project).get(fact)
        return self.mark_unknown(
            fact,
            owner=owner or (known.owner if known is not None else ""),
            due=due or (known.due if known is not None else ""),
            expected_event=event,
            project=thread.project,
            author=author,
        )

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
        due: str = "",
    ) -> tuple[Question, InterviewStep]:
        """Let somebody else answer a question of an interview, and go on without it.

        It is an open point under their `name`, due by `due`, until they answer in the thread
        `place`. Returns the question for them and the next step for who is interviewed.
        """
        step = self.dont_know_in_thread(origin, author=author, fact=fact, owner=name, due=due)
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
