"""A document's picture blocks → their drawings, for whoever shows a document in their own way."""

from assistant.document import Document
from assistant.picture import Picture, draw


class Showing:
    """What a channel needs to show a document beside its text; a part of `Assistant`."""

    def pictures(self, document: Document) -> dict[str, Picture]:
        """The drawing of each picture block, by the block's key, as exports have it."""
        found = {}
        for block in document.blocks:
            if block.kind == "picture":
                entries = {row[0].text: [cell.text for cell in row[1:]] for row in block.rows}
                found[block.key] = draw(block.picture, entries)
        return found
