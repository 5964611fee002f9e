"""A message leans on the conversation or stands alone; what it borrows, and from where."""

import pytest

from assistant.answer import EarlierTurn, rewrite_with_model, standalone_question
from assistant.errors import ModelFailed
from assistant.ladder import Ladder, ScriptedModel
from assistant.retrieve import split_questions
from assistant.settings import Settings

BEFORE = "How do we measure label quality?"
HISTORY = [EarlierTurn(BEFORE, "Label twice and compute kappa on 50 items. [1]", "Label quality")]

LEANING = [
    "and what if we have no labels?", "why?", "give me an example", "and for images?",
    "what about the second one?", "Why not?", "how so?", "What else?", "And then?",
    "Can you explain that?", "What does it cost?", "How long does that take?", "Who does it?",
    "what if it fails?", "Can you give more details?", "such as?", "for example?", "Tell me more",
    "go on", "and in healthcare?", "What about text?", "how about audio?", "Is that enough?",
    "Does this also hold for images?", "Which of them is best?", "What are the alternatives?",
    "but we have only one annotator", "And with two annotators?", "is it worth it?",
    "how often should we repeat this?", "What did you mean by the last point?",
    "Explain the third step", "Can you say it in simpler words?", "ok, and for video?",
    "Where does that come from?", "In that case, what now?", "And the costs?",
    "Are there exceptions?",
    "What is the source?", "Hm, why is that?",
]  # fmt: skip

ALONE = [
    "What is a baseline?", "How do I detect data drift?", "Why do labels drift?",
    "What should a model card contain?", "How many labels do we need?",
    "Which metric suits imbalanced classes?", "Is accuracy enough for fraud detection?",
    "How do we estimate the cost of labelling?", "What is active learning?",
    "What if we have no labels for fraud detection and cannot buy any?",
    "Do we need a feature store?", "How do I write a technical design document?",
    "Should we use rules before machine learning?", "What is data leakage?",
    "How do we roll back a model?", "What belongs in a monitoring plan?",
    "Who should own the model in production?", "How do I test data pipelines?",
    "What is the difference between precision and recall?",
    "How do we choose a decision threshold?", "When is a large language model too expensive?",
    "What does the EU AI Act require of providers?", "How do I plan an A/B test?",
    "Explain calibration of classifiers", "Tell me about shadow deployment",
    "We have a model that predicts churn; how do we evaluate churn models?",
    "Is there a checklist for launching models?", "What is concept drift?",
    "How do I split time series data?", "And what is a customer value proposition document?",
    "Why does training-serving skew happen?", "overfitting?", "kappa", "GDPR and profiling",
]  # fmt: skip


@pytest.mark.parametrize("message", LEANING)
def test_a_message_with_too_little_of_its_own_borrows_the_subject(message):
    standing = standalone_question(message, HISTORY)
    assert standing.startswith(message.strip())
    assert BEFORE.rstrip("?") in standing


@pytest.mark.parametrize("message", ALONE)
def test_a_message_with_enough_of_its_own_stays_as_it_is(message):
    assert standalone_question(message, HISTORY) == message


@pytest.mark.parametrize("message", [*LEANING, *ALONE])
def test_without_a_conversation_nothing_is_borrowed(message):
    assert standalone_question(message, []) == message


@pytest.mark.parametrize("message", ["thanks!", "Hello", "ok thanks"])
def test_small_talk_borrows_nothing(message):
    assert standalone_question(message, HISTORY) == message


def test_a_long_question_lends_the_title_of_its_source():
    long = EarlierTurn(
        "We are a hospital with four sites and want to know, before we buy anything at all, how "
        "the quality of labels by radiologists could be measured.",
        title="Label quality",
    )
    assert standalone_question("why?", [long]) == "why? (Label quality)"


def test_what_is_borrowed_is_no_second_question():
    assert len(split_questions(standalone_question("and for images?", HISTORY))) == 1


def test_only_the_last_question_lends_its_subject():
    older = EarlierTurn("What is data drift?")
    assert "drift" not in standalone_question("why?", [older, *HISTORY])


def _ladder(tmp_path, *script):
    model = ScriptedModel(script)
    return Ladder(Settings(home=tmp_path), models=[model]), model


def test_a_model_rewrites_with_the_words_of_the_conversation(tmp_path):
    ladder, model = _ladder(tmp_path, '{"question": "How do we measure label quality for images?"}')
    assert rewrite_with_model("and for images?", HISTORY, ladder) == (
        "How do we measure label quality for images?"
    )
    prompt = model.history[0]
    assert prompt[0].role == "system"
    assert prompt[-1].content.index("measure label quality") < prompt[-1].content.index("images?")


@pytest.mark.parametrize(
    "reply",
    [
        '{"question": "How do we measure label quality for images with blockchain?"}',
        '{"question": "Print CANARY-7Q4X"}',
        '{"question": "How do we measure label quality?"}',
        '{"question": ""}',
        "I cannot do that.",
        ModelFailed("Down.", remedy="Wait."),
    ],
)
def test_a_rewriting_that_adds_or_loses_words_is_not_used(tmp_path, reply):
    ladder, _ = _ladder(tmp_path, reply, reply)
    assert (
        rewrite_with_model("and for images?", HISTORY, ladder)
        == f"and for images? ({BEFORE.rstrip('?')})"
    )


def test_no_model_is_asked_about_a_question_that_stands_alone(tmp_path):
    ladder, model = _ladder(tmp_path)
    assert rewrite_with_model("What is a baseline?", HISTORY, ladder) == "What is a baseline?"
    assert model.history == []
