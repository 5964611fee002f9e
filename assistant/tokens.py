"""Text → token count: tiktoken where its vocabulary is on disk, else the bundled tokenizer.

tiktoken downloads a vocabulary at first use, so it is only asked when the file is already there;
otherwise the encoder's own tokenizer counts, and `exact` is False so that callers say "about".
"""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.errors import DataInvalid

VOCABULARIES = {
    "o200k_base": "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
    "cl100k_base": "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
}
TOKENIZER = Path(__file__).parent / "encoder" / "tokenizer.json"
# A tokenizer needs time in proportion to the text; long texts are counted in slices.
SLICE_CHARACTERS = 20_000


class TokenCounter:
    """Counts tokens; `folder` may hold tiktoken vocabularies under their cached names."""

    def __init__(self, folder: Path | None = None, vocabulary: str = "o200k_base") -> None:
        self._folder = folder
        self._vocabulary = vocabulary

    @cached_property
    def exact(self) -> bool:
        """True when a tiktoken vocabulary on disk does the counting."""
        if self._folder is None or self._vocabulary not in VOCABULARIES:
            return False
        # tiktoken stores a vocabulary under the SHA-1 of its address.
        address = VOCABULARIES[self._vocabulary]
        name = hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
        return (self._folder / name).is_file()

    @cached_property
    def _encoding(self) -> Any:
        if self.exact:
            import tiktoken

            return tiktoken.get_encoding(self._vocabulary)
        from tokenizers import Tokenizer

        if not TOKENIZER.is_file():
            raise DataInvalid(
                "The bundled tokenizer is missing.", remedy="Install the package again."
            )
        tokenizer = Tokenizer.from_file(str(TOKENIZER))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def count(self, text: str) -> int:
        """Tokens in `text`, without special tokens.

        >>> TokenCounter().count("")
        0
        """
        slices = (text[at : at + SLICE_CHARACTERS] for at in range(0, len(text), SLICE_CHARACTERS))
        return sum(self._count_slice(part) for part in slices)

    def _count_slice(self, text: str) -> int:
        if self.exact:
            return len(self._encoding.encode(text, disallowed_special=()))
        return len(self._encoding.encode(text, add_special_tokens=False).ids)
