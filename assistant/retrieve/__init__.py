"""A question and the open indexes → Hits, best first, and whether they can answer it at all."""

from assistant.index import stems_of
from assistant.ingest import Passage
from assistant.retrieve.question import Understood, language_of, split_questions, understand
from assistant.retrieve.search import Hit, Retrieval, retrieve
from assistant.retrieve.tuning import TUNING, Tuning

__all__ = [
    "TUNING",
    "Hit",
    "Passage",
    "Retrieval",
    "Tuning",
    "Understood",
    "language_of",
    "retrieve",
    "split_questions",
    "stems_of",
    "understand",
]
