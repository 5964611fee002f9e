"""Documents of a project: versions, differences, hand edits and conflicts, files."""

import pytest
from document_project import CARD_FRAUD, FIVE, Desk
from sqlalchemy import update

from assistant.document import diff_to_data, document_from_data, document_to_data
from assistant.errors import InputInvalid, NotFound
from assistant.ladder import Ladder, ScriptedModel
from assistant.store.schema import documents

KEY = "tdd/motivation/today"
TODAY = "How it is done today: 140 rules."


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path / "home")
    desk.tell({"problem.today": "140 rules", "problem.statement": "fraud costs money"})
    return desk


def texts(document, key=KEY):
    return [(block.key, block.text) for block in document.blocks if block.key.startswith(key)]


# -- versions


def test_a_version_is_made_only_when_something_changed(desk):
    first = desk.document("tdd", author="Mira")
    again = desk.document("tdd")
    assert (first.version, again) == (1, first)
    desk.set_fact("problem.today", "140 rules")
    assert desk.document("tdd").version == 1
    desk.set_fact("problem.today", "150 rules")
    assert desk.document("tdd").version == 2
    assert desk.document_version("tdd", 1) == first
    listed = desk.document_versions("tdd")
    assert [(one.version, one.author) for one in listed] == [(1, "Mira"), (2, "")]
    assert listed[1].last_event > listed[0].last_event


def test_without_saving_nothing_is_stored(desk):
    assert desk.document("tdd", save=False).version == 0
    assert desk.document_versions("tdd") == []


def test_kinds_and_projects_keep_apart(desk):
    desk.document("tdd")
    assert desk.document_versions("cvp") == []
    assert desk.document_versions("tdd", project="other") == []
    assert desk.document_kinds()["tdd"] == "ML technical design document"


def test_undo_gives_the_former_document_again(desk):
    before = desk.document("tdd", save=False)
    desk.tell(FIVE)
    for _ in FIVE:
        desk.undo()
    assert desk.document("tdd", save=False) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda desk: desk.document("prd"),
        lambda desk: desk.document_versions("prd"),
        lambda desk: desk.document_version("tdd", 9),
        lambda desk: desk.document_diff("tdd", 1, 2),
        lambda desk: desk.edit_block("tdd", "tdd/no/where", "text"),
        lambda desk: desk.revert_block("tdd", KEY),
    ],
)
def test_what_is_not_there_is_refused(desk, call):
    with pytest.raises(NotFound):
        call(desk)


# -- differences


def test_a_diff_shows_blocks_and_words(desk):
    desk.document("tdd")
    desk.set_fact("problem.today", "150 rules")
    desk.set_fact("users.skills", "SQL")
    desk.document("tdd")
    diff = desk.document_diff("tdd", 1, 2)
    assert (diff.before, diff.after) == (1, 2)
    changed = {one.key: one for one in diff.changes}
    assert [(word.change, word.text) for word in changed[KEY].words] == [
        ("same", "How it is done today: "),
        ("removed", "140 "),
        ("added", "150 "),
        ("same", "rules."),
    ]
    assert changed["tdd/users/who/users-skills"].change == "added"
    desk.unset_fact("users.skills")
    desk.document("tdd")
    back = desk.document_diff("tdd", 2, 3)
    assert [(one.key, one.change) for one in back.changes] == [
        ("tdd/users/who/users-skills", "removed")
    ]
    assert diff_to_data(back)["changes"][0]["before"]
    assert desk.document_diff("tdd", 1, 1).changes == ()
    assert desk.document_diff("tdd") == back
    assert desk.document_diff("tdd", after=2) == diff


# -- hand edits


def test_an_edit_survives_regeneration(desk):
    made = desk.edit_block("tdd", KEY, "we have 140 rules, all old", author="Jana")
    block = made.block(KEY)
    assert block.text == "We have 140 rules, all old."
    assert (block.edit.author, block.edit.base, block.edit.conflict) == ("Jana", TODAY, "")
    assert block.sentences[0].note == "Edited by hand by Jana."
    desk.set_fact("users.primary", "analysts")
    assert desk.document("tdd").block(KEY).text == "We have 140 rules, all old."


