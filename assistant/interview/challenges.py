"""An answer and `catalog/interview/challenges.yaml` → the one question that a vague answer gets."""

import functools
import re
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.errors import DataInvalid
from assistant.facts import Fact, FactType, Person, Value

FILE = Path(__file__).parents[1] / "catalog" / "interview" / "challenges.yaml"
# Answers in a person's own words; the others are chosen, or are an amount when they can be read.
FREE: tuple[FactType, ...] = ("text", "long_text", "list", "table")
MEASURED: tuple[FactType, ...] = ("number", "quantity", "percent", "money", "duration", "date")
Words = Annotated[str, Field(min_length=1)]

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_NAME = re.compile(r"(?<=[\w,:(] )[A-Z]\w+|\b[A-Z]{2,}\b")
_CHOSEN = ("yes_no", "choice", "choices")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Signal(_Strict):
    """What makes an answer good enough; exactly one of the fields."""

    number: bool = False
    reads_as_name: bool = False
    words: list[Words] = []
    words_at_least: int = 0
    beyond: list[Words] = []

    @model_validator(mode="after")
    def _one(self) -> "_Signal":
        if len(self.model_fields_set) != 1:
            raise ValueError("names one signal each")
        return self


class _Kind(_Strict):
    id: Words
    satisfied_by: list[_Signal] = Field(min_length=1)
    say: Words


class _Vague(_Strict):
    words: list[Words] = Field(min_length=1)
    say: Words
    example: Words
    about: list[Words] = []
    alone: bool = False

    def concerns(self, fact: Fact) -> bool:
        """Whether the words are vague as an answer to this fact's question."""
        return not self.about or not {fact.id, fact.id.split(".")[0]}.isdisjoint(self.about)


class _Short(_Strict):
    types: list[FactType]
    fewer_than: int
    say: Words


class _Challenges(_Strict):
    number_words: list[Words]
    complete: list[Words]
    fillers: list[Words]
    long_answer: int
    short: _Short
    kinds: list[_Kind]
    vague: list[_Vague]


def challenge(fact: Fact, raw: str, value: Value | None) -> str | None:
    """What to ask back about a vague answer, with an example; None when it says enough.

    `value` is the answer as it was read, None when an amount or a date could not be read from it.
    """
    if fact.type in _CHOSEN or not raw.strip():
        return None
    data = _challenges()
    text = " ".join(raw.split())
    if _plain(text) in {_plain(one) for one in data.complete}:
        return None
    if fact.type in MEASURED:
        return None if value is not None else _vague(fact, text, data) or _no_number(fact, text)
    return _unmet(fact, text, value, data) or _vague(fact, text, data) or _short(fact, text, data)


def challenge_kinds() -> frozenset[str]:
    """The kinds of challenge that a fact may name."""
    return frozenset(kind.id for kind in _challenges().kinds)


def _unmet(fact: Fact, text: str, value: Value | None, data: _Challenges) -> str | None:
    """The challenge of the first kind that the fact names and the answer does not meet."""
    for kind in data.kinds:
        if kind.id not in fact.challenge:
            continue
        vague = _vague(fact, text, data)
        if not any(_meets(signal, fact, text, value) for signal in kind.satisfied_by):
            return vague or kind.say.format(example=_example(fact))
    return None


def _meets(signal: _Signal, fact: Fact, text: str, value: Value | None) -> bool:
    if signal.number:
        return has_number(text)
    if signal.reads_as_name:
        return _NAME.search(text) is not None
    if signal.words:
        return _found(signal.words, text) is not None
    if signal.words_at_least:
        return len(_WORD.findall(text)) >= signal.words_at_least
    said = [text]
    if fact.type == "people" and isinstance(value, tuple):
        said = [f"{one.name} {one.role}" for one in value if isinstance(one, Person)]
    return any(_rest(one, signal.beyond) for one in said)


def _vague(fact: Fact, text: str, data: _Challenges) -> str | None:
    """The challenge of a vague word that the answer hangs on."""
    if fact.type not in FREE and fact.type not in MEASURED:
        return None
    short = len(_WORD.findall(text)) <= data.long_answer
    for entry in data.vague:
        if not entry.concerns(fact):
            continue
        if entry.alone:
            word = _found(entry.words, text) if not _rest(text, entry.words) else None
        else:
            word = _unmeasured(entry.words, text) if short else None
        if word is not None:
            said = entry.say.format(word=word)
            return f"{said} For example: “{entry.example}”"
    return None


def _unmeasured(words: list[str], text: str) -> str | None:
    """The first of the words in a sentence that has no number."""
    for sentence in _SENTENCE.split(text):
        word = _found(words, sentence)
        if word is not None and not has_number(sentence):
            return word
    return None


def _short(fact: Fact, text: str, data: _Challenges) -> str | None:
    rule, words = data.short, len(_WORD.findall(text))
    if fact.type not in rule.types or words >= rule.fewer_than:
        return None
    # "45 days" may say it all; a bare "2" does not.
    if words > 1 and has_number(text):
        return None
    return rule.say.format(example=_example(fact))


def _no_number(fact: Fact, text: str) -> str | None:
    """For an amount that could not be read because there is none in it."""
    kind = next((kind for kind in _challenges().kinds if kind.id in fact.challenge), None)
    if kind is None or has_number(text):
        return None
    return kind.say.format(example=_example(fact))


def _example(fact: Fact) -> str:
    return " ".join(fact.example.split())


def has_number(text: str) -> bool:
    """Whether there is a number in it, in digits or words.

    >>> has_number("half of them"), has_number("1 in 200"), has_number("most of them")
    (True, True, False)
    """
    if re.search(r"\d", text):
        return True
    return _found(_challenges().number_words, text) is not None


def _found(words: list[str], text: str) -> str | None:
    """The one of the words that stands in the text, as it is written there."""
    found = _any_of(tuple(words)).search(text)
    return found.group() if found else None


def _rest(text: str, words: list[str]) -> list[str]:
    """What is left of the text without these words and those that add nothing."""
    bare = _any_of((*words, *_challenges().fillers)).sub(" ", text)
    return _WORD.findall(bare)


@functools.lru_cache(maxsize=128)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for any of the words, the longest first; `cost*` stands for what begins so."""
    forms = sorted(words, key=len, reverse=True)
    parts = (re.escape(one.rstrip("*")) + (r"\w*" if one.endswith("*") else "") for one in forms)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])", re.IGNORECASE)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


@functools.cache
def _challenges() -> _Challenges:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data: Any = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)
        return _Challenges.model_validate(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _invalid(f"cannot be read ({type(error).__name__})") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _invalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _invalid(problem: str) -> DataInvalid:
    return DataInvalid(f"{FILE.name}: {problem}.", remedy="Correct the file.")
