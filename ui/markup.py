"""Markdown that anybody may have written → HTML that can only be read: no link, image or script.

Documents, questions and models are never trusted. The text is parsed first and the whole HTML is
sanitised last, so nothing that parsing brings forth slips through.
"""

import html
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# Brackets that stand for "highlight from here" and "to here" while the Markdown is parsed. They
# count as punctuation, so that `**bold**` beside them stays bold.
OPEN, SHUT = "\u2e28", "\u2e29"

# A mark with the word before it, up to a length that fits every window.
MARKER = re.compile(r"([^\s\[\]]{1,24} )?\[(\d{1,3})\]")
_LINE_START = re.compile(r"(?:[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\|)?)*[ \t]*")
# Controls, and characters that reorder or hide what is around them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
# Where bare addresses of the web and of people become links, even with every sign escaped.
_BARE = re.compile(
    r"(?<=http)(?=://)|(?<=https)(?=://)|(?<=www)(?=\.)|(?<=[-.\w+])(?=@[-\w])", re.IGNORECASE
)
_JOINER = "\u2060"

TAGS = {
    "a", "aside", "b", "blockquote", "br", "button", "code", "dd", "del", "details", "div", "dl",
    "dt", "em", "h1", "h2", "h3", "h4", "hr", "ins", "li", "mark", "ol", "p", "pre", "progress",
    "s", "section", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"class", "dir", "lang", "aria-label", "aria-describedby", "role", "tabindex"},
    "a": {"href", "target"},
    "button": {"popovertarget", "popovertargetaction", "type"},
    "div": {"id", "popover"},
    "h2": {"id"},
    "section": {"id", "popover"},
    "ol": {"start"},
    "progress": {"max", "value"},
    "span": {"id", "popover"},
    "td": {"style"},
    "th": {"style"},
}

Marks = Mapping[int, str]
_Render = Callable[
    [RendererHTML, Sequence[Token], int, Any, MutableMapping[str, Any]],
    str,
]


def sanitise(built: str) -> str:
    """Keep the tags and attributes that the page itself uses; the last step before showing.

    >>> sanitise('<p onclick="x()">a<img src="http://a.test/b"><script>1</script></p>')
    '<p>a</p>'
    """
    return nh3.clean(
        built,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        filter_style_properties={"text-align"},
    )


def markdown_html(text: str, *, marks: Marks | None = None, quotes: Sequence[str] = ()) -> str:
    r"""Turn Markdown into HTML with neither links nor images; sanitise what it becomes part of.

    `marks` holds the HTML that stands in place of `[n]`; exact spans `quotes` are highlighted.

    >>> markdown_html("See [here](http://a.test). So [1]", marks={1: "<sup>1</sup>"})
    '<p>See here (http://a.test). <span class="sw-keep">So <sup>1</sup></span></p>\n'
    >>> markdown_html("- *one* two", quotes=["*one*"])
    '<ul>\n<li><em><mark>one</mark></em> two</li>\n</ul>\n'
    """
    shown = visible(text).replace(OPEN, "((").replace(SHUT, "))")
    env: dict[str, Any] = {"marks": marks or {}, "lit": False}
    return str(_parser().render(_with_quotes(shown, [visible(quote) for quote in quotes]), env))


def safe_html(text: str) -> str:
    """Turn Markdown of any origin into HTML that is safe to show by itself."""
    return sanitise(markdown_html(text))


def plain_html(text: str) -> str:
    """Turn text into HTML that shows it letter by letter."""
    return html.escape(visible(text))


def label(text: str) -> str:
    r"""Write text so that a Streamlit label, which reads Markdown, shows it letter by letter.

    An address gets a sign without width, so that it does not become a link.

    >>> print(label("*x* :material/home: $a$ [l](/a)"), ascii(label("http://a")))
    \*x\* \:material\/home\: \$a\$ \[l\]\(\/a\) 'http\u2060\\:\\/\\/a'
    """
    shown = _BARE.sub(_JOINER, " ".join(visible(text).split()))
    return _MARKDOWN.sub(r"\\\1", shown)


