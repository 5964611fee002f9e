"""A pasted text → blocks of flowing words, each character of which knows its place in the text.

Marks of layout (quoting signs of e-mails, bullets, numbers of paragraphs) are left out and wrapped
lines are joined, so that patterns see sentences; `Flow.span` leads back to the exact words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["heading", "bullet", "plain"]

WRAPPED = 48  # a line at least this long that ends without a full stop may go on in the next
HEADING_WORDS = 9
HEADING_CHARACTERS = 100
# A row of a table begins with a bar as a list item does with a dash.
_QUOTED = re.compile(r"[ \t]*(?:>[> \t]{0,20})?")
_MARKED = re.compile(r"#{1,6} +")
_BULLET = re.compile(
    r"(?:\||[-*+•–·‣▪●○◦✓]|\(?[a-z\d]{1,2}[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)[ \t]+"
)
_CLOCK = re.compile(r"\[?\(?\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?\]?\)?[ \t]+", re.IGNORECASE)
# A new entry ("Budget: 30k") or somebody's turn in a chat ("lena: yes").
_ENTRY = re.compile(r"[^\W_][\w '’./()&-]{0,38}:(?: |$)")
_EMPHASIS = re.compile(r"\*\*|__")
_ENDS = (".", "!", "?", ":", ";", '."', ".)", ".”")


@dataclass(frozen=True, slots=True)
class Flow:
    """A block's words as `text`; `places[i]` is where its i-th character stands in the source."""

    kind: Kind
    text: str
    places: tuple[int, ...]
    quoted: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source, as (start, end)."""
        return self.places[start], self.places[end - 1] + 1


@dataclass(frozen=True, slots=True)
class _Line:
    kind: Kind
    start: int
    words: str
    quoted: int
    alone: bool


def flows(text: str) -> Iterator[Flow]:
    r"""The blocks of a text, in order.

    >>> [flow.text for flow in flows("> We lose two\n> hours a day.\n- Budget: 5k")]
    ['We lose two hours a day.', 'Budget: 5k']
    """
    joined: list[_Line] = []
    for line in _lines(text):
        if joined and not (line and _goes_on(joined[-1], line)):
            yield _flow(joined)
            joined = []
        if line:
            joined.append(line)
    if joined:
        yield _flow(joined)


def _lines(text: str) -> Iterator[_Line | None]:
    """Each line without its marks; None for an empty one. An empty line also ends the text."""
    at = 0
    alone = True
    for raw in text.splitlines(keepends=True):
        line = _line(raw.rstrip(), at, alone=alone)
        alone = line is None
        yield line
        at += len(raw)
    yield None


def _line(raw: str, at: int, *, alone: bool) -> _Line | None:
    begin = _end(_QUOTED, raw, 0)
    quoted = raw[:begin].count(">")
    kind: Kind = "plain"
    short = len(raw) - begin <= HEADING_CHARACTERS
    marked = _MARKED.match(raw, begin) if short else None
    bullet = _BULLET.match(raw, begin)
    if marked:
        kind, begin = "heading", marked.end()
    elif bullet:
        kind, begin = "bullet", bullet.end()
    begin = _end(_CLOCK, raw, begin)
    words = raw[begin:].rstrip(" \t|")
    if not words.strip(" \t*_=-#|"):
        return None
    return _Line(kind, at + begin, words, quoted, alone)


def _end(pattern: re.Pattern[str], raw: str, at: int) -> int:
    found = pattern.match(raw, at)
    return found.end() if found else at


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether a line is the rest of the one before it."""
    if line.kind != "plain" or before.kind == "heading":
        return False
    if line.alone or line.quoted != before.quoted:
        return False
    if before.words.endswith((":", "|")) or "\t" in line.words:
        return False
    if _ENTRY.match(line.words):
        return False
    if line.words[:1].islower() and not before.words.endswith(_ENDS):
        return True
    return len(before.words) >= WRAPPED


def _flow(lines: list[_Line]) -> Flow:
    signs: list[str] = []
    places: list[int] = []
    for line in lines:
        if signs and signs[-1] != " ":
            signs.append(" ")
            places.append(line.start - 1)
        for offset, sign in _plain(line.words):
            signs.append(sign)
            places.append(line.start + offset)
    while signs and signs[-1] == " ":
        signs.pop()
        places.pop()
    first = lines[0]
    return Flow(_kind(lines), "".join(signs), tuple(places), first.quoted)


def _plain(words: str) -> Iterator[tuple[int, str]]:
    """The characters of a line with one blank for many, without emphasis and private signs."""
    skip = {at for found in _EMPHASIS.finditer(words) for at in range(*found.span())}
    blank = True
    for offset, sign in enumerate(words):
        if offset in skip:
            continue
        # The private area marks what was recognised (see `mentions`); nobody may write it.
        if sign.isspace() or not sign.isprintable():
            if not blank:
                yield offset, " "
            blank = True
        else:
            yield offset, sign
            blank = False


def _kind(lines: list[_Line]) -> Kind:
    first = lines[0]
    if first.kind != "plain" or len(lines) > 1 or not first.alone:
        return first.kind
    words = first.words.strip()
    if len(words) > HEADING_CHARACTERS:
        return "plain"
    short = len(words.split()) <= HEADING_WORDS and not words.endswith((".", "!", "?", ";", ","))
    return "heading" if short and (":" not in words[:-1]) else "plain"
