"""The fields of Settings → docs/settings.md, a table of every environment variable.

`python docs/make_settings.py` writes the page; `--check` only says whether it is up to date.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from assistant.settings import PREFIX, Settings

PAGE = Path(__file__).resolve().parent / "settings.md"
INTRODUCTION = f"""\
# Settings

Each setting is an environment variable, read once when a command starts. A wrong value, or an
unknown name that begins with `{PREFIX}`, stops the command with a line that names it.

This page is made from `assistant/settings.py` by `python docs/make_settings.py`.

| variable | default | what it does |
| --- | --- | --- |
"""
# Defaults that depend on the machine.
WORDED = {
    "home": "the platform's folder for user data",
    "local_threads": "number of cores, at most 4",
}


def settings_page() -> str:
    """Write the whole page.

    >>> "| `SCOPEWRIGHT_PORT` | `8501` | Port of the web page. |" in settings_page()
    True
    """
    rows = (
        f"| `{variable(name, field)}` | {default(name, field)} | {_cell(field.description)} |\n"
        for name, field in Settings.model_fields.items()
    )
    return INTRODUCTION + "".join(rows)


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a field."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def default(name: str, field: FieldInfo) -> str:
    """The default in words or as it would be typed."""
    if name in WORDED:
        return WORDED[name]
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == "" or value == {}:
        return "none"
    return f"`{_cell(str(value).lower() if isinstance(value, bool) else str(value))}`"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def main() -> int:
    """Write the page, or compare it; return the exit code."""
    parser = argparse.ArgumentParser(description="Write docs/settings.md.")
    parser.add_argument("--check", action="store_true", help="fail when the page is out of date")
    page = settings_page()
    if not parser.parse_args().check:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    sys.stderr.write("docs/settings.md is out of date; run: python docs/make_settings.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
