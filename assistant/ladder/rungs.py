"""Settings → the rungs of the ladder, top first, each with its own model, key and limits."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.errors import AssistantError, SettingsInvalid
from assistant.ladder.failures import redact
from assistant.ladder.hosted import (
    NO_KEY,
    OpenAICompatible,
    ProviderModel,
    Server,
    Wire,
    local_chat,
)
from assistant.ladder.messages import ChatModel
from assistant.ladder.seek import Seeker
from assistant.local_model import LocalModel, find_weights
from assistant.settings import ModelServer, Settings

OPENAI_URL = "https://api.openai.com/v1"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EXTRACTIVE = "extractive"
SPARE_READ_S = 5.0
SET_BY_HAND = "named in SCOPEWRIGHT_LADDER"
EXAMPLE = "openai:gpt-5-mini,ollama:qwen3:4b,local,extractive"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: its model, or None with the error that says why there is none."""

    name: str
    model: ChatModel | None
    on_this_machine: bool
    why: str
    key_setting: str = "the server's key"
    refused: AssistantError | None = None


class Rungs:
    """Makes each rung once, so that its connections and its embedded model are kept."""

    def __init__(
        self, settings: Settings, local: LocalModel, seeker: Seeker, *, embedded: bool = True
    ) -> None:
        self._embedded = embedded
        self._settings = settings
        self._local = local
        self._seeker = seeker
        self._lock = threading.Lock()
        self._made: dict[str, Rung] = {}
        self._specs = _specs(settings.ladder)
        # A rung that makes no sense is told at the start, not at the first question.
        for spec in self._specs or ():
            self._rung(spec, SET_BY_HAND)

    def all(self) -> list[Rung]:
        """The rungs above the extractive one: those of the setting, else those that are there."""
        if self._specs is not None:
            return [self._rung(spec, SET_BY_HAND) for spec in self._specs]
        return list(self._chosen())

    def close(self) -> None:
        """Close every connection and stop the embedded model."""
        for rung in list(self._made.values()):
            if isinstance(rung.model, OpenAICompatible):
                rung.model.close()
        self._local.close()

    def _chosen(self) -> Iterator[Rung]:
        if self._settings.openai_api_key is not None:
            yield self._rung(f"openai:{self._settings.openai_model}", "OPENAI_API_KEY is set")
        if self._settings.find_local_servers:
            for found in self._seeker.find():
                spec = f"server:{found.base_url}#{found.model}"
                yield self._rung(spec, f"{found.product} answers on this machine")
        if not self._embedded:
            refused = SettingsInvalid(
                "The embedded model is not used for a single answer: starting it takes longer.",
                remedy="Set SCOPEWRIGHT_LADDER=local to use it all the same.",
            )
            yield Rung("local", None, True, "", refused=refused)
            return
        try:
            find_weights(self._settings.local_model)
        except AssistantError as error:
            yield Rung("local", None, True, "", refused=error)
            return
        yield self._rung("local", "its weights are on this machine")

    def _rung(self, spec: str, why: str) -> Rung:
        with self._lock:
            if spec not in self._made:
                self._made[spec] = self._make(spec, why)
            return self._made[spec]

    def _make(self, spec: str, why: str) -> Rung:
        if spec == "local":
            wire = self._wire(on_this_machine=True, stream=True)
            return Rung("local", local_chat(self._local, wire), True, why)
        provider, colon, rest = spec.partition(":")
        if not colon or not provider or not rest:
            raise SettingsInvalid(
                f"SCOPEWRIGHT_LADDER: {redact(spec, ())!r} is not a rung.",
                remedy=f"Write, for example, {EXAMPLE}.",
            )
        makers: dict[str, Callable[[str, str, str], Rung]] = {
            "openai": self._openai,
            "ollama": self._ollama,
            "server": self._server,
        }
        maker = makers.get(provider)
        if maker is not None:
            return maker(spec, rest, why)
        model = ProviderModel(spec, self._wire(on_this_machine=False))
        return Rung(spec, model, False, why, f"the key of {provider}")

    def _openai(self, spec: str, model: str, why: str) -> Rung:
        key = self._settings.openai_api_key
        if key is None:
            refused = SettingsInvalid("No OpenAI key is set.", remedy="Set OPENAI_API_KEY.")
            return Rung(spec, None, False, why, "OPENAI_API_KEY", refused)
        base_url = _with_path(self._settings.openai_base_url or OPENAI_URL)
        # Another server behind the same variables does not know OpenAI's newest parameters.
        official = (urlsplit(base_url).hostname or "").endswith("openai.com")
        server = Server(base_url, key.get_secret_value())
        return self._compatible(spec, model, server, why, "OPENAI_API_KEY", official=official)

    def _ollama(self, spec: str, model: str, why: str) -> Rung:
        server = Server(_with_path(self._settings.ollama_url))
        return self._compatible(spec, model, server, why, "SCOPEWRIGHT_OLLAMA_URL")

    def _server(self, spec: str, rest: str, why: str) -> Rung:
        if rest in self._settings.servers:
            known = self._settings.servers[rest]
            key = known.key.get_secret_value() if known.key is not None else NO_KEY
            server = Server(_with_path(known.base_url), key)
            setting = f"the key of {rest!r} in SCOPEWRIGHT_SERVERS"
            return self._compatible(spec, known.model, server, why, setting)
        address, _, model = rest.partition("#")
        try:
            ModelServer(base_url=address, model=model)
        except ValueError:
            model = ""
        if not model:
            raise SettingsInvalid(
                "SCOPEWRIGHT_LADDER: a server needs an address and a model, and no password or "
                "key.",
                remedy="Write server:http://host:8000/v1#model, or name it in "
                "SCOPEWRIGHT_SERVERS and write server:<name>.",
            )
        return self._compatible(
            spec, model, Server(_with_path(address)), why, "SCOPEWRIGHT_SERVERS"
        )

    def _compatible(
        self,
        spec: str,
        model: str,
        server: Server,
        why: str,
        setting: str,
        *,
        official: bool = False,
    ) -> Rung:
        here = urlsplit(server.base_url).hostname in LOOPBACK
        wire = self._wire(on_this_machine=here)
        chat = OpenAICompatible(spec, model, server, wire, official=official, loopback=here)
        return Rung(spec, chat, here, why, setting)

    def _wire(self, *, on_this_machine: bool, stream: bool | None = None) -> Wire:
        settings = self._settings
        streams = settings.model_stream if stream is None else stream
        first_s = first_token_s(settings, on_this_machine) if streams else settings.model_total_s
        # Only a net under the limits that the pump holds: it must not end a call before them.
        read_s = max(first_s, settings.model_gap_s) + SPARE_READ_S
        return Wire(settings.model_connect_s, read_s, streams)


def first_token_s(settings: Settings, on_this_machine: bool) -> float:
    """Seconds that a rung has for its first token."""
    if on_this_machine:
        return settings.model_first_token_local_s
    return settings.model_first_token_s


def _specs(ladder: str) -> tuple[str, ...] | None:
    """The rungs above `extractive`, None when nothing is set; below it none is ever reached.

    >>> _specs("openai:gpt-5-mini, local,extractive,ollama:x")
    ('openai:gpt-5-mini', 'local')
    >>> _specs("extractive"), _specs(" ")
    ((), None)
    """
    names = [name.strip() for name in ladder.split(",") if name.strip()]
    if not names:
        return None
    return tuple(names[: names.index(EXTRACTIVE)] if EXTRACTIVE in names else names)


def _with_path(base_url: str) -> str:
    """Add the usual path to a bare address.

    >>> _with_path("http://127.0.0.1:8080/"), _with_path("http://host/api/v3")
    ('http://127.0.0.1:8080/v1', 'http://host/api/v3')
    """
    trimmed = base_url.rstrip("/")
    return trimmed if urlsplit(trimmed).path else f"{trimmed}/v1"
