"""A claim beside a sentence of a passage → what changed between them, word by word and in order.

A claim that repeats a sentence almost to the letter says something else when one of its words was
exchanged, when a "not" came or went, or when words of two clauses were mixed. The words in between
that did not change show where to look.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from assistant.answer.gate.opposites import facing
from assistant.answer.gate.quantities import NUMBER_WORDS
from assistant.answer.gate.words import FUNCTION_WORDS, lists, stem, without_prefix

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:['’][^\W\d_]+)*")
# Superscripts and the like are digits to Python, but not numbers.
_DIGITS = re.compile(r"\d[\d.,]*")
_MARKS = frozenset(",;:.!?()–—")
# What two words at the same place are worth to an alignment.
SAME, SAME_NUMBER, SAME_SMALL = 1.0, 0.8, 0.25
NEAR, OPPOSED, NUMBERS, OTHER = 0.7, 0.5, 0.4, 0.15
NEAR_FROM = 0.5
# However alike their meanings are, they name different things.
ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth", "sixth", "last"})
SKIP = 0.02
GENERIC = 0.3
# An exchange of longer stretches is another way of putting it rather than a changed word.
LONGEST_EXCHANGE = 3
# A claim that keeps no more of a sentence than this is another sentence.
LOOSE = 0.4
# Words on each side that hold an edit in place.
HOLDING = 2

Nearness = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Word:
    """A word or number of a text; `value` is a number's value, as far as it can be read.

    `opens` and `closes` tell the first and the last word of a part between marks.
    """

    low: str
    stem: str
    content: bool
    value: float | None = None
    weight: float = 1.0
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the claim that stand where the sentence has others; either may be empty.

    `held` says how firmly the rest holds it in place: 1 when the two words before and the two after
    are the same in both texts and so is all the rest of the claim, 0 when hardly anything is.
    """

    ours: tuple[Word, ...]
    theirs: tuple[Word, ...]
    held: float

    @property
    def short(self) -> bool:
        """True when each side is at most a few words: an exchange, not another way to say it."""
        return max(len(self.ours), len(self.theirs)) <= LONGEST_EXCHANGE


@dataclass(frozen=True, slots=True)
class Alignment:
    """The common words of two texts in their common order, and the edits between them.

    `fit` is the weighted share of the claim's words that were kept in place.
    """

    fit: float
    edits: tuple[Edit, ...] = field(default=())


@lru_cache(maxsize=4_000)
def words_in(text: str) -> tuple[Word, ...]:
    """The words and numbers of plain text, in order.

    >>> [word.low for word in words_in("Seven of 1,200 items.") if word.value]
    ['seven', '1,200']
    """
    found = list(_WORD.finditer(text))
    words = []
    for at, match in enumerate(found):
        before = text[found[at - 1].end() if at else 0 : match.start()]
        after = text[match.end() : found[at + 1].start() if at + 1 < len(found) else len(text)]
        words.append(
            replace(
                _word(match.group()),
                opens=at == 0 or not _MARKS.isdisjoint(before),
                closes=at + 1 == len(found) or not _MARKS.isdisjoint(after),
            )
        )
    return tuple(words)


def _word(text: str) -> Word:
    low = text.casefold().replace("’", "'")
    digits = _DIGITS.match(low)
    if digits:
        plain = digits.group().replace(",", "").rstrip(".")
        return Word(low, low, content=False, value=float(plain) if plain.count(".") <= 1 else None)
    if low in NUMBER_WORDS:
        return Word(low, low, content=False, value=NUMBER_WORDS[low])
    bare = low.removesuffix("'s")
    content = bare not in FUNCTION_WORDS and not bare.endswith("n't") and len(bare) > 1
    weight = GENERIC if content and low in lists()["generic"] else 1.0
    return Word(low, stem(bare), content, weight=weight)


def align(claim: Sequence[Word], sentence: Sequence[Word], nearness: Nearness) -> Alignment:
    """Find the common words that weigh most and keep their order, and what lies between them.

    `nearness` says how alike two different content words are, from 0 to 1.
    """
    rows, columns = len(claim), len(sentence)
    worth = [_worths(ours, sentence, nearness) for ours in claim]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        below, here, values = best[i + 1], best[i], worth[i]
        for j in range(columns - 1, -1, -1):
            here[j] = max(below[j + 1] + values[j], below[j], here[j + 1] - SKIP)
    kept: list[tuple[int, int]] = []
    i = j = 0
    while i < rows and j < columns:
        if best[i][j] == best[i + 1][j + 1] + worth[i][j]:
            if worth[i][j] > 0 and _kept(claim[i], sentence[j], nearness):
                kept.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    fit = _weight(claim[i] for i, _ in kept) / max(_weight(claim), 1e-6)
    return Alignment(fit, tuple(_edits(claim, sentence, kept)))


