"""What is exported says what the document says, in every format, and nothing in it acts."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.document import (
    Block,
    Cell,
    Reference,
    Said,
    Section,
    Sentence,
    document_from_data,
)
from assistant.errors import InputInvalid, StorageUnavailable
from assistant.export import FORMATS, export, format_of, render
from assistant.export.sheet import Table, sheet
from assistant.picture import visible
from tests.exported import (
    MADE_AT,
    W,
    docx_parts,
    pdf_text,
    read_docx,
    read_html,
    read_markdown,
    read_pdf,
    said,
    small_document,
    squeezed,
)
from tests.places import SHARED

READERS = {"md": read_markdown, "html": read_html, "docx": read_docx, "pdf": read_pdf}
ATTACKS = SHARED / "attacks"

# A few of each kind, ours: the test of all of them needs the folder beside the checkout.
NAUGHTY = [
    "# not a heading",
    "- not a list",
    "1. not a list",
    "> not a quote",
    "=====",
    "| a | b |",
    "|---|---|",
    "a \\| b \\\\| c \\",
    "`code` **bold** _italic_ ~~gone~~ $x^2$",
    "![picture](http://attacker.test/x.png) [link](javascript:alert(1)) <http://attacker.test>",
    "[^1] [^1]: not a note",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</td></tr></table></main><h1>not a heading</h1>",
    "&lt;b&gt; &amp; &#x41; &nbsp;",
    "{{7*7}} {% for x in y %} ${7*7} #{7*7} <%= 7*7 %>",
    '#eval("1+1") #heading[x] = not a heading *b* @ref <label> \\u{41} $ sum $',
    '#read("/etc/passwd") #image("x.png")',
    '</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>',
    'TOC \\o "1-3" INCLUDETEXT "c:\\\\x"',
    "=1+1 @SUM(A1) +cmd|' /C calc'!A0",
    "]]><!-- --> <?xml version='1.0'?>",
    "www.attacker.test and mail me@attacker.test",
    "\x00\x07 control \x1b[31m \x85 \ufeff",
    "right \u202egnp.exe \u2066isolated",
    "lone \ud800 surrogate \uffff",
    "line\nbreak\r\n\r\n# heading\u2028next",
    "    four spaces",
    "--- ... 'quotes' \"quotes\"",
    "Ελληνικά Привет 田中さん 한국어 नमस्ते ไทย 😀 ½ ≤ →",
]


@pytest.fixture(scope="module")
def attacks():
    if not ATTACKS.is_dir():
        pytest.skip("the samples of attacks are not beside this checkout")
    lines = json.loads((ATTACKS / "blns" / "blns.json").read_text(encoding="utf-8"))
    for path in sorted((ATTACKS / "payloads").glob("*.txt")):
        lines += path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if visible(line).strip()]


@cache
def plain(format, count):
    """What a document with harmless texts shows."""
    return READERS[format](render(small_document(["word"] * count), format))


def assert_literal(format, texts):
    """Every text is there letter for letter, and headings and tables are those of plain words."""
    usual = plain(format, len(texts))
    shown = READERS[format](render(small_document(texts), format))
    assert (shown.headings, shown.tables) == (usual.headings, usual.tables)
    assert shown.acts == ()
    found = squeezed(shown.text)
    assert [text for text in texts if squeezed(visible(text)) not in found] == []


@pytest.mark.parametrize("format", ["md", "html", "docx", "pdf"])
def test_words_are_only_ever_shown(format):
    assert_literal(format, NAUGHTY)


@pytest.mark.parametrize("format", ["md", "html"])
@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_words_alone_are_only_ever_shown(format, text):
    assert_literal(format, [text])


@pytest.mark.parametrize("format", ["md", "html", "docx"])
def test_every_attack_is_literal(attacks, format):
    assert_literal(format, attacks)


# A PDF holds its glyphs from left to right and its accents where they were drawn, so that what a
# reader takes out of Hebrew, Arabic, Indic or stacked letters has another order than what went in;
# rare Han, Deseret, private signs and parts of emoji are in no bundled font and are drawn as boxes.
NOT_READ_BACK = re.compile(
    "[\u0300-\u036f\u0590-\u0fff\u1dc0-\u1dff\u20d0-\u20ff\ufb1d-\ufdff\ufe70-\ufeff\ue000-\uf8ff"
    "\U00010400-\U0001044f\U0001f9b0-\U0001f9b3\U00020000-\U0003ffff]"
)


def test_every_attack_is_literal_in_pdf(attacks):
    readable = [text for text in attacks if not NOT_READ_BACK.search(text)]
    assert len(readable) > len(attacks) * 0.95
    assert_literal("pdf", readable)
    # The others do no harm either.
    assert read_pdf(render(small_document(attacks), "pdf")).headings == 4


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(st.characters(), min_size=1), min_size=1, max_size=5))
def test_any_text_is_literal(texts):
    texts = [text if visible(text).strip() else "word" for text in texts]
    for format in ("md", "html", "docx"):
        assert_literal(format, texts)


@pytest.mark.parametrize("title", NAUGHTY[::4], ids=range(len(NAUGHTY[::4])))
def test_any_title_is_literal(title):
    document = small_document(title=title)
    for format, read in READERS.items():
        shown = read(render(document, format))
        assert shown.acts == ()
        assert squeezed(visible(title)) in squeezed(shown.text), format


@pytest.mark.parametrize(
    ("format", "headings", "tables"), [("md", 5, 1), ("html", 6, 1), ("docx", 5, 1)]
)
def test_what_is_shown(format, headings, tables):
    shown = READERS[format](render(small_document(), format))
    assert (shown.headings, shown.tables) == (headings, tables)
    for words in (
        "Fraud",
        "fraud · version 3 · 3 December 2025",
        "It ranks payments.",
        "Stated by Mira, 3 December 2025: It ranks payments.",
        "Best practice: Quick baseline, Why (Zinkevich 2017).",
        "Assumption: nobody has confirmed this yet.",
        "Open: Who owns the data? (Ada, by 12 December 2025).",
    ):
        assert words in shown.text


def footnotes(document):
    """The texts of the notes, from the Markdown."""
    text = render(document, "md").decode()
    return re.findall(r"^\[\^\d+\]: (.*)$", text, re.MULTILINE)


def test_each_provenance_has_one_note():
    texts = ["One.", "Two.", "Three."]
    assert len(footnotes(small_document(texts))) == 6
    parts = docx_parts(render(small_document(texts), "docx"))
    notes = [n for n in parts["word/footnotes.xml"] if n.get(f"{W}type") is None]
    referred = [
        int(one.get(f"{W}id")) for one in parts["word/document.xml"].iter(f"{W}footnoteReference")
    ]
    assert referred == [int(note.get(f"{W}id")) for note in notes] == list(range(1, 7))


def test_neighbours_from_one_place_show_it_once():
    markdown = render(small_document(["One.", "Two.", "Three."]), "md").decode()
    assert "One. Two. Three.[^1]\n" in markdown
    assert "- One.\n- Two.\n- Three.[^2]\n" in markdown


def test_people_and_days_have_notes_of_their_own():
    document = small_document()
    other = replace(document.said[0], fact="problem.why_now", label="Why now", author="Tom")
    block = replace(
        document.blocks[0],
        sentences=(said("It ranks."), said("Fines begin in March.", "problem.why_now")),
    )
    notes = footnotes(replace(document, blocks=(block,), said=(*document.said, other)))
    assert notes[1] == "Stated by Tom, 3 December 2025: Why now."
    assert "Mira" in notes[0]
    assert "Tom" not in notes[0]


def test_a_note_does_not_repeat_its_sentence():
    document = small_document()
    assumed = [
        Sentence(f"Assumed: {text}", "assumption", (fact,))
        for text, fact in (("Releases are by hand.", "deployment.automation"),
                           ("Three months are enough.", "evaluation.test_size"))
    ]  # fmt: skip
    asked = Sentence("Still open: owner of the data.", "open", ("data.owner",))
    block = replace(document.blocks[0], sentences=(*assumed, asked))
    nobody = replace(document.open[0], owner="", due="")
    notes = footnotes(replace(document, blocks=(block,), open=(nobody,)))
    assert notes == ["Assumption: nobody has confirmed this yet."]


def test_what_was_imported_names_its_file():
    document = small_document()
    first = replace(document.said[0], origin="imported", source="brief.txt")
    notes = footnotes(replace(document, said=(first, *document.said[1:])))
    assert notes[0] == "Taken from brief.txt (Mira, 3 December 2025): It ranks payments."


def test_arithmetic_stands_in_the_note():
    document = small_document()
    sentence = said("A stop pays at one in eight.", note="Calculated: 12 / (12 + 85) = 12 %")
    block = replace(document.blocks[0], sentences=(sentence,))
    (note,) = footnotes(replace(document, blocks=(block,)))
    assert note == "From these answers: It ranks payments. Calculated: 12 / (12 + 85) = 12 %."


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("open", Sentence("Who owns the data?", "open", ("data.owner",))),
        ("assumptions", Sentence("Three months.", "assumption", ("evaluation.test_size",))),
        ("references", Sentence("Quick baseline.", "guidance", passages=("b#1",))),
    ],
)
def test_registers_do_not_explain_themselves(section, sentence):
    document = small_document()
    block = replace(document.blocks[0], section=section, sentences=(sentence,))
    sections = (Section(section, 1, "Register"),)
    assert footnotes(replace(document, blocks=(block,), sections=sections)) == []
    elsewhere = replace(document, blocks=(replace(block, section="a"),))
    assert len(footnotes(elsewhere)) == 1


def test_a_table_from_one_place_says_so_at_its_caption():
    text = render(small_document(["One.", "Two."], title="T"), "md").decode()
    assert "**One.**[^2]\n\n| What | One. |" in text


def test_a_page_of_html_tells_each_sentence_by_itself():
    page = render(small_document(), "html").decode()
    assert 'title="Primary users; Mira, 3 December 2025"' in page


def test_json_is_the_document():
    document = small_document(["a \ud800 b", "é"])
    assert document_from_data(json.loads(render(document, "json"))) == document


def test_html_needs_nothing_and_runs_nothing():
    page = render(small_document(), "html").decode()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"""(?:src|href)=["'](?!#|data:image/svg\+xml;base64,)""", page)
    assert not re.search(r"@import|url\(", page)


