"""What an answer is made of: text with markers, and the citations behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.ladder import Attempt
from assistant.retrieve import Hit

Origin = Literal["knowledge", "project"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that the answer uses; every quote is an exact span of the passage's text."""

    marker: int
    passage_id: str
    source_id: str
    origin: Origin
    title: str
    heading: str
    page: int | None
    text: str
    quotes: tuple[str, ...]
    references: tuple[dict[str, Any], ...]
    verified: bool

    @property
    def quote(self) -> str:
        """The first span used."""
        return self.quotes[0] if self.quotes else ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence of a model that is not shown, and the code of the reason."""

    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where to go next: an article and a question that it answers."""

    source_id: str
    title: str
    question: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in Markdown with `[n]` markers; `rung` says who wrote it and `rung_reason` why.

    What only a model's answer has: `attempts` are the rungs that did not answer and why,
    `removed` the sentences that no source supports, `unknown_markers` how many markers named
    nothing that was offered, `incomplete` that the model was cut, and `alternative` the answer
    from passages alone, which the reader may keep instead.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    rung: str
    rung_reason: str
    refused: bool = False
    notices: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    confidence: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    removed: tuple[Removed, ...] = ()
    unknown_markers: int = 0
    incomplete: bool = False
    alternative: "Answer | None" = None

    def as_json(self) -> dict[str, Any]:
        """The contract of `scopewright ask --json`, with what the page shows besides."""
        return {
            "question": self.question,
            "answer": self.text,
            "citations": [_citation_json(citation) for citation in self.citations],
            "rung": self.rung,
            "rung_reason": self.rung_reason,
            "refused": self.refused,
            "notices": list(self.notices),
            "suggestions": [
                {"source_id": s.source_id, "title": s.title, "question": s.question}
                for s in self.suggestions
            ],
            "confidence": round(self.confidence, 4),
            "attempts": [
                {"rung": a.rung, "code": a.code, "reason": a.reason, "remedy": a.remedy}
                for a in self.attempts
            ],
            "removed": [{"sentence": one.sentence, "reason": one.reason} for one in self.removed],
            "unknown_markers": self.unknown_markers,
            "incomplete": self.incomplete,
            "alternative": self.alternative.as_json() if self.alternative else None,
        }


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "marker": citation.marker,
        "passage_id": citation.passage_id,
        "source_id": citation.source_id,
        "origin": citation.origin,
        "title": citation.title,
        "heading": citation.heading,
        "page": citation.page,
        "quote": citation.quote,
        "quotes": list(citation.quotes),
        "text": citation.text,
        "references": list(citation.references),
        "verified": citation.verified,
    }


@dataclass(slots=True)
class Citations:
    """Numbers passages in the order of their first use and collects what was quoted of them."""

    references: dict[str, Sequence[dict[str, Any]]]
    _hits: dict[str, Hit] = field(default_factory=dict)
    _quotes: dict[str, list[str]] = field(default_factory=dict)

    def mark(self, hit: Hit, quote: str) -> str:
        """The marker for a quote of this hit, such as `[2]`."""
        key = hit.passage.id
        self._hits.setdefault(key, hit)
        quotes = self._quotes.setdefault(key, [])
        if quote not in quotes:
            quotes.append(quote)
        return f"[{list(self._hits).index(key) + 1}]"

    def collected(self) -> tuple[Citation, ...]:
        """Every citation, in order of its marker."""
        return tuple(
            Citation(
                marker=number,
                passage_id=hit.passage.id,
                source_id=hit.passage.source_id,
                origin=hit.passage.origin,
                title=hit.passage.title,
                heading=hit.passage.heading,
                page=hit.passage.page,
                text=hit.passage.text,
                quotes=tuple(self._quotes[key]),
                references=tuple(self.references.get(hit.passage.source_id, ())),
                verified=all(quote in hit.passage.text for quote in self._quotes[key]),
            )
            for number, (key, hit) in enumerate(self._hits.items(), start=1)
        )
