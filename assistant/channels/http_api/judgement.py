"""Verdict, checks and gates over HTTP: what the facts say about the project."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from assistant.channels.http_api.routes import (
    ERRORS,
    READ,
    ProjectName,
    Service,
    new_router,
)
from assistant.channels.http_api.shapes import Shape

router = new_router("judgement")
ONE = "/v1/projects/{project}"


class VerdictShape(Shape):
    """Whether this should be machine learning at all, and why."""

    verdict: str = Field(examples=["rules_first"])
    label: str
    says: str
    because: list[dict[str, Any]]
    against: list[dict[str, Any]]
    would_change_if: list[dict[str, Any]]
    first_baseline: str
    baseline_source_id: str
    baseline_source: dict[str, Any] | None
    margin: float
    unanswered: list[str]


class FindingShape(Shape):
    """A contradiction, a gap or a risk, with the question that would settle it."""

    rule: str
    kind: str
    severity: str = Field(examples=["high"])
    phase: str
    message: str
    facts: list[str]
    source_id: str
    source: dict[str, Any] | None
    ask: str
    question: str


class Findings(Shape):
    """What was found, severest first."""

    findings: list[FindingShape]


class GateShape(Shape):
    """Whether a phase may begin."""

    phase: str
    status: str = Field(description="`PASS`, `CONCERNS` or `FAIL`.", examples=["CONCERNS"])
    findings: list[FindingShape]
    missing: list[dict[str, Any]]
    open: list[dict[str, Any]]


@router.get(ONE + "/verdict", openapi_extra=READ, responses=ERRORS, response_model=VerdictShape)
def verdict(project: ProjectName, service: Service) -> object:
    """Say whether this should be ML at all, by what is stated, and what would change it."""
    return service.verdict_json(project=project)


@router.get(ONE + "/checks", openapi_extra=READ, responses=ERRORS, response_model=Findings)
def checks(project: ProjectName, service: Service) -> object:
    """List the contradictions, gaps and risks in what the project states."""
    return {"findings": service.findings_json(service.check(project=project))}


@router.get(ONE + "/gates/{phase}", openapi_extra=READ, responses=ERRORS, response_model=GateShape)
def gate(
    project: ProjectName,
    phase: Annotated[str, Path(min_length=1, max_length=40, examples=["data"])],
    service: Service,
) -> object:
    """Say whether a phase may begin, and what it waits for."""
    return service.gate_json(service.gate(phase, project=project), project=project)
