"""Sentences → what speaks against taking them as statements about the person's own project."""

import re
from collections.abc import Iterator, Sequence

from assistant.prefill.patterns import Guard, Lore
from assistant.prefill.sentences import Sentence

# Guards that speak against a whole sentence; "negation" is looked at for each match.
WHOLE: tuple[Guard, ...] = ("hypothesis", "others", "past", "orders", "unsure")
_CLAUSE = re.compile(
    r"[;–—]|,? (?:but|whereas|while|however)\b|, (?:and|so|which|because|we|it|the)\b|\. "
)
_FOLLOWS_ON = re.compile(r"(?:they|their|its?|the app|he|she|his|her)\b", re.IGNORECASE)
_SENDER = re.compile(r"from:\s", re.IGNORECASE)


def guarded(
    sentences: Sequence[Sentence], lore: Lore
) -> Iterator[tuple[Sentence, frozenset[Guard]]]:
    """Each sentence with the guards against it; questions are left out.

    A sentence about somebody else goes on in the next one when that begins with "they".
    """
    others_before = False
    foreign_sender = False
    block: object = None
    for sentence in sentences:
        text = sentence.text
        if sentence.flow is not block:
            others_before, block = False, sentence.flow
        if _SENDER.match(text):
            foreign_sender = bool(lore.foreign_senders.search(text))
        found = {guard for guard in WHOLE if lore.guards[guard].search(text)}
        foreign = foreign_sender or bool(lore.foreign_headings.search(sentence.heading))
        if foreign or (others_before and _FOLLOWS_ON.match(text)):
            found.add("others")
        others_before = "others" in found
        if not text.rstrip("\"”')").endswith("?"):
            yield sentence, frozenset(found)


def negated(text: str, start: int, end: int, lore: Lore, *, inside: bool) -> bool:
    """Whether `text[start:end]` is denied by a word before it in its clause, or `inside` it."""
    before = text[max(0, start - 80) : start]
    cuts = [found.end() for found in _CLAUSE.finditer(before)]
    clause = before[cuts[-1] :] if cuts else before
    words = clause + text[start:end] if inside else clause
    return bool(lore.guards["negation"].search(words))
