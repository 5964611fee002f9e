"""What is left of each block of a reply → one text, with nothing left standing alone or open."""

import re
from collections.abc import Sequence

from assistant.answer.gate.layout import Block

_JOINED = re.compile(r"<(?=[A-Za-z/!?])|\](?=\()|!(?=\[)")


def closed(text: str) -> str:
    """The text with nothing that opens markup, which taking markers out can bring together.

    >>> closed("<a [x](y) ![z"), closed("p < 0.05")
    ('< a [x] (y) ! [z', 'p < 0.05')
    """
    return _JOINED.sub(r"\g<0> ", text)


def joined(blocks: Sequence[Block], shown: Sequence[str]) -> str:
    """Put the blocks together; a heading or an introduction with nothing below it goes."""
    parts: list[str] = []
    for at in range(len(blocks) - 1, -1, -1):
        text = shown[at]
        below = next((later for later in range(at + 1, len(blocks))), None)
        if blocks[at].kind == "heading" and (
            not parts or below is None or not _near(blocks, shown, at)
        ):
            continue
        if text.rstrip("*_ ").endswith(":") and not (below is not None and shown[below]):
            text = _without_introduction(text)
        if text:
            parts.append(text)
    return "\n\n".join(reversed(parts))


def _near(blocks: Sequence[Block], shown: Sequence[str], at: int) -> bool:
    """True when something is shown between this heading and the next."""
    for later in range(at + 1, len(blocks)):
        if blocks[later].kind == "heading":
            return False
        if shown[later]:
            return True
    return False


def _without_introduction(text: str) -> str:
    """What stands before the last sentence, which introduces nothing any more."""
    cut = max(text.rfind("] "), -1)
    return text[: cut + 1]
