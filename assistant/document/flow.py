"""Sentences, lists and tables in the order they are said → blocks with stable keys."""

from dataclasses import replace

from assistant.document.model import Block, Sentence


class Flow:
    """Collects sentences and lists as blocks with stable keys: `key`, `key/2`, `key/<fact>`."""

    def __init__(self, key: str, section: str) -> None:
        self._key, self._section = key, section
        self._paragraphs = 0
        self._sentences: list[Sentence] = []
        self.blocks: list[Block] = []

    def say(self, *sentences: Sentence) -> None:
        """Go on with the paragraph."""
        self._sentences += sentences

    def paragraph(self) -> None:
        """End the paragraph, if there is one."""
        if not self._sentences:
            return
        self._paragraphs += 1
        key = self._key if self._paragraphs == 1 else f"{self._key}/{self._paragraphs}"
        self.blocks.append(Block(key, self._section, "paragraph", tuple(self._sentences)))
        self._sentences = []

    def add(self, name: str, block: Block) -> None:
        """A list or table of its own, below what has been said."""
        self.paragraph()
        self.blocks.append(replace(block, key=f"{self._key}/{name}", section=self._section))
