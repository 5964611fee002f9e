"""A process that is killed while it takes files in leaves each of them whole or not there."""

import random
import sqlite3
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.store.database import DATABASE

INGESTER = Path(__file__).parent / "ingesters.py"
NAMES, PARTS = ("a.md", "b.md", "c.md"), 4
KILLS, AHEAD = 30, 3


def written(folder: Path, edition: int) -> list[Path]:
    """Three files whose every part says which edition it is of."""
    folder.mkdir()
    for name in NAMES:
        parts = [
            f"## Part {part}\n\n" + f"{name} of edition {edition}, part {part}. " * 30
            for part in range(PARTS)
        ]
        (folder / name).write_text("\n\n".join(parts), encoding="utf-8")
    return [folder / name for name in NAMES]


def ingester(home: Path, step: int, files: list[Path]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(INGESTER), str(home), str(step), *map(str, files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def let_go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "begins\n", process.stderr.read()


def check_database(home: Path) -> set[tuple[str, int]]:
    """Whole files only, each passage with its vector; return the (name, edition) of each file."""
    with sqlite3.connect(home / DATABASE) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        files = raw.execute("SELECT id, name, version, current FROM files").fetchall()
        found = set()
        for key, name, version, current in files:
            rows = raw.execute(
                "SELECT text, vector IS NOT NULL FROM passages "
                "LEFT JOIN vectors ON passage_id = passages.id WHERE file_id = ?",
                (key,),
            ).fetchall()
            text = "\n".join(row[0] for row in rows)
            assert all(has_vector for _, has_vector in rows)
            edition = int(text.split("of edition ")[1].split(",")[0])
            for part in range(PARTS):
                assert text.count(f"{name} of edition {edition}, part {part}.") == 30
            latest = max(row[2] for row in files if row[1] == name)
            assert bool(current) == (version == latest)
            found.add((name, edition))
        assert len(found) == len(files)
        orphans = "SELECT count(*) FROM {} WHERE {} NOT IN (SELECT id FROM {})"
        for names in (("passages", "file_id", "files"), ("vectors", "passage_id", "passages")):
            assert raw.execute(orphans.format(*names)).fetchone() == (0,)
    return found


def check_index(home: Path) -> None:
    """One finished index that holds what SQL says takes part in answers, and nothing half done."""
    with Assistant(Settings(home=home, encoder="hashing")) as assistant:
        owner = assistant.project("default").id
        index = assistant.library.project(owner)
        passages, rows = assistant.store.projects.passages(owner, encoder=index_encoder(assistant))
        assert index.ids == [passage.id for passage in passages]
        assert [index.passage(row) for row in range(len(index))] == passages
        assert (index.vectors.rows == rows).all()
        assert assistant.store.projects.current_ids(owner, index.ids) == set(index.ids)
        shelf = index.folder.parent
        assert [path.name for path in shelf.iterdir() if path.is_dir()] == [index.stamp]


def index_encoder(assistant: Assistant) -> str:
    return assistant.library.encoder.name


@pytest.fixture
def ready(tmp_path) -> tuple[Path, int, float]:
    """A data folder with the first edition, how many steps that took, and how many seconds."""
    home = tmp_path / "store"
    process = ingester(home, 0, written(tmp_path / "0", 0))
    start = time.monotonic()
    let_go(process)
    out, problems = process.communicate()
    assert problems == ""
    return home, int(out), time.monotonic() - start


def test_no_file_is_torn_by_a_kill(ready, tmp_path):
    home, steps, seconds = ready
    chance = random.Random(11)
    kinds = cycle(["step", "time"])
    waiting: list[tuple[int, subprocess.Popen[str]]] = []
    killed = 0
    for edition in range(1, KILLS + 1):
        while len(waiting) < AHEAD and edition + len(waiting) <= KILLS:
            number = edition + len(waiting)
            step = chance.randint(1, steps) if next(kinds) == "step" else 0
            files = written(tmp_path / str(number), number)
            waiting.append((step, ingester(home, step, files)))
        step, process = waiting.pop(0)
        let_go(process)
        if not step:
            time.sleep(chance.uniform(0, seconds))
            process.kill()
        _, problems = process.communicate()
        assert problems == ""
        killed += process.returncode != 0
        found = check_database(home)
        assert {(name, 0) for name in NAMES} <= found
        if edition % 10 == 0:
            # The same files again, by one who lives.
            process = ingester(home, 0, [tmp_path / str(edition) / name for name in NAMES])
            let_go(process)
            _, problems = process.communicate()
            assert (process.returncode, problems) == (0, "")
            assert {(name, edition) for name in NAMES} <= check_database(home)
            check_index(home)
    # Half of them die at a step for certain, if the work has as many; the others when it hits them.
    assert killed > KILLS / 3
    assert not list(home.rglob("*.draft*"))
