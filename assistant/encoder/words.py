"""The bundled encoder's vocabulary → `words.txt` and `words.npy`: what each word means, by itself.

The citation gate compares single words with them (`assistant/answer/gate/meaning.py`), which is
too often for the encoder itself. `python assistant/encoder/words.py` writes both anew, in about a
minute; the same encoder and articles give the same files.
"""

import json
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
KNOWLEDGE = HERE.parents[1] / "knowledge"
# Enough to keep the neighbours of a word; the 384 of the encoder need four times the space.
DIMENSIONS = 96
SCALE = 127


def vocabulary() -> list[str]:
    """Whole words that the tokenizer knows, and words of the articles, without stop words."""
    from assistant.index import STOP_WORDS, words_of
    from assistant.ingest import read_knowledge

    known = json.loads((HERE / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    articles = read_knowledge(KNOWLEDGE).articles.values()
    ours = {word for article in articles for word in words_of(article.body)}
    plain = {word for word in {*known, *ours} if re.fullmatch("[a-z]{3,}", word)}
    return sorted(plain - STOP_WORDS)


def condense(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """The principal directions of (n, 384) vectors as unit rows of bytes, (n, DIMENSIONS)."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ directions[:DIMENSIONS].T
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return np.asarray(np.round(turned * SCALE), np.int8)


def main() -> None:
    """Write both files."""
    from assistant.embed import BundledEncoder

    words = vocabulary()
    (HERE / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    np.save(HERE / "words.npy", condense(BundledEncoder().encode(words)))


if __name__ == "__main__":
    main()