def test_html_notes_lead_back_to_every_place():
    page = render(small_document(["One.", "Two."]), "html").decode()
    targets = set(re.findall(r' id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= targets
    # The paragraph, the callout in the same section.
    assert "r1-1" in links
    assert "r1-2" in links


def test_docx_has_what_word_needs():
    parts = docx_parts(render(small_document(), "docx"))
    document = parts["word/document.xml"]
    (table,) = document.iter(f"{W}tbl")
    assert len(list(table.iter(f"{W}tblHeader"))) == 1
    assert "TOC" in "".join(field.text for field in document.iter(f"{W}instrText"))
    kinds = [field.get(f"{W}fldCharType") for field in document.iter(f"{W}fldChar")]
    assert kinds == ["begin", "separate", "end"]
    (picture,) = document.iter(
        "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
    )
    assert picture.get("descr").startswith("Canvas of the customer value proposition.")
    (language,) = parts["word/styles.xml"].iter(f"{W}lang")
    assert language.get(f"{W}val") == "en-GB"
    assert "PAGE" in "".join(
        field.get(f"{W}instr") for field in parts["word/footer1.xml"].iter(f"{W}fldSimple")
    )
    ids = [mark.get(f"{W}id") for mark in document.iter(f"{W}bookmarkStart")]
    assert len(ids) == len(set(ids))
    linked = {link.get(f"{W}anchor") for link in document.iter(f"{W}hyperlink")}
    assert linked <= {mark.get(f"{W}name") for mark in document.iter(f"{W}bookmarkStart")}


@pytest.mark.parametrize("format", ["md", "html", "docx", "pdf"])
def test_three_sections_need_no_table_of_contents(format):
    document = small_document()
    short = replace(document, sections=document.sections[:3])
    long, brief = (READERS[format](render(one, format)).text for one in (document, short))
    assert (long.count("Scope"), brief.count("Scope")) == (2, 1)


def test_docx_names_only_parts_and_styles_that_exist():
    parts = docx_parts(render(small_document(), "docx"))
    styles = {style.get(f"{W}styleId") for style in parts["word/styles.xml"].iter(f"{W}style")}
    used = {
        mark.get(f"{W}val")
        for name in ("word/document.xml", "word/footnotes.xml", "word/header1.xml")
        for kind in ("pStyle", "rStyle", "tblStyle")
        for mark in parts[name].iter(f"{W}{kind}")
    }
    assert used <= styles
    targets = {link.get("Target") for link in parts["word/_rels/document.xml.rels"]}
    with_pictures = {f"word/{target}" for target in targets if target.endswith(".xml")}
    assert with_pictures <= parts.keys()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_docx(tmp_path):
    target = tmp_path / "document.docx"
    export(small_document(["One.", "Ελλάδα"]), target)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(target)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = squeezed(pdf_text(target.with_suffix(".pdf").read_bytes()))
    for words in ("One.", "Ελλάδα", "Best practice: Quick baseline", "Fraud"):
        assert squeezed(words) in text


def test_pdf_is_tagged_and_has_its_fonts():
    import pypdfium2

    data = render(small_document(), "pdf")
    assert b"/StructTreeRoot" in data
    assert b"/FontFile" in data
    with pypdfium2.PdfDocument(data) as pdf:
        assert pdf.get_metadata_dict()["Title"] == "Fraud"
        assert [entry.get_title() for entry in pdf.get_toc()][:2] == [
            "1 Overview",
            "2 Scope",
        ]
    assert re.search(r"1 / \d\s*$", pdf_text(data))


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_document_gives_the_same_bytes(format):
    assert render(small_document(), format) == render(small_document(), format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_document_of_nothing_can_be_exported(format):
    empty = replace(small_document(), blocks=(), sections=())
    assert render(empty, format)


@pytest.mark.parametrize("format", FORMATS)
def test_export_writes_by_ending(tmp_path, format):
    target = tmp_path / f"out.{format.upper()}"
    target.write_text("before")
    export(small_document(), target)
    assert target.read_bytes() == render(small_document(), format)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("name", ["notes.txt", "notes", "md", "notes.doc"])
def test_an_unknown_ending_names_the_formats(name):
    with pytest.raises(InputInvalid, match=r"\.md, \.html, \.docx, \.pdf, \.json"):
        format_of(Path(name))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("missing/out.md", "does not exist"),
        ("folder.md", "is a folder"),
        ("file.txt/out.md", "is not a folder"),
        (f"{'n' * 300}.md", "too long"),
        ("null\0.md", "cannot be written"),
    ],
)
def test_a_failed_export_says_why_and_leaves_nothing(tmp_path, place, words):
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "file.txt").write_text("")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageUnavailable, match=words):
        export(small_document(), tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    target = tmp_path / "out.md"
    target.write_text("before")
    # A limit on the size of files stands in for a full disk: the write stops half way.
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from assistant.export.writing import write_whole\n"
        "from assistant.errors import StorageUnavailable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_whole(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except StorageUnavailable as error: print(error.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "export_failed"
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.md"]


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="this system has no other users")
def test_a_folder_that_may_not_be_written():
    # Not in tmp_path, which other users cannot enter; root may write everywhere, so not as root.
    code = (
        "import os, sys; from pathlib import Path\n"
        "from assistant.export.writing import write_whole\n"
        "from assistant.errors import StorageUnavailable\n"
        "os.getuid() or os.setuid(65534)\n"
        "try: write_whole(Path(sys.argv[1]), b'x')\n"
        "except StorageUnavailable as error: print(error.problem)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", code, f"{folder}/out.md"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "may not write" in done.stdout, done.stderr
        assert list(Path(folder).iterdir()) == []


def test_long_texts_are_not_lost():
    long = "word " * 3000
    assert read_docx(render(small_document([long]), "docx")).text.count("word") > 9000
    assert pdf_text(render(small_document([long]), "pdf")).count("word") > 9000


def test_the_label_of_a_paragraph_is_set_off_and_has_no_note_alone():
    own = Sentence("Why now: *The law* changes.", "said", ("project.summary",), lead="Why now:")
    alone = Sentence(
        "The log holds:", "said", ("users.primary",), refers=True, lead="The log holds:"
    )
    blocks = (Block("t/a/p", "a", "paragraph", (own,)), Block("t/a/l", "a", "paragraph", (alone,)))
    document = replace(small_document(), blocks=blocks)
    markdown = render(document, "md").decode()
    assert "**Why now:** \\*The law\\* changes.[^1]" in markdown
    assert "**The log holds:**\n" in markdown
    page = render(document, "html").decode()
    assert "<strong>Why now:</strong> *The law* changes." in page
    word = docx_parts(render(document, "docx"))["word/document.xml"]
    looks = [run for run in word.iter(f"{W}r") if run.find(f"{W}rPr/{W}b") is not None]
    bold = ["".join(text.text or "" for text in run.iter(f"{W}t")) for run in looks]
    assert bold == ["Why now:", "The log holds:"]
    assert "Why now: *The law* changes." in " ".join(read_pdf(render(document, "pdf")).text.split())


@pytest.mark.parametrize(("letters", "kept"), [(100, True), (160, False)])
def test_only_a_table_of_a_quarter_page_is_kept_whole(letters, kept):
    """Six rows of a thousand letters, kept whole, left half a page empty."""
    rows = tuple((Cell("x" * letters, "said", ("scope.in",)),) for _ in range(6))
    blocks = (Block("t/a/t", "a", "table", head=("What",), rows=rows),)
    document = replace(small_document(), blocks=blocks, sections=(Section("a", 1, "A"),))
    table = next(one for one in sheet(document).pieces if isinstance(one, Table))
    assert table.short is kept


def test_a_footnote_counts_answers_beyond_six():
    labels = [f"Answer {place}" for place in range(9)]
    parts = tuple(said("It is so.", f"scope.f{place}") for place in range(9))
    listed = tuple(Said(f"scope.f{place}", label, "Mira", MADE_AT, "said") for place, label in
                   enumerate(labels))  # fmt: skip
    document = replace(
        small_document(),
        blocks=(Block("t/a/p", "a", "paragraph", parts),),
        sections=(Section("a", 1, "A"),),
        said=listed,
    )
    assert footnotes(document) == [
        "Stated by Mira, 3 December 2025: Answer 0, Answer 1, Answer 2, Answer 3, Answer 4, "
        "Answer 5 and 3 more."
    ]


def test_a_footnote_names_an_article_once():
    cited = tuple(
        Reference(number, f"b#{part}", "Is it ML?", part, ("Huyen 2022",))
        for number, part in enumerate(("Data", "Rules"), start=1)
    )
    sentence = Sentence("Begin simply.", "guidance", passages=("b#Data", "b#Rules"))
    document = replace(
        small_document(),
        blocks=(Block("t/a/p", "a", "paragraph", (sentence,)),),
        sections=(Section("a", 1, "A"),),
        references=cited,
    )
    assert footnotes(document) == ["Best practice: Is it ML?, Data, Rules (Huyen 2022)."]


def test_a_picture_follows_the_heading_and_text_of_its_section():
    document = small_document()
    first, picture = document.blocks[0], document.of("c")[0]
    rows = ((Cell("wants", "label"), Cell("Drawn", "said")),)
    blocks = (
        replace(first, section="c"),
        replace(picture, rows=rows),
        replace(first, key="t/c/more", section="c"),
    )
    document = replace(document, blocks=blocks, sections=(Section("c", 1, "Heading"),))
    with pypdfium2.PdfDocument(render(document, "pdf")) as pdf:
        page = pdf[0].get_textpage()
        heights = [_height(page, word) for word in ("Heading", "It ranks", "Drawn")]
    assert heights == sorted(heights, reverse=True)


def _height(page, word):
    """How far from the foot of the page the first mention of a word stands."""
    place, _ = page.search(word).get_next()
    return page.get_charbox(place)[1]
