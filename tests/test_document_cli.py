"""The commands for documents: text, JSON, files, versions, edits; problems with exit code 1."""

import json

import pytest
import typer
from document_project import Desk
from typer.testing import CliRunner

from assistant.channels.cli import documents
from assistant.errors import NotFound


@pytest.fixture
def cli(tmp_path, monkeypatch):
    desk = Desk(tmp_path / "home")
    desk.tell({"problem.today": "140 rules", "metrics.miss_cost": "EUR 85"})
    monkeypatch.setattr(documents, "open_assistant", lambda: desk)
    app = typer.Typer()
    documents.register(app)

    def run(*arguments, text=None):
        return CliRunner().invoke(app, list(arguments), input=text)

    run.desk = desk
    return run


def test_a_document_is_printed_with_marks(cli):
    result = cli("document", "tdd")
    assert result.exit_code == 0
    assert "How it is done today: 140 rules." in result.stdout
    assert "What else is open, by section of the full document:" in result.stdout
    assert "[practice]" in result.stdout
    assert result.stdout.startswith("ML technical design document, first notes: default, version 1")


def test_the_json_has_the_form_of_the_contract(cli):
    data = json.loads(cli("document", "tdd", "--json").stdout)
    assert {"kind", "version", "blocks", "open", "assumptions"} <= data.keys()
    assert (data["kind"], data["version"]) == ("tdd", 1)
    origins = {block["origin"] for block in data["blocks"]}
    assert origins <= {"said", "guidance", "assumption", "open"}
    block = next(one for one in data["blocks"] if one["key"] == "tdd/motivation/today")
    assert block["section"] == "known"
    assert block["facts"] == ["problem.today"]
    assert block["text"] == "How it is done today: 140 rules."


@pytest.mark.parametrize("ending", ["md", "json"])
def test_a_document_is_written_to_a_file(cli, tmp_path, ending):
    target = tmp_path / f"design.{ending}"
    result = cli("document", "tdd", "-o", str(target))
    assert "Wrote version 1" in result.stdout
    assert "140 rules" in target.read_text(encoding="utf-8")
    as_json = json.loads(cli("document", "tdd", "-o", str(target), "--json").stdout)
    assert (as_json["path"], as_json["version"]) == (str(target), 1)


def test_versions_and_their_difference(cli):
    assert "No version yet" in cli("document-versions", "tdd").stdout
    cli("document", "tdd", "--author", "Mira")
    cli.desk.set_fact("problem.today", "150 rules")
    cli("document", "tdd")
    assert ", Mira" in cli("document-versions", "tdd").stdout.splitlines()[0]
    listed = json.loads(cli("document-versions", "tdd", "--json").stdout)["versions"]
    assert [one["version"] for one in listed] == [1, 2]
    shown = cli("document-diff", "tdd", "1", "2").stdout
    assert "[-140 -]{+150 +}rules." in shown
    assert cli("document-diff", "tdd", "1", "1").stdout == "These versions say the same.\n"
    changes = json.loads(cli("document-diff", "tdd", "1", "2", "--json").stdout)["changes"]
    assert [one["key"] for one in changes] == ["tdd/motivation/today"]
    assert "140 rules" in cli("document", "tdd", "--version", "1").stdout


def test_a_block_is_edited_and_given_back(cli):
    key = "tdd/motivation/today"
    edited = json.loads(cli("document-edit", "tdd", key, "-", "--json", text="ours").stdout)
    assert edited["block"]["text"] == "Ours."
    assert "version 2" in cli("document-revert", "tdd", key).stdout
    assert "140 rules" in cli("document", "tdd").stdout


def test_kinds_are_listed(cli):
    assert "cvp: Customer value proposition" in cli("document-kinds").stdout
    found = json.loads(cli("document-kinds", "--json").stdout)["kinds"]
    assert [one["id"] for one in found] == ["cvp", "requirements", "tdd"]


def test_what_is_not_there_and_wrong_usage(cli):
    assert isinstance(cli("document", "prd").exception, NotFound)
    assert cli("document").exit_code == 2
    assert cli("document-diff", "tdd", "0", "1").exit_code == 2


def test_control_characters_do_not_reach_the_terminal(cli):
    cli.desk.edit_block("tdd", "tdd/motivation/today", "red \x1b[31m now")
    assert "\x1b" not in cli("document", "tdd").stdout
