"""Passages and their vectors → an index that is built once, opened, and searched."""

from assistant.index.build import (
    Material,
    build_index,
    current_index,
    remove_indexes,
    stamp_of,
)
from assistant.index.opened import Index
from assistant.index.vectors import best_rows
from assistant.index.words import (
    STOP_WORDS,
    common_alike,
    common_words,
    fold,
    stems_of,
    words_of,
)
from assistant.ingest import text_to_index

__all__ = [
    "STOP_WORDS",
    "Index",
    "Material",
    "best_rows",
    "build_index",
    "common_alike",
    "common_words",
    "current_index",
    "fold",
    "remove_indexes",
    "stamp_of",
    "stems_of",
    "text_to_index",
    "words_of",
]
