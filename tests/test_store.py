"""What is stored comes back byte for byte, belongs to one project and survives faults."""

import functools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from places import SHARED
from sqlalchemy import event, select, text

from assistant.errors import AssistantError, InputInvalid, NotFound, StorageUnavailable
from assistant.ingest import HeldBack, IngestedFile, Passage
from assistant.settings import Settings
from assistant.store import HeldPassage, Project, Store, Turn, backup, new_id, reading
from assistant.store.database import BUSY_TIMEOUT_S, DATABASE, writing
from assistant.store.queue import ENDING as QUEUE
from assistant.store.schema import metadata

# The package has a function of that name.
migration = import_module("assistant.store.migrate")
WRITER = Path(__file__).parent / "writers.py"
ENCODER = "test@3"
KILLS, AT_ONCE = 20, 4


@pytest.fixture
def home(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def store(home):
    with opened(home) as found:
        yield found


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """One store for many examples."""
    with opened(tmp_path_factory.mktemp("lasting")) as found:
        yield found


@contextmanager
def opened(home: Path, **options: float) -> Iterator[Store]:
    store = Store(Settings(home=home), **options)
    try:
        yield store
    finally:
        store.close()


def made_file(
    *texts: str, held: tuple[str, ...] = (), sha256: str = "", title: str = "Plan"
) -> IngestedFile:
    """An ingested file whose last passages are held back."""
    key = new_id()
    every = [
        Passage(f"{key}#{at}", key, "project", title, f"Part {at}", words, at, at or None, "en")
        for at, words in enumerate((*texts, *held))
    ]
    kept, rest = every[: len(texts)], every[len(texts) :]
    parts = (HeldBack(tuple(rest), "It is about lead paint.", "foreign_part"),) if rest else ()
    return IngestedFile(
        title, "md", sha256 or new_id() * 2, "\n\n".join(texts), tuple(kept), parts, ()
    )


def rows_for(file: IngestedFile) -> np.ndarray:
    count = len(file.passages) + sum(len(part.passages) for part in file.held_back)
    return np.random.default_rng(count).normal(size=(count, 3)).astype(np.float32)


def add(store: Store, project: Project, file: IngestedFile, name: str = "plan.md"):
    return store.projects.add_file(
        project.id,
        file,
        file_id=file.passages[0].source_id,
        name=name,
        size=7,
        encoder=ENCODER,
        rows=rows_for(file),
    )


def texts_in(store: Store, project: Project) -> list[str]:
    return [passage.text for passage in store.projects.passages(project.id, encoder=ENCODER)[0]]


# -- projects


def test_projects_are_created_listed_and_deleted_with_all_they_hold(store):
    first, second = store.projects.create("Zoë"), store.projects.create(" alpha ")
    assert store.projects.all() == [first, second] or store.projects.all() == [second, first]
    assert store.projects.named("alpha") == second
    file = add(store, first, made_file("one", held=("two",)))
    thread = store.conversations.begin(first.id, "Hello")
    store.conversations.rate(
        first.id, store.conversations.ask(first.id, thread, "What?"), helpful=True
    )
    store.projects.delete(first.id)
    assert [project.name for project in store.projects.all()] == ["alpha"]
    with reading(store.engine) as connection:
        left = {
            table.name: len(connection.execute(select(table)).all())
            for table in metadata.tables.values()
        }
    assert left == {**dict.fromkeys(left, 0), "projects": 1}
    with pytest.raises(NotFound):
        store.projects.file(first.id, file.id)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\x1b[2J", "\u202eabc", "default"])
def test_a_project_name_that_cannot_be_shown_or_is_taken_is_refused(store, name):
    store.projects.create("default")
    with pytest.raises(InputInvalid) as caught:
        store.projects.create(name)
    assert caught.value.remedy
    assert len(store.projects.all()) == 1


# -- files


def test_a_file_and_its_vectors_come_back_as_they_went_in(store):
    project = store.projects.create("p")
    file = made_file("one", "two", held=("three",), sha256="ab" * 32)
    stored = add(store, project, file)
    assert (stored.version, stored.current, stored.sha256) == (1, True, "ab" * 32)
    assert (stored.size, stored.passages, stored.held, stored.kind) == (7, 3, 1, "md")
    passages, vectors = store.projects.passages(project.id, encoder=ENCODER)
    assert passages == list(file.passages)
    np.testing.assert_array_equal(vectors, rows_for(file)[:2])
    assert store.projects.held_back(project.id, stored.id) == [
        HeldPassage(file.held_back[0].passages[0], "It is about lead paint.", "foreign_part", False)
    ]


def test_a_changed_file_is_a_new_version_and_the_old_one_still_resolves(store):
    project = store.projects.create("p")
    before, after = made_file("old words"), made_file("new words")
    first, second = add(store, project, before), add(store, project, after)
    assert (first.version, second.version) == (1, 2)
    assert [file.version for file in store.projects.files(project.id)] == [2]
    every = store.projects.files(project.id, all_versions=True)
    assert [(file.version, file.current) for file in every] == [(2, True), (1, False)]
    assert texts_in(store, project) == ["new words"]
    assert store.projects.passage(project.id, before.passages[0].id) == before.passages[0]
    assert store.projects.current_ids(
        project.id, [before.passages[0].id, after.passages[0].id]
    ) == {after.passages[0].id}


def test_the_same_bytes_are_known_until_the_file_is_deleted(store):
    project, other = store.projects.create("p"), store.projects.create("q")
    stored = add(store, project, made_file("words", sha256="cd" * 32))
    assert store.projects.with_hash(project.id, "cd" * 32) == stored
    assert store.projects.with_hash(other.id, "cd" * 32) is None
    assert store.projects.delete_file(project.id, "plan.md") == [stored.id]
    assert store.projects.with_hash(project.id, "cd" * 32) is None
    assert texts_in(store, project) == []
    with pytest.raises(NotFound):
        store.projects.delete_file(project.id, "plan.md")


def test_held_back_passages_take_part_only_while_released(store):
    project = store.projects.create("p")
    stored = add(store, project, made_file("own", held=("foreign",)))
    assert texts_in(store, project) == ["own"]
    assert store.projects.release(project.id, stored.id) == 1
    assert texts_in(store, project) == ["own", "foreign"]
    assert store.projects.file(project.id, stored.id).held == 0
    assert store.projects.release(project.id, stored.id, released=False) == 1
    assert texts_in(store, project) == ["own"]


def test_every_change_of_passages_gives_a_greater_revision(store):
    project = store.projects.create("p")
    seen = [store.projects.revision(project.id)]
    stored = add(store, project, made_file("own", held=("foreign",)))
    seen.append(store.projects.revision(project.id))
    store.projects.release(project.id, stored.id)
    seen.append(store.projects.revision(project.id))
    store.projects.delete_file(project.id, "plan.md")
    seen.append(store.projects.revision(project.id))
    assert seen == sorted(set(seen))
    assert seen[0] == 0


def test_a_restored_backup_never_comes_to_an_old_revision_again(store, home, tmp_path):
    project = store.projects.create("p")
    add(store, project, made_file("kept"))
    backup(store.engine, tmp_path / "copy.db")
    add(store, project, made_file("lost"), name="lost.md")
    before = store.projects.revision(project.id)
    # The clock is what tells the two histories apart, in whole seconds.
    store.close()
    (home / DATABASE).unlink()
    shutil.copy(tmp_path / "copy.db", home / DATABASE)
    with opened(home) as restored:
        assert restored.projects.revision(project.id) < before
        with restored.engine.connect() as connection:
            started = connection.exec_driver_sql(
                "SELECT CAST(strftime('%s','now') AS INT)"
            ).scalar()
        add(restored, project, made_file("added"), name="other.md")
        assert restored.projects.revision(project.id) >= started


def test_vectors_of_another_encoder_are_kept_beside_and_never_mixed(store):
    project = store.projects.create("p")
    file = made_file("one", "two")
    add(store, project, file)
    passages, rows = store.projects.passages(project.id, encoder="other@2")
    assert rows.shape == (2, 0)
    other = np.array([[1, 0], [0, 1]], np.float32)
    store.projects.save_vectors("other@2", [passages[0].id], other[:1])
    _, rows = store.projects.passages(project.id, encoder="other@2")
    np.testing.assert_array_equal(rows[0], other[0])
    assert np.isnan(rows[1]).all()
    store.projects.save_vectors("other@2", [passage.id for passage in passages], other)
    np.testing.assert_array_equal(store.projects.passages(project.id, encoder="other@2")[1], other)
    np.testing.assert_array_equal(
        store.projects.passages(project.id, encoder=ENCODER)[1], rows_for(file)
    )


# -- conversations


def test_a_conversation_keeps_its_turns_in_order_with_answers_and_thumbs(store):
    project = store.projects.create("p")
    first = store.conversations.begin(project.id, "  What is\ndrift?  ")
    second = store.conversations.begin(project.id, "word " * 40)
    turns = [store.conversations.ask(project.id, first, f"Question {n}") for n in range(3)]
    answer = {"answer": "Ünïcode [1]", "citations": [{"marker": 1, "page": None}]}
    store.conversations.answer(project.id, turns[1], answer)
    store.conversations.rate(project.id, turns[1], helpful=True)
    store.conversations.rate(project.id, turns[1], helpful=False, comment="No.")
    assert store.conversations.turns(project.id, first) == [
        Turn(turns[0], first, "Question 0", None, None),
        Turn(turns[1], first, "Question 1", answer, False),
        Turn(turns[2], first, "Question 2", None, None),
    ]
    listed = store.conversations.all(project.id)
    assert (listed[0].id, listed[0].turns) == (first, 3)
    assert listed[0].title == "What is drift?"
    assert len(listed[1].title) <= 80
    store.conversations.delete(project.id, first)
    assert [one.id for one in store.conversations.all(project.id)] == [second]
    with reading(store.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM feedback")).scalar() == 0


FOREIGN = {
    "file": lambda s, me, ids: s.projects.file(me, ids["file"]),
    "release": lambda s, me, ids: s.projects.release(me, ids["file"]),
    "delete_file": lambda s, me, ids: s.projects.delete_file(me, "plan.md"),
    "turns": lambda s, me, ids: s.conversations.turns(me, ids["thread"]),
    "ask": lambda s, me, ids: s.conversations.ask(me, ids["thread"], "Let me in"),
    "answer": lambda s, me, ids: s.conversations.answer(me, ids["turn"], {"answer": "mine"}),
    "rate": lambda s, me, ids: s.conversations.rate(me, ids["turn"], helpful=False),
    "delete": lambda s, me, ids: s.conversations.delete(me, ids["thread"]),
}


@pytest.mark.parametrize("mine", ["other", "", "' OR 1=1 --"])
@pytest.mark.parametrize("call", FOREIGN.values(), ids=FOREIGN)
def test_ids_of_another_project_are_not_found(store, call, mine):
    owner, other = store.projects.create("owner"), store.projects.create("other")
    file = made_file("CANARY", held=("HELD",))
    stored = add(store, owner, file)
    thread = store.conversations.begin(owner.id, "t")
    turn = store.conversations.ask(owner.id, thread, "CANARY?")
    ids = {"file": stored.id, "thread": thread, "turn": turn}
    me = other.id if mine == "other" else mine
    with pytest.raises(NotFound):
        call(store, me, ids)
    assert store.projects.passage(me, file.passages[0].id) is None
    assert store.projects.held_back(me, stored.id) == []
    assert store.projects.current_ids(me, [file.passages[0].id]) == set()
    assert store.projects.files(me, all_versions=True) == []
    assert store.projects.passages(me, encoder=ENCODER)[0] == []
    assert store.conversations.all(me) == []
    # Nothing of the owner's has changed.
    assert store.projects.files(owner.id) == [stored]
    assert store.conversations.turns(owner.id, thread) == [
        Turn(turn, thread, "CANARY?", None, None)
    ]


# -- any text


def naughty_strings() -> list[str]:
    path = SHARED / "attacks" / "blns" / "blns.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def round_trip(store: Store, words: str) -> None:
    project = store.projects.create(f"p {new_id()}")
    file = made_file(words, held=(words,), title=words)
    stored = add(store, project, file, name=words)
    assert (stored.name, stored.title) == (words, words)
    store.projects.release(project.id, stored.id)
    assert texts_in(store, project) == [words, words]
    thread = store.conversations.begin(project.id, words)
    turn = store.conversations.ask(project.id, thread, words)
    store.conversations.answer(project.id, turn, {words: [words]})
    assert store.conversations.turns(project.id, thread) == [
        Turn(turn, thread, words, {words: [words]}, None)
    ]
    assert store.projects.delete_file(project.id, words) == [stored.id]


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=200))
def test_any_text_comes_back_as_it_went_in(lasting, words):
    round_trip(lasting, words)


def test_naughty_strings_come_back_as_they_went_in(lasting, shared):
    strings = naughty_strings()
    assert len(strings) > 500
    for words in random.Random(3).sample(strings, 120):
        round_trip(lasting, words)


def test_every_naughty_project_name_is_kept_or_refused_with_a_reason(lasting, shared):
    kept = 0
    for name in dict.fromkeys(words.strip() for words in naughty_strings()):
        with suppress(InputInvalid):
            created = lasting.projects.create(name)
            assert lasting.projects.named(name) == created
            kept += 1
    assert kept > 300


def test_half_a_surrogate_pair_is_refused_and_nothing_is_saved(store):
    project = store.projects.create("p")
    thread = store.conversations.begin(project.id, "t")
    with pytest.raises(InputInvalid) as caught:
        store.conversations.ask(project.id, thread, "caf\ud83d")
    assert caught.value.code == "invalid_text"
    assert store.conversations.turns(project.id, thread) == []


# -- faults


@contextmanager
def locked_elsewhere(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process holds the whole database until the block ends."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home / DATABASE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder
        finally:
            holder.stdin.close()


@pytest.mark.parametrize("work", ["read", "write", "open"])
def test_a_database_held_by_another_process_is_busy(home, work):
    with opened(home, busy_s=0.2) as store:
        project = store.projects.create("p")
        work_of = {
            "read": store.projects.all,
            "write": lambda: store.conversations.begin(project.id, "t"),
            "open": lambda: Store(Settings(home=home), busy_s=0.2),
        }[work]
        with locked_elsewhere(home):
            with pytest.raises(StorageUnavailable) as caught:
                work_of()
            assert caught.value.code == "storage_busy"
        assert store.conversations.all(project.id) == []
        store.conversations.begin(project.id, "now")


def test_a_write_waits_for_a_short_one_and_gives_up_within_six_seconds(home):
    with opened(home, busy_s=20.0) as store:
        project = store.projects.create("p")
        with locked_elsewhere(home) as holder:
            holder.stdin.close()
            assert store.conversations.begin(project.id, "t")
    assert 0 < BUSY_TIMEOUT_S <= 5.5


def limit_pages(store: Store, *, pages: int | None) -> None:
    store.engine.dispose()
    if pages is not None:
        run = f"PRAGMA max_page_count={pages}"
        event.listen(store.engine, "connect", lambda raw, _: raw.execute(run).close())


def test_a_full_disk_keeps_what_was_acknowledged_and_reads_go_on(home):
    with opened(home) as store:
        project = store.projects.create("p")
        thread = store.conversations.begin(project.id, "t")
        limit_pages(store, pages=60)
        kept = []

        def fill() -> None:
            for _ in range(200):
                kept.append(store.conversations.ask(project.id, thread, "x" * 4000))

        with pytest.raises(StorageUnavailable) as caught:
            fill()
        assert caught.value.code == "storage_full"
        assert "nothing was saved" in caught.value.problem
        assert [turn.id for turn in store.conversations.turns(project.id, thread)] == kept
    with opened(home) as store:
        store.conversations.ask(project.id, thread, "There is space again")
        assert len(store.conversations.turns(project.id, thread)) == len(kept) + 1


def test_a_file_size_limit_is_a_full_disk(home, tmp_path):
    with opened(home) as store:
        project = store.projects.create("default")
        thread = store.conversations.begin(project.id, "t")
    size = (home / DATABASE).stat().st_size
    code = (
        "import resource, runpy, signal, sys;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 65536},) * 2);"
        f"sys.argv = ['w', {str(home)!r}, {thread!r}];"
        f"runpy.run_path({str(WRITER)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "StorageUnavailable: The storage" in done.stderr.splitlines()[-1]
    with opened(home) as store:
        found = [turn.id for turn in store.conversations.turns(project.id, thread)]
    assert found == done.stdout.split()


def test_a_database_that_refuses_writes_is_read_only(store):
    project = store.projects.create("p")
    store.engine.dispose()
    event.listen(
        store.engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=ON").close()
    )
    with pytest.raises(StorageUnavailable) as caught:
        store.conversations.begin(project.id, "t")
    assert caught.value.code == "storage_readonly"
    assert store.projects.named("p") == project


def test_a_read_only_folder_is_named_with_what_to_do():
    """As another user, since root may write anywhere."""
    code = (
        "import os, sys; from pathlib import Path;"
        "from assistant.settings import Settings; from assistant.store import Store;"
        "from assistant.errors import StorageUnavailable;"
        "os.getuid() or os.setuid(65534)\n"
        "try: Store(Settings(home=Path(sys.argv[1])))\n"
        "except StorageUnavailable as error: print(error.code, error)"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
        )
        Path(folder).chmod(0o755)
        assert done.stdout.startswith(f"storage_readonly The data folder {folder}"), done.stderr
        assert "SCOPEWRIGHT_HOME" in done.stdout
        assert list(Path(folder).iterdir()) == []


def test_a_data_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageUnavailable) as caught:
        Store(Settings(home=tmp_path / "file" / "home"))
    assert "SCOPEWRIGHT_HOME" in caught.value.remedy


def test_a_database_that_is_a_folder_cannot_be_opened(home):
    (home / DATABASE).mkdir(parents=True)
    with pytest.raises(StorageUnavailable) as caught:
        Store(Settings(home=home))
    assert caught.value.code == "storage_unreadable"


DAMAGE = {
    "header": lambda data: os.urandom(100) + data[100:],
    "empty": lambda data: b"",
    "other file": lambda data: b"%PDF-1.7 this is no database " * 400,
    "schema page": lambda data: data[:100] + b"\xff" * 3996 + data[4096:],
    "cut": lambda data: data[:5000],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_database_is_reported_and_left_as_it_is(home, damage):
    with opened(home) as store:
        store.projects.create("p")
    path = home / DATABASE
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StorageUnavailable) as caught, opened(home) as store:
            store.projects.all()
        assert caught.value.code == "storage_damaged"
        assert "restore a backup" in caught.value.remedy
        assert path.read_bytes() == before
    assert not list(home.glob("*.draft*"))


def test_a_set_up_that_was_killed_is_begun_again(home):
    home.mkdir()
    (home / "scopewright.draft.db").write_bytes(b"half of a database")
    (home / "scopewright.draft.db-journal").write_bytes(b"its journal")
    with opened(home) as store:
        store.projects.create("p")
    assert not list(home.glob("*.draft*"))


# -- schema


def test_the_migrations_make_the_tables_that_the_program_uses(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with reading(store.engine) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def set_version(store: Store, version: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(home):
    with opened(home) as store:
        set_version(store, "9999")
    before = (home / DATABASE).read_bytes()
    with pytest.raises(StorageUnavailable) as caught:
        Store(Settings(home=home))
    assert caught.value.code == "storage_newer"
    assert "9999" in caught.value.problem
    assert migration.SCHEMA_VERSION in caught.value.problem
    assert (home / DATABASE).read_bytes() == before


def test_a_database_of_an_unknown_program_is_refused(home):
    with opened(home) as store:
        set_version(store, "0000")
    with pytest.raises(StorageUnavailable) as caught:
        Store(Settings(home=home))
    assert caught.value.code == "storage_unknown"


STEP = '''"""A step of tomorrow."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9000", "0005", None, None


def upgrade() -> None:
    op.add_column("projects", sa.Column("colour", sa.Text))
    {then}
'''


@pytest.fixture
def tomorrow(tmp_path, monkeypatch):
    """Make this the program of tomorrow, whose migration ends with the statement given."""

    today = migration.MIGRATIONS

    def come(then: str) -> None:
        # A percent sign in the path must not upset alembic's configuration.
        folder = tmp_path / "100% migrations"
        shutil.copytree(today, folder, dirs_exist_ok=True)
        (folder / "versions" / "9000_colour.py").write_text(STEP.format(then=then))
        monkeypatch.setattr(migration, "MIGRATIONS", folder)
        monkeypatch.setattr(migration, "SCHEMA_VERSION", "9000")

    return come


def test_an_older_database_is_backed_up_and_brought_up_to_date(home, tomorrow):
    with opened(home) as store:
        project = store.projects.create("p")
    tomorrow("pass")
    with opened(home) as store:
        assert store.projects.named("p") == project
        with reading(store.engine) as connection:
            assert connection.execute(text("SELECT colour FROM projects")).scalar() is None
            assert migration.schema_version(connection) == "9000"
    (copy,) = home.glob("*.before-9000.db")
    found = sqlite3.connect(copy).execute("SELECT name, version_num FROM projects, alembic_version")
    assert found.fetchall() == [("p", "0005")]


def test_a_migration_that_fails_half_way_changes_nothing(home, tomorrow):
    with opened(home) as store:
        project = store.projects.create("p")
    tomorrow("op.execute('SELECT no_such_function()')")
    with pytest.raises(AssistantError):
        Store(Settings(home=home))
    with sqlite3.connect(home / DATABASE) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0005",)
        assert "colour" not in {row[1] for row in raw.execute("PRAGMA table_info(projects)")}
    tomorrow("pass")
    with opened(home) as store:
        assert store.projects.named("p") == project


def test_a_backup_holds_everything_acknowledged_before_it(store, tmp_path):
    project = store.projects.create("p")
    thread = store.conversations.begin(project.id, "t")
    turn = store.conversations.ask(project.id, thread, "Kept?")
    backup(store.engine, tmp_path / "copy.db")
    (tmp_path / "restored").mkdir()
    shutil.copy(tmp_path / "copy.db", tmp_path / "restored" / DATABASE)
    with opened(tmp_path / "restored") as restored:
        assert [one.id for one in restored.conversations.turns(project.id, thread)] == [turn]


# -- several processes


def started(home: Path, thread: str, *times: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(WRITER), str(home), thread, *times]
    # Without a buffer, so that lines read one by one and the rest come together.
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def check_integrity(home: Path) -> None:
    with sqlite3.connect(home / DATABASE) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def test_no_acknowledged_turn_is_lost_to_a_kill(home):
    chance = random.Random(20)
    with opened(home) as store:
        project = store.projects.create("default")
        thread = store.conversations.begin(project.id, "t")
    acknowledged: list[str] = []

    def hear(writer: subprocess.Popen[bytes]) -> None:
        acknowledged.append(writer.stdout.readline().decode().strip())

    for _ in range(KILLS // AT_ONCE):
        writers = [started(home, thread) for _ in range(AT_ONCE)]
        for writer in writers:
            hear(writer)
        for writer in writers:
            # Let it write for a while, then kill it wherever it happens to be.
            for _ in range(chance.randrange(6)):
                hear(writer)
            writer.kill()
        for writer in writers:
            rest, problems = writer.communicate()
            assert problems == b""
            # A line is written in one call, so it is there as a whole or not at all.
            acknowledged.extend(rest.decode().split())
    assert len(acknowledged) >= KILLS
    assert len(set(acknowledged)) == len(acknowledged)
    check_integrity(home)
    with opened(home) as store:
        found = [turn.id for turn in store.conversations.turns(project.id, thread)]
    assert set(acknowledged) <= set(found)
    # At most one turn of each killed process was committed and not said.
    assert len(found) <= len(acknowledged) + KILLS


def test_four_processes_that_never_pause_write_at_once(home):
    with opened(home) as store:
        project = store.projects.create("default")
        thread = store.conversations.begin(project.id, "t")
        writers = [started(home, thread, "300") for _ in range(4)]
        results = [writer.communicate() for writer in writers]
        assert [problems for _, problems in results] == [b""] * 4
        said = [turn for out, _ in results for turn in out.decode().split()]
        found = store.conversations.turns(project.id, thread)
        assert len(said) == 1200
        assert sorted(said) == sorted(turn.id for turn in found)
    check_integrity(home)


def waiting_writers(home: Path) -> int:
    """How many stand in the kernel's queue for the turn to write."""
    node = (home / f"{DATABASE}{QUEUE}").stat().st_ino
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return sum("->" in line and f":{node} " in line for line in lines)


def until(wanted: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not wanted():
        assert time.monotonic() < give_up
        time.sleep(0.005)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="needs /proc/locks")
def test_writers_come_in_the_order_in_which_they_began_to_wait(home):
    with opened(home, busy_s=60.0) as store:
        project = store.projects.create("default")
        thread = store.conversations.begin(project.id, "t")
        ask = functools.partial(store.conversations.ask, project.id, thread)
        with writing(store.engine):
            threads = []
            for number in range(12):
                threads.append(threading.Thread(target=ask, args=(f"{number}",)))
                threads[-1].start()
                until(lambda: waiting_writers(home) == len(threads))
        for one in threads:
            one.join()
        turns = store.conversations.turns(project.id, thread)
        assert [turn.question for turn in turns] == [str(number) for number in range(12)]


def test_a_writer_whose_time_is_up_leaves_the_queue(home):
    with opened(home, busy_s=0.2) as store:
        project = store.projects.create("p")
        with writing(store.engine), ThreadPoolExecutor(1) as pool:
            for _ in range(3):
                refused = pool.submit(store.conversations.begin, project.id, "t")
                assert refused.exception().code == "storage_busy"
        thread = store.conversations.begin(project.id, "now")
        assert [one.id for one in store.conversations.all(project.id)] == [thread]


def test_a_folder_without_a_queue_is_written_all_the_same(home):
    with opened(home) as store:
        (home / f"{DATABASE}{QUEUE}").mkdir()
        assert store.projects.create("p") == store.projects.named("p")


def test_four_processes_may_set_up_the_same_folder(home):
    code = (
        "import sys; from pathlib import Path; from assistant.settings import Settings;"
        "from assistant.store import Store; sys.stdin.read();"
        "Store(Settings(home=Path(sys.argv[1]))).projects.create(sys.argv[2])"
    )
    start = functools.partial(
        subprocess.Popen, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    makers = [start([sys.executable, "-c", code, str(home), f"p{n}"]) for n in range(4)]
    for maker in makers:
        maker.stdin.close()
    assert [maker.stderr.read() for maker in makers] == [""] * 4
    for maker in makers:
        maker.stderr.close()
        assert maker.wait() == 0
    with opened(home) as store:
        assert [project.name for project in store.projects.all()] == ["p0", "p1", "p2", "p3"]
