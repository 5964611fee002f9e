"""A harmless reply → its blocks and statements: sentences, items, rows, each with its markers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer.units import sentences_of

BlockKind = Literal["prose", "list", "steps", "table", "heading"]

_BULLET = re.compile(r"^(\s*)(?:[-*+•▪◦]|\(?[a-z]\))\s+(?=\S)")
_STEP = re.compile(r"^(\s*)\(?\d{1,2}[.)]\s+(?=\S)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s*")
_BOLD_LINE = re.compile(r"^\s*\*\*([^*]{1,80})\*\*:?\s*$")
_RULE = re.compile(r"^\s*(?:[-=_*~]\s*){3,}$|^\s*\|?[\s:|-]+\|[\s:|-]*$")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")

# [1], [1, 2], [^1], [Source 2], 【3†x】, (passage 4)
_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|&|and|–|-)\s*(?:source |passage )?\d{1,3})*"
_NAMED = r"(?:sources?|passages?|refs?|references?|documents?|docs?|citations?|context)"
_MARKER = re.compile(
    rf"\[\^?(?:{_NAMED}\.?\s*#?\s*)?({_NUMBERS})\]|\({_NAMED}\s*#?\s*({_NUMBERS})\)", re.IGNORECASE
)
_CORNERS = re.compile(r"【\^?(\d{1,3})[^】]*】")
_SPOKEN = re.compile(rf"\b{_NAMED} #?(\d{{1,3}})\b(?! ?%)", re.IGNORECASE)
_AFTER_STOP = re.compile(r"([.!?…][\"”')*_]*)[ \t]*((?:\[[^\[\]\n]{1,40}\][ \t]*)+)")
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_LEAD_IN = re.compile(
    rf"^(?:(?:according to|as (?:stated|noted|described|explained|mentioned) (?:in|by)|"
    rf"based on|per|from|in)\s*(?:the )?(?:provided |given )?(?:{_NAMED}|article|text)?\s*,\s*|"
    rf"(?:the )?(?:provided |given )?{_NAMED}?\s*"
    rf"(?:states?|says?|notes?|explains?|mentions?) that )",
    re.IGNORECASE,
)
_SOURCES = re.compile(rf"^\W*(?:{_NAMED}|bibliography|further reading|links?)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """Words that claim something, without markers, and the numbers of the passages they name."""

    text: str
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, item or row with its statements; `depth` is 1 for an item under an item."""

    statements: tuple[Statement, ...]
    depth: int = 0
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one kind that stand together."""

    kind: BlockKind
    lines: tuple[Line, ...]


def blocks_of(reply: str) -> tuple[Block, ...]:
    r"""The blocks of a harmless reply; a list of sources that the model added is left out.

    >>> [(b.kind, [s.text for l in b.lines for s in l.statements]) for b in blocks_of(
    ...     "Ask first [1]. Then wait. [2]\n- Who?\n- When?")]
    [('prose', ['Ask first.', 'Then wait.']), ('list', ['Who?', 'When?'])]
    """
    text = _CORNERS.sub(r"[\1]", reply)
    text = _SPOKEN.sub(r"[\1]", _MARKER.sub(_plainly, text))
    text = _AFTER_STOP.sub(r" \2\1 ", text)
    found: list[tuple[BlockKind, list[str]]] = []
    for line in text.splitlines():
        if not line.strip():
            found.append(("prose", []))
        elif not _RULE.match(line):
            _add(found, _QUOTED.sub("", line))
    return tuple(_without_sources([_block(kind, lines) for kind, lines in found if lines]))


def _plainly(found: re.Match[str]) -> str:
    """One pair of brackets for each number."""
    numbers = found[1] or found[2]
    spread = _RANGE.sub(_spread, numbers)
    return "".join(f"[{number}]" for number in re.findall(r"\d+", spread))


def _spread(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    return ",".join(map(str, range(first, min(last, first + 9) + 1)))


def _add(found: list[tuple[BlockKind, list[str]]], line: str) -> None:
    bold = _BOLD_LINE.match(line)
    if _HEADING.match(line) or bold:
        found.append(("heading", [bold[1] if bold else _HEADING.sub("", line)]))
        found.append(("prose", []))
        return
    kind: BlockKind = "prose"
    if line.lstrip().startswith("|"):
        kind = "table"
    elif _BULLET.match(line):
        kind = "list"
    elif _STEP.match(line):
        kind = "steps"
    last_kind, last_lines = found[-1] if found else ("prose", [])
    if kind == "prose" and last_kind in ("list", "steps") and last_lines:
        # What is not indented after an item is a paragraph of its own.
        if line.startswith((" ", "\t")):
            last_lines[-1] += " " + line.strip()
            return
    elif kind == "list" and last_kind == "steps" and line.startswith((" ", "\t")):
        last_lines.append(line)
        return
    if found and last_kind == kind:
        last_lines.append(line)
    else:
        found.append((kind, [line]))


def _block(kind: BlockKind, lines: Sequence[str]) -> Block:
    if kind == "prose":
        return Block(kind, (Line(statements_of(" ".join(lines))),))
    if kind == "heading":
        return Block(kind, (Line((_statement(lines[0]),)),))
    if kind == "table":
        return Block(kind, tuple(_row(line) for line in lines))
    return Block(kind, tuple(_item(line) for line in lines))


def _item(line: str) -> Line:
    mark = _BULLET.match(line) or _STEP.match(line)
    body = line[mark.end() :] if mark else line
    depth = 1 if mark and len(mark[1].expandtabs(4)) >= 2 else 0
    return Line(statements_of(body), depth)


def _row(line: str) -> Line:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    parts = [_statement(cell) for cell in cells]
    markers = tuple(dict.fromkeys(marker for part in parts for marker in part.markers))
    words = tuple(part.text for part in parts)
    return Line((Statement("; ".join(word for word in words if word), markers),), 0, words)


def statements_of(text: str) -> tuple[Statement, ...]:
    """The sentences of a paragraph or item."""
    parts = [_statement(sentence) for sentence in sentences_of(text)]
    statements: list[Statement] = []
    for part in parts:
        if not any(character.isalnum() for character in part.text):
            # Markers that stand alone belong to the sentence before them.
            if statements and part.markers:
                last = statements[-1]
                statements[-1] = Statement(last.text, last.markers + part.markers)
            continue
        statements.append(part)
    return tuple(statements)


def _statement(sentence: str) -> Statement:
    markers = tuple(dict.fromkeys(int(number) for number in re.findall(r"\[(\d{1,3})\]", sentence)))
    text = re.sub(r"\s*\[\d{1,3}\]", "", sentence)
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    text = re.sub(r"\(\s*(?:see)?\s*\)", "", text)
    text = " ".join(text.split()).lstrip("#>|:,;.= ").strip()
    led = _LEAD_IN.sub("", text)
    if led != text and led:
        text = led[0].upper() + led[1:]
    return Statement(_balanced(text), markers)


def _balanced(text: str) -> str:
    """Without emphasis that opens and never closes."""
    for mark in ("**", "__", "~~"):
        if text.count(mark) % 2:
            text = text.replace(mark, "")
    single = text.replace("**", "")
    return text.replace("*", "") if single.count("*") % 2 else text


def _without_sources(blocks: Sequence[Block]) -> Iterator[Block]:
    """Leave out what stands under a heading such as "Sources"."""
    for block in blocks:
        first = block.lines[0].statements
        if len(block.lines) == 1 and len(first) == 1 and _SOURCES.match(first[0].text):
            return
        yield block
