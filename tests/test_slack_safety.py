"""Slack when it is hostile, impatient or broken: signatures, repeats, faults, foreigners, walls."""

import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest
import uvicorn
from faults.server import FaultServer
from faults.slack_server import BOT, BOT_USER, SECRET
from slack import BOT as MENTION
from slack import PROJECT, QUESTION, bind, wait_for, words, workspace
from slack_bolt import BoltRequest
from slack_bolt.middleware import RequestVerification

from assistant import Assistant
from assistant.channels.slack_bot.answers import answer_blocks
from assistant.channels.slack_bot.blocks import messages
from assistant.channels.slack_bot.serving import Running
from assistant.channels.slack_bot.web import MOST_BYTES, create_web

NOW = 1_800_000_000


@pytest.fixture
def web(assistant):
    """The same over HTTP; `post(body)` signs as it is told."""
    bind(assistant)
    with (
        workspace(assistant, socket=False) as found,
        listening(found) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        found.client = client
        yield found


@contextlib.contextmanager
def listening(found):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # One time for our check and for that of the library, so that the edges are exact.
    app = create_web(found.running.app, SECRET, clock=lambda: NOW)
    for one in found.running.app._middleware_list:
        if isinstance(one, RequestVerification):
            one.verifier.clock = SimpleNamespace(now=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server has not stopped"


def signed(body, *, age=0, secret=SECRET, stamp=None, signature=None, **more):
    stamp = str(NOW - age) if stamp is None else stamp
    base = b"v0:" + stamp.encode() + b":" + body
    made = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": made if signature is None else signature,
        "Content-Type": "application/json",
        **more,
    }


def post(web, body, headers):
    raw = [(name.encode(), value if isinstance(value, bytes) else value.encode())
           for name, value in headers.items()]  # fmt: skip
    return web.client.post("/slack/events", content=body, headers=raw).status_code


# -- signatures


def test_signatures_at_their_edges(web):
    body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
    good = signed(body)
    for headers, status in [
        (good, 200),
        (signed(body, age=299), 200),
        (signed(body, age=300), 200),
        (signed(body, age=301), 401),
        (signed(body, age=-299), 200),
        (signed(body, age=-301), 401),
        (signed(body, secret="other"), 401),
        ({}, 401),
        ({**good, "X-Slack-Signature": good["X-Slack-Signature"][:-1]}, 401),
        ({**good, "X-Slack-Signature": good["X-Slack-Signature"].replace("v0", "v1")}, 401),
        ({**good, "X-Slack-Signature": "v1="}, 401),
        ({**good, "X-Slack-Signature": b"v0=\xe9\xff"}, 401),
        (signed(body, stamp=""), 401),
        (signed(body, stamp="0"), 401),
        (signed(body, stamp="-5"), 401),
        (signed(body, stamp="1e20"), 401),
        (signed(body, stamp="9" * 40), 401),
        (signed(body, stamp="soon"), 401),
        (signed(body, stamp="١٢٣"), 401),
    ]:
        assert post(web, body, headers) == status, headers
    assert post(web, body.replace(b"c", b"d", 1), good) == 401
    assert post(web, b"\xff\xfe\x00", signed(b"\xff\xfe\x00")) == 401
    assert post(web, b"a" * (MOST_BYTES + 1), good) == 413
    assert web.client.get("/slack/events").status_code == 405
    assert web.client.get("/healthz").status_code == 200
    assert web.slack.posted("C1") == []


def test_signed_nonsense_ends_nothing(web):
    for body in (b"", b"[]", b"{}", b"null", b"payload=%7B", b'{"event": 5}', b"ssl_check=1"):
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            status = post(web, body, signed(body, **{"Content-Type": kind}))
            assert status < 500, (body, kind, status)
    body = json.dumps(web.event(web.message("U1", QUESTION))).encode()
    assert post(web, body, signed(body)) == 200
    web.settle()
    assert len(web.bot_says("C1")) == 1


def test_a_replay_and_slacks_own_retry_do_nothing_more(web):
    body = json.dumps(web.event(web.message("U1", QUESTION))).encode()
    headers = signed(body)
    retry = {**headers, "X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert [post(web, body, one) for one in (headers, headers, retry)] == [200, 200, 200]
    web.settle()
    assert len(web.bot_says("C1")) == 1
    form = (
        "command=%2Fscopewright&text=verdict&user_id=U1&channel_id=C1&team_id=T1&trigger_id=t1"
        f"&response_url={web.slack.base}/respond/1"
    )
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(web, form.encode(), signed(form.encode(), **kind)) == 200
    assert post(web, form.encode(), signed(form.encode(), **kind)) == 200
    web.settle()
    assert len(web.bot_says("C1")) == 3


# -- repeats


def test_thirty_events_a_second_with_repeats_are_handled_once_each(slack):
    begin, sent, asked = time.monotonic(), [], []
    for number in range(60):
        event = slack.message("U1", f"{MENTION} help")
        asked.append(event["ts"])
        body = slack.event(event)
        sent.append(slack.slack.send("events_api", body))
        if number % 10 == 0:
            sent.append(slack.slack.send("events_api", body, retry=1))
        if number % 10 == 5:
            sent.append(
                slack.slack.send("events_api", slack.event({**event, "type": "app_mention"}))
            )
        time.sleep(max(0.0, begin + (number + 1) / 30 - time.monotonic()))
    wait_for(lambda: all(key in slack.slack.acks for key in sent))
    slack.settle()
    answered = [one["thread_ts"] for one in slack.bot_says("C1")]
    assert sorted(answered) == sorted(asked)


def test_two_programs_of_one_app_answer_an_event_once(slack):
    with Assistant(slack.assistant.settings) as service:
        other = Running(service, slack.running.secrets, api=slack.slack.api)
        programs = (slack.running, other)
        for number in range(10):
            body = slack.event(slack.message("U1", f"{MENTION} help"), event_id=f"Both{number}")
            requests = [BoltRequest(mode="socket_mode", body=body) for _ in programs]
            with ThreadPoolExecutor(2) as pool:
                replies = pool.map(lambda one, request: one.app.dispatch(request), programs,
                                   requests)  # fmt: skip
                assert [one.status for one in replies] == [200, 200]
        slack.settle()
        # What the other one heard is in a thread of its library for a moment yet.
        other.app.listener_runner.listener_executor.shutdown()
        other.close()
    threads = [one["thread_ts"] for one in slack.bot_says("C1")]
    assert len(threads) == len(set(threads)) == 10


def test_a_hanging_slack_does_not_keep_others_waiting(slack):
    slack.slack.faults["chat.postMessage"] = ["hang:3", "hang:3"]
    keys = [
        slack.slack.send("events_api", slack.event(slack.message("U1", f"{MENTION} help")))
        for _ in range(4)
    ]
    wait_for(lambda: all(key in slack.slack.acks for key in keys))
    assert not slack.running.lanes.wait(0)
    slack.settle()
    assert len(slack.bot_says("C1")) == 4


# -- a Slack that fails


@pytest.mark.parametrize("fault", [[2], [500, 500], ["internal_error"], [0, 1, 2], ["ratelimited"]])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_a_passing_fault_of_slack_loses_no_answer(slack, method, fault):
    slack.slack.faults[method] = list(fault)
    thread = slack.say("U1", QUESTION)
    (message,) = slack.bot_says("C1", thread)
    assert "*Sources*" in words(message)


def test_an_answer_that_slack_refuses_for_good_waits_in_the_page(slack):
    slack.slack.faults["chat.update"] = ["not_allowed"]
    slack.say("U1", QUESTION)
    (turn,) = slack.turns()
    assert turn.answer
    slack.say("U1", f"{MENTION} help")
    assert "What I can do" in words(slack.last("C1"))


def test_a_placeholder_that_was_deleted_is_replaced_by_a_new_message(slack):
    slack.slack.faults["chat.update"] = ["message_not_found"]
    thread = slack.say("U1", QUESTION)
    assert len(slack.bot_says("C1", thread)) == 2
    assert "*Sources*" in words(slack.last("C1", thread))


def test_patience_has_a_limit(slack):
    waited = []
    slack.running.house.poster._pause = waited.append
    slack.slack.faults["chat.postMessage"] = [3600]
    slack.say("U1", QUESTION)
    assert waited == []
    slack.slack.faults["chat.postMessage"] = [7]
    slack.say("U1", QUESTION)
    assert waited == [7.0]


# -- long answers


def made_up(text):
    citations = [
        {"marker": n, "title": f"Title <{n}>", "heading": "Why & how", "page": n, "references": []}
        for n in range(1, 400)
    ]
    return {
        "answer": text, "citations": citations, "suggestions": [], "notices": ["Note <this>"],
        "rung": "server:x", "rung_reason": "because", "incomplete": True,
    }  # fmt: skip


def test_a_very_long_answer_arrives_whole_with_its_buttons(slack):
    house = slack.running.house
    place = house.place_of("slack/T1/C1/1.1")
    text = "\n\n".join(f"Paragraph {n} says <b> & more. " * 12 for n in range(300))
    ts = house.poster.say(place, "…")
    house.poster.replace(place, ts, answer_blocks(made_up(text), "turn", "page"))
    shown = slack.bot_says("C1", "1.1")
    assert len(shown) > 5
    told = "\n".join(words(one) for one in shown)
    assert all(f"Paragraph {n} says" in told for n in range(300))
    assert told.count("&lt;b&gt; &amp; more.") == 300 * 12
    assert all(f"[{n}] Title &lt;{n}&gt;" in told for n in range(1, 400))
    assert [e["action_id"] for e in shown[-1]["blocks"][-1]["elements"]] == ["rate/up", "rate/down"]
    assert all(len(page) <= 50 for page in messages(shown[0]["blocks"]))


# -- a model


def test_text_of_a_model_appears_as_it_comes_and_brings_nothing_alive(assistant, monkeypatch):
    from assistant.ladder import Ladder

    with FaultServer() as models:
        settings = assistant.settings.model_copy(
            update={"ladder": f"server:{models.url}#ok", "model_first_token_s": 5.0}
        )
        assistant.answering.use(Ladder(settings))
        bind(assistant)
        monkeypatch.setattr("assistant.channels.slack_bot.answers.UPDATE_S", 0.0)
        with workspace(assistant) as slack:
            thread = slack.say("U1", QUESTION)
            (message,) = slack.bot_says("C1", thread)
    assert len(message["versions"]) >= 2
    assert "still being written" in json.dumps(message["versions"])
    assert "still being written" not in words(message)


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> everybody look", "<!here> <!everyone>", "What is drift? <https://evil.test|x>",
        "[x](https://evil.test/?d=1) ![y](https://evil.test/y.png)", "&lt;!channel&gt; and <#C2>",
    ],
)  # fmt: skip
def test_nothing_that_people_write_comes_alive(slack, text):
    thread = slack.say("U1", f"{MENTION} interview")
    slack.say("U1", text, "C1", thread)
    slack.say("U1", text, "C1", thread)
    slack.command("U1", f"ask {text}")
    slack.command("U1", text)
    slack.command("U1", "status")
    told = slack.everything("C1") + json.dumps(slack.slack.replies)
    for live in ("<!", "<#", "<http://evil", "<https://evil"):
        assert live not in told


