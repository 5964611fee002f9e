"""The single measurements of `bench.py`; each takes a scratch folder and whether to be quick."""

import json
import operator
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from cases import read_questions
from langchain_default import DEPTH, LangChainDefault
from scorers import mean, ndcg_at, quantile

from assistant import Assistant, Settings, load_settings

SHARED = Path(__file__).parents[2] / "shared"
QUESTION = "How do I know whether my idea suits ML?"
LARGE = 10_000
# Parts of the files that the two sides take in by turns.
SHARES = 6
# Questions that one side answers before the other has its turn, and the rest after both.
BLOCK, REST_S = 20, 0.5


def start(scratch: Path, quick: bool) -> dict[str, Any]:
    """Fresh processes: `--help`, and `ask` with an existing index; seconds of wall time."""
    environment = {**os.environ, "SCOPEWRIGHT_HOME": str(scratch)}
    command = [sys.executable, "-m", "assistant"]
    subprocess.run([*command, "doctor"], env=environment, check=False, capture_output=True)

    def seconds(*words: str) -> list[float]:
        times = []
        for _ in range(3 if quick else 9):
            begun = time.perf_counter()
            subprocess.run([*command, *words], env=environment, check=True, capture_output=True)
            times.append(time.perf_counter() - begun)
        return times

    return {
        "help_s": _summary(seconds("--help")),
        "cold_ask_s": _summary(seconds("ask", "--json", QUESTION)),
    }


