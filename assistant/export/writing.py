"""Bytes → a complete file, or none and the reason."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from assistant.errors import StorageUnavailable

# Reason → what is wrong and what to do; everything else is told in the system's words.
_REASONS = {
    errno.ENOSPC: ("The disk is full.", "Free some space and export again."),
    errno.EDQUOT: ("Your share of the disk is full.", "Free some space and export again."),
    errno.EROFS: ("{folder} can only be read.", "Choose another folder."),
    errno.EACCES: ("You may not write into {folder}.", "Choose another folder."),
    errno.EPERM: ("You may not write into {folder}.", "Choose another folder."),
    errno.ENAMETOOLONG: ("The name {name} is too long.", "Choose a shorter name."),
    errno.ENOENT: ("The folder {folder} does not exist.", "Make it first, or choose another."),
    errno.ENOTDIR: ("{folder} is not a folder.", "Choose another folder."),
    errno.EISDIR: ("{name} is a folder.", "Name a file."),
}


def write_whole(target: Path, data: bytes) -> None:
    """Write the file under its name only when all of it is on the disk.

    Raises:
        StorageUnavailable: It cannot be written; what was there before is unchanged.
    """
    draft = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except (OSError, ValueError) as error:
        # ValueError: a name with a null character.
        raise _refusal(error, target) from error
    finally:
        with suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)


def _refusal(error: OSError | ValueError, target: Path) -> StorageUnavailable:
    number = error.errno if isinstance(error, OSError) else None
    problem, remedy = _REASONS.get(
        number or 0, ("The file {name} cannot be written.", "Choose another name or folder.")
    )
    words = {"folder": str(target.parent), "name": target.name}
    return StorageUnavailable(
        f"Nothing was exported. {problem.format(**words)}", remedy=remedy, code="export_failed"
    )
