"""Verdict and findings → callouts and lists that cite the sources of the rules."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.document.kinds import BlockSpec, Kind, SectionSpec
from assistant.document.model import Block, Sentence
from assistant.document.sentences import load_wordings
from assistant.facts import Catalogue

if TYPE_CHECKING:
    from assistant.checks import Finding
    from assistant.verdict import Reason, Verdict

CONTRADICTION, VERDICT = "Contradiction", "Verdict"
# Reasons and changes of a verdict that are shown.
REASONS, BRIEF_REASONS, CHANGES = 5, 2, 4


class Judged:
    """Shows in one document what the rules make of the facts."""

    def __init__(
        self,
        kind: Kind,
        catalogue: Catalogue,
        verdict: "Verdict | None",
        findings: Sequence["Finding"],
    ) -> None:
        self._kind, self._catalogue = kind, catalogue
        self._verdict, self._findings = verdict, findings
        self._homes = {fact: section.id for section in kind.sections for fact in section.facts}
        self._words = load_wordings("judged")

    def contradictions(self, section: SectionSpec) -> list[Block]:
        """A callout for each contradiction that is settled by a question of this section."""
        return [
            Block(
                f"{self._kind.id}/{section.id}/contradiction/{finding.rule}",
                section.id,
                "callout",
                (_finding(finding), self._settle(finding)),
                label=CONTRADICTION,
            )
            for finding in self._findings
            if finding.kind == "contradiction" and self._home(finding) == section.id
        ]

    def findings(self, section: SectionSpec, spec: BlockSpec) -> list[Block]:
        """The findings of the kinds that the block is for, as a list."""
        found = [one for one in self._findings if one.kind in spec.findings]
        key = f"{self._kind.id}/{section.id}/{spec.key}"
        return _listed(key, section.id, self._words["found"], [_finding(one) for one in found])

    def verdict(self, section: SectionSpec, spec: BlockSpec) -> list[Block]:
        """The verdict with its reasons; in full also the doubts and what would change it."""
        verdict = self._verdict
        if verdict is None:
            return []
        key, full = f"{self._kind.id}/{section.id}/{spec.key}", spec.verdict == "full"
        reasons = [_reason(one) for one in verdict.because[: REASONS if full else BRIEF_REASONS]]
        facts, passages = _provenance(reasons)
        says = Sentence(verdict.says, "guidance", facts, passages, refers=True)
        step = Sentence(
            f"{self._words['first_step']} {verdict.first_baseline}",
            "guidance",
            facts,
            (verdict.baseline_source,),
            refers=True,
            lead=self._words["first_step"],
        )
        if not full:
            shown = (says, *reasons, step)
            return [Block(key, section.id, "callout", shown, label=VERDICT)]
        because = "settle_first" if verdict.verdict == "not_yet" else "because"
        parts = {
            because: reasons,
            "against": [_reason(one) for one in verdict.against[:REASONS]],
            "changes": [
                Sentence(one.text, "guidance", (one.fact,), passages, refers=True)
                for one in verdict.would_change_if[:CHANGES]
            ],
        }
        blocks = [Block(key, section.id, "callout", (says, step), label=VERDICT)]
        for name, said in parts.items():
            blocks += _listed(f"{key}/{name}", section.id, self._words[name], said)
        return blocks

    def _home(self, finding: "Finding") -> str | None:
        """The section of the question that settles it, else of the first fact it rests on."""
        named = (finding.ask, *finding.facts)
        return next((self._homes[fact] for fact in named if fact in self._homes), None)

    def _settle(self, finding: "Finding") -> Sentence:
        question = self._catalogue[finding.ask].question
        lead = self._words["settle"]
        return Sentence(f"{lead} {question}", "open", (finding.ask,), refers=True, lead=lead)


def _finding(finding: "Finding") -> Sentence:
    note = f"Calculated: {finding.calculated}." if finding.calculated else ""
    facts, passages = tuple(finding.facts), (finding.source_id,)
    return Sentence(finding.message, "guidance", facts, passages, note, refers=True)


def _reason(reason: "Reason") -> Sentence:
    facts = (reason.fact,) if reason.fact else ()
    passages = (reason.source_id,) if reason.source_id else ()
    return Sentence(reason.text, "guidance", facts, passages, refers=True)


def _listed(key: str, section: str, lead: str, sentences: Sequence[Sentence]) -> list[Block]:
    """Bullets below the words that introduce them; nothing without sentences."""
    if not sentences:
        return []
    provenance = _provenance(sentences)
    introduction = Sentence(lead, "guidance", *provenance, refers=True, lead=lead)
    return [
        Block(f"{key}/lead", section, "paragraph", (introduction,)),
        Block(key, section, "bullets", tuple(sentences)),
    ]


def _provenance(sentences: Sequence[Sentence]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts and the passages of the sentences, each once."""
    return (
        tuple(dict.fromkeys(fact for one in sentences for fact in one.facts)),
        tuple(dict.fromkeys(passage for one in sentences for passage in one.passages)),
    )
