"""The sources that a fact names → why its question is asked: how these sections begin."""

import re
from collections.abc import Iterable
from pathlib import Path

from assistant.ingest import Article, Knowledge, Passage
from assistant.interview import Why
from assistant.service.articles import knowledge_of, section, sections_of

# How much of a section is shown as the reason for a question, in characters.
LENGTH = 320
# What opens an example, or points at what is not shown, gives no reason; nor do a few words.
_POINTS = re.compile(
    r"^Suppose\b|\b(?:tables?|columns?|sheet|rows?|lists?|following|below)\b|:$|\bfour choices\b",
    re.IGNORECASE,
)
_LEAST = 120
_NO_PROSE = re.compile(r"[|#>*-]|\d+\.")


def reasons(folder: Path, sources: Iterable[str]) -> tuple[Why, ...]:
    """The sections that these "article#heading" name; one that is not there is left out."""
    knowledge = knowledge_of(folder)
    found = (section(knowledge, source) for source in sources)
    return tuple(_why(*one, knowledge) for one in found if one is not None)


def _why(article: Article, passage: Passage, knowledge: Knowledge) -> Why:
    cited = [knowledge.references[key] for key in article.references]
    # A list or table alone gives no reason; the article's lead does.
    lead = sections_of(article).get(f"{article.id}#lead", passage)
    return Why(
        source_id=passage.id,
        article_id=article.id,
        heading=passage.heading,
        title=article.title,
        text=_reason(passage.text) or beginning(lead.text),
        references=tuple(
            {**one.model_dump(exclude={"url", "doi"}), "link": one.link} for one in cited
        ),
    )


def _reason(text: str) -> str:
    """How the section begins, where that can be understood by itself."""
    begun = beginning(text)
    return "" if len(begun) < _LEAST or _POINTS.search(begun) else begun


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
