"""The interview in a terminal and in a pipe, from the first question to the last."""

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.facts import load_catalogue

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "assistant"]
CATALOGUE = load_catalogue()
PATIENCE_S = 60
QUIET_S = 5


def environment(home):
    return {**os.environ, "SCOPEWRIGHT_HOME": str(home), "PYTHONIOENCODING": "utf-8"}


def run(home, *words, typed=""):
    return subprocess.run(
        [*COMMAND, *words], input=typed, capture_output=True, text=True, cwd=ROOT,
        env=environment(home), timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def as_json(home, *words, typed=""):
    done = run(home, *words, "--json", typed=typed)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


class Pipe:
    """A talk through pipes, as a program leads it: reads up to the prompt, then answers."""

    def __init__(self, home, *words):
        self.process = subprocess.Popen(
            [*COMMAND, "interview", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=ROOT, env=environment(home),
        )  # fmt: skip
        self.said = self.read()

    def read(self):
        """What is said until the next prompt or the end."""
        found = b""
        while not found.endswith((b"\n> ", b"> > ")) and found != b"> ":
            chunk = os.read(self.process.stdout.fileno(), 65_536)
            if not chunk:
                break
            found += chunk
        return found.decode()

    def answer(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        self.said = self.read()
        return self.said

    def end(self):
        out, problems = self.process.communicate(timeout=PATIENCE_S)
        return out.decode(), problems.decode()


def good_answer(fact):
    if fact.options or fact.type == "yes_no":
        return "1" if fact.options else "yes"
    return fact.example.replace("\n", "; ")


def test_a_whole_interview_over_a_pipe(home):
    by_question = {fact.question: fact for fact in CATALOGUE}
    pipe = Pipe(home, "cvp")
    asked = []
    while pipe.process.poll() is None and "`generate` writes" not in pipe.said:
        lines = [line for line in pipe.said.splitlines() if line in by_question]
        if "Answer again, or press Enter" in pipe.said or not lines:
            pipe.answer("")
            continue
        fact = by_question[lines[-1]]
        asked.append(fact.id)
        assert len(asked) < 300
        pipe.answer(good_answer(fact))
    assert "Every question is answered." in pipe.said
    pipe.answer("")
    assert pipe.process.wait(PATIENCE_S) == 0
    assert "scopewright interview cvp" in pipe.said
    with Assistant(Settings(home=home)) as service:
        step = service.next_question("cvp")
        assert step.question is None
        assert step.progress.answered == step.progress.applicable
        assert {one.fact_id for one in service.facts()} == set(asked)
        # Every example that reads as an answer was stored as it was typed.
        stored = service.facts().value("project.summary")
        assert stored == good_answer(CATALOGUE["project.summary"])


def test_one_can_go_anywhere_in_a_talk(home):
    lines = [
        "A list of the 50 riskiest payments.",  # project.summary
        "skip",  # problem.statement
        "back",  # project.summary again
        "",  # it stays
        "edit product.output",
        "It should be accurate.",
        "",  # kept
        "edit users.primary",
        "? Ana Ruiz by 2027-03-15",
        "edit no.such_fact",
        "edit team.start",
        "blue",  # no date
        "1 March 2027",
        "undo",
        "= stop",  # team.start is a date, so this is refused
        "why",
        "help",
        "review",
        "stop",
    ]
    done = run(home, "interview", "tdd", typed="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Traceback" not in done.stdout
    assert "“accurate” needs a measure" in done.stdout
    assert "So far: A list of the 50 riskiest payments." in done.stdout
    assert "There is no fact 'no.such_fact'" in done.stdout
    assert "Taken back" in done.stdout
    assert "Everything you answered is saved." in done.stdout
    with Assistant(Settings(home=home)) as service:
        facts = service.facts()
        assert facts.value("product.output") == "It should be accurate."
        assert "Kept as it was said" in facts.get("product.output").note
        assert (facts.get("users.primary").owner, facts.get("users.primary").due) == (
            "Ana Ruiz",
            "2027-03-15",
        )
        assert "team.start" not in facts
        assert [one.state for one in service.review("tdd")].count("skipped") == 1


def test_don_t_know_asks_who_and_by_when(home):
    typed = "don't know\nAna Ruiz\n2027-03-15\n?\n\n\nstop\n"
    done = run(home, "interview", "tdd", typed=typed)
    assert done.returncode == 0
    assert done.stdout.count("Who can find out?") == 2
    with Assistant(Settings(home=home)) as service:
        found = sorted((one.owner, one.due, one.status) for one in service.facts())
        assert found == [("", "", "unknown"), ("Ana Ruiz", "2027-03-15", "unknown")]


def test_only_skipped_questions_end_the_talk(home):
    done = run(home, "interview", "cvp", typed="skip\n" * 400)
    assert done.returncode == 0
    assert "Only questions that you skipped are left." in done.stdout
    assert "scopewright interview cvp" in done.stdout


def test_the_commands_that_are_named_reach_the_project(home):
    """They can be pasted into a shell as they stand, whatever the project is called."""
    name = "Churn & 'calls'"
    assert run(home, "project", "new", name).returncode == 0
    talk = run(home, "interview", "cvp", "--project", name, typed="generate\nstop\n")
    asked = run(home, "next", "cvp", "--project", name)
    versions = run(home, "document-versions", "tdd", "--project", name)
    said = "\n".join(one.stdout for one in (talk, asked, versions))
    named = [line.partition("scopewright ")[2] for line in said.splitlines()]
    commands = [words.partition("`")[0] for words in named if words]
    assert {words.split()[0] for words in commands} == {"document", "interview", "answer"}
    for words in commands:
        assert shlex.split(words)[-2:] == ["--project", name], words


@pytest.mark.parametrize("line", ["stop", "/stop", "STOP", ""])
def test_a_talk_may_end_at_any_time(home, line):
    typed = f"Fraud analysts get a list of 50 payments.\n{line}\n" if line else "A list of 50.\n"
    done = run(home, "interview", "requirements", "--project", "default", typed=typed)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Go on at any time with: scopewright interview requirements" in done.stdout
    with Assistant(Settings(home=home)) as service:
        assert service.facts().known("project.summary")


def test_what_is_no_text_does_not_break_a_pipe(home):
    done = subprocess.run(
        [*COMMAND, "interview", "tdd"], input=b"caf\xe9 \x00\x1b[31m for 50 people\nstop\n",
        capture_output=True, cwd=ROOT, env=environment(home), timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout


def test_next_and_answer_speak_json(home):
    first = as_json(home, "next", "tdd")
    assert first["question"]["id"] == "project.summary"
    assert first["progress"].keys() >= {"answered", "applicable", "to_first_draft"}
    assert first["challenge"] is None
    step = as_json(home, "answer", "product.output", "Something accurate", "--kind", "tdd")
    assert step["challenge"]
    assert step["question"]["id"] == "product.output"
    assert step["progress"]["answered"] == 1
    step = as_json(home, "answer", "product.output", "-", "--kind", "tdd", typed="Top 50")
    assert step["challenge"] is None
    assert step["question"]["id"] != "product.output"
    stale = first["question"]["event"]
    done = run(
        home, "answer", "product.output", "Top 20", "--expected-event", str(stale), "--json"
    )  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "fact_conflict"
    assert "Top 50" in done.stdout
    assert "Top 20" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["next", "poem"], 1),
        (["answer", "no.fact", "x"], 1),
        (["answer", "users.primary"], 2),
        (["interview", "poem"], 1),
    ],
)
def test_exit_codes(home, words, code):
    done = run(home, *words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_two_people_in_one_talk_see_both_answers(home):
    pipe = Pipe(home, "tdd")
    with Assistant(Settings(home=home)) as other:
        other.answer("project.summary", "A list of 20 payments.", author="Bo")
    said = pipe.answer("A list of 50 payments.")
    assert "A list of 20 payments." in said
    assert "A list of 50 payments." in said
    assert "by Bo" in said
    pipe.answer("2")
    pipe.process.stdin.close()
    pipe.process.wait(PATIENCE_S)
    with Assistant(Settings(home=home)) as other:
        assert other.facts().value("project.summary") == "A list of 50 payments."


class Terminal:
    """A talk at a pseudo-terminal."""

    def __init__(self, home, *words):
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            # Tests that were started in the background ignore Ctrl+C, and so would this.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(ROOT)
            os.execve(sys.executable, [*COMMAND, "interview", *words], environment(home))
        self.said = ""

    def until(self, words, pressing=""):
        """What is said up to these words; `pressing` is a key for whom a first press may be lost.

        Python's `input` does not see an interrupt between its prompt and its wait for a key.
        """
        deadline = time.monotonic() + PATIENCE_S
        start = len(self.said)
        while words not in self.said[start:]:
            assert time.monotonic() < deadline, self.said
            if not select.select([self.handle], [], [], QUIET_S)[0]:
                self.type(pressing)
            else:
                try:
                    chunk = os.read(self.handle, 65_536)
                except OSError:
                    break
                self.said += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", chunk.decode())
        return self.said[start:]

    def type(self, text):
        os.write(self.handle, text.encode())

    def end(self):
        self.until("\0never")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_terminal_keeps_pasted_lines_together_and_ctrl_c_saves(home):
    terminal = Terminal(home, "tdd")
    terminal.until("> ")
    terminal.type("Analysts get a list of 50 payments.\nIt is new every hour.\n")
    terminal.until("> ")
    terminal.type("\x03")
    said = terminal.until("scopewright interview tdd", pressing="\x03")
    assert "Everything you answered is saved." in said
    assert terminal.end() == 0
    with Assistant(Settings(home=home)) as service:
        stored = service.facts().value("project.summary")
        assert stored == "Analysts get a list of 50 payments.\nIt is new every hour."


def test_ctrl_d_ends_a_terminal(home):
    terminal = Terminal(home, "cvp")
    terminal.until("> ")
    terminal.type("\x04")
    terminal.until("scopewright interview cvp")
    assert terminal.end() == 0


def test_a_kill_loses_nothing_that_led_on(home):
    pipe = Pipe(home, "requirements")
    pipe.answer("Analysts get a list of 50 payments.")
    pipe.process.send_signal(signal.SIGKILL)
    pipe.process.wait(PATIENCE_S)
    with Assistant(Settings(home=home)) as service:
        assert service.facts().known("project.summary")


@pytest.mark.parametrize("command", ["review", "back", "/help", "generate now"])
def test_a_command_in_place_of_who_finds_out_is_done(home, command):
    done = run(home, "interview", "tdd", typed=f"?\n{command}\nstop\n")
    assert done.returncode == 0, done.stderr
    assert "Everything you answered is saved." in done.stdout
    expected = {
        "review": "Project in one paragraph",
        "back": "What should this project do",
        "/help": "To answer with one of these words",
        "generate now": "version 1 is saved",
    }
    after = done.stdout.split("Who can find out?", 1)[1]
    assert "By when?" not in after
    assert expected[command] in after
    (stated,) = as_json(home, "facts", "show")["facts"]
    assert (stated["status"], stated["owner"], stated["due"]) == ("unknown", "", "")
