"""The ladder's own rules, with scripted models; the faults of a real server are in another file."""

import json
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from assistant.errors import ModelFailed, NoModel, SettingsInvalid
from assistant.ladder import Breakers, Ladder, Message, Piece, ScriptedModel
from assistant.ladder.climb import LOCAL_PROMPT
from assistant.ladder.failures import redact, retry_after_s
from assistant.ladder.seek import Port, Seeker
from assistant.ladder.structured import strict_schema
from assistant.settings import Settings, load_settings

QUESTION = [Message("user", "Where do I start?")]
DOWN = ModelFailed("It is down.", remedy="Start it.", code="unreachable")
FAILING = ModelFailed("It failed.", remedy="Wait.", code="server_error")


@pytest.fixture(autouse=True)
def _rungs_by_themselves(monkeypatch):
    """Which rungs are chosen when nothing is set is what these tests are about."""
    monkeypatch.delenv("SCOPEWRIGHT_LADDER", raising=False)


def make_settings(**given: Any) -> Settings:
    given.setdefault("OPENAI_API_KEY", None)
    given.setdefault("find_local_servers", False)
    given.setdefault("home", Path("unused"))
    return Settings(**given)


def climb(*models: ScriptedModel, **given: Any) -> Ladder:
    return Ladder(make_settings(**given), models=models)


@pytest.mark.parametrize(
    ("scripts", "rung", "text", "finished", "codes"),
    [
        (["A b."], "m0", "A b.", True, []),
        ([DOWN, "A b."], "m1", "A b.", True, ["unreachable"]),
        ([[DOWN], ["", "  ", Piece(finish_reason="stop")], "C."], "m2", "C.", True,
         ["unreachable", "empty_reply"]),
        # Nothing is tried after the first text was handed out.
        ([["A ", FAILING], "C."], "m0", "A ", False, []),
        ([["A ", Piece(finish_reason="length")], "C."], "m0", "A ", False, []),
        ([["A "], "C."], "m0", "A ", False, []),
        ([[" ", "A", Piece(finish_reason="stop")]], "m0", " A", True, []),
    ],
)  # fmt: skip
def test_reply(
    scripts: Sequence[Any], rung: str, text: str, finished: bool, codes: list[str]
) -> None:
    models = [ScriptedModel([script], f"m{at}") for at, script in enumerate(scripts)]
    reply = climb(*models).reply(QUESTION)
    assert "".join(reply) == text
    assert (reply.rung, reply.text, reply.finished) == (rung, text, finished)
    assert [attempt.code for attempt in reply.attempts] == codes
    assert all(attempt.reason in reply.rung_reason for attempt in reply.attempts)


def test_no_model_names_every_reason() -> None:
    ladder = climb(ScriptedModel([DOWN], "a"), ScriptedModel([""], "b"))
    with pytest.raises(NoModel) as caught:
        ladder.reply(QUESTION)
    assert [(a.rung, a.code, a.remedy) for a in caught.value.attempts] == [
        ("a", "unreachable", "Start it."),
        ("b", "empty_reply", "Ask again in other words."),
    ]
    assert "a: It is down." in str(caught.value)


@pytest.mark.parametrize("ladder", ["extractive", "extractive,local"])
def test_extractive_first_asks_nobody(ladder: str) -> None:
    with pytest.raises(NoModel) as caught:
        Ladder(make_settings(ladder=ladder)).reply(QUESTION)
    assert caught.value.attempts == ()


@pytest.mark.parametrize(("retries", "asked"), [(0, 1), (2, 3)])
def test_one_layer_of_retries(retries: int, asked: int) -> None:
    model = ScriptedModel([FAILING] * 9)
    with pytest.raises(NoModel):
        climb(model, model_retries=retries).reply(QUESTION)
    assert len(model.history) == asked


def test_breaker_lets_a_failing_rung_rest() -> None:
    model = ScriptedModel([DOWN] * 9, "bad")
    ladder = climb(model, ScriptedModel(["A."] * 9, "good"), breaker_failures=3)
    codes = []
    for _ in range(5):
        reply = ladder.reply(QUESTION)
        list(reply)
        codes.append(reply.attempts[0].code)
    assert codes == ["unreachable"] * 3 + ["resting"] * 2
    assert len(model.history) == 3
    assert [state.ok for state in ladder.probe()] == [False, True, True]


