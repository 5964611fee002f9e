"""Steps of an interview → lines on a terminal, or the same lines as plain text in a pipe."""

import sys
import textwrap
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.channels.cli.show import WIDTH, in_project, safe

if TYPE_CHECKING:
    from rich.console import Console

    from assistant import InterviewStep, Progress, Question, ReviewItem, StatedFact

HELP = """\
Type your answer in your own words: "about 40k", "150 ms", "2 to 3 weeks", a number of the list.
A line that ends in \\ goes on in the next one. A list: items between semicolons.

  Enter        accept what is suggested, or keep what is there
  ?            nobody knows yet: who finds out, and by when (or at once: ? Ana Ruiz by 15 March)
  n/a          the question does not apply here
  skip         ask me later
  back         the answer before this one
  edit ID      another answer, such as: edit users.primary
  why          the whole reason, with its sources
  review       everything answered so far
  undo         take the last change back
  generate     write the documents from what there is now
  stop         end here; everything is saved

To answer with one of these words, put = before it: = stop"""

_REASONS = {
    "outdated": "This rested on another answer, which has changed.",
    "confirm": "This is assumed so far; is it right?",
    "due": "Today is the day by which somebody was to find this out.",
    "skipped": "You skipped this one before.",
}
_ORIGINS = {
    "said": "said",
    "inferred": "concluded, not confirmed",
    "default": "assumed, not confirmed",
    "imported": "from a file",
}


class Screen:
    """What is shown to a person; every text of others is made harmless on its way."""

    def __init__(self) -> None:
        self._console = _console()

    def say(self, text: str, style: str = "") -> None:
        """Print a line or paragraph."""
        self._console.print(safe(text), style=style or None, markup=False, highlight=False)

    def step(self, step: "InterviewStep", *, by_command: str | None = None) -> None:
        """Show what an answer did, then the question to put now and the progress.

        `by_command` is the project that a command answers in; without it the person is asked here.
        """
        for notice in step.notices:
            self.say(notice, "yellow")
        if step.challenge:
            self.say(f"\n{step.challenge}", "bold yellow")
        if step.question is None:
            self.progress(step.progress)
            self.say("Every question is answered.", "green")
            return
        if by_command is not None or not step.challenge:
            self.question(step.question)
        else:
            self.say("Answer again, or press Enter to keep it as it is.")
        self.progress(step.progress, step.question.section)
        if by_command is not None:
            command = f"scopewright answer {step.question.fact.id} VALUE{in_project(by_command)}"
            self.say(f"Answer with: {command}", "dim")

    def question(self, question: "Question") -> None:
        """Show one question: first what is asked, then choices, example, suggestion and reason."""
        fact = question.fact
        self.say("")
        if question.contradiction:
            again = "Please look at this again: " if question.stated else "This comes first: "
            self.say(f"{again}{question.contradiction}", "bold yellow")
        elif question.reason in _REASONS:
            self.say(_REASONS[question.reason], "yellow")
        self.say(fact.question, "bold")
        if fact.help:
            self.say(fact.help)
        for place, option in enumerate(fact.options, start=1):
            self.say(f"  {place}. {option.label}")
        if fact.columns:
            columns = " | ".join(column.label for column in fact.columns)
            self.say(f"  One row a line, or between semicolons: {columns}")
        self.say(f"Example: {fact.example}", "dim")
        for why in question.why[:1]:
            self.say(f"Why we ask: {why.text} ({_place(why)})", "dim")
        self._offers(question)

    def _offers(self, question: "Question") -> None:
        """Show what is known and what is suggested, and which of the two Enter takes."""
        stated, suggestion = question.stated, question.suggestion
        takes_new = stated is None or question.reason == "outdated"
        if stated is not None:
            keeps = "" if takes_new and suggestion else " Enter keeps it."
            self.say(f"So far: {_so_far(question).rstrip('.')}.{keeps}", "cyan")
        if suggestion is not None and suggestion.text != question.known_text:
            accepts = " Enter accepts it." if takes_new else ""
            self.say(f"Suggested: {suggestion.text}. {suggestion.because}{accepts}", "cyan")

    def why(self, question: "Question") -> None:
        """Show the sections that explain a question, with what they rest on."""
        if not question.why:
            self.say("There is no article about this question.", "dim")
        for why in question.why:
            self.say(_place(why), "cyan")
            self.say(textwrap.indent(why.text, "  "))
            for one in why.references:
                year = f" ({one['year']})" if one.get("year") else ""
                self.say(f"  {one['authors']}{year}. {one['title']}.", "dim")

    def progress(self, progress: "Progress", section: str = "") -> None:
        """Show how far the interview is."""
        where = f" · {section}" if section else ""
        self.say(f"{progress.line}{where}", "dim")

    def review(self, items: Sequence["ReviewItem"]) -> None:
        """Show every answer, section by section; each can be changed by its id."""
        if not items:
            self.say("Nothing is answered yet.")
        section = None
        for item in items:
            if item.section != section:
                section = item.section
                self.say(f"\n{section or 'Not part of this document'}", "bold")
            self.say(f"  {item.fact.label}: {_review_text(item)}")
            self.say(f"      {_review_note(item)}", "dim")
        if items:
            self.say("\nChange one with: edit ID", "dim")


def _place(why: Any) -> str:
    return f"{why.title} › {why.heading}" if why.heading else str(why.title)


def _so_far(question: "Question") -> str:
    stated = question.stated
    if stated is None or stated.status == "not_applicable":
        return "does not apply"
    if stated.status == "unknown":
        return _open_text(stated)
    who = f" ({stated.author})" if stated.author else ""
    return f"{question.known_text}{who}"


def _open_text(stated: "StatedFact") -> str:
    who = f"{stated.owner} finds out" if stated.owner else "nobody knows yet"
    return f"{who}, by {stated.due}" if stated.due else who


def _review_text(item: "ReviewItem") -> str:
    if item.state == "unread":
        return item.typed
    if item.shown:
        return item.shown
    if item.state in ("unknown", "due") and item.stated is not None:
        return _open_text(item.stated)
    return item.state_words


def _review_note(item: "ReviewItem") -> str:
    parts = [item.fact.id]
    if item.state != "answered":
        parts.append(item.state_words)
    if item.stated is not None:
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(item.stated.at))
        who = f" by {item.stated.author}" if item.stated.author else ""
        parts.append(f"{_ORIGINS[item.stated.origin]}{who}, {day}")
        if item.stated.note:
            parts.append(f"note: {item.stated.note}")
    if item.changes > 1:
        parts.append(f"{item.changes} versions")
    return " · ".join(parts)


def _console() -> "Console":
    from rich.console import Console

    console = Console()
    if sys.stdout.isatty():
        return Console(width=min(console.width, WIDTH))
    # One line for each paragraph: whoever reads a pipe breaks lines as they like.
    return Console(width=10_000)
