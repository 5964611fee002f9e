"""The sources that a fact names → why its question is asked: how these sections begin, and theirs.

The articles are read as they are, so that an interview need not wait for the search index.
"""

import functools
import re
from collections.abc import Iterable, Mapping
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
        passages = _passages(article) if article is not None else {}
        if article is not None and source in passages:
            found.append(_why(article, passages[source], passages, knowledge))
    return tuple(found)


def _why(
    article: Article, passage: Passage, passages: Mapping[str, Passage], knowledge: Knowledge
) -> Why:
    cited = [knowledge.references[key] for key in article.references]
    # A list or table alone gives no reason; the article's lead does.
    lead = passages.get(f"{article.id}#lead", passage)
    return Why(
        source_id=passage.id,
        article_id=article.id,
        heading=passage.heading,
        title=article.title,
        text=beginning(passage.text) or beginning(lead.text),
        references=tuple(
            {**one.model_dump(exclude={"url", "doi"}), "link": one.link} for one in cited
        ),
    )


def beginning(text: str, length: int = LENGTH) -> str:
    r"""The first paragraph of prose, cut at the end of a sentence; empty without one.

    >>> beginning("| a | b |\n\nState *p95*. Then\nmore.", 14)
    'State p95.'
    """
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    prose = (part for part in paragraphs if part and not _NO_PROSE.match(part))
    first = next(prose, "").replace("*", "")
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
