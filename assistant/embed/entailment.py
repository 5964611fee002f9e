"""Pairs of a text and a sentence → how surely the text says the sentence, by a shipped model.

The model was trained from the encoder's weights on 100,000 pairs of SNLI (Bowman et al. 2015,
arXiv:1508.05326) and on labelled sentences of our own; `assistant/encoder/entailment/README.md`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.embed.bundled import (
    FOLDER,
    MODEL,
    TOKENIZER,
    Loaded,
    open_session,
    open_tokenizer,
    read_checked,
    read_manifest,
)
from assistant.embed.seam import Vectors, readable

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

TOKENS = 256


class Entailment(Loaded):
    """Odds that a text says a sentence; like the encoder one pair at a time on one thread."""

    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__()
        self._folder = folder

    def odds(self, pairs: Sequence[tuple[str, str]]) -> Vectors:
        """Return (len(pairs),): the logarithm of the odds that each text says its sentence.

        The longer of both is cut where they have more than 256 tokens. Raises DataInvalid when
        a shipped file is damaged.
        """
        tokenizer, session = self._loaded
        odds = np.zeros(len(pairs), np.float32)
        for number, (text, sentence) in enumerate(pairs):
            read = tokenizer.encode(readable(text), readable(sentence))
            tokens = {
                "input_ids": np.array([read.ids], np.int64),
                "segment_ids": np.array([read.type_ids], np.int64),
            }
            says, *others = session.run(None, tokens)[0][0]
            odds[number] = says - np.logaddexp.reduce(others)
        return odds

    def _read(self) -> "tuple[Tokenizer, InferenceSession]":
        words = read_manifest(self._folder).files[TOKENIZER]
        tokenizer = open_tokenizer(read_checked(self._folder / TOKENIZER, words))
        tokenizer.enable_truncation(TOKENS, strategy="longest_first")
        own = self._folder / "entailment"
        model = read_manifest(own, needed={MODEL}).files[MODEL]
        return tokenizer, open_session(read_checked(own / MODEL, model))
