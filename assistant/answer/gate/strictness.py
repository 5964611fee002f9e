"""Where the gate draws its line: every threshold and weight, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.answer.gate.evidence import Floats
from assistant.answer.gate.signs import SIGNS

_WEIGHTS: dict[str, float] = {
    "cosine": 7.048,
    "window": 0.330,
    "whole": 0.239,
    "exact": 2.525,
    "short_missing": -0.997,
    "near": 0.918,
    "turned": -1.902,
    "units": 0.517,
    "cell": -1.899,
    "lost": -0.384,
    "crossed": -2.248,
    "denies": -1.568,
    "denies_alone": -1.005,
    "negators": -1.971,
    "reverses": -5.138,
    "modifier": -1.962,
    "order": -1.929,
    "rival": -3.459,
    "universal": -0.920,
    "certain": -0.598,
    "necessary_weak": -0.237,
    "frequent": -0.364,
    "quantified": -2.478,
    "close_crossed": -2.248,
    "close_denies": -2.800,
    "close_denies_softly": -0.540,
    "close_moved": -2.376,
    "close_turned": -3.621,
    "close_universal": -2.292,
    "close_necessary": -1.336,
    "close_unhedged": -1.072,
    "close_elsewhere": -5.460,
    "close_misused": -0.651,
    "close_exclusive": -1.126,
    "close_rival": -1.459,
    "close_modifier": -1.962,
}


@dataclass(frozen=True)
class Strictness:
    """Weights of the signs; fitted on the dev half of `evals/cases/groundedness`.

    `choosing` picks the `windows` that are looked at closely, `weights` judges them: a sentence is
    supported when its best window scores at least `least`. `python evals/fit_gate.py` finds both.
    """

    choosing: tuple[float, ...] = (5.0, 4.0, 2.0, 2.0, -1.0)
    weights: Mapping[str, float] = field(default_factory=lambda: _WEIGHTS)
    offset: float = -7.404
    least: float = -0.505
    windows: int = 4
    # A window is passed over when a part of it covers the claim as well, but for this much.
    equal_part: float = 0.04

    @cached_property
    def base(self) -> Floats:
        """`choosing` as a row."""
        return np.array(self.choosing, np.float32)

    @cached_property
    def fine(self) -> Floats:
        """`weights` in the order of the signs; a sign without weight counts nothing."""
        return np.array([self.weights.get(name, 0.0) for name in SIGNS], np.float32)


STRICTNESS = Strictness()
