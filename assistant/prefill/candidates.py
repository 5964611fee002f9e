"""Sentences and patterns → candidates: a fact, the words that state it, and how surely they do."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.errors import InputInvalid
from assistant.facts import Amount, Catalogue, Fact, Value, parse_value
from assistant.prefill.guards import guarded, negated
from assistant.prefill.mentions import Marked, is_sign, mark, with_bound
from assistant.prefill.patterns import Grade, Guard, Lore, Pattern, bare_key
from assistant.prefill.sentences import Sentence

PROSE = frozenset({"long_text"})
FEWEST_WORDS = 2
REPEATED = 5  # how often the words of a sentence are repeated before it is none
_WORDS = re.compile(r"[^\W\d_]{2,}")
_TIDY = re.compile(r"^[\s,;:.–—-]+|[\s,;:–—-]+$")
# Spellings that people use and the fact parser, which reads what is typed as an answer, does not.
_RESPELT = (
    (re.compile(r"(\d) ?k ?(?=[A-Z]{3}\b)"), r"\1k "),
    (re.compile(r"\bper ?cents\b", re.IGNORECASE), "percent"),
    (re.compile(r"\bapproximatively\b", re.IGNORECASE), "approximately"),
    (re.compile(r"(?<=\d) (?=\d{3}\b)"), ""),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value for a fact and where its words stand in the source."""

    fact: str
    value: Value
    start: int
    end: int
    grade: Grade
    rung: str = "patterns"


def by_patterns(
    sentences: Sequence[Sentence], catalogue: Catalogue, lore: Lore, *, ours: bool
) -> Iterator[Candidate]:
    """Everything that a pattern finds.

    `ours` says that the text is about a project of its own; otherwise only sentences count that
    say "we" or "our".
    """
    patterns = [pattern for pattern in lore.patterns if pattern.fact in catalogue]
    for said, against in _worth_reading(sentences, lore, ours=ours):
        plain, named = mark(said.text), mark(said.text, strangers=lore.no_names)
        here: list[Candidate] = []
        signs = {sign for sign in named.text if is_sign(sign)}
        for pattern in patterns:
            if not pattern.signs <= signs:
                continue
            marked = named if pattern.names else plain
            found = _match(pattern, said, marked, lore)
            if found and _may(pattern, said, against):
                candidate = _candidate(catalogue[pattern.fact], pattern, said, found)
                if candidate:
                    here.append(candidate)
        yield from _joined(here, catalogue)


def _joined(candidates: Sequence[Candidate], catalogue: Catalogue) -> Iterator[Candidate]:
    """The candidates of one sentence; what several choices of a fact say, it says together."""
    several: dict[str, Candidate] = {}
    for one in candidates:
        before = several.get(one.fact)
        if catalogue[one.fact].type != "choices":
            yield one
        elif before is None:
            several[one.fact] = one
        elif isinstance(before.value, tuple) and isinstance(one.value, tuple):
            both = tuple(dict.fromkeys([*map(str, before.value), *map(str, one.value)]))
            start, end = min(before.start, one.start), max(before.end, one.end)
            several[one.fact] = replace(before, value=both, start=start, end=end)
    yield from several.values()


def _worth_reading(
    sentences: Sequence[Sentence], lore: Lore, *, ours: bool
) -> Iterator[tuple[Sentence, frozenset[Guard]]]:
    """The sentences that may state something, each once; a text may repeat one a thousand times."""
    seen: set[tuple[str, str, str]] = set()
    keys = Counter(sentence.key for sentence in sentences)
    for sentence, against in guarded(sentences, lore):
        said = _without_speaker(sentence, lore, again=keys[sentence.key] > 1)
        key = (said.text, said.heading, said.asked)
        words = _WORDS.findall(said.text)
        empty = len(words) < FEWEST_WORDS or len(words) > REPEATED * len(set(words))
        if key in seen or empty or not (ours or lore.ours.search(said.text)):
            continue
        seen.add(key)
        yield said, against


def _without_speaker(sentence: Sentence, lore: Lore, *, again: bool) -> Sentence:
    """The sentence without the name of who says it: "Dr. Okafor: About 35 a day.".

    A name has capitals, or stands before a colon again and again.
    """
    key = re.sub(r"\(.*\)", "", sentence.key)
    named = again or all(word[:1].isupper() for word in key.split())
    if not key or not named or bare_key(key) in lore.keys:
        return sentence
    return replace(sentence, start=sentence.start + sentence.after_key, key="", after_key=0)


def _may(pattern: Pattern, sentence: Sentence, against: frozenset[Guard]) -> bool:
    """Whether nothing around the words speaks against the pattern."""
    if against - pattern.even:
        return False
    if pattern.under and not pattern.under.search(sentence.heading):
        return False
    if pattern.asked and not pattern.asked.search(sentence.asked):
        return False
    return not (pattern.unless and pattern.unless.search(sentence.text))


@dataclass(frozen=True, slots=True)
class _Found:
    """The words of a match and of its value, as spans of the sentence."""

    start: int
    end: int
    value_start: int
    value_end: int


def _match(pattern: Pattern, sentence: Sentence, marked: Marked, lore: Lore) -> _Found | None:
    for found in pattern.words.finditer(marked.text):
        if found.end() == found.start():
            continue
        start, end = marked.span(*found.span())
        if negated(sentence.text, start, end, lore, inside=not pattern.negative):
            continue
        if "v" in found.re.groupindex and found["v"] is not None:
            value = marked.span(*found.span("v"))
        else:
            value = _first_mention(found, marked, sentence.text) or (start, end)
        return _Found(start, end, *value)
    return None


def _first_mention(found: re.Match[str], marked: Marked, text: str) -> tuple[int, int] | None:
    for at in range(*found.span()):
        if is_sign(marked.text[at]):
            start, end = marked.span(at, at + 2)
            return with_bound(text, start), end
    return None


def _candidate(fact: Fact, pattern: Pattern, sentence: Sentence, found: _Found) -> Candidate | None:
    whole = fact.type in PROSE and "v" not in pattern.words.groupindex
    if whole:
        begin, end = sentence.after_key, len(sentence.text)
        if found.end <= begin:
            begin = 0
        words = sentence.text[begin:end]
        start, end = trimmed(sentence.text, begin, end)
    else:
        words = sentence.text[found.value_start : found.value_end]
        start, end = trimmed(sentence.text, found.start, found.end)
    value = read_value(fact, pattern.choice or words)
    if value is None or start >= end or _too_long(value, pattern.most_seconds):
        return None
    return Candidate(fact.id, value, *sentence.span(start, end), pattern.grade)


def _too_long(value: Value, most: float | None) -> bool:
    return most is not None and isinstance(value, Amount) and value.seconds > most


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks and loose punctuation at its ends."""
    while start < end and text[start] in " ,;:–—-":
        start += 1
    while end > start and text[end - 1] in " ,;:–—-":
        end -= 1
    return start, end


def read_value(fact: Fact, words: str) -> Value | None:
    """The value that the fact's parser reads; None when it cannot."""
    words = _TIDY.sub("", words)
    for wanted, spelt in _RESPELT:
        words = wanted.sub(spelt, words)
    try:
        return parse_value(fact, words)
    except InputInvalid:
        return None
