"""knowledge/coverage.yaml and the articles → docs/coverage.md, a table of what is taught where."""

import argparse
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from assistant.ingest import Article, read_article

ROOT = Path(__file__).resolve().parents[1]
KNOWLEDGE = ROOT / "knowledge"
TABLE = ROOT / "docs" / "coverage.md"

INTRODUCTION = """\
# What the knowledge base covers

The points that the knowledge base has to teach, and the articles that teach each of them. The
points come first from five source documents (000 to 004) and then from what a person who scopes
an ML project needs beyond them; the words in the first column are those of the list of points.

This page is made from `knowledge/coverage.yaml` by `python docs/make_coverage.py`.
"""


class Point(BaseModel):
    """One entry of coverage.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    section: str
    source: tuple[str, ...] | str
    point: str
    articles: tuple[str, ...]


def read_points(path: Path) -> list[Point]:
    """Read coverage.yaml; raise pydantic's ValidationError when an entry has another form."""
    return TypeAdapter(list[Point]).validate_python(yaml.safe_load(path.read_text("utf-8")))


def coverage_page(points: Sequence[Point], articles: dict[str, Article]) -> str:
    """Write the page; raise KeyError when a point names an article that does not exist."""
    named = {name for point in points for name in point.articles}
    parts = [INTRODUCTION, f"{len(points)} points, {len(articles)} articles.\n"]
    for section, members in groupby(points, key=lambda point: point.section):
        rows = list(members)
        table = "".join(_row(point, articles) for point in rows)
        parts.append(f"## {section}\n\n{_origin(rows[0].source)}\n")
        parts.append(f"| point | articles |\n| --- | --- |\n{table}")
    further = "".join(f"- {_link(articles[name])}\n" for name in sorted(articles.keys() - named))
    parts.append(f"## Articles on further subjects\n\n{further}")
    return "\n".join(parts)


def _origin(source: tuple[str, ...] | str) -> str:
    if isinstance(source, str):
        return "Needed beyond the source documents."
    return f"From source document{'s' * (len(source) > 1)} {' and '.join(source)}."


def _row(point: Point, articles: dict[str, Article]) -> str:
    links = ", ".join(_link(articles[name]) for name in point.articles)
    return f"| {_cell(point.point)} | {links} |\n"


def _link(article: Article) -> str:
    return f"[{_cell(article.title)}](../knowledge/{article.topic}/{article.id}.md)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")


def current_page() -> str:
    """The page as it should be now."""
    read = [read_article(path) for path in sorted(KNOWLEDGE.glob("*/*.md"))]
    points = read_points(KNOWLEDGE / "coverage.yaml")
    return coverage_page(points, {article.id: article for article in read})


def main(arguments: Sequence[str] | None = None) -> int:
    """Write docs/coverage.md, or with --check only say by the exit code whether it is current."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 when stale")
    check = parser.parse_args(arguments).check
    page = current_page()
    if not check:
        TABLE.write_text(page, encoding="utf-8")
    elif not TABLE.exists() or TABLE.read_text(encoding="utf-8") != page:
        sys.stderr.write("docs/coverage.md is stale: run `python docs/make_coverage.py`.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
