"""What a person typed → its questions: split, spelled as the indexes spell, in one language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.errors import InputInvalid
from assistant.index import (
    STOP_WORDS,
    Index,
    common_alike,
    common_words,
    fold,
    stems_of,
    words_of,
)

QUESTION_LIMIT = 32_000
MOST_QUESTIONS = 3
# Below this a word is too short to tell a slip from another word.
SHORTEST_CORRECTED = 4
# Among the words of about this rank stand "should" and "people", likelier meant than a term.
COMMONEST = 4_000
_ENDINGS = ("s", "es", "d", "ed", "ing", "r", "er", "or", "ors", "ers", "ly")
GLOSSARY = Path(__file__).parents[1] / "catalog" / "glossary.yaml"

# A full stop ends a sentence only before a space: "0.1 %" stays whole.
_SENTENCE = re.compile(r"(?:[^.!?。！？؟\n]|[.!?](?=\S))+[.!?。！？؟]*")
_ASKS = re.compile(r"[?？؟]")
_LETTERS = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[A-Za-z\d]+")
_NAME = re.compile(r"\b\w*(?:[A-Z]\w*[A-Z]|\d)\w*")
# Of the hundred languages that are told apart: those with a glossary, and those that are better
# named than taken for one of them.
_TRANSLATED = frozenset(
    ["ar", "de", "es", "fa", "fr", "it", "ja", "nl", "pl", "pt", "ru", "tr", "zh"]
)
_NAMED = frozenset(
    ["bg", "cs", "da", "el", "fi", "he", "hi", "hu", "id", "ko", "no", "ro", "sv", "th", "uk", "ur"]
)
# Nats by which a language must beat English; terse English reaches 7, "model cards" as Spanish.
_CLEARLY = 8.0
_OTHER_SCRIPTS = frozenset({"ar", "fa", "ja", "ru", "zh"})
_UNSPACED = frozenset({"zh", "ja"})
_LEAST_UNDERSTOOD = 0.25
_LONGER = re.compile(r"[^\W\d_]{5,}")
# Hiragana mostly is grammar.
_LONGER_UNSPACED = re.compile(r"[^\W\d_\u3040-\u309f]{2,}")
# Words, besides the stop words, that a question about anything may have.
_ANY_SUBJECT = frozenset(
    ["answers", "cost", "difference", "improve", "large", "long", "new", "percent", "start"]
)
# Keyboards write the same Persian or Arabic letter in two ways.
_SAME_LETTERS = str.maketrans("يىكة", "ییکه")
# The fewest letters of a term that is looked for inside words, where words are joined.
_INSIDE = {"de": 6, "nl": 6, "zh": 1, "ja": 1}
# "and", "in", "like", "for" and "the", which Arabic writes together with the word.
_ATTACHED = {"ar": "(?:[وف]?(?:[بک]?ال|لل|[بل])?)"}


@dataclass(frozen=True, slots=True)
class Understood:
    """One question; `search` is what is looked for, `language` an ISO 639-1 code."""

    asked: str
    search: str
    language: str
    corrected: bool
    translated: bool


def understand(text: str, indexes: Sequence[Index]) -> tuple[Understood, ...]:
    """The questions in `text`, at most three; raise InputInvalid for nothing or far too much."""
    cleaned = text.strip()
    if not any(character.isalnum() for character in cleaned):
        raise InputInvalid(
            "There is no question in this text.", remedy="Ask in a sentence.", code="empty_question"
        )
    if len(cleaned.encode()) > QUESTION_LIMIT:
        raise InputInvalid(
            f"The question has more than {QUESTION_LIMIT:,} bytes.",
            remedy="Ask in fewer words, or add the text as a file and ask about it.",
            code="question_too_long",
        )
    language = language_of(cleaned)
    return tuple(_one(part, language, indexes) for part in split_questions(cleaned))


def _one(asked: str, language: str, indexes: Sequence[Index]) -> Understood:
    translated = translate(asked, language) if language != "en" else asked
    spelled = correct_spelling(translated, indexes)
    return Understood(
        asked=asked,
        search=spelled,
        language=language,
        corrected=spelled != translated,
        translated=translated != asked,
    )


def split_questions(text: str) -> list[str]:
    """The separate questions in a text; one that says too little alone stays with the one before.

    >>> split_questions("What is drift? And how do I detect drift in images?")
    ['What is drift?', 'And how do I detect drift in images?']
    >>> split_questions("We label by hand. Is that enough? Why?")
    ['We label by hand. Is that enough? Why?']
    """
    sentences = [found.group().strip() for found in _SENTENCE.finditer(text)]
    sentences = [sentence for sentence in sentences if sentence]
    if sum(1 for sentence in sentences if _ASKS.search(sentence)) < 2:
        return [text]
    parts: list[str] = []
    background: list[str] = []
    for sentence in sentences:
        if not _ASKS.search(sentence):
            background.append(sentence)
        elif parts and len(set(words_of(sentence))) < 2:
            parts[-1] = " ".join([parts[-1], *background, sentence])
            background = []
        else:
            parts.append(" ".join([*background, sentence]))
            background = []
    if background:
        parts[-1] = " ".join([parts[-1], *background])
    if len(parts) > MOST_QUESTIONS:
        return [*parts[: MOST_QUESTIONS - 1], " ".join(parts[MOST_QUESTIONS - 1 :])]
    return parts


def language_of(text: str) -> str:
    """The language of a question, `en` unless there is clear evidence for another.

    >>> [language_of(text) for text in ("overfitting?", "Was ist Überanpassung?", "Quanto costa?")]
    ['en', 'de', 'it']
    """
    words = re.findall(r"[^\W\d_]+", text.casefold())
    foreign_script = sum(not word.isascii() for word in words) > len(words) / 3
    # Two common English words in five are enough.
    if not foreign_script and sum(word in STOP_WORDS for word in words) >= 0.4 * len(words):
        return "en"
    if "¿" in text:
        return "es"
    import py3langid

    # Out of all its languages it takes terse English for Latin, and Portuguese for Galician.
    ours = _TRANSLATED | _NAMED | {"en"}
    likely = {str(code): float(score) for code, score in py3langid.rank(text) if code in ours}
    best = max(likely, key=lambda code: likely[code])
    least = _CLEARLY if best in _TRANSLATED else 2 * _CLEARLY
    return best if likely[best] - likely["en"] >= least else "en"


def translate(text: str, language: str) -> str:
    """The English terms for the subject words of a question, by the glossary of its language.

    A word-for-word help for search, not a translation to show; the text itself when too little
    of it is understood.
    Names, abbreviations and numbers stay as they are.

    >>> translate("Wie oft die Kundendaten auf EC2 prüfen?", "de")
    'how often personal data tests EC2'
    """
    terms = _glossary().get(language)
    if terms is None:
        return text
    spaced = _spaced(text)
    # A guess from one word in many would be answered, though nothing is known of its subject.
    if _share_understood(spaced, terms, language) < _LEAST_UNDERSTOOD:
        return text
    found = [match[match.lastindex or 0] for match in _pattern(language).finditer(spaced)]
    name = _LATIN if language in _OTHER_SCRIPTS else _NAME
    kept = [word for word in name.findall(text) if fold(word) not in found]
    return " ".join(dict.fromkeys([*(terms[term] for term in found), *kept]))


def _share_understood(text: str, terms: Mapping[str, str], language: str) -> float:
    """The share of the letters of longer words that has an English term, 0 without a subject."""
    pattern = _pattern(language)
    found = [match[match.lastindex or 0] for match in pattern.finditer(text)]
    words = {term: words_of(terms[term]) for term in found}
    if all(_ANY_SUBJECT.issuperset(part) for part in words.values()):
        return 0.0
    known = sum(len(term) for term in found if words[term])
    longer = _LONGER_UNSPACED if language in _UNSPACED else _LONGER
    unknown = sum(len(word) for word in longer.findall(pattern.sub(" ", text)))
    return known / (known + unknown)


def _spaced(text: str) -> str:
    """Folded words with one space between; Arabic and Persian letters of one sound are one.

    >>> _spaced("L'étiquette"), _spaced("برچسب\u200cها") == _spaced("برچسب ها")
    ('l etiquette', True)
    """
    return " ".join(_LETTERS.findall(fold(text).translate(_SAME_LETTERS)))


@lru_cache(maxsize=1)
def _glossary() -> dict[str, dict[str, str]]:
    import yaml

    # The C loader reads the long file in a tenth of the time; not every build of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, dict[str, str]] = yaml.load(GLOSSARY.read_text(encoding="utf-8"), Loader=loader)
    return {
        language: {_spaced(term): english for term, english in terms.items()}
        for language, terms in data.items()
    }


@lru_cache
def _pattern(language: str) -> re.Pattern[str]:
    """Finds terms at the beginning of words, and long ones where the language joins words."""
    terms = sorted(_glossary()[language], key=len, reverse=True)
    stems = "|".join(term for term in terms if len(term) > 3)
    whole = "|".join(term for term in terms if len(term) <= 3)
    pattern = rf"\b{_ATTACHED.get(language, '')}(?:({stems})|({whole})\b)"
    if language in _INSIDE:
        inside = "|".join(term for term in terms if len(term) >= _INSIDE[language])
        pattern += f"|({inside})"
    return re.compile(pattern)


def correct_spelling(question: str, indexes: Sequence[Index]) -> str:
    """The question with words that nobody knows replaced by the one written almost alike.

    Known is what an index holds and what is ordinary English. Only lower-case words of four letters
    and more are looked at, so names and abbreviations stay; a word of the subject is preferred.
    """
    common = common_words()
    unknown = [
        word
        for word in dict.fromkeys(words_of(question))
        if len(word) >= SHORTEST_CORRECTED and word.isalpha() and word.isascii()
        if not _is_english(word, common)
        if not any(index.words.knows(stems_of(word)[0]) for index in indexes)
    ]
    if not unknown:
        return question
    corrected = question
    for word in unknown:
        better = _closest(word, indexes, common)
        if better is not None:
            corrected = re.sub(rf"\b{word}\b", better, corrected)
    return corrected


def _is_english(word: str, common: dict[str, int]) -> bool:
    """Whether a word is ordinary English, an inflection of it, or two such words in one.

    >>> [_is_english(word, common_words()) for word in ("predictors", "gearboxes", "imbalenced")]
    [True, True, False]
    """
    if word in common:
        return True
    stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
    if any(len(stem) >= SHORTEST_CORRECTED and stem in common for stem in stems):
        return True
    splits = ((word[:at], word[at:]) for at in range(3, len(word) - 2))
    return any(first in common and second in common for first, second in splits)


def _closest(word: str, indexes: Sequence[Index], common: dict[str, int]) -> str | None:
    """The likeliest word at the least distance: one slip, from eight letters on two."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    limit = 1 if len(word) < 8 else 2
    likely = [
        (initial, length)
        for initial in sorted(set(word[:2]))
        for length in range(max(len(word) - limit, SHORTEST_CORRECTED), len(word) + limit + 1)
    ]
    subject = {form for index in indexes for key in likely for form in index.words.alike(*key)}
    near = subject.union(*(common_alike(*key) for key in likely))
    scorer = DamerauLevenshtein.distance
    found = process.extract(word, near, scorer=scorer, score_cutoff=limit, limit=None)
    ranked = sorted(
        (int(distance), form not in subject, common.get(form, len(common)), form)
        if common.get(form, len(common)) > COMMONEST
        else (int(distance), False, common[form], form)
        for form, distance, _ in found
        if form.isalpha()
    )
    return ranked[0][3] if ranked else None
