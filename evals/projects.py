"""Whole projects, replayed without a model: verdict, contradictions found, documents in order.

Each file of `cases/projects` is a project as a person stated it: `facts` in their own words, the
`verdict` that a senior lead would give, and `planted`, the rules that must find something. What
else the rules find counts as a false alarm. The labels were written before the rules were run.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from cases import CASES
from scorers import mean

from assistant import Assistant
from assistant.checks import Finding
from assistant.document import Block, Cell, Document, Kind, Sentence, load_kind
from assistant.facts import Amount, ProjectFacts, StatedFact, applicable, show_value, to_data

KINDS = ("requirements", "cvp", "tdd")
OWN_WORDS = ("text", "long_text", "list")
STATED = ("said", "assumption")
# Part of a name, not a quantity: "3D", "GPT-4", "p95" (a percentile), "F1".
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*")
# Months in a year, days in a month, seconds in an hour: what arithmetic may use beside facts.
CONSTANTS = frozenset({"12", "30", "100", "3600", "365"})


@dataclass(frozen=True)
class Case:
    """A project: raw answers by fact, and what should come of them."""

    id: str
    title: str
    idea: str
    verdict: str
    planted: frozenset[str]
    facts: dict[str, Any]

    @property
    def sheet(self) -> str:
        """The answers as a file that `facts import` reads."""
        content = {"format": "scopewright-facts", "facts": self.facts}
        return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a document: what kind of fault, and where."""

    kind: str
    detail: str


def read_projects(folder: Path = CASES / "projects") -> list[Case]:
    """Every project, in order of file names."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
        planted = frozenset(entry["planted"])
        cases.append(
            Case(
                path.stem, entry["title"], entry["idea"], entry["verdict"], planted, entry["facts"]
            )
        )
    return cases


def projects(assistant: Assistant, split: str) -> dict[str, Any]:
    """Are the verdicts right, what is planted found, and the documents in order?

    The few projects are not split: nothing is tuned on them.
    """
    del split
    failed: list[dict[str, Any]] = []
    right: list[float] = []
    planted = found = 0
    alarms: list[int] = []
    faults: dict[str, int] = {}
    for case in read_projects():
        open_case(assistant, case)
        verdict = assistant.verdict(project=case.id).verdict
        rules = {finding.rule for finding in assistant.check(project=case.id)}
        right.append(float(verdict == case.verdict))
        planted, found = planted + len(case.planted), found + len(case.planted & rules)
        alarms.append(len(rules - case.planted))
        if verdict != case.verdict or rules != case.planted:
            failed.append(
                {
                    "id": case.id,
                    "verdict": verdict,
                    "missed": sorted(case.planted - rules),
                    "not planted": sorted(rules - case.planted),
                }
            )
        for kind in KINDS:
            for fault in document_faults(assistant, case, kind):
                faults[fault.kind] = faults.get(fault.kind, 0) + 1
                failed.append({"id": case.id, "kind": kind, fault.kind: fault.detail})
    scores: dict[str, float | int] = {
        "projects": len(right),
        "verdicts right": mean(right),
        "planted": planted,
        "planted and found": found / max(planted, 1),
        "false alarms a project": mean([float(count) for count in alarms]),
        "most false alarms in a project": max(alarms),
        **{f"documents: {kind}": faults.get(kind, 0) for kind in FAULTS},
    }
    return {"scores": scores, "failed": failed}


def open_case(assistant: Assistant, case: Case) -> None:
    """Make a project of the case."""
    assistant.new_project(case.id)
    assistant.import_facts(case.sheet, project=case.id)


def document_faults(assistant: Assistant, case: Case, kind: str) -> list[Fault]:
    """What is wrong with the project's document of that kind, written without a model."""
    document = assistant.document(kind, project=case.id, save=False)
    facts = assistant.facts(project=case.id)
    findings = assistant.check(project=case.id)

    @cache
    def text_of(key: str) -> str:
        passage, source = assistant.passage(key), assistant.sources([key])[key]
        sources = [str(value) for entry in source.references for value in entry.values()]
        return " ".join([passage.title, passage.heading, passage.text, *sources])

    return faults_of(document, load_kind(kind), facts, findings, text_of)


# -- what may be wrong with a document


FAULTS = ("not stated", "elsewhere", "stated twice", "no provenance", "invented number", "missing")


def faults_of(
    document: Document,
    kind: Kind,
    facts: ProjectFacts,
    findings: Sequence[Finding],
    text_of: Callable[[str], str],
) -> list[Fault]:
    """Every fault of the document; `text_of` gives a passage by its id, with title and sources."""
    return [
        *_misplaced(document, kind, facts),
        *_without_provenance(document, kind),
        *_invented(document, facts, findings, text_of),
        *_missing(document, kind, facts),
    ]


def _misplaced(document: Document, kind: Kind, facts: ProjectFacts) -> Iterator[Fault]:
    """Every stated fact stands once, in the section that it belongs to."""
    homes = {fact: section.id for section in kind.sections for fact in section.facts}
    for stated in facts:
        home = homes.get(stated.fact_id)
        if home is None or not facts.known(stated.fact_id):
            continue
        blocks = [
            block
            for block in document.blocks
            if block.kind != "picture"
            and any(_states(part, stated.fact_id) for part in block.parts)
        ]
        if not blocks:
            yield Fault("not stated", stated.fact_id)
        elif {block.section for block in blocks} != {home}:
            yield Fault("elsewhere", stated.fact_id)
        elif _repeats(stated, blocks, facts):
            yield Fault("stated twice", stated.fact_id)


