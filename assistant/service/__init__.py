"""class Assistant: the one service that every channel uses; wiring and order, no algorithms."""

import hmac
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from assistant.answer import Answer, Shelf
from assistant.errors import InputInvalid, NotFound
from assistant.index import Index
from assistant.ingest import Origin, Passage
from assistant.ladder import RungState
from assistant.retrieve import Retrieval, Understood, retrieve, understand
from assistant.service.answering import Answering, Look, Step
from assistant.service.chatting import Chatting, Exchanged
from assistant.service.conversing import DEFAULT_PROJECT, Conversing, whole_characters
from assistant.service.doctor import Check, run_checks
from assistant.service.documenting import Documenting
from assistant.service.examples import Exemplifying
from assistant.service.interviewing import Interviewing
from assistant.service.keys import KeyKeeping, NewKey
from assistant.service.library import Library, Progress
from assistant.service.prefilling import Prefilling
from assistant.service.reading import Reading
from assistant.service.showing import Showing
from assistant.service.taking_in import FileProgress, IngestReport, Rejected, Taken, take_in
from assistant.service.telling import facts_that_matter
from assistant.service.threads import Threading
from assistant.settings import Settings, load_settings
from assistant.store import HeldPassage, Project, Store, StoredFile

__all__ = [
    "Assistant",
    "Check",
    "Exchanged",
    "IngestReport",
    "NewKey",
    "Rejected",
    "Step",
    "Taken",
]

HITS = 8


