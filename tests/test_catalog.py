"""The catalogue of facts: every name in it leads somewhere, every text is written for people."""

import re
from pathlib import Path

import pytest
import yaml

from assistant.errors import DataInvalid, InputInvalid
from assistant.facts import (
    PHASES,
    Fact,
    applicable,
    facts_in,
    from_data,
    load_catalogue,
    parse_value,
    read_answer,
    show_value,
    to_data,
)
from assistant.facts.catalogue import FOLDER
from assistant.facts.reading import read_catalogue
from assistant.ingest import read_knowledge
from assistant.ingest.passages import slug
from assistant.interview import challenge_kinds

CATALOGUE = load_catalogue()
FACTS = list(CATALOGUE)
KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
TOPICS = {topic.id for topic in CATALOGUE.topics}
each_fact = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)


@pytest.fixture(scope="module")
def headings() -> set[str]:
    """Every "article#heading" of the knowledge base."""
    found = set()
    for article in read_knowledge(KNOWLEDGE).articles.values():
        found.add(f"{article.id}#lead")
        for heading in re.findall(r"^## (.+)$", article.body, re.M):
            found.add(f"{article.id}#{slug(heading)}")
    return found


def test_there_are_enough_facts_and_each_stands_once():
    assert len(FACTS) >= 130
    assert len({fact.label for fact in FACTS}) == len(FACTS)
    assert len({fact.question for fact in FACTS}) == len(FACTS)
    assert {fact.topic for fact in FACTS} == TOPICS
    assert {fact.phase for fact in FACTS} == set(PHASES)


@each_fact
def test_why_we_ask_leads_to_an_article(fact: Fact, headings):
    assert fact.why
    assert [source for source in fact.why if source not in headings] == []


@each_fact
def test_the_texts_are_written_for_people(fact: Fact):
    assert fact.question.endswith(("?", ".", "numbers."))
    assert fact.question.count("?") >= 1
    assert fact.question[0].isupper()
    assert fact.label[0].isupper()
    assert not fact.label.endswith((".", "?"))
    assert len(fact.label) <= 50
    assert len(fact.question) <= 160
    # The example is concrete: nobody has to guess what a good answer is.
    assert 1 <= len(fact.example) <= 200
    labels = [option.label for option in fact.options] + [one.label for one in fact.columns]
    assert len(set(labels)) == len(labels)
    assert all(label[0].isupper() or label[1].isupper() for label in labels)
    assert not re.search(r"\b(please enter|foo|TODO|lorem)\b", f"{fact.question} {fact.example}")


@each_fact
def test_the_example_is_an_answer_that_comes_back(fact: Fact):
    read = read_answer(fact, fact.example)
    assert read.status == "known"
    assert parse_value(fact, show_value(fact, read.value)) == read.value
    assert from_data(fact, to_data(read.value)) == read.value


@each_fact
def test_options_are_told_apart(fact: Fact):
    for place, option in enumerate(fact.options, start=1):
        for typed in (option.value, option.label, str(place), option.value.replace("_", " ")):
            value = read_answer(fact, typed).value
            assert value == (option.value if fact.type == "choice" else (option.value,)), typed


@each_fact
def test_what_it_names_exists(fact: Fact):
    assert set(fact.challenge) <= challenge_kinds()
    assert fact.id not in fact.suggest_from
    assert all(key in CATALOGUE for key in fact.suggest_from)
    if fact.when is not None:
        assert fact.id not in facts_in(fact.when)
        assert all(key in CATALOGUE for key in facts_in(fact.when))
    if fact.default is not None:
        assert from_data(fact, to_data(fact.default)) == fact.default


def test_amounts_are_challenged_for_a_number():
    measured = {"number", "quantity", "percent", "money", "duration"}
    lacking = [fact.id for fact in FACTS if fact.type in measured and not fact.challenge]
    assert lacking == []


