"""LangChain Embeddings → an Encoder: checked, normalised, with our errors."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from assistant.embed.seam import Progress, Vectors, readable
from assistant.errors import AssistantError, ModelFailed, NotInstalled, SettingsInvalid

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

BATCH = 128
# Refused by hosted models: a key, a permission, or a model name that is wrong.
WRONG_SETTING_STATUS = {401, 403, 404}
# Hosted models refuse a blank text.
BLANK = "."

Reply = TypeVar("Reply")


class LangChainEncoder:
    """Any LangChain Embeddings as an Encoder.

    Args:
        embeddings: what gives the vectors, of any length.
        name: the stamp, for example `openai:text-embedding-3-small`.
        dimension: the dimension that is expected; None takes that of the first vector.
    """

    def __init__(
        self, embeddings: "Embeddings", *, name: str, dimension: int | None = None
    ) -> None:
        self._embeddings = embeddings
        self._name = name
        self._expected = dimension

    @property
    def name(self) -> str:
        """The stamp given at the start."""
        return self._name

    @cached_property
    def dimension(self) -> int:
        """Numbers in each vector; asks the model once when it is not known yet."""
        return self._expected or self.encode_query("dimension").shape[0]

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (len(texts), dimension) unit rows; raise ModelFailed for an unfit reply."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        parts = []
        for start in range(0, len(texts), BATCH):
            batch = [sendable(text) for text in texts[start : start + BATCH]]
            ask = partial(self._embeddings.embed_documents, batch)
            parts.append(self._checked(len(batch), ask))
            if progress is not None:
                progress(start + len(batch))
        return np.concatenate(parts)

    def encode_query(self, text: str) -> Vectors:
        """Return (dimension,); some models read a question otherwise than a passage."""
        row: Vectors = self._checked(1, lambda: [self._embeddings.embed_query(sendable(text))])[0]
        return row

    def _checked(self, count: int, ask: Callable[[], list[list[float]]]) -> Vectors:
        """Ask for `count` rows; return them at length 1, or raise for any unfit reply."""
        rows = translated(self._name, ask)
        if len(rows) != count:
            raise self._unfit(f"returned {len(rows)} vectors for {count} texts")
        for row in rows:
            self._expected = self._expected or len(row)
            if len(row) != self._expected:
                raise self._unfit(
                    f"returned a vector of {len(row)} numbers where {self._expected} are expected",
                    code="dimension_changed",
                )
        vectors = np.asarray(rows, np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._unfit(
                "returned a vector without a direction (zero, infinite or not a number)"
            )
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    def _unfit(self, what: str, *, code: str = "embeddings_unfit") -> ModelFailed:
        return ModelFailed(
            f"The encoder {self._name} {what}.",
            remedy="Check SCOPEWRIGHT_ENCODER and its server, then build the index again.",
            code=code,
        )


def sendable(text: str) -> str:
    """What is sent for `text`: readable, and never blank."""
    text = readable(text)
    return text if text.strip() else BLANK


def translated(name: str, ask: Callable[[], Reply]) -> Reply:
    """Call `ask`; turn whatever a provider raises into one of our errors."""
    try:
        return ask()
    except AssistantError:
        raise
    except ImportError as error:
        raise not_installed(name, error) from error
    # The seam to every provider: each has exceptions of its own and most are not even installed.
    except Exception as error:
        # The message stays in the chained error: a provider may quote the key in it.
        raise foreign(name, error) from error


def not_installed(name: str, error: ImportError) -> NotInstalled:
    """The error for a package that is missing, which LangChain names only in the cause."""
    module = error.name or getattr(error.__cause__, "name", None) or "of that provider"
    package = module.partition(".")[0].replace("_", "-")
    return NotInstalled(
        f"The encoder {name} needs the package {package}.", remedy=f"Run `pip install {package}`."
    )


def foreign(name: str, error: Exception) -> AssistantError:
    """The error of ours that says what `error`, raised by a provider, means here."""
    status = getattr(error, "status_code", None)
    if status in WRONG_SETTING_STATUS:
        return SettingsInvalid(
            f"The encoder {name} was refused with status {status}.",
            remedy="Check its name in SCOPEWRIGHT_ENCODER and the provider's API key.",
        )
    seen = f"{type(error).__name__}, status {status}" if status else type(error).__name__
    return ModelFailed(
        f"The encoder {name} failed ({seen}).",
        remedy="Try again later, or set SCOPEWRIGHT_ENCODER=bundled and build the index again.",
    )
