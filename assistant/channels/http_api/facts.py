"""Facts over HTTP: the catalogue, what a project states, and every change with its version."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from pydantic import Field, JsonValue

from assistant import Assistant
from assistant.channels.http_api.access import WITHOUT_KEY, Caller
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
from assistant.channels.http_api.versions import Expected, etag

router = new_router("facts")
FACTS = "/v1/projects/{project}/facts"
LONG = 20_000

FactId = Annotated[
    str, Path(min_length=1, max_length=80, description="See /v1/facts.", examples=["ml.task"])
]


class FactSchema(Shape):
    """A fact that a project can state."""

    id: str = Field(examples=["ml.task"])
    label: str
    question: str
    type: str = Field(examples=["choice"])
    unit: str | None
    choices: list[Any]
    topic: str
    documents: list[str] = Field(description="Kinds of documents that use it.")
    why: list[str] = Field(description="Passages that say why it is asked.")


class FactShape(Shape):
    """A fact as it stands; `open` when nothing was said of it, `unset` when that was removed."""

    fact: str = Field(examples=["ml.task"])
    label: str
    status: Literal["known", "unknown", "not_applicable", "open", "unset"]
    value: JsonValue = None
    shown: str = Field(default="", description="The value in words.")
    origin: str = ""
    author: str = ""
    at: str = ""
    note: str = ""
    quote: str = ""
    source: str = ""
    owner: str = Field(default="", description="Who finds out, while it is unknown.")
    due: str = ""
    event: int = Field(default=0, description="The number of the change that made it so.")


class ChangeShape(FactShape):
    """One change of a fact, and when it was taken back, if it was."""

    undone_at: str | None


class NewFact(Body):
    """What is to be stated: a value, or that it is unknown or does not apply."""

    status: Literal["known", "unknown", "not_applicable"] = "known"
    value: JsonValue = Field(
        default=None, description="As a person would type it, or as data.", examples=["150 ms"]
    )
    note: str = Field(default="", max_length=LONG)
    quote: str = Field(default="", max_length=LONG, description="The words that it comes from.")
    source: str = Field(default="", max_length=500, description="Where those words stand.")
    owner: str = Field(default="", max_length=200, description="Who finds out what is unknown.")
    due: str = Field(default="", max_length=100, examples=["2027-01-31"])


class Sheet(Body):
    """Facts as YAML."""

    yaml: str = Field(max_length=900_000, examples=["ml.task: classification\n"])


class Imported(Shape):
    """The facts that were stored."""

    facts: list[str]


class UndoneShape(Shape):
    """A change that was taken back: what it had made of the fact, and what holds now."""

    fact: str
    before: FactShape | None
    after: FactShape


def author_of(caller: Caller) -> str:
    """Whose name a change is stored under: the key's."""
    return "" if caller.id == WITHOUT_KEY else caller.name


@router.get("/v1/facts", openapi_extra=READ, responses=ERRORS, response_model=Page[FactSchema])
def list_fact_schema(service: Service, cut: Paged) -> object:
    """List every fact that a project can state, with its question and its kind of value."""
    return cut.of(service.facts_schema(), lambda one: str(one["id"]))


@router.get(FACTS, openapi_extra=READ, responses=ERRORS, response_model=Page[FactShape])
def list_facts(project: ProjectName, service: Service, cut: Paged) -> object:
    """List what the project states, in the catalogue's order."""
    facts = service.facts(project=project)
    stated = [one.as_json(service.catalogue()[one.fact_id]) for one in facts]
    return cut.of(stated, lambda one: str(one["fact"]))


@router.get(
    FACTS + ".yaml",
    openapi_extra=READ,
    responses={**ERRORS, 200: {"content": {"application/yaml": {"example": "ml.task: ranking"}}}},
    response_class=Response,
)
def export_facts(
    project: ProjectName,
    service: Service,
    history: Annotated[bool, Query(description="Every change too.")] = False,
) -> Response:
    """Write the project's facts as YAML, which can be imported elsewhere."""
    text = service.export_facts(history=history, project=project)
    return Response(text, media_type="application/yaml")


