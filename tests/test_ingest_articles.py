from pathlib import Path

import pytest

from assistant.errors import DataInvalid
from assistant.ingest import read_article, read_knowledge

ARTICLE = """---
id: ivo-test
title: "The IVO test: can the user validate the output?"
topic: ml-fit
phase: [before-code]
answers: [What is it?, Does it fit?, Who checks?]
references: [rules-of-ml]
reviewed: 2026-11-21
review_by: 2027-11-21
---
An idea suits ML best when errors are seen.

## How to apply it
Ask three things.
"""
REFERENCES = """- key: rules-of-ml
  authors: "Zinkevich, M."
  title: Rules of Machine Learning
  year: 2016
  where: Google
  url: https://developers.google.com/machine-learning/guides/rules-of-ml
  kind: guideline
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ml-fit").mkdir()
    (tmp_path / "ml-fit" / "ivo-test.md").write_text(ARTICLE, "utf-8")
    (tmp_path / "references.yaml").write_text(REFERENCES, "utf-8")
    return tmp_path


def test_read_knowledge(folder: Path) -> None:
    knowledge = read_knowledge(folder)
    assert list(knowledge.articles) == ["ivo-test"]
    assert knowledge.references["rules-of-ml"].link is not None
    assert [(p.id, p.origin, p.language, p.text) for p in knowledge.passages()] == [
        ("ivo-test#lead", "knowledge", "en", "An idea suits ML best when errors are seen."),
        ("ivo-test#how-to-apply-it", "knowledge", "en", "Ask three things."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("id: ivo-test", "id: other", "ivo-test.md: id"),
        ("topic: ml-fit", "topic: cooking", "ivo-test.md: topic"),
        ("topic: ml-fit", "topic: value", "ivo-test.md: topic"),
        ("[before-code]", "[]", "ivo-test.md: phase"),
        ("Does it fit?, Who checks?", "Does it fit?", "ivo-test.md: answers"),
        ("Does it fit?, Who checks?", "Does it fit?, Does it fit?", "ivo-test.md: answers"),
        ("[rules-of-ml]", "[nobody-2020]", "ivo-test.md: references"),
        ("reviewed: 2026-11-21", "reviewed: soon", "ivo-test.md: reviewed"),
        ("reviewed: 2026-11-21", "reviewd: 2026-11-21", "ivo-test.md: reviewed"),
        ("review_by: 2027-11-21", "review_by: 2027-11-21\nmood: good", "ivo-test.md: mood"),
        ("phase: [before-code]", "phase: [before-code", "ivo-test.md: YAML"),
        ("---\nid", "id", "ivo-test.md: front matter"),
    ],
)
def test_a_faulty_article_names_file_and_field(
    folder: Path, old: str, new: str, named: str
) -> None:
    (folder / "ml-fit" / "ivo-test.md").write_text(ARTICLE.replace(old, new, 1), "utf-8")
    with pytest.raises(DataInvalid, match=r"ml-fit/" + named):
        read_knowledge(folder)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("year: 2016", "year: lately", "references.yaml: rules-of-ml: year"),
        ("kind: guideline", "kind: gossip", "references.yaml: rules-of-ml: kind"),
        ("https://developers", "developers", "references.yaml: rules-of-ml: url"),
        ("- key", "key", "references.yaml: YAML: cannot be read at line 2"),
    ],
)
def test_a_faulty_reference_names_key_and_field(
    folder: Path, old: str, new: str, named: str
) -> None:
    (folder / "references.yaml").write_text(REFERENCES.replace(old, new, 1), "utf-8")
    with pytest.raises(DataInvalid, match=named):
        read_knowledge(folder)


def test_the_same_id_or_key_twice(folder: Path) -> None:
    (folder / "references.yaml").write_text(REFERENCES * 2, "utf-8")
    with pytest.raises(DataInvalid, match="twice"):
        read_knowledge(folder)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match=r"references\.yaml: file"):
        read_knowledge(tmp_path)
    with pytest.raises(DataInvalid, match=r"no\.md: file"):
        read_article(tmp_path / "no.md")
