"""A model's wording is taken over only where it says exactly the same."""

import pytest

from assistant.document import Block, Document, Section, Sentence, reword
from assistant.document.rewrite import faults

ORIGINAL = (
    "A missed case costs EUR 85 and a false alarm EUR 12. The model is not retrained before June."
    " Jana Berzina answers for it, and at least 3 analysts may overrule it."
)


@pytest.mark.parametrize(
    "text",
    [
        ORIGINAL,
        "A missed case costs EUR 85, a false alarm EUR 12. The model is not retrained before June,"
        " and Jana Berzina answers for it; at least 3 analysts may overrule it.",
        "The model is not retrained before June. A false alarm costs EUR 12 and a missed case"
        " EUR 85. Jana Berzina answers for it, and at least 3 analysts may overrule it.",
    ],
)
def test_the_same_in_other_words_is_accepted(text):
    assert faults(text, ORIGINAL) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("EUR 85", "EUR 95"),
        ("EUR 85", "EUR 12"),
        ("EUR 85 and a false alarm EUR 12", "EUR 12 and a false alarm EUR 85"),
        ("EUR 85", "USD 85"),
        ("EUR 12", "EUR 12 and 4 hours"),
        ("not retrained", "retrained"),
        ("not retrained", "never retrained"),
        ("before June", "after June"),
        ("June", "July"),
        ("Jana Berzina", "Karlis Ozols"),
        ("at least 3", "at most 3"),
        ("at least 3", "3"),
        ("may overrule", "must overrule"),
        ("overrule it", "overrule it quickly"),
        ("A missed case", "A missed fraud case"),
        (" The model is not retrained before June.", ""),
        ("Jana Berzina answers for it, and ", ""),
    ],
)
def test_whatever_says_something_else_is_rejected(old, new):
    assert old in ORIGINAL
    assert faults(ORIGINAL.replace(old, new), ORIGINAL)


def document(*blocks):
    return Document("tdd", "T", "P", blocks, (Section("a", 1, "A"),))


def paragraph(key, *texts, origin="said", note=""):
    sentences = tuple(
        Sentence(text, origin, (f"{key}.{place}",), note=note) for place, text in enumerate(texts)
    )
    return Block(key, "a", "paragraph", sentences)


def test_provenance_follows_the_reworded_sentences():
    block = paragraph("x", "There is a prototype.", "It belongs to the field of payments.")
    better = "There is a prototype. It belongs to the field of payments"
    made, count = reword(document(block), lambda texts: [better.replace(". It", ", and it")])
    assert count == 1
    sentence = made.blocks[0].sentences[0]
    assert sentence.text == "There is a prototype, and it belongs to the field of payments."
    assert sentence.facts == ("x.0", "x.1")
    assert sentence.note.startswith("Reworded")


@pytest.mark.parametrize(
    "block",
    [
        paragraph("x", "One sentence."),
        paragraph("x", "A quotation.", "Another.", origin="guidance"),
        paragraph("x", "Assumed: this.", "And that.", origin="assumption"),
        paragraph("x", "Six.", "So 6.", note="Calculated: 2 × 3 = 6."),
        Block("x", "a", "bullets", paragraph("x", "One.", "Two.").sentences),
    ],
)
def test_what_is_not_plainly_said_is_never_given_to_a_model(block):
    def refuse(texts):
        raise AssertionError(texts)

    assert reword(document(block), refuse) == (document(block), 0)


@pytest.mark.parametrize("reply", [[], ["one", "two"], ["# There is\n\na prototype."], [""]])
def test_a_reply_of_another_form_changes_nothing(reply):
    block = paragraph("x", "There is a prototype.", "It is old.")
    assert reword(document(block), lambda texts: reply) == (document(block), 0)
