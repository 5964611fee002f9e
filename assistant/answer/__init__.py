"""A question, its Hits and a rung → an Answer whose every sentence leads to a passage."""

from assistant.answer.extractive import (
    RUNG,
    Asked,
    Shelf,
    extractive_answer,
    refusal,
    reply_to_small_talk,
)
from assistant.answer.fluent import Event, answer_with_model, offered_hits
from assistant.answer.followup import Turn as EarlierTurn
from assistant.answer.followup import leans, rewrite_with_model, standalone_question
from assistant.answer.gate import Gated, Support, check_sentence, gate_reply
from assistant.answer.parts import Answer, Citation, Citations, Removed, Suggestion
from assistant.answer.prompt import Exchange
from assistant.answer.turns import TURNS
from assistant.answer.units import Unit, sentences_of, units_of

__all__ = [
    "RUNG",
    "TURNS",
    "Answer",
    "Asked",
    "Citation",
    "Citations",
    "EarlierTurn",
    "Event",
    "Exchange",
    "Gated",
    "Removed",
    "Shelf",
    "Suggestion",
    "Support",
    "Unit",
    "answer_with_model",
    "check_sentence",
    "extractive_answer",
    "gate_reply",
    "leans",
    "offered_hits",
    "refusal",
    "reply_to_small_talk",
    "rewrite_with_model",
    "sentences_of",
    "standalone_question",
    "units_of",
]
