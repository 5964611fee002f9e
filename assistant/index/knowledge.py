"""A folder of articles → their Index, built once for each state of the folder and the encoder."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.embed import Encoder
from assistant.index import Index, Material, build_index, current_index, stamp_of, text_to_index
from assistant.ingest import REFERENCES_FILE, Article, Knowledge, Passage, Reference, read_knowledge

Progress = Callable[[int], None]


def open_knowledge(
    shelf: Path, folder: Path, encoder: Encoder, progress: Progress | None = None
) -> Index:
    """Open the index of the articles in `folder`, building it when it is new or has changed.

    `progress` is told how many texts were encoded so far.
    """
    paths = sorted([*folder.glob("*/*.md"), folder / REFERENCES_FILE, *folder.glob("asked/*.yaml")])
    parts = (
        part
        for path in paths
        if path.is_file()
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes())
    )
    stamp = stamp_of(encoder.name, parts)
    # The files are parsed and checked only when there is something to build: 0.3 s less.
    found = current_index(shelf, stamp)
    if found is not None:
        return found
    return build_index(shelf, stamp, knowledge_material(read_knowledge(folder), encoder, progress))


def knowledge_material(
    knowledge: Knowledge, encoder: Encoder, progress: Progress | None = None
) -> Material:
    """Encode every passage and every question that an article says it answers."""
    passages = knowledge.passages()
    asked = [
        (text, article.id)
        for article in knowledge.articles.values()
        for text in (*article.answers, *knowledge.phrasings.get(article.id, ()))
    ]
    texts = [text_to_index(passage) for passage in passages] + [question for question, _ in asked]
    rows = encoder.encode(texts, progress)
    notes = {
        "articles": {key: _card(article) for key, article in knowledge.articles.items()},
        "references": {key: _entry(entry) for key, entry in knowledge.references.items()},
    }
    return Material(
        encoder=encoder.name,
        passages=passages,
        rows=np.asarray(rows[: len(passages)]),
        asked=np.asarray(rows[len(passages) :]),
        asked_texts=[text for text, _ in asked],
        asked_by=[source for _, source in asked],
        whole=_whole(passages, asked),
        notes=notes,
    )


def _whole(passages: Sequence[Passage], asked: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Each article as one text: its passages and everything it is asked."""
    parts: dict[str, list[str]] = {}
    for passage in passages:
        parts.setdefault(passage.source_id, [passage.title]).extend([passage.heading, passage.text])
    for text, source in asked:
        parts[source].append(text)
    return {source: "\n".join(texts) for source, texts in parts.items()}


def _card(article: Article) -> dict[str, object]:
    return {
        "title": article.title,
        "topic": article.topic,
        "phase": list(article.phase),
        "answers": list(article.answers),
        "references": list(article.references),
        "related": list(article.related),
        "reviewed": article.reviewed.isoformat(),
        "review_by": article.review_by.isoformat(),
        "jurisdiction": article.jurisdiction,
    }


def _entry(reference: Reference) -> dict[str, object]:
    return {
        "key": reference.key,
        "authors": reference.authors,
        "title": reference.title,
        "year": reference.year,
        "where": reference.where,
        "link": reference.link,
        "kind": reference.kind,
    }
