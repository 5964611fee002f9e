"""Facts, needs, marks and findings → how each question stands: open, answered, out of date."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from assistant.facts import Catalogue, ProjectFacts, StatedFact, applicable
from assistant.interview.links import dependents, in_force, preconditions, same_value
from assistant.interview.marks import Marks, value_detail
from assistant.interview.needs import DocumentNeeds, load_opening
from assistant.interview.suggestions import implied_by, is_assumed, reasons

State = Literal["open", "answered", "assumed", "outdated", "unknown", "due", "out"]
SEVERITIES = ("high", "medium", "low")
# What a fact counts for in a section that it is not needed in, and in one that it only leads to.
PART, LEADS = 0.5, 0.25
# What comes later in a project is asked later, where it is worth about the same.
EARLY = {"requirements": 1.0, "data": 0.7, "design": 0.5, "launch": 0.4}
# What each question that waits for an answer, or can be suggested by it, adds to its value.
WAITING, SUGGESTING = 0.05, 0.02


class Raised(NamedTuple):
    """A finding that the answer to one question would settle; `severity` is high, medium or low."""

    fact: str
    severity: str
    message: str

    @property
    def rank(self) -> int:
        """0 for the heaviest."""
        return SEVERITIES.index(self.severity) if self.severity in SEVERITIES else len(SEVERITIES)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an interview: where its answer belongs and what it is worth.

    `sections` are places in the needs; `opening` is its place among those that a talk begins with;
    `value` is weight × share of the sections it unlocks. `gates` are the facts that decide whether
    it applies, `waits_for` those that may imply its answer.
    """

    fact: str
    place: int
    sections: tuple[int, ...]
    needed: bool
    opening: int | None
    value: float
    gates: frozenset[str]
    waits_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How every question of an interview stands; `facts` are those in force."""

    asked: Mapping[str, Asked]
    states: Mapping[str, State]
    contested: Mapping[str, Raised]
    facts: ProjectFacts

    def missing(self, key: str) -> bool:
        """Whether the first draft waits for this fact."""
        return self.asked[key].needed and self.states[key] == "open"


def survey(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    marks: Marks,
    findings: Iterable[tuple[str, str, str]] = (),
    today: date | None = None,
) -> Standing:
    """How each question stands. Without `today` nothing unknown becomes due."""
    asked = asked_for(catalogue, needs)
    valid = in_force(catalogue, facts)
    states = {key: _state(catalogue, valid, marks, key, today) for key in asked}
    raised = (Raised(key, severity, one_line(message)) for key, severity, message in findings)
    contested = _contested(raised, states, marks)
    return Standing(asked, states, contested, valid)


def one_line(message: str) -> str:
    """The message as it is shown and remembered: people's words in it may have line breaks."""
    return " ".join(message.split())


def _contested(
    findings: Iterable[Raised], states: Mapping[str, State], marks: Marks
) -> dict[str, Raised]:
    """The heaviest finding for each question, without those that the person has answered to."""
    heaviest: dict[str, Raised] = {}
    for one in sorted(findings, key=lambda found: found.rank):
        if states.get(one.fact, "out") != "out" and one.message not in marks.settled(one.fact):
            heaviest.setdefault(one.fact, one)
    return heaviest


def _state(
    catalogue: Catalogue, facts: ProjectFacts, marks: Marks, key: str, today: date | None
) -> State:
    """How one question stands; `facts` are those in force."""
    stated = facts.get(key)
    if stated is None:
        return "open" if applicable(catalogue, facts, key) else "out"
    if stated.status == "unknown":
        return "due" if today is not None and is_due(stated, today) else "unknown"
    if is_assumed(facts, key):
        return "assumed"
    if _is_outdated(catalogue, facts, marks, stated):
        return "outdated"
    return "answered"


def _is_outdated(
    catalogue: Catalogue, facts: ProjectFacts, marks: Marks, stated: StatedFact
) -> bool:
    """Whether the answer is an accepted suggestion that would not be made any more."""
    if stated.value is None or not marks.has("suggested", stated.fact_id):
        return False
    if marks.detail("suggested", stated.fact_id) != value_detail(stated.value):
        return False
    implied = implied_by(catalogue, facts, stated.fact_id)
    return implied is None or not same_value(implied.value, stated.value)


def is_due(stated: StatedFact, today: date) -> bool:
    """Whether the day has come by which somebody was to find out.

    >>> is_due(StatedFact("data.amount", "unknown", due="2027-03-01"), date(2027, 3, 1))
    True
    """
    try:
        return date.fromisoformat(stated.due) <= today
    except ValueError:
        return False


@functools.lru_cache(maxsize=16)
def asked_for(catalogue: Catalogue, needs: DocumentNeeds) -> Mapping[str, Asked]:
    """The questions of an interview, in the order of its document, with their value.

    These are the facts of the sections, each after what decides whether it applies: that may be a
    fact that no section of this document holds.
    """
    homes = _homes(catalogue, needs)
    needed = {key for section in needs.sections for key in section.needed}
    for key in [key for key in homes if key in needed]:
        needed.update(preconditions(catalogue, key))
    first = needs.sections[0].needed if needs.sections else ()
    opening = tuple(dict.fromkeys([*load_opening(), *first]))
    return {
        key: Asked(
            fact=key,
            place=place,
            sections=sections,
            needed=key in needed,
            opening=opening.index(key) if key in opening else None,
            value=_value(catalogue, needs, homes, key),
            gates=frozenset(preconditions(catalogue, key)),
            waits_for=reasons(catalogue, key),
        )
        for place, (key, sections) in enumerate(homes.items())
    }


def _homes(catalogue: Catalogue, needs: DocumentNeeds) -> dict[str, tuple[int, ...]]:
    """For each question the places of its sections; empty where it only decides about others."""
    homes: dict[str, tuple[int, ...]] = {}
    for key in needs.facts:
        if key not in catalogue:
            continue
        for other in preconditions(catalogue, key):
            homes.setdefault(other, ())
        homes.setdefault(key, ())
    for place, section in enumerate(needs.sections):
        for key in section.facts:
            if key in homes:
                homes[key] = (*homes[key], place)
    return homes


def _value(
    catalogue: Catalogue,
    needs: DocumentNeeds,
    homes: Mapping[str, tuple[int, ...]],
    key: str,
) -> float:
    """Weight × share of the sections that an answer unlocks, more where others wait for it."""
    links = dependents(catalogue, key)
    waiting = [other for other in links.conditional if other in homes]
    suggested = [other for other in links.suggested if other in homes]
    unlocked: dict[int, float] = {}
    for other in waiting:
        unlocked.update(dict.fromkeys(homes[other], LEADS))
    for place in homes[key]:
        unlocked[place] = 1.0 if key in needs.sections[place].needed else PART
    share = sum(unlocked.values()) / max(1, len(needs.sections))
    others = 1 + WAITING * len(waiting) + SUGGESTING * len(suggested)
    return catalogue[key].weight * EARLY[catalogue[key].phase] * share * others
