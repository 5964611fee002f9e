"""The quantities of a claim beside a passage's → numbers it lacks, misuses or has crossed."""

import re
from collections.abc import Sequence
from typing import Literal

from assistant.answer.gate.quantities import NEAR, Quantity, same_size
from assistant.answer.gate.words import stem

Fault = Literal["", "number", "unit"]


def unfounded(
    claimed: Sequence[Quantity], given: Sequence[Quantity], listed: frozenset[int]
) -> Fault:
    """Say whether a number of a sentence is not in the passage, or only with another unit.

    `listed` are the lengths of the passage's lists, which a sentence may count.
    """
    for claim in claimed:
        if any(same_size(claim, other) for other in given):
            continue
        if claim.spelled and claim.value in listed and not claim.dimension:
            continue
        same_value = any(abs(other.value - claim.value) <= NEAR for other in given)
        return "unit" if same_value else "number"
    return ""


def converted(claimed: Sequence[Quantity], given: Sequence[Quantity]) -> bool:
    """Whether a number is only in the passage in another unit, such as 21 days for 3 weeks."""
    for claim in claimed:
        equal = [other for other in given if same_size(claim, other)]
        if equal and not any(abs(other.value - claim.value) <= NEAR for other in equal):
            return True
    return False


def misused(claimed: Sequence[Quantity], given: Sequence[Quantity]) -> int:
    """How many numbers are in the passage, but for something else, or as the other bound."""
    return sum(_misused(claim, given) for claim in claimed)


def _misused(claim: Quantity, given: Sequence[Quantity]) -> bool:
    equal = [other for other in given if same_size(claim, other)]
    if any({claim.bound, other.bound} == {"least", "most"} for other in equal) and not any(
        claim.bound == other.bound for other in equal
    ):
        return True
    if claim.counted and _counted_otherwise(claim, given):
        return True
    things = {other.counted for other in equal}
    if claim.counted and equal and "" not in things and claim.counted not in things:
        return not any(claim.counted in other.around for other in equal)
    # The number that stands where this one does, judged by the words around.
    ours = max((len(claim.around & other.around) for other in equal), default=0)
    rivals = [other for other in given if other.dimension == claim.dimension and other not in equal]
    return any(len(claim.around & other.around) > ours + 1 for other in rivals)


def crossed(claimed: Sequence[Quantity], given: Sequence[Quantity]) -> bool:
    """True when two numbers of a sentence have changed places, judged by the words around them."""
    for at, one in enumerate(claimed):
        for two in claimed[at + 1 :]:
            if one.dimension != two.dimension or same_size(one, two):
                continue
            for first in (other for other in given if same_size(one, other)):
                for second in (other for other in given if same_size(two, other)):
                    straight = len(one.around & first.around) + len(two.around & second.around)
                    turned = len(one.around & second.around) + len(two.around & first.around)
                    if turned > straight + 1:
                        return True
    return False


def _counted_otherwise(claim: Quantity, given: Sequence[Quantity]) -> bool:
    """True when the passage counts the same thing, but never with this number."""
    same = [other for other in given if other.counted == claim.counted]
    return bool(same) and not any(abs(other.value - claim.value) <= NEAR for other in same)


def single(text: str, given: Sequence[Quantity], passage: str) -> bool:
    """True when the text says "one X" where the passage has several X, and never "one"."""
    if re.search(r"(?i)\b(?:one|single)\b", passage):
        return False
    ones = {
        stem(found.lower()) for found in re.findall(r"(?i)\b(?:one|a single) ([^\W\d_]+)", text)
    }
    return any(quantity.counted in ones and quantity.value > 1 for quantity in given)
