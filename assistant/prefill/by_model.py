"""A text and a language model → candidates whose quotes and numbers stand in the text.

The model may point at words and name a fact; what the value is, code reads from those words.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from assistant.errors import ModelFailed
from assistant.facts import Catalogue, Fact
from assistant.ladder import Ladder, Message
from assistant.prefill.candidates import Candidate, read_value
from assistant.prefill.guards import WHOLE, guarded
from assistant.prefill.patterns import FOLDER, Lore
from assistant.prefill.sentences import Sentence

PROMPT: Path = FOLDER / "prompt.md"
CHUNK = 4_000  # characters of the text in one request
ROOMY = 8_000  # tokens of context that hold the list of all facts, a chunk and the reply
SMALL_CHUNK = 1_200  # where the model's context is small
SMALL_FACTS = 24
# A small model repeats itself to the end of its budget unless the form of its reply has an end.
SMALL_REPLY, SMALL_VALUE, SMALL_QUOTE = 5, 80, 200  # facts, and characters
MOST_CHUNKS = 40
_FENCE = re.compile(r"(?m)^(\s*)={2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W_]{3,}")


class _Stated(BaseModel):
    fact: str
    value: str
    quote: str


class _Reply(BaseModel):
    facts: list[_Stated]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model found, and what kept it from reading everything ("" for nothing)."""

    candidates: tuple[Candidate, ...]
    notice: str = ""


def by_model(
    text: str,
    sentences: Sequence[Sentence],
    catalogue: Catalogue,
    lore: Lore,
    model: Ladder,
    cancelled: threading.Event | None = None,
) -> Asked:
    """Ask for facts chunk by chunk; a failure ends the asking and becomes the notice.

    Raises:
        ModelFailed: `cancelled` was set, by whoever does not wait for it any more.
    """
    small = model.context_tokens() < ROOMY
    places = _Places.of(text)
    free = _unguarded(text, sentences, lore)
    found: list[Candidate] = []
    chunks = list(_chunks(text, SMALL_CHUNK if small else CHUNK))
    for chunk in chunks[:MOST_CHUNKS]:
        facts = _near(chunk, catalogue) if small else tuple(catalogue)
        form = _short_form([fact.id for fact in facts]) if small else _Reply
        try:
            reply, info = model.structured(_messages(chunk, facts), form, cancelled=cancelled)
        except ModelFailed as error:
            if error.code == "cancelled":
                raise
            return Asked(tuple(found), _failed(error))
        offered = {fact.id: fact for fact in facts}
        for stated in reply.facts:
            candidate = _checked(stated, offered, places)
            if candidate and free[candidate.start]:
                found.append(replace(candidate, rung=info.rung))
    cut = len(chunks) > MOST_CHUNKS
    part = f"The model read the first {MOST_CHUNKS * CHUNK:,} characters." if cut else ""
    return Asked(tuple(found), part)


def _failed(error: ModelFailed) -> str:
    return f"The language model could not help ({error.problem}); patterns found what is shown."


def _messages(chunk: str, facts: Sequence[Fact]) -> list[Message]:
    fixed = PROMPT.read_text(encoding="utf-8").strip()
    listed = "\n".join(_described(fact) for fact in facts)
    told = _FENCE.sub(r"\1-", chunk)
    return [
        Message("system", f"{fixed}\n\nThe facts:\n{listed}"),
        Message("user", f"=== begin text\n{told}\n=== end\n\nWhich facts does the text state?"),
    ]


def _described(fact: Fact) -> str:
    choices = " | ".join(option.value for option in fact.options)
    form = choices or fact.type.replace("_", " ")
    return f"{fact.id}: {fact.label} ({form})"


def _short_form(offered: Sequence[str]) -> type[_Reply]:
    """A reply of a few short entries that name no other facts than `offered`."""
    # Types made at run time; what they hold is checked by pydantic.
    name: Any = Literal[tuple(offered)]
    entry: Any = create_model(
        "Stated",
        __base__=_Stated,
        fact=(name, ...),
        value=(str, Field(max_length=SMALL_VALUE)),
        quote=(str, Field(max_length=SMALL_QUOTE)),
    )
    facts: Any = (list[entry], Field(max_length=SMALL_REPLY))
    return create_model("ShortReply", __base__=_Reply, facts=facts)


def _near(chunk: str, catalogue: Catalogue) -> tuple[Fact, ...]:
    """The facts that share most words with a chunk, for a model that cannot read all of them."""
    words = {word.casefold() for word in _WORD.findall(chunk)}

    def shared(fact: Fact) -> int:
        told = f"{fact.label} {fact.question} {fact.example}"
        return len(words & {word.casefold() for word in _WORD.findall(told)})

    return tuple(sorted(catalogue, key=shared, reverse=True)[:SMALL_FACTS])


def _chunks(text: str, size: int) -> Iterator[str]:
    """Parts of the text that end with a line, or with a word."""
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            line = text.rfind("\n", start + size // 2, end)
            blank = text.rfind(" ", start + size // 2, end)
            end = max(line if line > 0 else blank, start + size // 2)
        if text[start:end].strip():
            yield text[start:end]
        start = end


@dataclass(frozen=True, slots=True)
class _Places:
    """A text with one blank for many, and where each of its characters stands in the source."""

    source: str
    flat: str
    at: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "_Places":
        signs: list[str] = []
        at: list[int] = []
        for place, sign in enumerate(text):
            if not sign.isspace():
                signs.append(sign)
                at.append(place)
            elif signs and signs[-1] != " ":
                signs.append(" ")
                at.append(place)
        return cls(text, "".join(signs), tuple(at))

    def find(self, quote: str) -> tuple[int, int] | None:
        """Where the quote stands, word for word; None when it does not."""
        flat = " ".join(quote.split())
        start = self.flat.find(flat) if flat else -1
        return None if start < 0 else (self.at[start], self.at[start + len(flat) - 1] + 1)


def _unguarded(text: str, sentences: Sequence[Sentence], lore: Lore) -> bytearray:
    """1 for each character of the text that stands in a sentence that states something."""
    free = bytearray(len(text))
    for sentence, against in guarded(sentences, lore):
        if sentence.text and not against & set(WHOLE):
            start, end = sentence.span(0, len(sentence.text))
            free[start:end] = b"\x01" * (end - start)
    return free


def _checked(stated: _Stated, facts: dict[str, Fact], places: _Places) -> Candidate | None:
    """The candidate, when its words are in the text and its value in its words."""
    fact = facts.get(stated.fact.strip())
    span = places.find(stated.quote)
    if fact is None or span is None:
        return None
    quote = places.source[slice(*span)]
    words = " ".join(quote.split()) if fact.type == "long_text" else stated.value
    if not _stands_in(fact, words, quote):
        return None
    value = read_value(fact, words)
    return None if value is None else Candidate(fact.id, value, *span, "fair")


def _stands_in(fact: Fact, value: str, quote: str) -> bool:
    """Whether each number of the value is one of the quote's, and each word, where words count."""
    known = set(_NUMBER.findall(quote))
    if not set(_NUMBER.findall(value)) <= known:
        return False
    if fact.type in ("choice", "choices", "yes_no"):
        return True
    if fact.type in ("text", "list", "people", "table", "date"):
        said = {word.casefold() for word in _WORD.findall(quote)}
        return {word.casefold() for word in _WORD.findall(value)} <= said
    return bool(known) or not _NUMBER.search(value)
