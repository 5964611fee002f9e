"""A template with `{fact.id}` in it + facts → the sentence; what people wrote stays as it is."""

import re

from assistant.facts import ProjectFacts, show_value

_PLACEHOLDER = re.compile(r"\{([a-z]+\.[a-z0-9_]+|calculated)\}")


def placeholders(template: str) -> frozenset[str]:
    """The ids of the facts that the template shows.

    >>> placeholders("Within {serving.latency_p95}, {not one}")
    frozenset({'serving.latency_p95'})
    """
    return frozenset(_PLACEHOLDER.findall(template))


def fill(template: str, facts: ProjectFacts, *, calculated: str = "") -> str:
    """Put what was stated in place of each placeholder, once.

    Only the template's own placeholders count: an answer that holds one of its own is shown letter
    for letter. A fact without a value is named by its label.
    """

    def shown(found: re.Match[str]) -> str:
        key = found[1]
        if key == "calculated":
            return calculated
        fact, value = facts.catalogue[key], facts.value(key)
        if value is None:
            return f"“{fact.label}” (not answered)"
        return " ".join(show_value(fact, value).split())

    return _PLACEHOLDER.sub(shown, template)
