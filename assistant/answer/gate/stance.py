"""A text → its Stance: its words, and which of them stand under a denial.

A claim and a window of a passage contradict each other when one denies what the other affirms.
"""

from dataclasses import dataclass
from functools import cached_property

from assistant.answer.gate.words import Token, line_of, lists, tokens_of, without_prefix

# Content words after a negator that it is about, and how far they may be from it.
_FOCUS = 2
_REACH = 8
CLAUSE_ENDS = frozenset(",;:.!?()–—")
_CLAUSE_WORDS = frozenset(
    {"but", "because", "so", "if", "when", "unless", "although", "while", "though"}
)
_AUXILIARIES = frozenset(
    {"need", "needs", "needed", "use", "uses", "used", "using", "make", "makes", "making", "get"}
    | {"gets", "want", "wants", "let", "lets", "try"}
)


@dataclass(frozen=True)
class Stance:
    """A text with what its words say yes and no to."""

    text: str
    tokens: tuple[Token, ...]

    @cached_property
    def line(self) -> str:
        """Its words with one space around each."""
        return line_of(self.tokens)

    @cached_property
    def lows(self) -> frozenset[str]:
        """Its words as they stand, folded."""
        return frozenset(token.low for token in self.tokens)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all its words."""
        return frozenset(token.stem for token in self.tokens)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The names of the word lists of which it has a word or phrase."""
        return frozenset(
            name
            for name, (single, longer) in lists().split.items()
            if self.lows & single or any(phrase in self.line for phrase in longer)
        )

    def says(self, *names: str) -> bool:
        """True when it has a word of one of these lists."""
        return not self.kinds.isdisjoint(names)

    @cached_property
    def focuses(self) -> tuple[tuple[int, ...], ...]:
        """For each negator the places of the content words that it denies."""
        return tuple(self._focus(at) for at in self._negators())

    @cached_property
    def denied(self) -> frozenset[int]:
        """The places of content words under an odd number of negators."""
        odd: set[int] = set()
        for focus in self.focuses:
            odd ^= set(focus)
        return frozenset(odd)

    def signs(self, wanted: str) -> set[bool]:
        """Whether the stem occurs affirmed (True), denied (False), or both."""
        return {
            at not in self.denied for at, token in enumerate(self.tokens) if token.stem == wanted
        }

    def _negators(self) -> list[int]:
        words = lists()
        found = []
        for at, token in enumerate(self.tokens):
            pair = f"{token.low} {self.tokens[at + 1].low}" if at + 1 < len(self.tokens) else ""
            if token.low not in words["negators"] and pair not in words["negators"]:
                continue
            ahead = " ".join(after.low for after in self.tokens[at : at + 4])
            behind = " ".join(before.low for before in self.tokens[max(0, at - 2) : at + 1])
            spared = words["not_negating"]
            if not any(ahead.startswith(phrase) or behind.endswith(phrase) for phrase in spared):
                found.append(at)
        return found

    def _focus(self, negator: int) -> tuple[int, ...]:
        focus: list[int] = []
        for at in range(negator + 1, min(negator + 1 + _REACH, len(self.tokens))):
            token = self.tokens[at]
            if token.low in CLAUSE_ENDS or token.low in _CLAUSE_WORDS:
                break
            if token.content and token.low not in _AUXILIARIES:
                focus.append(at)
            if len(focus) == _FOCUS:
                break
        return tuple(focus)


def stance_of(text: str) -> Stance:
    """The stance of plain text."""
    return Stance(text, tokens_of(text))


def denies(claim: Stance, given: Stance) -> bool:
    """True when the claim says no to what the window says yes to, or the other way round.

    >>> window = stance_of("Accuracy is useful when classes are balanced.")
    >>> denies(stance_of("Accuracy is not useful."), window)
    True
    >>> denies(stance_of("Accuracy is useful."), window)
    False
    """
    return _denied_by(claim, given) or _denied_by(given, claim, whole=True)


def denies_softly(claim: Stance, given: Stance) -> bool:
    """As `denies`, where a word such as "missing" may say the same no in another way."""
    ours, theirs = _denied_by(claim, given, softly=True), _denied_by(given, claim, softly=True)
    return ours or theirs


def _denied_by(
    speaker: Stance, other: Stance, *, whole: bool = False, softly: bool = False
) -> bool:
    if softly != other.says("negative"):
        return False
    for focus in speaker.focuses:
        stems = [speaker.tokens[at].stem for at in focus]
        shared = [word for word in stems if word in other.stems]
        against = [word for word in shared if _opposed(word, speaker, other)]
        enough = len(against) == len(shared) if whole else len(against) * 2 >= len(shared)
        if against and enough and len(shared) * 2 >= len(stems):
            return True
    return False


def denies_alone(claim: Stance, given: Stance) -> bool:
    """True when the claim says no to something of its own, and the window says no to nothing."""
    return any(
        focus and not any(claim.tokens[at].stem in given.stems for at in focus)
        for focus in claim.focuses
    ) and not _says_no(given)


def _opposed(word: str, claim: Stance, given: Stance) -> bool:
    ours, theirs = claim.signs(word), given.signs(word)
    return len(ours) == 1 and len(theirs) == 1 and ours != theirs


def _says_no(stance: Stance) -> bool:
    if stance.focuses or stance.says("negators", "negative"):
        return True
    return any(without_prefix(token.low) for token in stance.tokens if token.content)
