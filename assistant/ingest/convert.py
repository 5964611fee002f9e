"""A file on disk → ConvertedFile: its type by content, its text by page, what had to be mended.

Text and Markdown are decoded here, because no parser runs. Everything else is parsed in a child
process (see `child.py`) that gets the bytes on its standard input, a private empty folder, no
environment and no other descriptor; it is killed with its process group at the time limit.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.errors import FileRejected
from assistant.ingest.limits import LIMITS, Limits, reject
from assistant.ingest.readers.pages import Page
from assistant.ingest.sniff import FileType, check_name, look, named_type, refuse_other, text_type
from assistant.ingest.texts import Warned, clean, decode, is_binary

logger = logging.getLogger(__name__)

# The child imports our readers without running `assistant/__init__.py`, which would import the
# whole product: start-up is 0.1 s in place of seconds, and far less code runs beside the parser.
_BOOTSTRAP = """
import sys, types
for name, folder in (("assistant", {root!r}), ("assistant.ingest", {room!r})):
    module = types.ModuleType(name)
    module.__path__ = [folder]
    sys.modules[name] = module
from assistant.ingest.child import main
main()
"""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class ConvertedFile:
    """A file as text: `pages` in order, each with its page or slide number where there is one."""

    type: FileType
    title: str
    pages: tuple[Page, ...]
    warnings: tuple[Warned, ...]


def convert_file(path: Path, *, name: str, limits: Limits = LIMITS) -> ConvertedFile:
    """Convert one file; `name` is what its owner calls it.

    Raises:
        FileRejected: With one of the codes in `limits.REJECTIONS`.
    """
    return convert_bytes(read_bytes(path, limits), name=name, limits=limits)


def read_bytes(path: Path, limits: Limits = LIMITS) -> bytes:
    """Read a file of an allowed size; raise FileRejected for any other."""
    try:
        if not path.is_file():
            raise reject("unreadable" if path.exists() else "not_found")
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise reject("unreadable") from error
    if len(data) > limits.file_bytes:
        raise reject("too_large", limits)
    if not data:
        raise reject("empty_file")
    return data


def convert_bytes(data: bytes, *, name: str, limits: Limits = LIMITS) -> ConvertedFile:
    """Convert a file's bytes; the same as `convert_file` after reading."""
    kind, words = look(data)
    if kind == "text":
        return _convert_text(data, name, limits)
    if kind == "ole" and _ENCRYPTED in data:
        raise reject("password_protected")
    if kind in ("ole", "other"):
        raise refuse_other(name, words)
    if kind == "pdf":
        check_name(name, "pdf", words)
    elif named_type(name) in ("md", "txt", "html"):
        raise refuse_other(name, words)
    return _tidy(_ask_child(data, kind, name, limits))


def _convert_text(data: bytes, name: str, limits: Limits) -> ConvertedFile:
    decoded = decode(data)
    if is_binary(decoded.text):
        raise refuse_other(name, "binary data")
    kind = text_type(name, decoded.text)
    check_name(name, kind, "text")
    if kind != "html" and len(decoded.text) > limits.characters:  # tags do not count
        raise reject("too_much_text", limits)
    if not decoded.text.strip("\ufeff \t\r\n\x00"):
        raise reject("no_text")
    if kind == "html":
        page = _ask_child(decoded.text.encode("utf-8", "replace"), kind, name, limits)
        page["warnings"] = [*_warned(page["warnings"]), *decoded.warnings]
        return _tidy(page)
    sheets = decoded.text.split("\f")  # form feeds part the pages of printed text
    numbered = 1 < len(sheets) <= limits.pages
    pages = [[n if numbered else None, sheet] for n, sheet in enumerate(sheets, 1)]
    return _tidy({"type": kind, "title": "", "pages": pages, "warnings": decoded.warnings})


def _tidy(answer: dict[str, Any]) -> ConvertedFile:
    """Clean the pages' text and add up the warnings."""
    found = answer["warnings"]
    warnings = _warned(found) if isinstance(found, dict) else list(found)
    pages = []
    for number, text in answer["pages"]:
        cleaned = clean(text)
        warnings.extend(cleaned.warnings)
        if cleaned.text.strip():
            pages.append(Page(number, cleaned.text))
    if not pages:
        raise reject("no_text")
    title = " ".join(clean(answer["title"]).text.split())
    return ConvertedFile(answer["type"], title, tuple(pages), add_up(warnings))


def add_up(warnings: list[Warned]) -> tuple[Warned, ...]:
    """Join warnings of one code: their counts added, up to three samples kept."""
    joined: dict[str, Warned] = {}
    for warned in warnings:
        before = joined.get(warned.code, Warned(warned.code, 0))
        samples = (*before.samples, *warned.samples)[:3]
        joined[warned.code] = Warned(warned.code, before.count + warned.count, samples)
    return tuple(joined.values())


def _warned(counts: dict[str, int]) -> list[Warned]:
    return [Warned(str(code), int(count)) for code, count in counts.items()]


def _ask_child(data: bytes, kind: str, name: str, limits: Limits) -> dict[str, Any]:
    """Run the child on `data`; raise FileRejected when it refuses the file, dies or hangs."""
    room = Path(__file__).parent
    program = _BOOTSTRAP.format(root=str(room.parent), room=str(room))
    order = json.dumps({"look": kind, "name": Path(name).name[-200:], "limits": asdict(limits)})
    with tempfile.TemporaryDirectory(prefix="scopewright-") as folder:
        given, said = Path(folder, "given"), Path(folder, "said")
        given.write_bytes(data)
        with given.open("rb") as stdin, said.open("wb") as stdout:
            given.unlink()
            command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", program, order]
            status = _run(command, stdin, stdout, folder, limits.child_seconds)
        answer = said.read_bytes()
    logger.info("converted look=%s bytes=%d status=%s", kind, len(data), status)
    try:
        result = json.loads(answer) if status == 0 else {"code": "parse_failed"}
    except ValueError:
        result = {"code": "parse_failed"}
    code = result.get("code")
    if code is not None:
        if "problem" in result:
            raise FileRejected(result["problem"], remedy=result["remedy"], code=code)
        raise reject("parse_failed")
    return dict(result)


def _run(command: list[str], stdin: Any, stdout: Any, folder: str, seconds: float) -> int | None:
    """Run a command to its end and return its status, or None when it had to be killed."""
    environment = {"TMPDIR": folder, "HOME": folder, "PATH": os.defpath}
    with (
        subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            close_fds=True,
            start_new_session=True,
        ) as child,
        _killed_at_the_end(child),
    ):
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def _killed_at_the_end(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        if child.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
            child.wait()
