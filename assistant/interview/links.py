"""The catalogue's conditions → which facts wait for which, and which of them are in force."""

import functools
from dataclasses import dataclass

from assistant.facts import Catalogue, Condition, ProjectFacts, Value, applicable, facts_in, to_data
from assistant.interview.suggestions import bases


@dataclass(frozen=True, slots=True)
class Dependents:
    """What a change of one fact touches: facts that may start or stop to apply, and suggestions."""

    conditional: tuple[str, ...]
    suggested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change of facts did to others: `left` the documents, came `back` to them."""

    left: tuple[str, ...]
    back: tuple[str, ...]


def dependents(catalogue: Catalogue, key: str) -> Dependents:
    """The facts whose relevance depends on a fact, and those whose suggestions do.

    Relevance is followed over any number of steps; both are in the catalogue's order.
    """
    waiting = _waiting(catalogue)
    found: set[str] = set()
    todo = [key]
    while todo:
        for other in waiting.get(todo.pop(), ()):
            if other not in found:
                found.add(other)
                todo.append(other)
    suggested = {other for other, sources in bases(catalogue).items() if key in sources}
    return Dependents(_ordered(catalogue, found - {key}), _ordered(catalogue, suggested - {key}))


def preconditions(catalogue: Catalogue, key: str) -> tuple[str, ...]:
    """The facts that decide whether a fact applies, over any number of steps."""
    found: dict[str, None] = {}
    todo = [key]
    while todo:
        for other in _looked_at(catalogue[todo.pop()].when):
            if other not in found:
                found[other] = None
                todo.append(other)
    return _ordered(catalogue, found)


def in_force(catalogue: Catalogue, facts: ProjectFacts) -> ProjectFacts:
    """The facts without those that do not apply: what they hang on has been answered otherwise.

    A fact that does not apply counts for nothing, so what hangs on it does not apply either.
    """
    for layer in _layers(catalogue):
        out = {key for key in layer if key in facts and not applicable(catalogue, facts, key)}
        if out:
            rest = [one for one in facts if one.fact_id not in out]
            facts = ProjectFacts(rest, last_event=facts.last_event, catalogue=catalogue)
    return facts


def consequences(
    catalogue: Catalogue, before: ProjectFacts, after: ProjectFacts, changed: str
) -> Consequences:
    """Which stated facts stopped or started to apply when `changed` did."""
    old, new = in_force(catalogue, before), in_force(catalogue, after)
    left = [key for key in old.stated if key not in new and key in after and key != changed]
    back = [key for key in new.stated if key not in old and key in before and key != changed]
    return Consequences(tuple(left), tuple(back))


def same_value(one: Value | None, other: Value | None) -> bool:
    """Whether two values of a fact are the same, as they are stored."""
    if one is None or other is None:
        return one is other
    return to_data(one) == to_data(other)


@functools.lru_cache(maxsize=4)
def _waiting(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """For each fact those whose `when` looks at it."""
    found: dict[str, list[str]] = {}
    for fact in catalogue:
        for other in _looked_at(fact.when):
            found.setdefault(other, []).append(fact.id)
    return {key: tuple(others) for key, others in found.items()}


@functools.lru_cache(maxsize=4)
def _layers(catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    """The conditional facts, such that each comes after all that its condition looks at."""
    depth: dict[str, int] = {}

    def deep(key: str) -> int:
        if key not in depth:
            others = _looked_at(catalogue[key].when)
            depth[key] = 1 + max(map(deep, others)) if others else 0
        return depth[key]

    for fact in catalogue:
        deep(fact.id)
    deepest = max(depth.values(), default=0)
    return tuple(
        tuple(key for key, level in depth.items() if level == wanted)
        for wanted in range(1, deepest + 1)
    )


def _looked_at(when: Condition | None) -> frozenset[str]:
    return frozenset() if when is None else facts_in(when)


def _ordered(catalogue: Catalogue, keys: set[str] | dict[str, None]) -> tuple[str, ...]:
    return tuple(sorted(keys, key=catalogue.place))
