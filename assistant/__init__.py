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
    "ApiKey": "store",
    "ArticleCard": "service.reading",
    "Assistant": "service",
    "AssistantError": "errors",
    "Binding": "store",
    "Block": "document",
    "Catalogue": "facts",
    "Cell": "document",
    "Change": "verdict",
    "ChatMessage": "service.addressed",
    "ChatThread": "store",
    "Check": "service",
    "Citation": "answer",
    "Claim": "store",
    "Claimed": "store",
    "Conflict": "facts",
    "Conversation": "store",
    "Document": "document",
    "DocumentDiff": "document",
    "DocumentVersion": "store.documents",
    "Event": "answer",
    "Example": "service.examples",
    "Exchanged": "service",
    "Fact": "facts",
    "Finding": "checks",
    "Found": "store",
    "Gate": "checks",
    "HandedAnswer": "service.talking",
    "Handoff": "store",
    "Hit": "retrieve",
    "IngestReport": "service",
    "InputInvalid": "errors",
    "InterviewStep": "service.asking",
    "KeptReply": "store",
    "Meaning": "service.addressed",
    "NewKey": "service",
    "NotFound": "errors",
    "OpenArticle": "service.reading",
    "Passage": "ingest",
    "Picture": "picture",
    "Progress": "interview",
    "Project": "store",
    "ProjectFacts": "facts",
    "Proposal": "prefill",
    "Question": "interview",
    "Reason": "verdict",
    "Retrieval": "retrieve",
    "ReviewItem": "service.asking",
    "RungState": "ladder",
    "Scope": "store",
    "Sentence": "document",
    "Settings": "settings",
    "SettingsInvalid": "errors",
    "StatedFact": "facts",
    "Step": "service",
    "StoredFile": "store",
    "Suggestion": "interview",
    "Turn": "store",
    "Undone": "service.scoping",
    "UserFixable": "errors",
    "Verdict": "verdict",
    "Why": "interview",
    "block_version": "document",
    "diff_to_data": "document",
    "document_to_data": "document",
    "expand_paths": "ingest",
    "load_settings": "settings",
    "metric_rungs": "document",
    "question_json": "service.asking",
    "show_value": "facts",
    "to_data": "facts",
    "write_whole": "export",
}

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation, Event
    from assistant.checks import Finding, Gate
    from assistant.document import (
        Block,
        Cell,
        Document,
        DocumentDiff,
        Sentence,
        block_version,
        diff_to_data,
        document_to_data,
        metric_rungs,
    )
    from assistant.errors import (
        AssistantError,
        InputInvalid,
        NotFound,
        SettingsInvalid,
        UserFixable,
    )
    from assistant.export import write_whole
    from assistant.facts import (
        Catalogue,
        Conflict,
        Fact,
        ProjectFacts,
        StatedFact,
        show_value,
        to_data,
    )
    from assistant.ingest import Passage, expand_paths
    from assistant.interview import Progress, Question, Suggestion, Why
    from assistant.ladder import RungState
    from assistant.picture import Picture
    from assistant.prefill import Proposal
    from assistant.retrieve import Hit, Retrieval
    from assistant.service import Assistant, Check, Exchanged, IngestReport, NewKey, Step
    from assistant.service.addressed import ChatMessage, Meaning
    from assistant.service.asking import InterviewStep, ReviewItem, question_json
    from assistant.service.examples import Example
    from assistant.service.reading import ArticleCard, OpenArticle
    from assistant.service.scoping import Undone
    from assistant.service.talking import HandedAnswer
    from assistant.settings import Settings, load_settings
    from assistant.store import (
        ApiKey,
        Binding,
        ChatThread,
        Claim,
        Claimed,
        Conversation,
        Found,
        Handoff,
        KeptReply,
        Project,
        Scope,
        StoredFile,
        Turn,
    )
    from assistant.store.documents import DocumentVersion
    from assistant.verdict import Change, Reason, Verdict

__all__ = [
    "Answer",
    "ApiKey",
    "ArticleCard",
    "Assistant",
    "AssistantError",
    "Binding",
    "Block",
    "Catalogue",
    "Cell",
    "Change",
    "ChatMessage",
    "ChatThread",
    "Check",
    "Citation",
    "Claim",
    "Claimed",
    "Conflict",
    "Conversation",
    "Document",
    "DocumentDiff",
    "DocumentVersion",
    "Event",
    "Example",
    "Exchanged",
    "Fact",
    "Finding",
    "Found",
    "Gate",
    "HandedAnswer",
    "Handoff",
    "Hit",
    "IngestReport",
    "InputInvalid",
    "InterviewStep",
    "KeptReply",
    "Meaning",
    "NewKey",
    "NotFound",
    "OpenArticle",
    "Passage",
    "Picture",
    "Progress",
    "Project",
    "ProjectFacts",
    "Proposal",
    "Question",
    "Reason",
    "Retrieval",
    "ReviewItem",
    "RungState",
    "Scope",
    "Sentence",
    "Settings",
    "SettingsInvalid",
    "StatedFact",
    "Step",
    "StoredFile",
    "Suggestion",
    "Turn",
    "Undone",
    "UserFixable",
    "Verdict",
    "Why",
    "__version__",
    "block_version",
    "diff_to_data",
    "document_to_data",
    "expand_paths",
    "load_settings",
    "metric_rungs",
    "question_json",
    "show_value",
    "to_data",
    "write_whole",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(import_module(f"assistant.{_HOMES[name]}"), name)
