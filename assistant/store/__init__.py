"""Settings → projects, files, passages, conversations and feedback in one database.

SQL is the truth: every index can be made again from it. A write is acknowledged after COMMIT.
"""

from sqlalchemy import Engine, text

from assistant.settings import Settings
from assistant.store.conversations import Conversation, Conversations, Turn
from assistant.store.database import (
    BUSY_TIMEOUT_S,
    WAL_IS_SAFE,
    open_engine,
    prepare_folder,
    reading,
)
from assistant.store.migrate import backup, create_database, migrate
from assistant.store.projects import HeldPassage, Project, Projects, StoredFile, new_id

__all__ = [
    "WAL_IS_SAFE",
    "Conversation",
    "Conversations",
    "HeldPassage",
    "Project",
    "Projects",
    "Store",
    "StoredFile",
    "Turn",
    "backup",
    "new_id",
    "reading",
]


class Store:
    """The one database; `projects` and `conversations` hold what can be done with it.

    A write waits at most `busy_s` seconds for another process's.
    """

    def __init__(self, settings: Settings, *, busy_s: float = BUSY_TIMEOUT_S) -> None:
        database = prepare_folder(settings)
        create_database(database, busy_s=busy_s)
        self.engine: Engine = open_engine(database, busy_s=busy_s)
        migrate(self.engine)
        self.projects = Projects(self.engine)
        self.conversations = Conversations(self.engine)

    def check(self) -> str:
        """The database's own verdict on its file: `ok`, or what is wrong with it."""
        with reading(self.engine) as connection:
            return str(connection.execute(text("PRAGMA quick_check")).scalar())

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
