"""The commands of `scopewright` → their order and panels in `--help`, by what people come for."""

import typer
from typer.models import CommandInfo, TyperInfo

PANELS = {
    "Ask": ("ask", "search", "ingest", "files"),
    "Scope a project": (
        "project",
        "prefill",
        "proposals",
        "interview",
        "next",
        "answer",
        "facts",
    ),
    "Judge it": ("verdict", "check", "gate"),
    "Write it down": (
        "document",
        "document-kinds",
        "document-versions",
        "document-diff",
        "document-edit",
        "document-revert",
    ),
    "Open it to others": ("ui", "api", "keys", "slack", "mcp"),
    "Look after it": ("doctor", "eval"),
}


def arrange(app: typer.Typer) -> None:
    """Sort the commands of `app` and name the panel of each; raise KeyError for one without."""
    place = {
        name: (at, panel)
        for at, (panel, name) in enumerate(
            (panel, name) for panel, names in PANELS.items() for name in names
        )
    }

    def at(command: CommandInfo | TyperInfo) -> int:
        number, command.rich_help_panel = place[_name(command)]
        return number

    app.registered_commands.sort(key=at)
    app.registered_groups.sort(key=at)


def _name(command: CommandInfo | TyperInfo) -> str:
    if isinstance(command.name, str):
        return command.name
    callback = getattr(command, "callback", None)
    return str(callback.__name__) if callback is not None else ""
