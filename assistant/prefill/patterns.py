"""`catalog/prefill/*.yaml` → the patterns, keys and guards that facts are found by.

A pattern is a regular expression with shorthands: `{money}` stands for a mention of that kind (see
`mentions`) with its limit, `{amount}` for any number, `…` for up to five words, `~` for up to 60
characters of the clause, and «…» marks the value. Without «» the value is the first mention, or the
whole sentence for a fact that is told in prose.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import DataInvalid
from assistant.prefill.mentions import KINDS, sign, slot

FOLDER = Path(__file__).parents[1] / "catalog" / "prefill"
Model = TypeVar("Model", bound=BaseModel)
Grade = Literal["certain", "strong", "fair", "weak"]
Guard = Literal["hypothesis", "others", "past", "orders", "unsure", "negation"]
GUARDS: tuple[Guard, ...] = get_args(Guard)
_GAP = r"(?: [^ ]+){0,5}?"
_CLAUSE = r"[^.;:!?]{0,60}?"
_SLOT = re.compile(r"\{(" + "|".join([*KINDS, "amount"]) + r")\}")


class _Entry(BaseModel):
    """One entry of a file of patterns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: str
    when: list[str] = []
    choose: dict[str, list[str]] = {}
    unless: list[str] = []
    under: list[str] = []
    asked: list[str] = []
    even: list[Guard] = []
    most_seconds: float | None = None
    grade: Grade = "strong"


