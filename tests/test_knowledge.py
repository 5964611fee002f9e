"""The curated knowledge is sound: its form, its sources, its links, its words, its coverage."""

import importlib.util
import re
import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from knowledge_text import FOLDER, sentences

from assistant.ingest import Knowledge, estimate_tokens, read_article, read_knowledge

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in FOLDER.glob("*/*.md"))

# Passages that other parts of the product name by their id; a renamed heading would break them.
NAMED_PASSAGES = [
    "batch-online-streaming#which-one",
    "class-imbalance#choose-the-metric",
    "class-imbalance#why-it-matters",
    "error-costs#why-it-matters",
    "inputs-and-outputs#choose-the-output-first",
    "ivo-test#how-to-apply-it",
    "ivo-test#pitfalls",
    "ivo-test#why-it-matters",
    "label-delay#consequences",
    "label-delay#why-it-matters",
    "latency-budgets#where-to-measure",
    "leakage#temporal",
    "why-this-why-now#questions-to-ask",
]

ARTICLE = """\
---
id: sample
title: A sample
topic: data
phase: [data]
answers: [One?, Two?, Three?]
references: [gdpr-2016]
reviewed: 2026-11-21
review_by: 2027-11-21
---
"""


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge(FOLDER)


# --- size and sources -------------------------------------------------------------------------


def test_there_is_enough(knowledge: Knowledge) -> None:
    assert len(knowledge.articles) >= 90
    assert len(knowledge.references) >= 90


def test_every_reference_is_used(knowledge: Knowledge) -> None:
    used = {key for article in knowledge.articles.values() for key in article.references}
    assert not sorted(knowledge.references.keys() - used)


def test_references_are_sorted_and_each_work_stands_once(knowledge: Knowledge) -> None:
    text = (FOLDER / "references.yaml").read_text(encoding="utf-8")
    keys = re.findall(r"^- key: (\S+)$", text, re.M)
    assert keys == sorted(keys)
    assert len(keys) == len(knowledge.references)
    for field in ("title", "link"):
        values = [getattr(entry, field) for entry in knowledge.references.values()]
        seen = Counter(str(value).casefold() for value in values if value)
        assert not [value for value, times in seen.items() if times > 1], field


def test_authors_are_written_one_way(knowledge: Knowledge) -> None:
    """`Surname, I.; Surname, I.`, or the name of an organisation."""
    person = re.compile(
        r"[^,;]+, (?:[A-ZÀ-Ž]\.|-[A-Za-z]\.)(?:[ -]?[A-Za-zÀ-ž]{1,2}\.)*(?: \(eds?\.\))?"
    )
    odd = [
        (key, name)
        for key, entry in knowledge.references.items()
        for name in entry.authors.split("; ")
        if "," in name and not person.fullmatch(name) and name != "Docker, Inc."
        and "University" not in name
    ]  # fmt: skip
    assert not odd


def test_papers_have_a_year_and_nearly_all_a_link(knowledge: Knowledge) -> None:
    papers = [e for e in knowledge.references.values() if e.kind in ("paper", "preprint", "law")]
    assert not [entry.key for entry in papers if entry.year is None or entry.link is None]


# --- each article -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_article_has_a_sensible_length_and_shape(name: str, knowledge: Knowledge) -> None:
    article = knowledge.articles[name]
    words = len(article.plain_body.split())
    assert 250 <= words <= 800, f"{words} words"
    assert not article.plain_body.startswith("#"), "it opens with its answer, not with a heading"
    levels = {len(marks) for marks in re.findall(r"^(#+) ", article.body, re.M)}
    assert levels == {2}
    assert all(question.strip().endswith("?") for question in article.answers)


@pytest.mark.parametrize("name", NAMES)
def test_links_between_articles_resolve(name: str, knowledge: Knowledge) -> None:
    article = knowledge.articles[name]
    here = FOLDER / article.topic
    targets = re.findall(r"\]\(([^)]*)\)", article.body)
    assert all(re.fullmatch(r"\.\./[a-z-]+/[a-z0-9-]+\.md", target) for target in targets)
    assert not [target for target in targets if not (here / target).resolve().is_file()]
    assert list(article.related) == list(dict.fromkeys(Path(target).stem for target in targets))
    assert name not in article.related


@pytest.mark.parametrize(
    "pattern",
    [
        r"https?://|www\.",  # sources belong to the references
        r"!\[|<(?:img|br|div|span|table|p|b|i)\b",  # neither images nor HTML
        r"—",  # a chain of dashes is a sentence that wants to be two
        r"(?i)it'?s important|it is important to note|in conclusion|in today's",
        r"(?:^|[\s`\"(])/(?:home|work|tmp|root|usr|Users)/",
        r"\d%",  # written `5 %` everywhere
        r"[‘’]",
    ],
)
def test_bodies_keep_the_house_style(pattern: str, knowledge: Knowledge) -> None:
    found = {
        name: article.body[match.start() - 30 : match.end() + 30]
        for name, article in knowledge.articles.items()
        if (match := re.search(pattern, article.body))
    }
    assert not found


