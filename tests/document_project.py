"""A project with an answer to almost every question, and desks that write its documents."""

from pathlib import Path

import yaml

from assistant.document import Basis, Document, Guidance, compose
from assistant.document.sentences import load_advice
from assistant.facts import ProjectFacts, StatedFact, load_catalogue, parse_value
from assistant.service.documenting import Documenting
from assistant.settings import Settings
from assistant.store import Store

SAID_AT = 1_800_000_000.0

_ANSWERS = Path(__file__).parent / "data" / "document_card_fraud.yaml"
CARD_FRAUD = yaml.safe_load(_ANSWERS.read_text(encoding="utf-8"))
# The first things that somebody says about a project.
FIVE = {
    key: CARD_FRAUD[key]
    for key in (
        "project.summary", "problem.statement", "users.primary", "ml.task", "data.positives_share",
    )
}  # fmt: skip


class Desk(Documenting):
    """The part of the service that writes documents, on a home of its own."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.store = Store(self.settings)

    def project(self, name):
        found = [one for one in self.store.projects.all() if one.name == name]
        return found[0] if found else self.store.projects.create(name)

    def tell(self, answers, **more):
        for key, raw in answers.items():
            self.set_fact(key, raw, **more)


def stated(answers, **more) -> ProjectFacts:
    """The facts of such answers, as a person typed them."""
    catalogue = load_catalogue()
    return ProjectFacts(
        StatedFact(key, value=parse_value(catalogue[key], raw), author="Mira", at=SAID_AT, **more)
        for key, raw in answers.items()
    )


class Everything(dict):
    """Guidance that has every passage: each says what the advice quotes from it."""

    def get(self, key, default=None):
        quotes = [one.quote for one in load_advice() if one.passage == key]
        return Guidance(key, f"Article {key.split('#')[0]}", "", " ".join(quotes), ("Huyen 2022",))

    def __missing__(self, key):
        return self.get(key)


def written(kind, answers=None, facts=None, **more) -> Document:
    """The document of such answers."""
    facts = stated(answers or {}) if facts is None else facts
    return compose(
        Basis(
            kind=kind, catalogue=load_catalogue(), facts=facts, guidance=Everything(),
            project="Cards", **more,
        )
    )  # fmt: skip
