"""The wheel alone is enough: built, installed in an environment of its own, asked a question."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant import __version__

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[1]
SUITS = "How do I know whether my idea suits ML?"
CONSTRAINTS = ROOT / "constraints.txt"
WITHIN = [
    "assistant/__init__.py",
    "assistant/__main__.py",
    "assistant/_shipped/.streamlit/config.toml",
    "assistant/_shipped/evals/run.py",
    "assistant/_shipped/knowledge/references.yaml",
    "assistant/_shipped/ui/app.py",
    "assistant/_shipped/ui/style.css",
    "assistant/catalog/documents/tdd/template.yaml",
    "assistant/catalog/examples/1-card-fraud.yaml",
    "assistant/catalog/facts/metrics.yaml",
    "assistant/catalog/pictures/cvp_canvas.yaml",
    "assistant/catalog/rules/contradictions.yaml",
    "assistant/catalog/small_talk.yaml",
    "assistant/encoder/entailment/model.onnx",
    "assistant/encoder/model.onnx",
    "assistant/encoder/tokenizer.json",
    "assistant/export/document.typ",
    "assistant/export/word_parts/styles.xml",
    "assistant/picture/fonts/NotoSans-Regular.ttf",
    "assistant/store/migrations/env.py",
    "assistant/store/migrations/versions/0001_spine.py",
]


def clean_environment(**more: str) -> dict[str, str]:
    """Without this checkout on any path."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return {**kept, **more}


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, ROOT], folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of programs of a new environment that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", folder], folder)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pinned = ["--constraint", CONSTRAINTS] if CONSTRAINTS.is_file() else []
    pip = [programs / "python", "-m", "pip", "install", "--quiet"]
    run([*pip, "--disable-pip-version-check", *pinned, wheel], folder)
    return programs


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_all_that_the_program_reads(wheel):
    names = names_in(wheel)
    assert set(WITHIN) <= set(names)
    for folder in ("knowledge", "ui"):
        shipped = {n for n in names if n.startswith(f"assistant/_shipped/{folder}/")}
        there = {
            f"assistant/_shipped/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert shipped == there
    assert f"scopewright-{__version__}.dist-info/METADATA" in names


def test_the_wheel_holds_nothing_else(wheel):
    names = names_in(wheel)
    assert {name.split("/")[0] for name in names} == {
        "assistant",
        f"scopewright-{__version__}.dist-info",
    }
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".tmp"))]
    assert len(names) == len(set(names))


def test_an_editable_install_is_only_a_path(tmp_path):
    """A copy of what travels in the wheel would go stale beside the checkout."""
    code = (
        "import sys; from hatchling.build import build_editable;"
        "print(build_editable(sys.argv[1]), file=sys.stderr)"
    )
    run([sys.executable, "-c", code, tmp_path], ROOT)
    (path,) = tmp_path.glob("*.whl")
    rest = [name for name in names_in(path) if ".dist-info/" not in name]
    assert len(rest) == 1
    assert rest[0].endswith(".pth")
    assert zipfile.ZipFile(path).read(rest[0]).decode().strip() == str(ROOT)


def test_the_installed_program_answers_away_from_the_checkout(installed, tmp_path):
    program = installed / "scopewright"
    home = str(tmp_path / "home")
    out = run([program, "ask", "--json", SUITS], tmp_path, SCOPEWRIGHT_HOME=home)
    answer = json.loads(out)
    assert answer["refused"] is False
    assert answer["citations"]
    assert all(one["verified"] and one["references"] for one in answer["citations"])
    # From the environment, not from here.
    code = (
        "from pathlib import Path; import assistant; from assistant import Settings;"
        "print(Path(assistant.__file__).parent, Settings().packaged, sep='\\n')"
    )
    package, packaged = run([installed / "python", "-c", code], tmp_path).split()
    assert Path(installed.parent).resolve() in Path(package).resolve().parents
    assert Path(packaged) == Path(package) / "_shipped"
    assert ROOT not in Path(package).parents


def test_the_installed_program_is_well(installed, tmp_path):
    path = tmp_path / "plan.md"
    path.write_text("# Zephyr\n\nZephyr predicts bearing failures of turbines.\n", "utf-8")
    environment = {"SCOPEWRIGHT_HOME": str(tmp_path / "home")}
    program = installed / "scopewright"
    report = json.loads(run([program, "ingest", path, "--json"], tmp_path, **environment))
    assert [taken["path"] for taken in report["ingested"]] == ["plan.md"]
    checks = json.loads(run([program, "doctor", "--json"], tmp_path, **environment))["checks"]
    assert [check for check in checks if not check["ok"]] == []
    assert run([program, "--version"], tmp_path).split() == ["scopewright", __version__]
