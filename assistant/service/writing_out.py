r"""Turns → one Markdown text that nobody's words can make act: no image, link or HTML of theirs.

Only addresses of the bibliography become links.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from assistant.store import Turn

_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\((?![a-z][a-z0-9+.-]*:|//)[^()\s]*\)", re.IGNORECASE)
_ACTS = re.compile(r"!(?=\[)|\](?=[(:])|<(?=[A-Za-z/!?])")
_SIGNS = re.compile(r"([\\`*_\[\]<>#|!])")


def as_markdown(title: str, turns: Sequence[Turn]) -> str:
    """The whole conversation under its title."""
    parts = [f"# {_letters(title)}"]
    for number, turn in enumerate(turns, start=1):
        parts += _turn(number, turn)
    return "\n\n".join(parts) + "\n"


def _turn(number: int, turn: Turn) -> list[str]:
    asked = "\n".join(f"> {_letters(line)}" for line in turn.question.splitlines())
    head = [f"## Question {number}", asked]
    if turn.answer is None:
        return [*head, "*Not answered.*"]
    answer = turn.answer
    sources = [_source(citation) for citation in answer["citations"]]
    return [
        *head,
        harmless(answer["answer"]),
        *(f"*Note: {_letters(notice)}*" for notice in answer["notices"]),
        *(["### Sources", "\n".join(sources)] if sources else []),
        f"*Answered by {_letters(answer['rung'])}. {_letters(answer['rung_reason'])}*".rstrip(),
    ]


def _source(citation: Mapping[str, Any]) -> str:
    heading = str(citation["heading"])
    place = [str(citation["title"]), *([heading] if heading != citation["title"] else [])]
    page = "" if citation["page"] is None else f", page {citation['page']}"
    origin = "curated article" if citation["origin"] == "knowledge" else f"your file{page}"
    lines = [f"{citation['marker']}. {_letters(' › '.join(filter(None, place)))} ({origin})"]
    lines += [f"    - {_reference(entry)}" for entry in citation["references"]]
    return "\n".join(lines)


def _reference(entry: Mapping[str, Any]) -> str:
    title = _letters(str(entry["title"]))
    link = str(entry.get("link") or "")
    if urlsplit(link).scheme in ("http", "https"):
        title = f"[{title}](<{quote(link, safe=':/?#@!$&()*+,;=%~-._')}>)"
    about = (entry.get("authors"), entry.get("year"), entry.get("where"))
    return ". ".join([title, *(_letters(str(part)) for part in about if part)])


def harmless(markdown: str) -> str:
    r"""Markdown whose images, links and HTML are shown as letters; links within are left out.

    >>> print(harmless("![a](http://x.test) [b](http://x.test) [c](../d.md) <b>e</b> **f** [1]"))
    \![a\](http://x.test) [b\](http://x.test) c \<b>e\</b> **f** [1]
    """
    return _ACTS.sub(lambda found: f"\\{found[0]}", _LINK.sub(r"\1", markdown))


def _letters(text: str) -> str:
    r"""Text in one line whose signs mean nothing.

    >>> print(_letters("*a* [b](c)\n# d"))
    \*a\* \[b\](c) \# d
    """
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
