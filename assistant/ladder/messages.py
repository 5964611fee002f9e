"""What goes into a model and what comes out, and the seam of one method that every model fits."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from assistant.errors import AssistantError, ModelFailed


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the model says it read and wrote."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply; empty `text` is a sign of life (a role, or hidden reasoning)."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Why a rung did not answer; never contains a key."""

    rung: str
    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RungInfo:
    """Who answered, why that rung, and why those above it did not."""

    rung: str
    rung_reason: str
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class RungState:
    """What a probe found, in one line, and what to set when it is not well."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class ChatModel(Protocol):
    """Anything that answers messages with pieces of text."""

    @property
    def name(self) -> str:
        """As people see it, for example `openai:gpt-5-mini`."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        stop: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Iterator[Piece]:
        """Yield pieces; `schema` is the JSON schema the text must fit.

        Raise ModelFailed when the call fails. The last piece has a `finish_reason`; a reply that
        ends without one counts as cut.
        """
        ...


Script = str | Sequence[str | Piece | AssistantError] | AssistantError


class ScriptedModel:
    """A model that says what it was told to, in order, and remembers what it was asked.

    Each entry is a whole reply, an error to raise, or a list of pieces and errors.

    >>> model = ScriptedModel(["Use logs first."])
    >>> "".join(piece.text for piece in model.stream([Message("user", "?")], max_tokens=9))
    'Use logs first.'
    >>> model.history[0][0].content
    '?'
    """

    def __init__(self, script: Iterable[Script] = (), name: str = "scripted") -> None:
        self.name = name
        self.queue: deque[Script] = deque(script)
        self.history: list[tuple[Message, ...]] = []
        self.schemas: list[Mapping[str, Any] | None] = []

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        stop: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Iterator[Piece]:
        """Yield the next entry of the queue; raise ModelFailed when the queue is empty."""
        self.history.append(tuple(messages))
        self.schemas.append(schema)
        if not self.queue:
            raise ModelFailed("The script has ended.", remedy="Add replies to it.")
        entry = self.queue.popleft()
        if isinstance(entry, str):
            entry = [*_words(entry), Piece(finish_reason="stop")]
        for part in [entry] if isinstance(entry, AssistantError) else entry:
            if isinstance(part, AssistantError):
                raise part
            yield part if isinstance(part, Piece) else Piece(part)


def _words(text: str) -> list[Piece]:
    return [Piece(part) for part in text.replace(" ", " \0").split("\0") if part]
