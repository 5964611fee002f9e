"""Tools, resources and prompts that only read: guidance, articles, judgement, documents."""

import json
import tempfile
import threading
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from assistant import Assistant, InputInvalid, Proposal, document_to_data
from assistant.channels.mcp_server.bounds import cut, problems_told, stoppable, text_told

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
Phase = Literal["requirements", "data", "design", "launch"]
MOST_ARTICLES = 200

Question = Annotated[str, Field(description="In plain words.", max_length=8_000)]
Count = Annotated[int, Field(description="How many passages, best first.", ge=1, le=20)]


def add_reading(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    """Add everything that leaves the project as it is."""
    for add in (_guidance, _articles, _judgement, _interview, _documents, _prompts):
        add(server, assistant, project)


def _guidance(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    @server.tool(annotations=READS)
    @problems_told
    def search_guidance(query: Question, k: Count = 5) -> dict[str, Any]:
        """Find passages of curated best practice and of the project's own files."""
        found = assistant.search(query, project=project, k=k)
        hits = [{**hit.as_json(), "text": cut(hit.passage.text, 2_000)} for hit in found.hits]
        return {"query": query, "answerable": found.answerable, "hits": hits}

    @server.tool(annotations=READS)
    async def ask(question: Question) -> dict[str, Any]:
        """Answer a question about scoping an ML project; every line cites its source."""

        @problems_told
        def answer(cancelled: threading.Event) -> dict[str, Any]:
            found = assistant.ask(question, project=project, model=True, cancelled=cancelled)
            kept = ("answer", "citations", "rung", "rung_reason", "refused", "notices")
            return {name: found.as_json()[name] for name in kept}

        return await stoppable(answer)


def _articles(server: MCPServer[Any], assistant: Assistant, _project: str) -> None:
    @server.tool(annotations=READS)
    @problems_told
    def list_articles(
        topic: Annotated[str, Field(description="Only of this topic; empty for all.")] = "",
        phase: Annotated[str, Field(description="Only for this phase; empty for all.")] = "",
    ) -> dict[str, Any]:
        """List the curated articles: id, title, topic and phases."""
        found = [
            {"id": one.id, "title": one.title, "topic": one.topic, "phases": list(one.phases)}
            for one in assistant.articles()
            if topic in ("", one.topic) and (not phase or phase in one.phases)
        ]
        topics = {one.id: one.articles for one in assistant.topics()}
        return {"topics": topics, "articles": found[:MOST_ARTICLES], "total": len(found)}

    @server.tool(annotations=READS)
    @problems_told
    def read_article(article_id: str) -> dict[str, Any]:
        """Read one curated article with its references."""
        found = assistant.article(article_id)
        return {
            "id": found.card.id,
            "title": found.card.title,
            "review_by": found.card.review_by.isoformat(),
            "stale": found.card.stale,
            "text": _text_of(assistant, article_id),
            "references": [dict(reference) for reference in found.references],
            "related": [card.id for card in found.related],
        }

    @server.resource("scopewright://articles", mime_type="application/json")
    @text_told
    def articles() -> str:
        """The curated articles by topic."""
        return json.dumps(
            [{"id": one.id, "title": one.title, "topic": one.topic} for one in assistant.articles()]
        )

    @server.resource("scopewright://articles/{article_id}", mime_type="text/markdown")
    @text_told
    def article(article_id: str) -> str:
        """One curated article as Markdown."""
        return _text_of(assistant, article_id)


def _text_of(assistant: Assistant, article_id: str) -> str:
    found = assistant.article(article_id)
    parts = [f"# {found.card.title}"]
    for part in found.parts:
        parts += [f"## {part.heading}", part.text] if part.heading else [part.text]
    return "\n\n".join(parts)


def _judgement(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    @server.tool(annotations=READS)
    @problems_told
    def verdict() -> dict[str, Any]:
        """Should this project be machine learning at all? Reasons, doubts, what would change it."""
        return assistant.verdict_json(project=project)

    @server.tool(annotations=READS)
    @problems_told
    def checks(
        phase: Annotated[
            Phase | None, Field(description="Also say whether this phase may begin.")
        ] = None,
    ) -> dict[str, Any]:
        """List contradictions, gaps and risks, each with the question that settles it."""
        if phase is not None:
            return assistant.gate_json(assistant.gate(phase, project=project), project=project)
        return {"findings": assistant.findings_json(assistant.check(project=project))}


def _interview(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    @server.tool(annotations=READS)
    @problems_told
    def next_question(
        kind: Annotated[str, Field(description="For this document; empty for all.")] = "",
    ) -> dict[str, Any]:
        """The interview's question that is worth most now: why it is asked, example, choices."""
        return assistant.next_question(kind or None, project=project).as_json()

    @server.tool(annotations=READS)
    @problems_told
    def review(
        kind: Annotated[str, Field(description="In the order of this document.")] = "",
        start: Annotated[int, Field(description="How many to pass over; go on by it.", ge=0)] = 0,
    ) -> dict[str, Any]:
        """Every answer so far, with who gave it, and what is unknown or skipped."""
        items = assistant.review(kind or None, project=project)
        return {"answers": [item.as_json() for item in items[start:]], "total": len(items)}

    @server.tool(annotations=READS)
    @problems_told
    def proposals(
        start: Annotated[int, Field(description="How many to pass over; go on by it.", ge=0)] = 0,
    ) -> dict[str, Any]:
        """Facts found in texts that wait to be accepted or rejected, each with its words."""
        waiting = assistant.proposals(project=project)
        rows = [proposal_json(one) for one in waiting[start:]]
        return {"proposals": rows, "total": len(waiting)}


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """A fact that was found in a text, with the words it came from."""
    return {
        "id": proposal.id,
        "fact": proposal.fact,
        "value": proposal.shown,
        "quote": proposal.quote,
        "source": proposal.source,
        "confidence": round(proposal.confidence, 2),
    }


def _documents(server: MCPServer[Any], assistant: Assistant, project: str) -> None:
    @server.tool(annotations=READS)
    @problems_told
    def document(
        kind: Annotated[str, Field(description="requirements, cvp, tdd, …")],
        section: Annotated[str, Field(description="Only this section; empty: the first.")] = "",
    ) -> dict[str, Any]:
        """Write a document of the answers: outline, open points, and one section's blocks."""
        made = assistant.document(kind, save=False, project=project)
        return section_json(document_to_data(made), section)

    @server.resource("scopewright://documents/{kind}", mime_type="text/markdown")
    @text_told
    def document_text(kind: str) -> str:
        """A document of the project as Markdown, with footnotes for where each sentence is from."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "document.md")
            assistant.export_document(kind, path, save=False, project=project)
            return path.read_text(encoding="utf-8")


def section_json(made: dict[str, Any], section: str) -> dict[str, Any]:
    """A document's outline and one section's blocks, the first without a name."""
    sections = [one["id"] for one in made["sections"]]
    wanted = section or sections[0]
    if wanted not in sections:
        raise InputInvalid(
            f"The document has no section {section[:60]!r}.",
            remedy=f"Its sections are {', '.join(sections)}.",
        )
    return {
        "kind": made["kind"],
        "title": made["title"],
        "sections": made["sections"],
        "section": wanted,
        "blocks": [block for block in made["blocks"] if block["section"] == wanted],
        "open": made["open"],
        "assumptions": made["assumptions"],
    }


def _prompts(server: MCPServer[Any], _assistant: Assistant, _project: str) -> None:
    @server.prompt()
    def scope_this_project(idea: str) -> str:
        """Scope an ML project from an idea, with cited practice and no invented facts."""
        return (
            f"I want to scope this project:\n\n{idea}\n\n"
            "Use Scopewright's tools. First call `prefill` with the text above and show me what it "
            "found, then ask me its `next_question`, one at a time, and store what I say with "
            "`answer`. Never answer for me. When the first draft is complete or I say so, call "
            "`verdict` and `checks`, then show the sections of `document` for requirements, cvp "
            "and tdd. Cite guidance only as `ask` and `search_guidance` give it."
        )

    @server.prompt()
    def should_this_be_ml() -> str:
        """Decide whether the project should be machine learning at all."""
        return (
            "Call `verdict` and explain it to me: the decisive answers, the evidence against, the "
            "cheapest first baseline, and which single answer would change it. Then ask me the "
            "question that matters most."
        )
