"""A pasted text or a file → proposed facts, kept until somebody accepts or rejects each of them."""

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from assistant.errors import InputInvalid, NotFound
from assistant.facts import Catalogue, StatedFact, from_data, show_value, to_data
from assistant.ingest import clean_name, convert_file
from assistant.prefill import Found, Proposal, load_lore, read_brief
from assistant.service.answering import Answering
from assistant.service.conversing import DEFAULT_PROJECT, whole_characters
from assistant.service.library import Library
from assistant.service.scoping import Scoping, said_of
from assistant.store import Project, StoredProposal

PASTED = "pasted text"
_PAGE_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Prefilled(Sequence[Proposal]):
    """The proposals of one text, in its catalogue's order, with what a person must know."""

    found: tuple[Proposal, ...]
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Proposal]:
        return iter(self.found)

    @overload
    def __getitem__(self, at: int) -> Proposal: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Proposal, ...]: ...
    def __getitem__(self, at: int | slice) -> Proposal | tuple[Proposal, ...]:
        return self.found[at]


class Prefilling(Scoping):
    """What a channel can ask about proposed facts; a part of `Assistant`."""

    library: Library
    answering: Answering

    # -- to find

    def prefill(
        self,
        text: str,
        *,
        name: str = "",
        model: bool = False,
        project: str = DEFAULT_PROJECT,
        cancelled: threading.Event | None = None,
    ) -> Prefilled:
        """Find the facts that a text states and keep them as open proposals.

        `name` says where the text is from; proposals of that name that were open before are
        replaced. With `model` the ladder is asked too, the embedded model only where the settings
        name it: it needs minutes for a page. Nothing becomes a fact before `accept`.

        Raises:
            InputInvalid: There is no text.
            ModelFailed: `cancelled` was set while a model was asked; nothing was kept.
        """
        owner = self.project(project)
        text = whole_characters(text)
        if not text.strip():
            raise InputInvalid(
                "There is no text to read.", remedy="Paste the brief, e-mail or transcript."
            )
        found = read_brief(
            text,
            self.catalogue(),
            encode=self.library.encoder.encode,
            model=self.answering.quick_ladder() if model else None,
            cancelled=cancelled,
        )
        return self._keep(found, name or PASTED, owner)

    def prefill_file(
        self,
        file: Path | bytes,
        *,
        name: str = "",
        model: bool = False,
        project: str = DEFAULT_PROJECT,
    ) -> Prefilled:
        """The same for a file (md, txt, html, pdf, docx, pptx), given by its path or its content.

        The quotes stand in the file's text as it was converted. Content needs a `name`, whose
        ending says what it should be.

        Raises:
            FileRejected: The file cannot be read; the code says why.
        """
        if isinstance(file, bytes):
            with tempfile.TemporaryDirectory(prefix="scopewright-") as folder:
                path = Path(folder, "given")
                path.write_bytes(file)
                converted = convert_file(path, name=name)
        else:
            name = name or file.name
            converted = convert_file(file, name=name)
        text = _PAGE_BREAK.join(page.text for page in converted.pages)
        shown = Path(name.replace("\\", "/")).name or clean_name(name)
        return self.prefill(text, name=shown, model=model, project=project)

    def notice(self, text: str) -> list[Proposal]:
        """The facts that a chat message surely states about the person's project; keeps nothing.

        Questions, examples and other people's numbers are none.
        """
        found = read_brief(whole_characters(text), self.catalogue(), strict=True)
        surely = load_lore().notice_from
        return [one for one in found.proposals if one.confidence >= surely]

    # -- to decide

    def proposals(self, *, project: str = DEFAULT_PROJECT) -> list[Proposal]:
        """The open proposals, the oldest source first."""
        stored = self.store.proposals.open(self.project(project).id)
        catalogue = self.catalogue()
        # What the catalogue no longer has or reads cannot be accepted.
        known = (_proposal(one, catalogue) for one in stored if one.fact in catalogue)
        return [one for one in known if one is not None]

    def accept(
        self,
        ids: Sequence[str] | None = None,
        *,
        project: str = DEFAULT_PROJECT,
        author: str = "",
    ) -> list[StatedFact]:
        """Store proposals as facts, with their quote and source; all of them without `ids`.

        A fact that two of them are about takes the surer one. All are stored, or none: raises
        NotFound when one of the ids is not open.
        """
        owner, catalogue = self.project(project), self.catalogue()
        chosen = self._chosen(ids, project)
        if not chosen:
            return []
        events = [
            said_of(
                catalogue[one.fact],
                to_data(one.value),
                origin="imported",
                quote=one.quote,
                source=one.source,
                author=author,
            )
            # The surer ones last: they are what counts afterwards.
            for one in sorted(chosen, key=lambda one: one.confidence)
        ]
        stored = self.store.facts.record(owner.id, events, catalogue)
        self.store.proposals.settle(owner.id, [one.id for one in chosen], "accepted")
        latest = {event.fact_id: event.stated for event in stored}
        return [fact for fact in latest.values() if fact is not None]

    def reject(self, ids: Sequence[str] | None = None, *, project: str = DEFAULT_PROJECT) -> int:
        """Put proposals away, all of them without `ids`; return how many. Raises NotFound."""
        chosen = self._chosen(ids, project)
        owner = self.project(project)
        self.store.proposals.settle(owner.id, [one.id for one in chosen], "rejected")
        return len(chosen)

    def _chosen(self, ids: Sequence[str] | None, project: str) -> list[Proposal]:
        known = {one.id: one for one in self.proposals(project=project)}
        if ids is None:
            return list(known.values())
        missing = [key for key in ids if key not in known]
        if missing:
            raise NotFound(
                f"There is no open proposal {missing[0][:40]!r}.",
                remedy="It was accepted, rejected or replaced; list the open ones.",
                code="no_such_proposal",
            )
        return [known[key] for key in dict.fromkeys(ids)]

    def _keep(self, found: Found, source: str, owner: Project) -> Prefilled:
        """Keep what was found, all or nothing, and give it back with its ids."""
        rows = [
            StoredProposal(
                id="",
                fact=one.fact,
                value=to_data(one.value),
                quote=one.quote,
                source=source,
                start=one.start,
                end=one.end,
                confidence=one.confidence,
                rung=one.rung,
            )
            for one in found.proposals
        ]
        kept = self.store.proposals.add(owner.id, rows, source=source)
        pairs = zip(found.proposals, kept, strict=True)
        return Prefilled(
            tuple(replace(one, id=row.id, source=source) for one, row in pairs), found.notices
        )


def _proposal(stored: StoredProposal, catalogue: Catalogue) -> Proposal | None:
    """The proposal, or None for a value that cannot be read: archives come from anyone."""
    fact = catalogue[stored.fact]
    try:
        value = from_data(fact, stored.value)
    except InputInvalid:
        return None
    return Proposal(
        stored.fact,
        value,
        show_value(fact, value),
        stored.quote,
        stored.start,
        stored.end,
        stored.confidence,
        stored.rung,
        stored.id,
        stored.source,
    )
