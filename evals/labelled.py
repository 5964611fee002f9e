"""`cases/groundedness/*.yaml` → Pairs: a sentence beside a passage, and whether it says that.

`pairs_*.yaml` are measured, `training_*.yaml` are for working on the gate. Some of the latter are
held apart: the entailment model never learns them, and the gate's weights are fitted on them.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import yaml
from cases import CASES, Split, split_of

from assistant import Assistant, Passage

FOLDER = CASES / "groundedness"


@dataclass(frozen=True)
class Pair:
    """A sentence beside a passage, and whether the passage says it."""

    id: str
    question: str
    passage_id: str
    passage: str
    sentence: str
    label: str
    kind: str

    @property
    def split(self) -> Split:
        return split_of(self.id)


def read_pairs() -> list[Pair]:
    """Every labelled pair, in order of files and lines."""
    names = Pair.__dataclass_fields__
    return [Pair(**{name: entry[name] for name in names}) for entry in _entries("pairs_*.yaml")]


def _entries(pattern: str) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        entry
        for path in sorted(FOLDER.glob(pattern))
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    ]


def read_training() -> list[Pair]:
    """Pairs for working on the gate, about passages that no measured pair is about."""
    return [
        Pair(**entry, question="", passage_id=group["passage_id"], passage=group["passage"])
        for group in _entries("training_*.yaml")
        for entry in group["sentences"]
    ]


def held_apart(pair: Pair) -> bool:
    """Whether a working pair is for fitting the gate, and the entailment model never learns it."""
    article = pair.passage_id.partition("#")[0]
    return int(hashlib.md5(article.encode()).hexdigest(), 16) % 5 == 0


def passage_of(assistant: Assistant, pair: Pair) -> Passage:
    """The passage as it was when the pair was labelled, with its title and heading."""
    knowledge = assistant.library.knowledge()
    row = knowledge.row(pair.passage_id)
    source = pair.passage_id.partition("#")[0]
    if row is not None:
        return replace(knowledge.passage(row), text=pair.passage)
    title = str(knowledge.notes["articles"].get(source, {}).get("title", source))
    return Passage(pair.passage_id, source, "knowledge", title, "", pair.passage, 0, None, "en")
