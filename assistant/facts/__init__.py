"""The fact catalogue and what a project has stated: types, parsing, conditions."""

from assistant.facts.catalogue import (
    PHASES,
    Catalogue,
    Column,
    Fact,
    FactPhase,
    FactType,
    Option,
    Topic,
    load_catalogue,
)
from assistant.facts.clean import cleaned, named
from assistant.facts.compare import compared, same
from assistant.facts.conditions import Condition, applicable, facts_in, holds, parse_condition
from assistant.facts.days import read_due
from assistant.facts.known import (
    INSISTED,
    Action,
    Conflict,
    FactEvent,
    Origin,
    ProjectFacts,
    StatedFact,
    Status,
    moment,
)
from assistant.facts.parse import Read, from_data, parse_value, read_answer
from assistant.facts.sheet import read_sheet, sheet_of
from assistant.facts.show import show_amount, show_value
from assistant.facts.values import Amount, Data, Day, Person, Row, Value, to_data

__all__ = [
    "INSISTED",
    "PHASES",
    "Action",
    "Amount",
    "Catalogue",
    "Column",
    "Condition",
    "Conflict",
    "Data",
    "Day",
    "Fact",
    "FactEvent",
    "FactPhase",
    "FactType",
    "Option",
    "Origin",
    "Person",
    "ProjectFacts",
    "Read",
    "Row",
    "StatedFact",
    "Status",
    "Topic",
    "Value",
    "applicable",
    "cleaned",
    "compared",
    "facts_in",
    "from_data",
    "holds",
    "load_catalogue",
    "moment",
    "named",
    "parse_condition",
    "parse_value",
    "read_answer",
    "read_due",
    "read_sheet",
    "same",
    "sheet_of",
    "show_amount",
    "show_value",
    "to_data",
]
