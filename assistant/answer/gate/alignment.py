"""A claim beside a sentence of a passage → what changed between them, word by word and in order.

A claim that repeats a sentence almost to the letter says something else when one of its words was
exchanged, when a "not" came or went, or when words of two clauses were mixed. The words in between
that did not change show where to look.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from assistant.answer.gate.quantities import NUMBER_WORDS
from assistant.answer.gate.opposites import faces
from assistant.answer.gate.words import FUNCTION_WORDS, lists, stem, without_prefix

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:['’][^\W\d_]+)*")
# What two words at the same place are worth to an alignment.
SAME, SAME_NUMBER, SAME_SMALL = 1.0, 0.8, 0.25
NEAR, OPPOSED, NUMBERS, OTHER = 0.7, 0.5, 0.4, 0.15
NEAR_FROM = 0.5
SKIP = 0.02
GENERIC = 0.3
# An exchange of longer stretches is another way of putting it rather than a changed word.
LONGEST_EXCHANGE = 3

Nearness = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Word:
    """A word or number of a text; `value` is a number's value, as far as it can be read."""

    low: str
    stem: str
    content: bool
    value: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the claim that stand where the sentence has others; either may be empty."""

    ours: tuple[Word, ...]
    theirs: tuple[Word, ...]


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
    return tuple(_word(found.group()) for found in _WORD.finditer(text))


def _word(text: str) -> Word:
    low = text.casefold().replace("’", "'")
    if low[0].isdigit():
        digits = re.match(r"[\d.,]+", low)
        plain = (digits.group() if digits else low).replace(",", "").rstrip(".")
        value = float(plain) if plain.count(".") <= 1 else None
        return Word(low, low, content=False, value=value)
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
    worth = [[_worth(ours, theirs, nearness) for theirs in sentence] for ours in claim]
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
    telling = sum(_weight(word) for word in claim)
    held = sum(_weight(claim[i]) for i, _ in kept)
    return Alignment(held / max(telling, 1e-6), tuple(_edits(claim, sentence, kept)))


def _weight(word: Word) -> float:
    return word.weight if word.content or word.value is not None else 0.0


def _worth(ours: Word, theirs: Word, nearness: Nearness) -> float:
    if ours.value is not None or theirs.value is not None:
        if ours.value is None or theirs.value is None:
            return 0.0
        return SAME_NUMBER if ours.value == theirs.value else NUMBERS
    if ours.stem == theirs.stem:
        return SAME if ours.content else SAME_SMALL
    if opposed(ours, theirs):
        return OPPOSED
    if not (ours.content and theirs.content):
        return 0.0
    return max(OTHER, NEAR * nearness(ours.low, theirs.low))


def _kept(ours: Word, theirs: Word, nearness: Nearness) -> bool:
    if ours.value is not None or theirs.value is not None:
        return ours.value == theirs.value
    if ours.stem == theirs.stem:
        return True
    both = ours.content and theirs.content and not opposed(ours, theirs)
    return both and nearness(ours.low, theirs.low) >= NEAR_FROM


def _edits(
    claim: Sequence[Word], sentence: Sequence[Word], kept: Sequence[tuple[int, int]]
) -> list[Edit]:
    """What lies between two kept words, with the edges of both texts as such."""
    edits = []
    i = j = 0
    for to_i, to_j in [*kept, (len(claim), len(sentence))]:
        ours, theirs = tuple(claim[i:to_i]), tuple(sentence[j:to_j])
        if ours or theirs:
            edits.append(Edit(ours, theirs))
        i, j = to_i + 1, to_j + 1
    return edits


def opposed(ours: Word, theirs: Word) -> bool:
    """True for two words of opposite sense, such as "gain" and "loss", "known" and "unknown"."""
    if any(theirs.low in other for _, other in lists().sides.get(ours.low, ())):
        return True
    pair = (ours.low, theirs.low)
    return _negates(*pair) or _negates(*pair[::-1]) or faces(*pair)


@lru_cache(maxsize=20_000)
def _negates(word: str, other: str) -> bool:
    return word.endswith(other) and without_prefix(word) == other


# -- what an alignment says against a claim


def opposites_exchanged(found: Alignment) -> int:
    """How many edits have a word and its opposite on their two sides.

    >>> def changed(ours, theirs):
    ...     return align(words_in(ours), words_in(theirs), lambda a, b: 0.0)
    >>> opposites_exchanged(changed("AI is a rise in cost.", "AI is a drop in cost."))
    1
    """
    return sum(
        any(opposed(a, b) for a in edit.ours for b in edit.theirs)
        and denials(edit.ours) % 2 == denials(edit.theirs) % 2
        for edit in found.edits
    )


def numbers_exchanged(found: Alignment) -> int:
    """How many edits have a number where the sentence has another one.

    >>> text = "It describes four triggers of cascades."
    >>> other = align(words_in("It names seven triggers."), words_in(text), lambda a, b: 0.0)
    >>> numbers_exchanged(other)
    1
    """
    return sum(
        bool(ours and theirs and not ours & theirs)
        for ours, theirs in (
            ({w.value for w in e.ours} - {None}, {w.value for w in e.theirs} - {None})
            for e in found.edits
        )
    )


def words_exchanged(found: Alignment, nearness: Nearness) -> float:
    """The weight of content words that stand for others which are nothing like them.

    >>> text = "The technician's tap is the label source."
    >>> other = align(words_in("The driver's tap is the label source."), words_in(text), _unlike)
    >>> words_exchanged(other, _unlike)
    1.0
    """
    total = 0.0
    for edit in found.edits:
        ours = [word for word in edit.ours if word.content]
        theirs = [word for word in edit.theirs if word.content]
        if not ours or not theirs or max(len(ours), len(theirs)) > LONGEST_EXCHANGE:
            continue
        unlike = [w for w in ours if all(nearness(w.low, t.low) < NEAR_FROM for t in theirs)]
        total += sum(word.weight for word in unlike)
    return total


def denials_exchanged(found: Alignment) -> int:
    """How many edits have a denial on one side only.

    >>> text = "Handing over a formula does not suffice."
    >>> other = align(words_in("Handing over a formula may suffice."), words_in(text), _unlike)
    >>> denials_exchanged(other)
    1
    """
    return sum(denials(edit.ours) % 2 != denials(edit.theirs) % 2 for edit in found.edits)


def limits_lost(found: Alignment) -> int:
    """How many limiting words ("only", "some", "until") of the sentence the claim has dropped."""
    return sum(
        len({w.low for w in e.theirs} & lists()["limits"])
        - len({w.low for w in e.ours} & lists()["limits"])
        > 0
        for e in found.edits
    )


def limits_added(found: Alignment) -> int:
    """How many limiting words the claim has of its own."""
    return sum(
        len({w.low for w in e.ours} & lists()["limits"])
        - len({w.low for w in e.theirs} & lists()["limits"])
        > 0
        for e in found.edits
    )


def inserted(found: Alignment) -> float:
    """The greatest weight of content words that came in at one place without replacing any."""
    return max(
        (
            sum(w.weight for w in e.ours if w.content)
            for e in found.edits
            if not any(w.content for w in e.theirs)
        ),
        default=0.0,
    )


def denials(words: Sequence[Word]) -> int:
    """How many words deny something."""
    return sum(word.low in lists()["negators"] for word in words)


def _unlike(_ours: str, _theirs: str) -> float:
    """A nearness for texts whose words have nothing in common."""
    return 0.0
