"""Facts, passages and judgement → documents whose every sentence has its provenance."""

from assistant.document.adviser import Guidance
from assistant.document.compose import compose
from assistant.document.diff import (
    BlockChange,
    DocumentDiff,
    Words,
    diff_documents,
    diff_to_data,
)
from assistant.document.draft import Basis, wanted_passages
from assistant.document.edits import (
    BlockConflict,
    BlockEdit,
    block_version,
    check_editable,
    with_edits,
)
from assistant.document.growing import compose_growing, is_growing
from assistant.document.kinds import Kind, SectionSpec, document_kinds, load_kind
from assistant.document.model import (
    Assumption,
    Block,
    BlockKind,
    Cell,
    Document,
    Edit,
    OpenItem,
    Origin,
    Reference,
    Said,
    Section,
    Sentence,
    document_from_data,
    document_to_data,
)
from assistant.document.rewrite import reword
from assistant.document.rungs import Rung, metric_rungs
from assistant.document.short import compose_short, is_short

__all__ = [
    "Assumption",
    "Basis",
    "Block",
    "BlockChange",
    "BlockConflict",
    "BlockEdit",
    "BlockKind",
    "Cell",
    "Document",
    "DocumentDiff",
    "Edit",
    "Guidance",
    "Kind",
    "OpenItem",
    "Origin",
    "Reference",
    "Rung",
    "Said",
    "Section",
    "SectionSpec",
    "Sentence",
    "Words",
    "block_version",
    "check_editable",
    "compose",
    "compose_growing",
    "compose_short",
    "diff_documents",
    "diff_to_data",
    "document_from_data",
    "document_kinds",
    "document_to_data",
    "is_growing",
    "is_short",
    "load_kind",
    "metric_rungs",
    "reword",
    "wanted_passages",
    "with_edits",
]
