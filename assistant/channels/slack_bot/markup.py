"""Markdown of an answer → Slack's own markup: escaped, nothing live but what we write ourselves."""

import re

# Slack refuses a section above this; entities count as they are written.
SECTION_LIMIT = 3000
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.+?)\s*#*$")
_BULLET = re.compile(r"^(\s*)[-*+]\s+")
_TABLE = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^)\s]+)\)")
_ENTITY = 6


def escape(text: str) -> str:
    """A text that Slack shows as it is: no mention, link or channel can come of it.

    >>> escape("<!channel> & <@U1>")
    '&lt;!channel&gt; &amp; &lt;@U1&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int) -> str:
    """One line for buttons and titles, cut at `limit` characters."""
    line = " ".join(text.split()) or "–"
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def unescape(text: str) -> str:
    """What a person typed, from how Slack sends it: entities, and links as their address.

    >>> unescape("p95 &lt; 100 ms, see <https://example.org|this>")
    'p95 < 100 ms, see https://example.org'
    """
    text = re.sub(r"<(?:mailto:[^|>]*\|([^>]*)|((?:https?|mailto|tel):[^|>]*)(?:\|[^>]*)?)>",
                  lambda found: found[1] or found[2], text)  # fmt: skip
    text = re.sub(r"<[#!][^|>]*\|([^>]*)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def from_markdown(text: str) -> str:
    r"""Markdown as Slack writes it, escaped first; a table becomes fixed-width text.

    >>> from_markdown("# Title\n\n- **Say** [it](http://x.org) <now>")
    '*Title*\n\n• *Say* it (http://x.org) &lt;now&gt;'
    """
    lines: list[str] = []
    fenced = in_table = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            lines.append("```")
            continue
        is_table = not fenced and bool(_TABLE.match(line))
        if is_table != in_table:
            lines.append("```")
            in_table = is_table
        if is_table and _RULE.match(line):
            continue
        lines.append(escape(line) if fenced or is_table else _line(line))
    if fenced or in_table:
        lines.append("```")
    return "\n".join(lines)


def _line(line: str) -> str:
    line = escape(line)
    heading = _HEADING.match(line)
    if heading:
        return f"*{heading[1].replace('*', '')}*"
    line = _BULLET.sub(r"\1• ", line)
    line = _LINK.sub(lambda found: f"{found[1]} ({found[2]})", line)
    return _BOLD.sub(r"*\1*", line)


def split(text: str, limit: int = SECTION_LIMIT) -> list[str]:
    r"""Pieces of at most `limit` characters, cut between paragraphs, lines or words.

    Nothing but white space at a cut is left out, no entity is torn, and a piece that ends within
    fixed-width text closes it and the next one opens it again.

    >>> split("one two three", 12)
    ['one two', 'three']
    """
    pieces: list[str] = []
    fenced = False
    rest = text.strip("\n")
    while rest:
        head = "```\n" if fenced else ""
        # Room for closing the fixed-width text.
        room = limit - len(head) - len("\n```")
        cut = len(rest) if len(rest) <= room else _cut(rest, room)
        piece, rest = rest[:cut], rest[cut:]
        fenced = (piece.count("```") % 2 == 1) != fenced
        rest = rest.lstrip("\n") if fenced or rest.startswith("\n") else rest.lstrip(" ")
        pieces.append(head + piece.rstrip() + ("\n```" if fenced else ""))
        if fenced and rest.startswith("```"):
            # It was about to end here anyway.
            rest, fenced = rest[3:].lstrip("\n"), False
    return pieces


def _cut(text: str, room: int) -> int:
    """Where to cut a text that is longer than `room`."""
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, room // 2, room)
        if at > 0:
            return at
    start = text.rfind("&", room - _ENTITY, room)
    torn = start >= 0 and ";" not in text[start:room] and ";" in text[room : room + _ENTITY]
    at = start if torn else room
    ticks = len(text[:at]) - len(text[:at].rstrip("`"))
    return at - ticks if 0 < ticks < at else at
