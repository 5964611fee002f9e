"""Facts in the articles that go wrong when they are written from memory."""

import re
from pathlib import Path

import pytest
from knowledge_text import FOLDER, sentences

from assistant.ingest import Knowledge, read_knowledge


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge(FOLDER)


def body_of(knowledge: Knowledge, name: str) -> str:
    return knowledge.articles[name].plain_body


def saying(knowledge: Knowledge, pattern: str) -> dict[str, list[str]]:
    """Sentences of all bodies that match `pattern`, by article."""
    found = {
        name: [s for s in sentences(article.plain_body) if re.search(pattern, s)]
        for name, article in knowledge.articles.items()
    }
    return {name: hits for name, hits in found.items() if hits}


def test_the_80_per_cent_of_failed_projects_are_only_quoted(knowledge: Knowledge) -> None:
    rate = r"(?i)\d\d ?(?:%|per ?cent).{0,60}\b(?:projects?|initiatives|models)\b.{0,40}\bfail"
    claims = saying(knowledge, rate)
    assert claims.keys() == {"failure-patterns"}
    assert all(re.search("by some estimates|quoted", hit) for hit in claims["failure-patterns"])
    assert "65" in body_of(knowledge, "failure-patterns")
    assert "five leading root causes" in body_of(knowledge, "failure-patterns")


@pytest.mark.parametrize(
    "words",
    [
        "2 December 2027",  # Annex III after the amendment
        "2 August 2028",  # Annex I after the amendment
        "2 February 2025",
        "2 August 2025",
        "2 August 2026",
        "2 December 2026",
        "16 June",
        "29 June 2026",
        "Check the Official Journal",
        "secondary sources give other years",
    ],
)
def test_the_ai_act_article_has_the_amended_dates(words: str, knowledge: Knowledge) -> None:
    assert words in body_of(knowledge, "eu-ai-act")


def test_no_article_keeps_the_first_dates_of_the_ai_act(knowledge: Knowledge) -> None:
    old = saying(knowledge, r"(?i)(?:high-risk|annex).*\b2 August 202[67]\b")
    assert old.keys() <= {"eu-ai-act"}
    assert all("original" in hit.casefold() for hits in old.values() for hit in hits)


def test_the_nist_framework_is_version_1_0(knowledge: Knowledge) -> None:
    assert "AI RMF 1.0" in body_of(knowledge, "ai-management-standards")
    assert not saying(knowledge, r"AI RMF (?:2|1\.[1-9])")
    entry = knowledge.references["nist-ai-rmf"]
    assert "1.0" in entry.title
    assert entry.year == 2023


def test_the_count_of_leaky_papers_names_its_version(knowledge: Knowledge) -> None:
    counts = saying(knowledge, r"\b(?:329|294)\b.*papers|papers.*\b(?:329|294)\b")
    assert "leakage" in counts
    for hits in counts.values():
        for hit in hits:
            assert not re.search(r"\b329\b", hit) or "2022 preprint" in hit
            assert not re.search(r"\b294\b", hit) or re.search("published|Patterns", hit)


def test_the_leakage_table_has_eight_types(knowledge: Knowledge) -> None:
    section = body_of(knowledge, "leakage").split("## The eight types")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 8


def test_deep_blue_is_search(knowledge: Knowledge) -> None:
    about = saying(knowledge, "Deep Blue")
    assert "history-of-ml" in about
    assert any("search and not learning" in hit for hit in about["history-of-ml"])
    assert "campbell-2002-deep-blue" in knowledge.articles["history-of-ml"].references


def test_the_rules_of_ml_are_cited_by_title(knowledge: Knowledge) -> None:
    assert saying(knowledge, "Rules of ML")
    assert not saying(knowledge, r"Zinkevich|Rules of (?:ML|Machine Learning) \(?20\d\d")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("three-point-estimates", r"\(O \+ 4M \+ P\) ?/ ?6"),
        ("three-point-estimates", r"\(P − O\) ?/ ?6"),
        ("three-point-estimates", r"(?i)correlat"),
        ("ml-test-score", r"28 tests"),
        ("deploy-vm-or-serverless", r"15 minutes"),
        ("automated-decisions", r"Article 22"),
        ("personal-data-basics", r"Article 25"),
        ("dpia", r"Article 35"),
        ("data-cascades", r"92 %.*53 practitioners"),
        ("doubly-robust-estimation", r"either of the two is right"),
        ("tabular-trees-or-deep", r"Ensemble of deep models and XGBoost"),
    ],
)
def test_figures_and_articles_of_law_are_right(
    name: str, pattern: str, knowledge: Knowledge
) -> None:
    assert re.search(pattern, body_of(knowledge, name))


def test_products_that_closed_are_said_to_be_closed(knowledge: Knowledge) -> None:
    """AWS Forecast takes no new customers; an article that names it must say so."""
    body = body_of(knowledge, "ready-made-ai-services")
    assert re.search(r"Forecast \|[^|]*[Cc]losed to new customers", body)


NAMED = re.compile(r"\b(?!They\b)([A-Z][\w-]+)(?: et al\.| and [A-Z][\w-]+) \(((?:19|20)\d\d)\)")


def test_works_named_in_the_text_stand_among_the_references(knowledge: Knowledge) -> None:
    strangers = []
    named = 0
    for name, article in knowledge.articles.items():
        cited = [knowledge.references[key] for key in article.references]
        for author, year in NAMED.findall(article.plain_body):
            named += 1
            if not any(author in e.authors and year in f"{e.year} {e.where}" for e in cited):
                strangers.append((name, author, year))
    assert named > 200
    assert not strangers


def test_no_run_of_ten_words_is_taken_from_a_source_document(
    knowledge: Knowledge, shared: Path
) -> None:
    taken = set()
    for path in sorted((shared / "seeds").glob("*.txt")):
        taken |= runs(path.read_text(encoding="utf-8", errors="replace"))
    assert taken
    copies = {
        name: found
        for name, article in knowledge.articles.items()
        if (found := runs(article.plain_body) & taken)
    }
    assert not copies


def runs(text: str, length: int = 10) -> set[tuple[str, ...]]:
    """All runs of `length` words."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