class Assistant(
    Conversing,
    Chatting,
    Threading,
    Interviewing,
    Prefilling,
    Documenting,
    Reading,
    Exemplifying,
    Showing,
    KeyKeeping,
):
    """Everything a channel can ask for. Projects are named by `project`, `default` at first.

    `clock` gives today's date, for review dates.
    """

    def __init__(
        self, settings: Settings | None = None, *, clock: Callable[[], date] = date.today
    ) -> None:
        self.settings = settings or load_settings()
        self.store = Store(self.settings)
        self.library = Library(self.settings, self.store.projects)
        self.answering = Answering(self.settings, self.library, clock)
        self._clock = clock

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the models, release indexes and connections."""
        self.answering.close()
        self.library.close()
        self.store.close()

    # -- questions

    def prepare(self, progress: Progress | None = None) -> None:
        """Build the knowledge index if need be; `progress` is told how many texts are encoded."""
        self.library.knowledge(progress)

    def search(
        self,
        question: str,
        *,
        project: str = DEFAULT_PROJECT,
        k: int = HITS,
        origin: Origin | None = None,
    ) -> Retrieval:
        """The passages that fit a query best, and whether they can answer it."""
        owner = self.project(project)
        indexes = self.library.indexes(owner.id)
        parts = understand(whole_characters(question), indexes)
        if origin is not None:
            indexes = [index for index in indexes if index.changes == (origin == "project")]
        return self._found(" ".join(part.search for part in parts), owner, k, indexes)

    def retrievals(
        self, question: str, *, project: str = DEFAULT_PROJECT, k: int = HITS
    ) -> list[Retrieval]:
        """What `ask` works from: a retrieval for each question in the message."""
        owner = self.project(project)
        parts = self._understand(question, owner)
        return [self._retrieve(part.search, owner, k) for part in parts]

    def ask(
        self,
        question: str,
        *,
        project: str = DEFAULT_PROJECT,
        model: bool = False,
        cancelled: threading.Event | None = None,
    ) -> Answer:
        """Answer from the knowledge base and the project's files, or refuse honestly.

        With `model` the ladder is asked for the wording; the embedded model only where the
        settings name it. Setting `cancelled` ends it with what there is.
        """
        look = self._look(self.project(project))
        if not model:
            return self.answering.extract(question, look)
        *_, last = self.answering.events(question, look, quick=True, cancelled=cancelled)
        assert last.answer is not None
        return last.answer

    def _look(self, owner: Project) -> Look:
        return Look(
            retrieve=lambda question: self._retrieve(question, owner, HITS),
            understand=lambda message: self._understand(message, owner),
            shelf=self._shelf(),
            facts=lambda question: facts_that_matter(
                question, self.store.facts.facts(owner.id, self.catalogue()), self.catalogue()
            ),
        )

    def _understand(self, question: str, owner: Project) -> tuple[Understood, ...]:
        return understand(whole_characters(question), self.library.indexes(owner.id))

    def _retrieve(self, question: str, owner: Project, k: int) -> Retrieval:
        return self._found(question, owner, k, self.library.indexes(owner.id))

    def _found(self, question: str, owner: Project, k: int, indexes: Sequence[Index]) -> Retrieval:
        return retrieve(
            question,
            indexes,
            self.library.encoder.encode_query,
            k=k,
            alive=lambda ids: self.store.projects.current_ids(owner.id, ids),
        )

    def _shelf(self) -> Shelf:
        notes = self.library.knowledge().notes
        return Shelf(notes["articles"], notes["references"], self.library.opening)

    def passage(self, passage_id: str, *, project: str = DEFAULT_PROJECT) -> Passage:
        """A passage by its id, of an article or of this project; raise NotFound."""
        knowledge = self.library.knowledge()
        row = knowledge.row(passage_id)
        if row is not None:
            return knowledge.passage(row)
        found = self.store.projects.passage(self.project(project).id, passage_id)
        if found is None:
            raise NotFound("There is no such passage.", remedy="Search for it again.")
        return found

    def starters(self) -> list[str]:
        """Questions to begin with, from articles that people need first."""
        articles = self.library.knowledge().notes["articles"]
        return [articles[key]["answers"][0] for key in STARTERS if key in articles]

    # -- projects

    def project(self, name: str) -> Project:
        """The project of that name; the default one is made when it is first used."""
        try:
            return self.store.projects.named(name)
        except NotFound:
            if name != DEFAULT_PROJECT:
                raise
            return self._default_project()

    def _default_project(self) -> Project:
        try:
            return self.store.projects.create(DEFAULT_PROJECT)
        except InputInvalid:
            # Another process made it between the look and the write.
            return self.store.projects.named(DEFAULT_PROJECT)

    def projects(self) -> list[Project]:
        """Every project, by name."""
        return self.store.projects.all()

    def new_project(self, name: str) -> Project:
        """Create a project."""
        return self.store.projects.create(name)

    def delete_project(self, name: str) -> None:
        """Delete a project with its files, conversations and indexes."""
        owner = self.store.projects.named(name)
        self.store.projects.delete(owner.id)
        self.library.forget(owner.id)

    def export_project(self, name: str, target: Path) -> None:
        """Write everything of a project to one file; vectors are encoded again when needed."""
        self.store.export_project(self.project(name).id, target)

    def import_project(self, source: Path, *, name: str | None = None) -> Project:
        """Make a project of such a file, under its own name or another."""
        return self.store.import_project(source, name=name)

    # -- files

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        project: str = DEFAULT_PROJECT,
        names: Sequence[str] | None = None,
        progress: FileProgress | None = None,
    ) -> IngestReport:
        """Take files into a project; `names` are shown in place of the paths' own."""
        shown = names or [path.name for path in paths]
        return take_in(
            list(zip(paths, shown, strict=True)),
            project_id=self.project(project).id,
            projects=self.store.projects,
            library=self.library,
            progress=progress,
        )

    def files(self, *, project: str = DEFAULT_PROJECT) -> list[StoredFile]:
        """The project's files, current versions."""
        return self.store.projects.files(self.project(project).id)

    def file_versions(self, name: str, *, project: str = DEFAULT_PROJECT) -> list[StoredFile]:
        """Every version of a file, the latest first; empty when there is no such file."""
        every = self.store.projects.files(self.project(project).id, all_versions=True)
        return [file for file in every if file.name == name]

    def delete_file(self, name: str, *, project: str = DEFAULT_PROJECT) -> None:
        """Delete a file with all its versions; it is out of answers at once."""
        owner = self.project(project)
        self.store.projects.delete_file(owner.id, name)
        self.library.drop(owner.id)

    def held_back(self, file_id: str, *, project: str = DEFAULT_PROJECT) -> list[HeldPassage]:
        """What of a file is kept out of answers, and why."""
        return self.store.projects.held_back(self.project(project).id, file_id)

    def release(
        self, file_id: str, *, project: str = DEFAULT_PROJECT, released: bool = True
    ) -> int:
        """Let the held-back part of a file take part in answers, or hold it back again."""
        return self.store.projects.release(self.project(project).id, file_id, released=released)

    # -- access and health

    def locked(self) -> bool:
        """Whether people must show the access key before they may use a page."""
        return self.settings.access_key is not None

    def unlocks(self, key: str) -> bool:
        """Whether this is the access key; compared in constant time."""
        wanted = self.settings.access_key
        if wanted is None:
            return True
        return hmac.compare_digest(key.encode(), wanted.get_secret_value().encode())

    def rungs(self) -> list[RungState]:
        """Each rung of the ladder: whether it answers now, and what to set when it does not."""
        return self.answering.ladder().probe()

    def doctor(self) -> list[Check]:
        """Look at everything this installation needs."""
        return run_checks(self, self._clock())


# Articles whose first question makes a good beginning.
STARTERS = (
    "is-it-ml",
    "ivo-test",
    "success-metrics-ladder",
    "error-costs",
    "quick-baseline",
    "ml-tdd",
)
