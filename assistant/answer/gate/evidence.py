"""Passages → Evidence: their units and neighbouring units, each with vector, words and stance."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.answer.gate.meaning import meanings
from assistant.answer.gate.quantities import Quantity, quantities_of
from assistant.answer.gate.stance import Stance, stance_of
from assistant.answer.gate.words import Token, lists, plain, stem, tokens_of
from assistant.answer.units import Unit, units_of
from assistant.retrieve import Passage

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
# Pairs of a text and a sentence → the logarithm of the odds, ±SUREST, that the text says that.
Entails = Callable[[Sequence[tuple[str, str]]], Floats]
SUREST = 5.0

# Neighbouring units that one sentence may tell together.
WIDEST = 3
# Nearness of two words below which they have nothing in common, and from which they are one.
UNLIKE, ALIKE = 0.4, 0.75
SYNONYM = 0.9


@dataclass(frozen=True)
class Window:
    """One to three neighbouring units: the span `[start, end)` of the passage's text.

    `labels` are the first cells of the table rows in it, as sets of stems.
    """

    start: int
    end: int
    units: int
    stance: Stance
    quantities: tuple[Quantity, ...]
    labels: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, an item or a table row at `[start, end)` of a passage, in plain words."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Evidence:
    """A passage ready to be compared with sentences; `vectors` has a row for each window."""

    passage: Passage
    windows: tuple[Window, ...]
    vectors: Floats
    members: NDArray[np.bool_]
    words: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    listed: frozenset[int]
    statements: tuple[Statement, ...]
    entails: Entails | None

    def entailed(self, claim: str, windows: Iterable[int]) -> float:
        """How surely these windows together say the claim, 0 for as surely as not."""
        if self.entails is None:
            return 0.0
        wanted = [self.windows[at] for at in windows]
        said = " ".join(
            _ended(one.text)
            for one in self.statements
            if any(window.start <= one.start and one.end <= window.end for window in wanted)
        )
        heading = self.passage.heading.rpartition(" › ")[2]
        [odds] = self.entails([(f"{self.passage.title}: {heading}. {said}", claim)])
        return min(max(float(odds), -SUREST), SUREST)

    @cached_property
    def labels(self) -> frozenset[frozenset[str]]:
        """The labels of all table rows."""
        return frozenset(label for window in self.windows for label in window.labels)

    @cached_property
    def plain(self) -> str:
        """The passage without emphasis, on one line."""
        return plain(self.passage.text)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of `words`, in the same order."""
        return tuple(stem(word) for word in self.words)

    @cached_property
    def meaning(self) -> Floats:
        """The word vectors of `words`."""
        return meanings().rows(self.words)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Every word of passage, title and heading as it is written, folded; also stems."""
        return _forms((self.passage.text, self.passage.title, self.passage.heading))

    def meet(self, tokens: Sequence[Token]) -> Floats:
        """How well each word of a sentence is met by each of `words`, shape (tokens, words).

        1 is the word itself, 0 nothing like it.
        """
        near = meanings().rows(tuple(token.low for token in tokens)) @ self.meaning.T
        met = np.clip((near - UNLIKE) / (ALIKE - UNLIKE), 0.0, 1.0) * SYNONYM
        ours = np.array([token.stem for token in tokens])
        met[_rivalling(tokens, self.words)] = 0.0
        met[ours[:, None] == np.array(self.stems)[None, :]] = 1.0
        return np.asarray(met, np.float32)


def _rivalling(tokens: Sequence[Token], words: Sequence[str]) -> NDArray[np.bool_]:
    groups = lists().kinds
    ours = [groups.get(token.stem, -1) for token in tokens]
    theirs = [groups.get(stem(word), -2) for word in words]
    alike: NDArray[np.bool_] = np.array(ours)[:, None] == np.array(theirs)[None, :]
    return alike


def _forms(texts: Iterable[str]) -> frozenset[str]:
    forms: set[str] = set()
    for text in texts:
        tokens = [token for token in tokens_of(plain(text)) if token.low[0].isalnum()]
        lows = [token.low for token in tokens]
        forms.update(lows, (token.stem for token in tokens))
        # "dataset" may be written "data set", and "CVP" stands for three words.
        forms.update(a + b for a, b in pairwise(lows))
        for size in (2, 3, 4):
            forms.update(
                "".join(word[0] for word in lows[at : at + size])
                for at in range(len(lows) - size + 1)
            )
    return frozenset(forms)


def _ended(text: str) -> str:
    """The text with a full stop where it has no end of its own."""
    return text if text.endswith((".", "?", "!", ":")) else f"{text}."


def gather(
    passages: Sequence[Passage], encode: Encode, entails: Entails | None = None
) -> list[Evidence]:
    """Make the evidence of all passages with one call of the encoder.

    Without `entails` sentences are compared by words, numbers and vectors alone.
    """
    split = [_statements(passage.text) for passage in passages]
    texts = [plain(text) for statements in split for _, text in statements]
    rows = encode(texts) if texts else np.zeros((0, 1), np.float32)
    evidence = []
    done = 0
    for passage, statements in zip(passages, split, strict=True):
        own = rows[done : done + len(statements)]
        done += len(statements)
        evidence.append(_evidence(passage, statements, own, entails))
    return evidence


def _evidence(
    passage: Passage,
    statements: Sequence[tuple[Unit, str]],
    rows: Floats,
    entails: Entails | None,
) -> Evidence:
    texts = [plain(text) for _, text in statements]
    quantities = [quantities_of(text) for text in texts]
    windows: list[Window] = []
    vectors: list[Floats] = []
    for first in range(len(statements)):
        for end in range(first + 1, min(first + WIDEST, len(statements)) + 1):
            units = [unit for unit, _ in statements[first:end]]
            windows.append(
                Window(
                    units[0].start,
                    units[-1].end,
                    len(units),
                    stance_of(" ".join(texts[first:end])),
                    tuple(q for part in quantities[first:end] for q in part),
                    tuple(_label(unit.text) for unit in units if unit.kind == "table"),
                )
            )
            # The encoder's own vector of joined sentences is close to their mean.
            lengths = np.array([[len(text)] for text in texts[first:end]], np.float32)
            mean = (rows[first:end] * lengths).sum(axis=0)
            vectors.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    words, members = _words(windows, plain(f"{passage.title}. {passage.heading}"))
    return Evidence(
        passage,
        tuple(windows),
        np.array(vectors, np.float32).reshape(len(windows), -1),
        members,
        words,
        tuple(q for part in quantities for q in part),
        frozenset(Counter(u.block for u, _ in statements if u.kind != "sentence").values()),
        tuple(
            Statement(unit.start, unit.end, text)
            for (unit, _), text in zip(statements, texts, strict=True)
        ),
        entails,
    )


def _words(windows: Sequence[Window], aside: str) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """The content words of a passage with its title, and which of the windows has which."""
    stances = [*(window.stance for window in windows), stance_of(aside)]
    words = dict.fromkeys(t.low for stance in stances for t in stance.tokens if t.content)
    place = {word: at for at, word in enumerate(words)}
    members = np.zeros((len(windows), len(words)), bool)
    for at, window in enumerate(windows):
        members[at, [place[t.low] for t in window.stance.tokens if t.content]] = True
    return tuple(words), members


def _label(row: str) -> frozenset[str]:
    """The stems and numbers of a row's first cell."""
    return subjects_of(plain(row.strip().strip("|").split("|")[0]))


@lru_cache(maxsize=2_000)
def subjects_of(text: str) -> frozenset[str]:
    """The stems of the content words and the numbers of a text, for finding its table row."""
    words = {token.stem for token in tokens_of(text) if token.content}
    return frozenset(words | {f"{quantity.value:g}" for quantity in quantities_of(text)})


def _statements(text: str) -> list[tuple[Unit, str]]:
    """The units with their words; a table's rows are units that repeat the heads of its columns."""
    found: list[tuple[Unit, str]] = []
    for unit in units_of(text):
        if unit.kind == "table":
            found.extend(_rows(unit))
        else:
            found.append((unit, unit.text))
    return found


def _rows(table: Unit) -> list[tuple[Unit, str]]:
    rows: list[tuple[Unit, str]] = []
    heads: list[str] = []
    at = table.start
    for line in table.text.splitlines(keepends=True):
        start, end = at, at + len(line.rstrip())
        at += len(line)
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not heads:
            heads = cells
        elif any(cell.strip("-: ") for cell in cells):
            pairs = zip(heads, cells, strict=False)
            words = "; ".join(f"{head}: {cell}" if head else cell for head, cell in pairs)
            rows.append((Unit("table", start, end, table.block, line.rstrip()), words))
    return rows
