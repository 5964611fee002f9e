"""Tools that change the project; they are there only when the server was started for it."""

from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from assistant import Assistant
from assistant.channels.mcp_server.bounds import problems_told
from assistant.channels.mcp_server.reading import proposal_json

AUTHOR = "MCP"
# A book of 150 pages; longer texts are read from files.
LONGEST = 400_000
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)


def add_writing(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    """Add what stores answers; nothing is deleted, and every answer can be undone."""
    _answers(server, assistant, project)
    _proposals(server, assistant, project)


def _answers(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    @server.tool(annotations=WRITES)
    @problems_told
    def answer(
        fact_id: Annotated[str, Field(description="As `next_question` names it.")],
        value: Annotated[Any, Field(description="What the person said; never your own guess.")],
        insist: Annotated[bool, Field(description="Keep it though it is vague.")] = False,
    ) -> dict[str, Any]:
        """Store an answer of the person and give the next question."""
        step = assistant.answer(fact_id, value, insist=insist, project=project, author=AUTHOR)
        return step.as_json()

    @server.tool(annotations=WRITES)
    @problems_told
    def dont_know(
        fact_id: str,
        owner: Annotated[str, Field(description="Who finds out.")] = "",
        due: Annotated[str, Field(description="By when, as a date.")] = "",
    ) -> dict[str, Any]:
        """Record that the person does not know yet; it becomes an open point."""
        step = assistant.dont_know(fact_id, owner=owner, due=due, project=project, author=AUTHOR)
        return step.as_json()

    @server.tool(annotations=WRITES)
    @problems_told
    def skip(fact_id: str) -> dict[str, Any]:
        """Put a question off until all others are answered, and give the next one."""
        return assistant.skip(fact_id, project=project, author=AUTHOR).as_json()

    @server.tool(annotations=WRITES)
    @problems_told
    def undo() -> dict[str, Any]:
        """Take the last change of an answer back."""
        undone = assistant.undo(project=project)
        return {"undone": undone.fact.id}


def _proposals(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    @server.tool(annotations=WRITES)
    @problems_told
    def prefill(
        text: Annotated[
            str,
            Field(description="A brief, e-mail or transcript, word for word.", max_length=LONGEST),
        ],
        name: Annotated[str, Field(description="Where it is from.", max_length=200)] = "brief",
    ) -> dict[str, Any]:
        """Propose facts from a text, each with the words it came from; `accept` stores them."""
        found = assistant.prefill(text, name=name, project=project)
        rows = [proposal_json(one) for one in found]
        return {"proposals": rows, "notices": list(found.notices)}

    @server.tool(annotations=WRITES)
    @problems_told
    def accept(
        ids: Annotated[
            list[str], Field(description="Proposals that the person agreed to.", max_length=500)
        ],
    ) -> dict[str, Any]:
        """Store proposals as facts, once the person has agreed to each."""
        stated = assistant.accept(ids, project=project, author=AUTHOR)
        return {"stored": [one.fact_id for one in stated]}

    @server.tool(annotations=WRITES)
    @problems_told
    def reject(
        ids: Annotated[
            list[str], Field(description="Proposals that the person does not want.", max_length=500)
        ],
    ) -> dict[str, Any]:
        """Put proposals away; they are not shown again."""
        return {"rejected": assistant.reject(ids, project=project)}
