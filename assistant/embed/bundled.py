"""Texts → vectors by the shipped int8 all-MiniLM-L6-v2, which always gives a text one vector."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.embed.seam import Progress, Vectors, readable
from assistant.errors import DataInvalid

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FOLDER = Path(__file__).parent.parent / "encoder"
MODEL, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
REMEDY = "Install scopewright again, or make the file again with assistant/encoder/export.py."


class ShippedFile(BaseModel):
    """Size in bytes and sha256 of a file beside the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """What export.py made, from which weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    dimension: int
    weights_sha256: str
    files: dict[str, ShippedFile]


def read_manifest(folder: Path, needed: Set[str] = frozenset({MODEL, TOKENIZER})) -> Manifest:
    """Read manifest.json; raise DataInvalid when it is missing, is not one or lacks a file."""
    try:
        manifest = Manifest.model_validate(json.loads((folder / MANIFEST).read_bytes()))
    except OSError as error:
        raise damaged(folder / MANIFEST, error.strerror or "cannot be read") from error
    except (ValidationError, ValueError) as error:
        raise damaged(folder / MANIFEST, "is not a manifest") from error
    missing = needed - manifest.files.keys()
    if missing:
        raise damaged(folder / MANIFEST, f"does not list {sorted(missing)[0]}")
    return manifest


def damaged(path: Path, why: str) -> DataInvalid:
    """The error for a file of the encoder that cannot be used."""
    return DataInvalid(
        f"The bundled encoder's file {path} cannot be used: {why}.",
        remedy=REMEDY,
        code="encoder_damaged",
    )


def read_checked(path: Path, expected: ShippedFile) -> bytes:
    """Read a file of the encoder; raise DataInvalid unless it is the one that was shipped."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise damaged(path, error.strerror or "cannot be read") from error
    if len(content) != expected.bytes:
        raise damaged(path, f"it has {len(content)} bytes, expected {expected.bytes}")
    if hashlib.sha256(content).hexdigest() != expected.sha256:
        raise damaged(path, "its sha256 is not that of the shipped file")
    return content


class Loaded(ABC):
    """A tokenizer and a model that are read when they are first used, and once."""

    def __init__(self) -> None:
        self._loading = Lock()

    @abstractmethod
    def _read(self) -> "tuple[Tokenizer, InferenceSession]":
        """Read and check both files; raise DataInvalid when one is damaged."""

    @property
    def _loaded(self) -> "tuple[Tokenizer, InferenceSession]":
        # cached_property alone would let two first callers both load 23 MB.
        with self._loading:
            return self._read_once

    @cached_property
    def _read_once(self) -> "tuple[Tokenizer, InferenceSession]":
        return self._read()


class BundledEncoder(Loaded):
    """The default encoder: 384 numbers, the first 256 tokens of a text, no network.

    One session with one thread serves queries; indexing runs it from `threads` threads at once,
    one text each. So nothing is padded, memory holds the model once, and the vector of a text is
    the same to the last bit whatever is encoded before, after or beside it.
    """

    def __init__(self, *, threads: int = 2, folder: Path = FOLDER) -> None:
        super().__init__()
        self._threads = threads
        self._folder = folder
        self._manifest = read_manifest(folder)

    @property
    def name(self) -> str:
        """The model and 12 digits that change with the model or its tokenizer."""
        files = self._manifest.files
        both = files[MODEL].sha256 + files[TOKENIZER].sha256
        return f"{self._manifest.name}@{hashlib.sha256(both.encode()).hexdigest()[:12]}"

    @property
    def dimension(self) -> int:
        """Numbers in each vector."""
        return self._manifest.dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (len(texts), 384) unit rows in the order given."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Longest first: the threads finish together and memory is at its greatest at once.
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        pool = ThreadPoolExecutor(self._threads, "encoder")
        try:
            rows = pool.map(self.encode_query, (texts[number] for number in order))
            for done, (number, row) in enumerate(zip(order, rows, strict=True), start=1):
                vectors[number] = row
                if progress is not None:
                    progress(done)
        finally:
            # After an interrupt, what has not started need not be waited for.
            pool.shutdown(cancel_futures=True)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Return (384,); this model reads questions and passages alike."""
        tokenizer, session = self._loaded
        tokens = np.array([tokenizer.encode(readable(text)).ids], np.int64)
        row: Vectors = session.run(None, {"input_ids": tokens})[0][0]
        return row

    def _read(self) -> "tuple[Tokenizer, InferenceSession]":
        files = self._manifest.files
        content = {
            name: read_checked(self._folder / name, files[name]) for name in (TOKENIZER, MODEL)
        }
        return open_tokenizer(content[TOKENIZER]), open_session(content[MODEL])


def open_tokenizer(content: bytes) -> Any:
    """Read the tokenizer, which itself cuts at 256 tokens."""
    from tokenizers import Tokenizer

    return Tokenizer.from_buffer(content)


def open_session(content: bytes) -> Any:
    """Open the model as written, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The graph is final; rewriting it could change the vectors between onnxruntime versions.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Patterns are remembered per length of text, and every length occurs.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
