"""What somebody added to an answer → how it stands beside the value: nothing is said twice."""

import re
from typing import Literal, NamedTuple

from assistant.document.prose import ended
from assistant.errors import InputInvalid
from assistant.facts import Amount, Day, Fact, Value, read_answer

# What may stand between a value and what is added to it.
_GAP = re.compile(r"\s*[,;:.(–—]\s*|\s+-\s+|\s+(?=(?:because|but|since|if|unless|except)\b)")
# An addition that goes on with the sentence.
_GOES_ON = re.compile(
    r"(?:as|but|because|since|so|if|when|while|once|only|until|except|unless|though|although|"
    r"after|before|where|with|without|for)\b"
)
# A longer addition is a sentence of its own.
ASIDE_LIMIT = 120


class Remark(NamedTuple):
    """`aside`: behind the value; `clause`: goes on with its sentence; `own`: a sentence itself."""

    form: Literal["none", "aside", "clause", "own"]
    text: str = ""


def remark(fact: Fact, value: Value, note: str) -> Remark:
    """How the note of an answer is shown; an answer that was kept whole repeats its value.

    >>> from assistant.facts import load_catalogue, parse_value
    >>> fact = load_catalogue()["problem.frequency"]
    >>> value = parse_value(fact, "300 e-mails a week, more in December")
    >>> remark(fact, value, "300 e-mails a week, more in December")
    Remark(form='aside', text='more in December')
    >>> remark(fact, value, "counted by hand")
    Remark(form='own', text='counted by hand')
    """
    words = " ".join(note.split())
    if not words or note == value:
        return Remark("none")
    if not _says(fact, value, words):
        return Remark("own", note)
    added = _added(fact, value, words)
    behind = isinstance(value, Amount | Day)
    if added and behind and _brief(added):
        return Remark("aside", added)
    if added and not behind and _GOES_ON.match(added) and _brief(added):
        return Remark("clause", added)
    if added:
        return Remark("own", added)
    return Remark("aside", f"“{words.rstrip('.')}”") if _brief(words) else Remark("own", note)


def _brief(text: str) -> bool:
    return len(text) <= ASIDE_LIMIT and not re.search(r"[.!?]\s+[A-Z]", text)


def _says(fact: Fact, value: Value, words: str) -> bool:
    """Whether these words give the value, and so repeat it."""
    try:
        return read_answer(fact, words).value == value
    except InputInvalid:
        return False


def _added(fact: Fact, value: Value, words: str) -> str:
    """What follows the words that give the value and nothing else; empty without such words."""
    for gap in _GAP.finditer(words):
        try:
            found = read_answer(fact, words[: gap.start()])
        except InputInvalid:
            continue
        if found.value == value and not found.note:
            rest = words[gap.end() :]
            bracket = gap[0].strip() == "(" and rest.rstrip(".").endswith(")")
            return rest.rstrip(".").removesuffix(")") if bracket else rest.rstrip(".")
    return ""


def with_remark(sentence: str, said: Remark) -> str:
    """The sentence of a value that stands in it in other words, with the remark in it.

    >>> with_remark("The data is there.", Remark("clause", "but only for 2024"))
    'The data is there, but only for 2024.'
    >>> with_remark("The data is there.", Remark("aside", "“yes, mostly”"))
    'The data is there (“yes, mostly”).'
    """
    bare = sentence.removesuffix(".")
    if said.form == "clause":
        return ended(f"{bare}, {said.text}")
    return f"{bare} ({said.text})." if said.form == "aside" else sentence
