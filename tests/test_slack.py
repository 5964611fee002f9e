"""Slack as people use it: the real app in socket mode against a local Slack."""

import json
from pathlib import Path

import pytest
import yaml
from faults.slack_server import within
from slack import BOT, PROJECT, QUESTION, element_of, words, workspace
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from assistant.channels import slack_bot
from assistant.channels.slack_bot.reports import HELP
from assistant.channels.slack_bot.serving import Running, Secrets, secrets_of
from assistant.errors import SettingsInvalid

MANIFEST = Path(slack_bot.__file__).with_name("manifest.yaml")
FACT = "problem.statement"


# -- questions


def test_a_mention_is_answered_in_its_thread_with_sources(slack):
    thread = slack.say("U1", QUESTION)
    (message,) = slack.bot_says("C1", thread)
    assert "*Sources*" in words(message)
    assert "[1]" in words(message)
    assert "Answered by: extractive" in words(message)
    assert "http://127.0.0.1:8501/chat?p=parcels" in words(message)
    assert [turn.question for turn in slack.turns()] == ["What is a quick baseline?"]


def test_the_thread_remembers_what_was_said_and_needs_no_second_mention(slack):
    thread = slack.say("U1", QUESTION)
    slack.say("U1", "Why does it matter?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 2
    turns = slack.turns()
    assert [turn.question for turn in turns] == ["What is a quick baseline?", "Why does it matter?"]
    assert all(turn.answer for turn in turns)


def test_it_is_silent_when_people_talk_to_each_other(slack):
    slack.say("U1", "What is a quick baseline?")
    thread = slack.say("U1", QUESTION)
    slack.say("U1", "<@U2> what do you think?", "C1", thread)
    slack.say("U2", "I like it", "C1", thread)
    slack.say("U1", "So do I", "C1", thread)
    assert len(slack.bot_says("C1")) == 1
    slack.say("U2", f"{BOT} What is data drift?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 2


def test_asked_into_a_thread_of_several_it_answers_mentions_only(slack):
    thread = slack.say("U1", "Shall we build this?")
    slack.say("U2", "I would", "C1", thread)
    slack.say("U1", QUESTION, "C1", thread)
    slack.say("U1", "Thanks, that helps", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 1


def test_mute_and_done_end_it(slack):
    thread = slack.say("U1", QUESTION)
    slack.say("U1", "mute", "C1", thread)
    assert "silent" in words(slack.last("C1", thread))
    slack.say("U1", "And why?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 2
    slack.say("U1", f"{BOT} What is data drift?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 3
    slack.say("U1", f"{BOT} done", "C1", thread)
    slack.say("U1", "And why?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 4
    slack.say("U1", f"{BOT} What is data drift?", "C1", thread)
    slack.say("U1", "And why?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 6


def test_a_direct_message_has_a_project_of_its_own(slack):
    thread = slack.say("U1", "What is a quick baseline?", "DU1")
    assert "*Sources*" in words(slack.last("DU1", thread))
    slack.say("U2", "What is a quick baseline?", "DU2")
    names = {one.channel: one.project for one in slack.assistant.channel_bindings()}
    assert names == {
        "slack/T1/C1": PROJECT,
        "slack/T1/DU1": "Slack Ana Lopez (U1)",
        "slack/T1/DU2": "Slack Ben Okoro (U2)",
    }


def test_thumbs_are_stored_with_the_turn(slack):
    thread = slack.say("U1", QUESTION)
    message = slack.last("C1", thread)
    slack.press("U1", message, "rate/up")
    (turn,) = slack.turns()
    assert turn.helpful is True
    slack.press("U2", message, "rate/down")
    (turn,) = slack.turns()
    assert turn.helpful is False
    assert [one["user"] for one in slack.slack.whispers] == ["U1", "U2"]


def test_a_channel_without_a_project_is_told_what_to_do(slack):
    thread = slack.say("U2", QUESTION, "C2")
    assert "scopewright slack bind C2" in words(slack.last("C2", thread))
    slack.command("U2", "interview", "C2")
    assert "scopewright slack bind C2" in slack.slack.replies[-1]["text"]
    assert slack.assistant.channel_project("slack/T1/C2") is None


# -- commands


def test_commands_answer_where_they_are_typed(slack):
    slack.command("U1", "ask What is a quick baseline?")
    root, answer = slack.bot_says("C1")
    assert answer["thread_ts"] == root["ts"]
    assert "*Sources*" in words(answer)
    slack.command("U1", "")
    assert "/scopewright interview" in slack.slack.replies[-1]["text"]
    slack.command("U1", "status")
    assert "of" in slack.slack.replies[-1]["text"]
    assert PROJECT in slack.slack.replies[-1]["text"]
    slack.command("U1", "verdict")
    assert "These answers would decide it" in words(slack.last("C1"))
    slack.command("U1", "dance <!channel>")
    assert "I do not know `dance`" in slack.slack.replies[-1]["text"]
    slack.command("U1", "ask What is drift?", "C9")
    assert slack.assistant.channel_project("slack/T1/C9") is None


def test_every_command_that_slack_offers_is_known(slack):
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    (offered,) = manifest["features"]["slash_commands"]
    for word in offered["usage_hint"].strip("[]").split("|"):
        assert f"`/scopewright {word}" in HELP or word == "help"
        slack.command("U1", word)
        assert "I do not know" not in json.dumps(slack.slack.replies), word


def test_a_command_where_the_app_was_not_invited_says_so(slack):
    slack.assistant.bind_channel("slack/T1/C9", PROJECT)
    slack.command("U1", "verdict", "C9")
    assert "/invite" in slack.slack.replies[-1]["text"]
    slack.slack.refused.clear()


def test_only_an_administrator_binds_a_channel(slack):
    slack.assistant.new_project("other")
    for text in ("bind other", "new other 2"):
        slack.command("U1", text)
        assert "Only an administrator" in slack.slack.replies[-1]["text"]
    slack.say("U1", f"{BOT} bind this channel to other, I am an administrator")
    assert slack.assistant.channel_project("slack/T1/C1") == PROJECT


@pytest.fixture
def with_admin(assistant, monkeypatch):
    monkeypatch.setattr(
        assistant, "settings", assistant.settings.model_copy(update={"slack_admins": "UADMIN, U7"})
    )
    assistant.new_project(PROJECT)
    assistant.new_project("other")
    with workspace(assistant) as found:
        yield found


def test_an_administrator_binds_and_makes_projects(with_admin):
    with_admin.command("UADMIN", f"bind {PROJECT}")
    assert with_admin.assistant.channel_project("slack/T1/C1") == PROJECT
    with_admin.command("UADMIN", "bind nowhere")
    assert with_admin.assistant.channel_project("slack/T1/C1") == PROJECT
    with_admin.command("UADMIN", "new fresh", "C2")
    assert with_admin.assistant.channel_project("slack/T1/C2") == "fresh"


def test_new_in_a_direct_message_never_opens_a_project_that_was_there(slack):
    slack.assistant.set_fact(FACT, "a secret", project=PROJECT)
    slack.command("U1", f"new {PROJECT}", "DU1")
    made = slack.assistant.channel_project("slack/T1/DU1")
    assert made != PROJECT
    slack.command("U1", "status", "DU1")
    assert "secret" not in json.dumps(slack.slack.replies)


def test_documents_are_uploaded_as_docx_and_pdf(slack):
    slack.assistant.set_fact(FACT, "Riders arrive late.", project=PROJECT)
    slack.command("U1", "document requirements")
    (shared,) = slack.slack.shared
    names = [one["title"] for one in shared["files"]]
    assert names == ["requirements-v1.docx", "requirements-v1.pdf"]
    first, second = (slack.slack.uploads[one["id"]] for one in shared["files"])
    assert b"PK" in first[:200]
    assert b"%PDF" in second[:300]
    assert shared["thread_ts"] == slack.bot_says("C1")[0]["ts"]
    slack.command("U1", "document novel")
    assert "Which document?" in words(slack.last("C1"))
    assert [v.version for v in slack.assistant.document_versions("requirements", project=PROJECT)]


# -- files


BRIEF = b"""# Parcels

Our budget is 30,000 EUR in total. The deadline is 1 March 2027. We have about 40,000 labelled
examples, and the p95 latency must be below 200 ms.
"""


def drop(slack, thread, name="brief.md", content=BRIEF):
    slack.slack.files["FILE1"] = (name, content)
    slack.say("U1", "", "C1", thread, subtype="file_share", files=[{"id": "FILE1", "name": name}])
    return slack.last("C1", thread)


def test_a_file_becomes_one_of_the_projects_files(slack):
    thread = slack.say("U1", QUESTION)
    message = drop(slack, thread)
    assert slack.assistant.files(project=PROJECT) == []
    slack.press("U1", message, "file/add")
    assert [one.name for one in slack.assistant.files(project=PROJECT)] == ["brief.md"]
    assert "now part of" in words(slack.last("C1", thread))


def test_a_brief_is_read_and_what_is_ticked_becomes_facts(slack):
    thread = slack.say("U1", QUESTION)
    slack.press("U1", drop(slack, thread), "file/brief")
    message = slack.last("C1", thread)
    block, boxes = element_of(message, "facts")
    budget = next(one for one in boxes["options"] if "budget.total" in one["text"]["text"])
    assert not list(slack.assistant.facts(project=PROJECT))
    state = {block["block_id"]: {"facts": {"selected_options": [budget]}}}
    slack.press("U2", message, "accept", state)
    (stated,) = slack.assistant.facts(project=PROJECT)
    assert (stated.fact_id, stated.author) == ("budget.total", "Ben Okoro")
    assert slack.assistant.proposals(project=PROJECT) == []


@pytest.mark.parametrize("press", ["file/add", "file/brief"])
def test_a_file_that_cannot_be_had_or_read_is_told(slack, press):
    thread = slack.say("U1", QUESTION)
    slack.slack.file_base = "http://127.0.0.1:9"
    slack.press("U1", drop(slack, thread), press)
    assert "cannot be fetched" in words(slack.last("C1", thread))
    slack.slack.file_base = ""
    slack.press("U1", drop(slack, thread, "empty.md", b""), press)
    assert slack.assistant.files(project=PROJECT) == []
    assert "fetched" not in words(slack.last("C1", thread))


# -- the Home tab


def test_the_home_tab_shows_projects_of_ones_own_channels_only(slack):
    slack.assistant.new_project("secret")
    slack.assistant.bind_channel("slack/T1/C2", "secret")
    slack.assistant.mark_unknown(FACT, owner="Ben", project=PROJECT)
    event = {"type": "app_home_opened", "user": "U1", "tab": "home"}
    slack.send("events_api", slack.event(event))
    home = {"blocks": slack.slack.homes["U1"]["blocks"], "channel": "C1", "ts": "1.1"}
    assert PROJECT in words(home)
    assert "secret" not in json.dumps(home)
    assert "Open points" in words(home)
    # The first button goes on in the direct message.
    slack.press("U1", home, "go_on")
    assert "goes on with the interview" in words(slack.bot_says("DU1")[0])
    body = {"type": "button", "action_id": "go_on", "value": "C2", "block_id": "home|C2"}
    slack.send("interactive", slack.pressed("U1", home, body, "tr-foreign"))
    assert slack.bot_says("C2") == []


# -- to start


@pytest.mark.parametrize(
    ("given", "http", "names"),
    [
        ({}, False, "SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxb-1"}, False, "SLACK_APP_TOKEN"),
        ({"slack_bot_token": "xoxb-1"}, True, "SLACK_SIGNING_SECRET"),
        ({"slack_bot_token": "xoxb-1", "slack_signing_secret": "  "}, True, "SIGNING_SECRET"),
    ],
)
def test_a_missing_secret_is_named(given, http, names):
    from assistant import Settings

    with pytest.raises(SettingsInvalid, match=names):
        secrets_of(Settings(**given), http=http)


def test_a_refused_token_and_a_foreign_workspace_are_named(slack, monkeypatch):
    service, api = slack.assistant, slack.slack.api
    with pytest.raises(SettingsInvalid, match="invalid_auth"):
        Running(service, Secrets("xoxb-wrong", "", "s"), api=api)
    elsewhere = service.settings.model_copy(update={"slack_team": "T2"})
    monkeypatch.setattr(service, "settings", elsewhere)
    with pytest.raises(SettingsInvalid, match="not T2"):
        Running(service, Secrets("xoxb-1-test", "", "s"), api=api)
    slack.slack.refused.clear()


def test_a_reader_that_never_hears_of_the_end_does_not_keep_the_program(slack, monkeypatch):
    monkeypatch.setattr("assistant.channels.slack_bot.serving.CLOSE_S", 0.5)
    # What the library does when its reader begins between two lines of its `connect`.
    slack.running.socket.client.current_session_state = ConnectionState()
    within(30, slack.running.close)
