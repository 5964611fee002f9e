"""An engine → the same engine with today's schema; an older database is backed up first."""

import sqlite3
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, inspect, text

from assistant.errors import StorageUnavailable
from assistant.store.database import database_path, open_engine, reading, translated, writing
from assistant.store.queue import ENDING as QUEUE

SCHEMA_VERSION = "0005"
MIGRATIONS = Path(__file__).parent / "migrations"


def create_database(path: Path, *, busy_s: float) -> None:
    """Make a database where there is none: complete, or not there at all.

    So an empty file is never one that is being made: it is damaged, and stays as it is.
    """
    if path.exists():
        _refuse_empty(path)
        return
    draft = path.with_suffix(".draft.db")
    try:
        with FileLock(path.with_suffix(".lock"), timeout=busy_s):
            if path.exists():
                return
            _remove(draft)
            engine = open_engine(draft, busy_s=busy_s)
            try:
                migrate(engine)
            finally:
                engine.dispose()
            draft.replace(path)
            _remove(draft)
    except Timeout as error:
        raise StorageUnavailable(
            "Another process is setting up the data folder.",
            remedy="Try again in a moment.",
            code="storage_busy",
        ) from error


def _refuse_empty(path: Path) -> None:
    if path.is_file() and path.stat().st_size == 0:
        raise StorageUnavailable(
            f"The database {path} is empty; it was left as it is.",
            remedy="Move it aside and restore a backup.",
            code="storage_damaged",
        )


def _remove(database: Path) -> None:
    """Remove a database with the files that are kept beside it."""
    for ending in ("", "-journal", "-wal", "-shm", QUEUE):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def migrate(engine: Engine) -> None:
    """Bring the schema to SCHEMA_VERSION; refuse a database of a newer program."""
    with reading(engine) as connection:
        found = schema_version(connection)
    if found == SCHEMA_VERSION:
        return
    if found is not None and found > SCHEMA_VERSION:
        raise StorageUnavailable(
            f"The database has schema {found}, this program knows {SCHEMA_VERSION}.",
            remedy="Install the newer program, or restore a backup made by this one.",
            code="storage_newer",
        )
    if found is not None:
        backup(engine, database_path(engine).with_suffix(f".before-{SCHEMA_VERSION}.db"))
    # Imported here: a database that is up to date must not pay 0.3 s for it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    # A percent sign in the path would be read as a reference to another option.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        # Another process may have been faster between the look and the lock.
        if schema_version(connection) == SCHEMA_VERSION:
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageUnavailable(
                f"The database has schema {found}, which this program cannot bring up to date.",
                remedy="Install the program that made it, or restore a backup.",
                code="storage_unknown",
            ) from error


def schema_version(connection: Connection) -> str | None:
    """The schema's version in the database, or None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def backup(engine: Engine, target: Path) -> None:
    """Copy the database, consistent while others write, to `target`."""
    with translated():
        source = sqlite3.connect(database_path(engine))
        copy = sqlite3.connect(target)
        try:
            source.backup(copy)
        finally:
            copy.close()
            source.close()
