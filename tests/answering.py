"""What tests of answers share: questions looked up for real, and a ladder that says its script."""

import threading
from datetime import date
from typing import Any

from assistant.answer import Asked, Event, Shelf, answer_with_model
from assistant.ladder import Ladder, Piece, ScriptedModel
from assistant.retrieve import retrieve, understand
from assistant.settings import Settings
from assistant.tokens import TokenCounter

TODAY = date(2026, 11, 22)


def look_up(assistant: Any, question: str, project: str = "default") -> list[Asked]:
    """What the service finds for each question of a message."""
    owner = assistant.project(project)
    indexes = assistant.library.indexes(owner.id)
    return [
        Asked(part, retrieve(part.search, indexes, assistant.library.encoder.encode_query))
        for part in understand(question, indexes)
    ]


def shelf_of(assistant: Any) -> Shelf:
    notes = assistant.library.knowledge().notes
    return Shelf(notes["articles"], notes["references"], assistant.library.opening)


def ladder_of(
    assistant: Any, *script: Any, name: str = "scripted", **settings: Any
) -> tuple[Ladder, ScriptedModel]:
    model = ScriptedModel(script, name=name)
    settings = {"model_retries": 0, **settings}
    return Ladder(Settings(home=assistant.settings.home, **settings), models=[model]), model


def events_of(assistant: Any, question: str, ladder: Ladder, **options: Any) -> list[Event]:
    """Every event of one answer."""
    return list(
        answer_with_model(
            question,
            look_up(assistant, question, options.pop("project", "default")),
            shelf_of(assistant),
            assistant.library.encoder.encode,
            ladder,
            today=TODAY,
            counter=TokenCounter(),
            **options,
        )
    )


class Endless:
    """A model that speaks until it is stopped, or for half a minute."""

    name = "endless"

    def __init__(self) -> None:
        self.began, self.stopped = threading.Event(), threading.Event()
        self.asked = 0

    def stream(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        try:
            for _ in range(600):
                self.began.set()
                yield Piece("word ")
                self.stopped.wait(0.05)
        finally:
            self.stopped.set()
