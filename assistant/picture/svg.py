"""Boxes, arrows and lines of text → SVG in plain words, every text escaped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from assistant.picture.lettering import Lines
from assistant.picture.letters import right_to_left, visible

SIZE, SMALL, LINE = 13.0, 11.0, 18.0
INK, SOFT, EDGE, PAPER, OPEN = "#1b2733", "#56636f", "#9fb0bf", "#ffffff", "#b45f06"
BULLET_INDENT = 12.0
# Embedded in PDF and PNG; where an SVG is shown alone, the reader's own fonts stand in.
_FONTS = "Noto Sans, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
_FROM_THE_RIGHT = "\u2067{}\u2069"


@dataclass(slots=True)
class Drawing:
    """An SVG as it grows; all lengths in pixels from the upper left corner."""

    width: float
    height: float = 0.0
    pieces: list[str] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = PAPER,
        edge: str = EDGE,
        dashed: bool = False,
    ) -> None:
        """A box with round corners; a dashed edge says that something is not decided."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.pieces.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" '
            f'fill="{fill}" stroke="{edge}"{dash}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SIZE,
        fill: str = INK,
        bold: bool = False,
        italic: bool = False,
        anchor: str = "start",
    ) -> None:
        """One line of text that stands on `y`."""
        look = (' font-weight="bold"' if bold else "") + (' font-style="italic"' if italic else "")
        self.pieces.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}" '
            f'text-anchor="{anchor}"{look}>{escape(visible(text))}</text>'
        )

    def entries(self, x: float, y: float, width: float, fitted: Lines) -> float:
        """Bulleted lines from `y` on, and how many are left out; the height they took."""
        top = y
        turned = False
        for first, line in fitted.lines:
            y += LINE
            turned = right_to_left(line) if first else turned
            if turned:
                self._from_the_right(x + width, y, first, line)
                continue
            if first:
                self.text(x, y, "•", fill=SOFT)
            self.text(x + BULLET_INDENT, y, line)
        if fitted.left_out:
            y += LINE
            self.text(x + BULLET_INDENT, y, f"+{fitted.left_out} more", fill=SOFT, italic=True)
        return y - top

    def _from_the_right(self, right: float, y: float, first: bool, line: str) -> None:
        if first:
            self.text(right, y, "•", fill=SOFT, anchor="end")
        # Put in after `visible`, which would show these two signs in a person's text.
        self.pieces.append(
            f'<text x="{right - BULLET_INDENT:g}" y="{y:g}" font-size="{SIZE:g}" fill="{INK}" '
            f'text-anchor="end">{_FROM_THE_RIGHT.format(escape(visible(line)))}</text>'
        )

    def arrow(self, points: Sequence[tuple[float, float]], *, dashed: bool = False) -> None:
        """A line through the points with a head at its end."""
        way = " ".join(f"{x:g},{y:g}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.pieces.append(
            f'<polyline points="{way}" fill="none" stroke="{SOFT}" stroke-width="1.4"{dash}/>'
        )
        self.pieces.append(f'<polygon points="{_head(points[-2], points[-1])}" fill="{SOFT}"/>')

    def finished(self, alt: str) -> bytes:
        """The whole SVG, with `alt` as its name for people who cannot see it."""
        size = f'width="{self.width:g}" height="{self.height:g}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
            f'viewBox="0 0 {self.width:g} {self.height:g}" role="img" '
            f"aria-label={quoteattr(visible(alt))} font-family={quoteattr(_FONTS)}>"
            f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(self.pieces)}</svg>'
        ).encode()


def _head(before: tuple[float, float], tip: tuple[float, float]) -> str:
    """The three corners of an arrow's head; arrows run straight across or straight down."""
    long, half = 8.0, 4.0
    x, y = tip
    across, down = _sign(x - before[0]), _sign(y - before[1])
    base = (x - across * long, y - down * long)
    corners = (tip, (base[0] + down * half, base[1] + across * half),
               (base[0] - down * half, base[1] - across * half))  # fmt: skip
    return " ".join(f"{one:g},{other:g}" for one, other in corners)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
