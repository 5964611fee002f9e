"""The facts that a project has stated → the next question, progress, and what to ask back.

Pure: no clock, no network, no file beyond the catalogue.
"""

from assistant.interview.challenges import challenge, challenge_kinds
from assistant.interview.links import (
    Consequences,
    Dependents,
    consequences,
    dependents,
    in_force,
    same_value,
)
from assistant.interview.marks import MarkName, Marks, value_detail
from assistant.interview.needs import ALL, DocumentNeeds, Section, document_kinds, load_needs
from assistant.interview.order import (
    next_of,
    next_question,
    progress,
    progress_of,
    question_of,
    upcoming,
)
from assistant.interview.question import Progress, Question, Reason, SectionProgress, Why
from assistant.interview.standing import Raised, Standing, State, is_due, one_line, survey
from assistant.interview.suggestions import Suggestion, implied_by, is_assumed, suggest

__all__ = [
    "ALL",
    "Consequences",
    "Dependents",
    "DocumentNeeds",
    "MarkName",
    "Marks",
    "Progress",
    "Question",
    "Raised",
    "Reason",
    "Section",
    "SectionProgress",
    "Standing",
    "State",
    "Suggestion",
    "Why",
    "challenge",
    "challenge_kinds",
    "consequences",
    "dependents",
    "document_kinds",
    "implied_by",
    "in_force",
    "is_assumed",
    "is_due",
    "load_needs",
    "next_of",
    "next_question",
    "one_line",
    "progress",
    "progress_of",
    "question_of",
    "same_value",
    "suggest",
    "survey",
    "upcoming",
    "value_detail",
]