class _Confidence(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    certain: float
    strong: float
    fair: float
    weak: float


class _Settings(BaseModel):
    """`settings.yaml`: what is no pattern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    guards: dict[Guard, list[str]]
    ours: list[str]
    teaching: list[str]
    teaching_from: int
    addressed: list[str]
    addressed_from: int
    foreign_headings: list[str]
    foreign_senders: list[str]
    empty_values: list[str]
    no_names: list[str]
    confidence: _Confidence
    notice_from: Annotated[float, Field(ge=0, le=1)]
    meaning_from: float
    meaning_margin: float
    idea_words: int
    idea: list[str]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that state a fact; `choice` is the value they stand for, "" when it is in them.

    `signs` stand in every sentence that can match; `negative` says that the words deny something,
    and `names` that a person is among them. A duration longer than `most_seconds` is not meant.
    """

    fact: str
    words: re.Pattern[str]
    choice: str
    grade: Grade
    negative: bool
    names: bool
    unless: re.Pattern[str] | None
    under: re.Pattern[str] | None
    asked: re.Pattern[str] | None
    even: frozenset[Guard]
    signs: frozenset[str]
    most_seconds: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Lore:
    """Everything the folder says; `keys` maps a key in small letters to the facts it can be of.

    `meaning` has sentences that state a fact, and under "other" some that state none of them.
    """

    patterns: tuple[Pattern, ...]
    keys: Mapping[str, tuple[str, ...]]
    guards: Mapping[Guard, re.Pattern[str]]
    ours: re.Pattern[str]
    teaching: re.Pattern[str]
    teaching_from: int
    addressed: re.Pattern[str]
    addressed_from: int
    foreign_headings: re.Pattern[str]
    foreign_senders: re.Pattern[str]
    empty_values: re.Pattern[str]
    no_names: frozenset[str]
    confidence: Mapping[str, float]
    notice_from: float
    meaning_from: float
    meaning_margin: float
    idea_words: int
    idea: re.Pattern[str]
    meaning: Mapping[str, tuple[str, ...]]

    def of(self, fact: str) -> tuple[Pattern, ...]:
        """The patterns of one fact."""
        return tuple(pattern for pattern in self.patterns if pattern.fact == fact)


@cache
def load_lore(folder: Path = FOLDER) -> Lore:
    """Read the folder once; raise DataInvalid that names the file and the entry."""
    settings = checked("settings.yaml", _Settings, read_data(folder / "settings.yaml"))
    patterns: list[Pattern] = []
    for path in sorted((folder / "patterns").glob("*.yaml")):
        for entry in read_data(path):
            patterns += _patterns(checked(path.name, _Entry, entry), path.name, settings)
    keys: dict[str, tuple[str, ...]] = {}
    for fact, names in read_data(folder / "keys.yaml").items():
        for name in names:
            keys[bare_key(name)] = (*keys.get(bare_key(name), ()), fact)
    return Lore(
        tuple(patterns),
        keys,
        {guard: _any_of(settings.guards[guard], "settings.yaml") for guard in GUARDS},
        _any_of(settings.ours, "settings.yaml"),
        _any_of(settings.teaching, "settings.yaml"),
        settings.teaching_from,
        _any_of(settings.addressed, "settings.yaml"),
        settings.addressed_from,
        _any_of(settings.foreign_headings, "settings.yaml"),
        _any_of(settings.foreign_senders, "settings.yaml"),
        _any_of(settings.empty_values, "settings.yaml"),
        frozenset(word for line in settings.no_names for word in line.split()),
        settings.confidence.model_dump(),
        settings.notice_from,
        settings.meaning_from,
        settings.meaning_margin,
        settings.idea_words,
        _any_of(settings.idea, "settings.yaml"),
        {fact: tuple(lines) for fact, lines in read_data(folder / "meaning.yaml").items()},
    )


def bare_key(name: str) -> str:
    """A key without case, numbering and signs.

    >>> bare_key("3. Out-of-scope "), bare_key("**Budget (EUR)")
    ('out of scope', 'budget')
    """
    words = re.sub(r"\(.{0,40}\)", " ", name.casefold())
    return " ".join(re.sub(r"[^\w&/]+", " ", re.sub(r"^[\d.\s]+", "", words)).split())


def _patterns(entry: _Entry, file: str, settings: _Settings) -> list[Pattern]:
    negation = _any_of(settings.guards["negation"], "settings.yaml")
    worded = [("", words) for words in entry.when]
    worded += [(value, words) for value, lines in entry.choose.items() for words in lines]
    return [
        Pattern(
            entry.fact,
            _compiled(words, file),
            choice,
            entry.grade,
            bool(negation.search(re.sub(r"\\b|[()?:\[\]]", " ", words))),
            "{person}" in words,
            _any_of(entry.unless, file) if entry.unless else None,
            _any_of(entry.under, file) if entry.under else None,
            _any_of(entry.asked, file) if entry.asked else None,
            frozenset(entry.even),
            frozenset(_needed_signs(words)),
            entry.most_seconds,
        )
        for choice, words in worded
    ]


def _needed_signs(words: str) -> set[str]:
    """The signs of mentions outside of any alternative: most sentences lack them.

    >>> len(_needed_signs("«{money}» (?:a|per) month")), len(_needed_signs("(?:{money}|free)"))
    (1, 0)
    """
    bare = re.sub(r"\([^()]*\|[^()]*\)", "", words)
    if "|" in re.sub(r"\([^()]*\)", "", bare) or "?" in re.sub(r"\(\?:", "", bare):
        bare = re.sub(r"\([^()]*\)\??", "", bare)
    found = [kind for kind in _SLOT.findall(bare) if kind in KINDS]
    return {sign(kind) for kind in KINDS if kind in found}


def _compiled(words: str, file: str) -> re.Pattern[str]:
    """The regular expression that a line of a file stands for.

    >>> bool(_compiled("budget … of", "x").search("the budget for all of"))
    True
    """
    written = _SLOT.sub(lambda found: slot(found[1]), words)
    written = (
        written.replace("«", "(?P<v>").replace("»", ")").replace(" …", _GAP).replace("~", _CLAUSE)
    )
    begin = r"(?<!\w)" if re.match(r"[\w(«{]", words) else ""
    end = r"(?!\w)" if re.search(r"[\w)»]$", words) else ""
    try:
        return re.compile(f"{begin}(?:{written}){end}", re.IGNORECASE)
    except re.error as error:
        raise DataInvalid(
            f"{file}: {words!r} is no pattern: {error}.", remedy="Correct the file."
        ) from error


def _any_of(lines: list[str], file: str) -> re.Pattern[str]:
    if not lines:
        return re.compile(r"(?!)")
    return re.compile("|".join(_compiled(line, file).pattern for line in lines), re.IGNORECASE)


def read_data(path: Path) -> Any:
    """The data of a file of the folder; raise DataInvalid."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DataInvalid(
            f"{path.name} cannot be read ({type(error).__name__}).", remedy="Correct the file."
        ) from error


def checked(file: str, model: type[Model], entry: Any) -> Model:
    """The entry in its form; raise DataInvalid that names file, fact and field."""
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "entry"
        name = entry.get("fact", "") if isinstance(entry, dict) else ""
        raise DataInvalid(
            f"{file} {name}: {field}: {first['msg']}.", remedy="Correct the file."
        ) from error