def visible(text: str) -> str:
    """Leave out controls and characters that hide or reorder others."""
    return _UNSEEN.sub("", text)


def web_address(link: object) -> str | None:
    """Return the address if it is an ordinary one of the web, else None.

    >>> web_address("https://doi.org/10.1/x"), web_address("javascript:alert(1)"), web_address(None)
    ('https://doi.org/10.1/x', None, None)
    """
    if not isinstance(link, str):
        return None
    parts = urlsplit(link)
    return link if parts.scheme in ("http", "https") and parts.hostname else None


def _with_quotes(text: str, quotes: Sequence[str]) -> str:
    """Bracket each quote where it stands, inside the marks of its line and not before them."""
    spans = sorted(
        (at, at + len(quote)) for quote in quotes if quote and (at := text.find(quote)) >= 0
    )
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        start = max(start, done)
        if start == 0 or text[start - 1] == "\n":
            found = _LINE_START.match(text, start, end)
            start = found.end() if found else start
        end = start + len(text[start:end].rstrip(" \t\n|"))
        if end <= start:
            continue
        pieces += [text[done:start], OPEN, text[start:end], SHUT]
        done = end
    return "".join([*pieces, text[done:]])


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False})
    parser.enable(["table", "strikethrough"])
    # Shown as they are typed: raw HTML, bare addresses, and addresses given elsewhere in the text.
    parser.disable(["html_inline", "html_block", "autolink", "reference"])
    rules: dict[str, _Render] = {
        "text": _text,
        "softbreak": _break,
        "code_inline": lambda *at: f"<code>{_text(*at)}</code>",
        "fence": lambda *at: f"<pre><code>{_text(*at)}</code></pre>\n",
        "code_block": lambda *at: f"<pre><code>{_text(*at)}</code></pre>\n",
        "image": _image,
        "link_open": lambda *at: "",
        "link_close": _link_close,
        "heading_open": lambda *at: '<p class="sw-heading">',
        "heading_close": lambda *at: "</p>\n",
        "table_open": lambda *at: '<div class="sw-table"><table>\n',
        "table_close": lambda *at: "</table></div>\n",
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _text(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    _options: Any,
    env: MutableMapping[str, Any],
) -> str:
    marks: Marks = env["marks"] if tokens[at].type == "text" else {}
    pieces: list[str] = []
    for part in re.split(f"([{OPEN}{SHUT}])", tokens[at].content):
        if part in (OPEN, SHUT):
            env["lit"] = part == OPEN
        elif part:
            shown = MARKER.sub(lambda found: _mark(found, marks), html.escape(part))
            pieces.append(f"<mark>{shown}</mark>" if env["lit"] else shown)
    return "".join(pieces)


def _mark(found: re.Match[str], marks: Marks) -> str:
    """Put the mark in place of `[n]`, and keep it on the line of the word before it."""
    if int(found[2]) not in marks:
        return found[0]
    mark = marks[int(found[2])]
    return f'<span class="sw-keep">{found[1]}{mark}</span>' if found[1] else mark


def _break(
    _renderer: RendererHTML,
    _tokens: Sequence[Token],
    _at: int,
    _options: Any,
    env: MutableMapping[str, Any],
) -> str:
    return "<mark>\n</mark>" if env["lit"] else "\n"


def _image(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    _options: Any,
    _env: MutableMapping[str, Any],
) -> str:
    token = tokens[at]
    return html.escape(f"[{token.content}] ({token.attrGet('src')})")


def _link_close(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    _options: Any,
    _env: MutableMapping[str, Any],
) -> str:
    """Write the address beside the words; leave out those that lead within the knowledge base."""
    opening = next(token for token in reversed(tokens[:at]) if token.type == "link_open")
    address = str(opening.attrGet("href") or "")
    return f" ({html.escape(address)})" if ":" in address or address.startswith("//") else ""
