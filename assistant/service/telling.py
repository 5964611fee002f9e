"""A question and what a project has stated → the few facts that a model should know of."""

from assistant.facts import Catalogue, ProjectFacts, show_value
from assistant.index import stems_of

MOST_TOLD = 6
LONGEST_TOLD = 300
# What a project is about is worth knowing for any question about it.
ALWAYS = ("project.summary", "ml.task")


def facts_that_matter(question: str, facts: ProjectFacts, catalogue: Catalogue) -> tuple[str, ...]:
    """Lines such as "Time until the truth is known: 45 to 90 days", those nearest first.

    A fact matters when its name, its question or its value shares words with the question; with
    none of these, none is told.
    """
    asked = set(stems_of(question))
    found: list[tuple[int, int, str]] = []
    for place, (key, stated) in enumerate(facts.stated.items()):
        if stated.value is None or key not in catalogue.facts:
            continue
        fact = catalogue.facts[key]
        shown = show_value(fact, stated.value)
        shared = len(asked.intersection(stems_of(f"{fact.label} {fact.question}")))
        shared = 2 * shared + len(asked.intersection(stems_of(shown)))
        if shared:
            found.append((-shared, place, f"{fact.label}: {_short(shown)}"))
    if not found:
        return ()
    known = [
        f"{catalogue.facts[key].label}: {_short(show_value(catalogue.facts[key], value))}"
        for key in ALWAYS
        if (value := facts.value(key)) is not None
    ]
    return tuple(dict.fromkeys([*known, *(line for *_, line in sorted(found)[:MOST_TOLD])]))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1]}…"
