"""Answers in a project → the next question, what an answer changed, the review of all answers."""

from abc import ABC
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.facts import INSISTED, ProjectFacts, StatedFact
from assistant.interview import (
    ALL,
    DocumentNeeds,
    MarkName,
    Marks,
    Question,
    Raised,
    implied_by,
    in_force,
    load_needs,
    next_of,
    one_line,
    progress_of,
    question_of,
    same_value,
    survey,
    value_detail,
)
from assistant.service.asking import InterviewStep, ReviewItem, review_of
from assistant.service.conversing import DEFAULT_PROJECT
from assistant.service.hearing import hear, notices_of, raised
from assistant.service.reasons import reasons
from assistant.service.scoping import Scoping
from assistant.settings import Settings
from assistant.store import Mark, Project, one_look


@dataclass(frozen=True, slots=True)
class _Room:
    """One look at a project: what is known and remembered, and what a document asks for."""

    owner: Project
    needs: DocumentNeeds
    facts: ProjectFacts
    marks: Marks
    raised: tuple[Raised, ...]
    after: str | None

    def raised_by(self, key: str) -> set[str]:
        """The messages of the findings that an answer to this question would settle."""
        return {one_line(one.message) for one in self.raised if one.fact == key}


class Interviewing(Scoping, ABC):
    """What a channel can ask about interviews; a part of `Assistant`.

    `kind` is a kind of document, or `all`, which counts when there is none. What was answered is
    committed when a step returns.
    """

    settings: Settings
    _clock: Callable[[], date]

    def next_question(
        self, kind: str | None = None, *, project: str = DEFAULT_PROJECT
    ) -> InterviewStep:
        """The question that is worth most now, and how far the interview is."""
        return self._step(self._enter(kind, project))

    def question(
        self, key: str, *, kind: str | None = None, project: str = DEFAULT_PROJECT
    ) -> Question:
        """The question of one fact, to answer it out of turn or again; raise NotFound."""
        return self._question(self._enter(kind, project), key)

    def answer(
        self,
        key: str,
        raw: object,
        *,
        kind: str | None = None,
        insist: bool = False,
        note: str = "",
        expected_event: int | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> InterviewStep:
        """Store an answer and go on; a vague one is stored too, and asked back about once.

        The same answer again, or `insist`, keeps it with a note that says so. A vague word in
        place of an amount is kept as it was typed while it is asked back about; insisting makes it
        an open point. `expected_event` is the event of the question that was shown.

        Raises:
            NotFound: There is no such fact or kind of document.
            InputInvalid: The answer cannot be used; nothing was stored.
            Conflict: Somebody else changed the fact since `expected_event`; nothing was stored.
        """
        fact = self.catalogue()[key]
        before = self._enter(kind, project)
        heard = hear(fact, raw, before.marks, insist=insist)
        if heard.read is None and not heard.kept:
            self._mark(before, key, "challenged", heard.words, author)
            return self._step(self._enter(kind, project), doubt=(key, heard.doubt or ""))
        if heard.read is None:
            stored = self.mark_unknown(
                key, note=f"Said so far: {heard.words}", expected_event=expected_event,
                project=project, author=author,
            )  # fmt: skip
        else:
            notes = (note or heard.read.note, INSISTED if heard.doubt and heard.kept else "")
            stored = self.set_fact(
                key, raw, note=" ".join(filter(None, notes)), expected_event=expected_event,
                project=project, author=author,
            )  # fmt: skip
        if heard.doubt and heard.first:
            self._mark(before, key, "challenged", heard.words, author)
        doubt = (key, heard.doubt) if heard.asks_back and heard.doubt else None
        return self._go_on(before, stored, kind, author, doubt=doubt)

    def dont_know(
        self,
        key: str,
        *,
        owner: str = "",
        due: str = "",
        kind: str | None = None,
        expected_event: int | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> InterviewStep:
        """Record that nobody knows yet, who finds out and by when, and go on.

        It is not asked again before that date, and stands in the documents as an open point.
        """
        before = self._enter(kind, project)
        stored = self.mark_unknown(
            key, owner=owner, due=due, expected_event=expected_event, project=project,
            author=author,
        )  # fmt: skip
        return self._go_on(before, stored, kind, author)

    def skip(
        self,
        key: str,
        *,
        kind: str | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> InterviewStep:
        """Put a question off until all others are answered, and go on; an answer stays."""
        fact = self.catalogue()[key]
        room = self._enter(kind, project)
        self._mark(room, fact.id, "skipped", "", author)
        # It was seen and left as it is: otherwise it would come first again.
        self._settle(room, fact.id, room.raised_by(fact.id), author)
        return self._step(self._enter(kind, project))

    def unskip(
        self, key: str, *, kind: str | None = None, project: str = DEFAULT_PROJECT
    ) -> InterviewStep:
        """Ask a skipped question in its turn again."""
        fact = self.catalogue()[key]
        self.store.interviews.unmark(self.project(project).id, fact.id, "skipped")
        return self._step(self._enter(kind, project))

    def review(
        self, kind: str | None = None, *, project: str = DEFAULT_PROJECT
    ) -> tuple[ReviewItem, ...]:
        """Every answer in the order of the document, and what was skipped."""
        room = self._enter(kind, project)
        catalogue = self.catalogue()
        standing = survey(catalogue, room.facts, room.needs, room.marks, (), self._clock())
        changes = self.store.interviews.changes(room.owner.id)
        return review_of(
            catalogue, room.needs, standing, room.facts.stated, room.marks, changes,
            every=kind in (None, ALL),
        )  # fmt: skip

    # -- one look, one step

    def _enter(self, kind: str | None, project: str) -> _Room:
        return self._look_round(kind, self.project(project))

    def _look_round(self, kind: str | None, owner: Project) -> _Room:
        catalogue = self.catalogue()
        needs = load_needs(kind or ALL)
        with one_look(self.store.engine):
            facts = self.store.facts.facts(owner.id, catalogue)
            rows = self.store.interviews.marks(owner.id)
        # The talk stays near what was answered or put off last, by whomever.
        touched = [(one.at, one.fact_id) for one in facts]
        touched += [(one.at, one.fact) for one in rows if one.name == "skipped"]
        return _Room(
            owner=owner,
            needs=needs,
            facts=facts,
            marks=_marks(rows),
            raised=raised(facts),
            after=max(touched)[1] if touched else None,
        )

    def _step(
        self,
        room: _Room,
        *,
        doubt: tuple[str, str] | None = None,
        notices: tuple[str, ...] = (),
        stored: StatedFact | None = None,
    ) -> InterviewStep:
        """The next question, or the same one again with a doubt about its answer."""
        catalogue, today = self.catalogue(), self._clock()
        standing = survey(catalogue, room.facts, room.needs, room.marks, room.raised, today)
        known = progress_of(room.needs, room.marks, standing)
        if doubt is not None:
            question = self._question(room, doubt[0])
            return InterviewStep(question, known, doubt[1], notices, stored)
        found = next_of(catalogue, room.facts, room.needs, room.marks, standing, room.after)
        asked = None if found is None else self._with_why(found)
        return InterviewStep(asked, known, None, notices, stored)

    def _go_on(
        self,
        before: _Room,
        stored: StatedFact,
        kind: str | None,
        author: str,
        *,
        doubt: tuple[str, str] | None = None,
    ) -> InterviewStep:
        """After an answer: remember what came with it, say what it changed, ask on."""
        key = stored.fact_id
        after = self._look_round(kind, before.owner)
        marked = self._mark_answered(after, stored, author)
        marked |= self._settle(after, key, before.raised_by(key) & after.raised_by(key), author)
        if marked:
            after = replace(after, marks=_marks(self.store.interviews.marks(after.owner.id)))
        return self._step(
            after, doubt=doubt, notices=self._notices(before, after, key), stored=stored
        )

    def _mark_answered(self, room: _Room, stored: StatedFact, author: str) -> bool:
        """Remember whether an answer is what was suggested; True when a mark changed."""
        key, marked = stored.fact_id, False
        implied = implied_by(self.catalogue(), in_force(self.catalogue(), room.facts), key)
        if implied is not None and same_value(implied.value, stored.value):
            self._mark(room, key, "suggested", value_detail(implied.value), author)
            marked = True
        elif room.marks.has("suggested", key):
            # The person's own answer from now on, even where it is the same as before.
            self.store.interviews.unmark(room.owner.id, key, "suggested")
            marked = True
        if room.marks.has("skipped", key):
            self.store.interviews.unmark(room.owner.id, key, "skipped")
            marked = True
        return marked

    def _settle(self, room: _Room, key: str, messages: set[str], author: str) -> bool:
        """Remember that these were shown with the question and that its answer was kept.

        True when that was not known yet.
        """
        seen = room.marks.settled(key)
        if messages <= seen:
            return False
        self._mark(room, key, "settled", "\n".join(sorted(seen | messages)), author)
        return True

    def _mark(self, room: _Room, key: str, name: MarkName, detail: str, author: str) -> None:
        self.store.interviews.mark(room.owner.id, key, name, detail=detail, author=author)

    def _notices(self, before: _Room, after: _Room, key: str) -> tuple[str, ...]:
        old, new = (
            survey(self.catalogue(), room.facts, room.needs, room.marks).states
            for room in (before, after)
        )
        outdated = [one for one, state in new.items() if state == "outdated" != old.get(one)]
        return notices_of(self.catalogue(), before.facts, after.facts, key, tuple(outdated))

    def _question(self, room: _Room, key: str) -> Question:
        catalogue = self.catalogue()
        found = question_of(catalogue, room.facts, room.needs, key, room.marks, room.raised)
        return self._with_why(found)

    def _with_why(self, question: Question) -> Question:
        why = reasons(self.settings.knowledge_folder, question.fact.why)
        return replace(question, why=why)


def _marks(rows: Sequence[Mark]) -> Marks:
    return Marks((one.fact, one.name, one.detail) for one in rows)
