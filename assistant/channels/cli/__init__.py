"""Words typed in a terminal → a call of the service → text, or JSON with `--json`.

The result goes to stdout, progress and problems to stderr. Exit codes: 0 done, 1 a problem that
the user can fix, 2 wrong usage.
"""

from assistant.channels.cli.app import main

__all__ = ["main"]
