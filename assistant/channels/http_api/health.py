"""Whether the server lives, whether it can answer, what it counts, and what it offers."""

from typing import Literal

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from assistant import __version__
from assistant.channels.http_api.problems import Refusal
from assistant.channels.http_api.routes import ERRORS, READ, InHouse, new_router, scope

router = new_router("server")
PUBLIC = {"x-scope": "public"}


class Alive(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str = __version__


@router.get("/healthz", openapi_extra=PUBLIC, responses=ERRORS)
def healthz() -> Alive:
    """Say that the server lives."""
    return Alive()


@router.get("/readyz", openapi_extra=PUBLIC, responses=ERRORS)
def readyz(house: InHouse) -> Alive:
    """Say that questions can be answered: the knowledge is indexed and the database answers."""
    if not house.ready:
        raise Refusal(
            503,
            "starting",
            "The knowledge base is being read.",
            "Wait some seconds.",
            headers={"Retry-After": "2"},
        )
    house.assistant.key_needed()
    return Alive()


@router.get(
    "/metrics",
    openapi_extra=scope("read", every_project=True),
    responses={
        **ERRORS,
        200: {"content": {"text/plain": {"example": "scopewright_requests_total"}}},
    },
    response_class=Response,
)
def metrics(house: InHouse) -> Response:
    """Give the server's figures to Prometheus; needs a key that is not bound to projects."""
    return Response(house.figures.page(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/openapi.json", openapi_extra=READ, include_in_schema=False)
def openapi(request: Request) -> Response:
    """Describe every address, with examples."""
    return JSONResponse(request.app.openapi())
