"""What an interview remembers beside the facts: skipped, challenged, suggested, settled."""

import json
from collections.abc import Iterable
from typing import Literal, get_args

from assistant.facts import Value, to_data

MarkName = Literal["skipped", "challenged", "suggested", "settled"]
MARKS: tuple[MarkName, ...] = get_args(MarkName)


class Marks:
    """The marks of a project, oldest first; immutable.

    `skipped`: the question was put off. `challenged`: the answer was vague and this was said once;
    the detail is what was answered. `suggested`: the suggested answer was accepted; the detail is
    its value. `settled`: a contradiction was shown and the answer was kept; the
    detail is what was shown, one message a line.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]] = ()) -> None:
        """Take (fact, mark, detail) triples, oldest first; unknown marks are left alone."""
        self._details: dict[MarkName, dict[str, str]] = {name: {} for name in MARKS}
        for fact, name, detail in rows:
            for known in MARKS:
                if name == known:
                    self._details[known][fact] = detail

    def has(self, name: MarkName, fact: str) -> bool:
        """Whether the fact has this mark."""
        return fact in self._details[name]

    def detail(self, name: MarkName, fact: str) -> str:
        """What was noted with the mark, empty when there is none."""
        return self._details[name].get(fact, "")

    def of(self, name: MarkName) -> tuple[str, ...]:
        """The facts that have this mark, the longest ago first."""
        return tuple(self._details[name])

    def settled(self, fact: str) -> frozenset[str]:
        """The contradictions that were shown with this fact's question and answered."""
        return frozenset(self.detail("settled", fact).splitlines())


def value_detail(value: Value) -> str:
    """A value as the detail of a mark.

    >>> value_detail(("roc_auc", "f1"))
    '["roc_auc", "f1"]'
    """
    return json.dumps(to_data(value), sort_keys=True, ensure_ascii=False)
