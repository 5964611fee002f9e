"""A document to export, and readers that tell what an exported file shows."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree import ElementTree

import pypdfium2
from markdown_it import MarkdownIt

from assistant.document import (
    Assumption,
    Block,
    Cell,
    Document,
    OpenItem,
    Reference,
    Said,
    Section,
    Sentence,
)  # fmt: skip

MADE_AT = 1_764_720_000.0
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader finds in a file; `acts` are signs of markup that nobody meant."""

    headings: int
    tables: int
    text: str
    acts: tuple[str, ...] = ()


def said(text: str, fact: str = "project.summary", **more: object) -> Sentence:
    return Sentence(text, "said", (fact,), **more)


def small_document(
    texts: Sequence[str] = ("It ranks payments.",), title: str = "Fraud"
) -> Document:
    """Every kind of block, with the texts in each place where people's words stand."""
    first = texts[0]
    cells = tuple((Cell("row", "label"), Cell(text, "said", ("users.primary",))) for text in texts)
    blocks = (
        Block("t/a/p", "a", "paragraph", tuple(said(text) for text in texts)),
        Block("t/a/c", "a", "callout", (said(first),), label=first),
        Block("t/b/l", "b", "bullets", tuple(said(text, "scope.in") for text in texts)),
        Block("t/b/t", "b", "table", head=("What", first), rows=cells, label=first),
        Block(
            "t/c/p", "c", "picture", (said(first),), picture="cvp_canvas",
            rows=((Cell("wants", "label"), *(Cell(text, "said") for text in texts)),),
        ),
        Block("t/d/g", "d", "paragraph", (
            Sentence("Begin with a simple baseline.", "guidance", passages=("b#1",)),
            Sentence("Three months are enough.", "assumption", ("evaluation.test_size",)),
            Sentence("Who owns the data?", "open", ("data.owner",)),
        )),
    )  # fmt: skip
    return Document(
        kind="tdd",
        title=title,
        project="fraud",
        blocks=blocks,
        sections=(Section("a", 1, "Overview"), Section("b", 2, "Scope"), Section("c", 3, first),
                  Section("d", 4, "Plan")),
        open=(OpenItem("data.owner", "Who owns the data?", "Ada", "12 December 2025"),),
        assumptions=(Assumption("Three months are enough to judge.", ("evaluation.test_size",)),),
        references=(Reference(1, "b#1", "Quick baseline", "Why", ("Zinkevich 2017",)),),
        said=tuple(
            Said(fact, label, "Mira", MADE_AT, "said")
            for fact, label in (("project.summary", first), ("scope.in", "In scope"),
                                ("users.primary", "Primary users"))
        ),
        version=3,
        made_at=MADE_AT,
    )  # fmt: skip


def squeezed(text: str) -> str:
    """Text without spaces, ligatures and invisible marks: what a reader may take out otherwise."""
    letters = unicodedata.normalize("NFKC", text)
    kept = (sign for sign in letters if not sign.isspace() and unicodedata.category(sign) != "Cf")
    return "".join(kept)


def read_markdown(data: bytes) -> Shown:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = reader.parse(data.decode())
    inline = [child for token in tokens for child in token.children or ()]
    acts = [token.type for token in tokens if token.type in ("html_block", "fence", "code_block")]
    # What the exporter itself writes: emphasis, and links to headings.
    meant = {"text", "softbreak", "text_special", "em_open", "em_close", "strong_open",
             "strong_close", "link_open", "link_close"}  # fmt: skip
    acts += [child.type for child in inline if child.type not in meant]
    acts += [
        str(child.attrs)
        for child in inline
        if not str(child.attrs.get("href", "#")).startswith("#")
    ]
    return Shown(
        sum(token.type == "heading_open" for token in tokens),
        sum(token.type == "table_open" for token in tokens),
        "\n".join(
            "".join(child.content for child in token.children or ())
            for token in tokens
            if token.type == "inline"
        ),
        tuple(acts),
    )


class _Page(HTMLParser):
    VOID = ("meta", "input", "img")
    MEANT = frozenset(
        [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "h1",
            "h2",
            "p",
            "nav",
            "ol",
            "ul",
            "li",
            "a",
            "span",
            "input",
            "label",
            "main",
            "strong",
            "aside",
            "div",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "figure",
            "img",
            "figcaption",
            "sup",
            "footer",
        ]
    )
    ATTRIBUTES = frozenset(
        [
            "lang",
            "charset",
            "http-equiv",
            "content",
            "name",
            "dir",
            "class",
            "aria-label",
            "href",
            "type",
            "id",
            "checked",
            "title",
            "for",
            "scope",
            "alt",
            "width",
            "height",
            "src",
        ]
    )

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.acts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        self.acts += [tag] if tag not in self.MEANT else []
        self.acts += [f"{tag} {name}" for name, _ in attrs if name not in self.ATTRIBUTES]
        self.acts += [
            f"{name}={value}"
            for name, value in attrs
            if (name == "href" and not value.startswith("#"))
            or (name == "src" and not value.startswith("data:image/svg+xml;base64,"))
        ]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.acts.append(f"/{tag}")

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)


def read_html(data: bytes) -> Shown:
    page = _Page()
    page.feed(data.decode())
    page.close()
    unclosed = [f"<{tag}>" for tag in page.open]
    headings = sum(tag in ("h1", "h2", "h3") for tag in page.tags)
    return Shown(headings, page.tags.count("table"), "".join(page.texts), (*page.acts, *unclosed))


def docx_parts(data: bytes) -> dict[str, ElementTree.Element]:
    """Every XML part by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: ElementTree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


def docx_text(part: ElementTree.Element) -> str:
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(f"{W}t"))
        for paragraph in part.iter(f"{W}p")
    )


def read_docx(data: bytes) -> Shown:
    parts = docx_parts(data)
    document, notes = parts["word/document.xml"], parts["word/footnotes.xml"]
    styles = [style.get(f"{W}val") for style in document.iter(f"{W}pStyle")]
    fields = [field.text or "" for field in document.iter(f"{W}instrText")]
    fields += [field.get(f"{W}instr", "") for field in document.iter(f"{W}fldSimple")]
    known = re.compile(r' (TOC \\o "1-1" \\h \\z \\u|NOTEREF note\d+ \\f \\h) ')
    return Shown(
        styles.count("Heading1") + styles.count("Title"),
        sum(1 for _ in document.iter(f"{W}tbl")),
        f"{docx_text(document)}\n{docx_text(notes)}",
        tuple(field for field in fields if not known.fullmatch(field)),
    )


def pdf_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as pdf:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def read_pdf(data: bytes) -> Shown:
    with pypdfium2.PdfDocument(data) as pdf:
        headings = sum(1 for _ in pdf.get_toc())
    return Shown(headings, 0, pdf_text(data))
