"""The folder of knowledge → its articles and their sections, each file read once in a process.

They are read as they are, so that nothing need wait for the search index.
"""

import functools
from collections.abc import Mapping
from pathlib import Path

from assistant.ingest import Article, Knowledge, Passage, read_knowledge


@functools.lru_cache(maxsize=2)
def knowledge_of(folder: Path) -> Knowledge:
    """Every curated article of the folder, with what they refer to."""
    return read_knowledge(folder)


@functools.lru_cache(maxsize=512)
def sections_of(article: Article) -> Mapping[str, Passage]:
    """The article's sections by their "article#heading"."""
    return {passage.id: passage for passage in article.passages()}


def section(knowledge: Knowledge, key: str) -> tuple[Article, Passage] | None:
    """The section of that "article#heading" with its article; None when there is none."""
    article = knowledge.articles.get(key.partition("#")[0])
    passage = sections_of(article).get(key) if article is not None else None
    return (article, passage) if article is not None and passage is not None else None
