"""Labelled pairs → the weights of the citation gate, printed as Python.

`python evals/fit_gate.py [--dropped 0.07] [--dev]`. A logistic curve over the signs of the best
window; signs that speak for a sentence may not count against it, and the other way round. It is
fitted on the dev half and on those of `training_*.yaml` that the entailment model never learns,
with `--dev` on the dev half alone. A five-fold check by article says what to expect of sentences
that were not fitted.
"""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from labelled import Pair, held_apart, passage_of, read_pairs, read_training
from numpy.typing import NDArray
from run import _borrow_index

from assistant import Assistant, Settings, load_settings
from assistant.answer.gate.differences import differences
from assistant.answer.gate.evidence import Evidence, gather
from assistant.answer.gate.signs import ENTAILED, SIGNS, claim_of
from assistant.answer.gate.strictness import STRICTNESS
from assistant.answer.gate.support import closely, plain_fault, weighed
from assistant.answer.gate.words import plain

Floats = NDArray[np.float64]

FOR = frozenset({"cosine", "window", "whole", "worst", "exact", "near", "fit", ENTAILED})
EITHER = frozenset({"units"})
DEV, APART = "dev half", "told freely"
FOLDS = 5
ROUNDS, STEPS, RATE, PENALTY = 6, 1_500, 0.05, 0.1


@dataclass(frozen=True)
class Row:
    """A pair with the signs of its nearest windows; `faulty` ones are stopped whatever they are."""

    pair: Pair
    faulty: bool
    signs: Floats

    @property
    def true(self) -> bool:
        return self.pair.label == "supported"

    @property
    def source(self) -> str:
        """DEV or APART."""
        return DEV if self.pair.id.startswith("g") else APART


def main() -> int:
    parser = argparse.ArgumentParser(description="Fit the weights of the citation gate.")
    parser.add_argument("--dropped", type=float, default=0.07)
    parser.add_argument("--dev", action="store_true")
    wishes = parser.parse_args()
    sources = {DEV} if wishes.dev else {DEV, APART}
    rows = collect()
    weights, offset = fit([row for row in rows if row.source in sources and not row.faulty])
    held_out = crosswise(rows, sources)
    least = line(rows, held_out, wishes.dropped)
    print("_WEIGHTS: dict[str, float] = {")
    for name, weight in zip(SIGNS, weights, strict=True):
        if abs(weight) >= 0.0005:
            print(f'    "{name}": {weight:.3f},')
    print(f"}}\noffset = {offset:.3f}\nleast = {least:.3f}")
    for dropped in sorted({wishes.dropped, 0.04, 0.06, 0.08, 0.1, 0.15}):
        least = line(rows, held_out, dropped)
        for source in (DEV, APART):
            stopped = shares(rows, held_out, least, source)
            told = ", ".join(f"{name} {value:.3f}" for name, value in stopped.items())
            print(f"held out at {least:.2f}, {source}: {told}", file=sys.stderr)
    return 0


def collect() -> list[Row]:
    """The signs of every dev pair and of every working pair that is held apart."""
    rows = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        Assistant(scratch_settings(scratch)) as assistant,
    ):
        encode, entails = assistant.library.encoder.encode, assistant.library.entailment.odds
        made: dict[str, Evidence] = {}
        dev = [pair for pair in read_pairs() if pair.split == "dev"]
        apart = [pair for pair in read_training() if held_apart(pair)]
        for pair in [*dev, *apart]:
            key = pair.passage_id + pair.passage
            if key not in made:
                [made[key]] = gather([passage_of(assistant, pair)], encode, entails)
            text = plain(pair.sentence)
            claim = claim_of(text, encode([text])[0])
            met = made[key].meet(claim.content)
            differ = differences(claim.stance, made[key], met)
            faulty = plain_fault(claim, made[key], pair.question, differ) != "ok"
            closest, signs = closely(claim, made[key], STRICTNESS, met, differ)
            signs = weighed(claim, made[key], closest, signs)
            rows.append(Row(pair, faulty, signs.astype(np.float64)))
    return rows


def scratch_settings(scratch: str) -> Settings:
    """A home of its own, with the index of knowledge that is there already."""
    settings = Settings(home=Path(scratch), knowledge=load_settings().knowledge)
    _borrow_index(settings)
    return settings


def fit(rows: Sequence[Row]) -> tuple[Floats, float]:
    """Weights and offset; each round looks at the window that scores best by the last."""
    weights = np.zeros(len(SIGNS))
    weights[:5] = (5.0, 4.0, 2.0, 2.0, -1.0)
    offset = -6.5
    true = np.array([row.true for row in rows], float)
    for _ in range(ROUNDS):
        best = np.array([row.signs[int((row.signs @ weights).argmax())] for row in rows])
        weights, offset = descend(best, true, weights, offset)
    return weights, offset


def descend(signs: Floats, true: Floats, weights: Floats, offset: float) -> tuple[Floats, float]:
    """Adam (Kingma & Ba 2015) on the logistic loss, weights held on their side of zero."""
    lower = np.array([0.0 if name in FOR else -np.inf for name in SIGNS])
    upper = np.array([np.inf if name in FOR | EITHER else 0.0 for name in SIGNS])
    mean, square = np.zeros(len(SIGNS) + 1), np.zeros(len(SIGNS) + 1)
    for step in range(1, STEPS):
        wrong = 1 / (1 + np.exp(-(signs @ weights + offset))) - true
        slope = signs.T @ wrong / len(true) + PENALTY * weights / len(SIGNS)
        gradient = np.append(slope, wrong.mean())
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        root = np.sqrt(square / (1 - 0.999**step)) + 1e-8
        move = RATE * (mean / (1 - 0.9**step)) / root
        weights = np.clip(weights - move[:-1], lower, upper)
        offset -= move[-1]
    return weights, offset


def scores(rows: Sequence[Row], weights: Floats, offset: float) -> Floats:
    return np.array([float((row.signs @ weights).max()) + offset for row in rows])


def crosswise(rows: Sequence[Row], sources: Set[str]) -> Floats:
    """The score of each row by weights that were fitted without its article."""
    articles = [row.pair.passage_id.partition("#")[0] for row in rows]
    folds = [int(hashlib.md5(name.encode()).hexdigest(), 16) % FOLDS for name in articles]
    held_out = np.zeros(len(rows))
    for fold in range(FOLDS):
        rest = [row for row, own in zip(rows, folds, strict=True) if own != fold]
        weights, offset = fit([row for row in rest if not row.faulty and row.source in sources])
        mine = [at for at, own in enumerate(folds) if own == fold]
        held_out[mine] = scores([rows[at] for at in mine], weights, offset)
    return held_out


def line(rows: Sequence[Row], found: Floats, dropped: float) -> float:
    """The least score that drops this share of the supported sentences of the dev half."""
    true = sorted(
        -np.inf if row.faulty else score
        for row, score in zip(rows, found, strict=True)
        if row.true and row.source == DEV
    )
    return float(true[int(dropped * len(true))])


def shares(rows: Sequence[Row], found: Floats, least: float, source: str) -> dict[str, float]:
    """The share of each label that is stopped, among the sentences of one source."""
    stopped: dict[str, list[bool]] = {}
    for row, score in zip(rows, found, strict=True):
        if row.source == source:
            stopped.setdefault(row.pair.label, []).append(row.faulty or bool(score < least))
    return {label: float(np.mean(values)) for label, values in stopped.items()}


if __name__ == "__main__":
    sys.exit(main())
