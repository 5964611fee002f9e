"""The suites: each takes the service and a split, and gives scores with the cases that failed."""

from itertools import zip_longest
from typing import Any

from cases import Question, read_questions
from scorers import auroc, mean, ndcg_at, recall_at, reciprocal_rank

from assistant import Assistant, InputInvalid

# Enough passages to hold ten different articles.
DEPTH = 60


def _chosen(split: str) -> list[Question]:
    return [case for case in read_questions() if split in ("all", case.split)]


def ranking_of(assistant: Assistant, question: str) -> tuple[list[str], float, bool]:
    """The articles in the order found, the confidence, and whether it counts as answerable.

    A message with several questions gets one ranking for each; they are dealt out in turn.
    """
    try:
        found = assistant.retrievals(question, k=DEPTH)
    except InputInvalid:
        return [], 0.0, False
    lists = [list(dict.fromkeys(hit.passage.source_id for hit in part.hits)) for part in found]
    merged = [key for turn in zip_longest(*lists) for key in turn if key is not None]
    return (
        list(dict.fromkeys(merged)),
        max(part.confidence for part in found),
        any(part.answerable for part in found),
    )


def retrieval(assistant: Assistant, split: str) -> dict[str, Any]:
    """Does the ranking hold the gold articles, and does the confidence tell what has none?"""
    rows: list[tuple[Question, list[str], float, bool]] = []
    for case in _chosen(split):
        rows.append((case, *ranking_of(assistant, case.question)))
    gold = [row for row in rows if row[0].gold]
    none = [row for row in rows if not row[0].gold]
    scores: dict[str, float | int] = {
        "questions": len(gold),
        "recall@5": mean([recall_at(5, ranking, case.gold) for case, ranking, _, _ in gold]),
        "hit@5": mean([float(bool(set(r[:5]) & set(case.gold))) for case, r, _, _ in gold]),
        "nDCG@10": mean([ndcg_at(10, r, dict.fromkeys(c.gold, 1.0)) for c, r, _, _ in gold]),
        "MRR": mean([reciprocal_rank(ranking, case.gold) for case, ranking, _, _ in gold]),
        "unanswerable": len(none),
        "AUROC answerability": auroc([row[2] for row in gold], [row[2] for row in none]),
        "refused though answerable": mean([float(not row[3]) for row in gold]),
        "answered though unanswerable": mean([float(row[3]) for row in none]),
    }
    for style in sorted({case.style for case, *_ in gold}):
        mine = [recall_at(5, r, c.gold) for c, r, _, _ in gold if c.style == style]
        scores[f"recall@5 {style} ({len(mine)})"] = mean(mine)
    failed = [
        {"id": c.id, "question": c.question, "gold": list(c.gold), "found": ranking[:5]}
        for c, ranking, _, _ in gold
        if recall_at(5, ranking, c.gold) < 1
    ]
    failed += [
        {"id": case.id, "question": case.question, "confidence": round(confidence, 3)}
        for case, _, confidence, answerable in rows
        if answerable != bool(case.gold)
    ]
    return {"scores": scores, "failed": failed}


def citations(assistant: Assistant, split: str) -> dict[str, Any]:
    """Is every quote a span of its passage, every sentence marked, every source referenced?"""
    quotes = exact = sentences = marked = sources = referenced = expected = met = 0
    failed: list[dict[str, Any]] = []
    for case in _chosen(split):
        try:
            answer = assistant.ask(case.question)
        except InputInvalid:
            continue
        for citation in answer.citations:
            stored = assistant.passage(citation.passage_id).text
            spans = [quote in stored for quote in citation.quotes]
            quotes, exact = quotes + len(spans), exact + sum(spans)
            sources, referenced = sources + 1, referenced + bool(citation.references)
            if not all(spans):
                failed.append({"id": case.id, "passage": citation.passage_id})
        if answer.refused or not answer.citations:
            continue
        lines = [line for line in answer.text.splitlines() if _states_something(line)]
        bare = [line for line in lines if not line.rstrip().endswith("]")]
        sentences, marked = sentences + len(lines), marked + len(lines) - len(bare)
        if bare:
            failed.append({"id": case.id, "unmarked": bare[0]})
        if case.must:
            text = answer.text.casefold()
            expected, met = expected + 1, met + all(word.casefold() in text for word in case.must)
    return {
        "scores": {
            "quotes": quotes,
            "quotes that are spans": exact / max(quotes, 1),
            "lines of answers": sentences,
            "lines with a marker": marked / max(sentences, 1),
            "citations with references": referenced / max(sources, 1),
            "answers with the expected words": met / max(expected, 1),
        },
        "failed": failed,
    }


def _states_something(line: str) -> bool:
    """Tables are marked by the caption below them; a repeated question states nothing."""
    bold = line.startswith("**") and line.endswith("**")
    return bool(line.strip()) and not line.startswith("|") and not bold


def foreign_parts(assistant: Assistant, split: str) -> dict[str, Any]:
    """How often is a foreign part of a file missed, and a rightful one held back?"""
    from foreign_parts import run

    outcomes = [
        outcome
        for name, part in run(assistant.library.encoder.encode).items()
        for outcome in part
        if split in ("all", name)
    ]
    foreign, passages = sum(o.foreign for o in outcomes), sum(o.passages for o in outcomes)
    return {
        "scores": {
            "documents": len(outcomes),
            "foreign parts": foreign,
            "missed": sum(o.missed for o in outcomes) / max(foreign, 1),
            "own passages": passages,
            "wrongly held back": sum(o.wrong for o in outcomes) / max(passages, 1),
        },
        "failed": [
            {"id": o.case.id, "missed": o.missed, "wrong": o.wrong, "held": list(o.held)}
            for o in outcomes
            if o.missed or o.wrong
        ],
    }
