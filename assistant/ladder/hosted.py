"""LangChain chat models → our seam: one class for OpenAI-compatible servers, one for the rest."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from assistant.errors import ModelFailed, NotInstalled
from assistant.ladder.control_tokens import without_control_tokens
from assistant.ladder.messages import Message, Piece, Usage
from assistant.ladder.wire import http_client
from assistant.local_model import LocalModel

# OpenAI's other models think before they answer, in tokens that count against the limit, and refuse
# a temperature and stop words.
_DOES_NOT_THINK = re.compile(r"gpt-3|gpt-4|.*chat")
THINKING_TOKENS = 4_000
NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class Server:
    """Address and key of an OpenAI-compatible API."""

    base_url: str
    key: str = field(default=NO_KEY, repr=False)


@dataclass(frozen=True, slots=True)
class Wire:
    """How to talk: seconds to connect, longest silent read, and whether replies stream."""

    connect_s: float
    read_s: float
    stream: bool = True


class OpenAICompatible:
    """A model behind an OpenAI-compatible API, through langchain-openai.

    `server` gives the address for the length of a call, so that an embedded model can be started
    first and not be stopped meanwhile.
    """

    def __init__(
        self,
        name: str,
        model: str,
        server: Server | Callable[[], AbstractContextManager[Server]],
        wire: Wire,
        *,
        official: bool = False,
        loopback: bool = False,
    ) -> None:
        self.name = name
        self._model = model
        self._server = server
        self._wire = wire
        self._official = official
        self._loopback = loopback
        self._lock = Lock()
        self._made: tuple[Server, Any] | None = None

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        stop: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Iterator[Piece]:
        """Yield pieces as the server sends them; raises what the SDK raises."""
        wishes = self._wishes(max_tokens, temperature, stop, schema)
        with self._serving() as server:
            turns = _turns(messages)
            if not self._official:
                turns = [(role, without_control_tokens(content)) for role, content in turns]
            for chunk in self._chat(server).stream(turns, **wishes):
                yield _piece(chunk)

    def prepare(self) -> None:
        """Import what a call needs (about a second) and make the client; connects to nothing."""
        if isinstance(self._server, Server):
            self._chat(self._server)
        else:
            # For what importing them costs, which is the point here.
            import langchain.chat_models  # noqa: F401
            import langchain_openai  # noqa: F401

    def models(self) -> list[str]:
        """The names that the server offers; raises what the SDK raises."""
        with self._serving() as server:
            return [model.id for model in self._chat(server).root_client.models.list()]

    @property
    def model(self) -> str:
        """The name that the server knows it by."""
        return self._model

    def close(self) -> None:
        """Close the HTTP client."""
        with self._lock:
            if self._made is not None:
                self._made[1].http_client.close()
            self._made = None

    def _serving(self) -> AbstractContextManager[Server]:
        return nullcontext(self._server) if isinstance(self._server, Server) else self._server()

    def _wishes(
        self,
        max_tokens: int,
        temperature: float,
        stop: Sequence[str] | None,
        schema: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        # In the body as it stands: the SDK's own way with a schema reads the stream to its end.
        body: dict[str, Any] = {}
        if schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": dict(schema), "strict": True},
            }
        if self._official and not _DOES_NOT_THINK.match(self._model):
            return {"max_tokens": max_tokens + THINKING_TOKENS, "extra_body": body}
        wishes: dict[str, Any] = {"temperature": temperature, "extra_body": body}
        if stop:
            wishes["stop"] = list(stop)
        if self._official:
            wishes["max_tokens"] = max_tokens
        else:
            # LangChain sends the newer `max_completion_tokens`, which many servers do not know.
            body["max_tokens"] = max_tokens
        return wishes

    def _chat(self, server: Server) -> Any:
        with self._lock:
            if self._made is None or self._made[0] != server:
                self._made = (server, self._make(server))
            return self._made[1]

    def _make(self, server: Server) -> Any:
        import openai
        from langchain.chat_models import init_chat_model

        wire = self._wire
        return init_chat_model(
            self._model,
            model_provider="openai",
            base_url=server.base_url,
            api_key=server.key,
            max_retries=0,
            timeout=openai.Timeout(wire.read_s, connect=wire.connect_s),
            http_client=http_client(loopback=self._loopback),
            http_socket_options=(),
            stream_usage=self._official,
            use_responses_api=False,
            disable_streaming=not wire.stream,
            # Counting and profiles are ours; nothing about a call leaves but the call.
            cache=False,
        )


def local_chat(local: LocalModel, wire: Wire) -> OpenAICompatible:
    """The embedded model as a rung."""
    from contextlib import contextmanager

    @contextmanager
    def serve() -> Iterator[Server]:
        with local.lease() as endpoint:
            yield Server(endpoint.base_url, endpoint.key)

    return OpenAICompatible("local", "local", serve, wire, loopback=True)


class ProviderModel:
    """Any other LangChain provider by name, for example `anthropic:<model>`.

    Its SDK owns the connection, so a hung call is left behind by us at once but ends only with
    the SDK's own time limit.
    """

    def __init__(self, name: str, wire: Wire) -> None:
        self.name = name
        self._wire = wire

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        stop: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Iterator[Piece]:
        """Yield pieces; with a schema, one piece of JSON."""
        if schema is not None:
            yield from self._structured(messages, schema)
            return
        # Providers name the limit differently, so the pump holds it.
        for chunk in self.chat.stream(_turns(messages), stop=list(stop) if stop else None):
            yield _piece(chunk)

    @cached_property
    def chat(self) -> Any:
        """The LangChain model; raise NotInstalled or ModelFailed when it cannot be made."""
        from langchain.chat_models import init_chat_model

        limits: dict[str, Any] = {"max_retries": 0, "timeout": self._wire.read_s, "temperature": 0}
        try:
            return init_chat_model(self.name, **limits)
        except ImportError as error:
            package = _package_of(str(error), self.name)
            raise NotInstalled(
                f"The package for {self.name} is not installed.",
                remedy=f"Run `pip install {package}`.",
            ) from error
        # Every provider's class refuses a missing key or model in its own way.
        except Exception as error:
            raise ModelFailed(
                f"{self.name} cannot be set up ({type(error).__name__}).",
                remedy="Check the provider's name in SCOPEWRIGHT_LADDER and its key in the "
                "environment.",
                code="not_set_up",
            ) from error

    def _structured(
        self, messages: Sequence[Message], schema: Mapping[str, Any]
    ) -> Iterator[Piece]:
        import json

        bound = self.chat.with_structured_output({"title": "reply", **schema}, method="json_schema")
        yield Piece(json.dumps(bound.invoke(_turns(messages))))
        yield Piece(finish_reason="stop")


def _turns(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in messages]


def _package_of(words: str, name: str) -> str:
    """Take the package from LangChain's advice.

    >>> _package_of("... please run `pip install -U langchain-anthropic`", "anthropic:x")
    'langchain-anthropic'
    """
    found = re.search(r"langchain[-_][\w-]+", words)
    return (found.group() if found else f"langchain-{name.partition(':')[0]}").replace("_", "-")


def _piece(chunk: Any) -> Piece:
    told = chunk.response_metadata
    reason = told.get("finish_reason") or told.get("stop_reason") or told.get("done_reason")
    used = chunk.usage_metadata
    return Piece(
        text=_text(chunk),
        finish_reason=str(reason).lower() if reason else None,
        usage=Usage(used["input_tokens"], used["output_tokens"]) if used else None,
    )


def _text(chunk: Any) -> str:
    content = chunk.content
    if isinstance(content, str):
        return content
    # Some providers send a list of blocks, of which only the text is for people.
    return "".join(
        block if isinstance(block, str) else block.get("text", "")
        for block in content
        if isinstance(block, str) or block.get("type") == "text"
    )
