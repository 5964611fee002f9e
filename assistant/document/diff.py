"""Two versions of a document → what came, went and changed, by block and by word."""

import re
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from assistant.document.model import Document

Change = Literal["added", "removed", "changed"]
WordChange = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words that stayed, came or went; joined together they give either text."""

    change: WordChange
    text: str


@dataclass(frozen=True, slots=True)
class BlockChange:
    """What happened to one block; `words` show how the old text becomes the new one."""

    key: str
    section: str
    change: Change
    before: str
    after: str
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """The changes between two versions, in the order of the newer one; removed blocks last."""

    kind: str
    before: int
    after: int
    changes: tuple[BlockChange, ...]


def diff_documents(before: Document, after: Document) -> DocumentDiff:
    """Compare two versions by their blocks' keys."""
    old = {block.key: block for block in before.blocks}
    new = {block.key: block for block in after.blocks}
    changes = [
        BlockChange(
            key,
            block.section,
            "changed" if key in old else "added",
            old[key].text if key in old else "",
            block.text,
            compare_words(old[key].text if key in old else "", block.text),
        )
        for key, block in new.items()
        if key not in old or old[key].text != block.text
    ]
    changes += [
        BlockChange(key, block.section, "removed", block.text, "", compare_words(block.text, ""))
        for key, block in old.items()
        if key not in new
    ]
    return DocumentDiff(after.kind, before.version, after.version, tuple(changes))


def compare_words(before: str, after: str) -> tuple[Words, ...]:
    """How one text becomes the other, in words with the spaces behind them.

    >>> compare_words("costs EUR 12 today", "costs EUR 85 today")[1:3]
    (Words(change='removed', text='12 '), Words(change='added', text='85 '))
    """
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    found: list[Words] = []
    for name, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            found.append(Words("same", "".join(old[i:j])))
            continue
        if j > i:
            found.append(Words("removed", "".join(old[i:j])))
        if m > k:
            found.append(Words("added", "".join(new[k:m])))
    return tuple(found)


def diff_to_data(diff: DocumentDiff) -> dict[str, Any]:
    """The changes as JSON values."""
    return asdict(diff)
