"""Text → Tokens: folded words with stems, and the word lists of `catalog/gate_words.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

LISTS = Path(__file__).parents[2] / "catalog" / "gate_words.yaml"

# A word (also with an apostrophe), or a mark that ends or joins clauses.
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*|[,;:.!?()–—]")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`+|~~")
# Words that only hold a sentence together; they are neither compared nor missed.
FUNCTION_WORDS = frozenset(
    # A list literal of two hundred strings would fill ten times the lines.
    """a about above across after again against all almost along already also although always am
    among an and another any anyone anything are around as at away back be because been before
    being below beside besides between both but by can cannot could did do does doing done down
    during each either else ever every everyone everything few for from had has have having he her
    here him his how however i if in instead into is it its itself just less let may me might more
    most much must my neither never no nobody none nor not nothing now of off often on once one
    ones only onto or other others our out over own per perhaps quite rather same shall she should
    since so some something soon still such than that the their theirs them themselves then there
    these they this those though through thus to together too toward towards under unless until up
    upon us very was we were what whatever when where whether which while who whole whom whose why
    will with within without would yet you your yours""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a punctuation mark; `content` words are what a sentence is about."""

    text: str
    low: str
    stem: str
    start: int
    content: bool


@dataclass(frozen=True)
class Lists:
    """The word lists: phrases as they stand, the two sides of opposites as sets of words.

    `participles` gives the stem of the verb to each participle that has another one.
    """

    phrases: Mapping[str, frozenset[str]]
    opposites: tuple[tuple[frozenset[str], frozenset[str]], ...]
    rivals: tuple[frozenset[str], ...]
    participles: Mapping[str, str]

    @cached_property
    def sides(self) -> Mapping[str, tuple[tuple[frozenset[str], frozenset[str]], ...]]:
        """For each stem the lines it stands in, as stems: its own side first, then the other."""
        lines: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
        for pair in self.opposites:
            left, right = (frozenset(map(stem, side)) for side in pair)
            for own, other in ((left - right, right - left), (right - left, left - right)):
                for word in own:
                    lines.setdefault(word, []).append((own, other))
        return {word: tuple(pairs) for word, pairs in lines.items()}

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """For the stem of each rival the number of its line."""
        return {stem(word): at for at, line in enumerate(self.rivals) for word in line}

    @cached_property
    def split(self) -> Mapping[str, tuple[frozenset[str], tuple[str, ...]]]:
        """For each list its single words, and its phrases with a space around each."""
        return {
            name: (
                frozenset(entry for entry in entries if " " not in entry),
                tuple(f" {entry} " for entry in entries if " " in entry),
            )
            for name, entries in self.phrases.items()
        }

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.phrases[name]


@lru_cache(maxsize=1)
def lists() -> Lists:
    """The word lists, read once."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = yaml.load(LISTS.read_text(encoding="utf-8"), Loader=loader)
    pairs, rivals = data.pop("opposites"), data.pop("rivals")
    participles = {form: stem(verb) for form, verb in data.pop("participles").items()}
    return Lists(
        {name: frozenset(entries) for name, entries in data.items()},
        tuple((frozenset(left), frozenset(right)) for left, right in pairs),
        tuple(frozenset(group) for group in rivals),
        participles,
    )


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English stem of a folded word.

    >>> stem("labelling"), stem("labels")
    ('label', 'label')
    """
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def plain(text: str) -> str:
    r"""Text without Markdown's emphasis, on one line.

    >>> plain("**Who**  looks\nat `it`?")
    'Who looks at it?'
    """
    return " ".join(_EMPHASIS.sub("", text).split())


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of plain text, in order.

    >>> [token.low for token in tokens_of("Don't wait: label.") if token.content]
    ['wait', 'label']
    """
    return tuple(_token(found) for found in _TOKEN.finditer(text))


def _token(found: re.Match[str]) -> Token:
    text = found.group()
    low = text.casefold().replace("’", "'")
    bare = low.removesuffix("'s")
    content = (
        low[0].isalpha()
        and bare not in FUNCTION_WORDS
        and not bare.endswith("n't")
        and len(bare) > 1
    )
    return Token(text, low, stem(bare), found.start(), content)


def line_of(tokens: tuple[Token, ...]) -> str:
    """The words with one space around each, for looking up phrases."""
    return f" {' '.join(token.low for token in tokens)} "


# Prefixes that turn a word into its opposite, and how near the two must be: "un-der" is no "der".
_PREFIXES = ("un", "in", "im", "ir", "non", "dis")
_KIN = 0.3


@lru_cache(maxsize=20_000)
def without_prefix(word: str) -> str:
    """The word without a negating prefix, or "" when it has none.

    >>> without_prefix("unlabelled"), without_prefix("information"), without_prefix("under")
    ('labelled', '', '')
    """
    # Late, since meanings are found by stems.
    from assistant.answer.gate.meaning import meanings

    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 3 and meanings().nearness(word, rest) >= _KIN:
            return rest
    return ""
