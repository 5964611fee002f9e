"""Facts + evidence → the Verdict, with the reasons, the doubts and what would change it.

Evidence adds up for each verdict; a veto makes it `not_yet` whatever the sum. Of two verdicts that
are as well supported the cheaper one wins. Too few answers, or too little support, is `not_yet`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.checks.wording import fill
from assistant.facts import Fact, ProjectFacts, StatedFact, Value, applicable, holds, show_value
from assistant.verdict.evidence import Evidence, Remark, VerdictName, VerdictRules

# Enough to be convinced by, few enough to be read.
MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for the verdict `favours`: the answer it is about, and its source."""

    fact: str
    text: str
    source_id: str
    favours: VerdictName


@dataclass(frozen=True, slots=True)
class Change:
    """A single other answer with which the verdict would be another one."""

    fact: str
    to: Value
    verdict: VerdictName
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Should this be ML? `label` and `says` are for people, and `because` is in cited reasons.

    `margin` is by how many points it leads, 0 when it was forced or nothing could be decided.
    `unanswered` are the decisive questions without an answer, in the order to ask them.
    """

    verdict: VerdictName
    label: str
    says: str
    because: tuple[Reason, ...]
    against: tuple[Reason, ...]
    would_change_if: tuple[Change, ...]
    first_baseline: str
    baseline_source: str
    margin: int
    unanswered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The outcome of one weighing: who wins by how much, and what holds.

    `decided` is false when too little is known or said for any verdict.
    """

    winner: VerdictName
    margin: int
    vetoes: tuple[Evidence, ...]
    evidence: tuple[Evidence, ...]
    decided: bool


def decide(rules: VerdictRules, facts: ProjectFacts) -> Verdict:
    """Weigh the evidence, and again with every other answer, to see what hangs on which."""
    weighed = _weigh(rules, facts)
    unanswered = tuple(key for key in rules.decisive if not _settled(key, facts))
    baseline = next(
        one
        for one in rules.baselines
        if (not one.verdicts or weighed.winner in one.verdicts)
        and (one.when is None or holds(one.when, facts))
    )
    outcome = rules.outcomes[weighed.winner]
    return Verdict(
        verdict=weighed.winner,
        label=outcome.label,
        says=outcome.says,
        because=_because(rules, facts, weighed, unanswered),
        against=_against(rules, facts, weighed),
        would_change_if=_changes(rules, facts, weighed.winner),
        first_baseline=fill(baseline.text, facts),
        baseline_source=baseline.source,
        margin=weighed.margin,
        unanswered=unanswered,
    )


# -- weighing


def _weigh(rules: VerdictRules, facts: ProjectFacts) -> _Weighed:
    vetoes = tuple(veto for veto in rules.vetoes if holds(veto.when, facts))
    evidence = tuple(one for one in rules.evidence if holds(one.when, facts))
    known = sum(_settled(key, facts) for key in rules.decisive)
    if vetoes or known < rules.answers:
        return _Weighed("not_yet", 0, vetoes, evidence, bool(vetoes))
    sums = _sums(rules, evidence)
    # `max` takes the first of equals, and the cheaper verdicts stand first.
    winner = max(sums, key=lambda name: sums[name])
    if sums[winner] < rules.least_support:
        return _Weighed("not_yet", 0, vetoes, evidence, False)
    second = max(points for name, points in sums.items() if name != winner)
    return _Weighed(winner, sums[winner] - second, vetoes, evidence, True)


def _sums(rules: VerdictRules, evidence: Iterable[Evidence]) -> Mapping[VerdictName, int]:
    sums = dict.fromkeys(rules.outcomes, 0)
    for one in evidence:
        for name, weight in one.counts.items():
            sums[name] += weight
    return sums


def _settled(key: str, facts: ProjectFacts) -> bool:
    stated = facts.get(key)
    return stated is not None and stated.status != "unknown"


# -- reasons


