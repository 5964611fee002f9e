"""The service → the application that answers HTTP requests for it."""

import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from assistant import Assistant, __version__
from assistant.channels.http_api import (
    articles,
    blocks,
    chat,
    conversations,
    documents,
    facts,
    files,
    health,
    interview,
    judgement,
    projects,
    proposals,
)
from assistant.channels.http_api.door import Door
from assistant.channels.http_api.house import House, build_house
from assistant.channels.http_api.problems import framework_error, invalid_request, known_error
from assistant.channels.http_api.routes import SCOPE, addresses_of_answers
from assistant.errors import AssistantError

logger = logging.getLogger(__name__)

ROOMS = (
    chat,
    articles,
    projects,
    files,
    conversations,
    facts,
    interview,
    proposals,
    judgement,
    documents,
    blocks,
    health,
)
# Threads for requests that only read or write; answers and uploads have their own.
THREADS = 40
DESCRIPTION = (
    "Scope machine-learning projects: cited answers, facts, interviews and documents in step. "
    "`POST /v1/chat/completions` works with clients of OpenAI's API. Every error has a code, the "
    "problem and what to do about it. Send a key made with `scopewright keys create` as "
    "`Authorization: Bearer`."
)


def create_app(assistant: Assistant) -> FastAPI:
    """Make the application; it prepares the service when it starts, and leaves it open."""
    house = build_house(assistant)
    app = FastAPI(
        title="Scopewright",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        # Pages that draw the API load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={
            AssistantError: known_error,
            HTTPException: framework_error,
            RequestValidationError: invalid_request,
        },
    )
    house.addresses_of_answers = addresses_of_answers(room.router for room in ROOMS)
    app.state.house = house
    for room in ROOMS:
        app.include_router(room.router)
    app.add_middleware(Door, house=house)
    _describe_keys(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    house: House = app.state.house
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    threading.Thread(target=_prepare, args=(house,), name="prepare", daemon=True).start()
    yield
    house.ready = False
    await house.repeats.settled()
    gc.unfreeze()


def _prepare(house: House) -> None:
    """Read everything that answers need while the server already says that it lives.

    Otherwise the first requests, which come together, would each read it.
    """
    service = house.assistant
    try:
        service.prepare()
        service.warm()
        service.facts_schema()
        for project in service.projects()[:1]:
            for kind in (None, *service.document_kinds()):
                service.next_question(kind, project=project.name)
            service.verdict_json(project=project.name)
        # What was read stays. Looking through all of it for garbage, again and again, would stop
        # every request for a third of a second.
        gc.collect()
        gc.freeze()
        house.ready = True
    except AssistantError as error:
        logger.error("not ready", extra={"code": error.code, "problem": error.problem})


def _describe_keys(app: FastAPI) -> None:
    """Say in OpenAPI which addresses need a key."""
    made = app.openapi

    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            schema = made()
            parts = schema.setdefault("components", {})
            parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            for operations in schema["paths"].values():
                for operation in operations.values():
                    if operation.get(SCOPE) != "public":
                        operation["security"] = [{"key": []}]
        found: dict[str, object] = app.openapi_schema or {}
        return found

    # The framework's way to change what it describes.
    app.openapi = openapi  # type: ignore[method-assign]
