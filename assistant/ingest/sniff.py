"""First bytes of a file → what it is; the name and the client's word decide nothing."""

from pathlib import PurePath
from typing import Literal

from assistant.ingest.limits import reject

FileType = Literal["md", "txt", "html", "pdf", "docx", "pptx"]
Look = Literal["pdf", "zip", "ole", "text", "other"]

_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"{\\rtf", "rich text (rtf)"),
    (b"%!PS", "PostScript"),
    (b"SQLite format 3", "a database"),
    (b"RIFF", "sound or video"),
    (b"OggS", "sound or video"),
    (b"ID3", "sound"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENDINGS: dict[str, FileType] = {
    ".md": "md", ".markdown": "md", ".txt": "txt", ".text": "txt", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".pdf": "pdf", ".docx": "docx", ".pptx": "pptx",
}  # fmt: skip
HEAD_BYTES = 8_192


def named_type(name: str) -> FileType | None:
    """The type that a file's name claims, None when it claims none of ours.

    >>> named_type("Plan.PDF"), named_type("notes"), named_type("t.xlsx")
    ('pdf', None, None)
    """
    return _ENDINGS.get(PurePath(name).suffix.lower())


def look(head: bytes) -> tuple[Look, str]:
    r"""Say what the first bytes are, with words for a message.

    A PDF may open with some junk. A file that is two things at once is what its first byte says.

    >>> look(b"%PDF-1.7")[0], look(b"PK\x03\x04")[0], look(b"MZ\x90")[1], look(b"Dear all")[0]
    ('pdf', 'zip', 'a Windows program', 'text')
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip", "a zip archive"
    if head.startswith(_OLE):
        return "ole", "an old Office document"
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return "other", words
    if b"%PDF-" in head[:1_024] or head.lstrip(b"\0 \t\r\n").startswith(b"%PDF-"):
        return "pdf", "a PDF"
    return "text", "text"


def text_type(name: str, text: str) -> FileType:
    """What kind of text a text file is.

    Markdown and plain text stay what they are named even if they hold HTML; a file of another
    name is HTML only when it opens like a page.
    """
    claimed = named_type(name)
    if claimed in ("md", "txt"):
        return claimed
    opening = text[:2_000].lstrip("\ufeff \t\r\n").lower()
    page = opening.startswith(("<!doctype html", "<html", "<head", "<body"))
    if claimed == "html":
        return "html" if page or ("<" in opening and ">" in opening) else "txt"
    return "html" if page else "txt"


def check_name(name: str, found: FileType, words: str) -> None:
    """Raise FileRejected `type_mismatch` when the name claims what the content is not."""
    claimed = named_type(name)
    texts = {"md", "txt", "html"}
    if claimed and claimed != found and not {claimed, found} <= texts:
        raise reject("type_mismatch", name=f".{claimed}", found=words)


def refuse_other(name: str, words: str) -> Exception:
    """The error for content that is none of ours: a mismatch when the name claimed ours."""
    claimed = named_type(name)
    if claimed:
        return reject("type_mismatch", name=f".{claimed}", found=words)
    return reject("unsupported_type", found=words)
