r"""A passage's text → Units: sentences, bullets and tables, each an exact span of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["sentence", "bullet", "step", "table"]

# Markdown of a block's first line.
_BULLET = re.compile(r"\s{0,6}([-*+•▪◦])\s+")
_STEP = re.compile(r"\s{0,6}\(?(\d{1,2})[.)]\s+")
_HEADING = re.compile(r"#{1,6}\s")
# A sentence ends at . ! ? … (with closing marks) before a space and something that can begin one.
_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*[^\Wa-z_])|[。！？؟]\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|al|etc|Art|Arts|No|Nos|Fig|Sec|Ch|Dr|Mr|Mrs|Ms|Prof|St|approx|ca|p|pp|"
    r"Eq|ed|eds|vol|[A-Z]))\.$"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A span `[start, end)` of a passage's text; `block` numbers the paragraph or list it is in."""

    kind: Kind
    start: int
    end: int
    block: int
    text: str


def units_of(text: str) -> tuple[Unit, ...]:
    r"""Split a passage into units, in order; markup of lists stays outside the spans.

    >>> [(unit.kind, unit.text) for unit in units_of("Ask two things.\n\n- Who?\n- When?")]
    [('sentence', 'Ask two things.'), ('bullet', 'Who?'), ('bullet', 'When?')]
    """
    units: list[Unit] = []
    for block, (start, end) in enumerate(_blocks(text)):
        units.extend(_units_of_block(text, start, end, block))
    return tuple(units)


def sentences_of(text: str) -> list[str]:
    """The sentences of plain prose.

    >>> sentences_of("Guo et al. (2017) found it. It holds, e.g. for ResNets. Does it?")
    ['Guo et al. (2017) found it.', 'It holds, e.g. for ResNets.', 'Does it?']
    """
    return [text[start:end] for start, end in _sentence_spans(text, 0, len(text))]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans of text between blank lines."""
    for found in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text):
        yield found.start(), found.end()


def _units_of_block(text: str, start: int, end: int, block: int) -> Iterator[Unit]:
    chunk = text[start:end]
    if chunk.lstrip().startswith("|") and "\n" in chunk.strip():
        left, right = _trimmed(text, start, end)
        yield Unit("table", left, right, block, text[left:right])
        return
    item: tuple[Kind, int] | None = None
    opened = at = start
    for line in chunk.splitlines(keepends=True):
        mark = _mark(line)
        if mark is not None:
            yield from _close(text, item, opened, at, block)
            kind, width = mark
            item, opened = (kind, at + width), at + width
        elif _HEADING.match(line):
            yield from _close(text, item, opened, at, block)
            item, opened = None, at + len(line)
        at += len(line)
    yield from _close(text, item, opened, at, block)


def _mark(line: str) -> tuple[Kind, int] | None:
    bullet = _BULLET.match(line)
    if bullet:
        return "bullet", bullet.end()
    step = _STEP.match(line)
    return ("step", step.end()) if step else None


def _close(
    text: str, item: tuple[Kind, int] | None, start: int, end: int, block: int
) -> Iterator[Unit]:
    left, right = _trimmed(text, start, end)
    if left >= right:
        return
    if item is not None:
        yield Unit(item[0], left, right, block, text[left:right])
        return
    for first, last in _sentence_spans(text, left, right):
        yield Unit("sentence", first, last, block, text[first:last])


def _sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    opened = start
    for found in _END.finditer(text, start, end):
        closing = found.start() + len(found.group().rstrip())
        if _ABBREVIATION.search(text, max(opened, closing - 12), closing):
            continue
        yield _trimmed(text, opened, closing)
        opened = found.end()
    left, right = _trimmed(text, opened, end)
    if left < right:
        yield left, right


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
