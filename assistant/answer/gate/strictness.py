"""Where the gate draws its line: every threshold and weight, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.answer.gate.evidence import Floats
from assistant.answer.gate.signs import SIGNS

_WEIGHTS: dict[str, float] = {
    "cosine": 3.513,
    "window": 1.196,
    "whole": 1.016,
    "exact": 1.356,
    "short_missing": -0.685,
    "near": 0.805,
    "turned": -1.459,
    "units": 0.324,
    "cell": -1.455,
    "lost": -0.306,
    "denies": -1.606,
    "denies_alone": -0.046,
    "negators": -1.197,
    "moved": -0.682,
    "reverses": -0.256,
    "modifier": -0.353,
    "order": -0.545,
    "rival": -1.784,
    "universal": -1.607,
    "exclusive": -0.123,
    "certain": -0.379,
    "necessary": -0.471,
    "necessary_weak": -0.010,
    "frequent": -0.200,
    "unhedged": -0.145,
    "quantified": -1.189,
    "close_denies": -1.114,
    "close_denies_softly": -0.361,
    "close_negators": -0.542,
    "close_moved": -0.722,
    "close_turned": -0.558,
    "close_universal": -1.007,
    "close_necessary": -0.573,
    "close_unhedged": -0.205,
    "close_misused": -0.062,
    "close_exclusive": -0.266,
    "close_rival": -0.708,
    "close_modifier": -0.213,
    "close_reverses": -0.500,
    "fit": 0.979,
    "exchanged": -2.159,
    "denial": -0.063,
    "reason": -0.930,
}


@dataclass(frozen=True)
class Strictness:
    """Weights of the signs; fitted on the dev half of `evals/cases/groundedness`.

    `choosing` picks the `windows` that are looked at closely, `weights` judges them: a sentence is
    supported when its best window scores at least `least`. `python evals/fit_gate.py` finds both.
    """

    choosing: tuple[float, ...] = (5.0, 4.0, 2.0, 2.0, -1.0)
    weights: Mapping[str, float] = field(default_factory=lambda: _WEIGHTS)
    offset: float = -5.689
    least: float = -0.250
    windows: int = 4
    # A window is passed over when a part of it covers the claim as well, but for this much.
    equal_part: float = 0.04
    # A window is looked at only when no other covers that much more of the claim.
    less_covered: float = 0.3

    @cached_property
    def base(self) -> Floats:
        """`choosing` as a row."""
        return np.array(self.choosing, np.float32)

    @cached_property
    def fine(self) -> Floats:
        """`weights` in the order of the signs; a sign without weight counts nothing."""
        return np.array([self.weights.get(name, 0.0) for name in SIGNS], np.float32)


STRICTNESS = Strictness()