def size(_scratch: Path, _quick: bool) -> dict[str, Any]:
    """Bytes of every distribution that the product needs without extras, as installed here."""
    names: set[str] = set()
    waiting = ["scopewright"]
    while waiting:
        name = waiting.pop()
        if name in names:
            continue
        names.add(name)
        for line in metadata.requires(name) or []:
            needed, _, marker = line.partition(";")
            if "extra" in marker:
                continue
            found = re.match(r"[A-Za-z0-9._-]+", needed)
            if found and _installed(found.group()):
                waiting.append(re.sub(r"[-_.]+", "-", found.group()).lower())
    total = 0
    for name in names:
        for file in metadata.distribution(name).files or []:
            path = Path(str(file.locate()))
            total += path.stat().st_size if path.is_file() else 0
    package = Path(__file__).parents[1]
    own = sum(
        path.stat().st_size
        for folder in ("assistant", "knowledge", "ui")
        for path in (package / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return {"distributions": len(names), "installed_mb": round((total + own) / 1e6)}


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def indexing(scratch: Path, quick: bool) -> dict[str, Any]:
    """From files on disk to a searchable index, seconds: the articles as plain files.

    Both take in one share of the files after the other, in turn, so that whatever else the machine
    does meanwhile slows both.
    """
    files = _article_files(scratch)
    shares = [files[at::SHARES] for at in range(SHARES)][: 2 if quick else SHARES]
    ours, theirs, passages, chunks = [], [], 0, 0
    lang_chain = LangChainDefault(scratch / "chroma")
    with Assistant(Settings(home=scratch / "home")) as assistant:
        assistant.prepare()
        for share in shares:
            begun = time.perf_counter()
            report = assistant.ingest(share)
            ours.append(time.perf_counter() - begun)
            passages += sum(taken.file.passages for taken in report.taken)
            begun = time.perf_counter()
            chunks += lang_chain.index(
                (path.stem, path.read_text(encoding="utf-8")) for path in share
            )
            theirs.append(time.perf_counter() - begun)
    return {
        "files": sum(map(len, shares)),
        "ours_s": round(sum(ours), 1),
        "ours_passages": passages,
        "langchain_s": round(sum(theirs), 1),
        "langchain_chunks": chunks,
        "times_as_fast": round(sum(theirs) / sum(ours), 2),
        "median_of_shares": round(statistics.median(map(operator.truediv, theirs, ours)), 2),
    }


def queries(scratch: Path, quick: bool) -> dict[str, Any]:
    """Warm queries over 10,000 passages, milliseconds, ours and theirs in turn by blocks.

    Torch's threads go on spinning for a while after a query, and nobody runs both in one process:
    hence blocks, and a rest after each. LangChain's collection is filled with our vectors, since
    filling takes no part in a query.
    """
    documents = _large_corpus(scratch)
    with Assistant(Settings(home=scratch / "home")) as assistant:
        assistant.prepare()
        report = assistant.ingest(documents)
        count = sum(taken.file.passages for taken in report.taken)
        lang_chain = LangChainDefault(scratch / "chroma")
        lang_chain.fill([path.read_text(encoding="utf-8") for path in documents], LARGE)
        asked = [case.question for case in read_questions()][: 60 if quick else 200]
        times: dict[str, list[float]] = {"search": [], "ask": [], "langchain": []}
        for question in asked[:10]:
            _tried(lambda q=question: assistant.ask(q))
            lang_chain.search(question, 8)
        for at in range(0, len(asked), BLOCK):
            block = asked[at : at + BLOCK]
            times["search"] += [_ms(lambda q=question: assistant.search(q)) for question in block]
            times["ask"] += [_ms(lambda q=question: assistant.ask(q)) for question in block]
            times["langchain"] += [
                _ms(lambda q=question: lang_chain.search(q, 8)) for question in block
            ]
            time.sleep(REST_S)
    figures = {name: _summary(values) for name, values in times.items()}
    ratio = figures["search"]["p95"] / figures["langchain"]["p95"]
    return {"passages": count, "ms": figures, "p95_share_of_langchain": round(ratio, 3)}


def own_cases(scratch: Path, _quick: bool) -> dict[str, Any]:
    """nDCG@10 by article over the test half of our own cases; theirs reads the articles' bodies."""
    cases = [case for case in read_questions() if case.gold and case.split == "test"]
    lang_chain = LangChainDefault(scratch / "chroma")
    bodies = _article_files(scratch)
    lang_chain.index((path.stem, path.read_text(encoding="utf-8")) for path in bodies)
    from suites import ranking_of

    with Assistant(Settings(home=scratch / "home")) as assistant:
        assistant.prepare()
        ours = [
            ndcg_at(10, ranking_of(assistant, case.question)[0], dict.fromkeys(case.gold, 1.0))
            for case in cases
        ]
    theirs = [
        ndcg_at(10, lang_chain.sources(case.question), dict.fromkeys(case.gold, 1.0))
        for case in cases
    ]
    return _compared(ours, theirs)


def cranfield(scratch: Path, _quick: bool) -> dict[str, Any]:
    """nDCG@10 with graded judgements on Cranfield's abstracts, each a file of its own."""
    folder = SHARED / "data" / "cranfield"
    if not folder.is_dir():
        return {"skipped": "needs ../shared/data/cranfield"}
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
    asked = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    gains: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        gains.setdefault(query, {})[document] = float(gain)
    files = []
    for document in documents:
        path = scratch / "files" / f"{document['id']}.md"
        path.parent.mkdir(exist_ok=True)
        body = document["text"].removeprefix(document["title"]).lstrip(" .")
        path.write_text(f"# {document['title']}\n\n{body}\n", encoding="utf-8")
        files.append(path)
    # A knowledge base of nothing: only the files are searched, and no article takes a place.
    with Assistant(Settings(home=scratch / "home")) as assistant:
        assistant.ingest(files)
        names = {file.id: Path(file.name).stem for file in assistant.files()}
        rankings = {
            query["id"]: [
                names[key]
                for key in dict.fromkeys(
                    hit.passage.source_id
                    for hit in assistant.search(query["query"], k=DEPTH, origin="project").hits
                )
            ]
            for query in asked
        }
    lang_chain = LangChainDefault(scratch / "chroma")
    lang_chain.index((path.stem, path.read_text(encoding="utf-8")) for path in files)
    judged = [query for query in asked if gains.get(query["id"])]
    ours = [ndcg_at(10, rankings[query["id"]], gains[query["id"]]) for query in judged]
    theirs = [
        ndcg_at(10, lang_chain.sources(query["query"]), gains[query["id"]]) for query in judged
    ]
    return _compared(ours, theirs)


def page(scratch: Path, _quick: bool) -> dict[str, Any]:
    """Peak memory of the page after 50 questions, and the time until an answer stands there."""
    from bench_page import measure_page

    return dict(measure_page(scratch))


def _article_files(scratch: Path) -> list[Path]:
    """The articles as a person would have them: title and body, without the front matter."""
    folder = scratch / "articles"
    folder.mkdir(exist_ok=True)
    files = []
    for source in sorted(load_settings().knowledge_folder.glob("*/*.md")):
        front, body = source.read_text(encoding="utf-8").split("\n---\n", 1)
        title = re.search(r'^title: "?(.*?)"?$', front, re.MULTILINE)
        path = folder / source.name
        path.write_text(f"# {title.group(1) if title else ''}\n\n{body}", encoding="utf-8")
        files.append(path)
    return files


def _large_corpus(scratch: Path) -> list[Path]:
    """Documents of about 10,000 passages: sections of the articles, shuffled, under new names."""
    picks = random.Random(7)
    sections = [
        section
        for path in _article_files(scratch)
        for section in re.split(r"\n(?=## )", path.read_text(encoding="utf-8"))[1:]
    ]
    folder = scratch / "large"
    folder.mkdir()
    files = []
    for number in range(LARGE // 40):
        chosen = [_reworded(section, picks) for section in picks.choices(sections, k=40)]
        path = folder / f"report-{number}.md"
        path.write_text(f"# Report {number}\n\n" + "\n\n".join(chosen), encoding="utf-8")
        files.append(path)
    return files


def _reworded(section: str, picks: random.Random) -> str:
    """The section with its sentences in another order, so that no two are equal."""
    head, _, body = section.partition("\n")
    sentences = re.split(r"(?<=[.!?])\s+", body)
    picks.shuffle(sentences)
    return f"{head} {picks.randrange(10_000)}\n\n" + " ".join(sentences)


def _tried(call: Callable[[], Any]) -> None:
    from assistant import InputInvalid

    try:
        call()
    except InputInvalid:
        return


def _ms(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    _tried(call)
    return (time.perf_counter() - begun) * 1e3


def _summary(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "p95": round(quantile(values, 0.95), 3),
        "n": len(values),
    }


def _compared(ours: list[float], theirs: list[float]) -> dict[str, Any]:
    return {
        "questions": len(ours),
        "ours_ndcg@10": round(mean(ours), 4),
        "langchain_ndcg@10": round(mean(theirs), 4),
        "difference": round(mean(ours) - mean(theirs), 4),
    }
