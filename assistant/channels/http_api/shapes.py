"""Values of the service → the JSON of the API; each form is described where clients can read it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant import StoredFile, Turn


class Shape(BaseModel):
    """A form of an answer; made of the service's values by their attributes."""

    model_config = ConfigDict(from_attributes=True)


class Body(BaseModel):
    """A form of a request; what it does not know is a mistake and not something to read over."""

    model_config = ConfigDict(extra="forbid")


class CitationShape(Shape):
    """A passage that the answer uses; `quote` is an exact span of it."""

    marker: int = Field(examples=[1])
    passage_id: str = Field(examples=["quick-baseline#how-to-do-it"])
    source_id: str = Field(examples=["quick-baseline"])
    origin: str = Field(description="`knowledge`, or `project` for a file of yours.")
    title: str
    heading: str
    page: int | None
    quote: str
    quotes: list[str]
    text: str
    references: list[dict[str, Any]] = Field(description="Entries of the bibliography.")
    verified: bool


class Extension(Shape):
    """What an answer has beyond its text."""

    citations: list[CitationShape]
    rung: str = Field(description="Who wrote the answer.", examples=["extractive"])
    rung_reason: str = Field(description="Why not somebody better.")
    refused: bool = Field(description="True when nothing was found that answers.")
    notices: list[str]
    suggestions: list[dict[str, str]]
    confidence: float
    attempts: list[dict[str, str]] = Field(description="Models that did not answer, and why.")
    removed: list[dict[str, str]] = Field(description="Sentences that no source supports.")
    unknown_markers: int
    incomplete: bool


class AnswerShape(Extension):
    """An answer in Markdown with markers such as `[1]`."""

    question: str
    answer: str


class HitShape(Shape):
    """A passage that was found."""

    passage_id: str = Field(examples=["quick-baseline#lead"])
    source_id: str
    title: str
    heading: str
    text: str
    page: int | None
    score: float
    origin: str


class SearchShape(Shape):
    """What was found, best first, and whether it can answer the query."""

    query: str
    hits: list[HitShape]
    answerable: bool
    confidence: float


class ProjectShape(Shape):
    """A project."""

    name: str = Field(examples=["churn"])
    files: int | None = Field(default=None, description="How many files; when one is shown.")
    conversations: int | None = Field(default=None)


class FileShape(Shape):
    """The present version of a file."""

    id: str
    name: str
    version: int
    kind: str
    title: str
    size: int = Field(description="Bytes.")
    passages: int
    held: int = Field(description="Passages that are kept out of answers.")
    warnings: list[str]


class HeldShape(Shape):
    """A passage that is kept out of answers, and why."""

    passage_id: str
    text: str
    reason: str
    code: str
    released: bool


class IngestShape(Shape):
    """What became of each file."""

    ingested: list[dict[str, Any]]
    rejected: list[dict[str, str]]


class ConversationShape(Shape):
    """A thread of questions and answers."""

    id: str
    title: str
    turns: int
    branch_of: str | None


class TurnShape(Shape):
    """A question and its answer, null while it is made or when it was interrupted."""

    id: str
    conversation: str
    question: str
    answer: AnswerShape | None
    helpful: bool | None
    version: int
    versions: list[int]


class FoundShape(Shape):
    """A turn that has the words."""

    conversation: str
    title: str
    turn: str
    question: str
    excerpt: str


def file_json(file: StoredFile) -> dict[str, Any]:
    """A file in the form of `FileShape`."""
    return {name: getattr(file, name) for name in FileShape.model_fields}


def turn_json(turn: Turn) -> dict[str, Any]:
    """A turn in the form of `TurnShape`."""
    return {name: getattr(turn, name) for name in TurnShape.model_fields}
