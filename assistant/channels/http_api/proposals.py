"""Proposals over HTTP: facts that a pasted text states, until somebody accepts or rejects them."""

from typing import Any

from fastapi import Request
from pydantic import Field

from assistant import Proposal
from assistant.channels.http_api.facts import FACTS, FactShape, author_of
from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    CalledBy,
    ProjectName,
    Service,
    new_router,
    scope,
    write_once,
)
from assistant.channels.http_api.shapes import Body, Shape
from assistant.channels.http_api.streams import finished

router = new_router("proposals")
PROPOSALS = "/v1/projects/{project}/proposals"
LONGEST_TEXT = 200_000


class ProposalShape(Shape):
    """A value for a fact, with the exact words it came from."""

    id: str
    fact: str = Field(examples=["serving.latency_p95"])
    shown: str = Field(description="The value in words.", examples=["150 ms"])
    quote: str
    start: int = Field(description="Where the quote stands in the text.")
    end: int
    confidence: float = Field(description="The share of such proposals that are right, about.")
    rung: str = Field(description="Who found it.")
    source: str


class Brief(Body):
    """A text that says something about the project."""

    text: str = Field(
        min_length=1,
        max_length=LONGEST_TEXT,
        examples=["We must answer within 150 ms. About 40,000 customers a day are affected."],
    )
    name: str = Field(
        default="",
        max_length=200,
        description="Where the text is from; its earlier proposals are replaced.",
        examples=["kick-off mail"],
    )
    model: bool = Field(default=False, description="Let a model look too.")


class ProposalsShape(Shape):
    """What was found, and what a person must know about it."""

    proposals: list[ProposalShape]
    notices: list[str]


class Chosen(Body):
    """Proposals by their ids; without ids all that are open."""

    ids: list[str] | None = Field(default=None, max_length=1_000, examples=[["5b1f…"]])


class AcceptedShape(Shape):
    """The facts that were stored."""

    facts: list[FactShape]


class RejectedShape(Shape):
    """How many proposals were put away."""

    rejected: int


@router.get(PROPOSALS, openapi_extra=READ, responses=ERRORS, response_model=Page[ProposalShape])
def list_proposals(project: ProjectName, service: Service, cut: Paged) -> object:
    """List the open proposals, the oldest source first."""
    proposals = service.proposals(project=project)
    return cut.of([_shown(one) for one in proposals], lambda one: str(one["id"]))


@router.post(
    PROPOSALS,
    openapi_extra=scope("write", shown_at=PROPOSALS, answers=True),
    responses=ERRORS,
    status_code=201,
    response_model=ProposalsShape,
)
async def prefill(project: ProjectName, brief: Brief, service: Service, request: Request) -> object:
    """Find the facts that a text states; nothing becomes a fact before it is accepted."""
    found = await finished(
        request,
        lambda cancelled: service.prefill(
            brief.text, name=brief.name, model=brief.model, project=project, cancelled=cancelled
        ),
    )
    return {"proposals": [_shown(one) for one in found], "notices": list(found.notices)}


@router.post(
    PROPOSALS + "/accept",
    openapi_extra=write_once(FACTS),
    responses=ERRORS,
    response_model=AcceptedShape,
)
def accept(project: ProjectName, chosen: Chosen, service: Service, caller: CalledBy) -> object:
    """Store proposals as facts, each with its quote and source."""
    stated = service.accept(chosen.ids, project=project, author=author_of(caller))
    return {"facts": [one.as_json(service.catalogue()[one.fact_id]) for one in stated]}


@router.post(
    PROPOSALS + "/reject",
    openapi_extra=write_once(PROPOSALS),
    responses=ERRORS,
    response_model=RejectedShape,
)
def reject(project: ProjectName, chosen: Chosen, service: Service) -> object:
    """Put proposals away."""
    return RejectedShape(rejected=service.reject(chosen.ids, project=project))


def _shown(one: Proposal) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ProposalShape.model_fields}
