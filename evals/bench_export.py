"""Measure exports: the time and size of every format, for the documents of the richest project.

`python evals/bench_export.py [--times N] [--out FOLDER]` prints JSON; with `--out` the files stay
there to be looked at. The first export of a format, which loads what it needs, is told apart.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from projects import open_case, read_projects

from assistant import Assistant, Settings
from assistant.export import FORMATS, export


@dataclass(frozen=True, slots=True)
class ExportFigures:
    """One document in one format; times in seconds of wall time, size in bytes."""

    kind: str
    format: str
    first_s: float
    median_s: float
    worst_s: float
    size: int


def bench_export(folder: Path, times: int = 5) -> list[ExportFigures]:
    """Write every document of the project with the most facts in every format, again and again."""
    case = max(read_projects(), key=lambda case: len(case.facts))
    with (
        tempfile.TemporaryDirectory() as home,
        Assistant(Settings(home=Path(home))) as assistant,
    ):
        open_case(assistant, case)
        documents = {
            kind: assistant.document(kind, project=case.id) for kind in assistant.document_kinds()
        }
    figures = []
    for kind, document in documents.items():
        for format in FORMATS:
            target = folder / f"{case.id}-{kind}.{format}"
            taken = []
            for _ in range(times + 1):
                begun = time.perf_counter()
                export(document, target)
                taken.append(time.perf_counter() - begun)
            figures.append(
                ExportFigures(
                    kind=kind,
                    format=format,
                    first_s=round(taken[0], 3),
                    median_s=round(statistics.median(taken[1:]), 3),
                    worst_s=round(max(taken[1:]), 3),
                    size=target.stat().st_size,
                )
            )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = bench_export(folder, asked.times)
    print(json.dumps([asdict(figure) for figure in figures], indent=1))


if __name__ == "__main__":
    main()