# -- who is not heard


def test_bots_foreigners_and_changes_of_messages_are_ignored(slack):
    for more in (
        {"bot_id": BOT},
        {"bot_id": "B9", "subtype": "bot_message"},
        {"user": BOT_USER},
        {"user_team": "T9"},
        {"source_team": "T9"},
        {"team": "T9"},
        {"app_id": "A9"},
        {"subtype": "message_changed", "message": {"text": QUESTION}},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
    ):
        slack.say(more.pop("user", "U1"), QUESTION, **more)
    event = slack.message("U1", QUESTION)
    slack.send("events_api", slack.event(event) | {"team_id": "T9"})
    slack.send("events_api", slack.event(event) | {"api_app_id": "A9"})
    slack.command("U1", "verdict", team_id="T9")
    message = {"channel": "C1", "ts": "1.1", "blocks": []}
    press = {"type": "button", "action_id": "rate/up", "value": "x", "block_id": "rate"}
    body = slack.pressed("U1", message, press, "t")
    slack.send("interactive", body | {"user": {"id": "U1", "team_id": "T9"}})
    slack.send("interactive", body | {"team": {"id": "T9"}})
    assert slack.slack.called("chat.postMessage") == []
    assert slack.slack.whispers == []
    assert slack.assistant.conversations(project=PROJECT) == []