def test_an_edit_against_changed_facts_shows_both(desk):
    desk.edit_block("tdd", KEY, "Ours.")
    desk.set_fact("problem.today", "150 rules")
    made = desk.document("tdd")
    assert made.block(KEY).text == "Ours."
    assert made.block(KEY).edit.conflict == TODAY.replace("140", "150")
    conflict = made.block(f"{KEY}/conflict")
    assert conflict.kind == "callout"
    assert conflict.text.endswith("It is now: How it is done today: 150 rules.")
    # Edited again with both in view, the conflict is settled.
    settled = desk.edit_block("tdd", KEY, "Ours, 150.")
    assert texts(settled) == [(KEY, "Ours, 150.")]


def test_facts_that_come_to_say_the_edit_are_no_conflict(desk):
    desk.edit_block("tdd", KEY, TODAY.replace("140", "150"))
    desk.set_fact("problem.today", "150 rules")
    assert texts(desk.document("tdd")) == [(KEY, TODAY.replace("140", "150"))]


def test_an_edit_of_a_block_that_went_stays(desk):
    desk.edit_block("tdd", KEY, "Ours.")
    desk.unset_fact("problem.today")
    made = desk.document("tdd")
    assert made.block(KEY).text == "Ours."
    assert made.block(f"{KEY}/conflict")
    assert {block.section for block in made.blocks if block.key.startswith(KEY)} == {"known"}
    assert texts(desk.revert_block("tdd", KEY)) == []


def test_taking_an_edit_back_gives_the_generated_text(desk):
    desk.edit_block("tdd", KEY, "Ours.")
    desk.edit_block("tdd", KEY, "Ours, better.")
    assert texts(desk.revert_block("tdd", KEY)) == [(KEY, TODAY)]
    with pytest.raises(NotFound):
        desk.revert_block("tdd", KEY)


def test_bullets_are_edited_line_by_line(desk):
    desk.set_fact("scope.out", "one thing that we leave alone for now; two")
    key = "tdd/non_goals/out/scope-out"
    block = desk.edit_block("tdd", key, "first\nsecond").block(key)
    assert [one.text for one in block.sentences] == ["first", "second"]
    assert {one.facts for one in block.sentences} == {("scope.out",)}


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_an_empty_or_endless_edit_is_refused(desk, text):
    with pytest.raises(InputInvalid):
        desk.edit_block("tdd", KEY, text)


@pytest.mark.parametrize("key", ["tdd/next/questions", "cvp/canvas/canvas"])
def test_tables_and_pictures_are_changed_by_facts(desk, key):
    desk.tell({"cvp.customer": "banks", "cvp.wants": "speed", "cvp.fears": "cost"})
    with pytest.raises(InputInvalid, match="made of facts"):
        desk.edit_block(key.split("/")[0], key, "text")


def test_a_hostile_edit_stays_words(desk):
    text = "# {{ 7*7 }} <b>x</b> | a | {problem.today}"
    made = desk.edit_block("tdd", KEY, text)
    assert made.block(KEY).text == f"{text}."
    assert made.sections == desk.document("tdd").sections


# -- rewording


def test_a_model_rewords_what_it_leaves_true(desk):
    desk.tell({"metrics.miss_cost": "85 EUR", "metrics.worse_error": "miss"})
    plain = desk.document("tdd", save=False)
    key = "tdd/metrics/errors"
    better = "Of the two errors the miss is the worse one, and a missed case costs 85 EUR."
    desk.answering = Answering(desk.settings, {plain.block(key).text: better})
    made = desk.document("tdd", rewrite=True)
    assert made.block(key).text == better
    assert set(made.block(key).facts) == {"metrics.miss_cost", "metrics.worse_error"}
    desk.answering = Answering(desk.settings, {plain.block(key).text: better.replace("85", "58")})
    assert desk.document("tdd", rewrite=True, save=False).blocks == plain.blocks


def test_without_a_model_the_words_stay(desk):
    desk.answering = Answering(desk.settings, None)
    assert desk.document("tdd", rewrite=True, save=False) == desk.document("tdd", save=False)


