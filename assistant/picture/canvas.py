"""The parts of a value proposition → the eight-box canvas, product left and customer right."""

from collections.abc import Mapping, Sequence

from assistant.picture.lettering import Lines, fit, wrap
from assistant.picture.plans import Part, Plan
from assistant.picture.svg import BULLET_INDENT, LINE, OPEN, SIZE, SMALL, SOFT, Drawing

# The boxes in pairs: what the product offers, and what it answers on the customer's side.
ROWS = (("experience", "wants"), ("features", "needs"), ("benefits", "fears"),
        ("leverage", "without"))  # fmt: skip
WIDTH, MARGIN, GAP, INSET = 760.0, 2.0, 10.0, 10.0
MOST_LINES, LEAST_LINES = 9, 2
TITLE_SIZE, TITLE_LINE, TITLE_LINES = 15.0, 21.0, 2
_PANEL = (WIDTH - 2 * MARGIN - GAP) / 2
_BOX = _PANEL - 2 * INSET
_TEXT = _BOX - 2 * INSET
_HEAD = 24.0
_PANELS = (("#e8f0f8", "#b9cfe4"), ("#eef5ea", "#c3d9b8"))


def draw_canvas(drawing: Plan, parts: Mapping[str, Sequence[str]], title: str) -> Drawing:
    """The canvas; a box grows with its text up to a limit, then says how much is left out."""
    canvas = Drawing(WIDTH)
    customer = "; ".join(parts.get("customer", ()))
    heads = [
        wrap(head, width=_BOX, size=TITLE_SIZE)
        for head in (title or "The product", f"Customer: {customer or drawing.missing}")
    ]
    head_lines = min(max(len(head) for head in heads), TITLE_LINES)
    fitted = {
        part: fit(parts.get(part, ()), width=_TEXT - BULLET_INDENT, size=SIZE, most=MOST_LINES)
        for pair in ROWS
        for part in pair
    }
    heights = [_row_height(fitted[left], fitted[right]) for left, right in ROWS]
    top = MARGIN + INSET + head_lines * TITLE_LINE + INSET
    canvas.height = top + sum(heights) + GAP * len(heights) + MARGIN
    for side, head in enumerate(heads):
        x = MARGIN + side * (_PANEL + GAP)
        fill, edge = _PANELS[side]
        canvas.box(x, MARGIN, _PANEL, canvas.height - 2 * MARGIN, fill=fill, edge=edge)
        _heading(canvas, x + INSET, head)
        y = top
        for pair, height in zip(ROWS, heights, strict=True):
            part = drawing.parts[pair[side]]
            _one_box(canvas, x + INSET, y, height, part, fitted[part.id], drawing.missing)
            y += height + GAP
    return canvas


def _row_height(left: Lines, right: Lines) -> float:
    lines = max(len(side.lines) + (1 if side.left_out else 0) for side in (left, right))
    return _HEAD + max(lines, LEAST_LINES) * LINE + INSET


def _heading(canvas: Drawing, x: float, lines: Sequence[str]) -> None:
    y = MARGIN + INSET
    shown = list(lines[:TITLE_LINES])
    if len(lines) > TITLE_LINES:
        shown[-1] += " …"
    for line in shown:
        y += TITLE_LINE
        canvas.text(x, y - 3, line, size=TITLE_SIZE, bold=True)


def _one_box(
    canvas: Drawing, x: float, y: float, height: float, part: Part, fitted: Lines, missing: str
) -> None:
    empty = not fitted.lines
    canvas.box(x, y, _BOX, height, dashed=empty)
    canvas.text(x + INSET, y + 19, part.title, bold=True)
    canvas.text(
        x + _BOX - INSET, y + 19, part.hint, size=SMALL, fill=SOFT, italic=True, anchor="end"
    )
    if empty:
        canvas.text(x + INSET, y + _HEAD + LINE, missing, fill=OPEN, italic=True)
    else:
        canvas.entries(x + INSET, y + _HEAD, _TEXT, fitted)
