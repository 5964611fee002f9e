"""Texts → pictures as SVG and PNG, drawn offline: the customer's canvas, a system sketch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.picture.canvas import draw_canvas
from assistant.picture.lettering import FONT_FOLDER
from assistant.picture.letters import right_to_left, visible
from assistant.picture.plans import NAMES, PictureName, Plan, plan
from assistant.picture.raster import as_png, bundled_fonts
from assistant.picture.sketch import draw_sketch

__all__ = [
    "FONT_FOLDER", "NAMES", "Picture", "PictureName", "as_png", "bundled_fonts", "draw",
    "right_to_left", "visible",
]  # fmt: skip

_DRAWN_BY = {"cvp_canvas": draw_canvas, "system_sketch": draw_sketch}
_ALT_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing; `alt` says in words what it shows, `width` and `height` are in pixels."""

    name: str
    svg: bytes
    alt: str
    width: float
    height: float

    @property
    def png(self) -> bytes:
        """The same as PNG, twice as fine."""
        return as_png(self.svg, self.width)


def draw(name: str, parts: Mapping[str, Sequence[str]], *, title: str = "") -> Picture:
    """Draw the picture of that name from the entries of its parts.

    Raises:
        InputInvalid: There is no picture of that name.
    """
    drawing = plan(name)
    alt = _alt(drawing, parts)
    drawn = _DRAWN_BY[name](drawing, parts, title)
    return Picture(name, drawn.finished(alt), alt, drawn.width, drawn.height)


def _alt(drawing: Plan, parts: Mapping[str, Sequence[str]]) -> str:
    said = (
        f"{part.title}: {'; '.join(parts[part.id])}"
        for part in drawing.parts.values()
        if parts.get(part.id)
    )
    words = visible(". ".join([drawing.alt, *said]))
    return words if len(words) <= _ALT_LENGTH else f"{words[:_ALT_LENGTH].rstrip()} …"
