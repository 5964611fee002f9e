"""Settings → the rungs; a chat model that says who answered and why the others did not."""

from assistant.ladder.breaker import Breakers
from assistant.ladder.climb import Ladder
from assistant.ladder.messages import (
    Attempt,
    ChatModel,
    Message,
    Piece,
    RungInfo,
    RungState,
    ScriptedModel,
    Usage,
)
from assistant.ladder.reply import Reply
from assistant.ladder.rungs import Rung

__all__ = [
    "Attempt",
    "Breakers",
    "ChatModel",
    "Ladder",
    "Message",
    "Piece",
    "Reply",
    "Rung",
    "RungInfo",
    "RungState",
    "ScriptedModel",
    "Usage",
]
