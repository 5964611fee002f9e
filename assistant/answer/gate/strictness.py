"""Where the gate draws its line: every threshold and weight, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.answer.gate.evidence import SUREST, Floats
from assistant.answer.gate.signs import ENTAILED, SIGNS

_WEIGHTS: dict[str, float] = {
    "cosine": 2.343,
    "window": 1.334,
    "whole": 0.853,
    "worst": 0.579,
    "missing": -0.083,
    "exact": 1.034,
    "short_missing": -0.670,
    "near": 1.645,
    "turned": -0.840,
    "units": -0.167,
    "cell": -1.512,
    "lost": -0.608,
    "denies": -1.880,
    "denies_softly": -0.256,
    "negators": -1.078,
    "moved": -0.728,
    "modifier": -0.186,
    "rival": -0.917,
    "universal": -0.710,
    "certain": -0.282,
    "necessary": -0.342,
    "necessary_weak": -0.597,
    "frequent": -0.020,
    "quantified": -1.172,
    "close_denies": -1.103,
    "close_denies_softly": -0.559,
    "close_negators": -0.231,
    "close_moved": -0.773,
    "close_turned": -0.639,
    "close_universal": -0.507,
    "close_necessary": -0.636,
    "close_exclusive": -0.158,
    "close_rival": -0.305,
    "close_modifier": -0.113,
    "close_reverses": -0.415,
    "fit": 1.070,
    "exchanged": -2.055,
    "reason": -0.334,
    "entailed": 0.586,
}


@dataclass(frozen=True)
class Strictness:
    """Weights of the signs; fitted on the dev half of `evals/cases/groundedness`.

    `choosing` picks the `windows` that are looked at closely, `weights` judges them: a sentence is
    supported when its best window scores at least `least`. `python evals/fit_gate.py` finds both.
    """

    choosing: tuple[float, ...] = (5.0, 4.0, 2.0, 2.0, -1.0)
    weights: Mapping[str, float] = field(default_factory=lambda: _WEIGHTS)
    offset: float = -4.954
    least: float = 0.094
    windows: int = 4
    # A window is passed over when a part of it covers the claim as well, but for this much.
    equal_part: float = 0.04
    # A window is looked at only when no other covers that much more of the claim.
    less_covered: float = 0.3

    def undecided(self, score: float) -> bool:
        """Whether what the entailment model says may move a score across the line."""
        most = self.weights.get(ENTAILED, 0.0) * SUREST
        return abs(score - self.least) <= most

    @cached_property
    def base(self) -> Floats:
        """`choosing` as a row."""
        return np.array(self.choosing, np.float32)

    @cached_property
    def fine(self) -> Floats:
        """`weights` in the order of the signs; a sign without weight counts nothing."""
        return np.array([self.weights.get(name, 0.0) for name in SIGNS], np.float32)


STRICTNESS = Strictness()
