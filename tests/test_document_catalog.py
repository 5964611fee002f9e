"""The data of documents: every fact has a home and a sentence, every quotation is exact."""

import re
from pathlib import Path

import pytest
import yaml
from document_project import Everything

from assistant.document import document_kinds, load_kind
from assistant.document.adviser import Adviser
from assistant.document.calculate import CALCULATIONS
from assistant.document.prose import placeholders
from assistant.document.sentences import load_advice, load_pool, load_wordings
from assistant.document.speaker import Speaker
from assistant.errors import DataInvalid, NotFound
from assistant.facts import ProjectFacts, load_catalogue
from assistant.ingest import read_knowledge
from assistant.picture import NAMES
from assistant.settings import load_settings

KINDS = ("cvp", "requirements", "tdd")
TDD = [
    "overview", "motivation", "non_goals", "users", "fit", "inputs_outputs", "data", "labels",
    "metrics", "human_performance", "quick_baseline", "upper_bound", "modelling", "evaluation",
    "fairness", "system", "deployment", "monitoring", "privacy_security", "risks", "milestones",
    "open", "assumptions", "references",
]  # fmt: skip


@pytest.fixture(scope="module")
def passages():
    knowledge = read_knowledge(load_settings().knowledge_folder)
    return {passage.id: passage.text for passage in knowledge.passages()}


def test_there_are_three_kinds():
    assert document_kinds() == KINDS


def test_the_design_document_has_the_sections_of_the_trade():
    assert [section.id for section in load_kind("tdd").sections] == TDD


def test_every_fact_is_used_by_some_document():
    used = {fact for kind in KINDS for fact in load_kind(kind).facts}
    assert used == set(load_catalogue().facts)


@pytest.mark.parametrize("kind", KINDS)
def test_every_section_of_facts_can_be_advised_on(kind):
    advised = {fact for one in load_advice() if one.fits(kind) for fact in one.facts}
    for section in load_kind(kind).sections:
        if section.facts:
            assert set(section.facts) & advised, section.id
            assert set(section.needed) <= set(section.facts)
            assert section.title
            assert section.guidance


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [list, reversed], ids=["forwards", "backwards"])
def test_whatever_is_asked_first_has_advice_that_no_other_question_takes(kind, order):
    catalogue, found = load_catalogue(), load_kind(kind)
    adviser = Adviser(Speaker(catalogue, ProjectFacts()), Everything(), found)
    given = [adviser.on(fact) for fact in order(found.facts)]
    assert None not in given
    assert len({one.text for one in given}) == len(found.facts)


@pytest.mark.parametrize("kind", KINDS)
def test_every_block_names_what_exists(kind):
    for blocks in load_kind(kind).blocks.values():
        keys = [block.key for block in blocks]
        assert len(set(keys)) == len(keys)
        for block in blocks:
            assert set(block.calculated) <= CALCULATIONS.keys()
            assert not block.picture or block.picture in NAMES
            assert all(len(row) == len(block.head) for row in block.rows)


def test_every_fact_can_be_said():
    pool = load_pool()
    assert set(pool.by_fact) == set(load_catalogue().facts)
    for fact, patterns in pool.by_fact.items():
        alone = [one for one in patterns if one.facts == (fact,)]
        assert any(one.when is None for one in alone), f"{fact} cannot be said alone"


def test_every_sentence_ends_as_one():
    texts = [text for name in ("calculated", "judged") for text in load_wordings(name).values()]
    for patterns in load_pool().by_fact.values():
        for one in patterns:
            texts += [one.text, *one.texts.values(), *([] if one.form == "table" else [one.lead])]
    faulty = [text for text in texts if text and not re.fullmatch(r"(?s)[A-Z{].*[.:]", text)]
    assert not faulty


def test_calculations_and_their_words_belong_together():
    assert load_wordings("calculated").keys() == CALCULATIONS.keys()
    assert all(placeholders(text) for text in load_wordings("calculated").values())


@pytest.mark.parametrize("advice", load_advice(), ids=lambda one: one.quote[:40])
def test_advice_quotes_its_passage_word_for_word(advice, passages):
    assert advice.quote in passages[advice.passage]
    assert advice.quote[0].isupper()
    assert advice.quote.endswith(".")


def test_no_sentence_is_advised_twice():
    found = [(one.quote, one.kinds) for one in load_advice()]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_guidance_is_in_the_knowledge_base(kind, passages):
    named = {one for section in load_kind(kind).sections for one in section.guidance}
    assert named <= passages.keys()


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(NotFound, match="cvp, requirements, tdd"):
        load_kind("prd")


@pytest.mark.parametrize(
    ("document", "template", "fault"),
    [
        ("facts: [no.such_fact], needed: []", "{}", "does not exist"),
        ("facts: [users.primary, users.primary], needed: []", "{}", "stands there twice"),
        ("facts: [users.primary], needed: [users.count]", "{}", "another home"),
        ("facts: [], needed: [], colour: red", "{}", "colour"),
        ("facts: [], needed: []", "a: [{key: x, facts: [users.count]}]", "another home"),
        ("facts: [], needed: []", "a: [{key: x, shape: round}]", "shape"),
        ("facts: [], needed: []", "b: [{key: x}]", "no section b"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(tmp_path, document, template, fault):
    (tmp_path / "odd").mkdir()
    section = f"{{id: a, title: A, phase: data, guidance: [], {document}}}"
    text = f"id: odd\ntitle: Odd\nsections: [{section}]\n"
    (tmp_path / "odd" / "document.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "odd" / "template.yaml").write_text(template, encoding="utf-8")
    with pytest.raises(DataInvalid, match=fault):
        load_kind("odd", tmp_path)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("- say: Nothing at all.", "says no fact"),
        ("- say: 'About {no.such_fact}.'", "there is no fact"),
        ("- {own: scope.in}", "is a list"),
        ("- {own: problem.today, table: data.sources}", "more than one form"),
        ("- {choose: data.contract, say: {yes: There is one.}}", "other answers"),
        ("- {choose: data.contract, say: It is.}", "a sentence for each answer"),
    ],
)
def test_a_broken_sentence_is_refused_with_its_number(tmp_path, entry, fault):
    path = tmp_path / "sentences.yaml"
    path.write_text(entry, encoding="utf-8")
    with pytest.raises(DataInvalid, match=f"entry 1: .*{fault}"):
        load_pool(path)


# -- what CONTRIBUTING.md shows


def examples():
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return [yaml.safe_load(found) for found in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def test_the_examples_for_contributors_are_entries_of_today(tmp_path):
    fact, rule, document, template = examples()
    folder = Path(__file__).parents[1] / "assistant" / "catalog"
    for entry, file in ((fact, "facts/serving.yaml"), (rule, "rules/contradictions.yaml")):
        assert entry[0] in yaml.safe_load((folder / file).read_text(encoding="utf-8"))
    place = tmp_path / document["id"]
    place.mkdir()
    for name, content in (("document", document), ("template", template)):
        (place / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    kind = load_kind(document["id"], tmp_path)
    assert document_kinds(tmp_path) == (kind.id,)
    assert set(kind.blocks) == {section.id for section in kind.sections}
