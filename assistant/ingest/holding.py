"""Passages of one document → those to answer from, and those held back, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from assistant.ingest.foreign import Encode, ForeignRun, foreign_runs
from assistant.ingest.language import is_rubble, languages_of
from assistant.ingest.passages import Cut, Passage, cut_markdown

HeldCode = Literal["foreign_part", "damaged_part"]

_FINE = Cut(aim=200, cap=400, small=60)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Neighbouring passages that are kept out of answers until the user releases them."""

    passages: tuple[Passage, ...]
    reason: str
    code: HeldCode


def find_foreign(text: str, encode: Encode, *, plain_headings: bool) -> tuple[tuple[int, int], ...]:
    """Spans of `text`, as (start, end) offsets, that do not belong to the rest of it.

    The text is cut finer than its passages, so that a short foreign section stands on its own.
    """
    units = cut_markdown(text, source_id="unit", title="", plain_headings=plain_headings, cut=_FINE)
    labels = languages_of([unit.text for unit in units])
    units = tuple(replace(unit, language=label) for unit, label in zip(units, labels, strict=True))
    runs = foreign_runs(units, encode)
    spans = spans_of(text, units)
    return tuple(_widened(text, spans, units, run) for run in runs)


def spans_of(text: str, passages: Sequence[Passage]) -> list[tuple[int, int]]:
    """Where each passage stands in `text`; they are in order and do not overlap."""
    spans, offset = [], 0
    for passage in passages:
        start = text.index(passage.text, offset)
        offset = start + len(passage.text)
        spans.append((start, offset))
    return spans


def hold_back(
    text: str, passages: Sequence[Passage], foreign: Sequence[tuple[int, int]]
) -> tuple[tuple[Passage, ...], tuple[HeldBack, ...]]:
    """Part the passages into those to answer from and those held back, in order."""
    marks: list[tuple[HeldCode | None, int]] = []
    for passage, (start, end) in zip(passages, spans_of(text, passages), strict=True):
        middle = (start + end) // 2
        run = next((n for n, (low, high) in enumerate(foreign) if low <= middle < high), -1)
        damaged = is_rubble(passage.text)
        marks.append(
            ("foreign_part", run) if run >= 0 else ("damaged_part" if damaged else None, -1)
        )
    kept: list[Passage] = []
    held: list[HeldBack] = []
    marked = zip(passages, marks, strict=True)
    for (code, _), group in groupby(marked, key=lambda pair: pair[1]):
        part = tuple(passage for passage, _ in group)
        if code is None:
            kept.extend(part)
        else:
            held.append(HeldBack(part, _reason(code, part, len(passages)), code))
    return tuple(kept), tuple(held)


def _widened(
    text: str,
    spans: Sequence[tuple[int, int]],
    units: Sequence[Passage],
    run: ForeignRun,
) -> tuple[int, int]:
    """The run's span with the heading line above it, which a passage does not hold."""
    before = spans[run.first - 1][1] if run.first else 0
    last = run.last
    return before, spans[last][1]


def _reason(code: HeldCode, part: Sequence[Passage], total: int) -> str:
    """One plain sentence."""
    if code == "damaged_part":
        return "Most of this part is signs that form no words, as failed text recognition leaves."
    first, last = part[0].position, part[-1].position
    place = "at the start" if first == 0 else "at the end" if last == total - 1 else "in the middle"
    name = part[0].heading.rsplit(" › ", 1)[-1]
    opening = f' (from "{name}" on)' if name else ""
    return (
        f"This part {place} of the document{opening} has hardly any subject or words in common "
        "with the rest."
    )
