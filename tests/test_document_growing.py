"""A project that is half described: what is known by section, and one list of what to settle."""

import pypdfium2
import pytest
from document_project import CARD_FRAUD, Desk

from assistant.document import document_kinds, load_kind
from assistant.document.growing import growing_form
from assistant.document.short import short_form, stated_count
from assistant.export import render

KINDS = document_kinds()
REGISTERS = {"open", "assumptions", "references"}
SMALL = {
    "project.summary": "A model puts the e-mails of our web shop into one of nine queues.",
    "project.stage": "idea",
    "problem.statement": "Agents sort e-mails by hand for an hour, and urgent ones wait.",
    "problem.today": "Two agents sort everything in the morning.",
    "problem.frequency": "about 900 a day",
    "users.primary": "support agents",
    "users.count": "14",
    "data.available": "yes",
    "data.amount": "240k",
    "labels.exist": "partly",
    "product.output": "a queue for each e-mail",
    "ml.task": "classification",
    "success.business_metric": "median time to first answer",
    "plan.deadline": "end of March 2027",
}


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path / "home")
    found.tell(SMALL)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_sections_are_those_of_which_something_is_known(desk, kind):
    made = desk.document(kind, save=False)
    homes = {fact: one.id for one in load_kind(kind).sections for fact in one.facts}
    shown = {one.id for one in made.sections}
    assert {homes[fact] for fact in SMALL if fact in homes} <= shown
    for section in shown - REGISTERS:
        origins = {part.origin for block in made.of(section) for part in block.parts}
        assert origins & {"said", "guidance"}, section
    open_here = {item.section for item in made.open}
    assert open_here - shown, "some sections are only asked about"
    assert made.sections[-1].id == "references"


@pytest.mark.parametrize("kind", KINDS)
def test_advice_and_references_are_in_proportion(desk, kind):
    made, form = desk.document(kind, save=False), growing_form()
    judged = [one for block in made.blocks for one in block.parts if one.refers]
    cited = {one for part in judged for one in part.passages}
    advised = {one for block in made.of("open") for one in block.passages}
    first = {one for row in made.block(f"{kind}/open/table").rows for one in row[2].passages}
    assert 0 < len(first) <= form.questions
    assert len(advised) <= form.questions + len(load_kind(kind).sections)
    assert {one.passage_id for one in made.references} == cited | advised
    assert all(len(one.sources) <= form.sources for one in made.references)
    # The full form of so little took nine pages, half of them advice and sources.
    with pypdfium2.PdfDocument(render(made, "pdf")) as pdf:
        assert len(pdf) <= 5


def test_every_open_question_is_listed_once_and_the_first_with_advice(desk):
    desk.mark_unknown("security.threats", owner="Ada", due="2027-03-01")
    made = desk.document("tdd", save=False)
    table = made.block("tdd/open/table")
    assert table.head == growing_form().head
    first = [row[1].facts[0] for row in table.rows]
    assert first[:3] == list(desk.verdict().unanswered[:3])
    titles = {fact: one.title for one in load_kind("tdd").sections for fact in one.facts}
    assert [row[0].text for row in table.rows] == [titles[fact] for fact in first]
    taken = next(row for row in table.rows if row[1].facts == ("security.threats",))
    assert [cell.text for cell in taken[3:]] == ["Ada", "2027-03-01"]
    assert [cell.origin for cell in table.rows[0]] == [
        "label",
        "open",
        "guidance",
        "label",
        "label",
    ]
    later = [fact for row in made.block("tdd/open/table/later").rows for fact in row[2].facts]
    assert sorted([*first, *later]) == sorted({*first, *(item.fact for item in made.open)})


def test_assumptions_of_sections_left_out_stand_in_the_register(desk):
    made = desk.document("tdd", save=False)
    assert "deployment" not in {one.id for one in made.sections}
    listed = [one.text for one in made.block("tdd/assumptions/list").sentences]
    assert "Releases are made by hand." in listed
    assert listed == [one.text for one in made.assumptions]


def test_a_contradiction_comes_first_with_advice(desk):
    desk.tell({"data.time_ordered": "yes", "evaluation.split": "random"})
    made = desk.document("tdd", save=False)
    row = made.block("tdd/open/table").rows[0]
    assert row[1].facts == ("evaluation.split",)
    assert row[2].origin == "guidance"


def test_a_contradiction_from_elsewhere_stands_in_the_section_that_shows_it(desk):
    desk.tell({"data.time_ordered": "yes", "evaluation.split": "random"})
    made = desk.document("requirements", save=False)
    assert "evaluation.split" not in load_kind("requirements").facts
    (callout,) = [block for block in made.blocks if block.label == "Contradiction"]
    titles = {one.id: one.title for one in made.sections}
    row = made.block("requirements/open/table").rows[0]
    assert (row[0].text, row[2].origin) == (titles[callout.section], "guidance")


def test_what_comes_first_is_asked_without_saying_so_each_time(desk):
    made = desk.document("cvp", save=False)
    first = made.block("cvp/verdict/verdict/settle_first")
    assert len({one.text for one in first.sentences}) == len(first.sentences) > 2
    assert "Answer this first" not in first.text


def test_the_whole_form_takes_over_and_keeps_hand_edits(desk):
    desk.edit_block("tdd", "tdd/overview/summary", "Ours.")
    rest = [key for key in CARD_FRAUD if key not in SMALL]
    missing = growing_form().until - stated_count(desk.facts())
    desk.tell({key: CARD_FRAUD[key] for key in rest[: missing - 1]})
    assert desk.document("tdd", save=False).block("tdd/open/table/lead")
    desk.tell({rest[missing - 1]: CARD_FRAUD[rest[missing - 1]]})
    made = desk.document("tdd", save=False)
    assert made.block("tdd/open/table/lead") is None
    assert made.block("tdd/overview/summary").text == "Ours."
    assert short_form().until < growing_form().until
