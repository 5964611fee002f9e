"""Search and conversations over HTTP: questions whose answers are kept, and what people thought."""

import threading
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from assistant import Step
from assistant.channels.http_api.access import Caller
from assistant.channels.http_api.house import House
from assistant.channels.http_api.openai_shapes import LONGEST_QUESTION, extension
from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    WRITE,
    CalledBy,
    InHouse,
    ProjectName,
    Service,
    new_router,
    scope,
    write_once,
)
from assistant.channels.http_api.shapes import (
    Body,
    ConversationShape,
    FoundShape,
    HitShape,
    SearchShape,
    TurnShape,
    turn_json,
)
from assistant.channels.http_api.streams import DONE, EVENTS, EventStream, event, finished, paced
from assistant.errors import NotFound

router = new_router("conversations")
ONE = "/v1/projects/{project}"
THREADS = ONE + "/conversations"
ANSWERING = scope("write", answers=True)
ThreadId = Annotated[
    str, Path(max_length=80, description="A conversation's id.", examples=["0f3a9d2c41b84e57"])
]
TurnId = Annotated[str, Path(max_length=80, description="A turn's id.", examples=["7c1e5d08"])]
PassageId = Annotated[
    str, Path(max_length=300, description="As it is cited.", examples=["quick-baseline#lead"])
]


class Question(Body):
    """A question; its answer is kept in the project."""

    question: str = Field(
        min_length=1, max_length=LONGEST_QUESTION, examples=["Do we need ML for this?"]
    )
    stream: bool = Field(default=False, description="Server-sent events instead of one answer.")


class Feedback(Body):
    """What a reader thought of an answer."""

    helpful: bool = Field(examples=[True])
    comment: str = Field(default="", max_length=4000, examples=["The example fits us."])


ASKED: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    201: {
        "model": TurnShape,
        "description": "The turn with its answer; with `stream`, steps as server-sent events.",
        "content": EVENTS,
    },
}


@router.get(ONE + "/search", openapi_extra=READ, responses=ERRORS, response_model=SearchShape)
def search(
    project: ProjectName,
    service: Service,
    q: Annotated[str, Query(min_length=1, max_length=2000, examples=["data drift"])],
    k: Annotated[int, Query(ge=1, le=50, description="How many passages.")] = 8,
    origin: Annotated[
        Literal["knowledge", "project"] | None,
        Query(description="Only curated articles, or only the project's files."),
    ] = None,
) -> object:
    """Find the passages that fit a query best, and say whether they can answer it."""
    found = service.search(q, project=project, k=k, origin=origin)
    return SearchShape(
        query=q,
        hits=[HitShape(**hit.as_json()) for hit in found.hits],
        answerable=found.answerable,
        confidence=round(found.confidence, 4),
    )


@router.get(
    ONE + "/passages/{passage_id:path}", openapi_extra=READ, responses=ERRORS,
    response_model=HitShape,
)  # fmt: skip
def show_passage(project: ProjectName, passage_id: PassageId, service: Service) -> object:
    """Show a passage that was cited, of an article or of the project's files."""
    passage = service.passage(passage_id, project=project)
    names = set(HitShape.model_fields) - {"passage_id", "score"}
    values = {name: getattr(passage, name) for name in names}
    return HitShape(passage_id=passage.id, score=0.0, **values)


@router.get(THREADS, openapi_extra=READ, responses=ERRORS, response_model=Page[ConversationShape])
def list_conversations(project: ProjectName, service: Service, cut: Paged) -> object:
    """List the conversations of a project, the latest used first."""
    return cut.of(service.conversations(project=project), lambda one: str(one.id))


@router.post(
    THREADS, openapi_extra=ANSWERING, responses=ASKED, status_code=201, response_model=None
)
async def begin_conversation(
    project: ProjectName, asked: Question, request: Request, house: InHouse, caller: CalledBy
) -> Response:
    """Ask a first question; the conversation, the question and its answer are kept."""
    return await _ask(asked, request, house, caller, project, None)


@router.get(ONE + "/turns", openapi_extra=READ, responses=ERRORS, response_model=list[FoundShape])
def find_turns(
    project: ProjectName,
    service: Service,
    words: Annotated[str, Query(min_length=1, max_length=500, examples=["drift"])],
) -> object:
    """Find the turns that have every word, at most 50, the latest first."""
    return service.find_turns(words, project=project)


