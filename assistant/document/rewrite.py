"""A section and a model's wording of it → the wording where it says the same, else the section.

A model only proposes words. A paragraph is taken over when each number, name and content word of
it stands in the paragraph it rewords, when numbers stand beside the same words as before, and when
nothing was denied, turned round or left out. Quotations of passages are never given to a model.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.document.model import Block, Document, Sentence
from assistant.document.prose import own_words

# Paragraphs of a section → the same number of paragraphs in other words.
Reword = Callable[[Sequence[str]], Sequence[str]]

REWORDED = "Reworded by a language model and checked: it says the same."
_WORD = re.compile(r"\d[\d.,]*\d|\d|[^\W\d_]+(?:['’][^\W\d_]+)?|[%€$£<>≤≥=+×/−-]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")
# Words that hold a sentence together; a rewording may add and drop them.
_GLUE = frozenset(
    # A list literal of these words would fill ten times the lines.
    """a an the this that these those it its they them their he she his her and or so as of in on at
    by for to from with into which who whom whose where when while is are was were be been being
    has have had do does did will there here also both each such than then thus too i we our us
    """.split()  # noqa: SIM905
)
# Words that decide what is claimed: the rewording has each exactly as often.
_DECISIVE = frozenset(
    """no not never none nobody nothing neither nor cannot without unless except only if but however
    more less fewer least most above below over under before after until within at-least may must
    should can could might would shall all every any some few many always often sometimes rarely
    first last up down increase decrease rise fall higher lower better worse % € $ £ < > ≤ ≥ = + − -
    """.split()  # noqa: SIM905
)
# What ends the part of a sentence that a number belongs to.
_CLAUSE = re.compile(r"[,;:.!?](?=\s|$)|\s(?:and|or|but|while|whereas)\s")
_KEPT = 0.9


def reword(document: Document, ask: Reword) -> tuple[Document, int]:
    """Let `ask` reword the document section by section; return it and how many blocks changed.

    A block with a hand edit, a quotation, an assumption or a calculation stays as it is.
    """
    changed: dict[str, Block] = {}
    for section in document.sections:
        chosen = [block for block in document.of(section.id) if _may_be_reworded(block)]
        if not chosen:
            continue
        texts = list(ask([block.text for block in chosen]))
        if len(texts) != len(chosen):
            continue
        for block, text in zip(chosen, texts, strict=True):
            made = _reworded(block, text)
            if made is not None:
                changed[block.key] = made
    blocks = tuple(changed.get(block.key, block) for block in document.blocks)
    return replace(document, blocks=blocks), len(changed)


def _may_be_reworded(block: Block) -> bool:
    # What a lead names are a person's own words.
    plain = all(one.origin == "said" and not one.note and not one.lead for one in block.sentences)
    return block.kind == "paragraph" and block.edit is None and plain and len(block.sentences) > 1


def _reworded(block: Block, text: str) -> Block | None:
    paragraphs = own_words(text)
    if len(paragraphs) != 1 or paragraphs[0] == block.text:
        return None
    if faults(paragraphs[0], block.text):
        return None
    sentences = tuple(
        Sentence(one, "said", _facts_of(one, block), (), REWORDED)
        for one in _SENTENCE.split(paragraphs[0])
    )
    if {fact for one in sentences for fact in one.facts} != set(block.facts):
        return None
    return replace(block, sentences=sentences)


def _facts_of(text: str, block: Block) -> tuple[str, ...]:
    """The facts of the sentences that the reworded one shares most of their content with."""
    words = _content(text)
    found: list[str] = []
    for sentence in block.sentences:
        own = _content(sentence.text)
        if own and sum((own & words).values()) * 2 >= sum(own.values()):
            found += sentence.facts
    return tuple(dict.fromkeys(found)) or block.facts


def faults(text: str, original: str) -> tuple[str, ...]:
    """What the rewording says differently, in words; empty when it says the same.

    >>> faults("A miss costs EUR 85, a false alarm EUR 12.",
    ...        "A miss costs EUR 85. A false alarm costs EUR 12.")
    ()
    >>> faults("A miss costs EUR 12, a false alarm EUR 85.",
    ...        "A miss costs EUR 85. A false alarm costs EUR 12.")
    ('12 stands beside other words', '85 stands beside other words')
    """
    tokens, given = _tokens(text), _tokens(original)
    return (
        *_numbers(text, original),
        *_names(text, given),
        *_decisive(tokens, given),
        *_contents(text, original),
    )


def _numbers(text: str, original: str) -> Iterable[str]:
    ours, theirs = _counted(_tokens(text)), _counted(_tokens(original))
    if ours != theirs:
        yield from (f"{number} is new or there more often" for number in ours - theirs)
        yield from (f"{number} is missing" for number in theirs - ours)
        return
    around = {number: _beside(original, number) for number in theirs}
    for number in ours:
        beside = _beside(text, number)
        own = len(beside & around[number])
        rivals = (len(beside & words) for key, words in around.items() if key != number)
        if around[number] and (own == 0 or own < max(rivals, default=0)):
            yield f"{number} stands beside other words"


def _names(text: str, given: Sequence[str]) -> Iterable[str]:
    known = {token.casefold() for token in given}
    for found in re.finditer(r"[^\W\d_]+", text):
        word = found.group()
        if any(letter.isupper() for letter in word) and word.casefold() not in known | _GLUE:
            yield f"{word} is a new name or word"


def _decisive(tokens: Sequence[str], given: Sequence[str]) -> Iterable[str]:
    ours, theirs = (
        Counter(_plain(one) for one in found if _plain(one) in _DECISIVE)
        for found in (tokens, given)
    )
    for word in sorted((ours - theirs) + (theirs - ours)):
        yield f"“{word}” is there more or less often"


def _contents(text: str, original: str) -> Iterable[str]:
    ours, theirs = _content(text), _content(original)
    yield from (f"“{word}” is new" for word in sorted(set(ours) - set(theirs)))
    kept = len(set(ours) & set(theirs))
    if theirs and kept < _KEPT * len(set(theirs)):
        yield "too much is missing"


def _content(text: str) -> Counter[str]:
    """The stems of the words that a text is about."""
    return Counter(
        _stem(token)
        for token in _tokens(text)
        if token[0].isalpha() and _plain(token) not in _GLUE | _DECISIVE
    )


def _counted(tokens: Sequence[str]) -> Counter[str]:
    return Counter(token for token in tokens if token[0].isdigit())


def _beside(text: str, number: str) -> frozenset[str]:
    """The stems of the words in the clauses that have the number."""
    clauses = [one for one in _CLAUSE.split(text) if number in _tokens(one)]
    return frozenset(stem for one in clauses for stem in _content(one))


def _tokens(text: str) -> list[str]:
    return _WORD.findall(text)


def _plain(token: str) -> str:
    low = token.casefold().replace("’", "'")
    return "not" if low.endswith("n't") else low


def _stem(token: str) -> str:
    """The word without its plural or verb ending, roughly; long words only."""
    low = token.casefold()
    for ending in ("ies", "ing", "ed", "es", "s"):
        if low.endswith(ending) and len(low) > len(ending) + 3:
            return low.removesuffix(ending)
    return low
