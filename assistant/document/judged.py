"""Verdict and findings → callouts and lists that cite the sources of the rules."""

from collections.abc import Sequence
from dataclasses import replace
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
        return self.found(f"{self._kind.id}/{section.id}/{spec.key}", section.id, spec.findings)

    def found(
        self, key: str, section: str, kinds: Sequence[str], limit: int | None = None
    ) -> list[Block]:
        """The findings of these kinds as a list, the severest first; at most `limit` of them."""
        found = [_finding(one) for one in self._findings if one.kind in kinds][:limit]
        return _listed(key, section, self._words["found"], found)

    def callout(self, key: str, section: str) -> list[Block]:
        """The verdict and the cheapest first step, with the reasons that are no questions."""
        verdict = self._verdict
        if verdict is None:
            return []
        answered = [one for one in verdict.because if one.fact not in verdict.unanswered]
        return [self._brief(verdict, key, section, verdict.because, answered[:BRIEF_REASONS])]

    def verdict(self, section: SectionSpec, spec: BlockSpec) -> list[Block]:
        """The verdict with its reasons; in full also the doubts and what would change it."""
        verdict = self._verdict
        if verdict is None:
            return []
        key = f"{self._kind.id}/{section.id}/{spec.key}"
        if spec.verdict == "brief":
            because = verdict.because[:BRIEF_REASONS]
            return [self._brief(verdict, key, section.id, because, because)]
        each = {one.text: one for one in map(self._listed_reason, verdict.because)}
        reasons = list(each.values())[:REASONS]
        passages = _provenance(reasons)[1]
        not_yet = verdict.verdict == "not_yet"
        parts = {
            "settle_first" if not_yet else "because": reasons,
            "so_far" if not_yet else "against": [_reason(one) for one in verdict.against[:REASONS]],
            "changes": [
                Sentence(one.text, "guidance", (one.fact,), passages, refers=True)
                for one in verdict.would_change_if[:CHANGES]
            ],
        }
        blocks = [self._brief(verdict, key, section.id, verdict.because[:REASONS])]
        for name, said in parts.items():
            blocks += _listed(f"{key}/{name}", section.id, self._words[name], said)
        return blocks

    def _listed_reason(self, reason: "Reason") -> Sentence:
        """A reason; where it is a question that comes first, the bare question."""
        verdict = self._verdict
        if verdict is None or reason.fact not in verdict.unanswered:
            return _reason(reason)
        return replace(_reason(reason), text=self._catalogue[reason.fact].question)

    def _brief(
        self,
        verdict: "Verdict",
        key: str,
        section: str,
        because: Sequence["Reason"],
        shown: Sequence["Reason"] = (),
    ) -> Block:
        """The verdict as a callout: it rests on `because`, of which some are shown."""
        says = Sentence(
            verdict.says, "guidance", *_provenance([_reason(one) for one in because]), refers=True
        )
        step = Sentence(
            f"{self._words['first_step']} {verdict.first_baseline}",
            "guidance",
            says.facts,
            (verdict.baseline_source,),
            refers=True,
            lead=self._words["first_step"],
        )
        sentences = (says, *(_reason(one) for one in shown), step)
        return Block(key, section, "callout", sentences, label=VERDICT)

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
