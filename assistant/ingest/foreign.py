"""Units of one document → runs that do not belong to the rest of it.

The measure is the document itself, never the product's subject. A run of neighbouring units is
foreign when three things hold: its vectors are far from the rest, measured by how close the rest's
units are to each other; it shares few of its words with the rest, measured in the same way; and
what remains is most of the document and one whole. A newsletter or a handbook of several subjects
has no such rest, so nothing of it is held back. Language is no reason: units in another language
than the document's, code, formulas and tables of figures are left out of the reckoning.

The thresholds were set on the dev split of `evals/foreign_parts.py`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.passages import Passage

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
Floats = NDArray[np.float64]

_NEAREST = 3  # a unit's link to the rest is its mean similarity to so many nearest units
_FOREIGN = 0.75  # the score under which a run at the start or end is foreign
_FOREIGN_INSIDE = 0.58  # the same for a run between own units: strangers sit at the edges
_TIE = 0.6  # a similarity below this part of the usual one parts two units
_WORDS_WEIGHT = 0.75  # of shared words beside similarity in the score
_NAMED_BONUS = 0.35  # for a run under the name of a usual part of documents
_FAR = 0.34  # a run with a greater mean similarity to its nearest units is never foreign
_SHARE = 0.42  # the largest share of a document that can be foreign to it
_HALF = 0.55  # the largest share looked at: a rest that falls in halves is no measure
_COHESION = 0.27  # the least similarity that holds a rest together
_REST_UNITS = 4  # a smaller rest is no measure
_PROSE = 0.5  # the least share of letters in words that makes a unit prose
_COARSE = 1_200  # units beyond which neighbours are taken together
_TRIES = 8
_READ = (
    500  # characters of a unit that are encoded: its beginning tells its subject at half the cost
)

_WORD = re.compile(r"[^\W\d_]{4,}")
_FENCED = re.compile(r"```.*?(?:```|\Z)|\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_LONG = re.compile(r"[^\W\d_]{3,}")
_USUAL_PARTS = re.compile(
    r"\b(?:appendix|annex|glossary|abbreviations|acknowledge?ments?|about (?:the|us|me)|authors?"
    r"|biograph|bibliography|references|further reading|legal|law|compliance|data protection"
    r"|contact|history|changelog|summary|conclusion|faq|budget|costs?|prices|background"
    r"|introduction|agenda|licen[cs]e)",
    re.IGNORECASE,
)
# Words that any two English texts share; sharing them says nothing.
_COMMON_WORDS = """
about above after again agains almost alone along alread also althou always among anothe anythi
around away back becaus become been before begin behind being below best better betwee both
bring call came cannot case come could countr daily does done down during each early either else
enough even ever every exampl find first five four from full gave give given goes going gone
good great half hand have having held help here high hour hours howeve inside instea into itself
just keep kept kind know large last late later least leave left less like little live long
longer look made main make many mean might month months more most much must name near need never
next nobody nothin number often once ones only open other others ours outsid over part people
place point possib right same second seen severa should show side since small some someth soon
still such sure take taken tell than that their them then there these they thing things third
this those though three throug time times today togeth told took toward turn twice under until
upon used uses using very want week weeks well went were what when where which while whole whose
will with within withou work would write year years your days differ free line minute ready read
start stop true usual water whethe
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class ForeignRun:
    """Units `first` to `last` of a document, both included, with the measures that decided."""

    first: int
    last: int
    similarity: float
    words: float

    @property
    def score(self) -> float:
        """Near 1.75 for a run like the rest, near 0 for one that has nothing to do with it."""
        return self.similarity + _WORDS_WEIGHT * self.words


@dataclass(frozen=True, slots=True)
class _Matter:
    """What the reckoning needs of the units that take part in it."""

    numbers: tuple[int, ...]  # positions of these units in the document
    headings: tuple[str, ...]
    words: tuple[frozenset[str], ...]
    sizes: Floats
    vectors: Floats
    alike: Floats  # similarity of every two units, shape (units, units)


