"""A question and the open indexes → Hits, best first, and whether they can answer it at all."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.index import Index, best_rows, stems_of
from assistant.ingest import Passage
from assistant.retrieve.tuning import TUNING, Tuning

Floats = NDArray[np.float32]
QueryEncoder = Callable[[str], Floats]
# From the ids of project passages, those that take part in answers right now.
Alive = Callable[[Sequence[str]], set[str]]


# In words: what is encoded in one piece, and what of a very long text is read at all.
LONGEST_WHOLE = 150
LONGEST_READ = 1_500
MOST_ASKED = 5
ASKED_WEIGHT = 3.0
# So that one article does not fill a short list.
MOST_OF_SOURCE = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found; `cosine` and `coverage` are its own evidence, each between 0 and 1."""

    passage: Passage
    score: float
    cosine: float
    coverage: float

    def as_json(self) -> dict[str, Any]:
        """The contract of `scopewright search --json`, for every channel."""
        passage = self.passage
        return {
            "passage_id": passage.id,
            "source_id": passage.source_id,
            "title": passage.title,
            "heading": passage.heading,
            "text": passage.text,
            "page": passage.page,
            "score": round(self.score, 4),
            "origin": passage.origin,
        }


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question, and whether that can answer it; `vector` is the question.

    `answerable` without `sure`: the hits are near, but may be beside the point.
    """

    question: str
    hits: tuple[Hit, ...]
    confidence: float
    answerable: bool
    sure: bool
    vector: Floats


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of one index with their evidence, each array of shape (rows,)."""

    index: Index
    rows: NDArray[np.intp]
    cosines: Floats
    coverage: Floats
    asked: Floats
    several: Floats
    source_words: Floats
    scores: Floats


def retrieve(
    question: str,
    indexes: Sequence[Index],
    encode: QueryEncoder,
    *,
    k: int = 8,
    alive: Alive | None = None,
    tuning: Tuning = TUNING,
) -> Retrieval:
    """Search every index and merge the hits by a weighted sum of meaning and words."""
    vector = encode_question(question, encode)
    stems = stems_of(question)
    found = [_weigh(index, vector, stems, tuning) for index in indexes if len(index)]
    hits = _best(found, k, tuning)
    if alive is not None and not _all_alive(hits, found, alive):
        found = [_living(part, alive) for part in found]
        hits = _best(found, k, tuning)
    confidence = _confidence(found, tuning)
    return Retrieval(
        question=question,
        hits=hits,
        confidence=confidence,
        answerable=confidence >= tuning.answerable_from,
        sure=confidence >= tuning.sure_from,
        vector=vector,
    )


def encode_question(question: str, encode: QueryEncoder) -> Floats:
    """The question's unit vector; of a long text, what it asks counts most.

    The encoder reads about 256 tokens, so a longer text is the weighted mean of its parts.
    """
    words = question.split()
    if len(words) <= LONGEST_WHOLE:
        return encode(question)
    parts = [
        " ".join(words[start : start + LONGEST_WHOLE])
        for start in range(0, min(len(words), LONGEST_READ), LONGEST_WHOLE)
    ]
    parts.extend(re.findall(r"[^.!?\n]+\?", question)[:MOST_ASKED])
    weights = [ASKED_WEIGHT if part.endswith("?") else 1.0 for part in parts]
    mean = np.average([encode(part) for part in parts], axis=0, weights=weights)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _weigh(index: Index, vector: Floats, stems: Sequence[str], tuning: Tuning) -> _Found:
    coverage = index.words.scores(stems)
    rows = _candidates(index, vector, coverage, tuning)
    cosines = index.vectors.cosines(vector, rows)
    covered = coverage[rows]
    sources = index.source_of[rows]
    best, several = index.asked(vector)
    # A source without such questions (a person's own file) is judged by the passage itself.
    stand_in = tuning.stand_in[0] * cosines + tuning.stand_in[1] * covered
    asks = best[sources] >= 0
    asked = np.where(asks, best[sources], stand_in)
    asked_several = np.where(asks, several[sources], stand_in)
    learned = index.learned(vector)
    told = (
        tuning.learned_stand_in[0] * cosines + tuning.learned_stand_in[1] * covered
        if learned is None
        else learned[sources]
    )
    whole = index.source_words.scores(stems)
    source_words = whole[sources] if len(whole) else covered
    scores = np.asarray(
        cosines
        + tuning.words * covered
        + tuning.source * _three_best(cosines, sources, len(index.sources))[sources]
        + tuning.asked * asked
        + tuning.asked_several * asked_several
        + tuning.source_words * source_words
        + tuning.learned * told
        + tuning.asked_words * np.where(asks, index.asked_words(stems)[sources], covered)
    )
    scores = _lift_linked(index, scores, sources, tuning)
    return _Found(
        index, rows, cosines, covered, asked, asked_several, source_words, scores.astype(np.float32)
    )


