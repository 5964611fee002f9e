"""Lines of an archive ↔ rows of the database: what a project is made of, checked field by field.

An archive may come from anyone, so ids are ids, numbers fit their columns and nothing is unknown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import Column, FromClause, Select, Table, select

from assistant.facts import Action, Origin
from assistant.store.schema import (
    block_edits,
    conversations,
    documents,
    fact_events,
    feedback,
    files,
    former_answers,
    interview_marks,
    passages,
    proposals,
    turns,
)

FORMAT = "scopewright-project"
VERSION = 2


JsonT = TypeVar("JsonT", bound=JsonValue)


def _storable(value: JsonT) -> JsonT:
    json.dumps(value, allow_nan=False)
    return value


Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Whole = Annotated[int, Field(ge=0, lt=2**53)]
Seconds = Annotated[float, Field(ge=0, lt=2**53)]
Kind = Annotated[str, Field(max_length=20)]
Code = Annotated[str, Field(max_length=40)]
AnswerJson = Annotated[dict[str, JsonValue], AfterValidator(_storable)]
ValueJson = Annotated[JsonValue, AfterValidator(_storable)]
FactId = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9_]+$", max_length=80)]
Word = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Record(BaseModel):
    """One line; its fields are columns of its table."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Head(BaseModel):
    """What every manifest of whatever version says."""

    format: Literal["scopewright-project"]
    version: int


class ProjectRecord(Record):
    """The project itself; it gets a new id wherever it comes to."""

    name: str
    created_at: Seconds


class Manifest(Record):
    """The first entry: which format this is, and how many lines each other entry has."""

    format: Literal["scopewright-project"]
    version: Literal[1, 2]
    project: ProjectRecord
    lines: dict[str, Whole]


class FileRecord(Record):
    """A version of a file."""

    id: Id
    name: str
    version: Number
    current: bool
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: Kind
    title: str
    bytes: Whole
    warnings: list[str]
    added_at: Seconds


class PassageRecord(Record):
    """A passage of a version; its id begins with its file's."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}#[0-9a-z-]{1,40}$")]
    file_id: Id
    position: Whole
    title: str
    heading: str
    text: str
    page: Whole | None
    language: Annotated[str, Field(max_length=8)]
    held_back: str | None
    held_code: Code | None
    released: bool


class ConversationRecord(Record):
    """A conversation; `touched` orders it among the turns' sequences."""

    id: Id
    title: str
    created_at: Seconds
    touched: Whole
    branch_of: Id | None


class TurnRecord(Record):
    """A question and its answer, None when there is none yet; `copy_of` may be gone."""

    id: Id
    sequence: Whole
    conversation_id: Id
    question: str
    answer: AnswerJson | None
    asked_at: Seconds
    copy_of: Id | None
    version: Number


class FormerAnswerRecord(Record):
    """An answer of a turn that is kept and not shown."""

    turn_id: Id
    version: Number
    answer: AnswerJson


class FeedbackRecord(Record):
    """A thumb for a turn."""

    turn_id: Id
    helpful: bool
    question: str
    comment: str
    given_at: Seconds
    version: Number


class FactEventRecord(Record):
    """A change of a fact; its number orders it and is another wherever it comes to."""

    id: Number
    fact: FactId
    action: Action
    value: ValueJson
    origin: Origin
    author: str
    note: str
    quote: str
    source: str
    owner: str
    due: Code
    at: Seconds
    undone_at: Seconds | None


class MarkRecord(Record):
    """What an interview remembers of a question."""

    fact: FactId
    mark: Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]
    detail: str
    author: str
    at: Seconds


class ProposalRecord(Record):
    """A fact that was read from a text, with the words it came from."""

    id: Id
    fact: FactId
    value: ValueJson
    quote: str
    source: str
    start: Whole
    end: Whole
    confidence: Share
    rung: Annotated[str, Field(max_length=120)]
    state: Literal["open", "accepted", "rejected"]
    made_at: Seconds


class DocumentRecord(Record):
    """A version of a document; `last_event` is the number of the change it was made after."""

    id: Id
    kind: Word
    version: Number
    last_event: Whole
    content: AnswerJson
    author: str
    made_at: Seconds


class BlockEditRecord(Record):
    """A hand edit on a block."""

    id: Number
    kind: Word
    block: Annotated[str, Field(max_length=200)]
    base: str
    text: str
    author: str
    at: Seconds
    active: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of line: its table and form, where its project is found, and its order.

    `since` is the first version of the format that has it.
    """

    table: Table
    record: type[Record]
    joined: FromClause
    project: Column[str]
    order: tuple[Column[Any], ...]
    since: int = 1

    def of(self, project_id: str) -> Select[Any]:
        """The project's rows, columns named as the record's fields."""
        columns = [self.table.c[name] for name in self.record.model_fields]
        found = select(*columns).select_from(self.joined).where(self.project == project_id)
        return found.order_by(*self.order)


_cut = passages.join(files, files.c.id == passages.c.file_id)
_asked = turns.join(conversations, turns.c.conversation_id == conversations.c.id)
_answered = _asked.join(former_answers, former_answers.c.turn_id == turns.c.id)
_rated = _asked.join(feedback, feedback.c.turn_id == turns.c.id)
_file, _thread = files.c.project_id, conversations.c.project_id
_by_file = (files.c.name, files.c.version)


def _own(table: Table, record: type[Record], *order: str) -> Part:
    """Lines of a table whose rows name their project; since version 2."""
    by = tuple(table.c[name] for name in order)
    return Part(table, record, table, table.c.project_id, by, since=2)


# By the name of its entry; what a line refers to comes in an entry before it.
PARTS: Mapping[str, Part] = {
    "files.jsonl": Part(files, FileRecord, files, _file, _by_file),
    "passages.jsonl": Part(
        passages, PassageRecord, _cut, _file, (*_by_file, passages.c.position, passages.c.id)
    ),
    "conversations.jsonl": Part(
        conversations, ConversationRecord, conversations, _thread, (conversations.c.id,)
    ),
    "turns.jsonl": Part(turns, TurnRecord, _asked, _thread, (turns.c.sequence,)),
    "former_answers.jsonl": Part(
        former_answers,
        FormerAnswerRecord,
        _answered,
        _thread,
        (turns.c.sequence, former_answers.c.version),
    ),
    "feedback.jsonl": Part(feedback, FeedbackRecord, _rated, _thread, (turns.c.sequence,)),
    "fact_events.jsonl": _own(fact_events, FactEventRecord, "id"),
    "interview_marks.jsonl": _own(interview_marks, MarkRecord, "fact", "mark"),
    "proposals.jsonl": _own(proposals, ProposalRecord, "made_at", "id"),
    "documents.jsonl": _own(documents, DocumentRecord, "kind", "version"),
    "block_edits.jsonl": _own(block_edits, BlockEditRecord, "id"),
}


def parts_of(version: int) -> dict[str, Part]:
    """The entries that an archive of that version has."""
    return {entry: part for entry, part in PARTS.items() if part.since <= version}
