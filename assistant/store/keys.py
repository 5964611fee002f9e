"""Access keys and the replies to repeated requests: only hashes are stored, never a key."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    insert,
    not_,
    select,
    update,
)

from assistant.errors import NotFound
from assistant.store.database import reading, writing
from assistant.store.projects import new_id
from assistant.store.schema import api_key_projects, api_keys, api_replies, projects

Scope = Literal["read", "write", "admin"]
REPLIES_KEPT_S = 24 * 3600.0


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
    """The reply to an earlier request of the same kind; `status` is 0 as long as it is not kept."""

    request_hash: str
    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that is done once: of whom, its own name, its content and its project if any."""

    caller: str
    token: str
    request_hash: str
    project_id: str | None


class Claimed(Exception):
    """The request was done before; `reply` is what is known of it."""

    def __init__(self, reply: KeptReply) -> None:
        super().__init__("claimed")
        self.reply = reply


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

    def known_reply(self, claim: Claim) -> KeptReply | None:
        """What is known of a request that was sent before; None when it is new."""
        with reading(self._engine) as connection:
            return _known(connection, claim)

    def claim(self, connection: Connection, claim: Claim) -> None:
        """Note within a write that a request does it; raise Claimed when it was done before."""
        known = _known(connection, claim)
        if known is not None:
            raise Claimed(known)
        _put(connection, claim, KeptReply(claim.request_hash, 0, "", {}))

    def keep_replies(self, replies: Sequence[tuple[Claim, KeptReply]]) -> None:
        """Keep the replies of requests, and forget those that are too old."""
        with writing(self._engine) as connection:
            for claim, reply in replies:
                told = {"status": reply.status, "body": reply.body, "headers": dict(reply.headers)}
                mine = update(api_replies).where(_mine(claim)).values(told)
                # What changed nothing was not claimed.
                if not connection.execute(mine).rowcount:
                    _put(connection, claim, reply)
            connection.execute(delete(api_replies).where(_forgotten()))


def _put(connection: Connection, claim: Claim, reply: KeptReply) -> None:
    """Store what is known of a request; of a project that was deleted meanwhile nothing is."""
    connection.execute(delete(api_replies).where(_mine(claim)))
    alive = select(projects.c.id).where(projects.c.id == claim.project_id)
    if claim.project_id is not None and connection.execute(alive).first() is None:
        return
    connection.execute(
        insert(api_replies).values(
            caller=claim.caller,
            token=claim.token,
            project_id=claim.project_id,
            request_hash=claim.request_hash,
            status=reply.status,
            body=reply.body,
            headers=dict(reply.headers),
            begun_at=time.time(),
        )
    )


def _known(connection: Connection, claim: Claim) -> KeptReply | None:
    query = select(api_replies).where(_mine(claim), not_(_forgotten()))
    row = connection.execute(query).first()
    return None if row is None else KeptReply(row.request_hash, row.status, row.body, row.headers)


def _mine(claim: Claim) -> ColumnElement[bool]:
    return and_(api_replies.c.caller == claim.caller, api_replies.c.token == claim.token)


def _forgotten() -> ColumnElement[bool]:
    """Replies that are too old."""
    return api_replies.c.begun_at < time.time() - REPLIES_KEPT_S


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
