"""A table of a reply and the passages → which of its rows a passage's own table holds.

A reply that repeats the heads of a passage's table promises that table: a row of it must be one of
theirs, not one put together from several.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer.units import units_of

_WORD = re.compile(r"[^\W_]+")
# Of the heads of a reply's table, the share that makes it a copy of a passage's table.
COPIED_HEADS = 0.6
# Of the words of a cell, the share that one row must have.
HELD = 0.8


@dataclass(frozen=True, slots=True)
class _Table:
    heads: tuple[frozenset[str], ...]
    rows: tuple[frozenset[str], ...]


def rows_that_stand(
    heads: Sequence[str], rows: Sequence[Sequence[str]], texts: Iterable[str]
) -> list[bool]:
    r"""For each row whether it is one of the copied table; all True when no table is copied.

    >>> text = "| sign | good | bad |\n| --- | --- | --- |\n| rules | many exceptions | ten do |"
    >>> rows = [["Rules", "many exceptions", "ten do"], ["Rules", "ten do", "many teams"]]
    >>> rows_that_stand(["Sign", "Good", "Bad"], rows, [text])
    [True, False]
    """
    copied = [table for table in _tables(texts) if _copies(heads, table)]
    if not copied:
        return [True] * len(rows)
    theirs = [row for table in copied for row in table.rows]
    return [any(_held(cells, row) for row in theirs) for cells in rows]


def table_row(cells: Sequence[str], width: int) -> str:
    """A row of Markdown with `width` cells."""
    return "| " + " | ".join([*cells, *[""] * (width - len(cells))]) + " |"


def _tables(texts: Iterable[str]) -> list[_Table]:
    found = []
    for text in texts:
        for unit in units_of(text):
            lines = unit.text.splitlines() if unit.kind == "table" else []
            if len(lines) > 1:
                heads = tuple(_words(cell) for cell in lines[0].strip().strip("|").split("|"))
                found.append(_Table(heads, tuple(_words(line) for line in lines[1:])))
    return found


def _copies(heads: Sequence[str], table: _Table) -> bool:
    named = [words for words in map(_words, heads) if words]
    same = sum(words in table.heads for words in named)
    return bool(named) and same >= COPIED_HEADS * len(named)


def _held(cells: Sequence[str], row: frozenset[str]) -> bool:
    each = [words for words in map(_words, cells) if words]
    return all(len(words & row) >= HELD * len(words) for words in each)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
