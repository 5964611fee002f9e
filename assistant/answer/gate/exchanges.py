"""An Alignment → what speaks against the claim: words, numbers, letters or denials exchanged."""

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from assistant.answer.gate.alignment import (
    NEAR_FROM,
    ORDINALS,
    Alignment,
    Edit,
    Nearness,
    Word,
    align,
    opposed,
    words_in,
)
from assistant.answer.gate.words import lists

__all__ = [
    "align",
    "denials",
    "denials_exchanged",
    "letters_exchanged",
    "numbers_exchanged",
    "opposites_exchanged",
    "words_exchanged",
    "words_in",
]


def opposites_exchanged(found: Alignment) -> float:
    """How firmly a word is held in place where the sentence has its opposite.

    >>> def changed(ours, theirs):
    ...     return align(words_in(ours), words_in(theirs), lambda a, b: 0.0)
    >>> opposites_exchanged(changed("AI is a rise in cost.", "AI is a drop in cost."))
    1.0
    """
    return _firmest(
        edit
        for edit in found.edits
        if any(opposed(a, b) for a in edit.ours for b in edit.theirs)
        and denials(edit.ours) % 2 == denials(edit.theirs) % 2
    )


def numbers_exchanged(
    found: Alignment,
    converted: frozenset[float] = frozenset(),
    numbers: tuple[frozenset[float], frozenset[float]] = (frozenset(), frozenset()),
) -> float:
    """How firmly a number is held in place where the sentence has another one.

    `converted` numbers are the sentence's own in another unit; `numbers` are all of the claim and
    all of the sentence: one from elsewhere in the sentence may stand here, but not in exchange.

    >>> text = words_in("It describes four triggers of cascades.")
    >>> other = align(words_in("It describes seven triggers of cascades."), text, lambda a, b: 0)
    >>> numbers_exchanged(other)
    1.0
    """
    claimed, given = numbers
    return _firmest(
        edit
        for edit in found.edits
        if edit.short
        and (ours := _values(edit.ours) - converted)
        and (theirs := _values(edit.theirs))
        and not ours & theirs
        and (not ours <= given or theirs & claimed)
    )


def _values(words: Sequence[Word]) -> set[float]:
    return {word.value for word in words if word.value is not None}


def words_exchanged(found: Alignment, nearness: Nearness, known: Callable[[Word], bool]) -> float:
    """How firmly a `known` word stands for another that is nothing like it.

    A word that the passage uses elsewhere, for something else, was exchanged; one that it does not
    have may be another way of putting it.

    >>> text = words_in("The technician's tap is the label source.")
    >>> other = align(words_in("The driver's tap is the label source."), text, lambda a, b: 0)
    >>> words_exchanged(other, lambda a, b: 0, lambda word: word.low == "driver's")
    1.0
    """
    return _firmest(edit for edit in found.edits if edit.short and _other(edit, nearness, known))


def _other(edit: Edit, nearness: Nearness, known: Callable[[Word], bool]) -> bool:
    theirs = [word for word in edit.theirs if word.content]
    unlike = (
        word
        for word in edit.ours
        if word.content and all(nearness(word.low, other.low) < NEAR_FROM for other in theirs)
    )
    return bool(theirs) and any(known(word) for word in unlike)


def letters_exchanged(found: Alignment) -> float:
    """How firmly a letter or place ("group B", "the third") stands where another one does."""
    return _firmest(
        edit
        for edit in found.edits
        if edit.short and (ours := _letters(edit.ours)) and (theirs := _letters(edit.theirs))
        if not ours & theirs
    )


def _letters(words: Sequence[Word]) -> set[str]:
    return {
        word.low
        for word in words
        if (len(word.low) == 1 and word.low.isalpha()) or word.low in ORDINALS
    }


def denials_exchanged(found: Alignment) -> float:
    """How firmly the words around hold a denial that is on one side only.

    >>> text = words_in("Handing over a formula does not suffice.")
    >>> other = align(words_in("Handing over a formula may suffice."), text, lambda a, b: 0)
    >>> denials_exchanged(other) > 0.5
    True
    """
    return _firmest(
        edit
        for edit in found.edits
        if edit.short and denials(edit.ours) % 2 != denials(edit.theirs) % 2
    )


def _firmest(edits: Iterable[Edit]) -> float:
    return max((edit.held for edit in edits), default=0.0)


def denials(words: Sequence[Word]) -> int:
    """How many words deny something; "nothing but" denies nothing."""
    negators = lists()["negators"]
    return sum(
        word.low in negators and following != "but"
        for word, following in zip_longest(words, [word.low for word in words[1:]])
        if word is not None
    )
