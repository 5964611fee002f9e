"""Rules on facts → findings (contradictions, gaps, risks), and the gates of the phases."""

from assistant.checks.arithmetic import Calculation
from assistant.checks.finding import Finding, check
from assistant.checks.gates import Gate, GateStatus, Need, gate, load_needs
from assistant.checks.reading import FOLDER
from assistant.checks.rules import Kind, Rule, Severity, load_rules, read_rules
from assistant.checks.wording import fill, placeholders

__all__ = [
    "FOLDER",
    "Calculation",
    "Finding",
    "Gate",
    "GateStatus",
    "Kind",
    "Need",
    "Rule",
    "Severity",
    "check",
    "fill",
    "gate",
    "load_needs",
    "load_rules",
    "placeholders",
    "read_rules",
]