def _states(part: Sentence | Cell, fact: str) -> bool:
    return fact in part.facts and part.origin in STATED and not part.refers


def _repeats(stated: StatedFact, blocks: Sequence[Block], facts: ProjectFacts) -> bool:
    """Whether the answer's own words, or sentences about it, stand there more than once."""
    parts = [part for block in blocks for part in block.parts if _states(part, stated.fact_id)]
    fact = facts.catalogue[stated.fact_id]
    if fact.type in OWN_WORDS:
        items = stated.value if isinstance(stated.value, tuple) else (stated.value,)
        texts = [_plain(part.text) for part in parts]
        return any(sum(text.count(_plain(str(item))) for text in texts) > 1 for item in items)
    return fact.type not in ("table", "choices", "people") and len(parts) > 1


def _without_provenance(document: Document, kind: Kind) -> Iterator[Fault]:
    """Advice names its passage, everything else its facts; only words of tables need neither.

    A register may say that it is empty, when it is.
    """
    registers = {section.id for section in kind.sections if not section.facts}
    for block in document.blocks:
        empty = block.section in registers and not (
            document.open if block.origin == "open" else document.assumptions
        )
        for part in block.parts:
            needs = part.passages if part.origin == "guidance" else part.facts
            allowed = isinstance(part, Cell) if part.origin == "label" else bool(needs)
            if part.text.strip() and not allowed and not empty:
                yield Fault("no provenance", f"{block.key}: {part.text[:80]}")


def _invented(
    document: Document,
    facts: ProjectFacts,
    findings: Sequence[Finding],
    text_of: Callable[[str], str],
) -> Iterator[Fault]:
    """Every number is in the facts or passages of its sentence, or calculated in its note."""
    calculated = {number for one in findings for number in numbers_in(one.calculated)}
    listed = {
        one.passage_id: numbers_in(" ".join([one.article, one.heading, *one.references]))
        for one in document.references
    }
    for block in document.blocks:
        for part in block.parts:
            known = {number for key in part.facts for number in _numbers_of(key, facts)}
            known |= {number for key in part.passages for number in numbers_in(text_of(key))}
            known |= {number for key in part.passages for number in listed.get(key, ())}
            if part.refers and part.passages:
                known |= calculated
            if part.note.startswith("Calculated"):
                sums = part.note
                for number in numbers_in(_inputs(sums)) - known - CONSTANTS:
                    yield Fault("invented number", f"{block.key}: {number} in {sums}")
                known |= numbers_in(sums)
            for number in numbers_in(part.text) - known:
                yield Fault("invented number", f"{block.key}: {number} in {part.text[:120]}")


def numbers_in(text: str) -> set[str]:
    """The quantities in a text, without marks between thousands.

    >>> sorted(numbers_in("At 1,200 or 0.5 %, p95 and F1 of GPT-4."))
    ['0.5', '1200']
    """
    return {_bare(found) for found in _NUMBER.findall(text)}


def _bare(number: str) -> str:
    bare = re.sub(r",(?=\d{3}(?:\D|$))", "", number.rstrip(".,"))
    return bare.rstrip("0").rstrip(".") if "." in bare else bare


def _inputs(sums: str) -> str:
    """What stands before each equals sign of a calculation."""
    return " ".join(re.findall(r"([^=≈;]*)[=≈]", sums))


def _numbers_of(key: str, facts: ProjectFacts) -> set[str]:
    """Numbers in the answer, as it is shown and as it is stored, and in the question's words."""
    fact, value = facts.catalogue[key], facts.value(key)
    words = " ".join([fact.label, fact.question, *(option.label for option in fact.options)])
    numbers = numbers_in(words)
    if value is not None:
        numbers |= numbers_in(show_value(fact, value)) | numbers_in(str(to_data(value)))
    if isinstance(value, Amount) and fact.type == "duration":
        numbers.add(_bare(f"{value.seconds:f}"))
    stated = facts.get(key)
    return numbers | (numbers_in(f"{stated.note} {stated.due}") if stated else set())


def _missing(document: Document, kind: Kind, facts: ProjectFacts) -> Iterator[Fault]:
    """Every section that applies has something in it, or its questions are listed as open.

    What a draft needs is stated or open.
    """
    shown = {section.id for section in document.sections}
    filled = {block.section for block in document.blocks if block.text.strip() or block.picture}
    opened = {item.fact for item in document.open}
    for section in kind.sections:
        applies = any(
            key in facts or applicable(facts.catalogue, facts, key) for key in section.facts
        )
        listed = section.id not in shown and opened & {*section.facts}
        if applies and not listed and section.id not in shown & filled:
            yield Fault("missing", f"section {section.id}")
        for key in section.needed:
            if facts.get(key) is None and applicable(facts.catalogue, facts, key):
                default = facts.catalogue[key].default is not None
                if key not in opened and not default:
                    yield Fault("missing", f"{key} is neither stated nor open")


def _plain(text: str) -> str:
    """Words only, so that a capital or a full stop makes no difference."""
    return " ".join(re.findall(r"\w+", text.casefold()))