def _lift_linked(
    index: Index, scores: Floats, sources: NDArray[np.int32], tuning: Tuning
) -> Floats:
    """Lift what the best article links to or is linked from, never past its own best passage."""
    if not len(scores):
        return scores
    best = int(np.argmax(scores))
    to, back = index.linked(int(sources[best]))
    lift = np.maximum(tuning.linked * np.isin(sources, to), tuning.linking * np.isin(sources, back))
    return np.where(lift > 0, np.minimum(scores + lift, scores[best] - 1e-4), scores)


def _candidates(index: Index, vector: Floats, coverage: Floats, tuning: Tuning) -> NDArray[np.intp]:
    """All rows of a small index; of a larger one the nearest by meaning and by words."""
    if len(index) <= tuning.weigh_all:
        return np.arange(len(index))
    worded = best_rows(coverage, tuning.candidates)
    near = index.vectors.nearest(vector, tuning.candidates)
    return np.union1d(near, worded[coverage[worded] > 0])


def _three_best(cosines: Floats, sources: NDArray[np.int32], count: int) -> Floats:
    """For each source the mean of its three greatest cosines, shape (count,)."""
    order = np.lexsort((-cosines, sources))
    ordered = sources[order]
    starts = np.searchsorted(ordered, np.arange(count))
    place = np.arange(len(ordered)) - starts[ordered]
    head = place < 3
    sums = np.bincount(ordered[head], weights=cosines[order][head], minlength=count)
    counts = np.bincount(ordered[head], minlength=count)
    return np.asarray(sums / np.maximum(counts, 1), np.float32)


def _all_alive(hits: Sequence[Hit], found: Sequence[_Found], alive: Alive) -> bool:
    """Whether no hit was deleted or held back since its index was built.

    An index is looked up by the revision of what it holds, so this is nearly always so: asking
    for the few hits, and for every candidate only when one is gone, is cheap and as safe.
    """
    if not any(part.index.changes for part in found):
        return True
    own = [hit.passage.id for hit in hits if hit.passage.origin == "project"]
    return not own or alive(own).issuperset(own)


def _living(found: _Found, alive: Alive) -> _Found:
    """Without passages that were deleted or held back since the index was built."""
    if not found.index.changes:
        return found
    living = alive([found.index.ids[row] for row in found.rows])
    keep = np.array([found.index.ids[row] in living for row in found.rows], bool)
    return _Found(
        found.index,
        found.rows[keep],
        found.cosines[keep],
        found.coverage[keep],
        found.asked[keep],
        found.several[keep],
        found.source_words[keep],
        found.scores[keep],
    )


def _confidence(found: Sequence[_Found], tuning: Tuning) -> float:
    """How likely the best hits answer the question, 0 to 1."""
    asked, several, coverage, offset = tuning.confidence
    best = max(
        (
            asked * float(part.asked.max())
            + several * float(part.several.max())
            + coverage * float(part.source_words.max())
            for part in found
            if len(part.rows)
        ),
        default=-math.inf,
    )
    return 1.0 / (1.0 + math.exp(-(best + offset))) if best > -math.inf else 0.0


def _best(found: Sequence[_Found], k: int, tuning: Tuning) -> tuple[Hit, ...]:
    """The best `k` of all indexes, leaving out passages that say the same as a better one."""
    ranked = sorted(
        (
            (float(part.scores[at]), number, int(at))
            for number, part in enumerate(found)
            for at in np.argsort(-part.scores, kind="stable")[: 4 * k]
        ),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    hits: list[Hit] = []
    kept: list[Floats] = []
    of_source: Counter[tuple[int, int]] = Counter()
    for score, number, at in ranked:
        part = found[number]
        row = int(part.rows[at])
        source = (number, int(part.index.source_of[row]))
        if of_source[source] == max(MOST_OF_SOURCE, k // 2):
            continue
        of_source[source] += 1
        vector = part.index.vectors.rows[row]
        if any(float(vector @ other) > tuning.duplicate_cosine for other in kept):
            continue
        kept.append(vector)
        cosine, coverage = float(part.cosines[at]), float(part.coverage[at])
        hits.append(Hit(part.index.passage(row), score, cosine, coverage))
        if len(hits) == k:
            break
    return tuple(hits)
