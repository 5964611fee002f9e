"""Bytes of a text file → clean text: decoded, normalised, without hidden characters, counted."""

import re
import unicodedata
from dataclasses import dataclass

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Bidi controls, zero-width and invisible signs, tag characters, controls that no text needs.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
# Persian and Indic writing needs joiners between letters, emoji between signs; Latin does not.
_LOOSE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILE = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile("\n(?:[ \t]*\n){3,}")  # a million empty lines say no more than two
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_SAMPLE = 65_536


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the reader should know: a code, how often, and up to three samples."""

    code: str
    count: int
    samples: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in words.

        >>> str(Warned("repetition_removed", 9, ("Page 1",))), str(Warned("decoded_as", 1))
        ('Repetition removed, 9 times: Page 1', 'Decoded as')
        """
        words = self.code.replace("_", " ").capitalize()
        often = f", {self.count} times" if self.count > 1 else ""
        return words + often + (f": {'; '.join(self.samples)}" if self.samples else "")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with what had to be done to get it."""

    text: str
    warnings: tuple[Warned, ...] = ()


def decode(data: bytes) -> Decoded:
    r"""Decode UTF-8, UTF-16, UTF-32 or an older code page; unreadable bytes become U+FFFD.

    >>> decode(b"caf\xc3\xa9 \xff ok").text, decode("na\xefve".encode("latin-1")).text
    ('café � ok', 'naïve')
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _replaced(data.decode(encoding, errors="replace"))
    if wide := _wide(data):
        return _replaced(data.decode(wide, errors="replace"))
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    right = sum(1 for character in text[:_SAMPLE] if character > "\x7f") - bad
    if right >= bad:
        return _replaced(text)
    page = _older(data)
    decoded = data.decode(page, errors="replace")
    return Decoded(decoded, (Warned("decoded_as", 1, (page,)), *_replaced(decoded).warnings))


def is_binary(text: str) -> bool:
    """Whether decoded text is too full of controls and unreadable bytes to be text."""
    sample = text[:_SAMPLE]
    return len(_CONTROL.findall(sample)) > max(4, 0.05 * len(sample))


def clean(text: str) -> Decoded:
    r"""Normalise newlines and letters (NFC), and take out what is invisible, with a count.

    >>> clean("a\u202eb\r\ncafe\u0301").text, clean("می\u200cخواهم\u200b").text
    ('ab\ncafé', 'می\u200cخواهم')
    """
    text = _NEWLINES.sub("\n", text)
    text = _BLANKS.sub("\n\n\n", text)
    text, hidden = _HIDDEN.subn("", text)
    text, loose = _LOOSE_JOINER.subn("", text)
    # Cut piles of marks first: normalising a long run of them takes time with its square.
    text, piles = _PILE.subn(r"\1", text)
    found = (("hidden_characters_removed", hidden + loose), ("marks_removed", piles))
    warnings = tuple(Warned(code, count) for code, count in found if count)
    return Decoded(unicodedata.normalize("NFC", text), warnings)


def _replaced(text: str) -> Decoded:
    count = text.count("\ufffd")
    return Decoded(text, (Warned("unreadable_characters", count),) if count else ())


def _wide(data: bytes) -> str | None:
    """UTF-16 without its mark: nearly every other byte of the sample is zero."""
    sample = data[:_SAMPLE]
    if len(sample) < 8:
        return None
    even, odd = sample[::2].count(0) * 2 / len(sample), sample[1::2].count(0) * 2 / len(sample)
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _older(data: bytes) -> str:
    """Name the code page of text that is not Unicode; Western where nothing is sure."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best() if len(data) > 64 else None
    return best.encoding if best else "cp1252"
