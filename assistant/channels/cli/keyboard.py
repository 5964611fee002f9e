"""A terminal or a pipe → the lines that a person types."""

import sys
from contextlib import suppress

PROMPT = "> "
# How long a terminal is listened to for more lines of what was pasted, in seconds.
PASTE_S = 0.03


class Ended(Exception):
    """There is nothing more to read, or the person wants to end the talk."""


def read_line(prompt: str = PROMPT) -> str:
    """One line from the keyboard or a pipe; raise Ended at its end."""
    if sys.stdin.isatty():
        with suppress(ImportError):
            # Arrow keys and history for `input`.
            import readline  # noqa: F401
        try:
            return input(prompt)
        except EOFError:
            raise Ended from None
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Ended
    return line.rstrip("\r\n")


def more_is_waiting() -> bool:
    """Whether a terminal has further lines already: those of a text that was pasted."""
    if not sys.stdin.isatty():
        return False
    import select

    return bool(select.select([sys.stdin], [], [], PASTE_S)[0])
