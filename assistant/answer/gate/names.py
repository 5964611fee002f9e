"""Text → the names in it, and which of them a passage does not know."""

import re

from assistant.answer.gate.meaning import meanings
from assistant.answer.gate.words import FUNCTION_WORDS, stem, tokens_of
from assistant.retrieve import stems_of

# Abbreviations that nobody needs to have written out.
_EVERYWHERE = frozenset({"ml", "ai", "i", "ok"})
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENS = re.compile(r"(?:^|[.!?:;–—\"“(]\s*|(?:^|\s)[-•*]\s+)$")
# What follows a name and no other word that opens a sentence.
_AUTHOR = re.compile(r"['’]s\b|(?:,? (?:and|&) [A-Z]\w+)*,? (?:et al\b|\(\d{4}\))")
_MEASURED = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|ms|x|h|d|%)", re.IGNORECASE)


def names_of(text: str) -> list[str]:
    """Words written as names: a capital inside a sentence, several capitals, letters with digits.

    >>> names_of("Label with GPT-4 as Pangakis did, and check F1.")
    ['GPT', 'Pangakis', 'F1']
    >>> names_of("Beck (2002) writes tests. Netflix's engineers do.")
    ['Beck', 'Netflix']
    """
    found = []
    for match in _WORD.finditer(text):
        if re.search(r"(?i)n['’]t$", match.group()):
            continue
        opens = _OPENS.search(text[: match.start()]) is not None
        for part in re.split(r"[-'’]", match.group()):
            if part and _is_name(
                part, opens and not _AUTHOR.match(text, match.start() + len(part))
            ):
                found.append(part)
    return found


def _is_name(part: str, opens: bool) -> bool:
    if _MEASURED.fullmatch(part) or part.casefold() in FUNCTION_WORDS:
        return False
    letters = any(letter.isalpha() for letter in part)
    if sum(letter.isupper() for letter in part) > 1 or (letters and any(map(str.isdigit, part))):
        return True
    if len(part) < 2 or not part[0].isupper():
        return False
    # A word that opens the sentence is a name when no dictionary has it.
    return not opens or not (meanings().knows(part.casefold()) or not stems_of(part))


def unknown_names(text: str, forms: frozenset[str], question: str) -> list[str]:
    """Names in the sentence that are not among `forms`, nor in the question."""
    known = forms | {token.low for token in tokens_of(question)} | _EVERYWHERE
    unknown = []
    for name in names_of(text):
        low = name.casefold()
        if not {low, stem(low), low.removesuffix("s")} & known:
            unknown.append(name)
    return unknown


_DATED = re.compile(
    r"([A-Z][\w’'-]+)(?: et al\.?)?(?:'s|’s)?(?: (?:and|&) [A-Z][\w’'-]+)?,? \(?((?:19|20)\d\d)\b"
)


def misdated(text: str, passage: str) -> bool:
    """True when a name or a month has another year than in the passage.

    >>> misdated("Guo et al. (2018) found it.", "Guo et al. (2017) and Hu (2018) found it.")
    True
    """
    given = {(found[1], found[2]) for found in _DATED.finditer(passage)}
    names = {name for name, _ in given}
    return any(
        found[1] in names and (found[1], found[2]) not in given for found in _DATED.finditer(text)
    )
