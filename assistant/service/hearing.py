"""What a person answers → how it is understood, what it contradicts, and what it does to others."""

import functools
from dataclasses import dataclass

from assistant.checks import Rule, check, load_rules
from assistant.errors import InputInvalid
from assistant.facts import Catalogue, Fact, ProjectFacts, Read, read_answer, show_value
from assistant.interview import Marks, Raised, challenge, consequences


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it was understood: `read` is None for a vague word in place of an amount.

    `doubt` asks back about it, `first` says that this has not been done before, and `kept` that
    the person stands by the answer.
    """

    words: str
    read: Read | None
    doubt: str | None
    first: bool
    kept: bool

    @property
    def asks_back(self) -> bool:
        """Whether the doubt is to be shown: once, and not to somebody who insists."""
        return self.doubt is not None and self.first and not self.kept


def hear(fact: Fact, raw: object, marks: Marks, *, insist: bool) -> Heard:
    """Read an answer; raise InputInvalid for one that cannot be used and is not just vague."""
    first = not marks.has("challenged", fact.id)
    before = None if first else marks.detail("challenged", fact.id)
    try:
        read = read_answer(fact, raw)
    except InputInvalid:
        words = str(raw)
        doubt, kept = challenge(fact, words, None), insist or words == before
        if doubt is None or not (first or kept):
            raise
        return Heard(words, None, doubt, first, kept)
    words = raw if isinstance(raw, str) else ""
    if not words and read.value is not None:
        words = show_value(fact, read.value)
    doubt = challenge(fact, words, read.value) if read.status == "known" else None
    return Heard(words, read, doubt, first, insist or words == before)


def raised(facts: ProjectFacts) -> tuple[Raised, ...]:
    """What one question could settle: contradictions, and whatever else weighs heavily."""
    return tuple(
        Raised(one.ask, one.severity, one.message) for one in check(_weighty_rules(), facts)
    )


@functools.cache
def _weighty_rules() -> tuple[Rule, ...]:
    return tuple(
        rule for rule in load_rules() if rule.kind == "contradiction" or rule.severity == "high"
    )


def notices_of(
    catalogue: Catalogue,
    before: ProjectFacts,
    after: ProjectFacts,
    key: str,
    outdated: tuple[str, ...],
) -> tuple[str, ...]:
    """What an answer did to others, in words; `outdated` are those that are asked again."""
    moved = consequences(catalogue, before, after, key)

    def labels(keys: tuple[str, ...]) -> str:
        return ", ".join(f"“{catalogue[one].label}”" for one in keys)

    found = []
    if moved.left:
        found.append(
            "Not asked any more after this answer; what was said stays in the documents, so "
            f"take it back where it is no longer true: {labels(moved.left)}."
        )
    if moved.back:
        found.append(f"Asked for again, and answered before: {labels(moved.back)}.")
    if outdated:
        found.append(f"Rested on the answer before, and is asked again: {labels(outdated)}.")
    return tuple(found)
