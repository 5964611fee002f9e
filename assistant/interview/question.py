"""What is put to a person: a question with its reason, and how far the interview has come."""

from dataclasses import dataclass
from typing import Any, Literal

from assistant.facts import Data, Fact, StatedFact, show_value, to_data
from assistant.interview.suggestions import Suggestion

Reason = Literal[
    "contradiction", "outdated", "first_draft", "more", "confirm", "due", "skipped", "chosen"
]


@dataclass(frozen=True, slots=True)
class Why:
    """Where it is written why a question is asked: a section of an article and its sources.

    `source_id` is "article#heading"; `text` is how the section begins.
    """

    source_id: str
    article_id: str
    heading: str
    title: str
    text: str
    references: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is put to a person.

    `stated` is what the project knows of it already, `event` the project's last change when it was
    asked: an answer that names it is refused when somebody else has answered meanwhile. `why` is
    filled in by who can open the articles.
    """

    fact: Fact
    reason: Reason
    section: str
    suggestion: Suggestion | None = None
    contradiction: str | None = None
    stated: StatedFact | None = None
    event: int = 0
    why: tuple[Why, ...] = ()

    @property
    def known_text(self) -> str:
        """The value that is known already, in words; empty without one."""
        if self.stated is None or self.stated.value is None:
            return ""
        return show_value(self.fact, self.stated.value)

    @property
    def offered(self) -> Data | None:
        """What is stored when the person just agrees; None when there is nothing to agree to.

        That is what is known already, or what is suggested. Where the reasons for the old answer
        are gone, what is suggested now comes first.
        """
        new = None if self.suggestion is None else self.suggestion.data
        if self.stated is None or (self.reason == "outdated" and new is not None):
            return new
        return None if self.stated.value is None else to_data(self.stated.value)


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """How many of a section's questions are answered; those that do not apply are not counted."""

    id: str
    title: str
    answered: int
    applicable: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an interview is. `skipped` are put off; `unknown` are open until somebody finds out.

    `to_first_draft` is how many answers the first draft waits for; an answer can make more
    questions apply.
    """

    answered: int
    applicable: int
    to_first_draft: int
    skipped: int = 0
    unknown: int = 0
    sections: tuple[SectionProgress, ...] = ()

    @property
    def line(self) -> str:
        """The progress in words.

        >>> Progress(4, 40, 3).line
        '4 of 40 answered · 3 more answers complete the first draft'
        """
        done = f"{self.answered} of {self.applicable} answered"
        if self.to_first_draft == 0:
            return f"{done} · the first draft is complete"
        if self.to_first_draft == 1:
            return f"{done} · 1 more answer completes the first draft"
        return f"{done} · {self.to_first_draft} more answers complete the first draft"
