"""The description of the API against the API: schemathesis sends what fits it and what does not."""

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from http_api import served
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant import Assistant, Settings
from assistant.channels.http_api import create_app

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Deleting projects would leave the others with nothing to look at.
SPARED = "DELETE /v1/projects/{project}"


@pytest.fixture(scope="module")
def api(tmp_path_factory, prepared_home):
    home = tmp_path_factory.mktemp("schema")
    (home / "indexes").mkdir()
    (home / "indexes" / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    plenty = Settings(home=home, ladder="extractive", api_requests_per_minute=1_000_000)
    with Assistant(plenty) as assistant:
        assistant.project("default")
        with served(assistant) as running:
            yield running


def operations() -> list[str]:
    """Every operation by its label, from an application that serves nobody."""
    with tempfile.TemporaryDirectory() as home, Assistant(Settings(home=Path(home))) as assistant:
        paths = create_app(assistant).openapi()["paths"]
    return [f"{method.upper()} {path}" for path, found in paths.items() for method in found]


@pytest.fixture(scope="module")
def described(api) -> dict[str, Any]:
    found = schemathesis.openapi.from_dict(api.client().get("/openapi.json").json())
    found.config.update(base_url=api.url)
    parts = [result.ok() for result in found.get_all_operations()]
    return {part.label: part for part in parts}


@pytest.mark.parametrize("label", operations())
def test_the_api_does_what_it_says(described, label):
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described[label].as_strategy())
    def send(case: Any) -> None:
        if case.path_parameters and "project" in case.path_parameters:
            case.path_parameters["project"] = "nowhere" if label == SPARED else "default"
        case.call_and_validate(checks=CHECKS, timeout=60)

    send()


SHOWN = ("example", "examples", "default", "enum", "const")


def shows_itself(schema: dict[str, Any], components: dict[str, Any]) -> bool:
    """Whether a reader of the description sees what could be sent there."""
    if any(word in schema for word in SHOWN) or schema.get("type") == "boolean":
        return True
    if "$ref" in schema:
        return shows_itself(components[schema["$ref"].rsplit("/", 1)[1]], components)
    return any(shows_itself(one, components) for one in schema.get("anyOf", ()))


def test_everything_that_is_sent_has_an_example(api):
    spec = api.client().get("/openapi.json").json()
    components = spec["components"]["schemas"]
    without = []
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], path
            for one in operation.get("parameters", ()):
                if not (
                    any(word in one for word in SHOWN) or shows_itself(one["schema"], components)
                ):
                    without.append((method, path, one["name"]))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                body = components[content["schema"]["$ref"].rsplit("/", 1)[1]]
                without += [
                    (method, path, name)
                    for name, field in body.get("properties", {}).items()
                    if name in body.get("required", ()) and "examples" not in body
                    if not shows_itself(field, components)
                ]
    assert without == []


def test_mutated_bodies_never_end_the_server(api):
    chance = random.Random(6)
    good = json.dumps(
        {"model": "scopewright-extractive", "messages": [{"role": "user", "content": "Hello"}]}
    ).encode()
    client = api.client()
    targets = [
        ("POST", "/v1/chat/completions"),
        ("PUT", "/v1/projects/default/facts/ml.task"),
        ("POST", "/v1/projects/default/interview/answers"),
        ("POST", "/v1/projects"),
    ]
    statuses = set()
    for number in range(400):
        spoiled = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(spoiled))
            spoiled[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        method, path = targets[number % len(targets)]
        headers = {"Content-Type": "application/json"}
        found = client.request(method, path, content=bytes(spoiled), headers=headers)
        statuses.add(found.status_code)
        assert found.status_code < 500, (path, bytes(spoiled), found.text)
    assert statuses & {400, 422}
    assert client.get("/healthz").status_code == 200
