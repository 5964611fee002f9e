"""A sentence that repeats another almost to the letter, and what was changed in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.gate.alignment import align, words_in
from assistant.answer.gate.clauses import exchanges_parts
from assistant.answer.gate.differences import differences
from assistant.answer.gate.evidence import gather
from assistant.answer.gate.quantities import quantities_of
from assistant.answer.gate.stance import stance_of
from assistant.answer.gate.voice import changes_voice, exchanges_roles
from assistant.answer.gate.words import tokens_of
from assistant.embed import HashingEncoder
from assistant.retrieve import Passage

TEXT = (
    "The technician's tap is the label source. A dispatcher plans the routes. "
    "Random search beats a grid when few parameters matter. "
    "A weekly product metric can steer; a yearly KPI can only confirm. "
    "An innocent member of group A is flagged three times as often. "
    "Modern networks are often overconfident. Handing over a formula does not suffice. "
    "A batch takes three weeks. With more than nine people, split the meeting by topic. "
    "The report of 2012 counts at least 3 % wrong labels on average and at least 6 % in images. "
    "Warnings come 30 days ahead and old versions stay 60 days. "
    "Evaluation code is reviewed by a colleague. The serving code sees predictions only. "
    "The second is the one that most plans forget. Reviewers agreed early on the format."
)
PASSAGE = Passage("a#lead", "a", "knowledge", "An article", "", TEXT, 0, None, "en")


def told(claim: str):
    [evidence] = gather([PASSAGE], HashingEncoder().encode)
    stance = stance_of(claim)
    met = evidence.meet([token for token in stance.tokens if token.content])
    return differences(stance, evidence, met)


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ("The technician's tap is the label source.", ""),
        ("Modern networks are often underconfident.", "opposite"),
        ("Handing over a formula does suffice.", "negation"),
        ("With more than five people, split the meeting by topic.", "number"),
        ("With more than nine people, split the meeting by topic.", ""),
        ("A batch takes 21 days.", ""),
        ("An innocent member of group B is flagged three times as often.", "name"),
        ("A grid beats random search when few parameters matter.", "order"),
        ("A yearly KPI can steer; a weekly product metric can only confirm.", "order"),
        ("When few parameters matter, random search beats a grid.", ""),
        # Years are near each other, and still not the same.
        ("The report of 2015 counts at least 3 % wrong labels on average.", "number"),
        # A number from elsewhere in the sentence may stand here, but not in exchange.
        ("The report of 2012 counts at least 6 % wrong labels in images.", ""),
        ("Warnings come 60 days ahead and old versions stay 30 days.", "number"),
        # What one tells in the passive, the other tells in the active.
        ("A colleague reviews the evaluation code.", ""),
        ("The evaluation code reviews a colleague.", "order"),
        ("The serving code sees nothing but predictions.", ""),
        ("The third is the one that most plans forget.", "name"),
        # The list of opposites has "differ", as it stands in a dictionary.
        ("Reviewers differed early on the format.", "opposite"),
    ],
)
def test_one_changed_word_is_a_fault(claim, fault):
    assert told(claim).fault == fault


@pytest.mark.parametrize(
    ("claim", "exchanged"),
    [
        ("The dispatcher's tap is the label source.", True),
        ("The engineer's tap is the label source.", False),
        ("The technician's tap is the label source.", False),
    ],
)
def test_a_word_of_another_sentence_in_its_place_is_an_exchange(claim, exchanged):
    """A word that the passage does not have may be another way of putting it."""
    assert (told(claim).exchanged > 0.5) is exchanged


@pytest.mark.parametrize(
    ("claim", "unmet"),
    [
        ("A batch takes three weeks because vendors ship slowly.", True),
        ("Random search beats a grid because few parameters matter.", False),
        ("A batch takes three weeks.", False),
    ],
)
def test_a_reason_must_be_in_the_passage(claim, unmet):
    assert (told(claim).reason > 0.6) is unmet


def test_an_edit_that_little_holds_in_place_counts_little():
    nothing_alike = lambda ours, theirs: 0.0  # noqa: E731
    near = align(
        words_in("Costs rise with size."), words_in("Costs fall with size."), nothing_alike
    )
    far = align(
        words_in("Where costs rise, teams hire."),
        words_in("Prices of chips fall every year."),
        nothing_alike,
    )
    assert max(edit.held for edit in near.edits) > 0.9
    assert max(edit.held for edit in far.edits) < 0.1


@pytest.mark.parametrize(
    ("claim", "sentence", "exchanged"),
    [
        ("Recall and precision differ.", "Precision and recall differ.", False),
        ("Levels run from low severity to high.", "Levels run from high severity to low.", True),
        ("If tests pass, release it.", "Release it if tests pass.", False),
        ("Bananas are yellow.", "Random search beats a grid.", False),
    ],
)
def test_only_parts_in_each_others_place_are_exchanged(claim, sentence, exchanged):
    assert exchanges_parts(tokens_of(claim), tokens_of(sentence)) is exchanged


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_read(text):
    assert all(word.low for word in words_in(text))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,200 of 0.84", [1200, 0.84]),
        ("seven", [7]),
        ("2²⁰ ½ 1.2.3", [2]),
        ("١٢ 5.", [12, 5]),
    ],
)
def test_numbers_are_read_as_far_as_they_are_plain(text, values):
    assert [word.value for word in words_in(text) if word.value is not None] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Fusion combines the two without comparing scores.", []),
        ("The two, taken together, help.", []),
        ("The two models differ.", [2.0]),
    ],
)
def test_what_was_named_before_is_no_number(text, values):
    assert [quantity.value for quantity in quantities_of(text)] == values


@pytest.mark.parametrize(
    ("claim", "changes", "exchanges"),
    [
        ("Capacity sets the threshold.", True, False),
        ("The threshold sets capacity.", True, True),
        ("The threshold is set by capacity.", False, False),
        ("The threshold is set.", False, False),
    ],
)
def test_the_voice_of_a_verb(claim, changes, exchanges):
    sentence = tokens_of("The threshold is set by capacity.")
    assert changes_voice(tokens_of(claim), sentence) is changes
    assert exchanges_roles(tokens_of(claim), sentence) is exchanges


@pytest.mark.parametrize("sentence", ["Sets differed by 14 points.", "The test set by hand stays."])
def test_not_every_by_tells_a_doer(sentence):
    active = tokens_of("Points differ. The hand sets the test.")
    assert not changes_voice(active, tokens_of(sentence))
