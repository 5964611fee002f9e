"""What a file may cost, and every reason for which one is refused, each with its remedy."""

from dataclasses import dataclass
from typing import Literal

from assistant.errors import FileRejected

Code = Literal[
    "empty_file", "no_text", "too_large", "too_large_expanded", "too_many_pages", "too_much_text",
    "too_many_files", "password_protected", "damaged_file", "parse_failed", "type_mismatch",
    "unsupported_type", "unreadable", "not_found",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file and the largest effort; sizes in bytes, times in seconds."""

    file_bytes: int = 50_000_000
    pages: int = 1_000
    characters: int = 5_000_000
    zip_entries: int = 2_000
    expanded_bytes: int = 200_000_000
    expanded_ratio: int = 100
    ratio_from_bytes: int = 10_000_000
    child_seconds: float = 60.0
    child_bytes: int = 1 << 30
    files: int = 1_000


LIMITS = Limits()

REJECTIONS: dict[Code, tuple[str, str]] = {
    "empty_file": ("The file is empty.", "Check that it was saved and choose it again."),
    "no_text": ("The file holds no text.", "Choose a file with text in it."),
    "too_large": ("The file is larger than {file_mb} MB.", "Split it or leave out its pictures."),
    "too_large_expanded": (
        "The file expands to too much data.",
        "Save it again from its own program, without embedded files.",
    ),
    "too_many_pages": ("The file has more than {pages:,} pages.", "Split it into smaller files."),
    "too_much_text": (
        "The file has more than {characters:,} characters of text.",
        "Split it into smaller files.",
    ),
    "too_many_files": (
        "The folder holds more than {files:,} files.",
        "Choose a smaller folder, or name the files one by one.",
    ),
    "password_protected": (
        "The file is protected by a password.",
        "Save a copy without the password and choose that.",
    ),
    "damaged_file": (
        "The file is damaged or not a valid {kind} file.",
        "Open it in its own program and save it again.",
    ),
    "parse_failed": (
        "The file could not be read within its limits of time and memory.",
        "Save it again from its own program, or export it as plain text.",
    ),
    "type_mismatch": (
        "The file's content does not fit its name: it is named {name} but holds {found}.",
        "Give it the right ending, or choose the file that you meant.",
    ),
    "unsupported_type": (
        "Files of this type cannot be read: {found}.",
        "Save it as pdf, docx, pptx, html, md or txt.",
    ),
    "unreadable": ("The file may not be read.", "Give yourself permission to read it."),
    "not_found": ("There is no such file or folder.", "Check the path."),
}
SCANNED = ("The file holds pictures of pages and no text.", "It looks scanned; run OCR first.")


def reject(
    code: Code,
    limits: Limits = LIMITS,
    *,
    kind: str = "document",
    name: str = "one type",
    found: str = "another",
) -> FileRejected:
    """Make the error for `code`; the caller raises it.

    >>> str(reject("damaged_file", kind=".docx"))
    'The file is damaged or not a valid .docx file. Open it in its own program and save it again.'
    """
    problem, remedy = REJECTIONS[code]
    words = {
        "kind": kind,
        "name": name,
        "found": found,
        "file_mb": limits.file_bytes // 1_000_000,
        "pages": limits.pages,
        "characters": limits.characters,
        "files": limits.files,
    }
    return FileRejected(problem.format(**words), remedy=remedy, code=code)


def scanned() -> FileRejected:
    """Make the error for a file whose pages are only pictures."""
    return FileRejected(SCANNED[0], remedy=SCANNED[1], code="no_text")