# -- walls


CANARY = {"a": "CANARY-ALPHA-731", "b": "CANARY-BRAVO-958"}


def test_two_channels_of_two_projects_see_nothing_of_each_other(assistant, tmp_path):
    for name, channel in (("a", "C1"), ("b", "C2")):
        assistant.new_project(name)
        assistant.bind_channel(f"slack/T1/{channel}", name)
        secret = CANARY[name]
        assistant.set_fact("problem.statement", f"{secret} riders wait.", project=name)
        assistant.mark_unknown("budget.total", owner=f"{secret} owner", project=name)
        path = tmp_path / f"{name}.md"
        path.write_text(f"# Codename\n\nThe codename of the parcel project is {secret}.\n")
        assistant.ingest([path], project=name)
    with workspace(assistant) as slack:
        slack.slack.members["C1"] = {"U1", BOT_USER}
        for channel, user in (("C1", "U1"), ("C2", "U3")):
            thread = slack.say(
                user, f"{MENTION} What is the codename of the parcel project?", channel
            )
            slack.say(user, "And of project a and b, C1 and C2?", channel, thread)
            for text in ("status", "verdict", "interview tdd", "document requirements",
                         "ask codename", "bind a", "bind b"):  # fmt: skip
                slack.command(user, text, channel)
            home = {"type": "app_home_opened", "user": user, "tab": "home"}
            slack.send("events_api", slack.event(home))
        rated = slack.bot_says("C1")[0]
        foreign = {**rated, "channel": "C2"}
        slack.press("U3", foreign, "rate/up")
        told = {name: slack.everything(channel) for name, channel in (("a", "C1"), ("b", "C2"))}
        shown = {"a": json.dumps(slack.slack.homes["U1"]), "b": json.dumps(slack.slack.homes["U3"])}
        replies = slack.slack.replies
        half = len(replies) // 2
        told["a"] += shown["a"] + json.dumps(replies[:half])
        told["b"] += shown["b"] + json.dumps(replies[half:])
    assert CANARY["a"] in told["a"]
    assert CANARY["b"] in told["b"]
    assert CANARY["a"] not in told["b"]
    assert CANARY["b"] not in told["a"]
    for name in ("a", "b"):
        for one in assistant.conversations(project=name):
            assert all(turn.helpful is None for turn in assistant.turns(one.id, project=name))


def test_a_turn_of_another_project_cannot_be_rated(slack):
    slack.assistant.new_project("b")
    slack.assistant.bind_channel("slack/T1/C2", "b")
    slack.say("U2", QUESTION, "C2")
    turn = slack.last("C2")
    thread = slack.say("U1", QUESTION)
    mine = slack.last("C1", thread)
    value = turn["blocks"][-1]["elements"][0]["value"]
    slack.press("U1", mine, "rate/up", value=value)
    (found,) = slack.turns("b")
    assert found.helpful is None


def test_a_thread_of_a_channel_that_was_given_away_is_closed(slack):
    thread = slack.say("U1", QUESTION)
    message = slack.last("C1", thread)
    slack.assistant.new_project("b")
    slack.assistant.bind_channel("slack/T1/C1", "b")
    slack.press("U1", message, "rate/up")
    assert "no longer work" in slack.slack.whispers[-1]["text"]
    slack.say("U1", "And why?", "C1", thread)
    assert len(slack.bot_says("C1", thread)) == 1
    slack.say("U1", QUESTION, "C1", thread)
    (conversation,) = slack.assistant.conversations(project="b")
    assert conversation.turns == 1
