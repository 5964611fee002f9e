"""OpenAI's chat API → answers with citations; the words that clients show are the checked ones.

A model's words come live as `scopewright.provisional`, for clients that can take them back. In
`content` there is only what the citation gate has let through: a standard client has no way to
take back a sentence that no source supports, or a link that a document smuggled in.
"""

import threading
import time
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant import Assistant, Event
from assistant.channels.http_api.access import Caller
from assistant.channels.http_api.house import House
from assistant.channels.http_api.openai_shapes import (
    EXTRACTIVE,
    MODELS,
    ChatRequest,
    Writer,
    checked_model,
)
from assistant.channels.http_api.problems import Refusal
from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    CalledBy,
    InHouse,
    ProjectName,
    new_router,
    scope,
)
from assistant.channels.http_api.shapes import Extension
from assistant.channels.http_api.streams import DONE, EVENTS, EventStream, event, finished, paced

router = new_router("chat")
DEFAULT = "default"
ONE = "/v1/projects/{project}"
ANSWERING = scope("read", answers=True)


class Model(BaseModel):
    """A way to answer."""

    id: str = Field(examples=[MODELS[0]])
    object: str = "model"
    created: int = 0
    owned_by: str = "scopewright"


class Models(BaseModel):
    """Every way to answer."""

    object: str = "list"
    data: list[Model]


class Usage(BaseModel):
    """Tokens of the messages and of the answer, about."""

    prompt_tokens: int = Field(examples=[9])
    completion_tokens: int = Field(examples=[120])
    total_tokens: int = Field(examples=[129])


class Said(BaseModel):
    """The answer: Markdown with markers such as `[1]`."""

    role: str = "assistant"
    content: str = Field(examples=["A baseline is the simplest thing that could work. [1]"])
    refusal: str | None = None


class Choice(BaseModel):
    """The one answer."""

    index: int = 0
    message: Said
    finish_reason: str = Field(description="`stop`, or `length` for an answer that was cut.")
    logprobs: None = None


class Completion(BaseModel):
    """An answer in the form of OpenAI's API; `scopewright` has its sources."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(examples=["chatcmpl-1f0c"])
    object: str = "chat.completion"
    created: int
    model: str = Field(examples=[MODELS[0]])
    choices: list[Choice]
    usage: Usage
    scopewright: Extension


ANSWERS: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    200: {
        "model": Completion,
        "description": "The answer; with `stream`, chunks as server-sent events up to `[DONE]`.",
        "content": EVENTS,
    },
}


@router.get("/v1/models", openapi_extra=READ, responses=ERRORS)
@router.get(ONE + "/models", openapi_extra=READ, responses=ERRORS)
def list_models() -> Models:
    """List the ways to answer: with the models of the settings, and without any."""
    return Models(data=[Model(id=name) for name in MODELS])


@router.get("/v1/models/{model}", openapi_extra=READ, responses=ERRORS)
@router.get(ONE + "/models/{model}", openapi_extra=READ, responses=ERRORS)
def show_model(model: Annotated[str, Path(examples=[MODELS[0]])]) -> Model:
    """Show one way to answer."""
    return Model(id=checked_model(model))


@router.post(
    "/v1/chat/completions", openapi_extra=ANSWERING, responses=ANSWERS, response_model=None
)
async def complete(
    asked: ChatRequest, request: Request, house: InHouse, caller: CalledBy
) -> Response:
    """Answer the last message, in the project that the key is bound to, else in `default`."""
    return await _complete(asked, request, house, caller, project_of(caller))


@router.post(
    ONE + "/chat/completions", openapi_extra=ANSWERING, responses=ANSWERS, response_model=None
)
async def complete_in_project(
    project: ProjectName, asked: ChatRequest, request: Request, house: InHouse, caller: CalledBy
) -> Response:
    """Answer the last message from the knowledge base and the files of this project."""
    return await _complete(asked, request, house, caller, project)


def project_of(caller: Caller) -> str:
    """The project of a request that names none: the credential's; raise Refusal for several."""
    if caller.projects is None:
        return DEFAULT
    if len(caller.projects) == 1:
        return next(iter(caller.projects))
    raise Refusal(
        400,
        "project_needed",
        f"This key is bound to {len(caller.projects)} projects.",
        "Use the address /v1/projects/{project}/chat/completions.",
    )


async def _complete(
    asked: ChatRequest, request: Request, house: House, caller: Caller, project: str
) -> Response:
    checked_model(asked.model)
    # Said before a slot is taken.
    asked.question(), asked.history()
    began = time.perf_counter()
    talk = Talk(house, asked, project, began)
    if asked.stream:
        return EventStream(house, caller, talk.pieces)
    return JSONResponse(await finished(request, talk.whole))


class Talk:
    """One question on its way to its answer."""

    def __init__(self, house: House, asked: ChatRequest, project: str, began: float) -> None:
        self._house = house
        self._asked = asked
        self._project = project
        self._began = began
        self._spoke = False
        self._writer = Writer(asked.model)

    def whole(self, cancelled: threading.Event) -> dict[str, Any]:
        """The answer at once."""
        answer: dict[str, Any] = {}
        for step in self._events(cancelled):
            if step.answer is not None and step.kind == "final":
                answer = self._answered(step)
        return self._writer.whole(answer, self._usage(answer))

    def pieces(self, cancelled: threading.Event) -> Iterator[str]:
        """The answer as server-sent events."""
        for place, step in enumerate(self._events(cancelled)):
            if not place:
                yield event(self._writer.chunk({"role": "assistant", "content": ""}))
            for chunk in self._chunks(step):
                yield event(chunk)
        yield DONE

    def _chunks(self, step: Event) -> Iterator[dict[str, Any]]:
        if step.kind == "sources":
            yield self._writer.aside("sources", hits=[hit.as_json() for hit in step.hits])
        elif step.kind == "provisional":
            yield self._writer.aside("provisional", text=step.text)
        elif step.answer is not None and step.kind == "extract":
            yield self._writer.aside("extract", text=step.answer.text)
        elif step.answer is not None:
            answer = self._answered(step)
            yield from self._writer.answer(answer)
            if self._asked.wants_usage():
                yield self._writer.usage(self._usage(answer))

    def _events(self, cancelled: threading.Event) -> Iterator[Event]:
        steps = self._house.assistant.chat(
            self._asked.question(),
            history=self._asked.history(),
            project=self._project,
            model=self._asked.model != EXTRACTIVE,
            cancelled=cancelled,
        )
        for step in paced(steps, self._house, heavy=1):
            if not self._spoke and step.kind != "sources":
                self._house.figures.first_token.observe(time.perf_counter() - self._began)
                self._spoke = True
            yield step

    def _answered(self, step: Event) -> dict[str, Any]:
        assert step.answer is not None
        answer = step.answer.as_json()
        self._house.figures.answered(answer)
        return answer

    def _usage(self, answer: dict[str, Any]) -> dict[str, int]:
        return usage(self._house.assistant, self._asked, str(answer["answer"]))


def usage(assistant: Assistant, asked: ChatRequest, answer: str) -> dict[str, int]:
    """Tokens of what was sent and of the answer, as this installation counts them."""
    told = (message for message in asked.messages if message.role in ("user", "assistant"))
    read = sum(assistant.count_tokens(message.words()) for message in told)
    written = assistant.count_tokens(answer)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
