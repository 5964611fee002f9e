"""What every reader gives back: numbered pages of Markdown and counted warnings."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.ingest.limits import Limits, reject


@dataclass(frozen=True, slots=True)
class Page:
    """One page or slide; `number` is None where the format has no pages."""

    number: int | None
    text: str


@dataclass(slots=True)
class Sheaf:
    """Pages as they are being read; raises FileRejected as soon as a limit is passed."""

    limits: Limits
    numbered: bool
    pages: list[Page] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    title: str = ""
    _blocks: list[str] = field(default_factory=list)
    _number: int = 1
    _characters: int = 0

    def add(self, block: str) -> None:
        """Append one block (paragraph, bullet, table, heading) to the current page."""
        if block.strip():
            self._characters += len(block)
            if self._characters > self.limits.characters:
                raise reject("too_much_text", self.limits)
            self._blocks.append(block)

    def turn(self) -> None:
        """Close the current page and open the next."""
        self._close()
        self._number += 1
        if self._number > self.limits.pages:
            raise reject("too_many_pages", self.limits)

    def done(self) -> "Sheaf":
        """Close the last page."""
        self._close()
        return self

    @property
    def empty(self) -> bool:
        """Whether no page holds text."""
        return not self.pages

    def _close(self) -> None:
        if self._blocks:
            text = _join(self._blocks)
            self.pages.append(Page(self._number if self.numbered else None, text))
        self._blocks = []


def _join(blocks: list[str]) -> str:
    """Join blocks with a blank line, but bullets that follow each other with a newline."""
    parts = [blocks[0]]
    for above, block in pairwise(blocks):
        both = above.lstrip().startswith("- ") and block.lstrip().startswith("- ")
        parts.append(("\n" if both else "\n\n") + block)
    return "".join(parts)


def table(rows: list[list[str]]) -> str:
    """Write rows of cells as a Markdown table, the first row as its header.

    >>> print(table([["a", "b"], ["1"]]))
    | a | b |
    | --- | --- |
    | 1 |  |
    """
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    lines = [
        "| " + " | ".join(_cell(cell) for cell in [*row, *[""] * (width - len(row))]) + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "| " + " | ".join(["---"] * width) + " |", *lines[1:]])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
