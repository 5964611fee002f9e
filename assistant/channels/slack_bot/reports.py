"""Status and documents of a thread's project → messages and files in the thread."""

import tempfile
from pathlib import Path

from assistant import ChatThread, UserFixable
from assistant.channels.slack_bot.answers import problem
from assistant.channels.slack_bot.blocks import Block, context, section, sections
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.markup import escape
from assistant.channels.slack_bot.poster import Place

FORMATS = ("docx", "pdf")
MOST_OPEN = 10
HELP = """\
*What I can do*
• Mention me with a question, or write to me directly: I answer in the thread, with sources.
• `/scopewright ask QUESTION`: the same in a new thread.
• `/scopewright interview [requirements|cvp|tdd]`: I ask what a document needs, in a thread.
• `/scopewright document requirements|cvp|tdd`: the document of your answers, as docx and pdf.
• `/scopewright verdict`: should this be machine learning at all?
• `/scopewright status`: what is answered and what is open.
• `/scopewright review`: every answer, to change one; `/scopewright edit FACT` goes straight to it.
• `/scopewright checks`: contradictions, gaps and risks in the answers.
• `/scopewright gate requirements|data|design|launch`: may this phase begin?
• `/scopewright new NAME`: a new project for our direct messages.
• Drop a file into a thread with me: I keep it in the project, or read it as a brief.
In a thread, `mute` keeps me silent until I am mentioned, and `done` ends it. While an interview \
runs I take your words as answers; `ask …` asks me something."""


def status_blocks(house: House, project: str) -> list[Block]:
    """How far a project is, and what is open with whom."""
    step = house.assistant.next_question(project=project)
    blocks = [section(f"*{escape(project)}*: {escape(step.progress.line)}.")]
    lines = open_points(house, project)
    if lines:
        blocks += sections("*Open points*\n" + "\n".join(lines))
    if step.question is not None:
        blocks += context(f"Next question: {escape(step.question.fact.question)}")
    return [*blocks, *context(house.page_link("Open in the page", project))]


def open_points(house: House, project: str) -> list[str]:
    """What nobody knows yet, with who finds out."""
    lines = []
    for item in house.assistant.review(project=project):
        if item.state in ("unknown", "due"):
            owner = item.stated.owner if item.stated is not None else ""
            due = item.stated.due if item.stated is not None else ""
            who = ", ".join(part for part in (owner, f"by {due}" if due else "") if part)
            lines.append(f"• {escape(item.fact.question)}{f' ({escape(who)})' if who else ''}")
    more = len(lines) - MOST_OPEN
    return lines[:MOST_OPEN] + ([f"… and {more} more."] if more > 0 else [])


def document(house: House, place: Place, thread: ChatThread, user: str, kind: str) -> None:
    """Upload a document to the thread, in each format."""
    kinds = house.assistant.document_kinds()
    if kind not in kinds:
        names = ", ".join(f"`{one}` ({escape(title)})" for one, title in kinds.items())
        house.poster.say(place, f"Which document? {names}")
        return
    with tempfile.TemporaryDirectory(prefix="scopewright-") as folder:
        try:
            made = house.assistant.document(
                kind, project=thread.project, author=house.poster.name_of(user)
            )
            paths = [Path(folder, f"{kind}-v{made.version}.{ending}") for ending in FORMATS]
            for path in paths:
                house.assistant.export_document(
                    kind, path, version=made.version, project=thread.project
                )
        except UserFixable as error:
            house.poster.say(place, problem(error))
            return
        comment = f"{escape(made.title)}, version {made.version}; {len(made.open)} points are open."
        house.poster.upload(place, paths, comment)
    page = house.page_link("Open in the page", thread.project, "documents")
    house.poster.post(place, context(page))
