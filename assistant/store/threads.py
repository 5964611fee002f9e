"""Threads of chat programs: their channels' projects, interviews, hand-offs, events seen."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, Row, Select, delete, insert, select, update

from assistant.store.database import reading, writing
from assistant.store.projects import new_id
from assistant.store.schema import (
    chat_channels,
    chat_events,
    chat_handoffs,
    chat_threads,
    projects,
)

ThreadState = Literal["open", "muted", "done"]


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel and the project, by its name, that it works in."""

    channel: str
    project: str
    bound_by: str
    bound_at: float


@dataclass(frozen=True, slots=True)
class ChatThread:
    """A thread in a channel, in the words of the store.

    An interview runs while `kind` is not empty: `asker` is interviewed, `fact` is the question
    that was put last and `event` the project's last change at that time.
    """

    id: str
    channel: str
    project: str
    conversation: str | None
    state: ThreadState
    people: frozenset[str]
    asker: str
    kind: str
    fact: str
    event: int


@dataclass(frozen=True, slots=True)
class Handoff:
    """A question that `asker` handed to `person`; answered in `thread`, asked in `origin`."""

    id: str
    thread: str
    origin: str
    project: str
    fact: str
    event: int
    person: str
    asker: str


class Threads:
    """Every read and write about threads; a write is acknowledged after COMMIT."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- events

    def first_time(self, ids: Iterable[str], *, keep_s: float) -> bool:
        """Claim an event by all its names: True for the first who does, among all processes.

        Names older than `keep_s` seconds are forgotten.
        """
        now, names = time.time(), sorted(set(ids))
        with writing(self._engine) as connection:
            connection.execute(delete(chat_events).where(chat_events.c.at < now - keep_s))
            known = select(chat_events.c.id).where(chat_events.c.id.in_(names))
            if connection.execute(known).first() is not None:
                return False
            connection.execute(insert(chat_events), [{"id": name, "at": now} for name in names])
        return True

    # -- channels

    def bind(self, channel: str, project_id: str, *, by: str) -> None:
        """Let a channel work in a project, in place of the one before."""
        with writing(self._engine) as connection:
            connection.execute(delete(chat_channels).where(chat_channels.c.id == channel))
            connection.execute(
                insert(chat_channels).values(
                    id=channel, project_id=project_id, bound_by=by, bound_at=time.time()
                )
            )

    def unbind(self, channel: str) -> bool:
        """Take a channel's project away; say whether it had one."""
        with writing(self._engine) as connection:
            gone = connection.execute(delete(chat_channels).where(chat_channels.c.id == channel))
            return gone.rowcount > 0

    def bindings(self) -> list[Binding]:
        """Every channel that has a project, by its id."""
        query = (
            select(chat_channels, projects.c.name)
            .join(projects, projects.c.id == chat_channels.c.project_id)
            .order_by(chat_channels.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Binding(row.id, row.name, row.bound_by, row.bound_at) for row in rows]

    def project_of(self, channel: str) -> str | None:
        """The name of the project that a channel works in."""
        query = (
            select(projects.c.name)
            .join(chat_channels, chat_channels.c.project_id == projects.c.id)
            .where(chat_channels.c.id == channel)
        )
        with reading(self._engine) as connection:
            name = connection.execute(query).scalar()
        return None if name is None else str(name)

    # -- threads

    def thread(self, thread_id: str) -> ChatThread | None:
        """A thread as long as it is of the project that its channel works in now.

        After a channel was given to another project, its old threads are nobody's.
        """
        with reading(self._engine) as connection:
            row = connection.execute(_threads().where(chat_threads.c.id == thread_id)).first()
        return None if row is None else _thread(row)

    def begin(self, thread_id: str, channel: str, people: Iterable[str]) -> ChatThread | None:
        """The thread, begun anew where it is not known; None when its channel has no project."""
        with writing(self._engine) as connection:
            known = connection.execute(_threads().where(chat_threads.c.id == thread_id)).first()
            if known is not None:
                return _thread(known)
            bound = select(chat_channels.c.project_id).where(chat_channels.c.id == channel)
            project_id = connection.execute(bound).scalar()
            if project_id is None:
                return None
            connection.execute(delete(chat_threads).where(chat_threads.c.id == thread_id))
            connection.execute(
                insert(chat_threads).values(
                    id=thread_id,
                    channel=channel,
                    project_id=project_id,
                    state="open",
                    people=sorted(set(people)),
                    asker="",
                    kind="",
                    fact="",
                    event=0,
                    touched_at=time.time(),
                )
            )
            made = connection.execute(_threads().where(chat_threads.c.id == thread_id)).one()
            return _thread(made)

    def join(self, thread_id: str, person: str) -> None:
        """Remember that somebody has written in a thread."""
        query = select(chat_threads.c.people).where(chat_threads.c.id == thread_id)
        with writing(self._engine) as connection:
            people = connection.execute(query).scalar()
            if people is not None and person not in people:
                self._set(connection, thread_id, people=sorted({*people, person}))

    def change(self, thread_id: str, **values: Any) -> None:
        """Set columns of a thread: conversation_id, state, asker, kind, fact, event."""
        with writing(self._engine) as connection:
            self._set(connection, thread_id, **values)

    def _set(self, connection: Any, thread_id: str, **values: Any) -> None:
        connection.execute(
            update(chat_threads)
            .where(chat_threads.c.id == thread_id)
            .values(touched_at=time.time(), **values)
        )

    # -- hand-offs

    def hand_off(
        self, *, thread: str, origin: str, fact: str, event: int, person: str, asker: str
    ) -> None:
        """Note that a question waits for somebody; the same one is noted once."""
        table = chat_handoffs
        with writing(self._engine) as connection:
            connection.execute(
                delete(table).where(
                    table.c.thread_id == thread,
                    table.c.fact == fact,
                    table.c.person == person,
                    table.c.answered_at.is_(None),
                )
            )
            connection.execute(
                insert(table).values(
                    id=new_id(),
                    thread_id=thread,
                    origin_id=origin,
                    fact=fact,
                    event=event,
                    person=person,
                    asker=asker,
                    made_at=time.time(),
                )
            )

    def handed(self, thread_id: str, person: str, fact: str | None = None) -> Handoff | None:
        """The oldest question that waits for this person in this thread, or the one of a fact."""
        table = chat_handoffs
        # The interview's thread must still be of its channel's project.
        query = (
            select(table, projects.c.name)
            .join(chat_threads, chat_threads.c.id == table.c.origin_id)
            .join(chat_channels, chat_channels.c.id == chat_threads.c.channel)
            .join(projects, projects.c.id == chat_threads.c.project_id)
            .where(
                chat_channels.c.project_id == chat_threads.c.project_id,
                table.c.thread_id == thread_id,
                table.c.person == person,
                table.c.answered_at.is_(None),
            )
            .order_by(table.c.made_at, table.c.id)
        )
        if fact is not None:
            query = query.where(table.c.fact == fact)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Handoff(
            row.id, row.thread_id, row.origin_id, row.name, row.fact, row.event, row.person,
            row.asker,
        )  # fmt: skip

    def answered(self, handoff_id: str) -> None:
        """A handed-over question has its answer."""
        self._change_handoff(handoff_id, answered_at=time.time())

    def renew(self, handoff_id: str, event: int) -> None:
        """A handed-over question was asked again, after the project's change `event`."""
        self._change_handoff(handoff_id, event=event)

    def _change_handoff(self, handoff_id: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(chat_handoffs).where(chat_handoffs.c.id == handoff_id).values(**values)
            )


def _threads() -> Select[Any]:
    return (
        select(chat_threads, projects.c.name)
        .join(projects, projects.c.id == chat_threads.c.project_id)
        .join(chat_channels, chat_channels.c.id == chat_threads.c.channel)
        .where(chat_channels.c.project_id == chat_threads.c.project_id)
    )


def _thread(row: Row[Any]) -> ChatThread:
    return ChatThread(
        id=row.id,
        channel=row.channel,
        project=row.name,
        conversation=row.conversation_id,
        state=row.state,
        people=frozenset(row.people),
        asker=row.asker,
        kind=row.kind,
        fact=row.fact,
        event=row.event,
    )
