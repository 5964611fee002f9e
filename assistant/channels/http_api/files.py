"""Files over HTTP: taken in with limits, listed, deleted; what was held back and its release."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import anyio
from fastapi import File, Response, UploadFile
from fastapi import Path as InPath
from pydantic import Field

from assistant import Assistant, StoredFile
from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.problems import Refusal
from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    WRITE,
    InHouse,
    ProjectName,
    Service,
    new_router,
    write_once,
)
from assistant.channels.http_api.shapes import Body, FileShape, HeldShape, IngestShape, file_json
from assistant.errors import NotFound

router = new_router("files")
FILES = "/v1/projects/{project}/files"
MOST_FILES = 20
LONGEST_NAME = 200
FileId = Annotated[
    str, InPath(max_length=80, description="Of a list of files.", examples=["5b1f0c2e9d3a4f68"])
]


class Release(Body):
    """Whether the held-back part of a file takes part in answers."""

    released: bool = Field(default=True, examples=[True])


class Released(Body):
    """How many passages changed."""

    passages: int


@router.get(FILES, openapi_extra=READ, responses=ERRORS, response_model=Page[FileShape])
def list_files(project: ProjectName, service: Service, cut: Paged) -> object:
    """List the files of a project by name, each in its present version."""
    return cut.of([file_json(file) for file in service.files(project=project)], _id)


@router.post(
    FILES,
    openapi_extra=WRITE,
    responses=ERRORS,
    status_code=201,
    response_model=IngestShape,
)
async def take_files_in(
    project: ProjectName,
    files: Annotated[
        list[UploadFile],
        File(
            min_length=1,
            max_length=MOST_FILES,
            description="md, txt, html, pdf, docx or pptx.",
            examples=[["notes.md"]],
        ),
    ],
    house: InHouse,
    response: Response,
) -> object:
    """Take files into a project; one that is refused keeps no other out.

    The same bytes again change nothing, so an upload can be repeated without harm. The status is
    422 when every file was refused.
    """
    with house.figures.ingesting.track_inprogress():
        report: dict[str, Any] = await anyio.to_thread.run_sync(
            _take_in, house.assistant, project, files, limiter=house.uploads
        )
    if not report["ingested"]:
        first = report["rejected"][0]
        raise Refusal(422, first["code"], first["problem"], first["remedy"])
    return report


def _take_in(assistant: Assistant, project: str, files: Sequence[UploadFile]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        # On disk the files have names of ours; their own are only shown.
        paths = [Path(folder) / str(place) for place in range(len(files))]
        for path, upload in zip(paths, files, strict=True):
            with path.open("wb") as copy:
                shutil.copyfileobj(upload.file, copy)
        names = [shown_name(upload.filename or "") for upload in files]
        return assistant.ingest(paths, project=project, names=names).as_json()


def shown_name(given: str) -> str:
    r"""The last part of a file's name, without what cannot be seen.

    >>> shown_name("../../etc/passwd"), shown_name("C:\\notes\\a.md"), shown_name("\x1b\u202e")
    ('passwd', 'a.md', 'file')
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in last if sign.isprintable()).strip()
    return seen[-LONGEST_NAME:] if seen not in ("", ".", "..") else "file"


@router.get(
    FILES + "/{file_id}", openapi_extra=READ, responses=ERRORS, response_model=list[FileShape]
)
def show_file(project: ProjectName, file_id: FileId, service: Service) -> object:
    """Show every version of a file, the latest first."""
    name = _file(service, project, file_id).name
    return [file_json(file) for file in service.file_versions(name, project=project)]


@router.delete(FILES + "/{file_id}", openapi_extra=WRITE, responses=ERRORS, status_code=204)
def delete_file(project: ProjectName, file_id: FileId, service: Service) -> Response:
    """Delete a file with all its versions; it is out of answers at once."""
    service.delete_file(_file(service, project, file_id).name, project=project)
    return Response(status_code=204)


@router.get(
    FILES + "/{file_id}/held-back",
    openapi_extra=READ,
    responses=ERRORS,
    response_model=Page[HeldShape],
)
def list_held_back(project: ProjectName, file_id: FileId, service: Service, cut: Paged) -> object:
    """List what of a file is kept out of answers, and why."""
    held = service.held_back(_file(service, project, file_id).id, project=project)
    items = [
        {
            "passage_id": one.passage.id,
            "text": one.passage.text,
            "reason": one.reason,
            "code": one.code,
            "released": one.released,
        }
        for one in held
    ]
    return cut.of(items, lambda one: str(one["passage_id"]))


@router.post(
    FILES + "/{file_id}/release",
    openapi_extra=write_once(FILES + "/{file_id}/held-back"),
    responses=ERRORS,
    response_model=Released,
)
def release(project: ProjectName, file_id: FileId, wish: Release, service: Service) -> object:
    """Let the held-back part of a file take part in answers, or hold it back again."""
    file = _file(service, project, file_id)
    return Released(passages=service.release(file.id, project=project, released=wish.released))


def _file(service: Assistant, project: str, file_id: str) -> StoredFile:
    found = [file for file in service.files(project=project) if file.id == file_id]
    if not found:
        raise NotFound("There is no such file in this project.", remedy="List its files.")
    return found[0]


def _id(item: dict[str, Any]) -> str:
    return str(item["id"])
