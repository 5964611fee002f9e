"""Projects over HTTP: list, make, show and delete."""

from fastapi import Response
from pydantic import Field

from assistant.channels.http_api.paging import Page, Paged
from assistant.channels.http_api.routes import (
    ADMIN,
    ERRORS,
    READ,
    CalledBy,
    ProjectName,
    Service,
    new_router,
    scope,
)
from assistant.channels.http_api.shapes import Body, ProjectShape

router = new_router("projects")


class NewProject(Body):
    """A project to make."""

    name: str = Field(min_length=1, max_length=200, examples=["churn"])


@router.get("/v1/projects", openapi_extra=READ, responses=ERRORS, response_model=Page[ProjectShape])
def list_projects(service: Service, caller: CalledBy, cut: Paged) -> object:
    """List the projects that the key opens, by name."""
    seen = [
        project
        for project in service.projects()
        if caller.projects is None or project.name in caller.projects
    ]
    return cut.of([ProjectShape(name=project.name) for project in seen], lambda one: str(one.name))


@router.post(
    "/v1/projects",
    openapi_extra=scope("write", every_project=True, shown_at="/v1/projects"),
    responses=ERRORS,
    status_code=201,
    response_model=ProjectShape,
)
def make_project(new: NewProject, service: Service) -> object:
    """Make a project; its name must be new."""
    return ProjectShape(name=service.new_project(new.name).name, files=0, conversations=0)


@router.get(
    "/v1/projects/{project}", openapi_extra=READ, responses=ERRORS, response_model=ProjectShape
)
def show_project(project: ProjectName, service: Service) -> object:
    """Show a project and how much it holds."""
    return ProjectShape(
        name=service.project(project).name,
        files=len(service.files(project=project)),
        conversations=len(service.conversations(project=project)),
    )


@router.delete("/v1/projects/{project}", openapi_extra=ADMIN, responses=ERRORS, status_code=204)
def delete_project(project: ProjectName, service: Service) -> Response:
    """Delete a project with all that it holds; this cannot be undone."""
    service.delete_project(project)
    return Response(status_code=204)
