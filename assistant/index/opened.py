"""A built index's folder → its passages, vectors, words and questions, open for reading."""

import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.index.classifier import places_within
from assistant.index.vectors import Vectors
from assistant.index.words import WordIndex
from assistant.ingest import Passage

PASSAGES = "passages.jsonl"
ASKED = "asked.npy"
WHOLE = "whole"
ASKED_WORDS = "asked_words"
LEARNED = "learned.npy"
META = "meta.json"
# How many of an article's questions count as the several that fit best.
ASKED_MEAN = 6


class Index:
    """One index, open for reading. Rows are positions of passages."""

    def __init__(self, folder: Path) -> None:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        self.folder = folder
        self.stamp: str = folder.name
        self.notes: dict[str, Any] = meta["notes"]
        self.sources: list[str] = meta["sources"]
        self.source_of: NDArray[np.int32] = np.array(meta["source_of"], np.int32)
        self.vectors = Vectors(folder)
        self.words = WordIndex.open(folder, len(self.source_of))
        # Whole articles as they are asked for; empty for people's own files.
        whole = folder / WHOLE
        self.source_words = WordIndex.open(whole, len(self.sources) if whole.is_dir() else 0)
        self._asked: NDArray[np.float32] = np.load(folder / ASKED, mmap_mode="r").view(np.ndarray)
        self._asked_by: NDArray[np.int32] = np.array(meta["asked_by"], np.int32)
        self._place, self._most_asked = places_within(self._asked_by)
        self._asked_words = WordIndex.open(folder / ASKED_WORDS, len(self._asked_by))
        self._learned: NDArray[np.float32] = np.load(folder / LEARNED)
        self._starts: list[int] = meta["starts"]
        self._lines = (folder / PASSAGES).open("rb")
        self.ids: list[str] = meta["ids"]
        # Project passages can be deleted or held back after the index was built.
        self.changes: bool = meta["origin"] == "project"
        self._row_of = {key: row for row, key in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.source_of)

    def passage(self, row: int) -> Passage:
        """The passage in a row."""
        start, end = self._starts[row], self._starts[row + 1]
        # `pread` leaves no position behind, so threads may read at the same time.
        line = os.pread(self._lines.fileno(), end - start, start)
        return Passage(**json.loads(line))

    def row(self, passage_id: str) -> int | None:
        """The row of a passage, or None when it is not in this index."""
        return self._row_of.get(passage_id)

    def neighbours(self, row: int) -> list[int]:
        """The rows before and after a row within the same source."""
        around = [near for near in (row - 1, row + 1) if 0 <= near < len(self)]
        return [near for near in around if self.source_of[near] == self.source_of[row]]

    def asked(
        self, question: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For each source its best cosine with the questions it answers, and its best six's mean.

        Both have shape (sources,) and are -1 for a source without such questions.
        """
        count = len(self.sources)
        if not len(self._asked):
            blank = np.full(count, -1.0, np.float32)
            return blank, blank
        cosines = np.einsum("ij,j->i", self._asked, question, dtype=np.float32)
        table = np.full((count, max(self._most_asked, ASKED_MEAN)), np.nan, np.float32)
        table[self._asked_by, self._place] = cosines
        # NaN sorts last, so negated cosines leave the greatest in front.
        first = -np.partition(-table, ASKED_MEAN - 1, axis=1)[:, :ASKED_MEAN]
        held = ~np.isnan(first)
        sums = np.where(held, first, 0.0).sum(axis=1)
        counts = held.sum(axis=1)
        best = np.where(held, first, -1.0).max(axis=1)
        several = np.where(counts > 0, sums / np.maximum(counts, 1), -1.0)
        return best.astype(np.float32), several.astype(np.float32)

    def learned(self, question: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """For each source how much the question is like those it answers, about 0 to 1.

        By a linear classifier over the sources; None for an index without such questions.
        """
        if not len(self._learned):
            return None
        return np.asarray(question @ self._learned[:-1] + self._learned[-1], np.float32)

    def asked_words(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """For each source the greatest share of the question's words in one it answers, 0 to 1."""
        best = np.zeros(len(self.sources), np.float32)
        np.maximum.at(best, self._asked_by, self._asked_words.scores(stems))
        return best

    def linked(self, source: int) -> tuple[list[int], list[int]]:
        """The sources that a source links to, and those that link to it, by number."""
        return self._links.get(source, ([], []))

    @cached_property
    def _links(self) -> dict[int, tuple[list[int], list[int]]]:
        cards = self.notes.get("articles", {})
        number = {name: at for at, name in enumerate(self.sources)}
        links: dict[int, tuple[list[int], list[int]]] = {at: ([], []) for at in number.values()}
        for key, card in cards.items():
            for other in card["related"]:
                if key in number and other in number:
                    links[number[key]][0].append(number[other])
                    links[number[other]][1].append(number[key])
        return links

    def close(self) -> None:
        """Release files."""
        self._lines.close()
        self.vectors.close()
