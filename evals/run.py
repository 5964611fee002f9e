"""Case files → scores: a table on stdout and a JSON file in `evals/results`.

`python evals/run.py [SUITE…] [--split dev|test|all] [--json] [--cases]`
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import groundedness
import prefill
import projects
import suites

from assistant import Assistant, Settings, load_settings

HERE = Path(__file__).parent
SUITES: dict[str, Callable[[Assistant, str], dict[str, Any]]] = {
    "retrieval": suites.retrieval,
    "citations": suites.citations,
    "foreign_parts": suites.foreign_parts,
    "groundedness": groundedness.groundedness,
    "projects": projects.projects,
    "prefill": prefill.prefill,
}


def main() -> int:
    options = _options()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        # The user's data folder stays untouched, but its knowledge index is used when it is there.
        settings = Settings(home=Path(scratch), knowledge=load_settings().knowledge)
        _borrow_index(settings)
        with Assistant(settings) as assistant:
            for name in options.suites or SUITES:
                print(f"Running {name} …", file=sys.stderr)
                results[name] = SUITES[name](assistant, options.split)
    record = {"split": options.split, **provenance(), "suites": results}
    if options.json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        _print_table(results, with_cases=options.cases)
    _save(record)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the evaluation suites.")
    parser.add_argument("suites", nargs="*", choices=[[], *SUITES], metavar="SUITE")
    parser.add_argument("--split", choices=["dev", "test", "all"], default="test")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", action="store_true", help="print every failing case whole")
    return parser.parse_args()


def _borrow_index(settings: Settings) -> None:
    theirs = load_settings().home / "indexes" / "knowledge"
    if theirs.is_dir():
        (settings.home / "indexes").mkdir(parents=True)
        (settings.home / "indexes" / "knowledge").symlink_to(theirs.absolute())


def provenance() -> dict[str, Any]:
    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=HERE, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "--short", "HEAD"),
        "changed_since": bool(git("status", "--porcelain", "--", "..")),
        "machine": f"{platform.machine()}, {_cores()} cores",
        "python": platform.python_version(),
    }


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _print_table(results: dict[str, Any], *, with_cases: bool) -> None:
    for suite, result in results.items():
        print(f"\n{suite}")
        for score, value in result["scores"].items():
            shown = f"{value:.3f}" if isinstance(value, float) else str(value)
            print(f"  {score:<34}{shown:>10}")
        failed = result["failed"]
        print(f"  failing cases: {len(failed)}")
        for case in failed if with_cases else failed[:15]:
            print(f"    {json.dumps(case, ensure_ascii=False)[:400]}")
        if not with_cases and len(failed) > 15:
            print(f"    … and {len(failed) - 15} more with --cases")


def _save(record: dict[str, Any]) -> None:
    folder = HERE / "results"
    try:
        folder.mkdir(exist_ok=True)
        name = "-".join(record["suites"]) if len(record["suites"]) < len(SUITES) else "all"
        path = folder / f"{name}-{record['split']}.json"
        path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"Saved {path}", file=sys.stderr)
    except OSError as error:
        print(f"The results were not saved: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
