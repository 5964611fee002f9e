"""A sentence-transformers model's name or folder → LangChain Embeddings on torch."""

import hashlib
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from assistant.errors import NotInstalled, SettingsInvalid


class SentenceTransformersEmbeddings(Embeddings):
    """Reads the model at the first text: importing torch takes seconds."""

    def __init__(self, model: str) -> None:
        if find_spec("sentence_transformers") is None:
            raise NotInstalled(
                f"The encoder sentence-transformers:{model} needs torch.",
                remedy="Run `pip install 'scopewright[torch]'`.",
            )
        self._name = model

    @property
    def stamp(self) -> str:
        """Changes with the name and, for a folder, with its files' sizes and times."""
        folder = Path(self._name)
        name = f"sentence-transformers:{self._name}"
        if not folder.is_dir():
            return name
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                state = path.stat()
                seen = (str(path.relative_to(folder)), state.st_size, state.st_mtime_ns)
                digest.update(repr(seen).encode())
        return f"{name}@{digest.hexdigest()[:12]}"

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self._name)
        except OSError as error:
            raise SettingsInvalid(
                f"There is no sentence-transformers model {self._name!r} here or on its hub.",
                remedy="Set SCOPEWRIGHT_ENCODER=sentence-transformers:<folder> to a saved model.",
            ) from error

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, with the model's own prompt for them if it has one."""
        rows: list[list[float]] = self._model.encode_document(
            texts, show_progress_bar=False, convert_to_numpy=True
        ).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, with the model's own prompt for one if it has one."""
        row: list[float] = self._model.encode_query(
            text, show_progress_bar=False, convert_to_numpy=True
        ).tolist()
        return row
