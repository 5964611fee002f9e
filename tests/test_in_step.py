"""Documents depend on what is stated in the end, and on nothing else of the way there."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Assistant, Settings
from assistant.errors import UserFixable
from assistant.facts import FactEvent, StatedFact

ANSWERS = {
    "project.summary": ["The gateway ranks payments.", "Analysts get a list of 50 payments."],
    "users.primary": ["fraud analysts", "two nurses"],
    "scope.out": ["loans; leases", "transfers"],
    "ml.task": ["classification", "forecasting"],
    "data.positives_share": ["1 %", "about 0.08 %"],
    "data.time_ordered": ["yes", "no"],
    "evaluation.split": ["random", "time"],
    "serving.mode": ["online", "batch"],
    "serving.latency_p95": ["150 ms", "fast", "1-2 s"],
    "metrics.miss_cost": ["85 EUR", "don't know"],
    "metrics.false_alarm_cost": ["€12", "n/a"],
    "metrics.error_costs": ["missed fraud | 85 EUR | the bank", "false alarm | 12 EUR | us"],
    "plan.deadline": ["March 2027", "15.4.2027"],
}
KEYS = st.sampled_from(sorted(ANSWERS))
ANSWER = KEYS.flatmap(lambda key: st.tuples(st.just(key), st.sampled_from(ANSWERS[key])))
STEPS = st.one_of(
    *[ANSWER.map(lambda pair: ("answer", *pair))] * 4,
    KEYS.map(lambda key: ("unset", key)),
    KEYS.map(lambda key: ("unknown", key)),
    KEYS.map(lambda key: ("skip", key)),
    st.just(("undo",)),
)


def take(service: Assistant, step: tuple[str, ...]) -> None:
    match step:
        case ("answer", key, raw):
            service.answer(key, raw, kind="tdd", author="Ana")
        case ("unset", key):
            service.unset_fact(key)
        case ("unknown", key):
            service.dont_know(key, owner="Bo", due="2027-03-01", kind="tdd")
        case ("skip", key):
            service.skip(key)
        case _:
            service.undo()


def as_change(fact: StatedFact) -> FactEvent:
    return FactEvent(
        fact.fact_id,
        "set" if fact.status == "known" else fact.status,
        **{
            name: getattr(fact, name)
            for name in ("value", "origin", "author", "at", "note", "owner", "due")
        },
    )


def documents(service: Assistant) -> list[object]:
    return [service.document(kind, save=False) for kind in service.document_kinds()]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(steps=st.lists(STEPS, min_size=5, max_size=30), chance=st.randoms())
def test_any_way_to_the_same_facts_gives_the_same_documents(steps, chance):
    with tempfile.TemporaryDirectory() as folder:
        with Assistant(Settings(home=Path(folder, "one"))) as service:
            for step in steps:
                try:
                    take(service, step)
                except UserFixable:
                    # Nothing to undo, or to take back.
                    continue
            made, final = documents(service), service.facts()
        with Assistant(Settings(home=Path(folder, "two"))) as other:
            # The final facts alone, in any order and by another way in.
            owner, stated = other.project("default"), list(final)
            chance.shuffle(stated)
            for fact in stated:
                other.store.facts.record(owner.id, [as_change(fact)], final.catalogue)
            assert documents(other) == made
