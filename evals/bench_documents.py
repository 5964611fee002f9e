"""Measure facts to files: the next question, three documents, and every format of them.

`python evals/bench.py documents` runs it with the other parts. Times are wall time without a model,
in milliseconds for questions and in seconds for documents and files.
"""

import statistics
import time
from pathlib import Path
from typing import Any

from bench_export import bench_export
from bench_interview import bench_interview
from projects import open_case, read_projects

from assistant import Assistant, Settings


def documents(scratch: Path, quick: bool) -> dict[str, Any]:
    """The next question with all facts, and the documents and files of the richest project.

    `first` is the first time in a process, which reads rules, templates and articles.
    """
    asked = bench_interview(times=40 if quick else 200)
    facts, made = _made(scratch / "home", times=3 if quick else 9)
    files = bench_export(scratch, times=3 if quick else 9)
    return {
        "next_question": {
            "facts": asked.facts,
            "median_ms": asked.next_median_ms,
            "p95_ms": asked.next_p95_ms,
            "answer_p95_ms": asked.answer_p95_ms,
        },
        "three_documents": {
            "facts": facts,
            "first_s": round(made[0], 3),
            "median_s": round(statistics.median(made[1:]), 3),
            "worst_s": round(max(made[1:]), 3),
        },
        "files": {
            format: {
                "median_s": max(one.median_s for one in files if one.format == format),
                "worst_s": max(one.worst_s for one in files if one.format == format),
                "first_s": max(one.first_s for one in files if one.format == format),
            }
            for format in dict.fromkeys(one.format for one in files)
        },
    }


def _made(home: Path, times: int) -> tuple[int, list[float]]:
    """Write all three documents of the project with the most facts, unsaved, again and again."""
    case = max(read_projects(), key=lambda case: len(case.facts))
    taken = []
    with Assistant(Settings(home=home)) as assistant:
        open_case(assistant, case)
        for _ in range(times + 1):
            begun = time.perf_counter()
            for kind in assistant.document_kinds():
                assistant.document(kind, save=False, project=case.id)
            taken.append(time.perf_counter() - begun)
        return len(assistant.facts(project=case.id)), taken
