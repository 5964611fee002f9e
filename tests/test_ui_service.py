"""What the page asks the service for beside answers: articles, examples, pictures."""

from datetime import date

import pytest

from assistant import Assistant, AssistantError, Settings


def test_every_topic_counts_its_articles(assistant):
    cards = assistant.articles()
    for topic in assistant.topics():
        assert topic.articles == sum(card.topic == topic.id for card in cards) > 0
    assert [card.title.casefold() for card in cards] == sorted(
        card.title.casefold() for card in cards
    )


def test_an_article_is_whole_and_every_fact_leads_to_a_part_of_one(assistant):
    parts: dict[str, set[str]] = {}
    for card in assistant.articles():
        article = assistant.article(card.id)
        assert article.card == card
        assert article.references
        parts[card.id] = {key for part in article.parts for key in part.passages}
        assert f"{card.id}#lead" in parts[card.id]
        for part in article.parts:
            assert part.text.strip()
            assert part.id == part.passages[0]
    for fact in assistant.catalogue():
        for why in fact.why:
            assert why in parts[why.split("#")[0]], fact.id


def test_an_article_whose_review_is_overdue_is_stale(prepared_home, tmp_path):
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "indexes").symlink_to(prepared_home / "indexes")
    for today, stale in ((date(2026, 11, 22), False), (date(2099, 1, 1), True)):
        with Assistant(Settings(home=home), clock=lambda today=today: today) as assistant:
            assert assistant.article("ivo-test").card.stale is stale


def test_there_is_no_article_of_another_name(assistant):
    with pytest.raises(AssistantError) as caught:
        assistant.article("no-such-article")
    assert caught.value.code == "not_found"


def test_every_example_opens_as_a_project_of_its_own(assistant):
    examples = assistant.examples()
    assert len(examples) >= 3
    for example in examples:
        project = assistant.open_example(example.id)
        assert example.title in project.name
        assert len(assistant.facts(project=project.name)) == example.facts
        again = assistant.open_example(example.id)
        assert again.name == f"{project.name} (2)"
    verdicts = {
        assistant.verdict(project=project.name).verdict
        for project in assistant.projects()
        if project.name.startswith("Example: ")
    }
    assert len(verdicts) == len(examples)
    assistant.delete_project(f"Example: {examples[0].title}")
    with pytest.raises(AssistantError):
        assistant.facts(project=f"Example: {examples[0].title}")


def test_there_is_no_example_of_another_name_and_nothing_is_left_of_it(assistant):
    before = [project.name for project in assistant.projects()]
    with pytest.raises(AssistantError):
        assistant.open_example("no-such-example")
    assert [project.name for project in assistant.projects()] == before


def test_each_picture_of_a_document_is_drawn(assistant):
    project = assistant.open_example("card-fraud").name
    for kind in assistant.document_kinds():
        document = assistant.document(kind, save=False, project=project)
        pictures = assistant.pictures(document)
        assert pictures.keys() == {
            block.key for block in document.blocks if block.kind == "picture"
        }
        for picture in pictures.values():
            assert picture.svg.lstrip().startswith((b"<svg", b"<?xml"))
            assert picture.alt
