"""The house keeps its import rule: read from the source with `ast`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "assistant"
DATA_ROOMS = {"catalog", "encoder", "_shipped"}

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "tokens": {"errors"},
    "ingest": {"errors", "tokens"},
    "embed": {"errors", "settings"},
    "index": {"errors", "ingest", "embed"},
    "retrieve": {"errors", "ingest", "index"},
    "local_model": {"errors"},
    "ladder": {"errors", "settings", "tokens", "local_model"},
    "answer": {"errors", "tokens", "retrieve", "ladder"},
    "facts": {"errors"},
    "interview": {"errors", "facts"},
    "prefill": {"errors", "facts", "ladder"},
    "checks": {"errors", "facts"},
    "verdict": {"errors", "facts", "checks"},
    "estimate": {"errors", "facts"},
    "picture": {"errors", "facts", "estimate"},
    "document": {
        "errors", "facts", "checks", "verdict", "estimate", "picture", "retrieve",
    },
    "export": {"errors", "document", "picture"},
    "store": {"errors", "settings", "facts", "ingest", "document"},
    "service": {
        "errors", "settings", "tokens", "ingest", "embed", "index", "retrieve", "local_model",
        "ladder", "answer", "facts", "interview", "prefill", "checks", "verdict", "estimate",
        "picture", "document", "export", "store",
    },
}  # fmt: skip

# Libraries that slow the start or belong to one room, and the rooms that may name them.
ONLY_IN = {
    "chromadb": {"index"},
    "langchain_chroma": {"index"},
    "onnxruntime": {"embed", "encoder"},
    "xllamacpp": {"local_model"},
    "markitdown": {"ingest"},
    "streamlit": {"ui"},
    "typst": {"picture", "export"},
    "PIL": {"picture"},
    "fastapi": {"channels"},
    "uvicorn": {"channels"},
    "slack_bolt": {"channels"},
    "slack_sdk": {"channels"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
}


def python_files(room: str) -> list[Path]:
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{room}.py"]


def imported_modules(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names.add(node.module or "")
            if node.module == "assistant":
                names |= {f"assistant.{alias.name}" for alias in node.names}
    return names


def rooms_imported_by(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported_modules(path) if name.startswith("assistant.")}


def rooms() -> set[str]:
    found = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    found |= {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] not in "_."}
    return found - DATA_ROOMS - {"channels"}


def test_every_room_has_a_rule():
    assert rooms() <= MAY_IMPORT.keys(), sorted(rooms() - MAY_IMPORT.keys())


@pytest.mark.parametrize("room", sorted(rooms()))
def test_imports_point_one_way(room):
    for path in python_files(room):
        strangers = rooms_imported_by(path) - MAY_IMPORT[room] - {room}
        assert not strangers, f"{path.relative_to(ROOT)} must not import {sorted(strangers)}"


@pytest.mark.parametrize(
    "path",
    sorted([*(PACKAGE / "channels").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_channels_use_the_public_names_only(path):
    own = path.relative_to(PACKAGE).parts[1].removesuffix(".py") if PACKAGE in path.parents else ""
    for name in imported_modules(path):
        if not name.startswith("assistant."):
            continue
        parts = name.split(".")
        allowed = parts[1] == "channels" and (len(parts) == 2 or parts[2] == own)
        public = len(parts) == 2 and parts[1] not in rooms()
        errors = parts[1] == "errors"
        assert allowed or public or errors, f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize(("library", "homes"), sorted(ONLY_IN.items()))
def test_libraries_stay_in_their_room(library, homes):
    everything = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "ui").rglob("*.py")])
    users = {
        path.relative_to(PACKAGE).parts[0].removesuffix(".py") if PACKAGE in path.parents else "ui"
        for path in everything
        if any(name.split(".")[0] == library for name in imported_modules(path))
    }
    assert users <= homes


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_no_forbidden_calls(path):
    """No `eval`, pickle or unsafe YAML on data; the environment is read in one place."""
    text = path.read_text(encoding="utf-8")
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(text))
        # `yaml.load` is safe with a safe loader, which must then be named.
        if isinstance(node, ast.Call) and "Loader" not in {part.arg for part in node.keywords}
    }
    assert not calls & {"eval", "exec", "pickle.load", "pickle.loads", "yaml.load", "torch.load"}
    if path.name != "settings.py" and path.parent.name != "encoder":
        assert "os.getenv" not in calls
