"""Briefs with labelled facts → how many proposals are right, and how many facts are found.

`python evals/prefill.py [--split dev|test|all] [--model [--untuned]] [--cases]` prints it for each
rung; the suite `prefill` of `evals/run.py` does the same without a model. With a small model
`--untuned` keeps to the nine briefs that nothing was tuned on, since each takes up to a minute.
Labels that are `optional` may be proposed but need not be found; every other proposal without a
label is wrong.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from prefill_briefs import FOLDER, Brief, Label, read_briefs, read_messages

from assistant.facts import Amount, Catalogue, Day, Fact, Person, Value, load_catalogue
from assistant.facts.values import CURRENCIES, SECONDS
from assistant.prefill import Encode, Proposal, propose, read_brief

SAME_WORDS = 0.6  # of the shorter of two quotes
CLOSE = 0.01
BINS = (0.0, 0.7, 0.85, 0.95, 1.01)


@dataclass(frozen=True)
class Outcome:
    """What became of one brief on one rung."""

    brief: Brief
    right: tuple[Proposal, ...]
    wrong: tuple[Proposal, ...]
    missed: tuple[str, ...]

    @property
    def required(self) -> int:
        return len({label.fact for label in self.brief.labels if not label.optional})


def judged(brief: Brief, proposals: Sequence[Proposal], catalogue: Catalogue) -> Outcome:
    """Sort the proposals into right and wrong ones."""
    right = [one for one in proposals if _is_right(one, brief, catalogue)]
    wrong = [one for one in proposals if one not in right]
    found = {one.fact for one in right}
    required = dict.fromkeys(one.fact for one in brief.labels if not one.optional)
    missed = tuple(fact for fact in required if fact not in found)
    return Outcome(brief, tuple(right), tuple(wrong), missed)


def _is_right(proposal: Proposal, brief: Brief, catalogue: Catalogue) -> bool:
    if proposal.quote != brief.text[proposal.start : proposal.end]:
        return False
    fact = catalogue[proposal.fact]
    return any(
        label.fact == proposal.fact and _fits(proposal, label, fact, brief.text)
        for label in brief.labels
    )


def _fits(proposal: Proposal, label: Label, fact: Fact, text: str) -> bool:
    shared = _shared(proposal, label, text)
    if fact.type in ("text", "long_text", "table") or label.value is None:
        return shared >= SAME_WORDS
    return shared > 0 and same_value(proposal.value, label.value)


def _shared(proposal: Proposal, label: Label, text: str) -> float:
    """How much of the shorter quote lies in the other one."""
    starts = [at for at in range(len(text)) if text.startswith(label.quote, at)]
    if not starts:  # the label is written without the line breaks of the text
        inside = " ".join(label.quote.split()) in _flat(text)
        quote = _flat(proposal.quote)
        return float(inside and (quote in label.quote or label.quote in quote))
    ends = [start + len(label.quote) for start in starts]
    overlaps = [
        min(proposal.end, end) - max(proposal.start, start)
        for start, end in zip(starts, ends, strict=True)
    ]
    return max(overlaps) / max(min(len(label.quote), proposal.end - proposal.start), 1)


def _flat(text: str) -> str:
    return " ".join(text.replace(">", " ").split())


def same_value(found: Value, wanted: Value) -> bool:
    """Whether two values say the same; "about" and "at most" do not matter.

    >>> same_value(Amount(150, 150, "ms", about=True), Amount(0.15, 0.15, "s"))
    True
    """
    if isinstance(found, Amount) and isinstance(wanted, Amount):
        return _same_amount(found, wanted)
    if isinstance(found, Day) and isinstance(wanted, Day):
        return found.end == wanted.end
    if isinstance(found, tuple) and isinstance(wanted, tuple):
        return _same_items([_name(one) for one in found], [_name(one) for one in wanted])
    return found == wanted


def _same_amount(found: Amount, wanted: Amount) -> bool:
    try:
        if found.seconds and wanted.seconds:
            return _near(found.seconds, wanted.seconds)
    except KeyError:
        pass
    strict = {found.unit, wanted.unit} & ({"%"} | CURRENCIES | set(SECONDS))
    if found.unit != wanted.unit and strict:
        return False
    rates = not found.per or not wanted.per or found.per == wanted.per
    return rates and _near(found.low, wanted.low) and _near(found.high, wanted.high)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= CLOSE * max(abs(one), abs(other))


def _name(item: Any) -> str:
    words = item.name if isinstance(item, Person) else item
    words = " ".join(str(one) for one in words.values()) if isinstance(words, dict) else str(words)
    return (
        words.casefold().removeprefix("dr. ").removeprefix("mr. ").removeprefix("ms. ").strip(" .")
    )


def _same_items(found: list[str], wanted: list[str]) -> bool:
    """Nothing foreign, and at least half of what was wanted."""
    hits = [item for item in wanted if any(item in one or one in item for one in found)]
    strangers = [one for one in found if not any(item in one or one in item for item in wanted)]
    return not strangers and len(hits) * 2 >= len(wanted)


def scores(outcomes: Sequence[Outcome]) -> dict[str, float | int]:
    """Precision over all proposals and recall over all facts that must be found."""
    right = sum(len(one.right) for one in outcomes)
    wrong = sum(len(one.wrong) for one in outcomes)
    required = sum(one.required for one in outcomes)
    missed = sum(len(one.missed) for one in outcomes)
    return {
        "proposals": right + wrong,
        "precision": right / max(right + wrong, 1),
        "recall": (required - missed) / max(required, 1),
    }


def by_confidence(outcomes: Sequence[Outcome]) -> dict[str, float | int]:
    """The precision of the proposals in each band of confidence."""
    shown: dict[str, float | int] = {}
    for low, high in pairwise(BINS):
        right = sum(low <= one.confidence < high for o in outcomes for one in o.right)
        wrong = sum(low <= one.confidence < high for o in outcomes for one in o.wrong)
        if right + wrong:
            name = f"precision at confidence {low:.2f}+ ({right + wrong})"
            shown[name] = right / (right + wrong)
    return shown


def failures(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """What went wrong in each brief."""
    return [
        {
            "id": one.brief.id,
            "wrong": [f"{p.fact} = {p.shown[:80]} <- {p.quote[:120]!r}" for p in one.wrong],
            "missed": list(one.missed),
        }
        for one in outcomes
        if one.wrong or one.missed
    ]


def run(
    find: Callable[[str], Sequence[Proposal]], briefs: Sequence[Brief], catalogue: Catalogue
) -> list[Outcome]:
    """Judge what `find` proposes for each brief."""
    return [judged(brief, find(brief.text), catalogue) for brief in briefs]


def prefill(assistant: Any, split: str) -> dict[str, Any]:
    """Are proposals from pasted briefs right, and are enough facts found?"""
    return measure(split, assistant.library.encoder.encode, assistant.notice)


def measure(
    split: str, encode: Encode, notice: Callable[[str], Sequence[Proposal]] | None = None
) -> dict[str, Any]:
    """The scores without a model, for patterns alone and with the encoder.

    Briefs in the folder `blind` count on both halves, by themselves.
    """
    catalogue = load_catalogue()
    briefs = [one for one in read_briefs(catalogue) if split in ("all", one.split)]
    patterns = run(lambda text: propose(text, catalogue), briefs, catalogue)
    lowest = run(lambda text: propose(text, catalogue, encode=encode), briefs, catalogue)
    shown: dict[str, Any] = {"briefs": len(briefs)}
    shown |= {f"patterns: {name}": value for name, value in scores(patterns).items()}
    shown |= {f"lowest rung: {name}": value for name, value in scores(lowest).items()}
    shown |= by_confidence(lowest)
    failed = failures(lowest)
    untuned = read_briefs(catalogue, FOLDER / "blind")
    plain = run(lambda text: propose(text, catalogue), untuned, catalogue)
    blind = run(lambda text: propose(text, catalogue, encode=encode), untuned, catalogue)
    shown |= {f"never tuned on, patterns: {name}": value for name, value in scores(plain).items()}
    shown |= {f"never tuned on: {name}": value for name, value in scores(blind).items()}
    failed += failures(blind)
    if notice is not None:
        messages = [one for one in read_messages(catalogue) if split in ("all", one.split)]
        chat = run(notice, messages, catalogue)
        shown |= {f"chat: {name}": value for name, value in scores(chat).items()}
        failed += failures(chat)
    return {"scores": shown, "failed": failed}


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure prefilling.")
    parser.add_argument("--split", choices=["dev", "test", "all"], default="test")
    parser.add_argument("--model", action="store_true", help="also with the settings' models")
    parser.add_argument("--untuned", action="store_true", help="the model reads only these briefs")
    parser.add_argument("--cases", action="store_true", help="print every failing case")
    options = parser.parse_args()
    from assistant.embed import load_encoder
    from assistant.settings import Settings

    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        encode = load_encoder(settings).encode
        result = measure(options.split, encode)
        if options.model:
            split = "" if options.untuned else options.split
            result["scores"] |= _with_model(split, settings, encode)
    for name, value in result["scores"].items():
        print(
            f"  {name:<44}{value:>10.3f}"
            if isinstance(value, float)
            else f"  {name:<44}{value:>10}"
        )
    if options.cases:
        for case in result["failed"]:
            print(json.dumps(case, ensure_ascii=False, indent=1))
    return 0


def _with_model(split: str, settings: Any, encode: Encode) -> dict[str, Any]:
    from assistant.ladder import Ladder

    catalogue = load_catalogue()
    ladder = Ladder(settings)
    groups = {
        "with a model": [one for one in read_briefs(catalogue) if split in ("all", one.split)],
        "never tuned on, with a model": read_briefs(catalogue, FOLDER / "blind"),
    }
    shown: dict[str, Any] = {}

    def read(text: str) -> Sequence[Proposal]:
        begun = time.monotonic()
        found = read_brief(text, catalogue, encode=encode, model=ladder)
        told = " ".join(found.notices)
        print(f"  {time.monotonic() - begun:.0f} s {text[:40]!r} {told}", file=sys.stderr)
        return found.proposals

    try:
        for group, briefs in groups.items():
            if not briefs:
                continue
            outcomes = run(read, briefs, catalogue)
            shown |= {f"{group}: {name}": value for name, value in scores(outcomes).items()}
    finally:
        ladder.close()
    return shown


if __name__ == "__main__":
    sys.exit(main())
