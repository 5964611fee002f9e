"""A turn that was answered anew → its former answers, kept so that the reader can go back."""

from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, null, select, update

from assistant.errors import NotFound
from assistant.store.database import writing
from assistant.store.schema import conversations, former_answers, turns


class Versions:
    """Every write about which answer of a turn is shown."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def set_aside(self, project_id: str, turn_id: str) -> int:
        """Keep the answer shown as a former one, so that another can be made; raise NotFound.

        Returns the number of the answer to be made. A turn without an answer stays as it is.
        """
        with writing(self._engine) as connection:
            turn = check_turn(connection, project_id, turn_id)
            if turn.answer is None:
                return int(turn.version)
            _keep(connection, turn)
            last = connection.execute(
                select(func.max(former_answers.c.version)).where(
                    former_answers.c.turn_id == turn_id
                )
            ).scalar()
            version = int(last or 0) + 1
            _show(connection, turn_id, version, None)
        return version

    def choose(self, project_id: str, turn_id: str, version: int) -> None:
        """Show another of the turn's answers; raise NotFound."""
        with writing(self._engine) as connection:
            turn = check_turn(connection, project_id, turn_id)
            if turn.version == version:
                return
            wanted = (
                former_answers.c.turn_id == turn_id,
                former_answers.c.version == version,
            )
            found = connection.execute(select(former_answers.c.answer).where(*wanted)).first()
            if found is None:
                raise NotFound(
                    "There is no such version of this answer.", remedy="Choose another version."
                )
            connection.execute(delete(former_answers).where(*wanted))
            if turn.answer is not None:
                _keep(connection, turn)
            _show(connection, turn_id, version, found.answer)

    def swap(self, project_id: str, turn_id: str) -> None:
        """Show the alternative that an answer carries, which then carries the answer."""
        with writing(self._engine) as connection:
            turn = check_turn(connection, project_id, turn_id)
            other = (turn.answer or {}).get("alternative")
            if other is None:
                raise NotFound("This answer has no alternative.", remedy="Ask again.")
            swapped = {**other, "alternative": {**turn.answer, "alternative": None}}
            _show(connection, turn_id, turn.version, swapped)


def check_turn(
    connection: Connection, project_id: str, turn_id: str, conversation_id: str | None = None
) -> Row[Any]:
    """The row of a turn of this project, and of this conversation if named; raise NotFound."""
    query = (
        select(turns)
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .where(turns.c.id == turn_id, conversations.c.project_id == project_id)
    )
    row = connection.execute(query).first()
    if row is None or conversation_id not in (None, row.conversation_id):
        raise NotFound("There is no such question in this project.", remedy="Ask it again.")
    return row


def _keep(connection: Connection, turn: Row[Any]) -> None:
    kept = insert(former_answers).values(turn_id=turn.id, version=turn.version, answer=turn.answer)
    connection.execute(kept)


def _show(
    connection: Connection, turn_id: str, version: int, answer: dict[str, Any] | None
) -> None:
    # A bare None would be stored as the JSON word `null`.
    shown = null() if answer is None else answer
    connection.execute(
        update(turns).where(turns.c.id == turn_id).values(version=version, answer=shown)
    )
