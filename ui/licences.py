"""The installed packages that this product names → their versions and licences."""

import re
from functools import lru_cache
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution, requires

LONGEST = 60


@lru_cache(maxsize=1)
def licences() -> list[tuple[str, str, str]]:
    """Return (package, version, licence) of every direct dependency, by name."""
    wanted = [one for one in requires("scopewright") or [] if "extra ==" not in one]
    names = sorted({re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in wanted}, key=str.casefold)
    found = []
    for name in names:
        try:
            about = distribution(name).metadata
        except PackageNotFoundError:
            continue
        found.append((name, about["Version"], _licence(about)))
    return found


def _licence(about: PackageMetadata) -> str:
    every = about.get_all("Classifier") or []
    classified = [one.rsplit(" :: ", 1)[-1] for one in every if one.startswith("License ::")]
    fields = {key: about[key] for key in about}
    named = fields.get("License-Expression") or ", ".join(classified) or fields.get("License", "")
    return str(named).splitlines()[0][:LONGEST] if named else "–"