def test_no_two_articles_share_a_sentence(knowledge: Knowledge) -> None:
    places: defaultdict[str, set[str]] = defaultdict(set)
    for name, article in knowledge.articles.items():
        for sentence in sentences(article.plain_body):
            places[sentence.casefold().rstrip(".:;")].add(name)
    assert not {sentence: names for sentence, names in places.items() if len(names) > 1}


def test_no_two_articles_answer_the_same_question(knowledge: Knowledge) -> None:
    asked = Counter(
        " ".join(re.findall(r"\w+", question.casefold()))
        for article in knowledge.articles.values()
        for question in article.answers
    )
    assert not [question for question, times in asked.items() if times > 1]


def test_nothing_is_overdue(knowledge: Knowledge) -> None:
    today = date.today()
    articles = knowledge.articles.values()
    assert not [a.id for a in articles if a.review_by <= today]
    assert not [a.id for a in articles if a.reviewed > today]
    law = [a for a in articles if a.jurisdiction]
    assert law
    assert not [a.id for a in law if today - a.reviewed > timedelta(days=120)]
    assert not [a.id for a in law if a.review_by - a.reviewed > timedelta(days=200)]


# --- passages ---------------------------------------------------------------------------------


def test_passages_are_plain_exact_and_of_a_readable_size(knowledge: Knowledge) -> None:
    passages = knowledge.passages()
    sizes = [estimate_tokens(passage.text) for passage in passages]
    assert min(sizes) >= 25
    assert max(sizes) <= 400
    assert 80 <= statistics.median(sizes) <= 250
    assert len({passage.id for passage in passages}) == len(passages)
    for passage in passages:
        assert passage.text in knowledge.articles[passage.source_id].plain_body
        assert "](" not in passage.text


@pytest.mark.parametrize("name", NAMED_PASSAGES)
def test_passages_that_others_name_exist(name: str, knowledge: Knowledge) -> None:
    assert name in {p.id for p in knowledge.articles[name.split("#")[0]].passages()}


@pytest.mark.parametrize(
    ("body", "related", "plain"),
    [
        ("See [costs](../metrics/error-costs.md).", ("error-costs",), "See costs."),
        ("[B](b.md), [A](../x/a.md), [b](../y/b.md#top)", ("b", "a"), "B, A, b"),
        ("A list [1] (see below) and [x](https://example.org)", (), None),
        ("Nothing here.", (), None),
    ],
)
def test_links_give_the_related_articles_and_leave_their_labels(
    body: str, related: tuple[str, ...], plain: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "sample.md"
    path.write_text(ARTICLE + body, encoding="utf-8")
    article = read_article(path)
    assert article.related == related
    assert article.plain_body == (plain or body)
    assert [passage.text for passage in article.passages()] == [plain or body]


# --- coverage ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coverage() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_coverage", ROOT / "docs/make_coverage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_coverage_names_articles_that_exist(coverage: ModuleType, knowledge: Knowledge) -> None:
    points = coverage.read_points(FOLDER / "coverage.yaml")
    assert len(points) >= 200
    assert len({point.id for point in points}) == len(points)
    assert not [p.id for p in points if not p.articles]
    assert not [p.id for p in points if set(p.articles) - knowledge.articles.keys()]
    with pytest.raises(KeyError):
        coverage.coverage_page(points, {})


def test_the_coverage_page_is_current(coverage: ModuleType) -> None:
    assert coverage.main(["--check"]) == 0


def test_every_word_of_the_list_of_points_is_mapped(coverage: ModuleType, shared: Path) -> None:
    points = coverage.read_points(FOLDER / "coverage.yaml")
    path = shared / "knowledge-coverage.md"
    text = path.read_text(encoding="utf-8").split("## From the source documents")[1]
    source, beyond = text.split("## Beyond the source documents")
    pieces = re.split(r"\*\*(.+?)\*\*(?: \[[\d, ]+\])?:", " ".join(source.split()))
    wanted = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    wanted["Beyond the source documents"] = " ".join(beyond.split())
    assert {point.section for point in points} == wanted.keys()
    left = {}
    for section, words in wanted.items():
        rest = words
        for point in sorted(points, key=lambda p: -len(p.point)):
            if point.section == section:
                assert point.point in words, point.id
                rest = rest.replace(point.point, " | ")
        left[section] = set(re.findall(r"\w+", rest)) - {"and", "against"}
    left["Academia and industry"] -= {"see", "Shwartz", "Ziv", "Armon", "2021"}
    assert not {section: words for section, words in left.items() if words}
