"""Every error of the product: what is wrong, what was saved, what to do.

```text
AssistantError                 code, problem, remedy
├── UserFixable                the person at the keyboard can mend it (exit code 1)
│   ├── SettingsInvalid        a setting or environment variable is wrong
│   ├── NotInstalled           an optional package is missing
│   ├── NotFound               no such project, file, passage or conversation
│   ├── FileRejected           a file cannot be taken in; `code` says why
│   ├── InputInvalid           something typed cannot be used as it stands
│   └── StorageUnavailable     the data folder or database is busy, full, read-only or damaged
├── ModelFailed                one rung of the ladder could not answer
│   └── NoModel                no rung could answer; `attempts` says why each could not
└── DataInvalid                a shipped data file (article, reference, case) breaks its format
```

Errors know nothing of HTTP, Slack or the terminal; each channel turns them into its own words once.
"""

from typing import Any


class AssistantError(Exception):
    """What is wrong (`problem`), what to do about it (`remedy`), and a stable `code`.

    >>> error = AssistantError("The index is missing.", remedy="Run `scopewright doctor`.")
    >>> str(error), error.code
    ('The index is missing. Run `scopewright doctor`.', 'error')
    """

    default_code = "error"

    def __init__(self, problem: str, *, remedy: str, code: str | None = None) -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy
        self.code = code or self.default_code


class UserFixable(AssistantError):
    """The person at the keyboard can mend it."""

    default_code = "user_fixable"


class SettingsInvalid(UserFixable):
    """A setting or environment variable is wrong."""

    default_code = "settings_invalid"


class NotInstalled(UserFixable):
    """An optional package is missing; the remedy says how to install it."""

    default_code = "not_installed"


class NotFound(UserFixable):
    """No such project, file, passage or conversation."""

    default_code = "not_found"


class FileRejected(UserFixable):
    """A file cannot be taken in; `code` is one of those in `ingest.limits` or `store.archive`."""

    default_code = "file_rejected"


class InputInvalid(UserFixable):
    """Something typed cannot be used as it stands."""

    default_code = "input_invalid"


class StorageUnavailable(UserFixable):
    """The data folder or the database is busy, full, read-only or damaged."""

    default_code = "storage_unavailable"


class ModelFailed(AssistantError):
    """One rung of the ladder could not answer."""

    default_code = "model_failed"


class NoModel(ModelFailed):
    """No rung but the extractive one is left; `attempts` are `ladder.Attempt`s, in order tried."""

    default_code = "no_model"

    def __init__(
        self,
        problem: str,
        *,
        remedy: str,
        code: str | None = None,
        attempts: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(problem, remedy=remedy, code=code)
        self.attempts = attempts


class DataInvalid(AssistantError):
    """A shipped data file breaks its format."""

    default_code = "data_invalid"