def foreign_runs(units: Sequence[Passage], encode: Encode) -> list[ForeignRun]:
    """Find the runs of units that do not belong to the document, in order, often none."""
    matter = _matter(units, encode)
    if matter is None:
        return []
    found: list[ForeignRun] = []
    active = np.ones(len(matter.numbers), dtype=bool)
    blocked = np.zeros(len(matter.numbers), dtype=bool)
    for _ in range(_TRIES):
        span = _weakest_tie(matter, active, blocked)
        if span is None:
            break
        span = _one_whole(matter, active, *span)
        run = _measure(matter, active, *span)
        if run is None:
            blocked[span[0] : span[1] + 1] = True
            continue
        active[span[0] : span[1] + 1] = False
        found.append(run)
        blocked[:] = False  # what a stranger held up may stand out now
    held = float(matter.sizes[~active].sum())
    if held > _SHARE * float(matter.sizes.sum()):
        return []  # no dominant rest: the document is about several things
    return sorted(found, key=lambda run: run.first)


def _matter(units: Sequence[Passage], encode: Encode) -> _Matter | None:
    languages = Counter[str]()
    for unit in units:
        languages[unit.language] += len(unit.text)
    usual = languages.most_common(1)[0][0] if languages else ""
    chosen = [
        number
        for number, unit in enumerate(units)
        if unit.language in (usual, "und") and _is_prose(unit.text)
    ]
    if len(chosen) <= _REST_UNITS:
        return None
    taking = [units[number] for number in chosen]
    step = -(-len(taking) // _COARSE)
    vectors = np.asarray(encode([_shown(unit) for unit in taking]), dtype=np.float64)
    groups = range(0, len(taking), step)
    pooled = np.stack([vectors[low : low + step].mean(axis=0) for low in groups])
    pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
    alike = pooled @ pooled.T
    np.fill_diagonal(alike, 0.0)
    texts = ["\n".join(unit.text for unit in taking[low : low + step]) for low in groups]
    return _Matter(
        numbers=tuple(chosen[low] for low in groups),
        headings=tuple(taking[low].heading for low in groups),
        words=tuple(telling_words(text) for text in texts),
        sizes=np.array([len(text) for text in texts], dtype=np.float64),
        vectors=pooled,
        alike=alike,
    )


def _shown(unit: Passage) -> str:
    heading = unit.heading.rsplit(" › ", 1)[-1]
    return (f"{heading}. {unit.text}" if heading else unit.text)[:_READ]


def _is_prose(text: str) -> bool:
    """Whether a unit is words for the most part: code, formulas and figures have no subject."""
    prose = _FENCED.sub(" ", text)
    return sum(map(len, _LONG.findall(prose))) > _PROSE * len("".join(text.split()))


def telling_words(text: str) -> frozenset[str]:
    """Beginnings of the words that can tell a subject, so that "planner" meets "planning"."""
    return frozenset(word[:6] for word in _WORD.findall(text.lower())) - _COMMON


def _weakest_tie(
    matter: _Matter, active: NDArray[np.bool_], blocked: NDArray[np.bool_]
) -> tuple[int, int] | None:
    """The run whose ties to the rest fall most below what is usual, None when none does.

    For a run R the gain is the sum over pairs (inside, outside) of (tie - similarity), where `tie`
    is a part of the document's usual similarity: own units lower it, foreign units raise it. All
    runs are reckoned from two-dimensional running sums.
    """
    count = len(active)
    pairs = np.outer(active, active)
    np.fill_diagonal(pairs, False)
    rows = pairs.sum(axis=1)
    means = (matter.alike * pairs).sum(axis=1) / np.maximum(rows, 1)
    tie = _TIE * float(np.median(means[active])) if active.any() else 0.0
    gain = np.where(pairs, tie - matter.alike, 0.0)
    sums = np.zeros((count + 1, count + 1))
    sums[1:, 1:] = gain.cumsum(axis=0).cumsum(axis=1)
    sizes = np.concatenate([[0.0], (matter.sizes * active).cumsum()])
    usable = np.concatenate([[0], (blocked | ~active).cumsum()])
    best, where = 1e-9, None
    for length in range(1, count):
        low = np.arange(0, count - length + 1)
        high = low + length
        all_pairs = sums[high, count] - sums[low, count]
        inner = sums[high, high] - sums[low, high] - sums[high, low] + sums[low, low]
        value = all_pairs - inner
        value[(usable[high] - usable[low]) > 0] = -np.inf
        value[(sizes[high] - sizes[low]) > _HALF * sizes[-1]] = -np.inf
        index = int(value.argmax())
        if value[index] > best:
            best, where = float(value[index]), (index, index + length - 1)
    return where


def _one_whole(
    matter: _Matter, active: NDArray[np.bool_], first: int, last: int
) -> tuple[int, int]:
    """Split a run where its own two sides are strangers, and keep the side farther from the rest.

    A stranger beside an unusual section of the document's own would otherwise take it along.
    """
    outside = active.copy()
    outside[first : last + 1] = False
    tie = _TIE * float(np.median(matter.alike[np.ix_(outside, outside)])) if outside.any() else 0.0
    while last > first:
        ties = [
            float(matter.alike[first : cut + 1, cut + 1 : last + 1].mean())
            for cut in range(first, last)
        ]
        cut = first + int(np.argmin(ties))
        if ties[cut - first] >= tie:
            break
        left = float(matter.alike[first : cut + 1, outside].mean())
        right = float(matter.alike[cut + 1 : last + 1, outside].mean())
        first, last = (first, cut) if left <= right else (cut + 1, last)
    return first, last


def _measure(
    matter: _Matter, active: NDArray[np.bool_], first: int, last: int
) -> ForeignRun | None:
    """Measure a run against the rest; None when it belongs."""
    inside = np.zeros(len(active), dtype=bool)
    inside[first : last + 1] = True
    rest = np.flatnonzero(active & ~inside)
    run = np.flatnonzero(active & inside)
    if len(rest) < _REST_UNITS:
        return None
    weights = matter.sizes[run] / matter.sizes[run].sum()
    link = float(_links(matter.alike[np.ix_(run, rest)]) @ weights)
    usual = float(np.median(_links(matter.alike[np.ix_(rest, rest)])))
    if link > _FAR or usual < _COHESION:
        return None
    shared, usually = _shared_words(matter.words, run, rest)
    found = ForeignRun(
        matter.numbers[first], matter.numbers[last], link / usual, shared / max(usually, 0.05)
    )
    named = any(_USUAL_PARTS.search(matter.headings[number].rsplit(" › ", 1)[-1]) for number in run)
    edge = first <= rest[0] or last >= rest[-1]
    bar = (_FOREIGN if edge else _FOREIGN_INSIDE) - named * _NAMED_BONUS
    return found if found.score < bar else None


def _links(alike: Floats) -> Floats:
    """Mean similarity of each row to its nearest columns; shape (rows,)."""
    nearest = np.sort(alike, axis=1)[:, -_NEAREST:]
    return np.asarray(nearest.mean(axis=1), dtype=np.float64)


def _shared_words(
    words: Sequence[frozenset[str]], run: Iterable[int], rest: Iterable[int]
) -> tuple[float, float]:
    """Share of the run's words that the rest has, and the same for a usual unit of the rest."""
    known = Counter(word for number in rest for word in words[number])
    own = frozenset[str]().union(*(words[number] for number in run))
    shared = sum(word in known for word in own) / max(1, len(own))
    usual = [
        sum(known[word] > 1 for word in words[number]) / len(words[number])
        for number in rest
        if words[number]
    ]
    return shared, float(np.median(usual)) if usual else 0.0
