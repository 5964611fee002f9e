"""The curated articles over HTTP: topics, articles to choose from, and one to read."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field

from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.routes import ERRORS, READ, Service, new_router
from assistant.channels.http_api.shapes import Shape

router = new_router("articles")
ARTICLES = "/v1/articles"


class TopicShape(Shape):
    """A topic and how many articles it has."""

    id: str = Field(examples=["ml-fit"])
    articles: int


class CardShape(Shape):
    """What is known of an article before it is opened."""

    id: str = Field(examples=["quick-baseline"])
    title: str
    topic: str = Field(examples=["ml-fit"])
    phases: list[str] = Field(
        description="When in a project it matters.", examples=[["before-code"]]
    )
    answers: list[str] = Field(description="Questions that it answers.")
    reviewed: date
    review_by: date
    stale: bool = Field(description="True when its review is overdue.")
    jurisdiction: str | None = Field(description="Where law is concerned.")


class PartShape(Shape):
    """A section of an article, as Markdown."""

    id: str = Field(examples=["quick-baseline#how-to-do-it"])
    heading: str
    text: str
    passages: list[str] = Field(description="Its passages, as answers cite them.")


class ArticleShape(Shape):
    """An article with its references, and the articles that it leads to."""

    article: CardShape
    parts: list[PartShape]
    references: list[dict[str, Any]] = Field(description="Entries of the bibliography.")
    related: list[CardShape]


@router.get("/v1/topics", openapi_extra=READ, responses=ERRORS, response_model=list[TopicShape])
def list_topics(service: Service) -> object:
    """List the topics that have articles."""
    return service.topics()


@router.get(ARTICLES, openapi_extra=READ, responses=ERRORS, response_model=Page[CardShape])
def list_articles(
    service: Service,
    cut: Paged,
    topic: Annotated[
        str | None, Query(max_length=80, description="See /v1/topics.", examples=["ml-fit"])
    ] = None,
    phase: Annotated[
        str | None, Query(max_length=80, description="When it matters.", examples=["before-code"])
    ] = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=2000, description="Best first.", examples=["data drift"]),
    ] = None,
) -> object:
    """List the articles by title, or those that a search finds, of one topic or phase or of all."""
    cards = service.articles() if q is None else service.find_articles(q)
    chosen = [
        card
        for card in cards
        if topic in (None, card.topic) and (phase is None or phase in card.phases)
    ]
    return cut.of(chosen, lambda one: str(one.id))


@router.get(
    ARTICLES + "/{article_id}", openapi_extra=READ, responses=ERRORS, response_model=ArticleShape
)
def read_article(
    article_id: Annotated[str, Path(min_length=1, max_length=120, examples=["quick-baseline"])],
    service: Service,
) -> object:
    """Show an article as a whole, with its references and when it was reviewed."""
    found = service.article(article_id)
    return {
        "article": found.card,
        "parts": found.parts,
        "references": list(found.references),
        "related": found.related,
    }
