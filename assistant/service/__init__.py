"""class Assistant: the one service that every channel uses; wiring and order, no algorithms."""

import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from assistant.answer import (
    Answer,
    Asked,
    Shelf,
    extractive_answer,
    reply_to_small_talk,
)
from assistant.errors import InputInvalid, NotFound
from assistant.ingest import Origin, Passage
from assistant.retrieve import Retrieval, Understood, retrieve, understand
from assistant.service.doctor import Check, run_checks
from assistant.service.library import Library, Progress
from assistant.service.taking_in import FileProgress, IngestReport, Rejected, Taken, take_in
from assistant.settings import Settings, load_settings
from assistant.store import Conversation, HeldPassage, Project, Store, StoredFile, Turn

__all__ = ["Assistant", "Check", "IngestReport", "Rejected", "Taken"]

DEFAULT_PROJECT = "default"
HITS = 8
NO_MODEL = "No language model is configured: the answer is put together from passages."


class Assistant:
    """Everything a channel can ask for. Projects are named by `project`, `default` at first.

    `clock` gives today's date, for review dates.
    """

    def __init__(
        self, settings: Settings | None = None, *, clock: Callable[[], date] = date.today
    ) -> None:
        self.settings = settings or load_settings()
        self.store = Store(self.settings)
        self.library = Library(self.settings, self.store.projects)
        self._clock = clock

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release indexes and connections."""
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
        parts = self._understand(question, owner)
        return self._retrieve(" ".join(part.search for part in parts), owner, k)

    def retrievals(
        self, question: str, *, project: str = DEFAULT_PROJECT, k: int = HITS
    ) -> list[Retrieval]:
        """What `ask` works from: a retrieval for each question in the message."""
        owner = self.project(project)
        parts = self._understand(question, owner)
        return [self._retrieve(part.search, owner, k) for part in parts]

    def ask(self, question: str, *, project: str = DEFAULT_PROJECT) -> Answer:
        """Answer from the knowledge base and the project's files, or refuse honestly."""
        talk = reply_to_small_talk(question)
        if talk is not None:
            return talk
        owner = self.project(project)
        parts = self._understand(question, owner)
        asked = [Asked(part, self._retrieve(part.search, owner, HITS)) for part in parts]
        return extractive_answer(
            question,
            asked,
            self._shelf(),
            self.library.encoder.encode,
            rung_reason=NO_MODEL,
            today=self._clock(),
        )

    def _understand(self, question: str, owner: Project) -> tuple[Understood, ...]:
        return understand(_whole_characters(question), self.library.indexes(owner.id))

    def _retrieve(
        self, question: str, owner: Project, k: int, origin: Origin | None = None
    ) -> Retrieval:
        return retrieve(
            question,
            self.library.indexes(owner.id, origin),
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
        self.store.projects.delete_file(self.project(project).id, name)

    def held_back(self, file_id: str, *, project: str = DEFAULT_PROJECT) -> list[HeldPassage]:
        """What of a file is kept out of answers, and why."""
        return self.store.projects.held_back(self.project(project).id, file_id)

    def release(
        self, file_id: str, *, project: str = DEFAULT_PROJECT, released: bool = True
    ) -> int:
        """Let the held-back part of a file take part in answers, or hold it back again."""
        return self.store.projects.release(self.project(project).id, file_id, released=released)

    # -- conversations

    def converse(
        self, question: str, *, conversation: str | None = None, project: str = DEFAULT_PROJECT
    ) -> Iterator["Turn"]:
        """Ask within a conversation: yield the stored turn, then the same with its answer.

        The question is committed before it is answered, so it is never lost.
        """
        question = _whole_characters(question)
        owner = self.project(project)
        threads = self.store.conversations
        thread = conversation or threads.begin(owner.id, question)
        turn = threads.ask(owner.id, thread, question)
        yield Turn(turn, thread, question, None, None)
        answer = self.ask(question, project=project).as_json()
        threads.answer(owner.id, turn, answer)
        yield Turn(turn, thread, question, answer, None)

    def answer_again(
        self, turn: str, *, conversation: str, project: str = DEFAULT_PROJECT
    ) -> "Turn":
        """Answer a question that was stored and then interrupted; raise NotFound.

        A question that has its answer already keeps it.
        """
        owner = self.project(project)
        found = [one for one in self.turns(conversation, project=project) if one.id == turn]
        if not found:
            raise NotFound("There is no such question in this project.", remedy="Ask it again.")
        if found[0].answer is not None:
            return found[0]
        answer = self.ask(found[0].question, project=project).as_json()
        self.store.conversations.answer(owner.id, turn, answer)
        return Turn(turn, conversation, found[0].question, answer, found[0].helpful)

    def conversations(self, *, project: str = DEFAULT_PROJECT) -> list[Conversation]:
        """The project's conversations, the latest used first."""
        return self.store.conversations.all(self.project(project).id)

    def turns(self, conversation: str, *, project: str = DEFAULT_PROJECT) -> list[Turn]:
        """The turns of a conversation, oldest first."""
        return self.store.conversations.turns(self.project(project).id, conversation)

    def delete_conversation(self, conversation: str, *, project: str = DEFAULT_PROJECT) -> None:
        """Delete a conversation with its turns."""
        self.store.conversations.delete(self.project(project).id, conversation)

    def rate(
        self, turn: str, *, helpful: bool, comment: str = "", project: str = DEFAULT_PROJECT
    ) -> None:
        """Store a thumb up or down with the question it was given for."""
        owner = self.project(project)
        self.store.conversations.rate(owner.id, turn, helpful=helpful, comment=comment)

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

    def doctor(self) -> list[Check]:
        """Look at everything this installation needs."""
        return run_checks(self, self._clock())


def _whole_characters(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair: no encoding carries one."""
    return text.encode("utf-8", "replace").decode("utf-8")


# Articles whose first question makes a good beginning.
STARTERS = (
    "is-it-ml",
    "ivo-test",
    "success-metrics-ladder",
    "error-costs",
    "quick-baseline",
    "ml-tdd",
)