class Answering:
    """Gives a ladder of one scripted model that rewords as told, or of none."""

    def __init__(self, settings, words):
        model = Rewording(words) if words is not None else None
        self._ladder = Ladder(settings, models=[model] if model else [])

    def quick_ladder(self):
        return self._ladder


class Rewording(ScriptedModel):
    """Replaces paragraphs of what it is given."""

    def __init__(self, words):
        super().__init__([])
        self._words = words

    def stream(self, messages, **more):
        material = messages[-1].content.strip("-\n")
        paragraphs = [self._words.get(one, one) for one in material.split("\n\n")]
        self.queue.append("\n\n".join(paragraphs))
        return super().stream(messages, **more)


# -- files


@pytest.mark.parametrize("ending", ["md", "json", "html"])
def test_a_version_is_written_to_a_file(desk, tmp_path, ending):
    desk.document("tdd")
    desk.set_fact("problem.today", "150 rules")
    target = tmp_path / f"design.{ending}"
    assert desk.export_document("tdd", target).version == 2
    assert "150" in target.read_text(encoding="utf-8")
    desk.export_document("tdd", target, version=1)
    assert "140" in target.read_text(encoding="utf-8")


def test_an_unknown_ending_leaves_no_file_and_no_version(desk, tmp_path):
    with pytest.raises(InputInvalid):
        desk.export_document("tdd", tmp_path / "design.xyz")
    assert not (tmp_path / "design.xyz").exists()
    assert desk.document_versions("tdd") == []


def test_the_richest_project_has_all_three(tmp_path):
    desk = Desk(tmp_path / "home")
    desk.tell(CARD_FRAUD)
    for kind in desk.document_kinds():
        document = desk.document(kind)
        assert document.version == 1
        assert document.references
        assert all(reference.sources for reference in document.references)


# -- what an archive may hold


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.clear(),
        lambda data: data.pop("blocks"),
        lambda data: data.update(blocks={"a": 1}),
        lambda data: data.update(blocks=[7]),
        lambda data: data.update(title=None),
        lambda data: data["blocks"][0].update(kind="poem"),
        lambda data: data["blocks"][0].update(section="elsewhere"),
        lambda data: data["blocks"][0]["sentences"][0].update(facts="project.summary"),
        lambda data: data["blocks"][0]["sentences"].append("words"),
        lambda data: data["sections"].append(data["sections"][0]),
        lambda data: data.update(made_at=1e300),
        lambda data: data.update(made_at=float("nan")),
        lambda data: data["said"][0].update(at=-1.0),
    ],
    ids=range(13),
)
def test_content_that_is_no_document_is_refused_in_words(desk, change):
    data = document_to_data(desk.document("tdd"))
    change(data)
    with pytest.raises(InputInvalid, match="Make the document anew") as refused:
        document_from_data(data)
    assert refused.value.code == "document_malformed"
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("value", [None, 7, "words", [], [[]]])
def test_what_is_not_even_an_object_is_refused(value):
    with pytest.raises(InputInvalid):
        document_from_data(value)


def test_a_malformed_latest_version_does_not_stop_the_next(desk):
    """It came with an archive: it cannot be shown, and the project goes on."""
    desk.document("tdd")
    with desk.store.engine.begin() as connection:
        connection.execute(update(documents).values(content={"kind": "tdd"}))
    with pytest.raises(InputInvalid):
        desk.document_version("tdd", 1)
    assert desk.document("tdd").version == 2
    assert desk.document_version("tdd", 2).blocks


def test_a_file_that_cannot_be_written_makes_no_version(desk, tmp_path):
    with pytest.raises(InputInvalid):
        desk.export_document("tdd", tmp_path / "plan.odt")
    assert desk.document_versions("tdd") == []
    assert list(tmp_path.glob("plan*")) == []


def test_sources_are_written_out_with_one_full_stop(desk):
    desk.tell(CARD_FRAUD)
    text = desk.document("cvp", save=False).block("cvp/references/list/sources").text
    assert "Shakkari, K. What happens" in text
    assert ".." not in text
