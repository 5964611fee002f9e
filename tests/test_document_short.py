"""A project with few facts gets a short document: what is known, what it means, what to settle."""

import pypdfium2
import pytest
from document_project import CARD_FRAUD, FIVE, Desk

from assistant.document import document_kinds, load_kind
from assistant.document.short import short_form
from assistant.export import render
from assistant.facts import load_catalogue
from assistant.interview import load_needs, upcoming

KINDS = document_kinds()
IDEA = {"project.summary": "Volunteers answer 300 e-mails a week. We would like drafts of replies."}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "home")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answers", [{}, IDEA, FIVE], ids=["nothing", "idea", "five"])
def test_few_facts_make_a_short_document(desk, kind, answers):
    desk.tell(answers)
    made = desk.document(kind, save=False)
    wanted = ["meaning", "next"] if not answers else ["known", "meaning", "next"]
    assert [one.id for one in made.sections] == wanted
    assert made.title == f"{load_kind(kind).title}, first notes"
    said = {fact for part in _parts(made, "said") for fact in part.facts}
    assert said == set(answers) & set(load_kind(kind).facts)
    # Up to three pages, a sentence of advice for each question and section; the full form of
    # nothing has ten.
    with pypdfium2.PdfDocument(render(made, "pdf")) as pdf:
        assert len(pdf) <= 3
    advice = short_form().questions + len(load_kind(kind).sections)
    assert len({one.text for one in _parts(made, "guidance")}) <= advice + 5
    assert not made.assumptions
    for part in made.blocks:
        for one in part.parts:
            assert one.origin == "label" or one.facts or one.passages, one.text


@pytest.mark.parametrize("kind", KINDS)
def test_first_notes_leave_no_page_half_empty(desk, kind):
    desk.tell(FIVE | {"problem.today": "An analyst reads the case and calls the shop. " * 45})
    made = desk.document(kind, save=False)
    with pypdfium2.PdfDocument(render(made, "pdf")) as pdf:
        lengths = [len(page.get_textpage().get_text_bounded()) for page in pdf]
    # What does not fit on the first page runs over; the table is not kept for the second one.
    assert len(lengths) <= 3
    assert lengths[0] > 2_800


def test_the_full_document_takes_over_and_keeps_hand_edits(desk):
    desk.tell(IDEA)
    desk.edit_block("tdd", "tdd/overview/summary", "Ours.")
    assert desk.document("tdd", save=False).of("known")[0].text == "Ours."
    rest = [key for key in load_kind("tdd").facts if key in CARD_FRAUD and key not in IDEA]
    desk.tell({key: CARD_FRAUD[key] for key in rest[: short_form().until - 2]})
    assert desk.document("tdd", save=False).sections[0].id == "known"
    desk.tell({key: CARD_FRAUD[key] for key in rest[short_form().until - 2 :][:1]})
    made = desk.document("tdd", save=False)
    assert made.sections[0].id == "overview"
    assert made.block("tdd/overview/summary").text == "Ours."


def test_first_comes_whether_to_build_it_then_what_an_interview_asks(desk):
    desk.tell(IDEA)
    made = desk.document("requirements", save=False)
    asked = [row[1].facts[0] for row in made.block("requirements/next/questions").rows]
    assert asked[:3] == list(desk.verdict().unanswered[:3])
    needs, facts = load_needs("requirements"), desk.facts()
    following = upcoming(load_catalogue(), facts, needs, count=12)
    assert following[0] == "problem.statement"
    assert asked[3:] == [one for one in following if one not in asked[:3]][:3]
    assert len(asked) == len(set(asked)) == short_form().questions
    later = [fact for row in made.block("requirements/next/later").rows for fact in row[2].facts]
    assert set(asked) | set(later) >= {item.fact for item in made.open}
    assert not set(asked) & set(later)


def test_a_contradiction_is_shown_and_settled_first(desk):
    desk.tell({"data.time_ordered": "yes", "evaluation.split": "random", **IDEA})
    made = desk.document("tdd", save=False)
    (callout,) = [one for one in made.of("meaning") if one.label == "Contradiction"]
    first = made.block("tdd/next/questions").rows[0]
    assert first[1].facts == callout.sentences[-1].facts == ("evaluation.split",)


def test_who_finds_out_is_a_note_at_the_question(desk):
    desk.tell(IDEA)
    desk.mark_unknown("problem.statement", owner="Ada", due="2027-03-01")
    text = render(desk.document("requirements", save=False), "md").decode()
    assert "Problem to solve (Ada, by 2027-03-01)" in text


def test_a_contradiction_in_a_full_document_is_an_open_question(desk):
    answers = CARD_FRAUD | {"data.time_ordered": "yes", "evaluation.split": "random"}
    desk.tell(answers)
    made = desk.document("tdd", save=False)
    contested = {
        block.sentences[-1].facts[0] for block in made.blocks if block.label == "Contradiction"
    }
    assert "evaluation.split" in contested
    assert contested <= {item.fact for item in made.open}
    shown = made.block("tdd/open/table").text
    assert "How is the test data kept apart from the training data?" in shown
    assert shown.count("The answers contradict each other.") == len(contested)


def _parts(document, origin):
    return [one for block in document.blocks for one in block.parts if one.origin == origin]
