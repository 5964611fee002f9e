"""The citation gate on hand-labelled sentences, and whole answers of three kinds of writers.

`python evals/run.py groundedness --split dev|test`. A writer that mixes true, altered and invented
sentences (the hand-labelled ones) goes through the whole way of an answer.
"""

import os
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

import yaml
from labelled import FOLDER, Pair, passage_of, read_pairs

from assistant import Assistant, Passage, Settings
from assistant.answer import (
    Answer,
    Asked,
    Shelf,
    answer_with_model,
    check_sentence,
    extractive_answer,
)
from assistant.ladder import Ladder, ScriptedModel
from assistant.retrieve import Hit, retrieve, understand
from assistant.tokens import TokenCounter

EMBEDDED_QUESTIONS = int(os.environ.get("EMBEDDED_QUESTIONS", "80"))
EMBEDDED_TOKENS = 220
# The small model needs about 9 s for an answer; the sample ends here, whatever is left of it.
EMBEDDED_S = float(os.environ.get("EMBEDDED_S", "1500"))
TODAY = date(2026, 11, 22)


def groundedness(assistant: Assistant, split: str) -> dict[str, Any]:
    """What does the gate stop and drop, and how well supported is what readers see?"""
    pairs = [pair for pair in read_pairs() if split in ("all", pair.split)]
    scores, failed = _pairs(assistant, pairs)
    for part, found in (
        _liar(assistant, pairs),
        _extractive(assistant),
        _embedded(assistant),
    ):
        scores |= part
        failed += found
    return {"scores": scores, "failed": failed}


# -- labelled pairs, one by one


def _pairs(assistant: Assistant, pairs: list[Pair]) -> tuple[dict[str, Any], list[Any]]:
    encode = assistant.library.encoder.encode
    verdicts = [
        (
            pair,
            check_sentence(
                pair.sentence,
                [passage_of(assistant, pair)],
                encode,
                assistant.library.entailment.odds,
                question=pair.question,
            ),
        )
        for pair in pairs
    ]
    wrong = [pair for pair, verdict in verdicts if pair.label != "supported"]
    scores: dict[str, Any] = {
        "pairs": len(pairs),
        "altered and invented": len(wrong),
        "altered and invented stopped": _share(verdicts, ("altered", "invented"), stopped=True),
        "altered stopped": _share(verdicts, ("altered",), stopped=True),
        "invented stopped": _share(verdicts, ("invented",), stopped=True),
        "supported": len(pairs) - len(wrong),
        "supported dropped": _share(verdicts, ("supported",), stopped=True),
    }
    kinds = Counter((pair.label, pair.kind) for pair, _ in verdicts)
    for (label, kind), count in sorted(kinds.items()):
        mine = [v for p, v in verdicts if (p.label, p.kind) == (label, kind)]
        word = "dropped" if label == "supported" else "stopped"
        stopped = sum(not verdict.supported for verdict in mine)
        scores[f"{word}: {label} {kind} ({count})"] = stopped / count
    failed = [
        {"id": p.id, "label": p.label, "kind": p.kind, "reason": v.reason, "sentence": p.sentence}
        for p, v in verdicts
        if v.supported != (p.label == "supported")
    ]
    return scores, failed


def _share(verdicts: Any, labels: tuple[str, ...], *, stopped: bool) -> float:
    mine = [verdict for pair, verdict in verdicts if pair.label in labels]
    return sum(verdict.supported != stopped for verdict in mine) / max(len(mine), 1)


# -- whole answers


def _liar(assistant: Assistant, pairs: list[Pair]) -> tuple[dict[str, Any], list[Any]]:
    """The labelled sentences of each question as one reply, judged as shown to the reader."""
    by_question: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_question[pair.question, pair.passage_id].append(pair)
    shown = good = true = dropped = 0
    ours_ms = []
    failed = []
    for (question, _), mine in by_question.items():
        passage = passage_of(assistant, mine[0])
        reply = "\n".join(f"- {pair.sentence.lstrip('- ')} [1]" for pair in mine)
        begun = time.perf_counter()
        answer = _answer(assistant, question, passage, reply)
        ours_ms.append(1_000 * (time.perf_counter() - begun))
        words = _words(answer.text) if answer.rung == "scripted" else ""
        for pair in mine:
            kept = _words(pair.sentence) in words
            shown, good = shown + kept, good + (kept and pair.label == "supported")
            true, dropped = (
                true + (pair.label == "supported"),
                dropped + (pair.label == "supported" and not kept),
            )
            if kept and pair.label != "supported":
                failed.append({"id": pair.id, "shown": pair.sentence, "label": pair.label})
    return {
        "liar: questions": len(by_question),
        "liar: sentences written": len(pairs),
        "liar: sentences shown": shown,
        "liar: shown that are supported": good / max(shown, 1),
        "liar: supported dropped": dropped / max(true, 1),
        "liar: ms an answer": sum(ours_ms) / max(len(ours_ms), 1),
    }, failed


