"""A pydantic model → the schema that a server holds a model to; its reply → a validated value."""

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.errors import ModelFailed
from assistant.ladder.messages import Message

T = TypeVar("T", bound=BaseModel)
COMPLAINT_CHARACTERS = 1_500
_FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)


def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema as OpenAI's strict mode wants it: closed, every property required."""
    tightened = _tighten(schema.model_json_schema())
    assert isinstance(tightened, dict)
    return tightened


def with_schema(messages: Sequence[Message], schema: dict[str, Any]) -> list[Message]:
    """Tell the model the schema too, for servers that ignore a response format.

    It goes to the end of the first system message: the fixed part of a prompt stays first.
    """
    words = (
        "Answer with one JSON object that fits this JSON schema, and nothing else:\n"
        + json.dumps(schema, separators=(",", ":"))
    )
    if messages and messages[0].role == "system":
        first = Message("system", f"{messages[0].content}\n\n{words}")
        return [first, *messages[1:]]
    return [Message("system", words), *messages]


def read_structured(text: str, schema: type[T]) -> T:
    """Validate the reply; raise ModelFailed(code="bad_structure") saying what does not fit."""
    fenced = _FENCE.match(text)
    try:
        return schema.model_validate_json(fenced.group(1) if fenced else text.strip())
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'reply'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise ModelFailed(
            f"The model's reply does not have the wanted form: {faults[:COMPLAINT_CHARACTERS]}.",
            remedy="Try again, or choose a more capable model.",
            code="bad_structure",
        ) from None


def complaint(text: str, error: ModelFailed) -> list[Message]:
    """The turns that show the model its reply and what was wrong with it."""
    return [
        Message("assistant", text[:COMPLAINT_CHARACTERS]),
        Message("user", f"{error.problem} Write the whole JSON object again, corrected."),
    ]


def _tighten(node: Any) -> Any:
    if isinstance(node, list):
        return [_tighten(part) for part in node]
    if not isinstance(node, dict):
        return node
    # `properties` and `$defs` hold names chosen by people, also ones such as "default".
    tight = {
        key: {name: _tighten(part) for name, part in value.items()}
        if key in {"properties", "$defs"}
        else _tighten(value)
        for key, value in node.items()
        if key != "default"
    }
    if "properties" in tight:
        tight["required"] = list(tight["properties"])
        tight["additionalProperties"] = False
    return tight
