"""Hand edits + a generated document → the document with the edits in place, conflicts shown."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from assistant.document.model import Block, Document, Edit, Sentence
from assistant.document.prose import own_words
from assistant.errors import InputInvalid, NotFound, UserFixable

CONFLICT = "Conflict with a hand edit"
CHANGED = "What the facts say here has changed since the text above was edited by hand. It is now:"
GONE = "The facts no longer say anything here. Keep the edited text above, or take the edit back."


@dataclass(frozen=True, slots=True)
class BlockEdit:
    """An edit as it is stored: the block's key, the text seen by the person, and theirs."""

    block: str
    base: str
    text: str
    author: str = ""
    at: float = 0.0


class BlockConflict(UserFixable):
    """Somebody else changed the block's text since it was looked at; nothing was stored."""

    default_code = "block_conflict"

    def __init__(self, yours: str, theirs: str) -> None:
        super().__init__(
            "The block has another text by now.",
            remedy="Put both texts together, and send them for the block as it is now.",
        )
        self.yours = yours
        self.theirs = theirs


def block_version(block: Block) -> str:
    """The version of a block's text, which every other text differs from."""
    return hashlib.sha256(block.text.encode("utf-8", "replace")).hexdigest()[:24]


def check_editable(document: Document, key: str) -> Block:
    """The block of that key; raise NotFound, or InputInvalid for what is made of facts alone."""
    block = document.block(key)
    if block is None or key.endswith("/conflict"):
        raise NotFound(
            f"The document has no block {key[:120]!r}.",
            remedy="List its blocks with `scopewright document KIND --json`.",
            code="no_such_block",
        )
    if block.kind in ("table", "picture"):
        raise InputInvalid(
            f"A {block.kind} cannot be edited by hand: it is made of facts.",
            remedy="Change the facts instead.",
            code="not_editable",
        )
    return block


def with_edits(document: Document, edits: Mapping[str, BlockEdit]) -> Document:
    """Put the edits into the generated document.

    An edit whose base is still what is generated replaces it. Where the generated text has
    changed too, the edit stays and a callout below shows the new text; nothing is overwritten.
    """
    if not edits:
        return document
    blocks: list[Block] = []
    for block in document.blocks:
        edit = edits.get(block.key)
        blocks += [block] if edit is None else _edited(block, edit)
    present = {block.key for block in document.blocks}
    for key, edit in edits.items():
        if key not in present:
            blocks = _orphaned(blocks, edit, document)
    return replace(document, blocks=tuple(blocks))


def _edited(block: Block, edit: BlockEdit) -> list[Block]:
    now = block.text
    conflict = now if now not in (edit.base, edit.text) else ""
    shown = _shown(block, edit, conflict)
    if not conflict:
        return [shown]
    lead = Sentence(CHANGED, "open", block.facts, block.passages, refers=True)
    return [shown, _callout(block, (lead, *block.sentences))]


def _shown(block: Block, edit: BlockEdit, conflict: str) -> Block:
    """The block with the edited words; what it rests on stays, and who edited it is added."""
    by = f" by {edit.author}" if edit.author else ""
    note = f"Edited by hand{by}."
    texts = edit.text.split("\n") if block.kind == "bullets" else own_words(edit.text)
    sentences = tuple(
        Sentence(text.strip(), "said", block.facts, block.passages, note)
        for text in texts
        if text.strip()
    )
    made = Edit(edit.text, edit.base, edit.author, edit.at, conflict)
    return replace(block, sentences=sentences, edit=made)


def _orphaned(blocks: list[Block], edit: BlockEdit, document: Document) -> list[Block]:
    """An edit of a block that is not generated any more stays at the end of its section.

    Where that is not there either, it stays at the end of the first one.
    """
    section = edit.block.split("/")[1] if edit.block.count("/") else ""
    if section not in {one.id for one in document.sections}:
        section = document.sections[0].id
    block = _shown(Block(edit.block, section, "paragraph"), edit, "")
    lead = Sentence(GONE, "open", refers=True)
    place = max(at for at, one in enumerate(blocks) if one.section == section) + 1
    return [*blocks[:place], block, _callout(block, (lead,)), *blocks[place:]]


def _callout(block: Block, sentences: tuple[Sentence, ...]) -> Block:
    return Block(f"{block.key}/conflict", block.section, "callout", sentences, label=CONFLICT)
