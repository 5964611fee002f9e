"""A model's reply → the sentences that the cited passages support: the citation gate."""

from assistant.answer.gate.evidence import Entails, Evidence, gather
from assistant.answer.gate.reply import Gated, gate_reply
from assistant.answer.gate.strictness import STRICTNESS, Strictness
from assistant.answer.gate.support import Reason, Support, check_sentence

__all__ = [
    "STRICTNESS",
    "Entails",
    "Evidence",
    "Gated",
    "Reason",
    "Strictness",
    "Support",
    "check_sentence",
    "gate_reply",
    "gather",
]
