"""Where the gate draws its line: every threshold and weight, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.answer.gate.evidence import SUREST, Floats
from assistant.answer.gate.signs import ENTAILED, SIGNS

_WEIGHTS: dict[str, float] = {
    "cosine": 2.079,
    "window": 1.045,
    "whole": 0.591,
    "worst": 0.067,
    "exact": 0.769,
    "short_missing": -0.484,
    "near": 1.623,
    "turned": -0.762,
    "units": -0.062,
    "cell": -1.655,
    "lost": -0.521,
    "denies": -1.472,
    "denies_softly": -0.024,
    "denies_alone": -0.020,
    "negators": -1.230,
    "moved": -0.536,
    "modifier": -0.348,
    "rival": -0.826,
    "universal": -0.877,
    "exclusive": -0.005,
    "certain": -0.218,
    "necessary": -0.294,
    "necessary_weak": -0.292,
    "frequent": -0.004,
    "quantified": -1.185,
    "close_lost": -0.040,
    "close_denies": -1.149,
    "close_denies_softly": -0.428,
    "close_negators": -0.365,
    "close_moved": -0.752,
    "close_turned": -0.479,
    "close_universal": -0.462,
    "close_necessary": -0.772,
    "close_exclusive": -0.088,
    "close_rival": -0.226,
    "close_modifier": -0.210,
    "close_reverses": -0.549,
    "fit": 0.931,
    "exchanged": -2.187,
    "reason": -0.478,
    "entailed": 1.003,
}


@dataclass(frozen=True)
class Strictness:
    """Weights of the signs; fitted on the dev half of `evals/cases/groundedness`.

    `choosing` picks the `windows` that are looked at closely, `weights` judges them: a sentence is
    supported when its best window scores at least `least`. `python evals/fit_gate.py` finds both.
    """

    choosing: tuple[float, ...] = (5.0, 4.0, 2.0, 2.0, -1.0)
    weights: Mapping[str, float] = field(default_factory=lambda: _WEIGHTS)
    offset: float = -4.017
    least: float = 0.238
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
