"""Lines that a person types → calls of the service: one interview from its first question to stop.

Every answer is saved before the next question is shown, so the talk may end at any moment.
"""

import io
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.channels.cli.keyboard import Ended, more_is_waiting, read_line
from assistant.channels.cli.screen import HELP, Screen
from assistant.channels.cli.show import in_project
from assistant.errors import UserFixable

if TYPE_CHECKING:
    from assistant import Assistant, InterviewStep, Question

    Command = Callable[[Question, str], InterviewStep | None]

# What people type to end a talk; nobody means them as an answer.
STOPS = ("stop", "quit", "exit")


class Talk:
    """One interview at the terminal: asks, listens, and lets the person go anywhere."""

    def __init__(self, assistant: "Assistant", kind: str, *, project: str, author: str) -> None:
        self._assistant = assistant
        self._kind = kind
        self._project = project
        self._author = author
        self._screen = Screen()
        # Skipped questions that came up again: once in a talk is enough.
        self._again: set[str] = set()
        # The questions that `back` has been used at, until an answer leads on.
        self._back: list[str] = []
        # A command in place of a detail: it is done once the answer is stored.
        self._ahead = ""
        # What was typed last, for who keeps a challenged answer.
        self._said: object = ""
        self._commands: dict[str, Command] = {
            "skip": self._skip,
            "back": self._go_back,
            "edit": self._edit,
            "why": self._why,
            "review": self._review,
            "undo": self._undo,
            "generate": self._generate,
            "help": self._help,
            **dict.fromkeys(STOPS, self._stop),
        }

    def run(self) -> None:
        """Ask until nothing is left or the person stops; say how to go on."""
        if isinstance(sys.stdin, io.TextIOWrapper):
            # A pipe may hold anything; what is no text becomes a question mark.
            sys.stdin.reconfigure(errors="replace")
        step = self._next()
        self._screen.say("`help` lists what you can type; `stop` ends at any time.", "dim")
        try:
            while step.question is not None and not self._is_round(step.question):
                if step.question.reason != "chosen":
                    self._back.clear()
                self._screen.step(step)
                step = self._turn(step)
            self._finish(step)
        except (Ended, KeyboardInterrupt):
            self._leave()

    # -- one turn

    def _turn(self, step: "InterviewStep") -> "InterviewStep":
        """Read until something leads on; a problem is said and the question stays."""
        question = step.question
        assert question is not None
        while True:
            line = self._listen(long=question.fact.type in ("long_text", "list", "table"))
            try:
                after = self._take(question, line, challenged=bool(step.challenge))
            except UserFixable as error:
                after = self._refused(question, error)
            if after is not None:
                return after

    def _take(self, question: "Question", line: str, *, challenged: bool) -> "InterviewStep | None":
        """Do what a line says; None when the question stays."""
        if not line:
            return self._accept(question, challenged=challenged)
        if line.startswith("="):
            return self._answer(question, line[1:].strip())
        command, rest = self._command(line)
        if command is not None:
            return command(question, rest)
        if line.startswith("?") and line.strip("? "):
            owner, _, due = line.strip("? ").rpartition(" by ")
            return self._leave_open(question, owner or due, due if owner else "", question.event)
        return self._answer(question, line)

    def _command(self, line: str) -> "tuple[Command | None, str]":
        """The command that a line is, and what stands behind it; none for an answer."""
        word, _, rest = line.removeprefix("/").partition(" ")
        word, rest = word.casefold(), rest.strip()
        if (word, rest.casefold()) == ("generate", "now"):
            rest = ""
        command = self._commands.get(word)
        # "Edit the claims by hand" is an answer.
        if rest and not (word == "edit" and " " not in rest):
            command = None
        return command, rest

    def _accept(self, question: "Question", *, challenged: bool) -> "InterviewStep | None":
        """Enter: keep a challenged answer, accept a suggestion, or leave the answer as it is."""
        if challenged:
            return self._answer(question, self._said, insist=True, over=True)
        if question.reason == "chosen" and question.stated is not None:
            return self._next()
        if question.offered is not None:
            return self._answer(question, question.offered)
        self._screen.say("Type an answer, `?` if nobody knows yet, or `skip`.", "yellow")
        return None

    def _answer(
        self, question: "Question", raw: object, *, insist: bool = False, over: bool = False
    ) -> "InterviewStep":
        self._said = raw
        step = self._assistant.answer(
            question.fact.id,
            raw,
            kind=self._kind,
            insist=insist,
            expected_event=None if over else question.event,
            project=self._project,
            author=self._author,
        )
        if step.stored is None or step.stored.status != "unknown":
            return step
        self._screen.say("Noted as open. Who can find out? (Enter: nobody yet)")
        owner = self._detail()
        due = "" if self._ahead else self._due()
        if not owner and not due:
            return step
        return self._leave_open(question, owner, due, step.stored.event)

    def _due(self) -> str:
        self._screen.say("By when? (Enter: no date)")
        return self._detail()

    def _detail(self) -> str:
        """A word beside the answer, which is saved already; Enter or `skip` leaves it out."""
        line = self._listen().strip("? ")
        command, _ = self._command(line)
        if command is None or command == self._skip:
            return line if command is None else ""
        self._ahead = line
        return ""

    def _leave_open(
        self, question: "Question", owner: str, due: str, event: int
    ) -> "InterviewStep":
        """Nobody knows yet: who finds out, and by when."""
        return self._assistant.dont_know(
            question.fact.id,
            owner=owner,
            due=due,
            kind=self._kind,
            expected_event=event,
            project=self._project,
            author=self._author,
        )

    def _refused(self, question: "Question", error: UserFixable) -> "InterviewStep | None":
        """Say what is wrong with an answer; where two people disagree, let this one decide."""
        self._screen.say(f"{error.problem} {error.remedy}", "yellow")
        if error.code != "fact_conflict":
            return None
        self._screen.say("  1. Keep theirs\n  2. Take yours")
        if self._listen() == "2":
            return self._answer(question, self._said, over=True)
        return self._next()

    # -- commands

    def _skip(self, question: "Question", _rest: str) -> "InterviewStep":
        return self._assistant.skip(
            question.fact.id, kind=self._kind, project=self._project, author=self._author
        )

    def _go_back(self, question: "Question", _rest: str) -> "InterviewStep | None":
        """To the answer before; again goes further back. Nothing is lost by it."""
        stated = sorted(
            self._assistant.facts(project=self._project), key=lambda one: one.event, reverse=True
        )
        seen = {question.fact.id, *self._back}
        earlier = next((one.fact_id for one in stated if one.fact_id not in seen), None)
        if earlier is None:
            self._screen.say("There is no earlier answer.", "yellow")
            return None
        self._back.append(question.fact.id)
        return self._at(earlier)

    def _edit(self, _question: "Question", key: str) -> "InterviewStep | None":
        if not key:
            self._screen.say("Which one? `review` shows their ids: edit users.primary", "yellow")
            return None
        return self._at(key)

    def _why(self, question: "Question", _rest: str) -> None:
        self._screen.why(question)

    def _review(self, question: "Question", _rest: str) -> None:
        self._screen.review(self._assistant.review(self._kind, project=self._project))
        self._screen.question(question)

    def _undo(self, _question: "Question", _rest: str) -> "InterviewStep":
        undone = self._assistant.undo(project=self._project)
        self._screen.say(f"Taken back: {undone.fact.label}.", "yellow")
        return self._at(undone.fact.id)

    def _generate(self, question: "Question", _rest: str) -> None:
        self._write_documents()
        self._screen.question(question)

    def _help(self, _question: "Question", _rest: str) -> None:
        self._screen.say(HELP)

    def _stop(self, _question: "Question", _rest: str) -> None:
        raise Ended

    # -- around

    def _next(self) -> "InterviewStep":
        return self._assistant.next_question(self._kind, project=self._project)

    def _at(self, key: str) -> "InterviewStep":
        """The question of one fact in place of the next one."""
        from dataclasses import replace

        found = self._assistant.question(key, kind=self._kind, project=self._project)
        return replace(self._next(), question=found)

    def _is_round(self, question: "Question") -> bool:
        """Whether only skipped questions are left and all of them came up once in this talk."""
        if question.reason != "skipped":
            return False
        seen = question.fact.id in self._again
        self._again.add(question.fact.id)
        return seen

    def _finish(self, step: "InterviewStep") -> None:
        if step.question is None:
            self._screen.step(step)
        else:
            self._screen.progress(step.progress)
            self._screen.say("Only questions that you skipped are left.", "yellow")
        self._screen.say("`generate` writes the documents now; Enter ends.")
        command, _ = self._command(self._listen())
        if command == self._generate:
            self._write_documents()
        self._leave()

    def _write_documents(self) -> None:
        """Save a version of each document of the interview and say what is still open."""
        kinds = self._assistant.document_kinds() if self._kind == "all" else (self._kind,)
        for kind in kinds:
            made = self._assistant.document(kind, project=self._project)
            self._screen.say(
                f"{made.title}: version {made.version} is saved, {len(made.open)} points are open.",
                "green",
            )
            command = f"scopewright document {kind} -o {kind}.docx{in_project(self._project)}"
            self._screen.say(f"Write it to a file: {command}")

    def _leave(self) -> None:
        self._screen.say("\nEverything you answered is saved.", "green")
        command = f"scopewright interview {self._kind}{in_project(self._project)}"
        self._screen.say(f"Go on at any time with: {command}")

    def _listen(self, *, long: bool = False) -> str:
        """One answer; a line that ends in a backslash goes on, as do pasted lines at a terminal."""
        if self._ahead:
            line, self._ahead = self._ahead, ""
            return line
        lines = [read_line()]
        while lines[-1].endswith("\\") or (long and lines[-1] and more_is_waiting()):
            lines[-1] = lines[-1].removesuffix("\\")
            lines.append(read_line(""))
        return "\n".join(lines).strip()
