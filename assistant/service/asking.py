"""What an interview gives a channel: a step, a review, and their JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assistant.errors import InputInvalid
from assistant.facts import Catalogue, Fact, StatedFact, read_answer, show_value, to_data
from assistant.interview import (
    DocumentNeeds,
    Marks,
    Progress,
    Question,
    Standing,
    Suggestion,
    Why,
)

# `left_out`: it is kept, and does not apply to the project as it is now. `unread`: what was typed
# is no amount or date.
ReviewState = Literal[
    "answered", "assumed", "unknown", "due", "not_applicable", "outdated", "left_out", "skipped",
    "unread",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class InterviewStep:
    """Where an interview stands: the question to put now, None when there is nothing left to ask.

    After an answer `stored` is what was committed, None when it could not be read and was kept as
    it was typed. `challenge` asks back about that answer; the question is then the same one again.
    `notices` say what the answer did to others.
    """

    question: Question | None
    progress: Progress
    challenge: str | None = None
    notices: tuple[str, ...] = ()
    stored: StatedFact | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract of `scopewright next` and `scopewright answer`, with more beside it."""
        return {
            "question": None if self.question is None else question_json(self.question),
            "progress": progress_json(self.progress),
            "challenge": self.challenge,
            "notices": list(self.notices),
            "stored": None if self.stored is None else _event(self.stored),
        }


# What a list of answers says of a state, where there is anything to say.
_STATE_WORDS: dict[ReviewState, str] = {
    "assumed": "to be confirmed",
    "unknown": "open",
    "due": "open, due now",
    "not_applicable": "does not apply",
    "outdated": "to be asked again",
    "left_out": "kept, does not apply now",
    "skipped": "skipped",
    "unread": "cannot be used as it is",
}


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One answer on the review screen; `shown` is its value in words, empty when there is none.

    `changes` is how often it was changed, `asked_back` whether it was challenged as vague. What
    was typed and could not be read is in `typed`.
    """

    fact: Fact
    section: str
    state: ReviewState
    shown: str
    stated: StatedFact | None
    changes: int = 0
    asked_back: bool = False
    typed: str = ""

    @property
    def state_words(self) -> str:
        """The state in words, for lists in English; empty for what is simply answered."""
        return _STATE_WORDS.get(self.state, "")

    def as_json(self) -> dict[str, Any]:
        """The answer as JSON."""
        return {
            "id": self.fact.id,
            "label": self.fact.label,
            "section": self.section,
            "state": self.state,
            "shown": self.shown,
            "changes": self.changes,
            "challenged": self.asked_back,
            "typed": self.typed,
            **(stated_json(self.fact, self.stated) or {}),
        }


def review_of(
    catalogue: Catalogue,
    needs: DocumentNeeds,
    standing: Standing,
    stated: Mapping[str, StatedFact],
    marks: Marks,
    changes: Mapping[str, int],
    *,
    every: bool,
) -> tuple[ReviewItem, ...]:
    """Every answer in the order of the document, and what was skipped or could not be read.

    With `every` the facts follow that no section of the document asks for.
    """
    titles: dict[str, str] = {}
    for section in needs.sections:
        for key in section.facts:
            titles.setdefault(key, section.title)
    others = [key for key in stated if key not in standing.asked] if every else []
    items = []
    for key in (*standing.asked, *others):
        known = stated.get(key)
        state = _review_state(catalogue[key], standing, known, marks)
        if state is not None:
            items.append(
                ReviewItem(
                    fact=catalogue[key],
                    section=titles.get(key, ""),
                    state=state,
                    shown=shown_value(catalogue[key], known),
                    stated=known,
                    changes=changes.get(key, 0),
                    asked_back=marks.has("challenged", key),
                    typed=_typed_in_vain(catalogue[key], marks) if state == "unread" else "",
                )
            )
    return tuple(items)


def _typed_in_vain(fact: Fact, marks: Marks) -> str:
    """What was typed in place of an amount or a date and could not be read; else empty.

    Words that can be read were an answer once, and are none any more after an undo.
    """
    words = marks.detail("challenged", fact.id)
    try:
        read_answer(fact, words)
    except InputInvalid:
        return words
    return ""


def _review_state(
    fact: Fact, standing: Standing, stated: StatedFact | None, marks: Marks
) -> ReviewState | None:
    """How an answer is shown; None where there is nothing to show."""
    key = fact.id
    if stated is None:
        if standing.states.get(key) != "open":
            return None
        if marks.has("challenged", key) and _typed_in_vain(fact, marks):
            return "unread"
        return "skipped" if marks.has("skipped", key) else None
    if key not in standing.facts:
        return "left_out"
    if stated.status == "not_applicable":
        return "not_applicable"
    state = standing.states.get(key, "answered")
    if state in ("assumed", "unknown", "due", "outdated"):
        return state
    return "unknown" if stated.status == "unknown" else "answered"


def shown_value(fact: Fact, stated: StatedFact | None) -> str:
    """The value in words; empty unless it is known."""
    if stated is None or stated.value is None:
        return ""
    return show_value(fact, stated.value)


def question_json(question: Question) -> dict[str, Any]:
    """A question as JSON, ready to be put to a person."""
    fact = question.fact
    return {
        "id": fact.id,
        "label": fact.label,
        "question": fact.question,
        "type": fact.type,
        "unit": fact.unit,
        "per": fact.per,
        "choices": [{"value": one.value, "label": one.label} for one in fact.options],
        "columns": [{"name": one.name, "label": one.label} for one in fact.columns],
        "example": fact.example,
        "help": fact.help,
        "note": fact.note,
        "topic": fact.topic,
        "section": question.section,
        "reason": question.reason,
        "why": [_why(one) for one in question.why],
        "suggestion": _suggestion(question.suggestion),
        "contradiction": question.contradiction,
        "current": stated_json(fact, question.stated),
        "event": question.event,
    }


def stated_json(fact: Fact, stated: StatedFact | None) -> dict[str, Any] | None:
    """What is known of a fact, None when nothing was said."""
    if stated is None:
        return None
    return {
        "status": stated.status,
        "value": None if stated.value is None else to_data(stated.value),
        "text": shown_value(fact, stated),
        "origin": stated.origin,
        "author": stated.author,
        "at": stated.at,
        "note": stated.note,
        "quote": stated.quote,
        "source": stated.source,
        "owner": stated.owner,
        "due": stated.due,
    }


def progress_json(progress: Progress) -> dict[str, Any]:
    """Progress as JSON, with a line for people."""
    return {
        "answered": progress.answered,
        "applicable": progress.applicable,
        "to_first_draft": progress.to_first_draft,
        "skipped": progress.skipped,
        "unknown": progress.unknown,
        "text": progress.line,
        "sections": [
            {
                "id": one.id,
                "title": one.title,
                "answered": one.answered,
                "applicable": one.applicable,
            }
            for one in progress.sections
        ],
    }


def _event(stated: StatedFact) -> dict[str, Any]:
    value = None if stated.value is None else to_data(stated.value)
    return {
        "fact": stated.fact_id,
        "status": stated.status,
        "value": value,
        "note": stated.note,
        "event": stated.event,
    }


def _why(why: Why) -> dict[str, Any]:
    return {
        "source_id": why.source_id,
        "title": why.title,
        "heading": why.heading,
        "text": why.text,
        "references": list(why.references),
    }


def _suggestion(suggestion: Suggestion | None) -> dict[str, Any] | None:
    if suggestion is None:
        return None
    return {
        "value": suggestion.data,
        "text": suggestion.text,
        "because": suggestion.because,
        "source_id": suggestion.why or None,
    }
