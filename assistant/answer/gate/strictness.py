"""Where the gate draws its line: every threshold and weight, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from assistant.answer.gate.evidence import Floats
from assistant.answer.gate.signs import BASE, FINE

_WEIGHTS: dict[str, float] = {
    "cosine": 3.321,
    "exact": 0.244,
    "turned": -3.091,
    "units": -0.11,
    "told": 4.48,
    "denies": -3.108,
    "denies_softly": -0.477,
    "denies_alone": -0.991,
    "negators": -2.53,
    "moved": -0.326,
    "reverses": -5.044,
    "modifier": -3.739,
    "order": -1.36,
    "rival": -4.075,
    "misused": -0.596,
    "named": -3.481,
    "universal": -1.539,
    "certain": -1.983,
    "necessary_weak": -0.873,
    "frequent": -0.542,
    "unhedged": -0.042,
    "quantified": -3.034,
}


@dataclass(frozen=True)
class Strictness:
    """Weights of the signs; fitted on the dev half of `evals/cases/groundedness`.

    `choosing` picks the `windows` that are looked at closely, `weights` judges them: a sentence is
    supported when its best window scores at least `least`. `python evals/fit_gate.py` finds both.
    """

    choosing: tuple[float, ...] = (5.0, 4.0, 2.0, 2.0, -1.0)
    weights: Mapping[str, float] = field(default_factory=lambda: _WEIGHTS)
    offset: float = -3.948
    least: float = -0.711
    windows: int = 4

    @cached_property
    def base(self) -> Floats:
        """`choosing` as a row."""
        return np.array(self.choosing, np.float32)

    @cached_property
    def fine(self) -> Floats:
        """`weights` in the order of the signs; a sign without weight counts nothing."""
        return np.array([self.weights.get(name, 0.0) for name in (*BASE, *FINE)], np.float32)


STRICTNESS = Strictness()
