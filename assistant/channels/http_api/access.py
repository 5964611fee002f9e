"""Headers of a request → the caller and what they may do, from the key alone."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from assistant import ApiKey, Assistant, Scope
from assistant.channels.http_api.problems import Refusal
from assistant.errors import NotFound

# A revoked key is refused after this at the latest.
REMEMBERED_S = 0.5
MOST_REMEMBERED = 1_000
RANKS: dict[Scope, int] = {"read": 0, "write": 1, "admin": 2}
WITHOUT_KEY = "open"

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; `projects` is None for every project. Without any key it is this machine's user."""

    id: str
    name: str
    scope: Scope
    projects: frozenset[str] | None
    secret: str = field(default="", repr=False)

    def must(self, scope: Scope) -> None:
        """Raise Refusal unless the key allows as much."""
        if RANKS[self.scope] < RANKS[scope]:
            raise Refusal(
                403,
                "scope_missing",
                f"This key may {self.scope}; that needs a key that may {scope}.",
                f"Use a key made with `scopewright keys create --scope {scope}`.",
            )

    def must_see(self, project: str) -> None:
        """Raise NotFound for a project that the key does not open, as if there were none."""
        if self.projects is not None and project not in self.projects:
            raise NotFound(f"There is no project {project!r}.", remedy="List the projects.")

    def must_see_all(self) -> None:
        """Raise Refusal for a key that is bound to projects."""
        if self.projects is not None:
            raise Refusal(
                403,
                "bound_key",
                "This key is bound to its projects.",
                "Use a key that was made without `--project`.",
            )


# Whoever can reach an API that listens on this machine only, before any key was made.
NOBODY_ELSE = Caller(WITHOUT_KEY, "this machine", "admin", None)


def secret_in(headers: Headers) -> str:
    """The key of a request: `Authorization: Bearer`, once, and nowhere else; "" without one.

    >>> secret_in([(b"authorization", b"Bearer sw_x")])
    'sw_x'
    >>> secret_in([(b"x-api-key", b"sw_x")])
    ''
    """
    given = [value for name, value in headers if name == b"authorization"]
    others = [value for name, value in headers if name in (b"x-api-key", b"api-key")]
    if len(given) > 1 or (given and any(_bare(value) != _bare(given[0]) for value in others)):
        raise Refusal(
            400,
            "two_credentials",
            "The request carries two different credentials.",
            "Send one header: Authorization: Bearer, and the key.",
        )
    if not given:
        return ""
    scheme, _, secret = given[0].decode("latin-1").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _bare(value: bytes) -> bytes:
    return value.split(b" ", 1)[-1].strip()


class Keyring:
    """Finds callers; what was found is remembered for half a second, by the hash of the key.

    Requests that come together wait for one look into the database, and do not each take their own.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._known: OrderedDict[str, tuple[float, ApiKey | None]] = OrderedDict()
        self._needed = False
        self._looked_at = -REMEMBERED_S
        self._looks: dict[str, asyncio.Task[ApiKey | None]] = {}
        self._look: asyncio.Task[bool] | None = None

    async def needed(self) -> bool:
        """Whether nothing may be done without a key; once it is, it stays so."""
        if not self._needed and time.monotonic() - self._looked_at >= REMEMBERED_S:
            if self._look is None:
                self._look = asyncio.create_task(self._look_whether_needed())
            # Who leaves must not take the look away from those that wait with them.
            await asyncio.shield(self._look)
        return self._needed

    async def _look_whether_needed(self) -> bool:
        began = time.monotonic()
        try:
            self._needed = await run_in_threadpool(self._assistant.key_needed)
            self._looked_at = began
        finally:
            self._look = None
        return self._needed

    async def caller(self, secret: str) -> Caller | None:
        """The caller of that key; None when it is unknown or revoked."""
        if not secret:
            return None
        mark = hashlib.sha256(secret.encode("latin-1", "replace")).hexdigest()
        at, key = self._known.get(mark, (-REMEMBERED_S, None))
        if time.monotonic() - at >= REMEMBERED_S:
            if mark not in self._looks:
                self._looks[mark] = asyncio.create_task(self._look_up(mark, secret))
            key = await asyncio.shield(self._looks[mark])
        if key is None:
            return None
        projects = None if key.projects is None else frozenset(key.projects)
        return Caller(key.id, key.name, key.scope, projects, secret)

    async def _look_up(self, mark: str, secret: str) -> ApiKey | None:
        began = time.monotonic()
        try:
            key = await run_in_threadpool(self._assistant.key_of, secret)
            self._remember(mark, began, key)
        finally:
            del self._looks[mark]
        return key

    async def still(self, caller: Caller) -> bool:
        """Whether a caller whose request goes on is still welcome."""
        if caller.id == WITHOUT_KEY:
            return not await self.needed()
        return await self.caller(caller.secret) is not None

    def _remember(self, mark: str, at: float, key: ApiKey | None) -> None:
        self._known[mark] = (at, key)
        self._known.move_to_end(mark)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
