"""Interviews over HTTP: the next question, an answer and what it leads to, the review."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, JsonValue

from assistant import question_json
from assistant.channels.http_api.facts import LONG, FactId, author_of
from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    CalledBy,
    ProjectName,
    Service,
    new_router,
    write_once,
)
from assistant.channels.http_api.shapes import Body, Shape
from assistant.channels.http_api.versions import Expected

router = new_router("interview")
INTERVIEW = "/v1/projects/{project}/interview"
NEXT = INTERVIEW + "/next"

Kind = Annotated[
    str | None,
    Query(max_length=40, description="A kind of document; every one without.", examples=["tdd"]),
]
KindField = Field(default=None, max_length=40, description="A kind of document.", examples=["tdd"])
FactField = Field(min_length=1, max_length=80, examples=["ml.task"])


class StepShape(Shape):
    """Where an interview stands: the question to put now, null when nothing is left to ask."""

    question: dict[str, Any] | None
    progress: dict[str, Any]
    challenge: str | None = Field(description="What is asked back about a vague answer.")
    notices: list[str]
    stored: dict[str, Any] | None


class NewAnswer(Body):
    """An answer to a question."""

    fact: str = FactField
    value: JsonValue = Field(examples=["classification"])
    kind: str | None = KindField
    insist: bool = Field(default=False, description="Keep an answer that was challenged.")
    note: str = Field(default="", max_length=LONG)


class NotKnown(Body):
    """A question that nobody can answer yet."""

    fact: str = FactField
    owner: str = Field(default="", max_length=200, description="Who finds out.")
    due: str = Field(default="", max_length=100, examples=["2027-01-31"])
    kind: str | None = KindField


class PutOff(Body):
    """A question to skip, or to ask in its turn again."""

    fact: str = FactField
    skipped: bool = True
    kind: str | None = KindField


@router.get(NEXT, openapi_extra=READ, responses=ERRORS, response_model=StepShape)
def next_question(project: ProjectName, service: Service, kind: Kind = None) -> object:
    """Give the question that is worth most now, and how far the interview is."""
    return service.next_question(kind, project=project).as_json()


@router.get(
    INTERVIEW + "/questions/{fact}",
    openapi_extra=READ,
    responses=ERRORS,
    response_model=dict[str, Any],
)
def show_question(
    project: ProjectName, fact: FactId, service: Service, kind: Kind = None
) -> object:
    """Show the question of one fact, to answer it out of turn or again."""
    return question_json(service.question(fact, kind=kind, project=project))


@router.post(
    INTERVIEW + "/answers",
    openapi_extra=write_once(NEXT),
    responses=ERRORS,
    response_model=StepShape,
)
def answer(
    project: ProjectName, given: NewAnswer, service: Service, caller: CalledBy, expected: Expected
) -> object:
    """Store an answer and give the next question; a vague answer is asked back about once."""
    return service.answer(
        given.fact,
        given.value,
        kind=given.kind,
        insist=given.insist,
        note=given.note,
        expected_event=expected,
        project=project,
        author=author_of(caller),
    ).as_json()


@router.post(
    INTERVIEW + "/unknown",
    openapi_extra=write_once(NEXT),
    responses=ERRORS,
    response_model=StepShape,
)
def dont_know(
    project: ProjectName,
    open_point: NotKnown,
    service: Service,
    caller: CalledBy,
    expected: Expected,
) -> object:
    """Store that nobody knows yet, who finds out and by when; it becomes an open point."""
    return service.dont_know(
        open_point.fact,
        owner=open_point.owner,
        due=open_point.due,
        kind=open_point.kind,
        expected_event=expected,
        project=project,
        author=author_of(caller),
    ).as_json()


@router.post(
    INTERVIEW + "/skip", openapi_extra=write_once(NEXT), responses=ERRORS, response_model=StepShape
)
def skip(project: ProjectName, put_off: PutOff, service: Service, caller: CalledBy) -> object:
    """Put a question off until all others are answered, or ask it in its turn again."""
    if put_off.skipped:
        step = service.skip(
            put_off.fact, kind=put_off.kind, project=project, author=author_of(caller)
        )
    else:
        step = service.unskip(put_off.fact, kind=put_off.kind, project=project)
    return step.as_json()


@router.post(
    INTERVIEW + "/undo", openapi_extra=write_once(NEXT), responses=ERRORS, response_model=StepShape
)
def take_back(project: ProjectName, service: Service, kind: Kind = None) -> object:
    """Take the latest answer back and ask on from there."""
    service.undo(project=project)
    return service.next_question(kind, project=project).as_json()


@router.get(
    INTERVIEW + "/review",
    openapi_extra=READ,
    responses=ERRORS,
    response_model=Page[dict[str, Any]],
)
def review(project: ProjectName, service: Service, cut: Paged, kind: Kind = None) -> object:
    """List every answer in the order of the document, and what was skipped."""
    items = [item.as_json() for item in service.review(kind, project=project)]
    return cut.of(items, lambda one: str(one["id"]))
