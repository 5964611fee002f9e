"""Sentences, lists and tables in the order they are said → blocks with stable keys."""

from dataclasses import replace

from assistant.document.model import Block, Sentence


class Flow:
    """Collects sentences and lists as blocks with stable keys: `key`, `key/2`, `key/<name>`.

    A paragraph of the name `first` has the plain key.
    """

    def __init__(self, key: str, section: str, first: str = "") -> None:
        self._key, self._section, self._first = key, section, first
        self._name = ""
        self._paragraphs: dict[str, int] = {}
        self._sentences: list[Sentence] = []
        self.blocks: list[Block] = []

    def begin(self, name: str) -> None:
        """Begin a paragraph of its own; its name keeps its key whatever stands before it."""
        self.paragraph()
        self._name = "" if name == self._first else f"/{name}"

    def say(self, *sentences: Sentence) -> None:
        """Go on with the paragraph."""
        self._sentences += sentences

    def paragraph(self) -> None:
        """End the paragraph, if there is one."""
        if not self._sentences:
            return
        count = self._paragraphs.get(self._name, 0) + 1
        self._paragraphs[self._name] = count
        key = self._key + self._name + (f"/{count}" if count > 1 else "")
        self.blocks.append(Block(key, self._section, "paragraph", tuple(self._sentences)))
        self._sentences = []

    def add(self, name: str, block: Block) -> None:
        """A list or table of its own, below what has been said."""
        self.paragraph()
        self._name = ""
        self.blocks.append(replace(block, key=f"{self._key}/{name}", section=self._section))
