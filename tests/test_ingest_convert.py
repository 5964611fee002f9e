import os
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from made_files import docx, paragraph, pdf, pptx, types, zipped

from assistant.errors import FileRejected
from assistant.ingest import LIMITS, REJECTIONS, Limits, convert_file, expand_paths
from assistant.ingest.child import Guard
from assistant.ingest.convert import convert_bytes

HELLO = paragraph("Define one success metric.")
PDF = pdf([[(12, "Define one success metric and write it down.")]])
SHEET = zipped({"[Content_Types].xml": types("xl/workbook.xml", "spreadsheetml.sheet")})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def text_of(data: bytes, name: str) -> str:
    return "\n".join(page.text for page in convert_bytes(data, name=name).pages)


def warnings_of(data: bytes, name: str) -> dict[str, int]:
    return {warned.code: warned.count for warned in convert_bytes(data, name=name).warnings}


@pytest.mark.parametrize(
    ("data", "name", "kind", "expected"),
    [
        (b"# A\n\nb", "a.md", "md", "# A\n\nb"),
        (b"<b>x</b>", "a.txt", "txt", "<b>x</b>"),
        (b"<!doctype html><p>x", "a.txt", "txt", "<!doctype html><p>x"),
        (b"# A\n<div>x</div>", "a.md", "md", "# A\n<div>x</div>"),
        (b"<!doctype html><p>x</p>", "page", "html", "x"),
        (b"no markup here", "a.html", "txt", "no markup here"),
        ("größer".encode("utf-16"), "a.txt", "txt", "größer"),
        ("größer als".encode("utf-16-le"), "a.txt", "txt", "größer als"),
        ("naïve café".encode("latin-1"), "a.txt", "txt", "naïve café"),
        (b"\xef\xbb\xbfwith a mark", "a.txt", "txt", "with a mark"),
        (b"one\r\ntwo\rthree", "a.txt", "txt", "one\ntwo\nthree"),
        ("cafe\u0301".encode(), "a.txt", "txt", "café"),
        (PDF, "a.pdf", "pdf", "Define one success metric and write it down."),
        (b"junk\n" + PDF, "noending", "pdf", "Define one success metric and write it down."),
        (docx(HELLO), "a.docx", "docx", "Define one success metric."),
        (docx(HELLO), "upload.bin", "docx", "Define one success metric."),
        (pptx([("Goal", ["One metric"])]), "a.pptx", "pptx", "## Goal\n\n- One metric"),
    ],
)
def test_the_content_decides_the_type(data: bytes, name: str, kind: str, expected: str) -> None:
    assert convert_bytes(data, name=name).type == kind
    assert text_of(data, name) == expected


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b" \n\t\n", "a.txt", "no_text"),
        (b"<html><script>x</script></html>", "a.html", "no_text"),
        (docx(""), "a.docx", "no_text"),
        (bytes(range(256)) * 8, "a.md", "type_mismatch"),
        (b"MZ\x90\0" + b"\0" * 100, "a.pdf", "type_mismatch"),
        (docx(HELLO), "a.pdf", "type_mismatch"),
        (docx(HELLO), "a.pptx", "type_mismatch"),
        (docx(HELLO), "a.md", "type_mismatch"),
        (PDF, "a.docx", "type_mismatch"),
        (PDF + docx(HELLO), "a.docx", "type_mismatch"),
        (b"plain words", "a.docx", "type_mismatch"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "unsupported_type"),
        (b"\x89PNG\r\n\x1a\n", "a.txt", "type_mismatch"),
        (zipped({"a.txt": "x"}), "a.zip", "unsupported_type"),
        (SHEET, "a.xlsx", "unsupported_type"),
        (zipped({"a.txt": "x"}), "a.docx", "damaged_file"),
        (docx(HELLO)[:-60], "a.docx", "damaged_file"),
        (docx("<w:p>"), "a.docx", "damaged_file"),
        (PDF[:40], "a.pdf", "damaged_file"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "password_protected"),
        (OLE, "a.docx", "type_mismatch"),
        (OLE, "a.doc", "unsupported_type"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(data: bytes, name: str, code: str) -> None:
    with pytest.raises(FileRejected) as caught:
        convert_bytes(data, name=name)
    assert caught.value.code == code
    assert caught.value.problem.endswith(".")
    assert caught.value.remedy.endswith(".")


def test_every_code_is_one_sentence_and_a_remedy() -> None:
    for problem, remedy in REJECTIONS.values():
        assert problem.endswith(".")
        assert remedy.endswith(".")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    for name, code in (("empty.txt", "empty_file"), ("none.txt", "not_found"), (".", "unreadable")):
        with pytest.raises(FileRejected) as caught:
            convert_file(tmp_path / name, name=name)
        assert caught.value.code == code
    if os.geteuid() != 0:
        (tmp_path / "closed.txt").write_text("x")
        (tmp_path / "closed.txt").chmod(0)
        with pytest.raises(FileRejected) as caught:
            convert_file(tmp_path / "closed.txt", name="closed.txt")
        assert caught.value.code == "unreadable"


def bomb() -> bytes:
    return docx(HELLO, {"word/media/zero.bin": b"\0" * 30_000_000})


def lying() -> bytes:
    """A part that says it is small and is not."""
    data = bytearray(bomb())
    with zipfile.ZipFile(__import__("io").BytesIO(bytes(data))) as archive:
        size = archive.getinfo("word/media/zero.bin").file_size
    return bytes(data.replace(struct.pack("<I", size), struct.pack("<I", 1_000)))


@pytest.mark.parametrize(
    ("data", "name", "limits", "code"),
    [
        (b"x" * 2_000, "a.txt", Limits(file_bytes=1_000), "too_large"),
        (b"x" * 2_000, "a.txt", Limits(characters=1_000), "too_much_text"),
        (docx(HELLO * 100), "a.docx", Limits(characters=1_000), "too_much_text"),
        (b"<p>" + b"x" * 2_000, "a.html", Limits(characters=1_000), "too_much_text"),
        (pdf([[(12, "word " * 40)]] * 5), "a.pdf", Limits(characters=500), "too_much_text"),
        (pdf([[(12, "a page of some words")]] * 5), "a.pdf", Limits(pages=4), "too_many_pages"),
        (pptx([("T", ["b"])] * 5), "a.pptx", Limits(pages=4), "too_many_pages"),
        (bomb(), "a.docx", LIMITS, "too_large_expanded"),
        (docx(HELLO), "a.docx", Limits(expanded_bytes=500), "too_large_expanded"),
        (zipped({f"{n}.xml": "" for n in range(2_100)}), "a.docx", LIMITS, "too_large_expanded"),
        (b"<html>" + b"<p>word" * 400_000, "a.html", Limits(child_seconds=0.2), "parse_failed"),
        (docx(HELLO), "a.docx", Limits(child_bytes=20_000_000), "parse_failed"),
    ],
)
def test_limits(data: bytes, name: str, limits: Limits, code: str, tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_bytes(data)
    with pytest.raises(FileRejected) as caught:
        convert_file(path, name=name, limits=limits)
    assert caught.value.code == code


def test_a_part_that_lies_about_its_size_is_never_unpacked() -> None:
    assert text_of(lying(), "a.docx") == "Define one success metric."


def test_a_failed_child_does_not_stop_the_next_file() -> None:
    with pytest.raises(FileRejected):
        convert_bytes(docx(HELLO), name="a.docx", limits=replace(LIMITS, child_bytes=20_000_000))
    assert text_of(docx(HELLO), "a.docx") == "Define one success metric."


def test_docx_structure() -> None:
    cell = "<w:tc>{}</w:tc>".format
    table = f"<w:tbl><w:tr>{cell(HELLO)}{cell(paragraph('owner'))}</w:tr></w:tbl>"
    level = '<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    bullet = f"<w:p>{level}<w:r><w:t>deep</w:t></w:r></w:p>"
    words = "<w:r><w:t>{}</w:t></w:r>".format
    body = (
        paragraph("Plan", "T")
        + paragraph("Goal", "Mine")
        + paragraph("secret", run="<w:vanish/>")
        + paragraph("shown", run='<w:vanish w:val="0"/>')
        + f"<w:p><w:del>{words('old')}</w:del><w:ins>{words('new')}</w:ins></w:p>"
        + bullet
        + table
        + paragraph("Risks", "H1", before="<w:lastRenderedPageBreak/>")
    )
    converted = convert_bytes(docx(body), name="a.docx")
    assert converted.title == "Plan"
    assert [(page.number, page.text) for page in converted.pages] == [
        (
            1,
            "# Plan\n\n# Goal\n\nshown\n\nnew\n\n  - deep\n\n"
            "| Define one success metric. | owner |\n| --- | --- |",
        ),
        (2, "# Risks"),
    ]
    assert warnings_of(docx(body), "a.docx") == {"hidden_text_removed": 1}


def test_pptx_order_titles_and_numbers() -> None:
    data = pptx([("Shown last", ["a", "b"]), ("Shown first", ["c"])])
    converted = convert_bytes(data, name="a.pptx")
    assert [(page.number, page.text) for page in converted.pages] == [
        (1, "## Shown first\n\n- c"),
        (2, "## Shown last\n\n- a\n- b"),
    ]
    assert warnings_of(data, "a.pptx") == {"furniture_removed": 2}


def test_pdf_headings_paragraphs_and_pages() -> None:
    body = [(10, "The first line of a paragraph"), (10, "goes on in the second line.")]
    data = pdf([[(20, "Success metrics"), (10, ""), *body, (30, ""), *body], body])
    paragraph = "The first line of a paragraph\ngoes on in the second line."
    assert [(page.number, page.text) for page in convert_bytes(data, name="a.pdf").pages] == [
        (1, f"## Success metrics\n\n{paragraph}\n\n{paragraph}"),
        (2, paragraph),
    ]


def test_html_shows_what_the_eye_sees() -> None:
    page = b"""<!doctype html><html><head><title>A &amp; B</title><style>p{}</style></head><body>
    <nav>Home</nav><h2>Goal</h2><p>One <b>metric</b>.<br>Now.</p><script>evil()</script>
    <p hidden>a</p><p style="display: none">b</p><div aria-hidden=true><p>c</p></div>
    <ul><li>x<ul><li>y</li></ul></li><li>z</li></ul>
    <table><tr><th>k</th><th>v</th></tr><tr><td>a|b</td><td>1</td></tr></table><pre>c = 1</pre>
    <p>unclosed <iframe src="http://attacker.test">inside</iframe> end"""
    converted = convert_bytes(page, name="a.html")
    assert converted.title == "A & B"
    assert converted.pages[0].text == (
        "## Goal\n\nOne metric. Now.\n\n- x\n  - y\n- z\n\n| k | v |\n| --- | --- |\n"
        "| a\\|b | 1 |\n\n```\nc = 1\n```\n\nunclosed end"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html>" + b"<div>" * 20_000 + b"deep" + b"</div>" * 20_000,
        b"<!doctype html>" + b"<ul><li>" * 20_000 + b"deep",
        b"<!doctype html>" + b"<table><tr><td>" * 5_000 + b"deep",
        b"<!doctype html>" + b"</div>" * 200_000 + b"deep",
        docx("<w:sdt>" * 40_000 + paragraph("deep") + "</w:sdt>" * 40_000),
    ],
)
def test_depth_costs_nothing(data: bytes) -> None:
    assert "deep" in text_of(data, "page.docx" if data.startswith(b"PK") else "page.html")


def test_tags_do_not_count_as_text() -> None:
    page = b"<html>" + b"<p>" * 500 + b"short"
    assert (
        convert_bytes(page, name="a.html", limits=Limits(characters=100)).pages[0].text == "short"
    )


def test_hidden_characters_are_removed_and_counted() -> None:
    text = "go\u202eal\u200b \U000e0041\x00 می\u200cخواهم" + "e" + "\u0301" * 10_000
    assert text_of(text.encode(), "a.txt") == "goal  می\u200cخواهم" + "é" + "\u0301" * 3
    assert warnings_of(text.encode(), "a.txt")["hidden_characters_removed"] == 4


def test_unreadable_bytes_are_counted() -> None:
    data = "größer \u00fc".encode() + b"\xff ok"
    assert text_of(data, "a.txt") == "größer ü\ufffd ok"
    assert warnings_of(data, "a.txt") == {"unreadable_characters": 1}


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "http://attacker.test/x.dtd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(dtd: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{dtd}<document/>'
    with pytest.raises(FileRejected) as caught:
        convert_bytes(docx(HELLO, {"word/document.xml": xml.encode(encoding)}), name="a.docx")
    assert caught.value.code == "damaged_file"


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.__new__", ()),
        ("socket.connect", ()),
        ("subprocess.Popen", ()),
        ("os.system", ()),
        ("open", ("/etc/passwd", "r", 0)),
        ("open", (str(Path(os.__file__)), "w", 0)),
        ("open", (b"/proc/self/environ", None, 0)),
    ],
)
def test_the_guard_of_the_child_refuses(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(PermissionError):
        Guard()(event, arguments)


def test_the_guard_lets_python_read_itself() -> None:
    Guard()("open", (str(Path(os.__file__)), "r", 0))
    Guard()("import", ("json",))


def test_expand_paths(tmp_path: Path) -> None:
    for name in ("b/2.md", "b/.hidden.md", "b/.git/x.md", "a.txt", "b/1.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "b" / "link.md").symlink_to(tmp_path / "a.txt")
    found = expand_paths([tmp_path, tmp_path / "a.txt", tmp_path / "none.pdf"])
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "a.txt",
        "b/1.md",
        "b/2.md",
        "none.pdf",
    ]
    with pytest.raises(FileRejected) as caught:
        expand_paths([tmp_path], replace(LIMITS, files=2))
    assert caught.value.code == "too_many_files"