def _answer(assistant: Assistant, question: str, passage: Passage, reply: str) -> Answer:
    """The answer to a question for which this passage was found first."""
    asked = []
    for part in _look_up(assistant, question):
        others = [hit for hit in part.retrieval.hits if hit.passage.id != passage.id]
        hits = (Hit(passage, 9.0, 0.9, 0.9), *others)
        found = replace(part.retrieval, hits=hits, answerable=True, sure=True)
        asked.append(replace(part, retrieval=found))
    ladder = Ladder(assistant.settings, models=[ScriptedModel([reply])])
    return _final(assistant, question, asked[:1], ladder, max_tokens=4_000)


def _final(
    assistant: Assistant, question: str, asked: list[Asked], ladder: Ladder, *, max_tokens: int
) -> Answer:
    *_, last = answer_with_model(
        question,
        asked,
        _shelf(assistant),
        assistant.library.encoder.encode,
        ladder,
        today=TODAY,
        counter=TokenCounter(),
        entails=assistant.library.entailment.odds,
        max_tokens=max_tokens,
    )
    assert last.answer is not None
    return last.answer


def _look_up(assistant: Assistant, question: str) -> list[Asked]:
    indexes = [assistant.library.knowledge()]
    encode = assistant.library.encoder.encode_query
    parts = understand(question, indexes)
    return [Asked(part, retrieve(part.search, indexes, encode)) for part in parts]


def _shelf(assistant: Assistant) -> Shelf:
    notes = assistant.library.knowledge().notes
    return Shelf(notes["articles"], notes["references"], assistant.library.opening)


def _words(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _questions() -> list[str]:
    entries = yaml.safe_load((FOLDER / "questions.yaml").read_text(encoding="utf-8"))
    return [entry["question"] for entry in entries]


def _extractive(assistant: Assistant) -> tuple[dict[str, Any], list[Any]]:
    """Without a model a sentence is supported when it is a span of the passage it cites."""
    quotes = exact = refused = 0
    failed = []
    questions = _questions()
    for question in questions:
        asked = _look_up(assistant, question)
        answer = extractive_answer(
            question,
            asked,
            _shelf(assistant),
            assistant.library.encoder.encode,
            rung_reason="",
            today=TODAY,
        )
        refused += answer.refused
        for citation in answer.citations:
            spans = [quote in citation.text for quote in citation.quotes]
            quotes, exact = quotes + len(spans), exact + sum(spans)
            if not all(spans):
                failed.append({"question": question, "passage": citation.passage_id})
    return {
        "extractive: questions": len(questions),
        "extractive: refused": refused,
        "extractive: sentences shown": quotes,
        "extractive: shown that are supported": exact / max(quotes, 1),
    }, failed


def _embedded(assistant: Assistant) -> tuple[dict[str, Any], list[Any]]:
    """A sample of questions for the embedded model, where its weights are installed."""
    settings = Settings(home=assistant.settings.home, ladder="local")
    ladder = Ladder(settings)
    try:
        [state, *_] = ladder.probe()
        if not state.ok or EMBEDDED_QUESTIONS <= 0:
            return {"embedded: questions": 0}, [{"embedded": state.detail}]
        return _embedded_sample(assistant, ladder)
    finally:
        ladder.close()


def _embedded_sample(assistant: Assistant, ladder: Ladder) -> tuple[dict[str, Any], list[Any]]:
    questions = _questions()
    step = max(len(questions) // EMBEDDED_QUESTIONS, 1)
    answers = []
    begun = time.perf_counter()
    for question in questions[::step][:EMBEDDED_QUESTIONS]:
        if time.perf_counter() - begun > EMBEDDED_S:
            break
        asked = _look_up(assistant, question)
        answers.append(_final(assistant, question, asked, ladder, max_tokens=EMBEDDED_TOKENS))
    spent_s = time.perf_counter() - begun
    spoke = [answer for answer in answers if answer.rung == "local"]
    kept = sum(answer.text.count(" [") for answer in spoke)
    removed = sum(len(answer.removed) for answer in answers)
    return {
        "embedded: questions": len(answers),
        "embedded: answers shown": len(spoke),
        "embedded: answers replaced by passages": len(answers) - len(spoke),
        "embedded: sentences shown": kept,
        "embedded: sentences removed": removed,
        "embedded: s an answer": spent_s / max(len(answers), 1),
    }, [
        {"embedded": answer.question, "rung": answer.rung, "shown": answer.text[:400]}
        for answer in spoke
    ]
