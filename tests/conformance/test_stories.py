"""The same stories through every channel lead to the same project: its facts and documents."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from conformance.houses import CHANNELS, drivers_of, new_home, service_in

from assistant import Assistant, document_to_data

HERE = Path(__file__).parent
TOLD = yaml.safe_load((HERE / "stories.yaml").read_text(encoding="utf-8"))
STORIES = {story["id"]: story for story in TOLD["stories"]}
KINDS = ("requirements", "cvp", "tdd")
# What every channel is compared with.
REFERENCE = "api"
# How long a story may take on a busy machine.
PLAYED_S = 250
# Who did it and when differs between channels, and nothing else may.
OWN = {"at", "author", "made_at", "version"}


@dataclass
class Played:
    """What a story came to: what the channel told, and what the project holds."""

    told: dict[int, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)


def without_own(value: Any) -> Any:
    """A value without what may differ."""
    if isinstance(value, dict):
        return {key: without_own(one) for key, one in value.items() if key not in OWN}
    if isinstance(value, list):
        return [without_own(one) for one in value]
    return value


def facts_given(story: dict[str, Any]) -> dict[str, Any]:
    given = story.get("given", {})
    if given == "settled":
        name = f"{TOLD['settled']['project']}.yaml"
        sample = HERE.parents[1] / "evals" / "cases" / "projects" / name
        facts = yaml.safe_load(sample.read_text(encoding="utf-8"))["facts"]
        given = {**facts, **TOLD["settled"]["with"]}
    return {key: value for key, value in given.items() if key not in story.get("without", ())}


class Player:
    """Plays a story and says of every step whether it came out as it should."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self._driver = driver
        self._folder = folder

    def play(self, story: dict[str, Any]) -> dict[int, Any]:
        told: dict[int, Any] = {}
        for number, step in enumerate(story["steps"]):
            ((name, given),) = step.items()
            told[number] = getattr(self, f"_{name}")(given)
        return told

    def _next(self, fact: str | None) -> str | None:
        asked = self._driver.next()
        assert asked == fact
        return fact

    def _answer(self, given: dict[str, Any]) -> bool:
        challenged = self._driver.answer(given["fact"], given["value"])
        assert challenged == given.get("challenged", False)
        return bool(challenged)

    def _insist(self, given: dict[str, Any]) -> None:
        assert not self._driver.answer(given["fact"], given["value"], insist=True)

    def _change(self, given: dict[str, Any]) -> None:
        assert not self._driver.change(given["fact"], given["value"])

    def _unknown(self, given: dict[str, Any]) -> None:
        self._driver.unknown(**{name: str(text) for name, text in given.items()})

    def _skip(self, fact: str) -> None:
        self._driver.skip(fact)

    def _undo(self, _: None) -> None:
        self._driver.undo()

    def _prefill(self, given: dict[str, Any]) -> list[str]:
        file = self._folder / given["name"]
        file.write_text(given["text"], encoding="utf-8")
        found = self._driver.prefill(file)
        assert found == given["finds"]
        return list(found)

    def _verdict(self, label: str) -> None:
        assert self._driver.verdict() == label

    def _checks(self, rules: list[str]) -> None:
        assert self._driver.checks() == rules

    def _gate(self, given: dict[str, str]) -> None:
        assert self._driver.gate(given["phase"]) == given["status"]

    def _review(self, states: dict[str, list[str]]) -> None:
        assert self._driver.review() == states

    def _documents(self, kinds: list[str]) -> dict[str, Any]:
        return {kind: without_own(self._driver.document(kind)) for kind in kinds}

    def _ask(self, given: dict[str, Any]) -> list[str]:
        cited = self._driver.ask(given["question"])
        assert cited
        for title in given["cites"]:
            assert any(title in one for one in cited), cited
        return list(cited)


class Stage:
    """Every channel over a home of its own; each story is played once in each."""

    def __init__(self, prepared: Path, folder: Path, pool: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._prepared = prepared
        self._pool = pool
        self._open = ExitStack()
        self._houses: dict[str, tuple[Assistant, Any]] = {}
        self._played: dict[tuple[str, str], Future[Played]] = {}

    def open(self, channel: str) -> None:
        """Begin a channel and give each story its project."""
        home = new_home(self._folder / channel, self._prepared)
        assistant = self._open.enter_context(service_in(home))
        drivers = self._open.enter_context(drivers_of(channel, assistant))
        self._houses[channel] = (assistant, drivers)
        for key, story in STORIES.items():
            assistant.new_project(key)
            sheet = yaml.safe_dump(facts_given(story))
            assistant.import_facts(sheet, project=key, author="Ana Lopez")

    def start(self, channel: str, key: str) -> None:
        """Play a story behind the others: its processes leave time for them."""
        self._played[channel, key] = self._pool.submit(self._play, channel, key)

    def played(self, channel: str, key: str) -> Played:
        """What a story came to."""
        if (channel, key) not in self._played:
            done: Future[Played] = Future()
            try:
                done.set_result(self._play(channel, key))
            except BaseException as error:
                done.set_exception(error)
            self._played[channel, key] = done
        return self._played[channel, key].result(PLAYED_S)

    def _play(self, channel: str, key: str) -> Played:
        assistant, driver_of = self._houses[channel]
        folder = self._folder / channel / key
        folder.mkdir()
        told = Player(driver_of(key), folder).play(STORIES[key])
        sheet = yaml.safe_load(assistant.export_facts(project=key)) or {}
        documents = {
            kind: document_to_data(assistant.document(kind, save=False, project=key))
            for kind in KINDS
        }
        return Played(told, without_own(sheet), without_own(documents))

    def close(self) -> None:
        self._open.close()


@pytest.fixture(scope="module")
def stage(prepared_home, tmp_path_factory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stories")
    with ThreadPoolExecutor(2) as pool:
        made = Stage(prepared_home, folder, pool)
        try:
            made.open("cli")
            for key in STORIES:
                made.start("cli", key)
            for channel in CHANNELS:
                if channel != "cli":
                    made.open(channel)
            yield made
        finally:
            pool.shutdown(cancel_futures=True)
            made.close()


def test_there_are_ten_stories_and_every_kind_of_step_is_in_one():
    steps = {name for story in STORIES.values() for step in story["steps"] for name in step}
    assert len(STORIES) == 10
    played = {name.removeprefix("_") for name, made in vars(Player).items() if callable(made)}
    assert steps == played - {"_init__", "play"}


# The slow channel last: its stories are played meanwhile.
@pytest.mark.parametrize("key", STORIES)
@pytest.mark.parametrize("channel", sorted(CHANNELS, key=lambda one: one == "cli"))
def test_a_story_comes_to_the_same_in_every_channel(stage, channel, key):
    played, reference = stage.played(channel, key), stage.played(REFERENCE, key)
    assert played.facts == reference.facts
    assert played.documents == reference.documents
    for number, told in played.told.items():
        as_there = reference.told[number]
        if "documents" in STORIES[key]["steps"][number]:
            # A channel may tell less of a document, but nothing else.
            as_there = {
                kind: {name: as_there[kind][name] for name in made} for kind, made in told.items()
            }
        assert told == as_there, STORIES[key]["steps"][number]


def test_the_stories_leave_something_to_compare(stage):
    every = {key: stage.played(REFERENCE, key) for key in STORIES}
    for key, one in every.items():
        assert one.facts["facts"], key
        assert all(made["blocks"] for made in one.documents.values()), key
    assert len({str(one.facts) for one in every.values()}) == len(STORIES)
