"""Markdown text → Blocks: headings, paragraphs, bullets, tables and code as bounded exact spans."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from assistant.ingest.language import script_of

Kind = Literal["heading", "table", "code", "item", "text"]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*#*[ \t]*$")
_ITEM = re.compile(r"[ \t]{0,40}(?:[-*+•◦▪‣]|\d{1,3}[.)])[ \t]+\S")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ENDS = re.compile(r"[.,;:?!…)\]>|\"'»”]$")
_SENTENCE = re.compile(r"(?<=[.!?…؟。])[ \t\n]+")
_LETTER = re.compile(r"[^\W\d_]")
_CHARS_PER_TOKEN = 6  # a piece longer than cap x this is split whatever the counter says


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest block, in tokens, and how tokens are counted."""

    cap: int
    count: Callable[[str], int]

    @property
    def chars(self) -> int:
        """The largest block in characters: a five-megabyte word has few tokens."""
        return self.cap * _CHARS_PER_TOKEN


@dataclass(frozen=True, slots=True)
class Block:
    """The span [start, end) of the text, its heading path and the number of its section."""

    start: int
    end: int
    kind: Kind
    heading: str
    section: int
    tokens: int
    introduces: bool = False
    script: str = ""


@dataclass(slots=True)
class _Path:
    """The headings above the current line."""

    stack: list[tuple[int, str]] = field(default_factory=list)
    section: int = 0

    def enter(self, level: int, words: str) -> None:
        self.stack = [(above, name) for above, name in self.stack if above < level]
        if words:
            self.stack.append((level, words))
        self.section += 1

    def __str__(self) -> str:
        return " › ".join(name for _, name in self.stack)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def blocks_of(text: str, bounds: Bounds, *, plain_headings: bool = False) -> list[Block]:
    """Cut `text` into blocks in order, none over the bounds, in time linear in its length."""
    lines = list(_lines(text))
    path = _Path()
    blocks: list[Block] = []
    for kind, first, last in _raw(lines, plain_headings=plain_headings):
        start, end = lines[first].start, lines[last].end
        if kind == "heading":
            level, words = _heading(lines[first].text)
            path.enter(level, words)
        for low, high in _bounded(text, start, end, bounds):
            span = text[low:high]
            introduces = kind == "text" and span.rstrip().endswith(":")
            tokens = bounds.count(span)
            script = script_of(span)
            blocks.append(
                Block(low, high, kind, str(path), path.section, tokens, introduces, script)
            )
    return blocks


def heading_words(line: str) -> str:
    """The plain words of a heading line, without marks of emphasis.

    >>> heading_words("## **Scrum and ML** Retro ##")
    'Scrum and ML Retro'
    """
    return _heading(line)[1]


def _heading(line: str) -> tuple[int, str]:
    match = _HEADING.match(line)
    level, words = (len(match[1]), match[2] or "") if match else (2, line)
    return level, " ".join(re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", words).split())[:160]


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for part in text.split("\n"):
        yield _Line(start, part)
        start += len(part) + 1


def _raw(lines: list[_Line], *, plain_headings: bool) -> Iterator[tuple[Kind, int, int]]:
    """Yield (kind, first line, last line) of each block."""
    index, count = 0, len(lines)
    while index < count:
        line = lines[index]
        if line.blank:
            index += 1
            continue
        last = index
        kind: Kind = "text"
        if fence := _FENCE.match(line.text):
            kind, last = "code", _end_of_fence(lines, index, fence[1])
        elif _HEADING.match(line.text):
            kind = "heading"
        elif line.text.lstrip().startswith("|"):
            kind, last = "table", _run(lines, index, lambda text: text.lstrip().startswith("|"))
        elif _ITEM.match(line.text):
            kind, last = "item", _run(lines, index, _continues)
        elif plain_headings and _stands_alone(lines, index):
            kind = "heading"
        else:
            last = _run(lines, index, _continues)
        yield kind, index, last
        index = last + 1


def _run(lines: list[_Line], first: int, belongs: Callable[[str], bool]) -> int:
    last = first
    while last + 1 < len(lines) and not lines[last + 1].blank and belongs(lines[last + 1].text):
        last += 1
    return last


def _continues(text: str) -> bool:
    """Whether a line goes on with the paragraph or bullet above it."""
    return not (
        _ITEM.match(text)
        or _HEADING.match(text)
        or _FENCE.match(text)
        or text.lstrip().startswith("|")
    )


def _end_of_fence(lines: list[_Line], first: int, fence: str) -> int:
    for index in range(first + 1, len(lines)):
        if lines[index].text.strip().startswith(fence):
            return index
    return _run(lines, first, lambda _: True)  # never closed: only up to the next blank line


def _stands_alone(lines: list[_Line], index: int) -> bool:
    """Whether a line between blank lines reads as a heading: short, capital, no closing mark."""
    text = lines[index].text.strip()
    if not 3 <= len(text) <= 70 or len(text.split()) > 9 or _ENDS.search(text):
        return False
    above = index == 0 or lines[index - 1].blank
    below = index + 1 < len(lines) and lines[index + 1].blank
    return above and below and text[0].isupper() and len(_LETTER.findall(text)) > len(text) / 2


def _bounded(text: str, start: int, end: int, bounds: Bounds) -> Iterator[tuple[int, int]]:
    """Split [start, end) at lines, then sentences, then words, then anywhere, under the bounds."""
    if end - start <= bounds.chars and bounds.count(text[start:end]) <= bounds.cap:
        yield start, end
        return
    for pattern in (re.compile(r"\n"), _SENTENCE, re.compile(r"[ \t\n]+"), None):
        pieces = _split(text, start, end, pattern, bounds)
        if len(pieces) > 1:
            break
    for low, high in pieces:
        if (low, high) == (start, end):
            yield low, high  # one character: nothing left to split
        else:
            yield from _bounded(text, low, high, bounds)


def _split(
    text: str, start: int, end: int, pattern: re.Pattern[str] | None, bounds: Bounds
) -> list[tuple[int, int]]:
    """Group the parts between matches of `pattern` into spans of about the allowed size.

    Without a pattern the span is cut every so many characters. Each part is counted once.
    """
    if pattern is None:
        step = max(1, min(bounds.chars // 4, (end - start) // 2))
        return [(low, min(low + step, end)) for low in range(start, end, step)]
    spans: list[tuple[int, int]] = []
    low, size, last, previous = start, 0, start, start
    for stop, after in [
        *((m.start(), m.end()) for m in pattern.finditer(text, start, end)),
        (end, end),
    ]:
        tokens = _size(text[last:stop], bounds)
        if size and size + tokens > bounds.cap * 0.9:
            spans.append((low, previous))
            low, size = last, 0
        size += tokens
        previous, last = stop, after
    spans.append((low, end))
    return [(first, final) for first, final in spans if final > first]


def _size(part: str, bounds: Bounds) -> int:
    """Tokens of a part, or more than the cap when it is too long to be worth counting."""
    if len(part) > bounds.chars:
        return bounds.cap + 1
    return max(bounds.count(part), len(part) * bounds.cap // bounds.chars) + 1