def _because(
    rules: VerdictRules, facts: ProjectFacts, weighed: _Weighed, unanswered: tuple[str, ...]
) -> tuple[Reason, ...]:
    """The vetoes, then what counts most for the winner; undecided, what to answer first."""
    winner = weighed.winner
    forced = [_reason(veto, "not_yet", facts) for veto in weighed.vetoes]
    # A veto says more of its answer than the points that the same answer gives.
    told = {reason.fact for reason in forced}
    counting = sorted(
        (one for one in weighed.evidence if one.counts.get(winner, 0) > 0 and one.fact not in told),
        key=lambda one: -one.counts[winner],
    )
    reasons = [*forced, *(_reason(one, winner, facts) for one in counting)]
    if weighed.decided:
        return tuple(reasons[:MOST_REASONS])
    asked = [
        Reason(
            key,
            f"Answer this first: {facts.catalogue[key].question}",
            rules.decisive_source,
            "not_yet",
        )
        for key in unanswered
    ]
    return (_remarked(rules.undecided, winner), *[*asked, *reasons][:MOST_REASONS])


def _against(rules: VerdictRules, facts: ProjectFacts, weighed: _Weighed) -> tuple[Reason, ...]:
    """What counts against the winner or for another verdict, the heaviest first.

    Never empty once something is known: the standing doubt about the winner is the last resort.
    """
    if not len(facts):
        return ()
    winner = weighed.winner
    found: list[tuple[int, Reason]] = []
    for one in weighed.evidence:
        mine = one.counts.get(winner, 0)
        rivals = {name: weight for name, weight in one.counts.items() if name != winner}
        rival = max(rivals, key=lambda name: rivals[name], default=None)
        if mine > 0 or rival is None or (mine == 0 and rivals[rival] <= 0):
            continue
        strength = max(-mine, rivals[rival])
        favours = rival if rivals[rival] > 0 else "not_yet"
        found.append((strength, _reason(one, favours, facts)))
    found.sort(key=lambda pair: -pair[0])
    reasons = tuple(reason for _, reason in found[:MOST_REASONS])
    return reasons or (_remarked(rules.outcomes[winner].doubt, winner),)


def _remarked(remark: Remark, about: VerdictName) -> Reason:
    return Reason(remark.fact, remark.text, remark.source, about)


def _reason(evidence: Evidence, favours: VerdictName, facts: ProjectFacts) -> Reason:
    return Reason(evidence.fact, fill(evidence.text, facts), evidence.source, favours)


# -- what would change it


def _changes(rules: VerdictRules, facts: ProjectFacts, now: VerdictName) -> tuple[Change, ...]:
    """Every other single answer to a choice that makes the verdict another, weighed for real.

    Answers that were given come first, then those that are missing; the heavier questions first.
    Questions that the project need not answer are left out.
    """
    catalogue = facts.catalogue
    keys = sorted(
        (key for key in rules.facts if applicable(catalogue, facts, key)),
        key=lambda key: (not facts.known(key), -catalogue[key].weight, catalogue.place(key)),
    )
    changes = []
    for key in keys:
        fact = catalogue[key]
        for value in _alternatives(fact, facts.value(key)):
            then = _weigh(rules, facts.with_stated(StatedFact(key, value=value))).winner
            if then != now:
                text = _sentence(fact, value, rules.outcomes[then].label, facts)
                changes.append(Change(key, value, then, text))
    return tuple(changes)


def _alternatives(fact: Fact, present: Value | None) -> tuple[Value, ...]:
    values: tuple[Value, ...] = ()
    if fact.type == "yes_no":
        values = (True, False)
    elif fact.type == "choice":
        values = tuple(option.value for option in fact.options)
    return tuple(value for value in values if value != present)


def _sentence(fact: Fact, value: Value, verdict: str, facts: ProjectFacts) -> str:
    shown = show_value(fact, value)
    if not facts.known(fact.id):
        return f"Should “{fact.label}” turn out to be “{shown}”, the verdict would be: {verdict}."
    return f"If “{fact.label}” were “{shown}”, the verdict would be: {verdict}."
