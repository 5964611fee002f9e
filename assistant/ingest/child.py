"""Standard input (a file's bytes) → standard output (pages as JSON): the process that parses.

It puts limits on itself before it imports a parser: memory, time, open files, size of what it
writes, no network, no other program, no reading outside of Python's own folders. The parent kills
it at the time limit.
"""

import json
import sys
from pathlib import Path
from typing import Any

from assistant.errors import FileRejected
from assistant.ingest.limits import Limits, reject
from assistant.ingest.readers.pages import Sheaf

_OUTPUT_BYTES = 64_000_000
_OPEN_FILES = 64
_REFUSED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


def main() -> None:
    """Read the order on the command line and the file on standard input; write the answer."""
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    _limit(limits)
    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    sys.addaudithook(Guard())
    try:
        kind, sheaf = _read(order["look"], data, order["name"], limits)
        answer: dict[str, Any] = {
            "type": kind,
            "title": sheaf.title,
            "pages": [[page.number, page.text] for page in sheaf.pages],
            "warnings": dict(sheaf.warnings),
        }
    except FileRejected as error:
        answer = {"code": error.code, "problem": error.problem, "remedy": error.remedy}
    except (MemoryError, RecursionError):
        answer = {"code": "parse_failed"}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


def _read(look: str, data: bytes, name: str, limits: Limits) -> tuple[str, Sheaf]:
    if look == "pdf":
        from assistant.ingest.readers.pdf import read_pdf

        return "pdf", read_pdf(data, limits)
    if look == "html":
        from assistant.ingest.readers.html import read_html

        return "html", read_html(data.decode("utf-8"), Sheaf(limits, numbered=False))
    return _read_package(data, name, limits)


def _read_package(data: bytes, name: str, limits: Limits) -> tuple[str, Sheaf]:
    from assistant.ingest.readers.docx import read_docx
    from assistant.ingest.readers.package import Package
    from assistant.ingest.readers.pptx import read_pptx
    from assistant.ingest.sniff import check_name, named_type, refuse_other

    claimed = named_type(name)
    office = claimed in ("docx", "pptx")
    try:
        package = Package(data, limits, f".{claimed}" if office else "Office")
        main_part = package.main_part()
    except FileRejected as error:
        if error.code == "damaged_file" and not office:
            raise refuse_other(name, "a zip archive") from error
        raise
    if main_part is None and office:  # it is named like ours but lacks the main part
        raise reject("damaged_file", kind=f".{claimed}")
    if main_part is None:
        raise refuse_other(name, "a zip archive")
    kind, part = main_part
    check_name(name, "docx" if kind == "docx" else "pptx", f"a {kind} file")
    sheaf = Sheaf(limits, numbered=True)
    return kind, (read_docx if kind == "docx" else read_pptx)(package, part, sheaf)


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still holds
        return
    seconds = max(1, round(limits.child_seconds))
    for what, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, _OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.child_bytes),
    ):
        resource.setrlimit(what, (value, value))


class Guard:
    """An audit hook: no network, no other program, no file but Python's own, none for writing."""

    def __init__(self) -> None:
        root = Path(__file__).parents[2]
        folders = [sys.prefix, sys.base_prefix, str(root)]
        folders += [str(Path(folder).resolve()) for folder in folders]
        self._roots = (*folders, "/usr/lib", "/lib")

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise PermissionError for what no reader has to do."""
        if event.startswith(_REFUSED):
            raise PermissionError(f"{event} is not allowed here")
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()
            mode = arguments[1] or "r"
            if any(letter in mode for letter in "wax+") or not path.startswith(self._roots):
                raise PermissionError(f"opening {path} is not allowed here")
