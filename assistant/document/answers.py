"""A project's facts → their values as a document words them, and what may still be asked."""

from assistant.document.model import Origin
from assistant.document.prose import (
    common_words,
    fitting,
    inline,
    phrase,
    plainly,
    small,
    small_words,
    together,
)
from assistant.document.remarks import Remark, remark
from assistant.document.sentences import load_covered, load_pool, own_small_words
from assistant.facts import (
    INSISTED,
    Catalogue,
    Person,
    ProjectFacts,
    StatedFact,
    applicable,
    show_value,
)


def origin_of(stated: StatedFact) -> Origin:
    """Whether somebody said it, or nobody has confirmed it yet."""
    guessed = stated.origin == "inferred" and not stated.quote
    return "assumption" if stated.origin == "default" or guessed else "said"


class Answers:
    """What is known for one document; `said` are the facts that it has stated already."""

    def __init__(self, catalogue: Catalogue, facts: ProjectFacts) -> None:
        self.catalogue = catalogue
        self.facts = facts
        self.said: set[str] = set()
        self._pool = load_pool()
        own = (one.value for one in facts if isinstance(one.value, str))
        self._common = common_words() | own_small_words() | small_words("\n".join(own))

    def unsaid(self, fact: str) -> bool:
        """Whether the fact is known and has not been said."""
        return fact not in self.said and self.facts.known(fact)

    def shown(self, fact: str) -> str:
        """The fact's value on one line."""
        value = self.facts.value(fact)
        assert value is not None
        return " ".join(show_value(self.catalogue[fact], value).split())

    def items(self, fact: str) -> tuple[str, ...]:
        """The value's items: of a list, the labels of choices, people with their roles."""
        spec, value = self.catalogue[fact], self.facts.value(fact)
        if not isinstance(value, tuple):
            return () if value is None else (self.shown(fact),)
        if spec.type == "table":
            first = spec.columns[0].name
            return tuple(
                str(row[first]) for row in value if isinstance(row, dict) and row.get(first)
            )
        if spec.type == "choices":
            return tuple(
                plainly(option.label) if (option := spec.option(str(one))) else str(one)
                for one in value
            )
        return tuple(
            show_value(spec, (one,)) if isinstance(one, Person) else str(one) for one in value
        )

    def entries(self, fact: str) -> tuple[str, ...]:
        """What a picture shows of the fact: its items, or what its answer means."""
        if not self.facts.known(fact):
            return ()
        for pattern in self._pool.by_fact.get(fact, ()):
            if pattern.form == "choose":
                return (pattern.texts[answer_of(self.facts.value(fact))].removesuffix("."),)
        return self.items(fact)

    def words(self, fact: str, pattern: str) -> str | None:
        """The fact's value as it fits into the pattern, or None when it does not."""
        loose = f": {{{fact}}}" in pattern
        match self.catalogue[fact].type:
            case "long_text" | "table":
                return None
            case "text":
                return phrase(self.shown(fact), self._common)
            case "people":
                return together(self.items(fact))
            case "list" | "choices":
                return inline(self.items(fact), self._common, loose=loose)
            case "choice":
                return small(self.shown(fact), self._common)
        return fitting(self.shown(fact), pattern.partition(f"{{{fact}}}")[0])

    def remark(self, fact: str) -> Remark:
        """What was added to the value that its sentence does not say."""
        value = self.facts.value(fact)
        assert value is not None
        added = self.stated(fact).note.removesuffix(INSISTED)
        return remark(self.catalogue[fact], value, added.strip())

    def may_be_asked(self, fact: str) -> bool:
        """Whether the fact has no value yet, and neither its `when` nor others settle it."""
        stated = self.facts.get(fact)
        if stated is None:
            covering = load_covered().get(fact)
            if covering and all(self.facts.known(one) for one in covering):
                return False
        elif stated.status != "unknown":
            return False
        return applicable(self.catalogue, self.facts, fact)

    def stated(self, fact: str) -> StatedFact:
        """What is known of a fact that somebody stated or the catalogue assumes."""
        stated = self.facts.get(fact)
        assert stated is not None
        return stated


def answer_of(value: object) -> str:
    """A yes, a no or a choice as the files of wordings name it.

    >>> answer_of(True), answer_of("online")
    ('yes', 'online')
    """
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
