"""Sentences and an encoder → candidates for facts told in prose, by what the sentences mean.

A question and the sentence that answers it are not alike enough to be told from chance (measured),
so a sentence is compared with sentences that state the same fact of other projects.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.facts import Catalogue
from assistant.prefill.candidates import Candidate, read_value, trimmed
from assistant.prefill.guards import guarded
from assistant.prefill.patterns import Lore
from assistant.prefill.sentences import Sentence

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
FEWEST_WORDS = 6
MOST_SENTENCES = 300
OTHER = "other"


def by_meaning(
    sentences: Sequence[Sentence],
    catalogue: Catalogue,
    lore: Lore,
    encode: Encode,
    known: frozenset[str],
) -> Iterator[Candidate]:
    """The sentence that is nearest to each fact, when it is near and to no other fact as much.

    `encode` gives unit vectors, (texts, dimensions); facts in `known` have been found already.
    """
    parts = [one for one, against in guarded(sentences, lore) if not against and _speaks(one)]
    parts = parts[:MOST_SENTENCES]
    if not parts:
        return
    names, examples, owners = _examples(lore, encode)
    alike = encode([one.text for one in parts]) @ examples.T
    near = np.stack([alike[:, owners == at].max(axis=1) for at in range(len(names))], axis=1)
    for at, name in enumerate(names):
        if name == OTHER or name in known or name not in catalogue:
            continue
        place = int(near[:, at].argmax())
        rest = np.delete(near[place], at).max()
        if near[place, at] >= lore.meaning_from and near[place, at] - rest >= lore.meaning_margin:
            yield from _candidate(parts[place], name, catalogue)


def _speaks(sentence: Sentence) -> bool:
    return sentence.flow.kind != "heading" and len(sentence.text.split()) >= FEWEST_WORDS


def _candidate(sentence: Sentence, name: str, catalogue: Catalogue) -> Iterator[Candidate]:
    start, end = trimmed(sentence.text, 0, len(sentence.text))
    value = read_value(catalogue[name], sentence.text[start:end])
    if value is not None:
        yield Candidate(name, value, *sentence.span(start, end), "weak", "meaning")


@lru_cache(maxsize=2)
def _examples(
    lore: Lore, encode: Encode
) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.int64]]:
    """The facts, the vectors of their sentences, and which fact each vector belongs to."""
    names = tuple(lore.meaning)
    told = [(at, words) for at, name in enumerate(names) for words in lore.meaning[name]]
    return names, encode([words for _, words in told]), np.array([at for at, _ in told])
