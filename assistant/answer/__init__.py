"""A question, its Hits and a rung → an Answer whose every sentence leads to a passage."""

from assistant.answer.extractive import (
    RUNG,
    Asked,
    Shelf,
    extractive_answer,
    refusal,
    reply_to_small_talk,
)
from assistant.answer.parts import Answer, Citation, Citations, Suggestion
from assistant.answer.units import Unit, sentences_of, units_of

__all__ = [
    "RUNG",
    "Answer",
    "Asked",
    "Citation",
    "Citations",
    "Shelf",
    "Suggestion",
    "Unit",
    "extractive_answer",
    "refusal",
    "reply_to_small_talk",
    "sentences_of",
    "units_of",
]
