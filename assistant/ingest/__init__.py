"""Files → Passages: curated articles and people's own files, converted, cut, cleaned, checked."""

from assistant.ingest.articles import (
    REFERENCES_FILE,
    Article,
    Knowledge,
    Reference,
    read_article,
    read_knowledge,
)
from assistant.ingest.convert import ConvertedFile, convert_file
from assistant.ingest.files import IngestedFile, clean_name, expand_paths, ingest_file
from assistant.ingest.holding import HeldBack
from assistant.ingest.limits import LIMITS, REJECTIONS, Limits
from assistant.ingest.passages import (
    CUT,
    Cut,
    Origin,
    Passage,
    cut_markdown,
    estimate_tokens,
    text_to_index,
)
from assistant.ingest.texts import Warned

__all__ = [
    "CUT",
    "LIMITS",
    "REFERENCES_FILE",
    "REJECTIONS",
    "Article",
    "ConvertedFile",
    "Cut",
    "HeldBack",
    "IngestedFile",
    "Knowledge",
    "Limits",
    "Origin",
    "Passage",
    "Reference",
    "Warned",
    "clean_name",
    "convert_file",
    "cut_markdown",
    "estimate_tokens",
    "expand_paths",
    "ingest_file",
    "read_article",
    "read_knowledge",
    "text_to_index",
]
