"""Rules + facts → Findings: what contradicts itself, what is missing, what may go wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.checks.rules import Kind, Rule, Severity
from assistant.checks.wording import fill
from assistant.facts import FactPhase, ProjectFacts, holds, show_amount

_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
_KINDS: tuple[Kind, ...] = ("contradiction", "gap", "risk")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has found.

    `facts` are the answers it rests on, `ask` is the fact whose answer would settle it, and
    `source_id` is the passage that explains it. `calculated` is the figure that was worked out.
    """

    rule: str
    kind: Kind
    severity: Severity
    message: str
    facts: tuple[str, ...]
    source_id: str
    ask: str
    phase: FactPhase
    calculated: str = ""


def check(rules: Iterable[Rule], facts: ProjectFacts) -> list[Finding]:
    """What the rules find, the severest first, then contradictions before gaps and risks.

    Give it everything that was stated, also what no question would ask for any more: an answer
    that another one has made pointless is often what contradicts it.
    """
    found = [_finding(rule, facts) for rule in rules if _applies(rule, facts)]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, int]:
    return _SEVERITIES.index(finding.severity), _KINDS.index(finding.kind)


def _applies(rule: Rule, facts: ProjectFacts) -> bool:
    if not holds(rule.when, facts):
        return False
    return rule.calculated is None or rule.calculated.passes(facts)


def _finding(rule: Rule, facts: ProjectFacts) -> Finding:
    result = rule.calculated.result(facts) if rule.calculated else None
    calculated = show_amount(result, counted=True) if result else ""
    looked_at = rule.facts
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        severity=rule.severity,
        message=fill(rule.message, facts, calculated=calculated),
        facts=tuple(one.fact_id for one in facts if one.fact_id in looked_at),
        source_id=rule.source,
        ask=rule.ask,
        phase=rule.phase,
        calculated=calculated,
    )
