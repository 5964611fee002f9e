"""Names and scopes → keys of the HTTP API, each shown once; a shown key → what it opens."""

import hashlib
import hmac
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import get_args

from assistant.errors import InputInvalid, NotFound
from assistant.settings import Settings
from assistant.store import ApiKey, Claim, KeptReply, Project, Rider, Scope, Store, riding

# What a key begins with, so that it is recognised in a log or a leak.
BEGINNING = "sw_"
KEY_BYTES = 32
KEY_LENGTH = len(BEGINNING) + 43
SHOWN = len(BEGINNING) + 6
NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; `secret` is not kept anywhere and cannot be shown again."""

    key: ApiKey
    secret: str = field(repr=False)


class KeyKeeping(ABC):
    """What a channel can ask about keys; a part of `Assistant`."""

    settings: Settings
    store: Store

    @abstractmethod
    def project(self, name: str) -> Project:
        """The project of that name."""

    def create_key(
        self, name: str, *, scope: Scope = "read", projects: Sequence[str] = ()
    ) -> NewKey:
        """Make a key, for every project when none is named; raise InputInvalid and NotFound."""
        name = name.strip()
        if not name or len(name) > NAME_LIMIT or not name.isprintable():
            raise InputInvalid(
                f"A key needs a name of 1 to {NAME_LIMIT} visible characters.",
                remedy="Name it after who will use it.",
            )
        if scope not in get_args(Scope):
            raise InputInvalid(
                f"There is no scope {scope!r}.", remedy=f"Use one of {', '.join(get_args(Scope))}."
            )
        ids = sorted({self.project(one).id for one in projects})
        secret = BEGINNING + secrets.token_urlsafe(KEY_BYTES)
        key = self.store.keys.add(
            name=name,
            start=secret[:SHOWN],
            hashed=_hash(secret),
            scope=scope,
            project_ids=ids if projects else None,
        )
        return NewKey(key, secret)

    def api_keys(self) -> list[ApiKey]:
        """Every key, revoked ones too, the latest first."""
        return self.store.keys.all()

    def revoke_key(self, which: str) -> ApiKey:
        """Close the key of that id, name or beginning for good; raise NotFound, InputInvalid."""
        known = self.store.keys.all()
        found = [key for key in known if which in (key.id, key.name, key.start)]
        # A name may be used again after its key was revoked.
        chosen = [key for key in found if key.revoked_at is None] or found
        if not chosen:
            raise NotFound(
                f"There is no key {which!r}.", remedy="List the keys with `scopewright keys list`."
            )
        if len(chosen) > 1:
            raise InputInvalid(
                f"There are {len(chosen)} keys {which!r}.",
                remedy=f"Name one by its beginning: {', '.join(key.start for key in chosen)}.",
            )
        return self.store.keys.revoke(chosen[0].id)

    def key_of(self, secret: str) -> ApiKey | None:
        """The key that was shown; None when it is unknown or revoked.

        What cannot be a key is refused without a look into the database.
        """
        whole = secret.isascii() and len(secret) == KEY_LENGTH
        if not whole or not hmac.compare_digest(secret[: len(BEGINNING)], BEGINNING):
            return None
        return self.store.keys.with_hash(_hash(secret))

    def key_needed(self) -> bool:
        """Whether nothing may be done over the network without a key.

        So it is from the first key on, also when that is revoked, and with an access key.
        """
        return self.settings.access_key is not None or self.store.keys.any()

    # -- repeated requests

    def claim_of(
        self, caller: str, token: str, request_hash: str, *, project: str | None = None
    ) -> Claim:
        """The claim of a request that may be repeated; raise NotFound for an unknown project."""
        project_id = None if project is None else self.project(project).id
        return Claim(caller, token, request_hash, project_id)

    def known_reply(self, claim: Claim) -> KeptReply | None:
        """What is known of a request that was sent before; None when nothing was done for it.

        A status of 0 says that it was done, and that its reply is not kept, or not yet.
        """
        return self.store.keys.known_reply(claim)

    @contextmanager
    def claimed(self, claim: Claim) -> Iterator[Rider]:
        """Do a request once: the claim is kept together with the first change that it makes.

        So it costs no write of its own, and what is claimed is done. Raises Claimed in place of
        that change when another made it meanwhile, in whatever process.
        """
        rider = Rider(lambda connection: self.store.keys.claim(connection, claim))
        with riding(rider):
            yield rider

    def keep_replies(self, replies: Sequence[tuple[Claim, KeptReply]]) -> None:
        """Keep the replies of claimed requests for a day."""
        self.store.keys.keep_replies(replies)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
