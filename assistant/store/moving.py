"""Records of an archive → rows of this database, once each is known to fit the others."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from assistant.store.projects import new_id
from assistant.store.records import (
    BlockEditRecord,
    ConversationRecord,
    DocumentRecord,
    FactEventRecord,
    FeedbackRecord,
    FileRecord,
    FormerAnswerRecord,
    MarkRecord,
    PassageRecord,
    ProposalRecord,
    Record,
    TurnRecord,
)
from assistant.store.schema import (
    conversations,
    documents,
    fact_events,
    files,
    proposals,
    turns,
)

# How many rows one statement brings.
BATCH = 1_000
REFERENCES = {"id", "file_id", "conversation_id", "turn_id", "branch_of", "copy_of"}
# Where answers and documents name passages and what those were cut from.
IN_ANSWERS = {"passage_id", "source_id", "passages"}
# Rows that name their project themselves.
OWNED = (
    FileRecord, ConversationRecord, FactEventRecord, MarkRecord, ProposalRecord, DocumentRecord,
    BlockEditRecord,
)  # fmt: skip


@dataclass(slots=True)
class Survey:
    """What an archive holds, to check that each line fits those before it."""

    seen: set[tuple[object, ...]] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    edits: int = 0
    branches: set[str | None] = field(default_factory=set)

    def fits(self, record: Record) -> bool:
        """Whether the record is new and refers to what is there."""
        match record:
            case FileRecord():
                shown = not record.current or self._new("current", record.name)
                version = self._new("version", record.name, record.version)
                return shown and version and self._new("file", record.id)
            case PassageRecord():
                held = (record.held_back is None) == (record.held_code is None)
                of_file = record.id.startswith(f"{record.file_id}#")
                known = ("file", record.file_id) in self.seen
                return held and of_file and known and self._new("passage", record.id)
            case ConversationRecord():
                self.branches.add(record.branch_of)
                return self._new("conversation", record.id)
            case TurnRecord():
                later = not self.numbers or record.sequence > self.numbers[-1]
                self.numbers.append(record.sequence)
                known = ("conversation", record.conversation_id) in self.seen
                shown = self._new("answer", record.id, record.version)
                return later and known and shown and self._new("turn", record.id)
            case FormerAnswerRecord():
                known = ("turn", record.turn_id) in self.seen
                return known and self._new("answer", record.turn_id, record.version)
            case FeedbackRecord():
                return ("turn", record.turn_id) in self.seen and self._new("thumb", record.turn_id)
        return self._fits_facts(record)

    def _fits_facts(self, record: Record) -> bool:
        match record:
            case FactEventRecord():
                later = not self.changes or record.id > self.changes[-1]
                self.changes.append(record.id)
                return later and (record.value is not None) == (record.action == "set")
            case MarkRecord():
                return self._new("mark", record.fact, record.mark)
            case ProposalRecord():
                span = record.start <= record.end and record.value is not None
                return span and self._new("proposal", record.id)
            case DocumentRecord():
                version = self._new("edition", record.kind, record.version)
                return version and self._new("document", record.id)
            case BlockEditRecord():
                later, self.edits = record.id > self.edits, record.id
                # Only the latest edit of a block is in force.
                return later and not (
                    record.active and not self._new("edit", record.kind, record.block)
                )
        return False

    def branches_known(self) -> bool:
        """Whether every conversation that another was branched from is there."""
        return self.branches <= {None, *self.ids("conversation")}

    def ids(self, kind: str) -> Iterator[str]:
        """The ids of a kind."""
        return (str(key[1]) for key in self.seen if key[0] == kind)

    def _new(self, *key: object) -> bool:
        fresh = key not in self.seen
        self.seen.add(key)
        return fresh


class Move:
    """Records → rows of this database, with other ids where theirs are taken."""

    def __init__(self, connection: Connection, survey: Survey, project_id: str) -> None:
        self._connection = connection
        self._project_id = project_id
        self._numbers = survey.numbers
        self._last = int(connection.execute(select(func.max(turns.c.sequence))).scalar() or 0)
        self._ids: dict[str, str] = {}
        self._changes = survey.changes
        self._events: list[int] | None = None
        kinds = {
            "file": files,
            "conversation": conversations,
            "turn": turns,
            "proposal": proposals,
            "document": documents,
        }
        for kind, table in kinds.items():
            ids = survey.ids(kind)
            while some := list(islice(ids, BATCH)):
                taken = connection.execute(select(table.c.id).where(table.c.id.in_(some)))
                self._ids.update((key, new_id()) for key in taken.scalars())

    def row(self, record: Record) -> dict[str, Any]:
        """The record's row."""
        row = record.model_dump()
        if isinstance(record, FactEventRecord | BlockEditRecord):
            # The database numbers them anew, in the order in which they come.
            del row["id"]
        for name in REFERENCES & row.keys():
            row[name] = row[name] and self._id(row[name])
        for name in row.keys() & {"sequence", "touched"}:
            # Behind all turns that are here, in the order they have among themselves.
            row[name] = self._last + 1 + bisect_left(self._numbers, row[name])
        if isinstance(record, OWNED):
            row["project_id"] = self._project_id
        if isinstance(record, DocumentRecord):
            row["last_event"] = self._event(record.last_event)
        for name in {"answer", "content"} & row.keys() if self._ids else ():
            row[name] = row[name] and self._renamed(row[name])
        return row

    def _event(self, number: int) -> int:
        """The number here of the change that a document was made after, 0 for none."""
        if self._events is None:
            mine = select(fact_events.c.id).where(fact_events.c.project_id == self._project_id)
            self._events = list(self._connection.execute(mine.order_by(fact_events.c.id)).scalars())
        place = bisect_right(self._changes, number)
        return self._events[place - 1] if place else 0

    def _id(self, key: str) -> str:
        """The id here of a file, conversation, turn or passage, whose id begins with its file's."""
        head, mark, rest = key.partition("#")
        return f"{self._ids.get(head, head)}{mark}{rest}"

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._renamed(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            key: self._cited(one) if key in IN_ANSWERS else self._renamed(one)
            for key, one in value.items()
        }

    def _cited(self, value: Any) -> Any:
        """Ids of passages, one or a list of them, by their names here."""
        if isinstance(value, list):
            return [self._cited(one) for one in value]
        return self._id(value) if isinstance(value, str) else self._renamed(value)
