"""Where the gate draws its line: every threshold and weight, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.answer.gate.evidence import Floats
from assistant.answer.gate.signs import SIGNS

_WEIGHTS: dict[str, float] = {
    "cosine": 7.547,
    "window": 0.491,
    "exact": 2.294,
    "short_missing": -1.155,
    "near": 1.109,
    "turned": -1.833,
    "units": 0.424,
    "crossed": -2.36,
    "denies": -2.009,
    "denies_alone": -1.116,
    "negators": -1.859,
    "replaced": -0.028,
    "reverses": -5.266,
    "modifier": -2.77,
    "order": -1.946,
    "rival": -3.646,
    "universal": -0.794,
    "certain": -0.658,
    "necessary_weak": -0.117,
    "frequent": -0.647,
    "quantified": -2.54,
    "close_crossed": -2.36,
    "close_denies": -2.599,
    "close_denies_softly": -0.612,
    "close_moved": -2.366,
    "close_turned": -3.65,
    "close_universal": -2.478,
    "close_necessary": -1.248,
    "close_unhedged": -0.888,
    "close_elsewhere": -5.744,
    "close_misused": -0.571,
    "close_exclusive": -1.045,
    "close_rival": -1.488,
    "close_modifier": -2.077,
}


@dataclass(frozen=True)
class Strictness:
    """Weights of the signs; fitted on the dev half of `evals/cases/groundedness`.

    `choosing` picks the `windows` that are looked at closely, `weights` judges them: a sentence is
    supported when its best window scores at least `least`. `python evals/fit_gate.py` finds both.
    """

    choosing: tuple[float, ...] = (5.0, 4.0, 2.0, 2.0, -1.0)
    weights: Mapping[str, float] = field(default_factory=lambda: _WEIGHTS)
    offset: float = -7.638
    least: float = -0.512
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
