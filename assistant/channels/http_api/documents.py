"""Documents over HTTP: made of the facts, kept as versions, compared, exported."""

import tempfile
from pathlib import Path
from threading import Event
from typing import Annotated, Any, Literal

from fastapi import Path as InPath
from fastapi import Query, Request, Response
from pydantic import Field

from assistant import Assistant, diff_to_data, document_to_data
from assistant.channels.http_api.facts import author_of
from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    CalledBy,
    ProjectName,
    Service,
    new_router,
    scope,
)
from assistant.channels.http_api.shapes import Body, Shape
from assistant.channels.http_api.streams import finished
from assistant.errors import NotFound

router = new_router("documents")
DOCUMENTS = "/v1/projects/{project}/documents"
ONE = DOCUMENTS + "/{kind}"
# The ending of a file and what it is called on the wire.
FORMATS = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}

Kind = Annotated[
    str, InPath(min_length=1, max_length=40, description="See /v1/documents.", examples=["tdd"])
]
Number = Annotated[int, InPath(ge=1, le=1_000_000, examples=[1])]


class KindShape(Shape):
    """A kind of document."""

    id: str = Field(examples=["tdd"])
    title: str


class DocumentShape(Shape):
    """A document as data; every sentence and cell says where it comes from."""

    kind: str = Field(examples=["tdd"])
    title: str
    project: str
    version: int = Field(description="0 for one that is not stored.")
    made_at: float
    language: str
    sections: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    open: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    references: list[dict[str, Any]]
    said: list[dict[str, Any]]


class VersionShape(Shape):
    """A stored version."""

    kind: str
    version: int
    made_at: float
    author: str
    last_event: int = Field(description="The project's last change that it was made from.")


class DiffShape(Shape):
    """What changed between two versions."""

    kind: str
    before: int
    after: int
    changes: list[dict[str, Any]]


class Compose(Body):
    """How a document is made."""

    rewrite: bool = Field(
        default=False,
        description="Let a model word paragraphs, as far as it says the same.",
        examples=[False],
    )


@router.get("/v1/documents", openapi_extra=READ, responses=ERRORS, response_model=list[KindShape])
def list_kinds(service: Service) -> object:
    """List the kinds of documents."""
    return [KindShape(id=kind, title=title) for kind, title in service.document_kinds().items()]


@router.get(ONE, openapi_extra=READ, responses=ERRORS, response_model=DocumentShape)
def preview(project: ProjectName, kind: Kind, service: Service) -> object:
    """Show the document of what the project states now; nothing is stored."""
    return document_to_data(service.document(kind, save=False, project=project))


@router.post(
    ONE,
    openapi_extra=scope("write", shown_at=ONE + "/versions", answers=True),
    responses=ERRORS,
    status_code=201,
    response_model=DocumentShape,
)
async def write_document(
    project: ProjectName,
    kind: Kind,
    wish: Compose,
    service: Service,
    caller: CalledBy,
    request: Request,
) -> object:
    """Write the document and keep it as a new version, if it says something new."""

    def write(cancelled: Event) -> dict[str, Any]:
        made = service.document(
            kind,
            rewrite=wish.rewrite,
            project=project,
            author=author_of(caller),
            cancelled=cancelled,
        )
        return document_to_data(made)

    return await finished(request, write)


@router.get(
    ONE + "/versions", openapi_extra=READ, responses=ERRORS, response_model=Page[VersionShape]
)
def list_versions(project: ProjectName, kind: Kind, service: Service, cut: Paged) -> object:
    """List the stored versions, the oldest first."""
    versions = service.document_versions(kind, project=project)
    return cut.of(versions, lambda one: str(one.version))


@router.get(
    ONE + "/versions/{number}", openapi_extra=READ, responses=ERRORS, response_model=DocumentShape
)
def show_version(project: ProjectName, kind: Kind, number: Number, service: Service) -> object:
    """Show a stored version as it was."""
    return document_to_data(service.document_version(kind, number, project=project))


@router.get(ONE + "/diff", openapi_extra=READ, responses=ERRORS, response_model=DiffShape)
def diff(
    project: ProjectName,
    kind: Kind,
    service: Service,
    before: Annotated[int, Query(ge=1, le=1_000_000, examples=[1])],
    after: Annotated[int, Query(ge=1, le=1_000_000, examples=[2])],
) -> object:
    """Say what changed between two versions, word by word."""
    return diff_to_data(service.document_diff(kind, before, after, project=project))


@router.get(
    ONE + "/export",
    openapi_extra=READ,
    responses={
        **ERRORS,
        200: {
            "description": "The file.",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                for kind in FORMATS.values()
            },
        },
    },
    response_class=Response,
)
def export(
    project: ProjectName,
    kind: Kind,
    service: Service,
    file_format: Annotated[
        Literal["md", "docx", "pdf", "html", "json"], Query(alias="format", examples=["docx"])
    ] = "docx",
    version: Annotated[
        int | None,
        Query(ge=1, le=1_000_000, description="The latest stored one without.", examples=[1]),
    ] = None,
) -> Response:
    """Give a stored version as a file."""
    number = version or _latest(service, project, kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"document.{file_format}"
        service.export_document(kind, path, version=number, project=project)
        content = path.read_bytes()
    name = f"{kind}-{number}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=FORMATS[file_format], headers=headers)


def _latest(service: Assistant, project: str, kind: str) -> int:
    versions = service.document_versions(kind, project=project)
    if not versions:
        raise NotFound("The document was not written yet.", remedy=f"POST to {ONE} first.")
    return int(versions[-1].version)