@router.post(
    FACTS + "/import", openapi_extra=write_once(FACTS), responses=ERRORS, response_model=Imported
)
def import_facts(project: ProjectName, sheet: Sheet, service: Service, caller: CalledBy) -> object:
    """Store the facts of a YAML text, all or none."""
    stored = service.import_facts(sheet.yaml, project=project, author=author_of(caller))
    return Imported(facts=list(stored))


@router.post(
    FACTS + "/undo", openapi_extra=write_once(FACTS), responses=ERRORS, response_model=UndoneShape
)
def undo(project: ProjectName, service: Service) -> object:
    """Take back the latest change of the project's facts; again goes further back."""
    undone = service.undo(project=project)
    fact = undone.fact
    after = undone.after.as_json(fact) if undone.after else _open(fact.id, fact.label)
    before = undone.before.as_json(fact) if undone.before else None
    return {"fact": fact.id, "before": before, "after": after}


@router.get(FACTS + "/{fact}", openapi_extra=READ, responses=ERRORS, response_model=FactShape)
def show_fact(project: ProjectName, fact: FactId, service: Service, response: Response) -> object:
    """Show a fact as it stands; its ETag can be sent with a change."""
    return _shown(service, project, fact, response)


@router.put(
    FACTS + "/{fact}",
    openapi_extra=write_once(FACTS + "/{fact}"),
    responses=ERRORS,
    response_model=FactShape,
)
def state_fact(
    project: ProjectName,
    fact: FactId,
    new: NewFact,
    service: Service,
    caller: CalledBy,
    expected: Expected,
    response: Response,
) -> object:
    """Store a value, or that it is unknown or does not apply; 409 when it changed meanwhile."""
    told: dict[str, Any] = {
        "note": new.note,
        "expected_event": expected,
        "project": project,
        "author": author_of(caller),
    }
    if new.status == "unknown":
        service.mark_unknown(fact, owner=new.owner, due=new.due, **told)
    elif new.status == "not_applicable":
        service.mark_not_applicable(fact, **told)
    else:
        service.set_fact(fact, new.value, quote=new.quote, source=new.source, **told)
    return _shown(service, project, fact, response)


@router.delete(FACTS + "/{fact}", openapi_extra=scope("write"), responses=ERRORS, status_code=204)
def unset_fact(
    project: ProjectName, fact: FactId, service: Service, caller: CalledBy, expected: Expected
) -> Response:
    """Remove what was said of a fact; its history stays."""
    service.unset_fact(fact, expected_event=expected, project=project, author=author_of(caller))
    return Response(status_code=204)


@router.get(
    FACTS + "/{fact}/history",
    openapi_extra=READ,
    responses=ERRORS,
    response_model=Page[ChangeShape],
)
def list_changes(project: ProjectName, fact: FactId, service: Service, cut: Paged) -> object:
    """List every change of a fact, oldest first, those that were taken back too."""
    described = service.catalogue()[fact]
    changes = [
        one.as_json(described) for one in service.fact_history(described.id, project=project)
    ]
    return cut.of(changes, lambda one: str(one["event"]))


def _shown(service: Assistant, project: str, fact_id: str, response: Response) -> dict[str, Any]:
    fact = service.catalogue()[fact_id]
    facts = service.facts(project=project)
    stated = facts.get(fact.id)
    # What was not said has the version of the whole: it holds until somebody says it.
    response.headers["ETag"] = etag(stated.event if stated else facts.last_event)
    return stated.as_json(fact) if stated else _open(fact.id, fact.label)


def _open(fact_id: str, label: str) -> dict[str, Any]:
    return {"fact": fact_id, "label": label, "status": "open"}
