"""This product beside LangChain's default pipeline, in one run → evals/results/bench.json.

`python evals/bench.py [--quick] [PART …]` with the extras `torch` and `bench` installed. Both read
the same files and use the same weights (all-MiniLM-L6-v2): ours as the bundled int8 encoder,
LangChain's through sentence-transformers on torch. LangChain's side is its usual tutorial:
RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200), HuggingFaceEmbeddings, Chroma.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bench_documents
import bench_parts
from run import provenance

HERE = Path(__file__).parent
PARTS: dict[str, Callable[[Path, bool], dict[str, Any]]] = {
    "start": bench_parts.start,
    "size": bench_parts.size,
    "indexing": bench_parts.indexing,
    "queries": bench_parts.queries,
    "own_cases": bench_parts.own_cases,
    "cranfield": bench_parts.cranfield,
    "page": bench_parts.page,
    "documents": bench_documents.documents,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    for name in options.parts or PARTS:
        print(f"Measuring {name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory() as scratch:
            figures[name] = PARTS[name](Path(scratch), options.quick)
        print(json.dumps({name: figures[name]}, indent=2))
    path = HERE / "results" / "bench.json"
    kept = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.is_file() else {}
    record = {**provenance(), "figures": {**kept, **figures}}
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
