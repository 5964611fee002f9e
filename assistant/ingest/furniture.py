"""Pages → the same pages without furniture: running heads, page numbers, repeated agendas.

Nothing goes silently: each kind of removal is counted, with sample lines. What is removed says
nothing that the rest does not say: a line that stands at the edge of many pages, a page number, a
"Powered by …", a slide that repeats an earlier one line by line. A short line that recurs but
heads different content ("Why?", "Questions to ask") stays.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.ingest.readers.pages import Page
from assistant.ingest.texts import Warned

_PAGE_NUMBER = re.compile(
    r"(?:[-–|•]\s*)?(?:(?:page|slide|seite|p\.)\s*)?\d{1,4}(?:\s*(?:/|of|von|\|)\s*\d{1,4})?"
    r"(?:\s*[-–|•])?",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"powered by\b.{0,60}|(?:copyright|©|\(c\)).{0,80}|all rights reserved.{0,20}"
    r"|(?:strictly |company )?confidential.{0,40}",
    re.IGNORECASE,
)
_AGENDA = {"agenda", "outline", "contents", "table of contents", "overview", "roadmap", "today"}
_ENUMERATOR = re.compile(r"^(?:[-*+•◦▪#>]+\s+)*(?:(?:[0-9OolI]{1,3}[.)]?|[a-z][.)])\s+)?")
_MARKS = re.compile(r"[*_`~]+")
_NOTHING = re.compile(r"[^\w]+")
_CONTENT = re.compile(r"\s*(?:[-*+•]\s|\||\d{1,3}[.)]\s)")
_RULE = re.compile(
    r"\s*(?:[-=*_]{3,}|[-=\s|:+]*[-=]{3}[-=\s|:+]*|\|?[\s:|-]+\|)\s*"
)  # rules and table separators have a use
_EDGE = 2  # lines at the top and bottom of a page that may be running heads and feet
_SPAN = 3  # lines in a row that make a repetition
_PAGES = 3  # pages on which an edge line must recur


def key_of(line: str) -> str:
    """What two lines have in common that differ in emphasis, bullet or number only.

    >>> key_of("- **How to approach it**") == key_of("2. How to approach it"), key_of("OI Intro")
    (True, 'intro')
    """
    return " ".join(_ENUMERATOR.sub("", _MARKS.sub("", line.strip())).lower().split())


def strip_furniture(pages: Sequence[Page]) -> tuple[tuple[Page, ...], tuple[Warned, ...]]:
    """Take the furniture out of the pages, and say what was taken."""
    lines = [page.text.split("\n") for page in pages]
    taken: dict[tuple[int, int], str] = {}
    for find in (_numbers, _edges, _boilerplate, _noise, _repetitions):
        taken.update({place: code for place, code in find(lines) if place not in taken})
    kept = tuple(
        Page(page.number, "\n".join(_keep(rows, index, taken)))
        for index, (page, rows) in enumerate(zip(pages, lines, strict=True))
    )
    return tuple(page for page in kept if page.text.strip()), _warnings(lines, taken)


def _keep(rows: Sequence[str], page: int, taken: dict[tuple[int, int], str]) -> Iterator[str]:
    for index, row in enumerate(rows):
        if (page, index) not in taken:
            yield row


def _warnings(
    lines: Sequence[Sequence[str]], taken: dict[tuple[int, int], str]
) -> tuple[Warned, ...]:
    counts = Counter(taken.values())
    found = []
    for code, count in sorted(counts.items()):
        words = [lines[page][row].strip() for (page, row), why in taken.items() if why == code]
        samples = tuple(dict.fromkeys(word[:80] for word in words))[:3]
        found.append(Warned(code, count, samples))
    return tuple(found)


_Found = Iterator[tuple[tuple[int, int], str]]


def _filled(rows: Sequence[str]) -> list[int]:
    return [index for index, row in enumerate(rows) if row.strip()]


def _numbers(lines: Sequence[Sequence[str]]) -> _Found:
    """Page numbers at the edge of a page."""
    if len(lines) < _PAGES:
        return
    for page, rows in enumerate(lines):
        filled = _filled(rows)
        for row in {*filled[:1], *filled[-_EDGE:]}:
            if _PAGE_NUMBER.fullmatch(rows[row].strip()):
                yield (page, row), "furniture_removed"


def _edges(lines: Sequence[Sequence[str]]) -> _Found:
    """Running heads and feet: the same line, numbers apart, at the edge of many pages.

    A second line counts only where the line outside of it is furniture, too. Bullets and tables
    are content; a heading has to stand on most pages.
    """
    inner: list[list[int]] = [_filled(rows) for rows in lines]
    for _ in range(_EDGE):
        places: dict[str, set[tuple[int, int]]] = {}
        for page, filled in enumerate(inner):
            for row in {*filled[:1], *filled[-1:]}:
                key = re.sub(r"\d+", "0", key_of(lines[page][row]))
                if not _CONTENT.match(lines[page][row]):
                    places.setdefault(key, set()).add((page, row))
        found: set[tuple[int, int]] = set()
        for rows in places.values():
            marked = any(lines[page][row].startswith("#") for page, row in rows)
            if len({page for page, _ in rows}) >= max(
                _PAGES, (0.6 if marked else 0.3) * len(lines)
            ):
                found |= rows
        yield from ((place, "furniture_removed") for place in sorted(found))
        numbers = set(_numbers(lines))
        for page, filled in enumerate(inner):
            inner[page] = [
                row
                for row in filled
                if (page, row) not in found and ((page, row), "furniture_removed") not in numbers
            ]


def _boilerplate(lines: Sequence[Sequence[str]]) -> _Found:
    """Lines such as "Powered by …" anywhere."""
    for page, rows in enumerate(lines):
        for row, line in enumerate(rows):
            if len(line) < 120 and _BOILERPLATE.fullmatch(_MARKS.sub("", line).strip()):
                yield (page, row), "furniture_removed"


def _noise(lines: Sequence[Sequence[str]]) -> _Found:
    """Short lines without a letter or digit, outside of code: what is left of icons."""
    for page, rows in enumerate(lines):
        code = False
        for row, line in enumerate(rows):
            if line.lstrip().startswith(("```", "~~~")):
                code = not code
            elif (
                not code
                and line.strip()
                and len(line) < 40
                and not _NOTHING.sub("", line)
                and not _RULE.fullmatch(line)
            ):
                yield (page, row), "noise_removed"


def _repetitions(lines: Sequence[Sequence[str]]) -> _Found:
    """Slides that repeat earlier lines in the same order: agendas shown again, copies of slides.

    A run of lines is a repetition when every three in a row stood so before; it is taken out only
    when it opens with a heading, or when its lines are an agenda (names of sections elsewhere).
    """
    rows = [
        (page, row, key_of(line))
        for page, text in enumerate(lines)
        for row, line in enumerate(text)
        if line.strip() and not line.lstrip().startswith("|")
    ]
    titles = {key for page, row, key in rows if _titled(lines[page], row)}
    seen: set[tuple[str, ...]] = set()
    repeated = [False] * len(rows)
    keys = [key for _, _, key in rows]
    for index in range(len(rows) - _SPAN + 1):
        gram = tuple(keys[index : index + _SPAN])
        if gram in seen and len(set(gram)) > 1:
            repeated[index : index + _SPAN] = [True] * _SPAN
        seen.add(gram)
    for low, high in _runs(repeated):
        run = rows[low:high]
        listed = sum(key in titles or key in _AGENDA for _, _, key in run) / len(run)
        page, row, first = run[0]
        if listed >= 0.6 or first in _AGENDA or _titled(lines[page], row):
            yield from (((page, row), "repetition_removed") for page, row, _ in run)


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    edges = [index for index, (a, b) in enumerate(pairwise([False, *flags, False])) if a != b]
    yield from zip(edges[::2], edges[1::2], strict=True)


def _titled(rows: Sequence[str], row: int) -> bool:
    """Whether a line is a heading: marked as one, or short and alone with a capital letter."""
    line = rows[row].strip()
    if line.startswith("#"):
        return True
    alone = (row == 0 or not rows[row - 1].strip()) and (
        row + 1 == len(rows) or not rows[row + 1].strip()
    )
    return alone and len(line) <= 70 and line[:1].isupper() and line[-1] not in ".,;:?!"
