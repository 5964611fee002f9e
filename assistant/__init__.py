"""Scopewright: scope machine-learning projects with cited answers and documents in step.

The public face: `Assistant` is the service, `Settings` configures it, and the value types and
errors are what its methods give back. Names load when they are first used, so that
`scopewright --help` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Answer": "answer",
    "Assistant": "service",
    "AssistantError": "errors",
    "Check": "service",
    "Citation": "answer",
    "Conversation": "store",
    "Found": "store",
    "Hit": "retrieve",
    "IngestReport": "service",
    "InputInvalid": "errors",
    "Passage": "ingest",
    "Project": "store",
    "Retrieval": "retrieve",
    "RungState": "ladder",
    "Settings": "settings",
    "SettingsInvalid": "errors",
    "Step": "service",
    "StoredFile": "store",
    "Turn": "store",
    "UserFixable": "errors",
    "expand_paths": "ingest",
    "load_settings": "settings",
}

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation
    from assistant.errors import AssistantError, InputInvalid, SettingsInvalid, UserFixable
    from assistant.ingest import Passage, expand_paths
    from assistant.ladder import RungState
    from assistant.retrieve import Hit, Retrieval
    from assistant.service import Assistant, Check, IngestReport, Step
    from assistant.settings import Settings, load_settings
    from assistant.store import Conversation, Found, Project, StoredFile, Turn

__all__ = [
    "Answer",
    "Assistant",
    "AssistantError",
    "Check",
    "Citation",
    "Conversation",
    "Found",
    "Hit",
    "IngestReport",
    "InputInvalid",
    "Passage",
    "Project",
    "Retrieval",
    "RungState",
    "Settings",
    "SettingsInvalid",
    "Step",
    "StoredFile",
    "Turn",
    "UserFixable",
    "__version__",
    "expand_paths",
    "load_settings",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(import_module(f"assistant.{_HOMES[name]}"), name)
