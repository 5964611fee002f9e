"""Blocks of documents over HTTP: shown with their version, edited by hand, taken back."""

from typing import Annotated, Any

from fastapi import Header, Response
from fastapi import Path as InPath
from pydantic import Field

from assistant import Document, block_version
from assistant.channels.http_api.documents import ONE, Kind
from assistant.channels.http_api.facts import author_of
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
from assistant.errors import NotFound

router = new_router("documents")
BLOCK = ONE + "/blocks/{key:path}"

Key = Annotated[str, InPath(min_length=1, max_length=200, examples=["tdd/metrics/ladder"])]
Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=80,
        description="The ETag of the block that you read. When its text is another by now, the "
        "answer is 409 with both texts, and nothing is stored.",
        examples=['"3f9a0c5be21d47a86c10d4e9"'],
    ),
]


class BlockShape(Shape):
    """One block of a document."""

    key: str = Field(examples=["tdd/metrics/ladder"])
    section: str
    kind: str
    text: str
    edited: bool


class NewText(Body):
    """A person's text in place of a block's."""

    text: str = Field(min_length=1, max_length=20_000, examples=["We ship on 1 March."])


@router.get(BLOCK, openapi_extra=READ, responses=ERRORS, response_model=BlockShape)
def show_block(
    project: ProjectName, kind: Kind, key: Key, service: Service, response: Response
) -> object:
    """Show one block; its ETag can be sent with an edit."""
    made = service.document(kind, save=False, project=project)
    return _block(made, key, response)


@router.put(
    BLOCK,
    openapi_extra=write_once(ONE + "/blocks/{key}"),
    responses=ERRORS,
    response_model=BlockShape,
)
def edit_block(
    project: ProjectName,
    kind: Kind,
    key: Key,
    new: NewText,
    service: Service,
    caller: CalledBy,
    response: Response,
    seen: Seen = None,
) -> object:
    """Put a text in place of a block's; it stays when the document is made anew."""
    made = service.edit_block(
        kind, key, new.text, seen=_version(seen), project=project, author=author_of(caller)
    )
    return _block(made, key, response)


@router.delete(
    BLOCK,
    openapi_extra=scope("write"),
    responses=ERRORS,
    status_code=204,
)
def revert_block(
    project: ProjectName, kind: Kind, key: Key, service: Service, caller: CalledBy
) -> Response:
    """Take a block's edit back."""
    service.revert_block(kind, key, project=project, author=author_of(caller))
    return Response(status_code=204)


def _block(made: Document, key: str, response: Response) -> dict[str, Any]:
    for block in made.blocks:
        if block.key == key:
            response.headers["ETag"] = f'"{block_version(block)}"'
            return {
                "key": block.key,
                "section": block.section,
                "kind": block.kind,
                "text": block.text,
                "edited": block.edit is not None,
            }
    raise NotFound("There is no such block in this document.", remedy="Show the document.")


def _version(seen: str | None) -> str | None:
    """The version in an ETag; None when any will do."""
    if seen is None or seen.strip() == "*":
        return None
    return seen.strip().removeprefix("W/").strip('"')
