"""Access keys and the replies to repeated requests: only hashes are stored, never a key."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, and_, delete, insert, select, update

from assistant.errors import NotFound
from assistant.store.database import reading, writing
from assistant.store.projects import new_id
from assistant.store.schema import api_key_projects, api_keys, api_replies, projects

Scope = Literal["read", "write", "admin"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; `start` is its first letters and `projects` is None for every one.

    A key that was bound to projects which are all deleted has an empty tuple: it opens nothing.
    """

    id: str
    name: str
    start: str
    scope: Scope
    projects: tuple[str, ...] | None
    created_at: float
    revoked_at: float | None


@dataclass(frozen=True, slots=True)
class KeptReply:
    """The reply to an earlier request of the same kind; `status` is 0 while it is being made."""

    request_hash: str
    status: int
    body: str
    headers: Mapping[str, str]


class Keys:
    """Every read and write about keys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, *, name: str, start: str, hashed: str, scope: Scope, project_ids: Sequence[str] | None
    ) -> ApiKey:
        """Store a key by its hash; `project_ids` of None opens every project."""
        key = new_id()
        with writing(self._engine) as connection:
            connection.execute(
                insert(api_keys).values(
                    id=key,
                    name=name,
                    start=start,
                    hash=hashed,
                    scope=scope,
                    bound=project_ids is not None,
                    created_at=time.time(),
                )
            )
            for project_id in project_ids or ():
                connection.execute(
                    insert(api_key_projects).values(key_id=key, project_id=project_id)
                )
            return _key(connection, _by_id(connection, key))

    def all(self) -> list[ApiKey]:
        """Every key, revoked ones too, the latest first."""
        query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
        with reading(self._engine) as connection:
            return [_key(connection, row) for row in connection.execute(query).all()]

    def any(self) -> bool:
        """Whether a key was ever made; one that was revoked counts."""
        with reading(self._engine) as connection:
            return connection.execute(select(api_keys.c.id).limit(1)).first() is not None

    def with_hash(self, hashed: str) -> ApiKey | None:
        """The key of that hash as long as it is not revoked."""
        query = select(api_keys).where(api_keys.c.hash == hashed, api_keys.c.revoked_at.is_(None))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
            return None if row is None else _key(connection, row)

    def revoke(self, key_id: str) -> ApiKey:
        """Close a key for good; raise NotFound. One that is revoked keeps its date."""
        with writing(self._engine) as connection:
            row = _by_id(connection, key_id)
            if row.revoked_at is None:
                connection.execute(
                    update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=time.time())
                )
            return _key(connection, _by_id(connection, key_id))

    # -- replies to repeated requests

    def begin_reply(
        self,
        caller: str,
        token: str,
        request_hash: str,
        *,
        project_id: str | None,
        keep_s: float,
        stale_s: float,
    ) -> KeptReply | None:
        """Claim a repeatable request: None when it is the first, else what is known of its reply.

        What is kept of a project's request goes with the project.
        Replies older than `keep_s` seconds are forgotten, and so are requests that were begun more
        than `stale_s` seconds ago and never finished: their process has gone.
        """
        now = time.time()
        gone = and_(api_replies.c.status == 0, api_replies.c.begun_at < now - stale_s)
        mine = and_(api_replies.c.caller == caller, api_replies.c.token == token)
        with writing(self._engine) as connection:
            connection.execute(
                delete(api_replies).where((api_replies.c.begun_at < now - keep_s) | gone)
            )
            row = connection.execute(select(api_replies).where(mine)).first()
            if row is not None:
                return KeptReply(row.request_hash, row.status, row.body, row.headers)
            connection.execute(
                insert(api_replies).values(
                    caller=caller,
                    token=token,
                    project_id=project_id,
                    request_hash=request_hash,
                    status=0,
                    body="",
                    headers={},
                    begun_at=now,
                )
            )
        return None

    def finish_reply(self, caller: str, token: str, reply: KeptReply | None) -> None:
        """Keep the reply of a claimed request; None gives the claim up, so that it can be tried."""
        mine = and_(api_replies.c.caller == caller, api_replies.c.token == token)
        with writing(self._engine) as connection:
            if reply is None:
                connection.execute(delete(api_replies).where(mine))
                return
            connection.execute(
                update(api_replies)
                .where(mine)
                .values(status=reply.status, body=reply.body, headers=dict(reply.headers))
            )


def _by_id(connection: Connection, key_id: str) -> Row[Any]:
    row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).first()
    if row is None:
        raise NotFound(
            "There is no such key.", remedy="List the keys with `scopewright keys list`."
        )
    return row


def _key(connection: Connection, row: Row[Any]) -> ApiKey:
    names: tuple[str, ...] | None = None
    if row.bound:
        query = (
            select(projects.c.name)
            .join(api_key_projects, api_key_projects.c.project_id == projects.c.id)
            .where(api_key_projects.c.key_id == row.id)
            .order_by(projects.c.name)
        )
        names = tuple(connection.execute(query).scalars())
    return ApiKey(row.id, row.name, row.start, row.scope, names, row.created_at, row.revoked_at)
