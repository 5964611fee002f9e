"""A sentence beside a window of a passage → where it denies, reverses or overstates it."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from assistant.answer.gate.meaning import meanings
from assistant.answer.gate.words import Token, line_of, lists, stem, tokens_of

# Words after a negator that it is about.
_FOCUS = 2
_REACH = 8
_CLAUSE_ENDS = frozenset(",;:.!?()–—")
_CLAUSE_WORDS = frozenset(
    {"but", "because", "so", "if", "when", "unless", "although", "while", "though"}
)
_PREFIXES = ("un", "in", "im", "ir", "non", "dis")
_AUXILIARIES = frozenset(
    stem(word) for word in ("need", "use", "make", "get", "want", "let", "try")
)
_BESIDES = 5
_JOINS = frozenset(
    {"and", "or", "but", "while", "whereas", "because", "so", "if", "when", "which", "that"}
)
_LONGEST_SWAP = 3
# A word and the same with "un" before it are at least as near as this.
_KIN = 0.3
_CONTEXT = 3
_UNLIKE = 0.35


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
            if token.low in _CLAUSE_ENDS or token.low in _CLAUSE_WORDS:
                break
            if token.content and token.stem not in _AUXILIARIES:
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
    words = lists()
    if stance.focuses or stance.lows & words["negators"] or stance.says("negative"):
        return True
    return any(_bare(token.low) for token in stance.tokens if token.content)


@lru_cache(maxsize=20_000)
def _bare(word: str) -> str:
    """The word without a negating prefix, or "" when it has none.

    >>> _bare("unlabelled"), _bare("information"), _bare("under")
    ('labelled', '', '')
    """
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 3 and meanings().nearness(word, rest) >= _KIN:
            return rest
    return ""


def reverses(claim: Stance, given: Stance) -> bool:
    """True when the claim has the opposite of a word of the window in its place.

    >>> reverses(stance_of("Costs rise with size."), stance_of("Costs fall with size."))
    True
    >>> reverses(stance_of("Costs do not rise."), stance_of("Costs fall."))
    False
    """
    sides = lists().sides
    for at, token in enumerate(claim.tokens):
        if token.stem in given.stems:
            continue
        affirmed = at not in claim.denied
        for own, other in sides.get(token.low, ()):
            if own & given.lows or _stems(own) & given.stems:
                continue
            theirs = [low for low in other & given.lows if low not in claim.lows]
            if theirs and any(affirmed in given.signs(stem(low)) for low in theirs):
                return True
        if _prefix_flipped(token, affirmed, given) or _under_for_over(token, given):
            return True
    return any(
        _prefix_flipped(token, at not in given.denied, claim)
        for at, token in enumerate(given.tokens)
        if token.stem not in claim.stems
    )


def swaps_modifier(claim: Stance, given: Stance) -> bool:
    """True for "small gains" beside "large gains", wherever else the window has "small".

    >>> window = stance_of("Large gains for little extra load.")
    >>> swaps_modifier(stance_of("Little gains for large extra load."), window)
    True
    """
    sides = lists().sides
    theirs = _modifiers(given)
    for at, token in enumerate(claim.tokens):
        following = _next_content(claim.tokens, at)
        beside = theirs.get(following, frozenset()) if following else frozenset()
        for own, other in sides.get(token.low, ()):
            if beside & other and not beside & own and at not in claim.denied:
                return True
    return False


def _modifiers(stance: Stance) -> dict[str, frozenset[str]]:
    """For each stem the words that stand before it."""
    found: dict[str, set[str]] = {}
    for at, token in enumerate(stance.tokens):
        following = _next_content(stance.tokens, at)
        if following:
            found.setdefault(following, set()).add(token.low)
    return {word: frozenset(before) for word, before in found.items()}


def _next_content(tokens: Sequence[Token], at: int) -> str:
    for token in tokens[at + 1 : at + 3]:
        if token.low in _CLAUSE_ENDS:
            break
        if token.content:
            return token.stem
    return ""


def rival_named(claim: Stance, given: Stance) -> int:
    """How many words stand where the window has another of their kind: "weeks" for "days"."""
    kinds = lists().kinds
    count = 0
    for at, token in enumerate(claim.tokens):
        kind = kinds.get(token.stem)
        # The unit of a number is compared with the number.
        measured = at > 0 and claim.tokens[at - 1].low[0].isdigit()
        if kind is None or measured or token.stem in given.stems:
            continue
        theirs = {word.stem for word in given.tokens if kinds.get(word.stem) == kind}
        count += bool(theirs - claim.stems)
    return count


def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words)


_PAIRS = (
    ("under", "over"),
    ("in", "de"),
    ("pre", "post"),
    ("up", "down"),
    ("inter", "intra"),
    ("macro", "micro"),
)


def _under_for_over(token: Token, given: Stance) -> bool:
    """True for "underconfident" where the window has "overconfident"."""
    for left, right in _PAIRS:
        for own, other in ((left, right), (right, left)):
            rest = token.low.removeprefix(own)
            if rest != token.low and len(rest) > 3 and other + rest in given.lows:
                return True
    return False


def _prefix_flipped(token: Token, affirmed: bool, other: Stance) -> bool:
    """True for "unlabelled" where the other text only has "labelled", with the same sign."""
    bare = _bare(token.low) if token.content else ""
    signs = {at not in other.denied for at, word in enumerate(other.tokens) if word.low == bare}
    return bool(bare) and affirmed in signs


def overstatements(claim: Stance, given: Stance) -> dict[str, bool]:
    """In which ways the claim is more general or more certain than the window.

    >>> window = stance_of("Some users correct their labels.")
    >>> overstatements(stance_of("All users correct their labels."), window)["universal"]
    True
    """
    words = lists()

    def only_ours(kind: str, *allowed: str) -> bool:
        return claim.says(kind) and not given.says(kind, *allowed)

    weak = given.says("hedges")
    return {
        "universal": only_ours("universal"),
        "any": only_ours("any"),
        "exclusive": only_ours("exclusive", "excluding"),
        "certain": only_ours("certain"),
        "none_at_all": only_ours("none_at_all", "negators"),
        "necessary": only_ours("necessary"),
        "necessary_weak": weak and only_ours("necessary"),
        "frequent": only_ours("frequent", "universal") and weak,
        "unhedged": weak and not claim.says("weak"),
        "quantified": _quantified_otherwise(claim, given),
    }


def _quantified_otherwise(claim: Stance, given: Stance) -> bool:
    """True for "all attempts" beside "most realistic attempts"."""
    words = lists()
    strong = words["universal"] | words["frequent"]
    ours = _quantified(claim, strong)
    theirs = _quantified(given, words["hedges"] | words["frequent"] | words["universal"])
    rank = {word: 1 for word in words["hedges"]} | {word: 2 for word in words["frequent"]}
    for noun, word in ours.items():
        if noun in theirs and rank.get(word, 3) > rank.get(theirs[noun], 3):
            return True
    return False


def _quantified(stance: Stance, quantifiers: frozenset[str]) -> dict[str, str]:
    """Each noun with the quantifier at most two words before it."""
    found: dict[str, str] = {}
    for at, token in enumerate(stance.tokens):
        if token.low in quantifiers:
            for after in stance.tokens[at + 1 : at + 4]:
                if after.content:
                    found.setdefault(after.stem, token.low)
    return found


# Word between two things, and whether what stands before it is the greater, the earlier or the
# better one.
_PIVOTS = {
    "than": True,
    "before": True,
    "after": False,
    "outperforms": True,
    "outperform": True,
    "beats": True,
    "beat": True,
    "exceeds": True,
    "exceed": True,
    "outweighs": True,
    "outweigh": True,
    "replaces": True,
    "precedes": True,
    "follows": False,
    "instead": True,
}
_LESSER = frozenset(
    {
        "less",
        "fewer",
        "lower",
        "smaller",
        "cheaper",
        "worse",
        "slower",
        "weaker",
        "shorter",
        "easier",
        "later",
        "rather",
    }
)


def turns_round(claim: Stance, given: Stance) -> bool:
    """True when two things that are compared have changed places.

    >>> window = stance_of("A miss costs more than a false alarm.")
    >>> turns_round(stance_of("A false alarm costs more than a miss."), window)
    True
    >>> turns_round(stance_of("A false alarm costs less than a miss."), window)
    False
    """
    ours, theirs = _pivots(claim), _pivots(given)
    for kind, left, right in ours:
        for other_kind, other_left, other_right in theirs:
            if kind != other_kind:
                continue
            straight = len(left & other_left) + len(right & other_right)
            crossed = len(left & other_right) + len(right & other_left)
            if crossed > straight and left & other_right and right & other_left:
                return True
    return False


def _pivots(stance: Stance) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """For each comparison its kind and the stems of its two sides, the greater side first."""
    found = []
    for at, token in enumerate(stance.tokens):
        if token.low not in _PIVOTS:
            continue
        left, right = _side(stance.tokens[:at][::-1]), _side(stance.tokens[at + 1 :])
        greater = _PIVOTS[token.low]
        if token.low == "than":
            before = {word.low for word in stance.tokens[max(0, at - 4) : at]}
            greater = not before & _LESSER
        if token.low == "instead" and not stance.line.count(" instead of "):
            continue
        kind = "time" if token.low in ("before", "after", "precedes", "follows") else "size"
        found.append((kind, left, right) if greater else (kind, right, left))
    return found


def _side(tokens: Sequence[Token]) -> frozenset[str]:
    stems = []
    for token in tokens:
        if token.low in ";:.!?()":
            break
        if token.content:
            stems.append(token.stem)
        if len(stems) == _BESIDES:
            break
    return frozenset(stems)


def invents_cause(claim: Stance, given: Stance) -> bool:
    """True when the claim says why, and the window has nothing that could say so."""
    words = lists()
    return claim.says("causes") and not given.says("causes")


def replaced(claim: Stance, given: Stance) -> int:
    """How many words stand in the place of quite another one, in words that are the same.

    >>> replaced(stance_of("The nurse's tap is the label."), stance_of("The engine's tap is the label."))
    1
    """
    ours = [token for token in claim.tokens if token.low[0].isalnum()]
    theirs = [token for token in given.tokens if token.low[0].isalnum()]
    matcher = SequenceMatcher(
        None, [t.stem for t in ours], [t.stem for t in theirs], autojunk=False
    )
    codes = matcher.get_opcodes()
    count = 0
    for at, (kind, a, b, c, d) in enumerate(codes):
        if kind != "replace" or b - a > _LONGEST_SWAP or d - c > _LONGEST_SWAP:
            continue
        before = codes[at - 1][2] - codes[at - 1][1] if at else 1
        after = codes[at + 1][2] - codes[at + 1][1] if at + 1 < len(codes) else 1
        if before + after >= _CONTEXT and min(before, after) >= 1:
            count += _unlike(ours[a:b], theirs[c:d])
    return count


def _unlike(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """True when both have content, and no word of one is near a word of the other."""
    new = tuple(token.low for token in ours if token.content)
    old = tuple(token.low for token in theirs if token.content)
    if not new or not old:
        return False
    near = meanings().rows(new) @ meanings().rows(old).T
    return float(near.max()) < _UNLIKE


def subjects_moved(claim: Stance, given: Stance) -> int:
    """How many clauses begin with what another clause of the window is about.

    >>> window = stance_of("An agent chooses its next steps; a workflow fixes the steps in code.")
    >>> subjects_moved(stance_of("An agent fixes the steps in code."), window)
    1
    """
    theirs = _parts(given)
    count = 0
    for part in _parts(claim):
        shared = [word for word in part if word in given.stems]
        if len(shared) < 2:
            continue
        subject, rest = shared[0], set(shared[1:])
        fitting = [other for other in theirs if rest <= set(other)]
        heads = {other[0] for other in fitting} - rest
        moved = not any(subject in other for other in fitting)
        count += bool(fitting) and moved and bool(heads & claim.stems)
    return count


def _parts(stance: Stance) -> list[list[str]]:
    """The content stems of each clause, in order."""
    parts: list[list[str]] = [[]]
    for token in stance.tokens:
        if token.low in _CLAUSE_ENDS or token.low in _JOINS:
            parts.append([])
        elif token.content:
            parts[-1].append(token.stem)
    return [part for part in parts if part]
