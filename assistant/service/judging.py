"""Facts of a project → verdict, findings and gates, with the articles they cite."""

from abc import ABC
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.checks import Finding, Gate, check, gate, load_needs, load_rules
from assistant.errors import InputInvalid
from assistant.facts import PHASES, to_data
from assistant.interview import Why
from assistant.service.conversing import DEFAULT_PROJECT
from assistant.service.reasons import reasons
from assistant.service.scoping import Scoping
from assistant.settings import Settings
from assistant.verdict import Change, Reason, Verdict, decide, load_verdict_rules


class Judging(Scoping, ABC):
    """What a channel can ask about verdicts, checks and gates; a part of `Assistant`."""

    settings: Settings

    def verdict(self, *, project: str = DEFAULT_PROJECT) -> Verdict:
        """Should this be ML at all, by what the project has stated?"""
        return decide(load_verdict_rules(), self.facts(project=project))

    def check(self, *, project: str = DEFAULT_PROJECT) -> list[Finding]:
        """The contradictions, gaps and risks in what the project has stated, severest first."""
        return check(load_rules(), self.facts(project=project))

    def gate(self, phase: str, *, project: str = DEFAULT_PROJECT) -> Gate:
        """May the phase begin? Raise InputInvalid when there is no such phase."""
        known = next((one for one in PHASES if one == phase.strip().lower()), None)
        if known is None:
            raise InputInvalid(
                f"There is no phase {phase[:40]!r}.", remedy=f"Choose one of {', '.join(PHASES)}."
            )
        facts = self.facts(project=project)
        return gate(known, check(load_rules(), facts), facts, load_needs())

    def sources(self, source_ids: Iterable[str]) -> dict[str, Why]:
        """Sections of articles by their "article#heading", with what the articles cite."""
        found = reasons(self.settings.knowledge_folder, dict.fromkeys(source_ids))
        return {one.source_id: one for one in found}

    # -- as programs read it

    def verdict_json(self, *, project: str = DEFAULT_PROJECT) -> dict[str, Any]:
        """The verdict with its sources written out."""
        found = self.verdict(project=project)
        cited = [reason.source_id for reason in (*found.because, *found.against)]
        sources = self.sources([*cited, found.baseline_source])
        return {
            "verdict": found.verdict,
            "label": found.label,
            "says": found.says,
            "because": [_reason(one, sources) for one in found.because],
            "against": [_reason(one, sources) for one in found.against],
            "would_change_if": [_change(one) for one in found.would_change_if],
            "first_baseline": found.first_baseline,
            "baseline_source_id": found.baseline_source,
            "baseline_source": _source(found.baseline_source, sources),
            "margin": found.margin,
            "unanswered": list(found.unanswered),
        }

    def findings_json(self, findings: Iterable[Finding]) -> list[dict[str, Any]]:
        """Findings with their sources written out and the question that would settle each."""
        found = list(findings)
        sources = self.sources(finding.source_id for finding in found)
        return [
            {
                "rule": one.rule,
                "kind": one.kind,
                "severity": one.severity,
                "phase": one.phase,
                "message": one.message,
                "facts": list(one.facts),
                "source_id": one.source_id,
                "source": _source(one.source_id, sources),
                "ask": one.ask,
                "question": self.catalogue()[one.ask].question,
            }
            for one in found
        ]

    def gate_json(self, found: Gate, *, project: str = DEFAULT_PROJECT) -> dict[str, Any]:
        """A gate with its findings, and the questions that are missing or still open."""
        facts = self.facts(project=project)
        return {
            "phase": found.phase,
            "status": found.status,
            "findings": self.findings_json(found.findings),
            "missing": [
                {"fact": key, "question": self.catalogue()[key].question} for key in found.missing
            ],
            "open": [
                {
                    "fact": key,
                    "question": self.catalogue()[key].question,
                    "owner": stated.owner,
                    "due": stated.due,
                }
                for key in found.open
                if (stated := facts.get(key)) is not None
            ],
        }


def _reason(reason: Reason, sources: Mapping[str, Why]) -> dict[str, Any]:
    return {
        "fact": reason.fact,
        "text": reason.text,
        "favours": reason.favours,
        "source_id": reason.source_id,
        "source": _source(reason.source_id, sources),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "fact": change.fact,
        "to": to_data(change.to),
        "verdict": change.verdict,
        "text": change.text,
    }


def _source(key: str, sources: Mapping[str, Why]) -> dict[str, Any] | None:
    found = sources.get(key)
    if found is None:
        return None
    return {
        "title": found.title,
        "heading": found.heading,
        "references": [dict(reference) for reference in found.references],
    }
