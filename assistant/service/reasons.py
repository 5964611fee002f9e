"""The sources that a fact names → why its question is asked: how these sections begin, and theirs.

The articles are read as they are, so that an interview need not wait for the search index.
"""

import functools
import re
from collections.abc import Iterable
from pathlib import Path

from assistant.ingest import Article, Knowledge, Passage, read_knowledge
from assistant.interview import Why

# How much of a section is shown as the reason for a question, in characters.
LENGTH = 320
_NO_PROSE = re.compile(r"[|#>*-]|\d+\.")


def reasons(folder: Path, sources: Iterable[str]) -> tuple[Why, ...]:
    """The sections that these "article#heading" name; one that is not there is left out."""
    knowledge = _knowledge(folder)
    found = []
    for source in sources:
        article = knowledge.articles.get(source.partition("#")[0])
        passage = _passages(article).get(source) if article else None
        if article is not None and passage is not None:
            found.append(_why(source, article, passage, knowledge))
    return tuple(found)


def _why(source: str, article: Article, passage: Passage, knowledge: Knowledge) -> Why:
    cited = [knowledge.references[key] for key in article.references]
    return Why(
        source_id=source,
        article_id=article.id,
        heading=passage.heading,
        title=article.title,
        text=beginning(passage.text),
        references=tuple(
            {**one.model_dump(exclude={"url", "doi"}), "link": one.link} for one in cited
        ),
    )


def beginning(text: str, length: int = LENGTH) -> str:
    r"""The first paragraph of prose, cut at the end of a sentence.

    >>> beginning("| a | b |\n\nState *p95*. Then\nmore.", 14)
    'State p95.'
    """
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    prose = [part for part in paragraphs if part and not _NO_PROSE.match(part)]
    first = (prose or paragraphs)[0].replace("*", "")
    if len(first) <= length:
        return first
    cut = first[: length + 1]
    end = max(cut.rfind(mark) for mark in (". ", "? ", "! "))
    return cut[: end + 1] if end > length // 3 else cut[: cut.rfind(" ")] + " …"


@functools.lru_cache(maxsize=2)
def _knowledge(folder: Path) -> Knowledge:
    return read_knowledge(folder)


@functools.lru_cache(maxsize=512)
def _passages(article: Article) -> dict[str, Passage]:
    return {passage.id: passage for passage in article.passages()}
