"""The contract at the command line: keys, exit codes, and what goes to which stream."""

import io
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from assistant import __version__
from assistant.channels.cli import main

ROOT = Path(__file__).parents[1]
SUITS = "How do I know whether my idea suits ML?"
ESCAPE = "\x1b"
HEAVY = {
    "alembic", "bm25s", "chromadb", "langchain", "langchain_core", "markitdown", "numpy", "openai",
    "onnxruntime", "pydantic", "scipy", "sqlalchemy", "streamlit", "tokenizers", "xllamacpp",
}  # fmt: skip
# Those that only hold others, and those that talk or serve until they are stopped.
GROUPS = ("project", "files", "facts", "keys", "proposals", "slack")
NO_RESULT = [[], *([group] for group in GROUPS), ["ui"], ["api"], ["mcp"], ["interview"]]
COMMANDS = [
    [], ["ask"], ["search"], ["ingest"], ["doctor"], ["eval"], ["ui"], ["api"], ["mcp"],
    ["interview"], ["next"], ["answer"], ["prefill"], ["verdict"], ["check"], ["gate"],
    ["document"], ["document-kinds"], ["document-versions"], ["document-diff"], ["document-edit"],
    ["document-revert"], ["project"], ["project", "new"], ["project", "list"],
    ["project", "delete"], ["project", "export"], ["project", "import"], ["files"],
    ["files", "list"], ["files", "delete"], ["files", "release"], ["facts"], ["facts", "export"],
    ["facts", "history"], ["facts", "import"], ["facts", "schema"], ["facts", "set"],
    ["facts", "show"], ["facts", "undo"], ["facts", "unknown"], ["facts", "unset"], ["keys"],
    ["keys", "create"], ["keys", "list"], ["keys", "revoke"], ["proposals"],
    ["proposals", "list"], ["proposals", "accept"], ["proposals", "reject"], ["slack"],
    ["slack", "bind"], ["slack", "bindings"], ["slack", "unbind"],
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def home(prepared_home, tmp_path):
    """The data folder of this test, with the knowledge index ready."""
    shelf = tmp_path / "home" / "indexes"
    shelf.mkdir(parents=True)
    (shelf / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    return tmp_path / "home"


@pytest.fixture
def run(home, monkeypatch, capsys) -> Run:
    def call(*words: str | Path, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["scopewright", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        found = capsys.readouterr()
        return Done(code, found.out, found.err)

    return call


def real(*words: str | bytes, stdin: bytes = b"", **environment: str) -> Done:
    """A process of its own, as a person would start it."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def write(folder: Path, name: str, words: str) -> Path:
    path = folder / name
    path.write_text(words, encoding="utf-8")
    return path


# -- help


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words) or "root")
def test_every_command_explains_itself(run, command):
    for option in ("--help", "-h"):
        done = run(*command, option)
        assert (done.code, done.err) == (0, "")
        assert "Usage" in done.out
        assert ESCAPE not in done.out
    if command not in NO_RESULT:
        assert "--json" in done.out


def test_the_commands_stand_by_what_people_come_for(run):
    from assistant.channels.cli.panels import PANELS

    lines = run("--help").out.splitlines()
    heads = [at for at, line in enumerate(lines) if line.startswith("╭─ ")]
    shown = {lines[at].strip("╭─╮ "): lines[at + 1 : end] for at, end in pairwise([*heads, None])}
    assert list(shown)[1:] == list(PANELS)
    for panel, names in PANELS.items():
        listed = {line.split()[1] for line in shown[panel] if line[2:3].strip("╰─ ")}
        assert listed == set(names)


def test_no_command_is_left_out_here(run):
    from typer.main import get_command

    from assistant.channels.cli.app import app

    root = get_command(app)
    known = {name for name, command in root.commands.items() if not hasattr(command, "commands")}
    known |= {
        f"{group} {name}"
        for group, command in root.commands.items()
        for name in getattr(command, "commands", {})
    }
    assert known == {" ".join(words) for words in COMMANDS} - {"", *GROUPS}


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['scopewright', '--help']\n"
        "from assistant.channels.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ask" in done.stdout
    assert not HEAVY & set(done.stderr.split())


def test_the_version_is_printed(run):
    assert run("--version") == Done(0, f"scopewright {__version__}\n", "")


# -- results


def test_ask_keeps_its_contract(run):
    done = run("ask", SUITS, "--json")
    assert (done.code, done.err) == (0, "")
    answer = done.json
    assert {"answer", "citations", "rung", "rung_reason", "refused", "notices"} <= answer.keys()
    assert (answer["rung"], answer["refused"]) == ("extractive", False)
    assert answer["citations"]
    for citation in answer["citations"]:
        assert {
            "marker", "passage_id", "source_id", "title", "quote", "references", "verified",
        } <= citation.keys()  # fmt: skip
        assert citation["verified"]
        assert f"[{citation['marker']}]" in answer["answer"]
        assert citation["quote"] in citation["text"]
        assert citation["references"]


def test_ask_in_words_shows_the_sources(run):
    answer, words = run("ask", SUITS, "--json").json, run("ask", SUITS)
    assert (words.code, words.err) == (0, "")
    assert ESCAPE not in words.out
    for citation in answer["citations"]:
        assert f"[{citation['marker']}] {citation['title']}" in words.out
        assert citation["references"][0]["title"] in words.out


def test_search_keeps_its_contract(run):
    done = run("search", SUITS, "-k", "3", "--json")
    assert (done.code, done.err) == (0, "")
    found = done.json
    assert (found["query"], found["answerable"], len(found["hits"])) == (SUITS, True, 3)
    for hit in found["hits"]:
        assert {
            "passage_id", "source_id", "title", "heading", "text", "score", "origin",
        } <= hit.keys()  # fmt: skip
        assert hit["origin"] == "knowledge"
    words = run("search", SUITS, "-k", "3")
    assert all(hit["title"] in words.out for hit in found["hits"])
    assert not run("search", "How long does a lentil soup simmer?", "--json").json["answerable"]


def test_files_are_taken_in_listed_and_deleted(run, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    write(folder, "plan.md", "# Zephyr\n\nZephyr predicts bearing failures of turbines.\n")
    write(folder, "empty.md", "")
    done = run("ingest", folder, tmp_path / "missing.md", "--json")
    assert done.code == 1
    (taken,) = done.json["ingested"]
    assert {"path", "passages", "held_back"} <= taken.keys()
    assert (taken["path"], taken["passages"], taken["held_back"]) == ("plan.md", 1, [])
    assert [(bad["path"], bad["code"]) for bad in done.json["rejected"]] == [
        ("empty.md", "empty_file"),
        ("missing.md", "not_found"),
    ]
    assert all(bad["problem"] and bad["remedy"] for bad in done.json["rejected"])
    hit = run("search", "Zephyr bearing failures", "--json").json["hits"][0]
    assert (hit["origin"], hit["source_id"]) == ("project", taken["file_id"])
    (listed,) = run("files", "list", "--json").json["files"]
    assert (listed["name"], listed["version"], listed["held"]) == ("plan.md", 1, 0)
    assert run("files", "release", "plan.md", "--json").json == {"released": 0}
    assert run("files", "delete", "plan.md", "--json").json == {"deleted": "plan.md"}
    assert run("files", "list", "--json").json == {"files": []}


def test_ingest_in_words_says_what_became_of_each_file(run, tmp_path):
    done = run("ingest", write(tmp_path, "a.md", "Zephyr turbines."), tmp_path / "b.md")
    assert done.code == 1
    assert "a.md: added, 1 passages" in done.out
    assert "b.md" in done.err
    assert "b.md" not in done.out
    assert run("ingest", tmp_path / "a.md").code == 0


def test_projects_are_created_listed_used_and_deleted(run, tmp_path):
    assert run("project", "list", "--json").json == {"projects": []}
    assert run("project", "new", "Zoë", "--json").json == {"project": "Zoë"}
    assert run("project", "list", "--json").json == {"projects": ["Zoë"]}
    path = write(tmp_path, "a.md", "Zephyr turbines.")
    assert run("ingest", path, "--project", "Zoë", "--json").code == 0
    origins = {
        name: run("search", "Zephyr turbines", "-p", name, "--json").json["hits"][0]["origin"]
        for name in ("Zoë", "default")
    }
    assert origins == {"Zoë": "project", "default": "knowledge"}
    kept = run("project", "delete", "Zoë", stdin=b"n\n")
    assert (kept.code, kept.out.strip()) == (1, "")
    assert run("project", "delete", "Zoë", "--yes", "--json").json == {"deleted": "Zoë"}
    assert run("project", "list", "--json").json == {"projects": ["default"]}


def test_a_project_is_exported_and_imported(run, tmp_path):
    run("project", "new", "Zoë")
    path = write(tmp_path, "a.md", "Zephyr turbines.")
    assert run("ingest", path, "--project", "Zoë", "--json").code == 0
    target = tmp_path / "zoe.zip"
    done = run("project", "export", "Zoë", "-o", target, "--json")
    assert done.json == {"exported": "Zoë", "path": str(target), "bytes": target.stat().st_size}
    taken = run("project", "import", target, "--json")
    assert (taken.code, taken.json["error"]["code"]) == (1, "name_taken")
    assert "--name" in taken.json["error"]["remedy"]
    assert run("project", "import", target, "--name", "B", "--json").json == {"project": "B"}
    found = run("search", "Zephyr turbines", "-p", "B", "--json").json["hits"][0]
    assert (found["text"], found["origin"]) == ("Zephyr turbines.", "project")
    assert run("project", "export", "B", "-o", tmp_path).code == 1
    assert "Exported" in run("project", "export", "B", "-o", target).out
    assert run("project", "import", target, "--name", "C").out == "Imported the project C.\n"


def test_doctor_keeps_its_contract(run, monkeypatch, tmp_path):
    done = run("doctor", "--json")
    assert (done.code, done.err) == (0, "")
    assert all(check.keys() == {"name", "ok", "detail", "remedy"} for check in done.json["checks"])
    assert all(check["name"] in run("doctor").out for check in done.json["checks"])
    # With a fault, the other checks are still there.
    monkeypatch.setenv("SCOPEWRIGHT_KNOWLEDGE", str(tmp_path / "nowhere"))
    ill = run("doctor", "--json")
    assert ill.code == 1
    assert [check["name"] for check in ill.json["checks"] if not check["ok"]] == ["knowledge"]
    assert len(ill.json["checks"]) == len(done.json["checks"])


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_dash_reads_stdin(run, command):
    typed = run(command, SUITS, "--json").json
    assert run(command, "-", "--json", stdin=SUITS.encode()).json == typed
    assert run(command, "-", "--json", stdin=b"drift \xff\xfe?").code == 0


def test_an_unknown_suite_is_wrong_usage(run):
    assert run("eval", "no-such-suite").code == 2


# -- problems

PROBLEMS = [
    (["ask", ""], "empty_question"),
    (["ask", "drift " * 7_000], "question_too_long"),
    (["ask", SUITS, "-p", "none"], "not_found"),
    (["search", "?"], "empty_question"),
    (["search", SUITS, "-p", "none"], "not_found"),
    (["ingest", "x.md", "-p", "none"], "not_found"),
    (["project", "new", " "], "input_invalid"),
    (["project", "delete", "none", "--yes"], "not_found"),
    (["project", "export", "none", "-o", "p.zip"], "not_found"),
    (["project", "import", "none.zip"], "not_found"),
    (["project", "import", __file__], "archive_damaged"),
    (["files", "list", "-p", "none"], "not_found"),
    (["files", "delete", "none.md"], "not_found"),
    (["files", "release", "none.md"], "not_found"),
    (["files", "delete", "a\nb\x1b[31m"], "not_found"),
]


@pytest.mark.parametrize(("words", "code"), PROBLEMS, ids=[" ".join(p[0])[:30] for p in PROBLEMS])
def test_a_problem_is_one_line_or_one_json_value(run, words, code):
    said = run(*words)
    assert (said.code, said.out) == (1, "")
    assert said.err.count("\n") == 1
    assert ESCAPE not in said.err
    assert "Traceback" not in said.err
    shown = run(*words, "--json")
    assert (shown.code, shown.err) == (1, "")
    error = shown.json["error"]
    assert error.keys() == {"code", "problem", "remedy"}
    assert error["code"] == code
    assert error["problem"]
    assert error["remedy"]


USAGE = [
    ["ask"], ["nonsense"], ["ask", SUITS, "--nonsense"], ["search", SUITS, "-k", "0"],
    ["search", SUITS, "-k", "many"], ["ingest"], ["project", "new"], ["ui", "--port", "99999"],
]  # fmt: skip


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_usage_is_exit_code_two(run, words):
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert "Usage" in done.err
    assert ESCAPE not in done.err


def test_a_wrong_setting_is_named(run, monkeypatch):
    monkeypatch.setenv("SCOPEWRIGHT_COLOUR", "red")
    done = run("ask", SUITS)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "SCOPEWRIGHT_COLOUR" in done.err


def test_a_damaged_database_is_a_problem_and_no_traceback(run, home):
    (home / "scopewright.db").write_bytes(b"")
    assert run("project", "list", "--json").json["error"]["code"] == "storage_damaged"


# -- real processes


def test_a_real_process_answers(home):
    done = real("ask", "-", "--json", stdin=SUITS.encode())
    assert (done.code, done.err) == (0, "")
    assert done.json["citations"]


def test_progress_goes_to_stderr(tmp_path):
    """With an index to build, stdout still holds nothing but the result."""
    knowledge = tmp_path / "knowledge"
    article = next((ROOT / "knowledge").glob("*/ivo-test.md"))
    (knowledge / "ml-fit").mkdir(parents=True)
    (knowledge / "ml-fit" / article.name).write_bytes(article.read_bytes())
    references = (ROOT / "knowledge" / "references.yaml").read_bytes()
    (knowledge / "references.yaml").write_bytes(references)
    done = real("ask", SUITS, "--json", SCOPEWRIGHT_KNOWLEDGE=str(knowledge))
    assert "Reading" in done.err, done.err
    assert ESCAPE not in done.err
    assert done.code in (0, 1)
    assert isinstance(done.json, dict)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["ascii", "C locale"],
)
def test_a_terminal_without_unicode_breaks_nothing(home, environment):
    for words in (
        ["ask", SUITS],
        ["ask", SUITS, "--json"],
        ["ask", "-"],
    ):
        done = real(*words, stdin="drift – naïve?".encode(), **environment)
        assert (done.code, done.err) == (0, ""), words
    assert real("ask", SUITS, "--json", **environment).json["citations"]


def test_bytes_that_are_no_text_are_answered(home):
    assert real("ask", b"data drift \xff\xfe?", "--json").json["citations"]
    done = real("ask", SUITS, "-p", b"\xff", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "invalid_text")


def test_a_reader_that_goes_away_is_no_problem(home):
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "search", SUITS, "-k", "50"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() in (0, 1)


# -- a real terminal


def in_terminal(words: Sequence[str]) -> tuple[int, bytes]:
    """Run in a pseudo-terminal; everything that reaches it."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", *words],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "90"},
    )
    os.close(follower)
    seen = b""
    while select.select([leader], [], [], 120)[0]:
        try:
            part = os.read(leader, 65536)
        except OSError:
            # The last writer has closed the terminal.
            break
        if not part:
            break
        seen += part
    os.close(leader)
    return process.wait(), seen


HOSTILE = "\x1b]0;PWNED\x07\x1b[2J\x9b31m\x08\x7f"


def test_colours_are_for_terminals(home):
    code, seen = in_terminal(["ask", SUITS])
    assert code == 0
    assert b"\x1b[" in seen


def test_what_documents_hold_never_commands_the_terminal(home, tmp_path):
    path = tmp_path / f"zephyr{HOSTILE}[bold].md"
    path.write_text(f"# Zephyr {HOSTILE}\n\nZephyr {HOSTILE} turbines [/bold] fail.\n", "utf-8")
    shown = b""
    for words in (
        ["ingest", str(path)],
        ["files", "list"],
        ["search", "Zephyr turbines fail"],
        ["ask", f"Do Zephyr turbines {HOSTILE} fail?"],
        ["ask", "Do Zephyr turbines fail?", "--json"],
        ["files", "delete", f"none{HOSTILE}"],
        ["ask", SUITS, "-p", HOSTILE],
    ):
        code, seen = in_terminal(words)
        assert b"Traceback" not in seen, seen.decode(errors="replace")
        assert code in (0, 1)
        shown += seen
    for command in (b"\x1b]0;", b"PWNED\x07", b"\x1b[2J", "\x9b".encode(), b"\x08"):
        assert command not in shown
    assert b"Zephyr" in shown
