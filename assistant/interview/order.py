"""How the questions stand → the one to ask next, and how far the interview has come.

First what settles a contradiction, then accepted suggestions whose reasons have changed, then what
the project is about, then what the first draft waits for, then the rest; what was put off comes
last. Within these the most valuable question comes first, and the talk stays on its topic while
that costs little.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from assistant.facts import Catalogue, ProjectFacts
from assistant.interview.marks import Marks
from assistant.interview.needs import DocumentNeeds
from assistant.interview.question import Progress, Question, Reason, SectionProgress
from assistant.interview.standing import Asked, Standing, survey
from assistant.interview.suggestions import suggest

# The talk stays on its topic while the best question there is worth this share of the best of all.
STAY = 0.3


def next_question(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    marks: Marks | None = None,
    findings: Iterable[tuple[str, str, str]] = (),
    *,
    after: str | None = None,
    today: date | None = None,
) -> Question | None:
    """The question that is worth most now; None when nothing is left to ask.

    `findings` are (fact, severity, message): contradictions and heavy findings that an answer to
    that question would settle. `after` is the question that came before, for staying on its topic;
    by default it is the fact that was stated last.
    """
    marks = marks or Marks()
    standing = survey(catalogue, facts, needs, marks, findings, today)
    return next_of(catalogue, facts, needs, marks, standing, after)


def next_of(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    marks: Marks,
    standing: Standing,
    after: str | None = None,
) -> Question | None:
    """The next question, where it is known already how every question stands."""
    chosen = _choose(catalogue, standing, marks, after or _last_stated(facts))
    if chosen is None:
        return None
    asked, reason = chosen
    return _question(catalogue, facts, needs, standing, asked.fact, reason)


def upcoming(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    findings: Iterable[tuple[str, str, str]] = (),
    *,
    count: int,
) -> tuple[str, ...]:
    """The facts to ask for one after the other if no answer changed the order.

    It follows from the facts alone, whatever was asked last or put off: the talk begins at the
    topic that the document begins with.
    """
    marks = Marks()
    after = next((key for key in needs.facts if facts.known(key)), None)
    standing = survey(catalogue, facts, needs, marks, findings)
    states, contested = dict(standing.states), dict(standing.contested)
    found: list[str] = []
    while len(found) < count:
        left = replace(standing, states=states, contested=contested)
        chosen = _choose(catalogue, left, marks, after)
        if chosen is None:
            break
        after = chosen[0].fact
        found.append(after)
        states[after] = "answered"
        contested.pop(after, None)
    return tuple(found)


def question_of(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    key: str,
    marks: Marks | None = None,
    findings: Iterable[tuple[str, str, str]] = (),
) -> Question:
    """The question of one fact, chosen by the person; raise NotFound."""
    _ = catalogue[key]
    standing = survey(catalogue, facts, needs, marks or Marks(), findings)
    return _question(catalogue, facts, needs, standing, key, "chosen")


def progress(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    marks: Marks | None = None,
    today: date | None = None,
) -> Progress:
    """How far the interview is, as a whole and section by section.

    A fact that somebody will find out is answered: the document lists it as open. One that is only
    assumed is not, until somebody has said so.
    """
    marks = marks or Marks()
    return progress_of(needs, marks, survey(catalogue, facts, needs, marks, (), today))


def progress_of(needs: DocumentNeeds, marks: Marks, standing: Standing) -> Progress:
    """The progress, where it is known already how every question stands."""
    states = standing.states
    skipped = [key for key in marks.of("skipped") if states.get(key, "out") in ASKED]
    return Progress(
        answered=sum(state in DONE for state in states.values()),
        applicable=sum(state != "out" for state in states.values()),
        to_first_draft=sum(standing.missing(key) for key in states),
        skipped=len(skipped),
        unknown=sum(state in ("unknown", "due") for state in states.values()),
        sections=tuple(
            SectionProgress(
                section.id,
                section.title,
                sum(states.get(key) in DONE for key in section.facts),
                sum(states.get(key, "out") != "out" for key in section.facts),
            )
            for section in needs.sections
        ),
    )


DONE = ("answered", "unknown")
ASKED = ("open", "assumed", "outdated", "due")


def _choose(
    catalogue: Catalogue, standing: Standing, marks: Marks, after: str | None
) -> tuple[Asked, Reason] | None:
    tiers: dict[Reason, list[Asked]] = {}
    for key, asked in standing.asked.items():
        reason = _reason(standing, marks, key)
        if reason is not None:
            tiers.setdefault(reason, []).append(asked)
    if heavy := tiers.get("contradiction"):
        return min(heavy, key=lambda one: _weight(standing, one)), "contradiction"
    topic = catalogue[after].topic if after is not None and after in catalogue else ""
    unsaid = {one.fact for reason in TIERS for one in tiers.get(reason, ())}
    for reason in TIERS:
        candidates = _ready(tiers.get(reason, []), unsaid)
        # Whatever else is asked is understood in the light of how the talk begins.
        opening = [one for one in candidates if one.opening is not None]
        if opening and reason == "first_draft":
            return min(opening, key=lambda one: one.opening or 0), reason
        if candidates:
            return _most_valuable(catalogue, candidates, topic), reason
    later = tiers.get("skipped", [])
    order = {key: place for place, key in enumerate(marks.of("skipped"))}
    return (min(later, key=lambda one: order[one.fact]), "skipped") if later else None


TIERS: tuple[Reason, ...] = ("outdated", "first_draft", "more", "confirm", "due")


def _reason(standing: Standing, marks: Marks, key: str) -> Reason | None:
    """Why a question is to be asked; None when it is not."""
    state = standing.states[key]
    if key in standing.contested:
        return "contradiction"
    if state not in ASKED:
        return None
    if marks.has("skipped", key):
        return "skipped"
    if standing.missing(key):
        return "first_draft"
    reasons: dict[str, Reason] = {"outdated": "outdated", "assumed": "confirm", "due": "due"}
    return reasons.get(state, "more")


def _weight(standing: Standing, asked: Asked) -> tuple[int, float, int]:
    """Sorts contested questions: severity, then value, then the order of the document."""
    return standing.contested[asked.fact].rank, -asked.value, asked.place


def _ready(candidates: list[Asked], unsaid: set[str]) -> list[Asked]:
    """Those that need not wait: for what may rule them out, or for what may imply their answer."""
    free = [one for one in candidates if unsaid.isdisjoint(one.gates)]
    here = {one.fact for one in candidates}
    return [one for one in free if here.isdisjoint(one.waits_for)] or free


def _most_valuable(catalogue: Catalogue, candidates: list[Asked], topic: str) -> Asked:
    def rank(one: Asked) -> tuple[float, int]:
        return -one.value, one.place

    best = min(candidates, key=rank)
    here = [one for one in candidates if catalogue[one.fact].topic == topic]
    near = min(here, key=rank, default=None)
    return near if near is not None and near.value >= STAY * best.value else best


def _last_stated(facts: ProjectFacts) -> str | None:
    last = max(facts, key=lambda one: one.event, default=None)
    return None if last is None else last.fact_id


def _question(
    catalogue: Catalogue,
    facts: ProjectFacts,
    needs: DocumentNeeds,
    standing: Standing,
    key: str,
    reason: Reason,
) -> Question:
    raised = standing.contested.get(key)
    asked = standing.asked.get(key)
    titles = [needs.sections[place].title for place in asked.sections] if asked else []
    suggestion = suggest(catalogue, standing.facts, key)
    return Question(
        fact=catalogue[key],
        reason=reason,
        section=titles[0] if titles else "",
        suggestion=suggestion,
        contradiction=raised.message if raised else None,
        stated=facts.get(key),
        event=facts.last_event,
    )
