"""`catalog/documents/ladder.yaml` → the rungs of the metrics ladder, from money to model."""

import functools
from pathlib import Path

from assistant.document.kinds import FOLDER, Entry, FactId, checked, invalid, read_yaml
from assistant.facts import load_catalogue


class Rung(Entry):
    """One rung: the facts that say its metric, where it is, where it should be, and whose it is."""

    id: str
    metric: FactId
    today: FactId
    target: FactId
    owner: FactId

    @property
    def facts(self) -> tuple[str, ...]:
        """The rung's facts in the order they are shown."""
        return self.metric, self.today, self.target, self.owner


@functools.cache
def metric_rungs(folder: Path = FOLDER) -> tuple[Rung, ...]:
    """The rungs from the business down to the model; raise DataInvalid for an unknown fact."""
    place = "ladder.yaml"
    rungs = tuple(checked(Rung, one, place) for one in read_yaml(folder / place))
    catalogue = load_catalogue()
    for fact in (fact for rung in rungs for fact in rung.facts):
        if fact not in catalogue:
            raise invalid(place, f"{fact} does not exist")
    return rungs