def _weight(words: Iterable[Word]) -> float:
    return sum(word.weight for word in words if word.content or word.value is not None)


def _worths(ours: Word, sentence: Sequence[Word], nearness: Nearness) -> list[float]:
    """What a word of the claim is worth beside each word of the sentence."""
    if ours.value is not None:
        return [_number_worth(ours.value, theirs.value) for theirs in sentence]
    same = SAME if ours.content else SAME_SMALL
    low, content, against = ours.low, ours.content, _against(ours.low)
    row = []
    # Most of a reply's check is spent here, so nothing is called that can be looked up.
    for theirs in sentence:
        if theirs.value is not None:
            row.append(0.0)
        elif ours.stem == theirs.stem:
            row.append(same)
        elif theirs.stem in against or without_prefix(theirs.low) == low:
            row.append(OPPOSED)
        elif content and theirs.content:
            row.append(max(OTHER, NEAR * nearness(low, theirs.low)))
        else:
            row.append(0.0)
    return row


def _number_worth(ours: float, theirs: float | None) -> float:
    if theirs is None:
        return 0.0
    return SAME_NUMBER if ours == theirs else NUMBERS


def _kept(ours: Word, theirs: Word, nearness: Nearness) -> bool:
    if ours.value is not None or theirs.value is not None:
        return ours.value == theirs.value
    if ours.stem == theirs.stem:
        return True
    if ours.low in ORDINALS and theirs.low in ORDINALS:
        return False
    both = ours.content and theirs.content and not opposed(ours, theirs)
    return both and nearness(ours.low, theirs.low) >= NEAR_FROM


def _edits(
    claim: Sequence[Word], sentence: Sequence[Word], kept: Sequence[tuple[int, int]]
) -> list[Edit]:
    """What lies between two kept words; parts of the sentence around the claim are no edits."""
    gaps: list[tuple[int, tuple[Word, ...], tuple[Word, ...]]] = []
    i = j = 0
    for at, (to_i, to_j) in enumerate([*kept, (len(claim), len(sentence))]):
        theirs = tuple(sentence[j:to_j])
        if at == 0 and kept:
            theirs = _last_part(theirs, sentence[to_j])
        elif at == len(kept) and kept:
            theirs = _first_part(theirs, sentence[j - 1])
        if to_i > i or theirs:
            gaps.append((at, tuple(claim[i:to_i]), theirs))
        i, j = to_i + 1, to_j + 1
    total, same = _weight(claim), _weight(claim[i] for i, _ in kept)
    edits = []
    # Where both texts begin or end, that holds as well as words would.
    runs = [-HOLDING, *(at for at, _, _ in gaps), len(kept) + HOLDING]
    for number, (at, ours, theirs) in enumerate(gaps, start=1):
        hold = min(at - runs[number - 1], HOLDING) + min(runs[number + 1] - at, HOLDING)
        rest = same / max(total - _weight(ours), 1e-6)
        closely = max(0.0, rest - LOOSE) / (1.0 - LOOSE)
        edits.append(Edit(ours, theirs, max(0, hold - 1) / (2 * HOLDING - 1) * closely))
    return edits


def _last_part(words: tuple[Word, ...], following: Word) -> tuple[Word, ...]:
    """The words from the last mark on, none when the mark stands right before what follows."""
    if following.opens:
        return ()
    opening = [at for at, word in enumerate(words) if word.opens]
    return words[opening[-1] :] if opening else words


def _first_part(words: tuple[Word, ...], preceding: Word) -> tuple[Word, ...]:
    """The words up to the first mark, none when the mark stands right after what precedes."""
    if preceding.closes:
        return ()
    closing = [at for at, word in enumerate(words) if word.closes]
    return words[: closing[0] + 1] if closing else words


def opposed(ours: Word, theirs: Word) -> bool:
    """True for two words of opposite sense, such as "gain" and "loss", "known" and "unknown"."""
    return theirs.stem in _against(ours.low) or without_prefix(theirs.low) == ours.low


@lru_cache(maxsize=50_000)
def _against(word: str) -> frozenset[str]:
    """The stems that say the opposite, except those that negate it with a prefix of their own."""
    sides = (other for _, other in lists().sides.get(stem(word), ()))
    bare = without_prefix(word)
    return frozenset().union(*sides, map(stem, facing(word)), {stem(bare)} if bare else ())
