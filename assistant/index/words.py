"""Texts → a word index whose scores lie between 0 and 1, comparable from one index to another.

BM25 (Robertson & Zaragoza 2009) by bm25s. A score is divided by the greatest one the question
could reach, so it says which share of the question's information a passage covers.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = "words"
FORMS = "forms.json"
VOCABULARY = Path(__file__).parents[1] / "encoder" / "tokenizer.json"
K1 = 1.2
B = 0.6

# Words that carry the form of a question, not its subject. Longer than the usual lists: with a
# short one, "how do I know whether" outweighs the subject of the question.
STOP_WORDS = frozenset(
    # A list literal of three hundred strings would fill ten times the lines.
    """a about above across actually after again against ago all almost along already also although
    always am among an and another any anybody anyone anything anyway are aren around as ask at away
    back be became because become been before began behind being below best better between both
    bring
    but by came can cannot cant come could couldn did didn do does doesn doing don done down during
    each either else enough etc even ever every everyone everything exactly far few find first for
    from further gave get gets getting give given gives go goes going gone good got great had hadn
    happen happens has hasn have haven having he help her here hers herself hi him himself his how
    however i if in instead into is isn it its itself just keep kind kinds know knows last least let
    lets like likely ll look lot lots made make makes making many may maybe me mean means might mine
    more most mostly much must my myself need needed needs never next no nobody none nor not nothing
    now of off often ok okay on once one ones only onto or other others our ours ourselves out over
    own per perhaps please put quite rather re really right said same say says see seem seems seen
    several shall she should shouldn show since so some somebody someone something sometimes soon
    still such suppose sure take taken takes tell than thank thanks that the their theirs them
    themselves then there these they thing things think this those though through thus to together
    told too toward towards tried try trying two under unless until up upon us use used useful user
    uses using usually ve very via want wanted wants was wasn way ways we well went were weren what
    whatever when where whether which while who whole whom whose why will with within without won
    worth would wouldn yes yet you your yours yourself yourselves""".split()  # noqa: SIM905
)

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def fold(text: str) -> str:
    """Lower case without accents and width variants.

    >>> fold("Naïve Ｂｉａｓ")
    'naive bias'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def words_of(text: str) -> list[str]:
    """The words of a text that carry its subject, folded but not stemmed, in order."""
    return [word for word in _WORD.findall(fold(text)) if word not in STOP_WORDS]


def stems_of(text: str) -> list[str]:
    """The stems of `words_of`.

    >>> stems_of("How do I label the images?")
    ['label', 'imag']
    """
    stems: list[str] = _stemmer().stemWords(words_of(text))
    return stems


@lru_cache(maxsize=1)
def common_words() -> dict[str, int]:
    """Ordinary English words and their rank by frequency, from the bundled tokenizer's vocabulary.

    The vocabulary of BERT is ordered by frequency; pieces of words (`##ing`) are left out.
    """
    data = json.loads(VOCABULARY.read_text(encoding="utf-8"))
    return {
        word: rank
        for word, rank in data["model"]["vocab"].items()
        if len(word) > 1 and word.isascii() and word.isalpha()
    }


def common_alike(initial: str, length: int) -> Sequence[str]:
    """The ordinary English words with that first letter and that many letters."""
    return _common_by_form().get((initial, length), ())


@lru_cache(maxsize=1)
def _common_by_form() -> dict[tuple[str, int], list[str]]:
    return _by_form(common_words())


def _by_form(words: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    """Words by their first letter and their length: a slip changes these least."""
    found: dict[tuple[str, int], list[str]] = {}
    for word in words:
        found.setdefault((word[0], len(word)), []).append(word)
    return found


class WordIndex:
    """bm25s over texts; rows are the texts' positions."""

    def __init__(self, ranker: Any, size: int, forms: Path) -> None:
        self._ranker = ranker
        self._size = size
        self._vocabulary: dict[str, int] = ranker.vocab_dict if ranker is not None else {}
        if ranker is not None:
            # The same mapped memory without the cost of a `memmap` object for each slice of it.
            ranker.scores = {
                name: value.view(np.ndarray) if isinstance(value, np.memmap) else value
                for name, value in ranker.scores.items()
            }
        self._forms = forms

    @classmethod
    def build(cls, texts: Sequence[str], folder: Path) -> None:
        """Index the texts and save the index under `folder`."""
        import bm25s

        words = [words_of(text) for text in texts]
        tokens: list[list[str]] = [_stemmer().stemWords(part) for part in words]
        if not any(tokens):
            return
        ranker = bm25s.BM25(method="lucene", k1=K1, b=B)
        ranker.index(tokens, show_progress=False)
        ranker.save(str(folder / FOLDER), show_progress=False)
        forms = json.dumps(_commonest_forms(words, tokens), ensure_ascii=False)
        (folder / FOLDER / FORMS).write_text(forms, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path, size: int) -> "WordIndex":
        """Open the index of `size` texts under `folder`, mapped into memory."""
        path = folder / FOLDER
        if not path.is_dir():
            # Texts without a single word that carries a subject.
            return cls(None, size, path / FORMS)
        import bm25s

        return cls(bm25s.BM25.load(str(path), mmap=True, verbosity=0), size, path / FORMS)

    def knows(self, stem: str) -> bool:
        """True when at least one text has the stem."""
        return stem in self._vocabulary

    def alike(self, initial: str, length: int) -> Sequence[str]:
        """The commonest written forms of stems, to correct spellings with, of that shape."""
        return self._by_form.get((initial, length), ())

    @cached_property
    def _by_form(self) -> dict[tuple[str, int], list[str]]:
        if not self._forms.is_file():
            return {}
        forms: dict[str, str] = json.loads(self._forms.read_text(encoding="utf-8"))
        return _by_form(forms.values())

    def rarity(self, stem: str) -> float:
        """Inverse document frequency of a stem, in nats; an unknown stem is the rarest."""
        return float(np.log1p((self._size - (count := self.count(stem)) + 0.5) / (count + 0.5)))

    def count(self, stem: str) -> int:
        """In how many texts the stem occurs."""
        key = self._vocabulary.get(stem)
        if key is None:
            return 0
        starts = self._ranker.scores["indptr"]
        return int(starts[key + 1] - starts[key])

    def scores(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """For each text the share of the question that it covers, 0 to 1, shape (size,)."""
        wanted = sorted(set(stems))
        known = [stem for stem in wanted if self.knows(stem)]
        if not known:
            return np.zeros(self._size, np.float32)
        ideal = sum(self.rarity(stem) for stem in wanted)
        return np.asarray(self._ranker.get_scores(known), np.float32)[: self._size] / ideal


def _commonest_forms(words: Sequence[list[str]], stems: Sequence[list[str]]) -> dict[str, str]:
    counts = Counter(
        pair
        for forms, roots in zip(words, stems, strict=True)
        for pair in zip(roots, forms, strict=True)
    )
    # Ascending order, so that the commonest form of a stem is written last and stays.
    return {stem: form for (stem, form), _ in reversed(counts.most_common())}
