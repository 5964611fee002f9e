"""Conversations, turns and feedback: a question is stored before it is answered."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from assistant.errors import NotFound
from assistant.store.database import reading, writing
from assistant.store.projects import new_id
from assistant.store.schema import conversations, feedback, turns

TITLE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of questions and answers in one project."""

    id: str
    title: str
    turns: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; `answer` is None while it is made or was interrupted."""

    id: str
    conversation: str
    question: str
    answer: dict[str, Any] | None
    helpful: bool | None


class Conversations:
    """Every read and write about conversations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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
        return [Conversation(row.id, row.title, row.turns) for row in rows]

    def turns(self, project_id: str, conversation_id: str) -> list[Turn]:
        """The turns of a conversation of this project, oldest first; raise NotFound."""
        query = (
            select(turns, feedback.c.helpful)
            .outerjoin(feedback, feedback.c.turn_id == turns.c.id)
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.sequence)
        )
        with reading(self._engine) as connection:
            _check_owner(connection, project_id, conversation_id)
            rows = connection.execute(query).all()
        return [
            Turn(row.id, conversation_id, row.question, row.answer, row.helpful) for row in rows
        ]

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
            _check_turn(connection, project_id, turn_id)
            connection.execute(update(turns).where(turns.c.id == turn_id).values(answer=answer))

    def rate(self, project_id: str, turn_id: str, *, helpful: bool, comment: str = "") -> None:
        """Store a thumb with the question it was given for; a later one replaces it."""
        with writing(self._engine) as connection:
            question = _check_turn(connection, project_id, turn_id)
            connection.execute(delete(feedback).where(feedback.c.turn_id == turn_id))
            connection.execute(
                insert(feedback).values(
                    turn_id=turn_id,
                    helpful=helpful,
                    question=question,
                    comment=comment,
                    given_at=time.time(),
                )
            )

    def delete(self, project_id: str, conversation_id: str) -> None:
        """Delete a conversation of this project with its turns; raise NotFound."""
        with writing(self._engine) as connection:
            _check_owner(connection, project_id, conversation_id)
            connection.execute(delete(conversations).where(conversations.c.id == conversation_id))


def _next_sequence(connection: Connection) -> int:
    last = connection.execute(select(func.max(turns.c.sequence))).scalar() or 0
    return int(last) + 1


def _check_owner(connection: Connection, project_id: str, conversation_id: str) -> None:
    query = select(conversations.c.id).where(
        conversations.c.id == conversation_id, conversations.c.project_id == project_id
    )
    if connection.execute(query).first() is None:
        raise NotFound(
            "There is no such conversation in this project.", remedy="Start a new conversation."
        )


def _check_turn(connection: Connection, project_id: str, turn_id: str) -> str:
    query = (
        select(turns.c.question)
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .where(turns.c.id == turn_id, conversations.c.project_id == project_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("There is no such question in this project.", remedy="Ask it again.")
    return str(row.question)


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1].rstrip() + "…"
