"""A model's reply and what it was offered → Gated: only sentences that a passage supports."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.answer.gate.evidence import Encode, Entails, Evidence, gather
from assistant.answer.gate.harmless import bracketless, harmless
from assistant.answer.gate.joining import closed, joined
from assistant.answer.gate.layout import Block, Line, Statement, blocks_of
from assistant.answer.gate.names import names_of
from assistant.answer.gate.quantities import quantities_of
from assistant.answer.gate.signs import claim_of
from assistant.answer.gate.strictness import STRICTNESS, Strictness
from assistant.answer.gate.support import judge
from assistant.answer.gate.tables import rows_that_stand, table_row
from assistant.answer.gate.words import Token, lists, plain, stem, tokens_of
from assistant.answer.parts import Citation, Citations, Removed
from assistant.retrieve import Hit

# A reply is judged up to here; no rung is asked for nearly as much.
LONGEST = 24_000
LONGEST_INTRODUCTION = 16
_FINISHED = re.compile(r"[.!?…:][\"”')*_\]\d\[ ]*$")


@dataclass(frozen=True, slots=True)
class Gated:
    """What is left of a reply: Markdown with markers by the order of use, and its citations.

    `kept` counts supported sentences; introductions of lists claim nothing and are not counted.
    """

    text: str
    citations: tuple[Citation, ...]
    kept: int
    removed: tuple[Removed, ...]
    unknown_markers: int


def gate_reply(
    reply: str,
    offered: Sequence[Hit],
    citations: Citations,
    encode: Encode,
    entails: Entails | None = None,
    *,
    question: str = "",
    cut: bool = False,
    evidence: Sequence[Evidence] | None = None,
    strictness: Strictness = STRICTNESS,
) -> Gated:
    """Judge every statement of a reply by the passages that were offered as [1], [2] and so on.

    `cut` drops the last statement when it is unfinished. `evidence`, made by `gather` from the
    same hits, saves its cost here.
    """
    text = harmless(reply[:LONGEST])
    blocks = blocks_of(text)
    if cut or len(reply) > LONGEST:
        blocks = _without_unfinished(blocks, text)
    gate = _Gate(offered, citations, question, strictness)
    if evidence is None:
        evidence = gather([hit.passage for hit in offered], encode, entails)
    gate.prepare(blocks, encode, evidence)
    shown = [gate.block(blocks, at) for at in range(len(blocks))]
    return Gated(
        closed(joined(blocks, shown)),
        citations.collected(),
        gate.kept,
        tuple(Removed(closed(one.sentence), one.reason) for one in gate.removed),
        gate.unknown_markers,
    )


def _without_unfinished(blocks: Sequence[Block], text: str) -> tuple[Block, ...]:
    if not blocks or _FINISHED.search(text.rstrip()):
        return tuple(blocks)
    last = blocks[-1]
    line = last.lines[-1]
    shorter = Line(line.statements[:-1], line.depth) if last.kind != "table" else None
    lines = last.lines[:-1] + ((shorter,) if shorter and shorter.statements else ())
    return (*blocks[:-1], *((Block(last.kind, lines),) if lines else ()))


@dataclass
class _Gate:
    """Goes through the blocks of one reply once, and counts."""

    offered: Sequence[Hit]
    citations: Citations
    question: str
    strictness: Strictness
    kept: int = 0
    unknown_markers: int = 0
    removed: list[Removed] = field(default_factory=list)
    _evidence: Sequence[Evidence] = ()
    _rows: dict[str, int] = field(default_factory=dict)
    _vectors: object = None
    _said: set[str] = field(default_factory=set)

    def prepare(
        self, blocks: Sequence[Block], encode: Encode, evidence: Sequence[Evidence]
    ) -> None:
        """Encode every statement at once."""
        texts = dict.fromkeys(
            plain(statement.text)
            for block in blocks
            for line in block.lines
            for statement in line.statements
        )
        self._rows = {text: row for row, text in enumerate(texts)}
        self._vectors = encode(list(texts)) if texts else None
        self._evidence = evidence

    def block(self, blocks: Sequence[Block], at: int) -> str:
        """What of a block is shown; "" for nothing."""
        block = blocks[at]
        follows = blocks[at + 1].kind if at + 1 < len(blocks) else "prose"
        if block.kind == "table":
            return self._table(block)
        if block.kind == "heading":
            return self._heading(block.lines[0].statements[0])
        if block.kind == "prose":
            introduces = follows in ("list", "steps", "table")
            return self._line(block.lines[0], introduces=introduces)
        shown: list[str] = []
        for line in block.lines:
            words = self._line(line)
            if words:
                indent = "  " if line.depth and shown else ""
                number = sum(not entry.startswith(" ") for entry in shown) + 1
                head = f"{number}." if block.kind == "steps" and not indent else "-"
                shown.append(
                    f"{indent}{' ' if indent and block.kind == 'steps' else ''}{head} {words}"
                )
        return "\n".join(shown)

    def _line(self, line: Line, *, introduces: bool = False) -> str:
        shown = []
        for at, statement in enumerate(line.statements):
            last = at + 1 == len(line.statements)
            if introduces and last and self._introduction(statement):
                shown.append(_inert(statement.text))
            else:
                shown.append(self._statement(statement))
        return " ".join(part for part in shown if part)

    def _statement(self, statement: Statement) -> str:
        mark = self._mark(statement)
        return f"{_inert(statement.text)} {mark}" if mark else ""

    def _mark(self, statement: Statement) -> str:
        """The marker of the passage that supports a statement, or "" when it must go."""
        text = plain(statement.text)
        known = [number for number in statement.markers if 1 <= number <= len(self.offered)]
        self.unknown_markers += len(statement.markers) - len(known)
        if text.casefold() in self._said:
            return ""
        self._said.add(text.casefold())
        assert self._vectors is not None
        claim = claim_of(text, self._vectors[self._rows[text]])  # type: ignore[index]
        first = [self._evidence[number - 1] for number in known]
        rest = [one for one in self._evidence if one not in first]
        verdict = judge(claim, first, question=self.question, strictness=self.strictness)
        if not verdict.supported:
            other = judge(claim, rest, question=self.question, strictness=self.strictness)
            verdict = other if other.supported or not first else verdict
        if not verdict.supported:
            self.removed.append(Removed(_inert(statement.text), verdict.reason))
            return ""
        self.kept += 1
        hit = next(hit for hit in self.offered if hit.passage.id == verdict.passage_id)
        return self.citations.mark(hit, verdict.quote)

    def _heading(self, statement: Statement) -> str:
        text = statement.text.rstrip(":")
        if not text or not self._claims_nothing(text, lists()["introductions"]):
            return ""
        return f"**{_inert(text.replace('*', ''))}**"

    def _introduction(self, statement: Statement) -> bool:
        text = statement.text.rstrip()
        return (
            text.rstrip("*_").endswith((":", "："))
            and len(text.split()) <= LONGEST_INTRODUCTION
            and self._claims_nothing(text, lists()["introductions"])
        )

    def _claims_nothing(self, text: str, connecting: frozenset[str]) -> bool:
        """No numbers, names or denials, and no subject but that of the question and the titles."""
        words = plain(text)
        tokens = tokens_of(words)
        if quantities_of(words) and not _counts_only(words):
            return False
        allowed = self._subjects
        if any(
            name.casefold() not in allowed and stem(name.casefold()) not in allowed
            for name in names_of(words)
        ):
            return False
        claims = (
            lists()["negators"]
            | lists()["causes"]
            | lists()["certain"]
            | {"must", "better", "best", "than", "all", "only"}
        )
        if any(token.low in claims for token in tokens):
            return False
        return all(_allowed(token, allowed, connecting) for token in tokens if token.content)

    @property
    def _subjects(self) -> frozenset[str]:
        texts = [
            self.question,
            *(hit.passage.title for hit in self.offered),
            *(hit.passage.heading for hit in self.offered),
        ]
        return frozenset(
            part for text in texts for token in tokens_of(text) for part in (token.low, token.stem)
        )

    def _table(self, block: Block) -> str:
        """The head and the rows that hold; a table without rows is left out."""
        head, *rows = block.lines
        texts = [hit.passage.text for hit in self.offered]
        stand = rows_that_stand(head.cells, [row.cells for row in rows], texts)
        kept = []
        for row, stands in zip(rows, stand, strict=True):
            if not stands:
                self.removed.append(Removed(_inert(row.statements[0].text), "not_similar"))
                continue
            mark = self._mark(row.statements[0])
            if mark:
                cells = [*(_inert(cell).replace("|", "/") for cell in row.cells)]
                cells[-1] = f"{cells[-1]} {mark}"
                kept.append(cells)
        if not kept:
            return ""
        width = max(len(head.cells), *(len(cells) for cells in kept))
        heads = [self._head(cell) for cell in head.cells]
        lines = [table_row(heads, width), table_row(["---"] * width, width)]
        return "\n".join(lines + [table_row(cells, width) for cells in kept])

    def _head(self, cell: str) -> str:
        words = {token.stem for token in tokens_of(plain(cell)) if token.content}
        known = self._subjects | lists()["introductions"]
        given = {word for one in self._evidence for word in one.stems}
        return _inert(cell).replace("|", "/") if words <= known | given else ""


def _counts_only(text: str) -> bool:
    """A spelled small number before a list counts its items."""
    quantities = quantities_of(text)
    return all(q.spelled and not q.dimension and q.value <= 12 for q in quantities)


def _allowed(token: Token, subjects: frozenset[str], connecting: frozenset[str]) -> bool:
    return bool({token.low, token.stem} & (subjects | connecting))


def _inert(text: str) -> str:
    return bracketless(text)
