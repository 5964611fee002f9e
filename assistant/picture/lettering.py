"""Text and a width → the lines that fit, measured with the bundled font."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.picture.letters import visible

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONT_FOLDER = Path(__file__).with_name("fonts")
_UNITS = 1000
# Up to here the bundled Latin font has the letters; what it lacks is measured by its kind.
_MEASURED = 0x0590
_WIDE, _USUAL = 1.0, 0.65
# Browsers draw with a font of their own that may be a little wider.
_SLACK = 1.04


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of entries, the first line of each marked; `left_out` entries did not fit."""

    lines: tuple[tuple[bool, str], ...]
    left_out: int


def fit(entries: Sequence[str], *, width: float, size: float, most: int) -> Lines:
    """As much of the entries as fits into `most` lines of `width` pixels.

    Nothing is dropped in silence: an entry too long for the space that is left ends in an
    ellipsis, and the last line is kept free to say how many entries are left out.

    >>> fit(["one two three", "four", "five"], width=60, size=12, most=3)
    Lines(lines=((True, 'one two'), (False, 'three')), left_out=2)
    """
    lines: list[tuple[bool, str]] = []
    for index, entry in enumerate(entries):
        rest = len(entries) - index - 1
        # The last line is kept for "+2 more" where more is to come.
        room = most - len(lines) - (1 if rest else 0)
        whole = wrap(entry, width=width, size=size)
        if len(whole) > max(room, 0):
            if room <= 0 and lines:
                return Lines(tuple(lines), rest + 1)
            lines += _marked(_shortened(whole, max(room, 1), width, size))
            return Lines(tuple(lines), rest)
        lines += _marked(whole)
    return Lines(tuple(lines), 0)


def wrap(text: str, *, width: float, size: float) -> list[str]:
    """The text in lines of at most `width` pixels; words longer than a line are cut.

    >>> wrap("one two three", width=60, size=12)
    ['one two', 'three']
    """
    lines: list[str] = []
    for word in _words(visible(text), width, size):
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How many pixels wide the text is at this size of type."""
    return sum(_advance(letter, bold) for letter in text) * size * _SLACK / _UNITS


def _marked(lines: Sequence[str]) -> list[tuple[bool, str]]:
    return [(number == 0, line) for number, line in enumerate(lines)]


def _shortened(lines: list[str], most: int, width: float, size: float) -> list[str]:
    kept, last = lines[: most - 1], lines[most - 1]
    while last and text_width(f"{last} …", size) > width:
        last = last[:-1].rstrip()
    return [*kept, f"{last} …"]


def _words(text: str, width: float, size: float) -> list[str]:
    """The words, cut where one is longer than a line, as text without spaces is."""
    words: list[str] = []
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and text_width(piece + letter, size) > width:
                words.append(piece)
                piece = ""
            piece += letter
        words.append(piece)
    return words


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    if ord(letter) < _MEASURED:
        return float(_font(bold).getlength(letter))
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    return (_WIDE if unicodedata.east_asian_width(letter) in "WF" else _USUAL) * _UNITS


@cache
def _font(bold: bool) -> "FreeTypeFont":
    from PIL import ImageFont

    name = "NotoSans-Bold.ttf" if bold else "NotoSans-Regular.ttf"
    # The basic layout measures alike on every machine.
    return ImageFont.truetype(FONT_FOLDER / name, _UNITS, layout_engine=ImageFont.Layout.BASIC)
