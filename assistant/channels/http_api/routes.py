"""A route and the scope it names → a handler that checks the caller before the body is read."""

import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from assistant import Assistant, Scope
from assistant.channels.http_api.access import Caller
from assistant.channels.http_api.house import House
from assistant.channels.http_api.repeats import HEADER, SHOWN_ELSEWHERE, repeatable

SCOPE, SHOWN_AT = "x-scope", "x-shown-at"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def scope(
    name: Scope, *, every_project: bool = False, shown_at: str = "", answers: bool = False
) -> dict[str, Any]:
    """What a route says of itself in OpenAPI: the scope it needs, and whether it can be repeated.

    `every_project` refuses keys that are bound to projects. With `shown_at` the route takes an
    idempotency key; there what such a request made is shown when its response was lost. `answers`
    takes one of the places for answers, and is refused at once when there is none.
    """
    said: dict[str, Any] = {SCOPE: name}
    if every_project:
        said["x-every-project"] = True
    if answers:
        said["x-answers"] = True
    if shown_at:
        said |= {SHOWN_AT: shown_at, "parameters": [HEADER], "responses": SHOWN_ELSEWHERE}
    return said


def write_once(shown_at: str) -> dict[str, Any]:
    """A write that is done once, however often it is sent with the same idempotency key."""
    return scope("write", shown_at=shown_at)


READ, WRITE, ADMIN = scope("read"), scope("write"), scope("admin")


class GuardedRoute(APIRoute):
    """A route that is closed unless the caller's key has the scope and opens the project."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler; a route that names no scope cannot be made."""
        inner = super().get_route_handler()
        said = self.openapi_extra or {}
        if SCOPE not in said:
            raise TypeError(f"the route {self.path} names no scope")

        async def guarded(request: Request) -> Response:
            caller: Caller | None = request.state.caller
            if said[SCOPE] != "public":
                assert caller is not None
                caller.must(said[SCOPE])
                if "x-every-project" in said:
                    caller.must_see_all()
                if "project" in request.path_params:
                    caller.must_see(request.path_params["project"])
            if SHOWN_AT in said and caller is not None:
                house: House = request.app.state.house
                return await repeatable(request, house, caller, inner, said[SHOWN_AT])
            return await inner(request)

        return guarded


def addresses_of_answers(routers: Iterable[APIRouter]) -> tuple[re.Pattern[str], ...]:
    """The addresses whose requests take a place for answers."""
    return tuple(
        route.path_regex
        for router in routers
        for route in router.routes
        if isinstance(route, GuardedRoute) and "x-answers" in (route.openapi_extra or {})
    )


def new_router(tag: str) -> APIRouter:
    """A router whose every route is guarded."""
    return APIRouter(route_class=GuardedRoute, tags=[tag])


# What handlers depend on is `async` because the framework gives each plain function a thread.
async def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


async def _service(request: Request) -> Assistant:
    house: House = request.app.state.house
    return house.assistant


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


InHouse = Annotated[House, Depends(_house)]
Service = Annotated[Assistant, Depends(_service)]
CalledBy = Annotated[Caller, Depends(_caller)]
ProjectName = Annotated[
    str, Path(min_length=1, max_length=200, description="The project's name.", examples=["default"])
]


class Problem(BaseModel):
    """What is wrong, in words, and what to do about it."""

    code: str = Field(description="Stable; programs can rely on it.", examples=["not_found"])
    problem: str = Field(examples=["There is no project 'fraud'."])
    remedy: str = Field(examples=["List the projects."])
    message: str = Field(
        description="Problem and remedy in one text, for clients written for other APIs.",
        examples=["There is no project 'fraud'. List the projects."],
    )
    fields: list[dict[str, str]] | None = Field(
        default=None, description="Where the request does not fit its schema."
    )
    yours: str | None = Field(default=None, description="In a conflict: what you sent.")
    theirs: str | None = Field(default=None, description="In a conflict: what is stored now.")


class Failed(BaseModel):
    """Every error has this form."""

    error: Problem


ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Failed, "description": "The request cannot be done as it stands."},
    "5XX": {"model": Failed, "description": "The server cannot do it now."},
}
