"""Article text → its sentences, for the tests of the curated knowledge."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "knowledge"


def sentences(text: str) -> list[str]:
    """Split prose, bullets and table cells into sentences without marks; five words or more.

    >>> sentences("## A heading of many words here\\n- *Bold.* A b c d e f.\\n1. F g h i j! Yes.")
    ['A b c d e f.', 'F g h i j!']
    >>> sentences("One sentence that is\\nwrapped. Short.")
    ['One sentence that is wrapped.']
    >>> sentences("| a b c d e | f |\\nIt is 3.5 of 10 points. And so on it goes.")
    ['a b c d e', 'It is 3.5 of 10 points.', 'And so on it goes.']
    """
    pieces: list[str] = []
    unwrapped = re.sub(r"(?m)^((?![#|]).+)\n(?=[^\n#|*\d-])", r"\1 ", text)
    for line in unwrapped.splitlines():
        if line.startswith("#"):
            continue
        cells = line.strip().strip("|").split("|") if line.startswith("|") else [line]
        for cell in cells:
            bare = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", cell).replace("*", "").replace("`", "")
            pieces += re.split(r"(?<=[.!?:;])[\"')]*\s+(?=[\"'(]?[A-Z0-9])", bare.strip())
    return [" ".join(piece.split()) for piece in pieces if len(re.findall(r"\w+", piece)) >= 5]
