"""A model's reply → the sentences that the cited passages support: the citation gate."""

from assistant.answer.gate.evidence import Evidence, gather
from assistant.answer.gate.reply import Gated, Removed, gate_reply
from assistant.answer.gate.support import STRICTNESS, Reason, Strictness, Support, check_sentence

__all__ = [
    "STRICTNESS",
    "Evidence",
    "Gated",
    "Reason",
    "Removed",
    "Strictness",
    "Support",
    "check_sentence",
    "gate_reply",
    "gather",
]
