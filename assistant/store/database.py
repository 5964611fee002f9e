"""Settings → an engine whose every write is short, immediate and acknowledged after COMMIT."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError

from assistant.errors import InputInvalid, StorageUnavailable
from assistant.settings import Settings
from assistant.store.queue import queued

# How long a write waits for another process's before it is refused.
BUSY_TIMEOUT_S = 5.0
# The part of it that a write has left for the database itself, however long it queued.
LEAST_SHARE = 0.1
DATABASE = "scopewright.db"
# SQLite 3.7.0 to 3.51.2 can corrupt a WAL database with two connections (fixed in 3.51.3).
WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)

# (part of the driver's message, code, problem, remedy); nothing of a failed write is kept.
FAULTS = (
    (
        "locked",
        "storage_busy",
        "The database is busy; nothing was saved.",
        "Try again in a moment.",
    ),
    (
        "disk is full",
        "storage_full",
        "The storage is full; nothing was saved.",
        "Free some space and try again.",
    ),
    (
        "disk I/O error",
        "storage_full",
        "The storage cannot be written; nothing was saved.",
        "Check the free space and the disk, then try again.",
    ),
    (
        "readonly",
        "storage_readonly",
        "The data folder is read-only; nothing was saved.",
        "Make it writable or set SCOPEWRIGHT_HOME to another folder.",
    ),
    (
        "unable to open",
        "storage_unreadable",
        "The database cannot be opened.",
        "Check the permissions of the data folder or set SCOPEWRIGHT_HOME to another folder.",
    ),
    (
        "malformed",
        "storage_damaged",
        "The database is damaged; it was left as it is.",
        "Move it aside and restore a backup.",
    ),
    (
        "not a database",
        "storage_damaged",
        "The database file is not a database; it was left as it is.",
        "Move it aside and restore a backup.",
    ),
)


def prepare_folder(settings: Settings) -> Path:
    """Create the data folder when it is missing; return where the database lies in it."""
    folder = settings.home
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_writable(folder)
    except OSError as error:
        raise StorageUnavailable(
            f"The data folder {folder} cannot be used ({error.strerror}).",
            remedy="Make it writable or set SCOPEWRIGHT_HOME to another folder.",
            code="storage_readonly",
        ) from error
    return folder / DATABASE


def open_engine(database: Path, *, busy_s: float = BUSY_TIMEOUT_S) -> Engine:
    """Open an engine on a database; a write waits at most `busy_s` seconds for another one."""
    engine = create_engine(
        URL.create("sqlite", database=str(database)),
        connect_args={"timeout": busy_s},
        execution_options={"wait_s": busy_s},
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def database_path(engine: Engine) -> Path:
    """Where the SQLite database lies."""
    return Path(str(engine.url.database))


def _check_writable(folder: Path) -> None:
    probe = folder / ".writable"
    probe.touch()
    probe.unlink(missing_ok=True)


def _prepare_connection(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: `_begin` says which kind.
    connection.isolation_level = None
    journal = "WAL" if WAL_IS_SAFE else "TRUNCATE"
    # What is deleted is overwritten: a person's text must not stay in free pages of the file.
    safe = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in (f"journal_mode={journal}", *safe):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another one wrote.
    options = connection.get_execution_options()
    wait_ms = round(options["wait_s"] * 1000)
    # It lasts as long as the connection, and most transactions want what the one before wanted.
    if connection.info.get("busy_timeout") != wait_ms:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}").close()
        connection.info["busy_timeout"] = wait_ms
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


_look: ContextVar[Connection | None] = ContextVar("look", default=None)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading; the driver's errors become StorageUnavailable."""
    shared = _look.get()
    if shared is not None and shared.engine is engine:
        yield shared
        return
    with translated(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def one_look(engine: Engine) -> Iterator[None]:
    """Let all that is read in this block be read in one transaction, of one state.

    Each transaction may have to wait for a commit. A write within the block would wait in vain.
    """
    with reading(engine) as connection:
        before = _look.set(connection)
        try:
            yield
        finally:
            _look.reset(before)


class Rider:
    """What is written with the first write that is made meanwhile: both are kept, or neither.

    `done` says that it was committed.
    """

    def __init__(self, write: Callable[[Connection], None]) -> None:
        self.write = write
        self.done = False


_rider: ContextVar[Rider | None] = ContextVar("rider", default=None)


@contextmanager
def riding(rider: Rider) -> Iterator[None]:
    """Let it ride with the first write of this block, also of threads that the block waits for."""
    before = _rider.set(rider)
    try:
        yield
    finally:
        _rider.reset(before)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction that is committed when the block ends, and only then counts.

    Writers take turns in the order they came; what the wait for that leaves of the time is for
    those that do not queue, such as another program.
    """
    wait_s: float = engine.get_execution_options()["wait_s"]
    with translated(), queued(database_path(engine), wait_s) as left_s, engine.connect() as opened:
        left_s = max(left_s, wait_s * LEAST_SHARE)
        connection = opened.execution_options(writes=True, wait_s=left_s)
        rider = _rider.get()
        with connection.begin():
            if rider is not None and not rider.done:
                rider.write(connection)
            yield connection
        if rider is not None:
            rider.done = True


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into StorageUnavailable; text it cannot hold into InputInvalid."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise InputInvalid(
            "The text holds half a character, which cannot be stored; nothing was saved.",
            remedy="Paste or type it again.",
            code="invalid_text",
        ) from error
    except (DBAPIError, sqlite3.DatabaseError) as error:
        text = str(getattr(error, "orig", None) or error)
        for part, code, problem, remedy in FAULTS:
            if part in text:
                raise StorageUnavailable(problem, remedy=remedy, code=code) from error
        if isinstance(error, DatabaseError | sqlite3.DatabaseError):
            raise StorageUnavailable(
                f"The database refused the request ({type(error).__name__}); nothing was saved.",
                remedy="Run `scopewright doctor`.",
            ) from error
        raise
