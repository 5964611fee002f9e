"""Composed documents → how often foreign parts are missed and own parts are wrongly held back.

Run `python -m evals.foreign_parts` for the figures of both splits, `--cases` for each case.
"""

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from assistant.embed import load_encoder
from assistant.ingest import IngestedFile, ingest_file, read_article
from assistant.ingest.foreign import Encode
from assistant.settings import load_settings

ROOT = Path(__file__).parents[1]
CASES = ROOT / "evals" / "cases" / "foreign_parts"
SHARED = ROOT.parent / "shared"
Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Case:
    """One composed document: its parts in order, and which of them are foreign."""

    id: str
    parts: tuple[str, ...]
    foreign: tuple[str, ...] = ()

    @property
    def split(self) -> Split:
        """By hash of the id, so that nobody chooses."""
        return "dev" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "test"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ingestion did with one case; counts of parts, and of passages."""

    case: Case
    foreign: int
    missed: int
    passages: int
    wrong: int
    held: tuple[str, ...]


def read_cases() -> list[Case]:
    """Every case whose sources are on this machine."""
    entries = yaml.safe_load((CASES / "cases.yaml").read_text(encoding="utf-8"))
    cases = [Case(e["id"], tuple(e["parts"]), tuple(e.get("foreign", ()))) for e in entries]
    return [case for case in cases if all(_available(part) for part in case.parts)]


def run_case(case: Case, encode: Encode) -> Outcome:
    """Compose, ingest and judge one case; a boundary may be off by one passage."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.txt" if "seeds/" in "".join(case.parts) else "document.md")
        path.write_text("\n\n".join(text_of(part) for part in case.parts), encoding="utf-8")
        file = ingest_file(path, name=path.name, source_id="case", encode=encode)
    everything = sorted(
        [*file.passages, *(p for held in file.held_back for p in held.passages)],
        key=lambda passage: passage.position,
    )
    truths = [_span(file, everything, part) for part in case.foreign]
    runs = [
        (held.passages[0].position, held.passages[-1].position)
        for held in file.held_back
        if held.code == "foreign_part"
    ]
    missed = sum(not any(_agree(run, truth) for run in runs) for truth in truths)
    near = {n for low, high in truths for n in range(low - 1, high + 2)}
    held = [n for low, high in runs for n in range(low, high + 1)]
    return Outcome(
        case,
        len(truths),
        missed,
        len(everything) - sum(high - low + 1 for low, high in truths),
        sum(n not in near for n in held),
        tuple(f"{n}: {everything[n].heading or everything[n].text[:40]}" for n in held),
    )


def text_of(part: str) -> str:
    """The text of one part."""
    return "\n\n".join(_one(name) for name in part.split("+"))


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Error rates in percent, and the ids of the cases that failed."""
    parts = sum(outcome.foreign for outcome in outcomes)
    passages = sum(outcome.passages for outcome in outcomes)
    missed = sum(outcome.missed for outcome in outcomes)
    wrong = sum(outcome.wrong for outcome in outcomes)
    return {
        "cases": len(outcomes),
        "foreign_parts": parts,
        "missed_percent": round(100 * missed / max(1, parts), 1),
        "own_passages": passages,
        "wrongly_held_percent": round(100 * wrong / max(1, passages), 2),
        "documents_with_wrong_percent": round(
            100 * sum(outcome.wrong > 0 for outcome in outcomes) / max(1, len(outcomes)), 1
        ),
        "failed": [o.case.id for o in outcomes if o.missed or o.wrong],
    }


def run(encode: Encode) -> dict[Split, list[Outcome]]:
    """All cases, by split."""
    found: dict[Split, list[Outcome]] = {"dev": [], "test": []}
    for case in read_cases():
        found[case.split].append(run_case(case, encode))
    return found


def _agree(run: tuple[int, int], truth: tuple[int, int]) -> bool:
    overlap = run[0] <= truth[1] and truth[0] <= run[1]
    return overlap and abs(run[0] - truth[0]) <= 1 and abs(run[1] - truth[1]) <= 1


def _span(file: IngestedFile, passages: Sequence[Any], part: str) -> tuple[int, int]:
    """First and last position of the passages whose greater half lies in the part."""
    lines = [line.strip() for line in text_of(part).split("\n") if line.strip()]
    low = file.text.index(lines[0])
    high = file.text.index(lines[-1], low) + len(lines[-1])
    inside, offset = [], 0
    for passage in passages:
        offset = file.text.index(passage.text, offset)
        middle = offset + len(passage.text) // 2
        if low <= middle <= high:
            inside.append(passage.position)
    if not inside:  # swallowed by a larger passage
        return (-9, -9)
    return inside[0], inside[-1]


def _available(part: str) -> bool:
    source = part.split("/")[0]
    if source in ("seeds", "cranfield"):
        return SHARED.is_dir()
    return source != "articles" or _article(part).is_file()


def _article(part: str) -> Path:
    return ROOT / "knowledge" / (part.removeprefix("articles/") + ".md")


def _one(name: str) -> str:
    source, _, rest = name.partition("/")
    if source not in ("hosts", "sections", "foreign", "articles", "seeds", "cranfield"):
        source, rest = "foreign", name  # the second of `foreign/a+b`
    if source == "articles":
        article = read_article(_article(name))
        return f"## {article.title}\n\n{article.body}"
    if source == "seeds":
        return _seed(rest)
    if source == "cranfield":
        return _cranfield(rest)
    stem, _, cut = rest.partition(":")
    text = (CASES / "texts" / source / f"{stem}.md").read_text(encoding="utf-8").strip()
    return _sections(text, cut) if cut else text


def _sections(text: str, cut: str) -> str:
    parts = re.split(r"(?m)^(?=## )", text)
    low, dash, high = cut.partition("-")
    if not dash:
        return "".join(parts[: int(low)]).strip()
    return "".join(parts[int(low) : int(high) if high else None]).strip()


def _seed(name: str) -> str:
    number, _, words = name.partition(":")
    text = next((SHARED / "seeds").glob(f"{number}_*.txt")).read_text(encoding="utf-8")
    return text[text.index(words) :] if words else text


def _cranfield(query: str) -> str:
    folder = SHARED / "data" / "cranfield"
    rows = [line.split("\t") for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()]
    wanted = [row[1] for row in rows if row[0] == query][:10]
    lines = (folder / "corpus.jsonl").read_text("utf-8").splitlines()
    texts = {entry["id"]: entry for entry in map(json.loads, lines)}
    found = [texts[key] for key in wanted if key in texts]
    return "\n\n".join(f"## {entry['title'].capitalize()}\n\n{entry['text']}" for entry in found)


def _lines(found: dict[Split, list[Outcome]], *, cases: bool) -> Iterator[str]:
    for split, outcomes in found.items():
        yield f"{split}: {json.dumps(summary(outcomes))}"
        for outcome in outcomes:
            if cases or outcome.missed or outcome.wrong:
                yield (
                    f"  {outcome.case.id}: foreign {outcome.foreign}, missed {outcome.missed}, "
                    f"wrong {outcome.wrong} of {outcome.passages}; held {list(outcome.held)}"
                )


if __name__ == "__main__":
    outcomes = run(load_encoder(load_settings()).encode)
    sys.stdout.write("\n".join(_lines(outcomes, cases="--cases" in sys.argv)) + "\n")