def test_breaker_counts_cut_streams() -> None:
    ladder = climb(ScriptedModel([["A "]] * 9), breaker_failures=2)
    for _ in range(2):
        assert list(ladder.reply(QUESTION)) == ["A "]
    with pytest.raises(NoModel) as caught:
        ladder.reply(QUESTION)
    assert caught.value.attempts[0].code == "resting"


def test_context_length_is_the_callers_to_mend() -> None:
    too_long = ModelFailed("Too long.", remedy="Shorten.", code="context_too_long")
    ladder = climb(ScriptedModel([too_long, "A."] * 9), ScriptedModel(["B."]))
    for _ in range(8):
        with pytest.raises(ModelFailed, match="Too long"):
            ladder.reply(QUESTION)
        assert "".join(ladder.reply(QUESTION)) == "A."


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        # (seconds passed, what happens) → is the rung open for a call now?
        ([(0, "f"), (0, "f")], True),
        ([(0, "f"), (0, "f"), (0, "f")], False),
        ([(0, "f"), (0, "f"), (31, "f")], True),
        ([(0, "f"), (0, "f"), (0, "s"), (0, "f")], True),
        ([(0, "f"), (0, "f"), (0, "f"), (29, "")], False),
        ([(0, "f"), (0, "f"), (0, "f"), (31, "")], True),
        ([(0, "f"), (0, "f"), (0, "f"), (31, "t")], False),
        ([(0, "f"), (0, "f"), (0, "f"), (31, "t"), (0, "u")], True),
        ([(0, "f"), (0, "f"), (0, "f"), (31, "t"), (1, "f"), (29, "")], False),
        ([(0, "f"), (0, "f"), (0, "f"), (31, "t"), (1, "s")], True),
        ([(0, "f"), (0, "f"), (0, "f"), (31, "t"), (31, "")], True),
    ],
)
def test_breaker(script: list[tuple[float, str]], expected: bool) -> None:
    now = 0.0
    breakers = Breakers(3, 30, clock=lambda: now)
    for passed, event in script:
        now += passed
        if event == "t":
            assert breakers.wait_s("r") == 0
        elif event:
            {"f": breakers.failed, "s": breakers.succeeded, "u": breakers.undecided}[event]("r")
    assert (breakers.wait_s("r") == 0) is expected


