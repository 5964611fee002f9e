"""Markdown text → Passages: exact spans of 200 to 350 tokens, cut at headings, under a cap."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from assistant.ingest.blocks import Block, Bounds, blocks_of

Origin = Literal["knowledge", "project"]
Counter = Callable[[str], int]

_WORDS = re.compile(r"\w{1,8}|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Passage:
    """One citable piece of a source; `text` is an exact span of the converted document."""

    id: str
    source_id: str
    origin: Origin
    title: str
    heading: str
    text: str
    position: int
    page: int | None
    language: str


def text_to_index(passage: Passage) -> str:
    """What is encoded and searched: the title and the heading path stand before the text."""
    return "\n".join(part for part in (passage.title, passage.heading, passage.text) if part)


@dataclass(frozen=True, slots=True)
class Cut:
    """How large passages become, in tokens; `small` is what a FILE merges with its neighbour."""

    aim: int = 330
    cap: int = 400
    small: int = 110


CUT = Cut()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span that will be one passage: [start, end) with its heading path and token count."""

    start: int
    end: int
    heading: str
    tokens: int
    opens: int  # where the span would start if its own heading line were shown too
    script: str


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has; long words count once per eight characters.

    >>> estimate_tokens("Pick one metric."), estimate_tokens("x" * 80)
    (5, 12)
    """
    return round(len(_WORDS.findall(text)) * 1.15)


def cut_markdown(
    text: str,
    *,
    source_id: str,
    title: str,
    origin: Origin = "project",
    merge_small: bool = True,
    plain_headings: bool = False,
    pages: Sequence[tuple[int, int]] = (),
    language: str = "und",
    count: Counter = estimate_tokens,
    cut: Cut = CUT,
    walls: Sequence[int] = (),
) -> tuple[Passage, ...]:
    r"""Cut `text` at its headings into passages, each an exact span of `text`.

    `merge_small` joins neighbouring small sections (slides of a deck); curated articles switch
    it off and get ids made from their headings. `plain_headings` also takes a short line that
    stands alone for a heading. `pages` are (offset, page number) pairs in rising order. No
    passage is merged across an offset in `walls`.

    >>> [(p.id, p.heading) for p in cut_markdown(
    ...     "Lead.\n\n## Why\nBecause.", source_id="a", title="A", merge_small=False)]
    [('a#lead', ''), ('a#why', 'Why')]
    """
    bounds = Bounds(cut.cap, count)
    blocks = blocks_of(text, bounds, plain_headings=plain_headings)
    pieces = [piece for section in _sections(blocks) for piece in _pack(section, cut)]
    if merge_small:
        pieces = _merge(pieces, cut, walls)
    names = _numbers(pieces) if merge_small else _slugs(pieces)
    starts = [offset for offset, _ in pages]
    return tuple(
        Passage(
            id=f"{source_id}#{name}",
            source_id=source_id,
            origin=origin,
            title=title,
            heading=piece.heading,
            text=text[piece.start : piece.end],
            position=position,
            page=pages[max(0, bisect_right(starts, piece.start) - 1)][1] if pages else None,
            language=language,
        )
        for position, (name, piece) in enumerate(zip(names, pieces, strict=True))
    )


def slug(heading: str) -> str:
    """Turn the last part of a heading path into an id part.

    >>> slug("Part › How to apply it?"), slug("داده"), slug("!")
    ('how-to-apply-it', 'داده', 'section')
    """
    last = unicodedata.normalize("NFKC", heading.rsplit(" › ", 1)[-1]).lower()
    return "-".join(re.findall(r"\w+", last)) or "section"


def _sections(blocks: Sequence[Block]) -> list[list[Block]]:
    """Group blocks under one heading; a heading with nothing below it stands for itself."""
    groups = [list(group) for _, group in groupby(blocks, key=lambda block: block.section)]
    return [group for group in groups if group]


def _pack(section: Sequence[Block], cut: Cut) -> list[_Piece]:
    """Fill one section's blocks into pieces of even size under the cap."""
    body = [block for block in section if block.kind != "heading"] or list(section)
    opens = section[0].start
    total = sum(block.tokens for block in body)
    parts = 1 if total <= cut.cap else -(-total // cut.aim)
    aim = total / parts
    runs: list[list[Block]] = [[]]
    size = 0
    for block in body:
        # A line that introduces the next block ("Ask three things:") stays with it.
        leads = bool(runs[-1]) and runs[-1][-1].introduces and size + block.tokens <= cut.cap
        full = size + block.tokens > cut.cap or size + block.tokens / 2 > aim
        script = next((above.script for above in runs[-1] if above.script), "")
        foreign = bool(script and block.script and script != block.script)
        if runs[-1] and ((full and not leads) or foreign):
            runs.append([])
            size = 0
        runs[-1].append(block)
        size += block.tokens
    return [
        _Piece(
            run[0].start,
            run[-1].end,
            run[0].heading,
            sum(block.tokens for block in run),
            opens if index == 0 else run[0].start,
            next((block.script for block in run if block.script), ""),
        )
        for index, run in enumerate(runs)
    ]


def _merge(pieces: Sequence[_Piece], cut: Cut, walls: Sequence[int]) -> list[_Piece]:
    """Join a small piece with its neighbour; the inner heading lines stay in the span."""
    merged: list[_Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if (
            last
            and not any(last.end <= wall <= piece.start for wall in walls)
            and (not last.script or not piece.script or last.script == piece.script)
            and (last.tokens < cut.small or piece.tokens < cut.small / 2)
            and last.tokens + piece.tokens + 24 <= cut.aim
        ):
            tokens = last.tokens + piece.tokens + 12
            merged[-1] = _Piece(
                last.opens,
                piece.end,
                last.heading,
                tokens,
                last.opens,
                last.script or piece.script,
            )
        else:
            merged.append(piece)
    return merged


def _numbers(pieces: Sequence[_Piece]) -> list[str]:
    return [str(number) for number in range(1, len(pieces) + 1)]


def _slugs(pieces: Sequence[_Piece]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for piece in pieces:
        name = slug(piece.heading) if piece.heading else "lead"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names
