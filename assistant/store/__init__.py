"""Settings → projects, files, passages, conversations and feedback in one database.

SQL is the truth: every index can be made again from it. A write is acknowledged after COMMIT.
"""

from pathlib import Path

from sqlalchemy import Engine, text

from assistant.settings import Settings
from assistant.store.archive import export_project, import_project
from assistant.store.conversations import Conversation, Conversations, Turn
from assistant.store.database import (
    BUSY_TIMEOUT_S,
    WAL_IS_SAFE,
    Rider,
    one_look,
    open_engine,
    prepare_folder,
    reading,
    riding,
)
from assistant.store.documents import Documents
from assistant.store.facts import FactLog
from assistant.store.files import StoredFile
from assistant.store.finding import Found
from assistant.store.interviews import Interviews, Mark
from assistant.store.keys import ApiKey, Claim, Claimed, KeptReply, Keys, Scope
from assistant.store.migrate import backup, create_database, migrate
from assistant.store.passages import HeldPassage
from assistant.store.projects import Project, Projects, new_id
from assistant.store.proposals import Proposals, StoredProposal
from assistant.store.threads import Binding, ChatThread, Handoff, Threads

__all__ = [
    "WAL_IS_SAFE",
    "ApiKey",
    "Binding",
    "ChatThread",
    "Claim",
    "Claimed",
    "Conversation",
    "Conversations",
    "Documents",
    "FactLog",
    "Found",
    "Handoff",
    "HeldPassage",
    "Interviews",
    "KeptReply",
    "Mark",
    "Project",
    "Projects",
    "Proposals",
    "Rider",
    "Scope",
    "Store",
    "StoredFile",
    "StoredProposal",
    "Threads",
    "Turn",
    "backup",
    "new_id",
    "one_look",
    "reading",
    "riding",
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
        self.keys = Keys(self.engine)
        self.facts = FactLog(self.engine)
        self.interviews = Interviews(self.engine)
        self.proposals = Proposals(self.engine)
        self.documents = Documents(self.engine)
        self.threads = Threads(self.engine)

    def export_project(self, project_id: str, target: Path) -> None:
        """Write everything of a project to one file, complete or not at all."""
        export_project(self.engine, project_id, target)

    def import_project(self, source: Path, *, name: str | None = None) -> Project:
        """Make a project of such a file, in one transaction."""
        return import_project(self.engine, source, name=name)

    def check(self) -> str:
        """The database's own verdict on its file: `ok`, or what is wrong with it."""
        with reading(self.engine) as connection:
            return str(connection.execute(text("PRAGMA quick_check")).scalar())

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