def test_conditions_ask_what_matters_and_nothing_else():
    from assistant.facts import ProjectFacts, StatedFact

    def asked(**answers: object) -> set[str]:
        stated = [
            StatedFact(
                key.replace("__", "."), value=parse_value(CATALOGUE[key.replace("__", ".")], raw)
            )
            for key, raw in answers.items()
        ]
        facts = ProjectFacts(stated)
        return {fact.id for fact in FACTS if applicable(CATALOGUE, facts, fact.id)}

    nothing = asked()
    assert "project.summary" in nothing
    assert not {key for key in nothing if key.startswith(("llm.", "fairness."))}
    assert "llm.evals" in asked(ml__approach="llm_rag")
    assert "retraining.interval" not in asked(ml__approach="llm_rag")
    assert "serving.latency_p95" in asked(serving__mode="online")
    assert "serving.latency_p95" not in asked(serving__mode="batch")
    assert "fairness.metric" in asked(privacy__personal_data="personal")
    assert "fairness.metric" in asked(users__affected="patients")
    assert "privacy.legal_basis" not in asked(privacy__personal_data="none")
    assert "labels.delay" not in asked(labels__exist="not_needed")
    assert "labels.cost_each" in asked(labels__source="experts")
    assert "fit.way_out" in asked(fit__validation="never")
    assert "data.positives_share" not in asked(ml__task="regression")


# -- files that are not in order


def entry(**changes: object) -> dict[str, object]:
    whole = {
        "id": "a.b", "label": "L", "question": "Q?", "type": "text", "phase": "data",
        "why": ["x#lead"], "example": "e",
    }  # fmt: skip
    kept = {**whole, **changes}
    return {key: value for key, value in kept.items() if value is not ...}


def written(folder: Path, *entries: object, topics: object = None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "topics.yaml").write_text(yaml.safe_dump(topics or [{"id": "a", "label": "A"}]))
    (folder / "a.yaml").write_text(yaml.safe_dump(list(entries)))
    return folder


def test_a_small_catalogue_is_read(tmp_path):
    found = read_catalogue(
        written(
            tmp_path, entry(), entry(id="a.c", type="choice", choices=["one_way", "two"]),
            entry(id="a.d", type="yes_no", when={"a.c": "two"}, default="no", weight=5),
        )
    )  # fmt: skip
    assert [fact.id for fact in found] == ["a.b", "a.c", "a.d"]
    assert found["a.c"].options[0].label == "One way"
    assert found["a.d"].default is False


FAULTS = {
    "twice": [entry(), entry()],
    "no question": [entry(question=...)],
    "unknown field": [entry(colour="red")],
    "unknown type": [entry(type="colour")],
    "unknown phase": [entry(phase="later")],
    "id without topic": [entry(id="b")],
    "no reason": [entry(why=[])],
    "reason without heading": [entry(why=["x"])],
    "choice without choices": [entry(type="choice")],
    "choices of a text": [entry(choices=["a"])],
    "table without columns": [entry(type="table")],
    "too heavy": [entry(weight=6)],
    "condition on nothing": [entry(when={"a.z": "x"})],
    "condition on no choice": [
        entry(id="a.c", type="choice", choices=["x"]), entry(when={"a.c": "y"}),
    ],
    "no condition": [entry(when={"all": []})],
    "suggested from nothing": [entry(suggest_from=["a.z"])],
    "default of another kind": [entry(type="duration", default="soon")],
    "waits for itself": [entry(when={"a.b": "present"})],
    "in a circle": [entry(when={"a.c": "present"}), entry(id="a.c", when={"a.b": "present"})],
    "no fact": ["text"],
}  # fmt: skip


@pytest.mark.parametrize("entries", FAULTS.values(), ids=FAULTS)
def test_a_fault_in_a_file_is_named(tmp_path, entries):
    with pytest.raises(DataInvalid, match=r"a\.yaml|topics\.yaml"):
        read_catalogue(written(tmp_path, *entries))


def test_files_and_topics_belong_together(tmp_path):
    folder = written(tmp_path, entry())
    (folder / "stray.yaml").write_text("[]")
    with pytest.raises(DataInvalid, match="stray"):
        read_catalogue(folder)
    (folder / "stray.yaml").unlink()
    (folder / "a.yaml").write_text("a: [")
    with pytest.raises(DataInvalid, match="cannot be read"):
        read_catalogue(folder)
    with pytest.raises(DataInvalid, match="cannot be read"):
        read_catalogue(written(tmp_path / "b", entry(), topics=[{"id": "z", "label": "Z"}]))


def test_the_shipped_files_are_those_that_are_read():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == TOPICS | {"topics"}
    with pytest.raises(InputInvalid):
        parse_value(CATALOGUE["fit.human"], "yes")
