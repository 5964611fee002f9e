"""A person's words → parts of sentences: capitals, full stops and joins, nothing else changed.

A person's text is only ever a value: braces, markup and code in it stay what they are.
"""

import functools
import re
from collections.abc import Mapping, Sequence

from assistant.facts import load_catalogue

PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")
_END = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")
_INNER_END = re.compile(r"[.!?…][\"'”’)]*\s+\S")
_LIST_LINE = re.compile(r"\s*(?:[-*+•–—]\s|\(?\d{1,2}[.)]\s)")
# A phrase that is longer, in letters, does not fit into a sentence.
PHRASE_LIMIT = 160
# An item with more words, or more items or letters than these, make a list of bullets.
WORDS_LIMIT, ITEMS_LIMIT, LINE_LIMIT = 6, 6, 200
# Items with more words than this are parts of sentences, which "and" would join wrongly.
NAME_LIMIT = 3
Words = frozenset[str]
# Names that begin the label of an answer.
_NAMES = frozenset({"Brier"})


def own_words(text: str) -> tuple[str, ...]:
    r"""A person's paragraphs, each with a capital in front and a full stop behind.

    A line of a list stays a line; other line breaks within a paragraph are only layout.

    >>> own_words("we lose money\non cards\n\nsee {{ 7*7 }}")
    ('We lose money on cards.', 'See {{ 7*7 }}.')
    """
    paragraphs: list[str] = []
    for chunk in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in chunk.split("\n") if line.strip()]
        listed = sum(bool(_LIST_LINE.match(line)) for line in lines) > 1
        paragraphs += lines if listed else [" ".join(lines)]
    return tuple(ended(capital(one)) for one in paragraphs if one)


def capital(text: str) -> str:
    """The text with a capital in front, unless its first word is a name such as iPhone.

    >>> capital("fraud"), capital("iPhone users"), capital("data.csv shows"), capital("ß")
    ('Fraud', 'iPhone users', 'data.csv shows', 'ß')
    """
    word = re.match(r"\S*", text)
    plain = word is not None and re.fullmatch(r"[^\W\d_]+[,;:.!?]*", word.group())
    if not plain or not text[0].islower() or text[1:2].isupper() or len(text[0].upper()) > 1:
        return text
    return text[0].upper() + text[1:]


def ended(text: str) -> str:
    """The text with a full stop, unless it has an end already.

    >>> ended("We lose money"), ended("Why?"), ended('He said "stop."')
    ('We lose money.', 'Why?', 'He said "stop."')
    """
    return text if _END.search(text) else f"{text}."


def phrase(text: str, common: Words | None = None) -> str | None:
    """The text as it fits into the middle of a sentence, or None when it is sentences itself.

    `common` are words that may begin with a small letter; the catalogue's without it.

    >>> phrase("The analysts."), phrase("Mira's team"), phrase("We check. Then we pay.")
    ('the analysts', "Mira's team", None)
    """
    line = text.strip()
    if line.endswith(".") and not line.endswith("..") and line.count(".") == 1:
        line = line[:-1]
    if not line or "\n" in line or len(line) > PHRASE_LIMIT or _END.search(line):
        return None
    return None if _INNER_END.search(line) else small(line, common)


def small(text: str, common: Words | None = None) -> str:
    """The text with a small letter in front where its first word is a common one."""
    word = re.match(r"[^\W\d_]+(?=[\s,;.-]|$)", text)
    if word is None or not re.fullmatch(r"[A-Z][a-z]*", word.group()) or word.group() == "I":
        return text
    known = word.group().lower() in (common_words() if common is None else common)
    return text[0].lower() + text[1:] if known else text


def lowered(label: str) -> str:
    """A label with a small letter in front, unless it begins with an abbreviation.

    >>> lowered("Non-goals"), lowered("GPUs")
    ('non-goals', 'GPUs')
    """
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def plainly(label: str) -> str:
    """The label of an answer as it stands within a sentence; names keep their capital.

    >>> plainly("Time series"), plainly("European Union"), plainly("PR-AUC"), plainly("Brier score")
    ('time series', 'European Union', 'PR-AUC', 'Brier score')
    """
    words = label.split()
    named = any(word[0].isupper() for word in words[1:]) or words[0] in _NAMES
    return label if named else lowered(label)


@functools.cache
def common_words() -> Words:
    """Words that the catalogue of facts writes with a small letter."""
    texts: list[str] = []
    for fact in load_catalogue():
        texts += [fact.question, fact.example, fact.help, *(one.label for one in fact.options)]
        texts.append(fact.label[:1].lower() + fact.label[1:])
    return small_words("\n".join(texts)) | {"the", "a", "an", "all", "any", "every", "each", "our"}


def small_words(text: str) -> Words:
    """The words that the text writes with a small letter."""
    return frozenset(re.findall(r"(?<![\w.-])[a-z]+(?![\w-])", text))


def together(items: Sequence[str]) -> str:
    """Items as one enumeration; semicolons where an item has a comma of its own.

    >>> together(["a"]), together(["a", "b", "c"]), together(["a, b", "c"])
    ('a', 'a, b and c', 'a, b; c')
    """
    if any("," in item or " and " in item for item in items) and len(items) > 1:
        return "; ".join(items)
    if len(items) < 3:
        return " and ".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def inline(items: Sequence[str], common: Words | None = None, *, loose: bool) -> str | None:
    """A list's items as part of a sentence, or None when they need lines of their own.

    `loose` items stand behind a colon, where a semicolon can part what "and" would confuse.

    >>> inline(["cards", "loans"], loose=False), inline(["we ask them first", "b"], loose=True)
    ('cards and loans', 'we ask them first; b')
    >>> inline(["we ask them first", "b"], loose=False)
    """
    phrases = [phrase(item, common) for item in items]
    fitting = [one for one in phrases if one is not None]
    longest = max((len(one.split()) for one in fitting), default=0)
    joined = together(fitting) if longest <= NAME_LIMIT else "; ".join(fitting)
    too_long = longest > (WORDS_LIMIT if loose or len(items) == 1 else NAME_LIMIT)
    if len(fitting) < len(items) or too_long:
        return None
    return None if len(items) > ITEMS_LIMIT or len(joined) > LINE_LIMIT else joined


def fitting(amount: str, before: str) -> str:
    """An amount behind words that already say how it is meant.

    >>> fitting("at most 5 min", "Inputs may be at most "), fitting("1 day", "A batch runs every ")
    ('5 min', 'day')
    """
    if before.endswith(("at most ", "within ")):
        return re.sub(r"^(?:at most|less than) ", "", amount)
    return re.sub(r"^1 (?=[a-z])", "", amount) if before.endswith("every ") else amount


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with its values in place; braces within values are not looked at.

    >>> fill("{a.b} costs {c.d}.", {"a.b": "{c.d}", "c.d": "EUR 12"})
    '{c.d} costs EUR 12.'
    """
    filled = PLACEHOLDER.sub(lambda found: values[found[1]], pattern)
    return capital(filled) if pattern.startswith("{") else filled


def opening(pattern: str) -> str:
    """The pattern's words before its value, where they end in a colon: they name what follows.

    >>> opening("In scope: {scope.in}."), opening("Counted in {a.b}: {c.d} today.")
    ('In scope:', '')
    """
    found = re.match(r"[^{}]*:(?= \{)", pattern)
    return found[0] if found else ""


def placeholders(pattern: str) -> tuple[str, ...]:
    """The names in braces, each once, in order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(pattern)))
