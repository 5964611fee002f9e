"""A document as data: sections and blocks whose every sentence says where it comes from."""

import functools
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from assistant.errors import InputInvalid

# said: a person stated it; guidance: a passage; assumption: an unconfirmed default; open: asked
# and not answered. `label`: the document's own words in a table, such as a row's name.
Origin = Literal["said", "guidance", "assumption", "open", "label"]
BlockKind = Literal["paragraph", "bullets", "table", "picture", "callout"]

# A block's origin is the first of these that one of its sentences or cells has.
RANK: tuple[Origin, ...] = ("said", "assumption", "guidance", "open", "label")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a person's own paragraph, in plain text without any markup.

    `facts` are fact ids, `passages` are passage ids. `note` says more about the origin: the
    arithmetic ("Calculated: 12 / (12 + 85) = 12 %"), a source file, who edited it. Sentences with
    `refers` mention facts that are stated elsewhere. `lead` are the words at the start of the text
    that name what follows ("Why now:"), to be set off where a format can.
    """

    text: str
    origin: Origin
    facts: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    note: str = ""
    refers: bool = False
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; like a sentence."""

    text: str
    origin: Origin
    facts: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    note: str = ""
    refers: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A hand edit that a block shows; `base` is the generated text that the person saw.

    `conflict` holds the text that the facts give now, when that is no longer `base`; the block
    then shows the edit and is followed by a callout with the new text.
    """

    text: str
    base: str
    author: str
    at: float
    conflict: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table, picture or callout; `key` stays the same between versions.

    Paragraphs, bullets and callouts hold `sentences` (a callout's `label` is what it is about,
    such as "Contradiction"). A table holds `head` (column titles) and `rows`, with a `label`
    as its caption. A picture is named by `picture`; its `sentences` are the caption, and each of
    its rows is a part: the part's id and what stands in it, so that it can be drawn again.
    """

    key: str
    section: str
    kind: BlockKind
    sentences: tuple[Sentence, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    picture: str = ""
    label: str = ""
    edit: Edit | None = None

    @property
    def parts(self) -> tuple[Sentence | Cell, ...]:
        """Every sentence and cell."""
        return (*self.sentences, *(cell for row in self.rows for cell in row))

    @property
    def text(self) -> str:
        """The block as plain text: bullets and table rows on lines of their own."""
        if self.kind == "table":
            rows = [self.head, *(tuple(cell.text for cell in row) for row in self.rows)]
            return "\n".join(" | ".join(row) for row in rows)
        between = "\n" if self.kind == "bullets" else " "
        return between.join(sentence.text for sentence in self.sentences)

    @property
    def origin(self) -> Origin:
        """The strongest origin of what it holds."""
        found = {part.origin for part in self.parts}
        return next((origin for origin in RANK if origin in found), "said")

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of its parts, each once, in order."""
        return tuple(dict.fromkeys(fact for part in self.parts for fact in part.facts))

    @property
    def passages(self) -> tuple[str, ...]:
        """The passages of its parts, each once, in order."""
        return tuple(dict.fromkeys(one for part in self.parts for one in part.passages))


@dataclass(frozen=True, slots=True)
class Section:
    """A section; `number` counts from 1. It stands in the order of the document."""

    id: str
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is not known yet: `text` is the question; `owner` finds out until `due`, if said."""

    fact: str
    text: str
    owner: str = ""
    due: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """What the document takes for granted until somebody confirms it."""

    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A passage that the document cites; `references` are short, `sources` written out."""

    number: int
    passage_id: str
    article: str
    heading: str
    references: tuple[str, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Who stated a fact that the document uses, and when (seconds since 1970), for footnotes."""

    fact: str
    label: str
    author: str
    at: float
    origin: str
    source: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of one kind; `version` is 0 and `made_at` 0.0 until it is stored.

    `blocks` hold everything that is shown, section by section, among it the open questions, the
    assumptions and the references; `open`, `assumptions` and `references` are the same as data,
    for lists and footnotes; `said` has each fact used once. Section titles are in `sections` only.
    """

    kind: str
    title: str
    project: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    open: tuple[OpenItem, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    references: tuple[Reference, ...] = ()
    said: tuple[Said, ...] = ()
    version: int = 0
    made_at: float = 0.0
    language: str = "en"

    def block(self, key: str) -> Block | None:
        """The block of that key."""
        return next((block for block in self.blocks if block.key == key), None)

    def of(self, section: str) -> tuple[Block, ...]:
        """The blocks of a section, in order."""
        return tuple(block for block in self.blocks if block.section == section)


def document_to_data(document: Document) -> dict[str, Any]:
    """A document as JSON values; `document_from_data` reads them."""
    data = asdict(document)
    for entry, block in zip(data["blocks"], document.blocks, strict=True):
        entry["text"] = block.text
        entry["origin"] = block.origin
        entry["facts"] = list(block.facts)
        entry["passages"] = list(block.passages)
    plain: dict[str, Any] = _lists(data)
    return plain


def document_from_data(data: object) -> Document:
    """The document of such JSON values; its texts and origins are made again from its parts.

    Raises InputInvalid for values that no document gives, as an imported archive may hold them.
    """
    try:
        found = _reader().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "content"
        raise _malformed(f"{place[:120]}: {first['msg']}") from error
    times = [found.made_at, *(one.at for one in found.said)]
    times += [block.edit.at for block in found.blocks if block.edit]
    # Dates end with the year 9999.
    if not all(0 <= at < 253_402_300_800 for at in times):
        raise _malformed("a time is no time")
    known = {section.id for section in found.sections}
    if len(known) < len(found.sections) or any(
        block.section not in known for block in found.blocks
    ):
        raise _malformed("its sections and blocks do not fit together")
    return found


@functools.cache
def _reader() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


def _malformed(fault: str) -> InputInvalid:
    return InputInvalid(
        f"The stored document cannot be read ({fault}).",
        remedy="It was not written by this program. Make the document anew from the facts.",
        code="document_malformed",
    )


def _lists(value: Any) -> Any:
    """The value with lists for tuples, as JSON gives it back."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_lists(item) for item in value]
    return value
