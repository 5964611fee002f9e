"""A file of `catalog/rules` → its data, or an error that names the file and the field."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from assistant.errors import DataInvalid

FOLDER = Path(__file__).parents[1] / "catalog" / "rules"
Words = Annotated[str, Field(min_length=1)]
RuleId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
FactId = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9]+(_[a-z0-9]+)*$")]
Source = Annotated[str, Field(pattern=r"^[a-z0-9-]+#\w[\w-]*$")]


def load_yaml(path: Path) -> Any:
    """The file's data; raise DataInvalid when it cannot be read."""
    # The C loader is ten times as fast and as safe; the rules are read by every command.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise invalid(path.name, f"cannot be read ({type(error).__name__})") from error


def invalid(place: str, problem: str) -> DataInvalid:
    """The error for a fault in a shipped file; the caller raises it."""
    return DataInvalid(f"{place}: {problem}.", remedy="Correct the file.")


def fault(place: str, error: ValidationError) -> DataInvalid:
    """The first thing that pydantic found wrong; the caller raises it."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "entry"
    return invalid(f"{place}: {field}", first["msg"].rstrip("."))
