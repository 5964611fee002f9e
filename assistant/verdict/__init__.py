"""Evidence in the facts → the verdict: should this be ML at all, and what would change that?"""

from assistant.verdict.decide import Change, Reason, Verdict, decide
from assistant.verdict.evidence import (
    VERDICT_NAMES,
    Baseline,
    Evidence,
    Outcome,
    VerdictName,
    VerdictRules,
    load_verdict_rules,
    read_verdict_rules,
)

__all__ = [
    "VERDICT_NAMES",
    "Baseline",
    "Change",
    "Evidence",
    "Outcome",
    "Reason",
    "Verdict",
    "VerdictName",
    "VerdictRules",
    "decide",
    "load_verdict_rules",
    "read_verdict_rules",
]
