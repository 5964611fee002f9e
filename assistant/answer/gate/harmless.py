r"""A model's reply → text without HTML, images, links, addresses, code or hidden characters.

What is left can only be read. Titles and links of an answer come from the index, never from here.
"""

import html
import re

# Controls, and characters that reorder or hide what is around them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e007f]"
)
_HIDDEN_ELEMENTS = re.compile(
    r"<(script|style|template|iframe|svg|head|title)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>?")
_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)
# The fences of the prompt, which a small model repeats.
_PROMPT_FENCE = re.compile(r"^[ \t]*={2,}.*$", re.MULTILINE)
_ESCAPED = re.compile(r"\\(?=[^\w\s])")
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)?|\[[^\[\]]*\])")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)?")
_NAMED_LINK = re.compile(r"\[([^\[\]]*[^\W\d][^\[\]]*)\]\s?\[[^\[\]]*[^\W\d][^\[\]]*\]")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\]\n]+\]:[ \t]*<?(?:\S*[:/.]\S*)>?.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}:|(?<!:)/)?//\S*|"
    r"(?<![a-z])(?:www\.|(?:javascript|data|vbscript|mailto|file|tel):(?=\S))\S*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+")
_HOST = re.compile(
    r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|app|test|example|invalid|info|xyz|co|me|site|"
    r"online|link|top|click|ru|cn|uk|eu|de|fr)\b(?:/\S*)?",
    re.IGNORECASE,
)
_TWICE = 5


def harmless(reply: str) -> str:
    r"""The words of a reply, nothing that a page, a mail or a chat could open or run.

    >>> harmless("See [here](javascript:alert(1)) ![x](https://a.test/p.png) <b onclick=x>now</b>.")
    'See here  now.'
    >>> harmless("If p < 0.05, visit evil.example.com/x now.")
    'If p < 0.05, visit  now.'
    """
    text = _UNSEEN.sub("", reply)
    text = _PROMPT_FENCE.sub("", _FENCE.sub("", text))
    for _ in range(_TWICE):
        before = text
        text = html.unescape(text)
        text = _UNSEEN.sub("", text)
        text = _ESCAPED.sub("", text)
        text = _HIDDEN_ELEMENTS.sub("", _COMMENT.sub("", text))
        text = _TAG.sub("", text)
        text = _LINK.sub(r"\1", _IMAGE.sub("", text))
        text = _NAMED_LINK.sub(r"\1", text)
        if text == before:
            break
    text = _DEFINITION.sub("", text)
    for address in (_ADDRESS, _MAIL, _HOST):
        text = address.sub("", text)
    return _OPENING.sub("", text).replace("`", "")


def bracketless(text: str) -> str:
    """Text whose square brackets cannot be taken for a marker or a link.

    >>> bracketless("as [7] says [x](y)")
    'as (7) says (x)(y)'
    """
    return text.replace("[", "(").replace("]", ")")
