"""The curated knowledge → topics, articles and one article to read: what a channel can browse."""

from abc import ABC
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from assistant.errors import NotFound
from assistant.ingest import Passage
from assistant.retrieve import retrieve, understand
from assistant.service.conversing import whole_characters
from assistant.service.library import Library

# Passages that a search for articles looks at; several can be of one article.
SEARCHED = 60


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """What is known of an article before it is opened; `stale` when its review is overdue."""

    id: str
    title: str
    topic: str
    phases: tuple[str, ...]
    answers: tuple[str, ...]
    reviewed: date
    review_by: date
    stale: bool
    jurisdiction: str | None


@dataclass(frozen=True, slots=True)
class ArticlePart:
    """A section of an article as Markdown; `id` is `article#heading`, as facts and rules cite it.

    `passages` are the ids of all passages that it holds, its own id first.
    """

    id: str
    heading: str
    text: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article to read, with its references and the articles that it leads to."""

    card: ArticleCard
    parts: tuple[ArticlePart, ...]
    references: tuple[Mapping[str, Any], ...]
    related: tuple[ArticleCard, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic of the knowledge and how many articles it has."""

    id: str
    articles: int


class Reading(ABC):
    """What a channel can ask about the curated articles; a part of `Assistant`."""

    library: Library
    _clock: Callable[[], date]

    def topics(self) -> list[Subject]:
        """Every topic that has an article, by name."""
        counted = Counter(card["topic"] for card in self._cards().values())
        return [Subject(topic, counted[topic]) for topic in sorted(counted)]

    def articles(self) -> list[ArticleCard]:
        """Every article, by title."""
        cards = [self._card(key) for key in self._cards()]
        return sorted(cards, key=lambda card: card.title.casefold())

    def find_articles(self, words: str) -> list[ArticleCard]:
        """The articles that a search finds, best first; empty when none answers it."""
        index = self.library.knowledge()
        parts = understand(whole_characters(words), [index])
        asked = " ".join(part.search for part in parts)
        found = retrieve(asked, [index], self.library.encoder.encode_query, k=SEARCHED)
        hits = found.hits if found.answerable else ()
        return [self._card(key) for key in dict.fromkeys(hit.passage.source_id for hit in hits)]

    def article(self, article_id: str) -> OpenArticle:
        """One article as a whole; raise NotFound."""
        raw = self._cards().get(article_id)
        if raw is None:
            raise NotFound("There is no such article.", remedy="Search for it in the knowledge.")
        index = self.library.knowledge()
        number = index.sources.index(article_id)
        rows = (row for row, source in enumerate(index.source_of) if source == number)
        passages = sorted((index.passage(row) for row in rows), key=lambda one: one.position)
        references = index.notes["references"]
        return OpenArticle(
            card=self._card(article_id),
            parts=tuple(_parts(passages)),
            references=tuple(references[key] for key in raw["references"]),
            related=tuple(self._card(key) for key in raw["related"] if key in self._cards()),
        )

    def _cards(self) -> Mapping[str, Mapping[str, Any]]:
        cards: Mapping[str, Mapping[str, Any]] = self.library.knowledge().notes["articles"]
        return cards

    def _card(self, article_id: str) -> ArticleCard:
        raw = self._cards()[article_id]
        review_by = date.fromisoformat(raw["review_by"])
        return ArticleCard(
            id=article_id,
            title=raw["title"],
            topic=raw["topic"],
            phases=tuple(raw["phase"]),
            answers=tuple(raw["answers"]),
            reviewed=date.fromisoformat(raw["reviewed"]),
            review_by=review_by,
            stale=review_by < self._clock(),
            jurisdiction=raw["jurisdiction"],
        )


def _parts(passages: list[Passage]) -> list[ArticlePart]:
    """Put together again what was cut within one section."""
    found = []
    for heading, group in groupby(passages, key=lambda passage: passage.heading):
        held = list(group)
        text = "\n\n".join(passage.text for passage in held)
        found.append(ArticlePart(held[0].id, heading, text, tuple(one.id for one in held)))
    return found
