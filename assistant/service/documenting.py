"""Facts of a project → its documents: composed, kept as versions, compared, edited, exported."""

import functools
from abc import ABC
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.checks import Finding
from assistant.document import (
    BlockEdit,
    Document,
    DocumentDiff,
    Guidance,
    check_editable,
    compose,
    diff_documents,
    document_kinds,
    load_kind,
    reword,
    wanted_passages,
    with_edits,
)
from assistant.document.rewrite import Reword
from assistant.errors import InputInvalid, ModelFailed
from assistant.export import export, format_of
from assistant.facts import ProjectFacts
from assistant.ingest import Article, Knowledge, Passage, Reference, read_knowledge
from assistant.ladder import Ladder, Message
from assistant.service.answering import Answering
from assistant.service.conversing import DEFAULT_PROJECT, whole_characters
from assistant.service.judging import Judging
from assistant.store.documents import Documents, DocumentVersion
from assistant.verdict import Verdict

PROMPT = Path(__file__).parents[1] / "catalog" / "documents" / "reword.md"
# About how long a section's rewording may be.
REWORD_TOKENS = 1_200
EDIT_LIMIT = 20_000


class Documenting(Judging, ABC):
    """What a channel can ask about documents; a part of `Assistant`."""

    answering: Answering

    def document_kinds(self) -> dict[str, str]:
        """The kinds of documents there are: id and title."""
        return {kind: load_kind(kind).title for kind in document_kinds()}

    def document(
        self,
        kind: str,
        *,
        save: bool = True,
        rewrite: bool = False,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> Document:
        """Write the document of what the project has stated, with the hand edits in place.

        It becomes a new version if it says something else than the latest one; without `save`
        nothing is stored and the version is 0. With `rewrite` a language model may word
        paragraphs, as far as it says exactly the same; where no model answers, they stay.
        """
        owner = self.project(project)
        facts = self.facts(project=project)
        made = self._generated(kind, facts, project)
        made = with_edits(made, self._documents().edits(owner.id, kind))
        if rewrite:
            made, _ = reword(made, _rewording(self.answering.quick_ladder()))
        if not save:
            return made
        return self._documents().save(owner.id, made, last_event=facts.last_event, author=author)

    def document_versions(
        self, kind: str, *, project: str = DEFAULT_PROJECT
    ) -> list[DocumentVersion]:
        """The stored versions, the oldest first."""
        load_kind(kind)
        return self._documents().versions(self.project(project).id, kind)

    def document_version(
        self, kind: str, number: int, *, project: str = DEFAULT_PROJECT
    ) -> Document:
        """A stored version as it was.

        Raises:
            NotFound: There is no such version.
            InputInvalid: It came with an archive and is no document.
        """
        load_kind(kind)
        return self._documents().version(self.project(project).id, kind, number)

    def document_diff(
        self,
        kind: str,
        before: int | None = None,
        after: int | None = None,
        *,
        project: str = DEFAULT_PROJECT,
    ) -> DocumentDiff:
        """What changed between two versions; raise NotFound.

        Without `after` it is the latest one, without `before` the one just before `after`.
        """
        if after is None:
            after = max(
                (one.version for one in self.document_versions(kind, project=project)), default=1
            )
        before = max(after - 1, 1) if before is None else before
        old = self.document_version(kind, before, project=project)
        return diff_documents(old, self.document_version(kind, after, project=project))

    # -- hand edits

    def edit_block(
        self,
        kind: str,
        key: str,
        text: str,
        *,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> Document:
        """Put a person's text in place of a block's and return the document with it.

        The edit stays when the document is made anew. Where the facts have changed the block in
        the meantime, both texts are shown until the block is edited again or the edit taken back.

        Raises:
            NotFound: There is no such block.
            InputInvalid: The text is empty or too long, or the block is a table or picture.
        """
        text = whole_characters(text).strip()
        if not text or len(text) > EDIT_LIMIT:
            raise InputInvalid(
                "An edited block needs some text." if not text else "The text is too long.",
                remedy=f"Write up to {EDIT_LIMIT:,} letters, or take the edit back.",
                code="bad_edit",
            )
        owner = self.project(project)
        edits = self._documents().edits(owner.id, kind)
        generated = self._generated(kind, self.facts(project=project), project)
        shown = check_editable(with_edits(generated, edits), key)
        now = generated.block(key)
        # The text that the person saw: what the facts give now, or gave when the block went.
        base = now.text if now is not None else (shown.edit.base if shown.edit else "")
        self._documents().edit(owner.id, kind, BlockEdit(key, base, text, author))
        return self.document(kind, project=project, author=author)

    def revert_block(
        self, kind: str, key: str, *, project: str = DEFAULT_PROJECT, author: str = ""
    ) -> Document:
        """Take a block's edit back and return the document without it; raise NotFound."""
        load_kind(kind)
        self._documents().revert(self.project(project).id, kind, key)
        return self.document(kind, project=project, author=author)

    def export_document(
        self,
        kind: str,
        path: Path,
        *,
        version: int | None = None,
        save: bool = True,
        rewrite: bool = False,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> Document:
        """Write the document, or one of its stored versions, to a file; return what was written.

        The ending of `path` says the format. A file is complete or not there at all. Without `save`
        no new version is stored.
        """
        # A name without a known ending is said before a version is made for it.
        format_of(path)
        if version is None:
            made = self.document(kind, save=save, rewrite=rewrite, project=project, author=author)
        else:
            made = self.document_version(kind, version, project=project)
        export(made, path)
        return made

    # -- what a document is made of

    def _documents(self) -> Documents:
        return Documents(self.store.engine)

    def _generated(self, kind: str, facts: ProjectFacts, project: str) -> Document:
        # An unknown kind is said before anything is looked up.
        load_kind(kind)
        verdict, findings = self.verdict(project=project), self.check(project=project)
        cited = [*wanted_passages(kind), *_cited(verdict, findings)]
        return compose(
            kind,
            self.catalogue(),
            facts,
            _guidance(self.settings.knowledge_folder, cited),
            verdict,
            findings,
            project=self.project(project).name,
        )


def _guidance(folder: Path, ids: Iterable[str]) -> dict[str, Guidance]:
    """Passages of the curated articles by id, with what they rest on.

    The articles are read as they are, so that a document need not wait for the search index.
    """
    knowledge = _knowledge(folder)
    found: dict[str, Guidance] = {}
    for key in dict.fromkeys(ids):
        article = knowledge.articles.get(key.partition("#")[0])
        passage = _passages(article).get(key) if article else None
        if article is None or passage is None:
            continue
        cited = [knowledge.references[one] for one in article.references]
        found[key] = Guidance(
            key,
            passage.title,
            passage.heading,
            passage.text,
            tuple(_short(one) for one in cited),
            tuple(_written_out(one) for one in cited),
        )
    return found


@functools.lru_cache(maxsize=2)
def _knowledge(folder: Path) -> Knowledge:
    return read_knowledge(folder)


@functools.lru_cache(maxsize=512)
def _passages(article: Article) -> dict[str, Passage]:
    return {passage.id: passage for passage in article.passages()}


def _cited(verdict: Verdict, findings: Sequence[Finding]) -> list[str]:
    reasons = [*verdict.because, *verdict.against]
    return [
        *(reason.source_id for reason in reasons),
        verdict.baseline_source,
        *(finding.source_id for finding in findings),
    ]


def _short(source: Reference) -> str:
    """Authors' family names and the year: "Saito & Rehmsmeier 2015"."""
    names = [author.split(",")[0].strip() for author in source.authors.split(";")]
    name = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{name} {source.year}" if source.year else name


def _written_out(source: Reference) -> str:
    year = f" ({source.year})" if source.year else ""
    end = "" if source.title.endswith((".", "?", "!")) else "."
    where = f" {source.where.rstrip('.')}." if source.where else ""
    link = f" {source.link}" if source.link else ""
    return f"{source.authors}{year}. {source.title}{end}{where}{link}"


def _rewording(ladder: Ladder) -> Reword:
    """Ask the ladder for one section at a time; after the first failure ask no more."""
    failed = False

    def ask(paragraphs: Sequence[str]) -> Sequence[str]:
        nonlocal failed
        if failed:
            return ()
        material = "\n\n".join(" ".join(one.split()) for one in paragraphs)
        messages = [
            Message("system", PROMPT.read_text(encoding="utf-8")),
            Message("user", f"----\n{material}\n----"),
        ]
        try:
            reply = ladder.reply(messages, max_tokens=REWORD_TOKENS)
            text = "".join(reply)
        except ModelFailed:
            failed = True
            return ()
        return _paragraphs(text) if reply.finished else ()

    return ask


def _paragraphs(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if set(line.strip()) != {"-"}]
    return [" ".join(one.split()) for one in "\n".join(lines).split("\n\n") if one.strip()]
