"""Each section is said, or has cited advice and an open question, however few facts there are."""

import pypdfium2
import pytest
from document_project import CARD_FRAUD, Desk
from test_document_growing import SMALL

from assistant.document import document_kinds, load_kind
from assistant.document.early import later_words, stated_count
from assistant.document.growing import growing_form
from assistant.document.short import short_form
from assistant.document.speaker import NONE
from assistant.export import render
from assistant.facts import applicable, load_catalogue

KINDS = document_kinds()
# From an idea of one sentence to the last document before the full form.
SIZES = (0, 1, 2, 6, 11, 12, 16, 19)
ANSWERS = list((SMALL | {key: CARD_FRAUD[key] for key in CARD_FRAUD if key not in SMALL}).items())


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size} facts")
def desk(request, tmp_path_factory):
    found = Desk(tmp_path_factory.mktemp("home"))
    found.tell(dict(ANSWERS[: request.param]))
    assert stated_count(found.facts()) == request.param
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_section_is_said_or_has_cited_advice_and_an_open_question(desk, kind):
    made, facts = desk.document(kind, save=False), desk.facts()
    said = {fact for part in parts(made) if part.origin == "said" for fact in part.facts}
    advised = {fact for advice, asked in settled(made) if cited(advice) for fact in asked.facts}
    waiting = {item.fact for item in made.open}
    for section in load_kind(kind).sections:
        if any(may_be_asked(facts, fact) for fact in section.facts) and not (
            said & set(section.facts)
        ):
            assert set(section.facts) & advised & waiting, section.id


@pytest.mark.parametrize("kind", KINDS)
def test_each_open_question_has_one_row_with_advice(desk, kind):
    made = desk.document(kind, save=False)
    assert settled(made)
    for advice, asked in settled(made):
        assert advice.text != NONE, asked.text
        assert cited(advice), asked.text
    listed = [fact for _, asked in settled(made) for fact in asked.facts]
    assert len(set(listed)) == len(listed)
    assert set(listed) >= {item.fact for item in made.open}


@pytest.mark.parametrize("kind", KINDS)
def test_no_advice_is_given_twice(desk, kind):
    made = desk.document(kind, save=False)
    given = [advice.text for advice, _ in settled(made)]
    given += [
        part.text
        for block in made.blocks
        if block.kind != "table" and block.section != "references"
        for part in block.parts
        if part.origin == "guidance" and part.passages
    ]
    assert sorted(given) == sorted(set(given))


@pytest.mark.parametrize("kind", KINDS)
def test_sections_have_one_row_each_in_the_order_of_the_full_document(desk, kind):
    table = later(desk.document(kind, save=False))
    titles = [one.title for one in load_kind(kind).sections]
    rows = [row[0].text for row in table.rows]
    assert table.head == later_words().head
    assert rows == [title for title in titles if title in rows]
    for row in table.rows:
        assert [cell.origin for cell in row] == ["label", "guidance", "open"]
        assert row[2].text[0].isupper()
        assert row[2].text[-1] in ".?"


@pytest.mark.parametrize("kind", KINDS)
def test_the_pages_are_few_and_begin_with_what_is_known(desk, kind):
    made = desk.document(kind, save=False)
    few = stated_count(desk.facts()) < short_form().until
    with pypdfium2.PdfDocument(render(made, "pdf")) as pdf:
        assert len(pdf) <= (3 if few else 6)
        first = pdf[0].get_textpage().get_text_bounded()
    start = short_form().next_lead if few else made.sections[0].title
    assert start in " ".join(first.split())
    sources = short_form().sources if few else growing_form().sources
    assert all(len(one.sources) <= sources for one in made.references)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [20, 40])
def test_the_full_form_keeps_advice_and_questions_in_their_sections(tmp_path, kind, size):
    desk = Desk(tmp_path)
    desk.tell(dict(ANSWERS[:size]))
    made, facts = desk.document(kind, save=False), desk.facts()
    waiting = {item.section for item in made.open}
    for section in load_kind(kind).sections:
        here = [part for block in made.of(section.id) for part in block.parts]
        if any(may_be_asked(facts, fact) for fact in section.facts) and not any(
            part.origin == "said" for part in here
        ):
            assert section.id in waiting
            assert any(cited(part) and not part.refers for part in here), section.id


def test_a_section_that_does_not_apply_stays_away(tmp_path):
    desk = Desk(tmp_path)
    desk.tell(dict(ANSWERS[:6]) | {"privacy.personal_data": "none"})
    assert "Fairness and counterfactual tests" not in titles_of(desk)
    desk.tell({"privacy.personal_data": "personal"})
    assert "Fairness and counterfactual tests" in titles_of(desk)


def test_who_finds_out_about_a_later_question_is_a_footnote(tmp_path):
    desk = Desk(tmp_path)
    desk.mark_unknown("security.threats", owner="Ada", due="2027-03-01")
    made = desk.document("tdd", save=False)
    assert "security.threats" in later(made).facts
    assert "(Ada, by 2027-03-01)" in render(made, "md").decode()


# -- what a reader finds


def parts(document):
    return [part for block in document.blocks for part in block.parts if not part.refers]


def settled(document):
    """The cells with advice and what is asked, of each row of the tables of open questions."""
    found = []
    for block in document.blocks:
        how = [place for place, title in enumerate(block.head) if title.startswith("How to ")]
        for row in block.rows if how else ():
            asked = next(cell for cell in row if cell.origin == "open")
            found.append((row[how[0]], asked))
    return found


def cited(advice):
    return advice.origin == "guidance" and bool(advice.passages)


def later(document):
    return next(block for block in document.blocks if block.head == later_words().head)


def titles_of(desk):
    return {row[0].text for row in later(desk.document("tdd", save=False)).rows}


def may_be_asked(facts, fact):
    catalogue = load_catalogue()
    assumed = catalogue[fact].default is not None
    return facts.get(fact) is None and applicable(catalogue, facts, fact) and not assumed
