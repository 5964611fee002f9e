"""Case files → cases; the split is by a hash of the id, so that nobody chooses it."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

CASES = Path(__file__).parent / "cases"
Split = Literal["dev", "test"]


@dataclass(frozen=True)
class Question:
    """A question with the articles that answer it, the best first; none: it cannot be answered."""

    id: str
    question: str
    style: str
    gold: tuple[str, ...]
    passages: tuple[str, ...] = ()
    must: tuple[str, ...] = field(default=())

    @property
    def split(self) -> Split:
        return split_of(self.id)


def split_of(case_id: str) -> Split:
    """`dev` may be used for tuning, `test` may not.

    >>> split_of("r-a-001"), split_of("r-a-002")
    ('test', 'dev')
    """
    return "test" if int(hashlib.sha256(case_id.encode()).hexdigest(), 16) % 2 else "dev"


def read_questions(folder: Path = CASES / "retrieval") -> list[Question]:
    """Every case of the folder, in order of files and lines."""
    entries = [
        entry
        for path in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    return [
        Question(
            id=entry["id"],
            question=entry["question"],
            style=entry["style"],
            gold=tuple(entry["gold"]),
            passages=tuple(entry.get("passages", ())),
            must=tuple(entry.get("must", ())),
        )
        for entry in entries
    ]
