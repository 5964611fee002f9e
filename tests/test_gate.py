"""The citation gate: what each check stops, what it lets through, and that its output is inert."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Citations, check_sentence, gate_reply
from assistant.embed import Entailment, HashingEncoder
from assistant.ingest import Passage
from assistant.retrieve import Hit


def passage(key: str, title: str, text: str) -> Passage:
    return Passage(key, key.partition("#")[0], "knowledge", title, "", text, 0, None, "en")


LEARNING = passage(
    "learning#lead",
    "Active learning",
    "In active learning the current model picks the items that people label next. It pays "
    "when labels are expensive and positives are rare. Lowell et al. (2019) found gains that "
    "were inconsistent between models. Some annotators slow down on unclear items. Do not use"
    " the chosen items for evaluation. A label costs 10 EUR, and a batch takes at least 3 "
    "weeks. Labels cost more than compute.",
)
QUALITY = passage(
    "quality#weekly",
    "Annotation process",
    "The table gives thresholds to start from.\n\n"
    "| measure | start value | if missed |\n| --- | --- | --- |\n"
    "| Accuracy on gold items | 95 % per person | retrain |\n"
    "| Kappa on double labels | 0.7 | revise the guideline |\n\n"
    "Ask three things:\n\n- Who labels?\n- When do they label?\n- Who checks the labels?",
)
ENTAILS = Entailment().odds
OFFERED = tuple(Hit(one, 1.0, 1.0, 1.0) for one in (LEARNING, QUALITY))


@pytest.fixture(scope="module")
def encode():
    from assistant.embed import load_encoder
    from assistant.settings import load_settings

    return load_encoder(load_settings()).encode


def gated(reply, encode, **options):
    return gate_reply(reply, OFFERED, Citations({}), encode, ENTAILS, **options)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("It pays when labels are expensive and positives are rare.", "ok"),
        ("Active learning pays off when labels are expensive and positives rare.", "ok"),
        ("The current model picks the items that people label next.", "ok"),
        ("A batch takes at least three weeks.", "ok"),
        ("A batch takes at least 21 days.", "ok"),
        ("A label costs 10 EUR.", "ok"),
        ("A label costs 12 EUR.", "number"),
        ("A label costs 10 USD.", "unit"),
        ("A batch takes at least 3 months.", "unit"),
        ("Lowell et al. (2021) found gains that were inconsistent between models.", "number"),
        ("Settles et al. (2019) found gains that were inconsistent between models.", "name"),
        ("Lowell et al. (2019) found gains that were consistent between models.", "opposite"),
        ("Lowell et al. (2019) at Google found gains that were inconsistent.", "name"),
        ("It pays when labels are cheap and positives are rare.", "opposite"),
        ("Use the chosen items for evaluation.", "negation"),
        ("All annotators slow down on unclear items.", "strength"),
        ("Compute costs more than labels.", "order"),
        ("Transformers need a learning rate warm-up and large batches.", "not_similar"),
        ("Bananas are yellow.", "not_similar"),
        ("...", "empty"),
        ("The answer is:", "empty"),
        ("When are labels expensive and positives rare?", "empty"),
    ],
)
def test_each_change_of_a_claim_has_its_reason(encode, sentence, reason):
    support = check_sentence(sentence, [LEARNING], encode, ENTAILS)
    assert (support.reason, support.supported) == (reason, reason == "ok")
    assert support.quote in LEARNING.text


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Kappa on double labels should start at 0.7.", True),
        ("Accuracy on gold items should start at 95 % per person.", True),
        ("Accuracy on gold items should start at 0.7.", False),
        ("Kappa on double labels should start at 95 %.", False),
    ],
)
def test_a_number_of_a_table_belongs_to_its_row(encode, sentence, supported):
    assert check_sentence(sentence, [QUALITY], encode, ENTAILS).supported is supported


def test_a_name_of_the_question_is_known(encode):
    sentence = "At ACME it pays when labels are expensive and positives are rare."
    assert check_sentence(sentence, [LEARNING], encode, ENTAILS).reason == "name"
    assert check_sentence(sentence, [LEARNING], encode, ENTAILS, question="And at ACME?").supported


def test_the_quote_is_the_span_that_says_it(encode):
    support = check_sentence("A label costs 10 EUR.", [QUALITY, LEARNING], encode, ENTAILS)
    assert support.passage_id == "learning#lead"
    assert "A label costs 10 EUR" in support.quote
    assert len(support.quote) < len(LEARNING.text) / 2


@pytest.mark.parametrize(
    ("reply", "text", "unknown"),
    [
        ("A label costs 10 EUR [1].", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR. [1]", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR.", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR [2].", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR [9].", "A label costs 10 EUR. [1]", 1),
        ("A label costs 10 EUR [7][8, 9].", "A label costs 10 EUR. [1]", 3),
        ("A label costs 10 EUR 【1†source】.", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR (source 1).", "A label costs 10 EUR. [1]", 0),
        ("According to [1], a label costs 10 EUR.", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR [1]. A label costs 10 EUR [1].", "A label costs 10 EUR. [1]", 0),
        ("A label costs 10 EUR [1]. Bananas are yellow [1].", "A label costs 10 EUR. [1]", 0),
        ("Bananas are yellow [1].", "", 0),
        ("=== begin passage [1]\nA label costs 10 EUR [1].", "A label costs 10 EUR. [1]", 0),
        ("", "", 0),
    ],
)
def test_markers_come_from_what_was_offered(encode, reply, text, unknown):
    result = gated(reply, encode)
    assert (result.text, result.unknown_markers) == (text, unknown)


def test_markers_are_numbered_by_use_and_cite_exact_spans(encode):
    reply = "Kappa on double labels should start at 0.7 [2]. A label costs 10 EUR [1]."
    result = gated(reply, encode)
    assert [(c.marker, c.passage_id) for c in result.citations] == [
        (1, "quality#weekly"),
        (2, "learning#lead"),
    ]
    assert all(quote in c.text for c in result.citations for quote in c.quotes)
    assert result.kept == 2


def test_an_introduction_stays_only_above_what_it_introduces(encode):
    kept = gated("Here is what to check:\n\n- A label costs 10 EUR [1].\n- Pay 40 EUR [1].", encode)
    assert kept.text == "Here is what to check:\n\n- A label costs 10 EUR. [1]"
    assert [one.reason for one in kept.removed] == ["number"]
    assert gated("Here is what to check:\n\n- Pay 40 EUR [1].", encode).text == ""
    claim = "Labels are useless, so do this:\n\n- A label costs 10 EUR [1]."
    assert gated(claim, encode).text == "- A label costs 10 EUR. [1]"


def test_a_copied_table_keeps_only_rows_of_its_source(encode):
    """A row put together from several says what no row says, though each word stands there."""
    reply = (
        "| Measure | Start value | If missed |\n| --- | --- | --- |\n"
        "| Accuracy on gold items | 95 % per person | retrain [2] |\n"
        "| Kappa on double labels | 0.7 | retrain [2] |\n"
    )
    found = gated(reply, encode)
    assert "Accuracy on gold items" in found.text
    assert "Kappa" not in found.text
    assert [one.sentence.split(":")[0] for one in found.removed] != []


def test_a_table_keeps_the_rows_that_hold(encode):
    reply = (
        "| measure | start value |\n|---|---|\n| Kappa on double labels | 0.7 [2] |\n"
        "| Accuracy on gold items | 85 % [2] |"
    )
    assert gated(reply, encode).text == (
        "| measure | start value |\n| --- | --- |\n| Kappa on double labels | 0.7 [1] |"
    )


def test_steps_are_numbered_anew(encode):
    reply = (
        "1. Bananas are yellow.\n2. A label costs 10 EUR [1].\n"
        "3. Labels cost more than compute [1]."
    )
    assert gated(reply, encode).text == (
        "1. A label costs 10 EUR. [1]\n2. Labels cost more than compute. [1]"
    )


def test_the_models_own_list_of_sources_is_left_out(encode):
    result = gated("A label costs 10 EUR [1].\n\n## Sources\n[1] My book, https://a.test", encode)
    assert result.text == "A label costs 10 EUR. [1]"
    assert result.removed == ()


def test_of_a_cut_reply_only_whole_sentences_are_judged(encode):
    result = gated("A label costs 10 EUR [1]. Some annotators slow", encode, cut=True)
    assert result.text == "A label costs 10 EUR. [1]"
    assert result.removed == ()


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](https://attacker.test/p.png)",
    "[click](javascript:alert(1))", "[a](https://attacker.test)", "<https://attacker.test>",
    "https://attacker.test/?q=[1]", "[x]: https://attacker.test", "[y][x]", "&lt;script&gt;",
    "&amp;lt;img src=x&amp;gt;", "<<b>script>", "\\<script>", "[a\\](javascript:1)",
    "```\n<b>\n```",
    "<svg/onload=1", "www.attacker.test", "data:text/html,1", "\u202e\u200b\U000e0041", "[1](x)",
    "<a href='x'>A label costs 10 EUR</a>", "[[1]](//attacker.test)", "!", "[", "](", "<", "| a |",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    "frame",
    [
        "A label costs 10 EUR [1]. {}",
        "{} A label costs 10 EUR [1].",
        "- A label {} costs 10 EUR [1].",
    ],
)
def test_nothing_of_a_reply_can_be_opened_or_run(encode, hostile, frame):
    assert_inert(gated(frame.format(hostile), encode))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "A label costs 10 EUR", "[1]", "[5]", ".", "\n", " ", "- "]),
        max_size=12,
    )
)
def test_no_mixture_opens_or_runs_anything(parts):
    encode = HashingEncoder().encode
    assert_inert(gate_reply("".join(parts), OFFERED, Citations({}), encode, ENTAILS))


def assert_inert(result):
    text = result.text + " ".join(one.sentence for one in result.removed)
    assert not re.search(r"<[A-Za-z/!?]", text)
    assert "](" not in text
    assert "![" not in text
    assert "://" not in text
    assert "javascript:" not in text
    assert "attacker" not in result.text
    markers = {int(number) for number in re.findall(r"\[(\d+)\]", result.text)}
    assert markers == {citation.marker for citation in result.citations}
    assert not re.search(r"\[(?!\d+\])", result.text)
    assert not re.search("[\u200b\u202e\U000e0041]", text)
