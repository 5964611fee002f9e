"""Every sample of ../shared/attacks/malformed: no crash, no hang, the outcome that is expected."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import FileRejected
from assistant.ingest import REJECTIONS, convert_file

# What the manifest expects (the beginning of its words) → outcomes that meet it. "text" is
# accepted text; everything else is a code.
CLEAR = {"damaged_file", "no_text", "password_protected", "too_large_expanded", "parse_failed"}
ACCEPTED = {
    "accept text; outline errors": {"text"},
    "accept text; zero network": {"text"},
    "accept page text": {"text"},
    "accept or clear reject": {"text", *CLEAR},
    "accept": {"text"},
    "clear reject": {"text", *CLEAR},
    "reject or text": {"text", *CLEAR},
    "reject or accept text": {"text", *CLEAR},
    "reject: entity declarations": {"damaged_file"},
    "reject, or text without": {"damaged_file", "text"},
    "reject: 'not a valid .docx'": {"damaged_file"},
    "reject before parsing": {"too_large_expanded"},
    "reject: unsupported type": {"unsupported_type"},
    "reject: 'file is empty'": {"empty_file"},
    "reject: 'PDF is password-protected'": {"password_protected"},
    "reject/flag: 'no extractable text": {"no_text"},
    "reject: 'not a text file'": {"type_mismatch"},
    "decode with replacement": {"text", "type_mismatch"},
    "reject: 'no text found'": {"no_text"},
    "text 'Visible text' only": {"text"},
}
NEVER = ("CANARY-7Q4X", "root:x:", "alert(")
SLOWEST_S = 10.0
LARGEST_KB = 512 * 1024


def outcome(path: Path) -> tuple[str, str, float]:
    started = time.monotonic()
    try:
        converted = convert_file(path, name=path.name)
    except FileRejected as error:
        return error.code, "", time.monotonic() - started
    text = "\n".join(page.text for page in converted.pages)
    return "text", text, time.monotonic() - started


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> dict[str, tuple[str, str, float]]:
    entries = json.loads((shared / "attacks/malformed/manifest.json").read_text("utf-8"))
    files = {entry["file"]: shared / "attacks" / entry["file"] for entry in entries}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(files, pool.map(outcome, files.values()), strict=True))


def test_the_manifest_is_met(shared: Path, outcomes: dict[str, tuple[str, str, float]]) -> None:
    entries = json.loads((shared / "attacks/malformed/manifest.json").read_text("utf-8"))
    for entry in entries:
        allowed = next(
            codes for words, codes in ACCEPTED.items() if entry["expected"].startswith(words)
        )
        code, text, seconds = outcomes[entry["file"]]
        assert code in allowed, (entry["file"], code, entry["expected"])
        assert code == "text" or code in REJECTIONS
        assert not any(word in text for word in NEVER), entry["file"]
        assert seconds < SLOWEST_S, entry["file"]


def test_named_samples(outcomes: dict[str, tuple[str, str, float]]) -> None:
    assert outcomes["malformed/text/made_script.html"][:2] == ("text", "Visible text")
    bidi = outcomes["malformed/text/made_bidi_zero_width.md"][1]
    assert bidi.isascii()
    assert "BOM inside" in bidi
    assert "Crazy Ones" in outcomes["malformed/pdf/header_missing_bytes_prefixed.pdf"][1]


# In a process of its own: a child's peak includes its parent's size at the moment of the fork.
PEAK = """
import resource, sys
from pathlib import Path
from assistant.errors import FileRejected
from assistant.ingest import convert_file
for path in sys.argv[1:]:
    try:
        convert_file(Path(path), name=Path(path).name)
    except FileRejected:
        pass
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_no_child_grew_large(shared: Path) -> None:
    entries = json.loads((shared / "attacks/malformed/manifest.json").read_text("utf-8"))
    paths = [str(shared / "attacks" / entry["file"]) for entry in entries]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *paths], capture_output=True, text=True, check=True
    )
    assert 0 < int(done.stdout) < LARGEST_KB


def test_no_entry_of_an_archive_was_unpacked(
    shared: Path, outcomes: dict[str, tuple[str, str, float]], tmp_path: Path
) -> None:
    assert outcomes["malformed/docx/made_zip_slip.docx"][0] in {"text", *CLEAR}
    for folder in (Path.cwd(), Path.cwd().parent, tmp_path, Path("/tmp")):
        assert not list(folder.glob("zip_slip_canary*"))
