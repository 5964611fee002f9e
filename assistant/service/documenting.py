"""Facts of a project → its documents: composed, kept as versions, compared, edited, exported."""

import threading
from abc import ABC
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.checks import Finding
from assistant.document import (
    Basis,
    BlockConflict,
    BlockEdit,
    Document,
    DocumentDiff,
    block_version,
    check_editable,
    compose,
    compose_growing,
    compose_short,
    diff_documents,
    document_kinds,
    is_growing,
    is_short,
    load_kind,
    reword,
    wanted_passages,
    with_edits,
)
from assistant.document.rewrite import Reword
from assistant.errors import InputInvalid, ModelFailed, StorageUnavailable
from assistant.export import export, format_of
from assistant.facts import ProjectFacts
from assistant.interview import load_needs, upcoming
from assistant.ladder import Ladder, Message
from assistant.service.answering import Answering
from assistant.service.conversing import DEFAULT_PROJECT, whole_characters
from assistant.service.guidance import guidance
from assistant.service.hearing import raised
from assistant.service.judging import Judging
from assistant.store import Project
from assistant.store.documents import DocumentVersion
from assistant.verdict import Verdict

PROMPT = Path(__file__).parents[1] / "catalog" / "documents" / "reword.md"
# About how long a section's rewording may be.
REWORD_TOKENS = 1_200
EDIT_LIMIT = 20_000
# How often a block that changes while it is edited is looked at anew.
TRIES = 5
# Questions that an early document orders as an interview does, and how many of those that decide
# whether anything should be built come before them.
UPCOMING, DECISIVE = 12, 3


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
        cancelled: threading.Event | None = None,
    ) -> Document:
        """Write the document of what the project has stated, with the hand edits in place.

        It becomes a new version if it says something else than the latest one; without `save`
        nothing is stored and the version is 0. With `rewrite` a language model may word
        paragraphs, as far as it says exactly the same; where no model answers, they stay.

        Raises:
            NotFound: There is no such kind or project.
            ModelFailed: `cancelled` was set while a model worded it; nothing was stored.
        """
        owner = self.project(project)
        facts = self.facts(project=project)
        made = self._generated(kind, facts, project)
        made = with_edits(made, self.store.documents.edits(owner.id, kind))
        if rewrite:
            made, _ = reword(made, _rewording(self.answering.quick_ladder(), cancelled))
        if not save:
            return made
        return self.store.documents.save(owner.id, made, last_event=facts.last_event, author=author)

    def document_versions(
        self, kind: str, *, project: str = DEFAULT_PROJECT
    ) -> list[DocumentVersion]:
        """The stored versions, the oldest first."""
        load_kind(kind)
        return self.store.documents.versions(self.project(project).id, kind)

    def document_version(
        self, kind: str, number: int, *, project: str = DEFAULT_PROJECT
    ) -> Document:
        """A stored version as it was.

        Raises:
            NotFound: There is no such version.
            InputInvalid: It came with an archive and is no document.
        """
        load_kind(kind)
        return self.store.documents.version(self.project(project).id, kind, number)

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
        seen: str | None = None,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> Document:
        """Put a person's text in place of a block's and return the document with it.

        The edit stays when the document is made anew. Where the facts have changed the block in
        the meantime, both texts are shown until the block is edited again or the edit taken back.
        `seen` is the `block_version` that the person looked at.

        Raises:
            NotFound: There is no such block.
            BlockConflict: The block has another text than `seen`; nothing was stored.
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
        for _ in range(TRIES):
            if self._put_edit(owner, kind, BlockEdit(key, "", text, author), seen):
                return self.document(kind, project=project, author=author)
        raise StorageUnavailable(
            "The document is changing too fast; nothing was saved.",
            remedy="Try again in a moment.",
            code="storage_busy",
        )

    def _put_edit(self, owner: Project, kind: str, edit: BlockEdit, seen: str | None) -> bool:
        """Store an edit; False when the block changed while it was looked at."""
        basis = self.store.documents.basis(owner.id, kind, edit.block)
        edits = self.store.documents.edits(owner.id, kind)
        generated = self._generated(kind, self.facts(project=owner.name), owner.name)
        shown = check_editable(with_edits(generated, edits), edit.block)
        if seen is not None and block_version(shown) != seen:
            raise BlockConflict(yours=edit.text, theirs=shown.text)
        now = generated.block(edit.block)
        # The text that the person saw: what the facts give now, or gave when the block went.
        base = now.text if now is not None else (shown.edit.base if shown.edit else "")
        return self.store.documents.edit(
            owner.id, kind, replace(edit, base=base), basis=None if seen is None else basis
        )

    def revert_block(
        self, kind: str, key: str, *, project: str = DEFAULT_PROJECT, author: str = ""
    ) -> Document:
        """Take a block's edit back and return the document without it; raise NotFound."""
        load_kind(kind)
        self.store.documents.revert(self.project(project).id, kind, key)
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

    def _generated(self, kind: str, facts: ProjectFacts, project: str) -> Document:
        # An unknown kind is said before anything is looked up.
        load_kind(kind)
        verdict, findings = self.verdict(project=project), self.check(project=project)
        cited = [*wanted_passages(kind), *_cited(verdict, findings)]
        few = is_growing(facts)
        basis = Basis(
            kind=kind,
            catalogue=self.catalogue(),
            facts=facts,
            guidance=guidance(self.settings.knowledge_folder, cited),
            verdict=verdict,
            findings=findings,
            order=self._to_settle(kind, facts, verdict, findings) if few else (),
            project=self.project(project).name,
        )
        if is_short(facts):
            return compose_short(basis)
        return compose_growing(basis) if few else compose(basis)

    def _to_settle(
        self, kind: str, facts: ProjectFacts, verdict: Verdict, findings: Sequence[Finding]
    ) -> tuple[str, ...]:
        """The open questions in the order of an interview.

        First come contradictions, then what decides whether anything should be built.
        """
        asked = upcoming(self.catalogue(), facts, load_needs(kind), raised(facts), count=UPCOMING)
        decisive = verdict.unanswered[:DECISIVE] if verdict.verdict == "not_yet" else ()
        contested = [one.ask for one in findings if one.kind == "contradiction"]
        return tuple(dict.fromkeys((*contested, *decisive, *asked)))


def _cited(verdict: Verdict, findings: Sequence[Finding]) -> list[str]:
    reasons = [*verdict.because, *verdict.against]
    return [
        *(reason.source_id for reason in reasons),
        verdict.baseline_source,
        *(finding.source_id for finding in findings),
    ]


def _rewording(ladder: Ladder, cancelled: threading.Event | None) -> Reword:
    """Ask the ladder for one section at a time; after the first failure ask no more.

    Raise ModelFailed when `cancelled` is set.
    """
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
            reply = ladder.reply(messages, max_tokens=REWORD_TOKENS, cancelled=cancelled)
            text = "".join(reply)
        except ModelFailed as error:
            if error.code == "cancelled":
                raise
            failed = True
            return ()
        if cancelled is not None and cancelled.is_set():
            raise ModelFailed("The rewording was stopped.", remedy="Ask again.", code="cancelled")
        return _paragraphs(text) if reply.finished else ()

    return ask


def _paragraphs(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if set(line.strip()) != {"-"}]
    return [" ".join(one.split()) for one in "\n".join(lines).split("\n\n") if one.strip()]
