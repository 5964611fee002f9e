"""A question and its Hits → the extractive answer: a lead, what answers in detail, and markers.

Nothing is written here: every sentence, bullet and table is a span of a passage, chosen and put
in order. The article whose passages fit best speaks first; a second source is heard when it adds
something that fits nearly as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer.parts import Citations
from assistant.answer.units import Unit, units_of
from assistant.retrieve import Hit, Retrieval, stems_of

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]

# Passages whose sentences are weighed; encoding them is what an answer costs.
PASSAGES_WEIGHED = 5
LEAD_SENTENCES = 3
LIST_ITEMS = 6
DETAIL_SENTENCES = 4
TABLE_ROWS = 12
# A second source is heard when its best hit scores at least this share of the first one's.
SECOND_SOURCE = 0.8
# A further block is shown when it fits at least this share as well as the best one.
BLOCK_SHARE = 0.6
WORD_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A unit with its fit to the question, up to about 1."""

    hit: Hit
    unit: Unit
    fit: float


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, list or table of one passage, with the sentence that introduces it."""

    hit: Hit
    intro: tuple[_Weighed, ...]
    items: tuple[_Weighed, ...]

    @property
    def passage(self) -> str:
        return self.hit.passage.id

    @property
    def source(self) -> str:
        return self.hit.passage.source_id

    @property
    def fit(self) -> float:
        """The best item counts most, so that one telling sentence beats many vague ones."""
        fits = sorted((item.fit for item in (*self.intro, *self.items)), reverse=True)
        return fits[0] + 0.3 * float(np.mean(fits[:3]))


def compose(
    retrieval: Retrieval,
    lead_of: Callable[[str], Hit | None],
    encode: Encode,
    citations: Citations,
) -> str:
    """The answer as Markdown with markers.

    `lead_of` gives the opening passage of a source, or None for a source without one.
    """
    hits = retrieval.hits
    main = hits[0].passage.source_id
    ours = [hit for hit in hits if hit.passage.source_id == main][:PASSAGES_WEIGHED]
    others = [hit for hit in hits if hit.passage.source_id != main]
    second = [hit for hit in others[:1] if hit.score >= SECOND_SOURCE * hits[0].score]
    lead = lead_of(main)
    blocks = _blocks(_weigh(retrieval, ours + second, encode))
    least = BLOCK_SHARE * max((block.fit for block in blocks), default=0.0)
    fitting = [block for block in blocks if block.fit >= least]
    own = [block for block in fitting if block.source == main]
    if lead is not None:
        own = [block for block in own if block.passage != lead.passage.id]
    extra = [block for block in fitting if block.source != main]
    parts = [_lead(lead, citations)] if lead is not None else []
    parts.extend(_render(block, citations) for block in own[: 2 if lead else 3])
    parts.extend(_render(block, citations) for block in extra[:1])
    return "\n\n".join(part for part in parts if part)


def _weigh(retrieval: Retrieval, hits: Sequence[Hit], encode: Encode) -> list[_Weighed]:
    """Every unit of the hits with its fit: cosine with the question and shared rare words."""
    units = [(hit, unit) for hit in hits for unit in units_of(hit.passage.text)]
    if not units:
        return []
    rows = encode([f"{hit.passage.heading}: {unit.text}" for hit, unit in units])
    cosines = rows @ retrieval.vector
    wanted = set(stems_of(retrieval.question))
    shares = [len(wanted & set(stems_of(unit.text))) / max(len(wanted), 1) for _, unit in units]
    return [
        _Weighed(hit, unit, float(cosine) + WORD_SHARE * share)
        for (hit, unit), cosine, share in zip(units, cosines, shares, strict=True)
    ]


def _lead(lead: Hit, citations: Citations) -> str:
    sentences = [unit for unit in units_of(lead.passage.text) if unit.kind == "sentence"]
    return _prose([_Weighed(lead, unit, 1.0) for unit in sentences[:LEAD_SENTENCES]], citations)


def _blocks(weighed: Sequence[_Weighed]) -> list[_Block]:
    """Paragraphs, lists and tables, best first; the sentence before a list belongs to it."""
    grouped: dict[tuple[str, int], list[_Weighed]] = {}
    for item in weighed:
        grouped.setdefault((item.hit.passage.id, item.unit.block), []).append(item)
    blocks: list[_Block] = []
    taken: set[tuple[str, int]] = set()
    for (passage, number), items in reversed(grouped.items()):
        if (passage, number) in taken:
            continue
        intro: list[_Weighed] = []
        before = grouped.get((passage, number - 1), [])
        if items[-1].unit.kind != "sentence" and before and before[-1].unit.kind == "sentence":
            intro = before[-1:]
            # What is left of a longer paragraph stays a block of its own.
            if len(before) == 1:
                taken.add((passage, number - 1))
            else:
                grouped[passage, number - 1] = before[:-1]
        blocks.append(_Block(items[0].hit, tuple(intro), tuple(items)))
    return sorted(reversed(blocks), key=lambda block: -block.fit)


def _render(block: _Block, citations: Citations) -> str:
    opening = _prose(block.intro, citations)
    first = block.items[0]
    if first.unit.kind == "table":
        mark = citations.mark(first.hit, first.unit.text)
        rows = "\n".join(first.unit.text.splitlines()[: TABLE_ROWS + 2])
        caption = f"*Table: {first.hit.passage.heading or first.hit.passage.title}* {mark}"
        return "\n\n".join(part for part in (opening, rows, caption) if part)
    if any(item.unit.kind != "sentence" for item in block.items):
        return "\n\n".join(part for part in (opening, _items(block.items, citations)) if part)
    best = sorted(block.items, key=lambda item: -item.fit)[:DETAIL_SENTENCES]
    return _prose(sorted(best, key=lambda item: item.unit.start), citations)


def _items(units: Sequence[_Weighed], citations: Citations) -> str:
    """The items that fit best, in their own order; steps are shown whole."""
    steps = [unit for unit in units if unit.unit.kind == "step"]
    chosen = steps or sorted(units, key=lambda unit: -unit.fit)[:LIST_ITEMS]
    lines = []
    for number, item in enumerate(sorted(chosen, key=lambda unit: unit.unit.start), start=1):
        head = f"{number}." if steps else "-"
        mark = citations.mark(item.hit, item.unit.text)
        lines.append(f"{head} {' '.join(item.unit.text.split())} {mark}")
    return "\n".join(lines)


def _prose(units: Sequence[_Weighed], citations: Citations) -> str:
    return " ".join(
        f"{' '.join(item.unit.text.split())} {citations.mark(item.hit, item.unit.text)}"
        for item in units
    )
