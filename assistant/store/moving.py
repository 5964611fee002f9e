"""Records of an archive → rows of this database, once each is known to fit the others."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from assistant.store.projects import new_id
from assistant.store.records import (
    ConversationRecord,
    FeedbackRecord,
    FileRecord,
    FormerAnswerRecord,
    PassageRecord,
    Record,
    TurnRecord,
)
from assistant.store.schema import conversations, files, turns

# How many rows one statement brings.
BATCH = 1_000
REFERENCES = {"id", "file_id", "conversation_id", "turn_id", "branch_of", "copy_of"}
# Where answers name passages and what those were cut from.
IN_ANSWERS = {"passage_id", "source_id"}


@dataclass(slots=True)
class Survey:
    """What an archive holds, to check that each line fits those before it."""

    seen: set[tuple[object, ...]] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
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
        self._project_id = project_id
        self._numbers = survey.numbers
        self._last = int(connection.execute(select(func.max(turns.c.sequence))).scalar() or 0)
        self._ids: dict[str, str] = {}
        kinds = {"file": files, "conversation": conversations, "turn": turns}
        for kind, table in kinds.items():
            ids = survey.ids(kind)
            while some := list(islice(ids, BATCH)):
                taken = connection.execute(select(table.c.id).where(table.c.id.in_(some)))
                self._ids.update((key, new_id()) for key in taken.scalars())

    def row(self, record: Record) -> dict[str, Any]:
        """The record's row."""
        row = record.model_dump()
        for name in REFERENCES & row.keys():
            row[name] = row[name] and self._id(row[name])
        for name in row.keys() & {"sequence", "touched"}:
            # Behind all turns that are here, in the order they have among themselves.
            row[name] = self._last + 1 + bisect_left(self._numbers, row[name])
        if isinstance(record, FileRecord | ConversationRecord):
            row["project_id"] = self._project_id
        if self._ids and row.get("answer"):
            row["answer"] = self._renamed(row["answer"])
        return row

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
            key: self._id(one) if key in IN_ANSWERS and isinstance(one, str) else self._renamed(one)
            for key, one in value.items()
        }
