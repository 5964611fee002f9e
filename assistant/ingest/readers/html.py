"""An HTML page → Markdown: visible text only, headings, bullets, tables, code; nothing is fetched.

The parser is the standard library's event parser: no tree, so depth costs nothing.
"""

import re
from html.parser import HTMLParser

from assistant.ingest.readers.pages import Sheaf, table

_SKIPPED = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "canvas",
    "select", "button", "form", "audio", "video", "math", "head", "nav",
}  # fmt: skip
_BLOCKS = {
    "p", "div", "section", "article", "main", "aside", "header", "footer", "ul", "ol", "li", "dl",
    "dt", "dd", "blockquote", "figure", "figcaption", "table", "tr", "pre", "hr", "body", "address",
    "h1", "h2", "h3", "h4", "h5", "h6", "details", "summary", "fieldset",
}  # fmt: skip
_VOID = {
    "br", "hr", "img", "input", "meta", "link", "base", "area", "col", "source", "track", "wbr",
    "embed", "param",
}  # fmt: skip
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
)


def read_html(text: str, sheaf: Sheaf) -> Sheaf:
    """Read a page whose bytes are already decoded."""
    reader = _Reader(sheaf)
    reader.feed(text)
    reader.close()
    reader.finish()
    return sheaf.done()


class _Reader(HTMLParser):
    """Receives tags and text and writes blocks."""

    def __init__(self, sheaf: Sheaf) -> None:
        super().__init__(convert_charrefs=True)
        self._sheaf = sheaf
        self._open: list[str] = []
        self._counts: dict[str, int] = {}
        self._skip_depth: int | None = None  # how many tags were open where skipping began
        self._in_title = False
        self._parts: list[str] = []
        self._mark = ""
        self._lists = 0
        self._rows: list[list[str]] | None = None
        self._in_cell = False
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = True
        if tag in _VOID:
            if tag == "br":
                self._parts.append("\n")
            elif tag == "hr":
                self.flush()
            return
        self._open.append(tag)
        self._counts[tag] = self._counts.get(tag, 0) + 1
        if self._skip_depth is not None:
            return
        if tag in _SKIPPED or _is_hidden(attrs):
            self._skip_depth = len(self._open)
            if tag not in _SKIPPED:
                self._sheaf.warnings["hidden_text_removed"] += 1
            return
        if tag in _BLOCKS:
            self.flush()
            self._enter(tag)
        elif tag in ("td", "th") and self._rows:
            self.flush()
            self._rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if not self._counts.get(tag):
            return  # closes nothing that is open
        while self._open:
            closed = self._open.pop()
            self._counts[closed] -= 1
            if self._skip_depth is not None and len(self._open) < self._skip_depth:
                self._skip_depth = None
            elif self._skip_depth is None:
                self._leave(closed)
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._in_title and not self._sheaf.title:
            self._sheaf.title = " ".join(data.split())[:200]
        elif self._skip_depth is None:
            self._parts.append(data)

    def _enter(self, tag: str) -> None:
        if tag[0] == "h" and tag[1:].isdigit():
            self._mark = "#" * int(tag[1:]) + " "
        elif tag in ("ul", "ol"):
            self._lists += 1
        elif tag == "li":
            self._mark = "  " * min(8, max(0, self._lists - 1)) + "- "
        elif tag == "pre":
            self._pre += 1
        elif tag == "table":
            self._rows = [] if self._rows is None else self._rows
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS or tag in ("td", "th"):
            self.flush()
        if tag in ("ul", "ol"):
            self._lists = max(0, self._lists - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag in ("td", "th"):
            self._in_cell = False
        elif tag == "table" and self._rows is not None and not self._counts.get("table"):
            rows, self._rows = self._rows, None
            self._sheaf.add(table(rows))

    def finish(self) -> None:
        """Write what tags that were never closed still hold."""
        self.flush()
        if self._rows:
            self._sheaf.add(table(self._rows))

    def flush(self) -> None:
        """Write the collected text as one block, or into the open table cell."""
        raw, self._parts = "".join(self._parts), []
        mark, self._mark = self._mark, ""
        if not raw.strip():
            self._mark = mark if mark.endswith("- ") else ""
        elif self._in_cell and self._rows and self._rows[-1]:
            self._rows[-1][-1] = f"{self._rows[-1][-1]} {' '.join(raw.split())}".strip()
        elif self._pre:
            self._sheaf.add("```\n" + raw.strip("\n").replace("```", "'''") + "\n```")
        else:
            self._sheaf.add(mark + " ".join(raw.split()))


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    """Whether a tag's own attributes hide it from the eye."""
    given = {name: (value or "").lower() for name, value in attrs}
    return (
        "hidden" in given
        or given.get("aria-hidden") == "true"
        or bool(_HIDING.search(given.get("style", "")))
    )
