"""Any text → text in one line of which every character is safe in a file and can be seen."""

import re
import unicodedata

# Line ends, tabs and what else only moves to another line; they become one space.
_MOVES = re.compile("\r\n|[\t\n\v\f\r\x85\u2028\u2029]")
# Characters that no XML file may hold, that turn the text around, or that hide text: C0 and C1
# controls, bidirectional embeddings and isolates, byte-order mark, annotations, tags,
# lone surrogates, and code points that are no characters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef"
    "\ud800-\udfff\U000e0000-\U000e007f"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)


def visible(text: str) -> str:
    r"""The text with what is unsafe shown by its number; all other characters stay as they are.

    >>> visible("a\x07b\r\nc \u202egnp.exe \ud800")
    'a⟨U+0007⟩b c ⟨U+202E⟩gnp.exe �'
    """
    return _UNSAFE.sub(_shown, _MOVES.sub(" ", text))


def _shown(found: re.Match[str]) -> str:
    no_character = unicodedata.category(found[0]) in ("Cs", "Cn")
    return "\ufffd" if no_character else f"⟨U+{ord(found[0]):04X}⟩"


def right_to_left(text: str) -> bool:
    """Does the text begin in a script that is written from right to left?

    >>> right_to_left("12 שלום"), right_to_left("Hello שלום")
    (True, False)
    """
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
