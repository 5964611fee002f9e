"""The parts of a system → a sketch: data to users in a loop, and what it runs on."""

from collections.abc import Mapping, Sequence

from assistant.picture.lettering import Lines, fit, wrap
from assistant.picture.plans import Plan
from assistant.picture.svg import BULLET_INDENT, LINE, OPEN, SIZE, SMALL, SOFT, Drawing

# Columns from the left; the way of the data runs along the top, down on the right, and back.
TOP = ("sources", "pipeline", "model")
BOTTOM = (("retraining", "monitoring", "logging"), ("users", "integrations"), ("serving",))
WIDTH, MARGIN, GAP, STACK_GAP, INSET = 760.0, 2.0, 38.0, 12.0, 10.0
ROW_GAP = 46.0
MOST_LINES, LEAST_LINES = 7, 1
WAY_BACK = "feedback, new data"
_COLUMN = (WIDTH - 2 * MARGIN - 2 * GAP) / 3
_TEXT = _COLUMN - 2 * INSET
_HEAD = 24.0
_FILL = {"model": "#e8f0f8", "serving": "#e8f0f8", "pipeline": "#e8f0f8", "sources": "#eef5ea",
         "users": "#eef5ea", "integrations": "#eef5ea"}  # fmt: skip
_LOOP_FILL, _PLATFORM_FILL = "#fbf3e4", "#eceff2"

# Parts with many short entries, which share lines.
_IN_LINES = ("monitoring", "logging")

# The upper edge and the height of a box.
Span = tuple[float, float]


def draw_sketch(drawing: Plan, parts: Mapping[str, Sequence[str]], title: str) -> Drawing:
    """The sketch; what was not said but every system needs is drawn dashed."""
    sketch = Drawing(WIDTH)
    fitted = {
        part.id: fit(
            _entries(part.id, parts), width=_TEXT - BULLET_INDENT, size=SIZE, most=MOST_LINES
        )
        for part in drawing.parts.values()
        if parts.get(part.id) or not part.optional
    }
    y = MARGIN + _titled(sketch, title)
    top_height = max(_height(fitted[part]) for part in TOP)
    for column, part in enumerate(TOP):
        _box(sketch, drawing, part, fitted[part], _left(column), y, top_height)
    for column in (0, 1):
        _across(sketch, _left(column) + _COLUMN, y + top_height / 2, GAP)
    stacks = [[part for part in stack if part in fitted] for stack in BOTTOM]
    below = y + top_height + ROW_GAP
    height = max(_stack_height(stack, fitted) for stack in stacks)
    _turns(sketch, y + top_height, below)
    spans = [_stack(stack, fitted, below, height) for stack in stacks]
    for column, placed in enumerate(spans):
        for part, (upper, tall) in placed.items():
            _box(sketch, drawing, part, fitted[part], _left(column), upper, tall)
    _back(sketch, spans[0], spans[1])
    sketch.height = below + height + MARGIN
    if "platform" in fitted:
        sketch.height += _platform(sketch, drawing, parts["platform"], below + height + STACK_GAP)
    return sketch


def _entries(part: str, parts: Mapping[str, Sequence[str]]) -> Sequence[str]:
    entries = parts.get(part, ())
    return [" · ".join(entries)] if part in _IN_LINES and entries else entries


def _left(column: int) -> float:
    return MARGIN + column * (_COLUMN + GAP)


def _titled(sketch: Drawing, title: str) -> float:
    if not title:
        return 0.0
    line = wrap(title, width=WIDTH - 2 * MARGIN, size=SIZE + 2)[0]
    sketch.text(MARGIN, MARGIN + SIZE + 2, line, size=SIZE + 2, bold=True)
    return LINE + 10


def _height(fitted: Lines) -> float:
    lines = len(fitted.lines) + (1 if fitted.left_out else 0)
    return _HEAD + max(lines, LEAST_LINES) * LINE + INSET


def _stack_height(stack: Sequence[str], fitted: Mapping[str, Lines]) -> float:
    return sum(_height(fitted[part]) for part in stack) + STACK_GAP * (len(stack) - 1)


def _stack(
    stack: Sequence[str], fitted: Mapping[str, Lines], y: float, height: float
) -> dict[str, Span]:
    """Where each box of one column stands, stretched together to the row's height."""
    spare = (height - _stack_height(stack, fitted)) / len(stack)
    spans: dict[str, Span] = {}
    for part in stack:
        tall = _height(fitted[part]) + spare
        spans[part] = (y, tall)
        y += tall + STACK_GAP
    return spans


def _back(sketch: Drawing, watching: Mapping[str, Span], used: Mapping[str, Span]) -> None:
    """Arrows from serving to those who use it, and from the users to what watches them."""
    for y, tall in used.values():
        _across(sketch, _left(2), y + tall / 2, -GAP)
    # At the height where both boxes lie side by side, never at a gap between boxes.
    shared = {part: _overlap(used["users"], span) for part, span in watching.items()}
    start, end = shared["monitoring"]
    if end - start < LINE:
        start, end = max(shared.values(), key=lambda span: span[1] - span[0])
    _across(sketch, _left(1), (start + end) / 2, -GAP)


def _overlap(one: Span, other: Span) -> Span:
    """From where to where both stand; the end comes first when they do not meet."""
    return max(one[0], other[0]), min(one[0] + one[1], other[0] + other[1])


def _across(sketch: Drawing, x: float, y: float, way: float) -> None:
    air = 3 if way > 0 else -3
    sketch.arrow([(x + air, y), (x + way - air, y)])


def _turns(sketch: Drawing, above: float, below: float) -> None:
    """Down from the model to where it serves, and up from what is watched to the data."""
    right, left = _left(2) + _COLUMN / 2, _left(0) + _COLUMN / 2
    sketch.arrow([(right, above + 3), (right, below - 3)])
    sketch.arrow([(left, below - 3), (left, above + 3)], dashed=True)
    sketch.text(left + 10, (above + below) / 2 + 4, WAY_BACK, size=SMALL, fill=SOFT, italic=True)


def _box(
    sketch: Drawing, drawing: Plan, part: str, fitted: Lines, x: float, y: float, height: float
) -> None:
    empty = not fitted.lines
    sketch.box(x, y, _COLUMN, height, fill=_FILL.get(part, _LOOP_FILL), dashed=empty)
    sketch.text(x + INSET, y + 19, drawing.parts[part].title, bold=True)
    if empty:
        sketch.text(x + INSET, y + _HEAD + LINE, drawing.missing, fill=OPEN, italic=True)
    else:
        sketch.entries(x + INSET, y + _HEAD, _TEXT, fitted)


def _platform(sketch: Drawing, drawing: Plan, entries: Sequence[str], y: float) -> float:
    words = f"{drawing.parts['platform'].title}: {' · '.join(entries)}"
    lines = wrap(words, width=WIDTH - 2 * MARGIN - 2 * INSET, size=SIZE)[:2]
    height = len(lines) * LINE + 14
    sketch.box(MARGIN, y, WIDTH - 2 * MARGIN, height, fill=_PLATFORM_FILL)
    for number, line in enumerate(lines, start=1):
        sketch.text(MARGIN + INSET, y + 3 + number * LINE, line)
    return height + STACK_GAP