def test_one_trial_among_many_threads() -> None:
    now = 0.0
    breakers = Breakers(1, 30, clock=lambda: now)
    breakers.failed("r")
    now = 31.0
    allowed = []
    threads = [
        threading.Thread(target=lambda: allowed.append(breakers.wait_s("r") == 0))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 1


@pytest.mark.parametrize(
    ("ladder", "given", "names", "reasons"),
    [
        ("openai:gpt-5-mini,local", {}, ["openai:gpt-5-mini", "local"], ["No OpenAI key"]),
        ("nobody:x", {}, ["nobody:x"], ["nobody:x"]),
        ("local", {"local_model": Path("/nowhere.gguf")}, ["local"], ["/nowhere.gguf"]),
    ],
)  # fmt: skip
def test_rungs_of_a_setting(
    ladder: str, given: dict[str, Any], names: list[str], reasons: list[str], tmp_path: Path
) -> None:
    states = Ladder(make_settings(ladder=ladder, home=tmp_path, **given)).probe()
    assert [state.name for state in states] == [*names, "extractive"]
    assert not states[0].ok
    assert states[0].remedy
    assert reasons[0] in states[0].detail
    assert states[-1].ok


@pytest.mark.parametrize(
    "ladder",
    [
        "gpt-5", "openai:", ":x", "server:http://host:80", "server:http://me:pass@host#m",
        "server:http://host/v1?api_key=pass#m", "sk-proj-pass0123", "server:x",
    ],
)  # fmt: skip
def test_wrong_rung_is_told_at_the_start(ladder: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Ladder(make_settings(ladder=ladder))
    assert "pass" not in str(caught.value).replace("password", "")


class _Models(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        ollama = {"models": [{"name": "nomic-embed-text"}, {"name": "qwen3:4b"}]}
        body = json.dumps(ollama if self.path == "/api/tags" else {"data": [{"id": "scopewright"}]})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def models_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Models)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("key", "seek", "expected"),
    [
        ("sk-x", True, ["openai:gpt-5-mini", "server:http://127.0.0.1:{}/v1#qwen3:4b", "local"]),
        (None, True, ["server:http://127.0.0.1:{}/v1#qwen3:4b", "local"]),
        (None, False, ["local"]),
    ],
)
def test_automatic_choice(
    models_port: int, tmp_path: Path, key: str | None, seek: bool, expected: list[str]
) -> None:
    # Our own API, a closed port and an embedding model are no rungs.
    ports = [Port("Ollama", models_port, "/api/tags"), Port("vLLM", models_port), Port("x", 9)]
    settings = make_settings(
        OPENAI_API_KEY=key,
        OPENAI_BASE_URL="http://127.0.0.1:9/v1",
        find_local_servers=seek,
        home=tmp_path,
    )
    states = Ladder(settings, seeker=Seeker(ports)).probe()
    assert [state.name for state in states[:-1]] == [name.format(models_port) for name in expected]


@pytest.mark.parametrize(
    "servers",
    ["{lab: sk-canary-1", '{"lab": {"base_url": "ftp://x", "model": "m", "key": "sk-canary-1"}}'],
)
def test_wrong_servers_are_told_without_their_key(
    servers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOPEWRIGHT_SERVERS", servers)
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert "SCOPEWRIGHT_SERVERS" in str(caught.value)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


class Plan(BaseModel):
    class Step(BaseModel):
        default: str
        days: int = 1

    name: str
    steps: list[Step] = []


def test_strict_schema_is_closed_at_every_level() -> None:
    schema = strict_schema(Plan)
    step = schema["$defs"]["Step"]
    assert (schema["required"], schema["additionalProperties"]) == (["name", "steps"], False)
    # A property may be called like a keyword.
    assert (step["required"], step["additionalProperties"]) == (["default", "days"], False)
    assert "default" not in step["properties"]["days"]


@pytest.mark.parametrize(
    ("replies", "asked"),
    [
        (['{"name": "a", "steps": []}'], 1),
        (['{"steps": []}', '```json\n{"name": "a", "steps": []}\n```'], 2),
    ],
)
def test_structured(replies: list[str], asked: int) -> None:
    model = ScriptedModel(replies)
    value, info = climb(model).structured([Message("system", "Plan."), *QUESTION], Plan)
    assert (value, info.rung) == (Plan(name="a"), "scripted")
    assert len(model.history) == asked
    assert model.history[0][0].content.startswith("Plan.")
    if asked == 2:
        assert "name: Field required" in model.history[1][-1].content


def test_structured_fails_clearly_and_without_the_values() -> None:
    model = ScriptedModel(['{"name": 5}'] * 2)
    with pytest.raises(ModelFailed) as caught:
        climb(model, ScriptedModel(["never asked"])).structured(QUESTION, Plan)
    assert caught.value.code == "bad_structure"


@given(st.text(alphabet="abk-0 ", min_size=4, max_size=12), st.text(max_size=30))
def test_known_keys_are_hidden(key: str, around: str) -> None:
    assert key not in redact(f"{around}<{key}>{around}", [key]).replace("[key]", "")


@pytest.mark.parametrize(
    "words",
    [
        "API key not valid: AIzaSyA-canary_0123456789",
        'Invalid {"api_key": "canary0123456789"}',
        "no access for x-api-key=canary0123456789&model=m",
        "Incorrect API key provided: canary0123456789.",
    ],
)
def test_keys_of_providers_that_are_not_ours_are_hidden(words: str) -> None:
    assert "canary" not in redact(words, [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0.0),
        (" 1.5 ", 1.5),
        ("Sun, 22 Nov 2026 10:00:07 GMT", 7.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 10:00:07", 7.0),
        ("nan", None),
        ("9" * 30, None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    from datetime import UTC, datetime

    assert retry_after_s(value, datetime(2026, 11, 22, 10, tzinfo=UTC)) == expected


def test_import_is_cheap() -> None:
    heavy = {"langchain", "langchain_core", "langchain_openai", "openai", "httpx2", "xllamacpp"}
    code = f"import sys, assistant.ladder; print(sorted({heavy!r} & set(sys.modules)))"
    assert run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_embedded_model_gets_short_prompts() -> None:
    """It reads slowly, so its prompts are shorter than its context; others' are not."""
    hosted = Settings(ladder="server:http://127.0.0.1:9/v1#m", model_context=8_000)
    assert Ladder(hosted).prompt_tokens(700) == 7_300
    assert Ladder(Settings(ladder="local")).prompt_tokens(700) == LOCAL_PROMPT
