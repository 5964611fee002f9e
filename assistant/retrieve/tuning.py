"""How much each kind of evidence weighs, and where an answer begins to be one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tuning:
    """Weights of the evidence for a passage, relative to its own cosine with the question.

    Cosines and coverages (the share of the question's rare words that are there) lie between 0
    and 1 in every index, so they are added as they are. `words` weighs the passage's coverage,
    `source` the mean of its source's three best cosines, `asked` the questions its article
    answers (best, and mean of the six best), `source_words` the coverage by its whole article,
    `asked_words` by one question that it answers, `learned` what a classifier over those questions
    says. Where there are no such questions, `stand_in` makes up for them from cosine and coverage,
    `learned_stand_in` for the classifier. `linked` lifts articles that the best article links
    to, `linking` those that link to it, always behind it.
    How they were found: `docs/decisions/004-retrieval.md`.
    """

    words: float = 1.0
    source: float = 2.0
    asked: float = 2.2
    asked_several: float = 2.2
    source_words: float = 1.3
    asked_words: float = 1.0
    stand_in: tuple[float, float] = (0.75, 0.55)
    learned: float = 3.5
    learned_stand_in: tuple[float, float] = (0.16, 0.045)
    linked: float = 0.4
    linking: float = 0.25
    # Of an index with more rows than this, only as many nearest by meaning and by words count.
    weigh_all: int = 2_000
    candidates: int = 100
    duplicate_cosine: float = 0.96
    # The logistic curve from (best asked question, several of them, best coverage) to confidence,
    # fitted to as many answerable as unanswerable questions.
    confidence: tuple[float, float, float, float] = (8.91, 13.0, 4.8, -10.93)
    # A wrong refusal is worse than an answer that says it may be beside the point.
    answerable_from: float = 0.3
    sure_from: float = 0.55


TUNING = Tuning()
