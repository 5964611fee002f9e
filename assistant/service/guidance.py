"""The ids of passages → what a document may cite: their text, and what they rest on written out."""

from collections.abc import Iterable
from pathlib import Path

from assistant.document import Guidance
from assistant.ingest import Reference
from assistant.service.articles import knowledge_of, section


def guidance(folder: Path, ids: Iterable[str]) -> dict[str, Guidance]:
    """Passages of the curated articles by id; one that is not there is left out."""
    knowledge = knowledge_of(folder)
    found: dict[str, Guidance] = {}
    for key in dict.fromkeys(ids):
        named = section(knowledge, key)
        if named is None:
            continue
        article, passage = named
        cited = [knowledge.references[one] for one in article.references]
        found[key] = Guidance(
            key,
            passage.title,
            passage.heading,
            passage.text,
            tuple(_short(one) for one in cited),
            tuple(_written_out(one) for one in cited),
        )
    return found


def _short(source: Reference) -> str:
    """Authors' family names and the year: "Saito & Rehmsmeier 2015"."""
    names = [author.split(",")[0].strip() for author in source.authors.split(";")]
    name = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{name} {source.year}" if source.year else name


def _written_out(source: Reference) -> str:
    # Authors without a year may end in an initial, which has its full stop.
    who = f"{source.authors} ({source.year})" if source.year else source.authors.rstrip(".")
    end = "" if source.title.endswith((".", "?", "!")) else "."
    where = f" {source.where.rstrip('.')}." if source.where else ""
    link = f" {source.link}" if source.link else ""
    return f"{who}. {source.title}{end}{where}{link}"
