"""Settings come from the environment once; what is wrong, unknown or unused is said."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsInvalid
from assistant.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[1]
KEY = "sk-canary-0123456789"


def test_every_field_is_read_from_its_variable(monkeypatch, tmp_path):
    given = {
        "SCOPEWRIGHT_HOME": str(tmp_path),
        "SCOPEWRIGHT_KNOWLEDGE": str(tmp_path / "k"),
        "SCOPEWRIGHT_PORT": "8601",
        "SCOPEWRIGHT_LADDER": "ollama:qwen3:4b,extractive",
        "SCOPEWRIGHT_SERVERS": '{"lab": {"base_url": "http://h/v1", "model": "m"}}',
        "SCOPEWRIGHT_FIND_LOCAL_SERVERS": "false",
        "OPENAI_API_KEY": KEY,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.home, settings.knowledge_folder) == (tmp_path, tmp_path / "k")
    assert (settings.port, settings.ladder) == (8601, "ollama:qwen3:4b,extractive")
    assert (settings.servers["lab"].model, settings.find_local_servers) == ("m", False)
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SCOPEWRIGHT_PORT", "many"),
        ("SCOPEWRIGHT_PORT", "0"),
        ("SCOPEWRIGHT_PORT", "65536"),
        ("SCOPEWRIGHT_ENCODER_THREADS", "0"),
        ("SCOPEWRIGHT_MODEL_TOTAL_S", "-1"),
        ("SCOPEWRIGHT_MODEL_STREAM", "perhaps"),
        ("SCOPEWRIGHT_LOCAL_CONTEXT", "12"),
        ("SCOPEWRIGHT_SERVERS", "{"),
        ("SCOPEWRIGHT_SERVERS", f'{{"lab": {{"base_url": "ftp://h", "key": "{KEY}"}}}}'),
        ("SCOPEWRIGHT_SERVERS", f'{{"lab": {{"base_url": "http://u:{KEY}@h", "model": "m"}}}}'),
        ("SCOPEWRIGHT_SERVERS", f'{{"lab": {{"kye": "{KEY}"}}}}'),
        ("SCOPEWRIGHT_COLOUR", "red"),
        ("SCOPEWRIGHT_Port", "8601"),
    ],
)
def test_a_wrong_value_or_name_is_said_without_the_value(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert name in caught.value.problem
    assert caught.value.remedy
    # Neither the message nor what led to it shows a value, which may be a key.
    assert KEY not in f"{caught.value}{caught.value.__cause__}"


def test_variables_of_others_are_no_concern(monkeypatch):
    monkeypatch.setenv("SCOPEWRIGHTS_COLOUR", "red")
    assert load_settings().port == 8501


def test_keys_are_masked(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server = {"lab": {"base_url": "http://h/v1", "model": "m", "key": KEY}}
    settings = load_settings(servers=server)
    for shown in (
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        repr(settings.servers),
    ):
        assert KEY not in shown
        assert "**" in shown


def test_settings_do_not_change():
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_the_data_that_travels_with_the_program_is_found():
    packaged = Settings().packaged
    assert (packaged / "knowledge" / "references.yaml").is_file()
    assert (packaged / "ui" / "app.py").is_file()
    # In a checkout that is the checkout itself, never a copy that could be stale.
    assert packaged == ROOT


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_used_and_explained(name):
    field = Settings.model_fields[name]
    assert (field.description or "").endswith(".")
    users = [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
    text = "\n".join(p.read_text("utf-8") for p in users if p.name != "settings.py")
    own = (ROOT / "assistant" / "settings.py").read_text("utf-8")
    # `knowledge` is read through `knowledge_folder`.
    assert re.search(rf"\.{name}\b", text) or re.search(rf"self\.{name}\b", own), name


def test_the_page_of_settings_is_up_to_date():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page.count(f"| `{PREFIX}") + page.count("| `OPENAI_") + page.count(
        "| `TIKTOKEN_"
    ) == len(Settings.model_fields)
    script = [sys.executable, str(ROOT / "docs" / "make_settings.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
