"""Conversations, turns and feedback: a question is stored before it is answered."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from assistant.errors import NotFound
from assistant.store.database import reading, writing
from assistant.store.finding import Finding
from assistant.store.projects import new_id
from assistant.store.schema import conversations, feedback, former_answers, turns
from assistant.store.versions import Versions, check_turn

TITLE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of questions and answers in one project; a branch names where it comes from."""

    id: str
    title: str
    turns: int
    branch_of: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; `answer` is None while it is made or was interrupted.

    `version` is the number of this answer, `versions` the numbers of all that were kept, and
    `helpful` what the reader said of this one.
    """

    id: str
    conversation: str
    question: str
    answer: dict[str, Any] | None
    helpful: bool | None
    version: int = 1
    versions: tuple[int, ...] = (1,)


class Conversations(Versions, Finding):
    """Every read and write about conversations."""

    def begin(self, project_id: str, title: str) -> str:
        """Open a conversation and return its id; the title is cut at 80 characters."""
        key = new_id()
        with writing(self._engine) as connection:
            connection.execute(
                insert(conversations).values(
                    id=key,
                    project_id=project_id,
                    title=_short(title),
                    created_at=time.time(),
                    touched=_next_sequence(connection),
                )
            )
        return key

    def all(self, project_id: str) -> list[Conversation]:
        """The project's conversations, the latest used first."""
        query = (
            select(conversations, func.count(turns.c.id).label("turns"))
            .outerjoin(turns, turns.c.conversation_id == conversations.c.id)
            .where(conversations.c.project_id == project_id)
            .group_by(conversations.c.id)
            .order_by(conversations.c.touched.desc(), conversations.c.created_at.desc())
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Conversation(row.id, row.title, row.turns, row.branch_of) for row in rows]

    def turns(self, project_id: str, conversation_id: str) -> list[Turn]:
        """The turns of a conversation of this project, oldest first; raise NotFound."""
        rated = and_(feedback.c.turn_id == turns.c.id, feedback.c.version == turns.c.version)
        query = (
            select(turns, feedback.c.helpful)
            .outerjoin(feedback, rated)
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.sequence)
        )
        with reading(self._engine) as connection:
            _check_owner(connection, project_id, conversation_id)
            rows = connection.execute(query).all()
            former = _former_versions(connection, conversation_id)
        return [_turn(row, former.get(row.id, [])) for row in rows]

    def ask(self, project_id: str, conversation_id: str, question: str) -> str:
        """Store a question; return the id of the turn that awaits its answer."""
        key = new_id()
        with writing(self._engine) as connection:
            _check_owner(connection, project_id, conversation_id)
            sequence = _next_sequence(connection)
            connection.execute(
                insert(turns).values(
                    id=key,
                    sequence=sequence,
                    conversation_id=conversation_id,
                    question=question,
                    asked_at=time.time(),
                )
            )
            connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id)
                .values(touched=sequence)
            )
        return key

    def answer(self, project_id: str, turn_id: str, answer: dict[str, Any]) -> None:
        """Store the finished answer of a turn of this project; raise NotFound."""
        with writing(self._engine) as connection:
            check_turn(connection, project_id, turn_id)
            connection.execute(update(turns).where(turns.c.id == turn_id).values(answer=answer))

    def rate(self, project_id: str, turn_id: str, *, helpful: bool, comment: str = "") -> None:
        """Store a thumb with the question it was given for; a later one replaces it."""
        with writing(self._engine) as connection:
            turn = check_turn(connection, project_id, turn_id)
            connection.execute(delete(feedback).where(feedback.c.turn_id == turn_id))
            connection.execute(
                insert(feedback).values(
                    turn_id=turn_id,
                    helpful=helpful,
                    question=turn.question,
                    comment=comment,
                    given_at=time.time(),
                    version=turn.version,
                )
            )

    def branch(
        self,
        project_id: str,
        conversation_id: str,
        turn_id: str,
        *,
        including: bool,
        title: str = "",
    ) -> str:
        """Open a conversation that repeats this one up to a turn; raise NotFound.

        The turn itself comes along when `including`. Without a title it has the old one. What is
        done in one of the two later leaves the other as it is.
        """
        key = new_id()
        with writing(self._engine) as connection:
            old = _check_owner(connection, project_id, conversation_id)
            last = check_turn(connection, project_id, turn_id, conversation_id).sequence
            earlier = turns.c.sequence <= last if including else turns.c.sequence < last
            rows = connection.execute(
                select(turns)
                .where(turns.c.conversation_id == conversation_id, earlier)
                .order_by(turns.c.sequence)
            ).all()
            first = _next_sequence(connection)
            connection.execute(
                insert(conversations).values(
                    id=key,
                    project_id=project_id,
                    title=_short(title) or old.title,
                    created_at=time.time(),
                    touched=first + len(rows),
                    branch_of=conversation_id,
                )
            )
            for sequence, row in enumerate(rows, start=first):
                connection.execute(insert(turns).values(_copied(row, key, sequence)))
        return key

    def delete(self, project_id: str, conversation_id: str) -> None:
        """Delete a conversation of this project with its turns; raise NotFound."""
        with writing(self._engine) as connection:
            _check_owner(connection, project_id, conversation_id)
            connection.execute(
                update(conversations)
                .where(conversations.c.branch_of == conversation_id)
                .values(branch_of=None)
            )
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))


def _next_sequence(connection: Connection) -> int:
    last = connection.execute(select(func.max(turns.c.sequence))).scalar() or 0
    return int(last) + 1


def _check_owner(connection: Connection, project_id: str, conversation_id: str) -> Row[Any]:
    query = select(conversations).where(
        conversations.c.id == conversation_id, conversations.c.project_id == project_id
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(
            "There is no such conversation in this project.", remedy="Start a new conversation."
        )
    return row


def _former_versions(connection: Connection, conversation_id: str) -> dict[str, list[int]]:
    """The numbers of the kept answers that are not shown, for each turn that has some."""
    query = (
        select(former_answers.c.turn_id, former_answers.c.version)
        .join(turns, turns.c.id == former_answers.c.turn_id)
        .where(turns.c.conversation_id == conversation_id)
    )
    found: dict[str, list[int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.turn_id, []).append(row.version)
    return found


def _turn(row: Row[Any], former: list[int]) -> Turn:
    versions = tuple(sorted([*former, row.version]))
    return Turn(
        row.id, row.conversation_id, row.question, row.answer, row.helpful, row.version, versions
    )


def _copied(row: Row[Any], conversation_id: str, sequence: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "sequence": sequence,
        "conversation_id": conversation_id,
        "question": row.question,
        "answer": row.answer,
        "asked_at": row.asked_at,
        "copy_of": row.copy_of or row.id,
    }


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1].rstrip() + "…"
