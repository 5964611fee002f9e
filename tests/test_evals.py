"""The test half of the evaluation cases reaches what is promised, and the cases are sound."""

from pathlib import Path

import pytest
import yaml
from cases import read_questions
from run import SUITES

EVALS = Path(__file__).parents[1] / "evals"
THRESHOLDS = yaml.safe_load((EVALS / "thresholds.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("suite", sorted(THRESHOLDS))
def test_the_test_half_reaches_what_is_promised(suite, assistant):
    result = SUITES[suite](assistant, "test")
    scores = result["scores"]
    for name, least in THRESHOLDS[suite].get("at_least", {}).items():
        assert scores[name] >= least, (name, scores[name], result["failed"][:5])
    for name, most in THRESHOLDS[suite].get("at_most", {}).items():
        assert scores[name] <= most, (name, scores[name], result["failed"][:5])


def test_cases_are_many_different_and_point_at_articles(assistant):
    cases = read_questions()
    articles = assistant.library.knowledge().notes["articles"]
    answerable = [case for case in cases if case.gold]
    assert len(answerable) >= 150
    assert len(cases) - len(answerable) >= 60
    assert len({case.id for case in cases}) == len({case.question for case in cases}) == len(cases)
    assert {key for case in cases for key in case.gold} <= articles.keys()
    free = [case for case in answerable if case.style in ("paraphrase", "scenario")]
    assert len(free) >= len(answerable) / 2


def test_no_case_was_copied_into_the_search_data(assistant):
    """A phrasing that repeats a case would measure memory, not retrieval."""
    folder = assistant.settings.knowledge_folder / "asked"
    phrasings = {
        " ".join(text.casefold().split())
        for path in folder.glob("*.yaml")
        for texts in yaml.safe_load(path.read_text(encoding="utf-8")).values()
        for text in texts
    }
    asked = {" ".join(case.question.casefold().split()) for case in read_questions()}
    assert not phrasings & asked