@router.get(
    THREADS + "/{conversation}",
    openapi_extra=READ,
    responses=ERRORS,
    response_model=Page[TurnShape],
)
def list_turns(
    project: ProjectName, conversation: ThreadId, service: Service, cut: Paged
) -> object:
    """List the turns of a conversation, oldest first."""
    turns = service.turns(conversation, project=project)
    return cut.of([turn_json(turn) for turn in turns], lambda one: str(one["id"]))


@router.delete(THREADS + "/{conversation}", openapi_extra=WRITE, responses=ERRORS, status_code=204)
def delete_conversation(project: ProjectName, conversation: ThreadId, service: Service) -> Response:
    """Delete a conversation with its turns."""
    service.delete_conversation(conversation, project=project)
    return Response(status_code=204)


@router.get(
    THREADS + "/{conversation}/markdown",
    openapi_extra=READ,
    responses={**ERRORS, 200: {"content": {"text/markdown": {"example": "# Drift"}}}},
    response_class=Response,
)
def export_conversation(project: ProjectName, conversation: ThreadId, service: Service) -> Response:
    """Write a conversation out as Markdown, with its sources."""
    text = service.export_conversation(conversation, project=project)
    return Response(text, media_type="text/markdown; charset=utf-8")


@router.post(
    THREADS + "/{conversation}/turns",
    openapi_extra=ANSWERING,
    responses=ASKED,
    status_code=201,
    response_model=None,
)
async def ask(
    project: ProjectName,
    conversation: ThreadId,
    asked: Question,
    request: Request,
    house: InHouse,
    caller: CalledBy,
) -> Response:
    """Ask on in a conversation; what was said before is understood."""
    return await _ask(asked, request, house, caller, project, conversation)


@router.put(
    THREADS + "/{conversation}/turns/{turn}/feedback",
    openapi_extra=write_once(THREADS + "/{conversation}"),
    responses=ERRORS,
    status_code=204,
)
def rate(
    project: ProjectName, conversation: ThreadId, turn: TurnId, opinion: Feedback, service: Service
) -> Response:
    """Store whether an answer helped; a later opinion takes the place of the earlier."""
    if turn not in {one.id for one in service.turns(conversation, project=project)}:
        raise NotFound("There is no such turn in this conversation.", remedy="List its turns.")
    service.rate(turn, helpful=opinion.helpful, comment=opinion.comment, project=project)
    return Response(status_code=204)


async def _ask(
    asked: Question,
    request: Request,
    house: House,
    caller: Caller,
    project: str,
    conversation: str | None,
) -> Response:
    thread = Thread(house, asked.question, project, conversation)
    if asked.stream:
        return EventStream(house, caller, thread.pieces, status=201)
    return JSONResponse(await finished(request, thread.whole), 201)


class Thread:
    """One question in a conversation on its way to its stored answer."""

    def __init__(self, house: House, question: str, project: str, conversation: str | None) -> None:
        self._house = house
        self._question = question
        self._project = project
        self._conversation = conversation
        self._began = time.perf_counter()

    def whole(self, cancelled: threading.Event) -> dict[str, Any]:
        """The stored turn with its answer."""
        *_, last = self._steps(cancelled)
        return TurnShape.model_validate(last.turn).model_dump(mode="json")

    def pieces(self, cancelled: threading.Event) -> Iterator[str]:
        """Each step as a server-sent event: asked, sources, provisional, extract, final."""
        for step in self._steps(cancelled):
            yield event(step_json(step))
        yield DONE

    def _steps(self, cancelled: threading.Event) -> Iterator[Step]:
        spoke = False
        steps = self._house.assistant.stream(
            self._question,
            conversation=self._conversation,
            project=self._project,
            cancelled=cancelled,
        )
        for step in paced(steps, self._house, heavy=2):
            if step.event is not None and step.event.kind != "sources" and not spoke:
                spoke = True
                self._house.figures.first_token.observe(time.perf_counter() - self._began)
            if step.turn.answer is not None:
                self._house.figures.answered(step.turn.answer)
            yield step


def step_json(step: Step) -> dict[str, Any]:
    """A step in the form that clients of a stream read."""
    found = step.event
    if found is None:
        return {
            "kind": "asked",
            "conversation": step.turn.conversation,
            "turn": step.turn.id,
            "question": step.turn.question,
        }
    if found.kind == "sources":
        return {"kind": "sources", "hits": [hit.as_json() for hit in found.hits]}
    if found.kind == "provisional" or found.answer is None:
        return {"kind": found.kind, "text": found.text}
    answer = found.answer.as_json()
    more = {"turn": step.turn.id} if found.kind == "final" else {}
    return {"kind": found.kind, "answer": answer["answer"], **more, **extension(answer)}
