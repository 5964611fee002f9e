"""Pieces → pieces without the model's thinking aloud."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.ladder.messages import Piece

OPEN, CLOSE = "<think>", "</think>"
# White space before the tag is held back; an endless row of it is not.
HELD_CHARACTERS = 64


def without_reasoning(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Hide a leading `<think>…</think>`; the hidden pieces stay as empty signs of life.

    Some servers leave it in the text in place of a field of its own.

    >>> parts = [Piece("<thi"), Piece("nk>hm"), Piece("</think>So"), Piece(": yes")]
    >>> [piece.text for piece in without_reasoning(iter(parts))]
    ['', '', 'So', ': yes']
    """
    held = ""
    state = "start"
    for piece in pieces:
        if state == "answer":
            yield piece
            continue
        held += piece.text
        shown = ""
        if state == "start" and held.lstrip().startswith(OPEN):
            state = "thinking"
        if state == "thinking" and CLOSE in held:
            shown, state = held.partition(CLOSE)[2].lstrip(), "answer"
        elif state == "thinking":
            # Enough to see a closing tag that is split over two pieces.
            held = held[-len(CLOSE) :]
        elif len(held) > HELD_CHARACTERS or not OPEN.startswith(held.lstrip()):
            shown, state = held, "answer"
        elif piece.finish_reason:
            shown = held
        yield replace(piece, text=shown)
