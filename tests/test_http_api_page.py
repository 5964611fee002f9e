"""docs/api.md: every example of curl runs as it stands, in order, against a real server."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from http_api import served

from assistant import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"(?ms)^```bash\n(.*?)^```", PAGE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_example_runs(assistant, tmp_path):
    with served(assistant) as api:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "API": api.url,
            "KEY": api.key("write"),
            "no_proxy": "*",
        }
        script = "set -euo pipefail\n" + "\n".join(f"{one}\necho" for one in EXAMPLES)
        done = subprocess.run(
            ["bash", "-c", script], env=environment, cwd=tmp_path, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "data: [DONE]" in done.stdout
    assert '"shown":"200 ms"' in done.stdout
    assert (tmp_path / "requirements.docx").read_bytes().startswith(b"PK")
    assert sum(one.count("curl ") for one in EXAMPLES) == PAGE.count("\ncurl ") >= 20


def test_the_limits_on_the_page_are_those_of_the_program():
    from assistant.channels.http_api.bodies import TEXT_BYTES
    from assistant.channels.http_api.files import MOST_FILES
    from assistant.channels.http_api.openai_shapes import LONGEST_QUESTION
    from assistant.channels.http_api.serving import STOP_S

    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    text = " ".join(PAGE.split())
    for words in (
        f"{defaults['api_requests_per_minute']} requests a minute",
        f"{defaults['api_streams']} answers at once",
        f"{defaults['api_upload_mb']} MB in one upload of at most {MOST_FILES} files",
        f"{TEXT_BYTES // 1_000_000} MB in any other request",
        f"{LONGEST_QUESTION:,} bytes in a question",
        f"{STOP_S} seconds to end",
        f"http://{defaults['api_host']}:{defaults['api_port']}",
    ):
        assert words in text, words
