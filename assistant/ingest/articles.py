"""A folder of curated articles → Knowledge: articles and references, every field checked."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.errors import DataInvalid
from assistant.ingest.passages import Counter, Passage, cut_markdown, estimate_tokens

Topic = Literal[
    "problem", "ml-fit", "value", "data", "labels", "metrics", "baselines", "experiments",
    "evaluation", "testing", "system-design", "deployment", "operations", "responsible",
    "security", "llm", "team", "planning", "documentation", "research",
]  # fmt: skip
Phase = Literal["before-code", "data", "modelling", "evaluation", "release", "operation", "team"]
ReferenceKind = Literal[
    "paper", "preprint", "book", "standard", "law", "guideline", "documentation", "course",
    "talk", "report", "blog",
]  # fmt: skip
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Words = Annotated[str, Field(min_length=1)]

REFERENCES_FILE = "references.yaml"
PHRASINGS_FOLDER = "asked"
_FENCE = "---\n"
# A link to a neighbour article: [label](../topic/id.md), perhaps with #section.
_LINK = re.compile(r"\[([^\[\]]+)\]\((?:\.\./[a-z-]+/)?([a-z0-9-]+)\.md(?:#[\w-]*)?\)")


class Reference(BaseModel):
    """One entry of `references.yaml`: a source that articles cite by its key."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    key: Key
    authors: Words
    title: Words
    year: int | None = Field(default=None, ge=1600, le=2100)
    where: str = ""
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    kind: ReferenceKind

    @property
    def link(self) -> str | None:
        """The address to open, from the url or the doi."""
        return self.url or (f"https://doi.org/{self.doi}" if self.doi else None)


class Article(BaseModel):
    """One curated article: front matter, and the Markdown body below it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: Key
    title: Words
    topic: Topic
    phase: tuple[Phase, ...] = Field(min_length=1)
    answers: tuple[Words, ...] = Field(min_length=3, max_length=8)
    references: tuple[Key, ...] = Field(min_length=1)
    reviewed: date
    review_by: date
    jurisdiction: str | None = None
    body: Words

    @field_validator("references", "answers", "phase")
    @classmethod
    def _no_repeats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("names something twice")
        return value

    @property
    def related(self) -> tuple[str, ...]:
        """Ids of the articles that the body links to, in order, each once."""
        return tuple(dict.fromkeys(match[2] for match in _LINK.finditer(self.body)))

    @property
    def plain_body(self) -> str:
        """The body as it is shown and quoted: links to other articles are their bare labels."""
        return _LINK.sub(r"\1", self.body)

    def passages(self, count: Counter = estimate_tokens) -> tuple[Passage, ...]:
        """The article's passages, exact spans of `plain_body`; none reaches across headings."""
        return cut_markdown(
            self.plain_body,
            source_id=self.id,
            title=self.title,
            origin="knowledge",
            merge_small=False,
            language="en",
            count=count,
        )


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The curated knowledge: articles by id and references by key, in order of their names.

    `phrasings` has for each article more ways in which people ask for it; only search uses them.
    """

    articles: Mapping[str, Article]
    references: Mapping[str, Reference]
    phrasings: Mapping[str, tuple[str, ...]]

    def passages(self, count: Counter = estimate_tokens) -> tuple[Passage, ...]:
        """Every passage of every article."""
        return tuple(p for article in self.articles.values() for p in article.passages(count))


def read_article(path: Path) -> Article:
    """Read one article; raise DataInvalid that names the file and the field."""
    text = _read(path)
    if not text.startswith(_FENCE) or "\n---\n" not in text:
        raise _invalid(path, "front matter", "is missing: the file must open with `---`")
    front, body = text[len(_FENCE) :].split("\n---\n", 1)
    fields = _load_yaml(path, front, first_line=2)
    if not isinstance(fields, dict):
        raise _invalid(path, "front matter", "is not a list of `field: value` lines")
    try:
        article = Article.model_validate({**fields, "body": body})
    except ValidationError as error:
        raise _from_validation(path, error) from error
    if article.id != path.stem:
        raise _invalid(path, "id", f"is {article.id!r} but the file is named {path.stem!r}")
    return article


def read_knowledge(folder: Path) -> Knowledge:
    """Read all articles and `references.yaml` of `folder`; raise DataInvalid on the first fault."""
    references = _read_references(folder / REFERENCES_FILE)
    articles: dict[str, Article] = {}
    paths: dict[str, Path] = {}
    for path in sorted(folder.glob("*/*.md")):
        article = read_article(path)
        if article.id in articles:
            raise _invalid(path, "id", f"{article.id!r} is taken by {paths[article.id].name}")
        if article.topic != path.parent.name:
            raise _invalid(path, "topic", f"{article.topic!r} differs from {path.parent.name!r}")
        unknown = sorted(set(article.references) - references.keys())
        if unknown:
            raise _invalid(path, "references", f"{unknown[0]!r} is not in {REFERENCES_FILE}")
        articles[article.id], paths[article.id] = article, path
    if not articles:
        raise _invalid(folder, "articles", "are missing")
    phrasings = _read_phrasings(folder / PHRASINGS_FOLDER, articles.keys())
    return Knowledge(dict(sorted(articles.items())), references, phrasings)


def _read_phrasings(folder: Path, articles: Collection[str]) -> dict[str, tuple[str, ...]]:
    phrasings: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yaml")):
        entries = _load_yaml(path, _read(path))
        if not isinstance(entries, dict):
            raise _invalid(path, "phrasings", "is not a mapping of article ids to texts")
        for key, texts in entries.items():
            if key not in articles:
                raise _invalid(path, "article", f"{key!r} does not exist")
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise _invalid(path, str(key), "is not a list of texts")
            phrasings[key] = tuple(texts)
    return phrasings


def _read_references(path: Path) -> dict[str, Reference]:
    entries = _load_yaml(path, _read(path))
    if not isinstance(entries, list):
        raise _invalid(path, "references", "is not a list")
    references: dict[str, Reference] = {}
    for entry in entries:
        try:
            reference = Reference.model_validate(entry)
        except ValidationError as error:
            name = entry.get("key") if isinstance(entry, dict) else None
            raise _from_validation(path, error, f"{name}: ") from error
        if reference.key in references:
            raise _invalid(path, "key", f"{reference.key!r} stands there twice")
        references[reference.key] = reference
    return dict(sorted(references.items()))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _invalid(path, "file", f"cannot be read ({type(error).__name__})") from error


def _load_yaml(path: Path, text: str, first_line: int = 1) -> Any:
    # The C loader reads a hundred files in a tenth of the time; it is safe in the same way.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + first_line}" if mark else ""
        raise _invalid(path, "YAML", f"cannot be read{line}") from error


def _from_validation(path: Path, error: ValidationError, prefix: str = "") -> DataInvalid:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "entry"
    return _invalid(path, prefix + field, first["msg"])


def _invalid(path: Path, field: str, problem: str) -> DataInvalid:
    place = "/".join(path.parts[-2:])
    return DataInvalid(f"{place}: {field}: {problem}.", remedy="Correct the file.")
