"""SVG → PNG, drawn by Typst with the bundled fonts and no others."""

from functools import cache
from typing import Any

from assistant.picture.lettering import FONT_FOLDER

# Pixels of the PNG for each pixel of the SVG, so that print and fine screens are sharp.
SCALE = 2
_POINTS_PER_PIXEL = 0.75
_PPI = 96
_PAGE = b"""#set page(width: eval(sys.inputs.width), height: auto, margin: 0pt)
#set text(font: "Noto Sans")
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)
"""


def as_png(svg: bytes, width: float) -> bytes:
    """The drawing as PNG; `width` is the SVG's in pixels."""
    import typst

    inputs = {"svg": svg.decode(), "width": f"{width * _POINTS_PER_PIXEL}pt"}
    png: bytes = typst.compile(
        _PAGE, format="png", ppi=_PPI * SCALE, sys_inputs=inputs, font_paths=bundled_fonts()
    )
    return png


@cache
def bundled_fonts() -> Any:
    """The fonts that come with the product, the same on every machine."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONT_FOLDER)]
    )
