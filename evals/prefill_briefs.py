"""`cases/prefill/` → briefs, and single messages of a chat, with everything that they state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cases import CASES, Split, split_of

from assistant.facts import Catalogue, Fact, Person, Value, parse_value

FOLDER = CASES / "prefill"


@dataclass(frozen=True)
class Label:
    """A fact that a brief states; `value` is None where the quote is the value."""

    fact: str
    quote: str
    value: Value | None
    optional: bool


@dataclass(frozen=True)
class Brief:
    """A text and everything that may be proposed from it."""

    id: str
    domain: str
    form: str
    text: str
    labels: tuple[Label, ...]

    @property
    def split(self) -> Split:
        return split_of(self.id)


def read_briefs(catalogue: Catalogue, folder: Path = FOLDER) -> list[Brief]:
    """Every brief of the folder, by file name."""
    return [
        _brief(yaml.safe_load(path.read_text(encoding="utf-8")), catalogue)
        for path in sorted(folder.glob("*.yaml"))
    ]


def read_messages(catalogue: Catalogue) -> list[Brief]:
    """Single messages of a chat."""
    path = FOLDER / "chat" / "messages.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_brief({"domain": "", "form": "message", **entry}, catalogue) for entry in entries]


def _brief(entry: dict[str, Any], catalogue: Catalogue) -> Brief:
    labels = tuple(_label(one, catalogue[one["fact"]]) for one in entry["facts"])
    return Brief(entry["id"], entry["domain"], entry["form"], entry["text"], labels)


def _label(entry: dict[str, Any], fact: Fact) -> Label:
    raw = entry.get("value")
    if fact.type == "choices" and isinstance(raw, str):
        raw = [raw]
    value = None if raw is None or fact.type in ("table", "people") else parse_value(fact, raw)
    if fact.type == "people":
        value = (Person(str(raw)),)
    return Label(fact.id, entry["quote"], value, entry.get("optional", False))
