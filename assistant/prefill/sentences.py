"""Blocks of words → sentences, each with its heading, its key and the question it answers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.prefill.flow import Flow, flows

LONGEST = 600  # characters that are looked at as one sentence
KEY_WORDS = 6
_STOP = re.compile(r"[.!?]+[\"'”’)\]]*(?= )")
# Words that end with a stop and no sentence; of "Ms." and "ms." only the first.
_SHORT = frozenset(
    {
        "st", "no", "nr", "vs", "approx", "ca", "e.g", "i.e", "etc", "max", "min", "incl", "excl",
        "fig", "sec", "ch", "resp", "tel", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
        "sept", "oct", "nov", "dec", "inc", "ltd", "co", "dept", "est", "pls", "ing", "dipl",
    }
)  # fmt: skip
_TITLES = frozenset({"Dr", "Mr", "Mrs", "Ms", "Prof", "Mag"})
# An address or code without a blank: nothing is stated in it, and patterns would be slow there.
_NO_WORD = re.compile(r"\S{60,}")
_KEY = re.compile(r"([^\W_][^:.!?;|]{0,48}?)(?: ?:| ?\||\t| [–—=])(?: |$)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`flow.text[start:end]`: a sentence, or the whole of a heading or bullet.

    `heading` is the last heading or key above it and `asked` the question that was asked before.
    `key` is what stands before a colon at its beginning; the rest begins at `after_key`.
    """

    flow: Flow
    start: int
    end: int
    heading: str = ""
    asked: str = ""
    key: str = ""
    after_key: int = 0

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.flow.text[self.start : self.end]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `self.text[start:end]` stands in the source."""
        return self.flow.span(self.start + start, self.start + end)


def sentences(text: str) -> list[Sentence]:
    r"""The sentences of a text, in order.

    >>> [(s.key, s.text) for s in sentences("Owner: Dr. Ada King. She decides.")]
    [('Owner', 'Owner: Dr. Ada King.'), ('', 'She decides.')]
    """
    return list(_with_context(flows(text)))


def _with_context(blocks: Iterable[Flow]) -> Iterator[Sentence]:
    heading = ""
    asked = ""
    age = 0  # sentences since the question
    listed = False
    for block in blocks:
        if block.kind == "heading":
            heading, asked = _bare(block.text), ""
            listed = False
            yield Sentence(block, 0, len(block.text))
            continue
        lead = _lead(block)
        if lead:
            # "Out of scope:" on a line of its own is a heading for the bullets below it.
            heading, listed = lead, True
            continue
        if listed and block.kind != "bullet":
            heading, listed = "", False
        for start, end in _cuts(block.text):
            sentence = _keyed(Sentence(block, start, end, heading, asked))
            yield sentence
            if sentence.text.endswith("?"):
                asked, age = sentence.text, 0
            else:
                age += 1
                asked = "" if age > 3 else asked


def _lead(block: Flow) -> str:
    words = block.text.rstrip()
    short = words.endswith(":") and len(words.split()) <= KEY_WORDS + 2
    return _bare(words) if short else ""


def _bare(words: str) -> str:
    return re.sub(r"^[\d.\s]+|[\s:.]+$", "", words)


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _STOP.finditer(text):
        if _ends_sentence(text, found):
            yield from _pieces(text, start, found.end())
            start = found.end() + 1
    yield from _pieces(text, start, len(text))


def _ends_sentence(text: str, stop: re.Match[str]) -> bool:
    if stop[0] != ".":
        return True
    before = text[max(0, stop.start() - 12) : stop.start()].rsplit(None, 1)
    written = before[-1].lstrip("(") if before else ""
    word = written.casefold()
    initial = len(word) == 1 and written.isalpha() and written.isupper()
    # In a chat sentences begin with small letters too, but not behind two or three of them.
    small = text[stop.end() + 1 : stop.end() + 2].islower() and len(word) < 3
    return not (initial or small or word in _SHORT or written in _TITLES)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or parts of one that is too long to be one, without what is no word."""
    for found in _NO_WORD.finditer(text, start, end):
        yield from _shorter(text, start, found.start())
        start = found.end()
    yield from _shorter(text, start, end)


def _shorter(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        yield start, cut
        start = cut
    while start < end and text[start] == " ":
        start += 1
    if text[start:end].strip():
        yield start, end


def _keyed(sentence: Sentence) -> Sentence:
    found = _KEY.match(sentence.text)
    if not found or len(found[1].split()) > KEY_WORDS:
        return sentence
    return replace(sentence, key=found[1].strip(), after_key=found.end())
