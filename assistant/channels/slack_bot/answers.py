"""A question in a thread → a placeholder, the text as it comes, and the answer with its sources."""

import time
from collections.abc import Mapping
from typing import Any

from assistant import ChatThread, Event, UserFixable
from assistant.channels.slack_bot.blocks import Block, actions, button, context, section, sections
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.markup import escape, from_markdown, split
from assistant.channels.slack_bot.poster import Place

LOOKING = "_Looking for an answer …_"
ON_ITS_WAY = "_still being written …_"
# Slack takes about one update of a message a second.
UPDATE_S = 1.1
GLIMPSE = 2900
AUTHORS = 40


class Preview:
    """The placeholder of an answer, which shows what there is about once a second."""

    def __init__(self, house: House, place: Place, ts: str) -> None:
        self._house = house
        self._place = place
        self._ts = ts
        self._text = ""
        self._provisional = False
        self._next_at = time.monotonic() + UPDATE_S

    def take(self, event: Event) -> None:
        """Note a step, and show it when it is time."""
        if event.kind == "extract" and event.answer is not None and not self._provisional:
            self._text = event.answer.text
        elif event.kind == "provisional":
            self._text = event.text if not self._provisional else self._text + event.text
            self._provisional = True
        else:
            return
        if time.monotonic() >= self._next_at:
            self._show()

    def _show(self) -> None:
        pieces = split(from_markdown(self._text), GLIMPSE)
        if pieces:
            blocks = [section(pieces[0]), *context(ON_ITS_WAY)]
            rest = self._house.poster.glimpse(self._place, self._ts, blocks)
            self._next_at = time.monotonic() + max(UPDATE_S, rest)


def answer(house: House, place: Place, thread: ChatThread, question: str) -> None:
    """Answer in the thread; the answer is stored before it is shown, so a fault loses none."""
    ts = house.poster.post(place, [section(LOOKING)])
    preview = Preview(house, place, ts)
    turn = None
    try:
        for step in house.assistant.ask_in_thread(thread, question):
            turn = step.turn
            if step.event is not None:
                preview.take(step.event)
    except UserFixable as error:
        house.poster.replace(place, ts, [section(problem(error))])
        return
    except BaseException:
        words = "Something went wrong here. Your question is kept; please ask it again."
        house.poster.replace(place, ts, [section(words)])
        raise
    if turn is not None and turn.answer is not None:
        page = house.page_link("Open in the page", thread.project, "chat", c=turn.conversation)
        house.poster.replace(place, ts, answer_blocks(turn.answer, turn.id, page))


def problem(error: UserFixable) -> str:
    """What is wrong and what to do about it."""
    return escape(f"{error.problem} {error.remedy}".strip())


def answer_blocks(answer: Mapping[str, Any], turn: str, page: str) -> list[Block]:
    """An answer with its sources, who wrote it, and thumbs."""
    notices = [f"_{escape(one)}_" for one in answer["notices"]]
    if answer["incomplete"]:
        notices.append("_The answer is incomplete: the model was cut off. Ask again for the rest._")
    blocks = [*sections(from_markdown(answer["answer"]))]
    if notices:
        blocks = [*context("\n".join(notices)), *blocks]
    if answer["citations"]:
        blocks += context("\n".join(["*Sources*", *map(_source, answer["citations"])]))
    if answer["suggestions"]:
        lines = [f"• {escape(one['question'])}" for one in answer["suggestions"]]
        blocks += context("\n".join(["*You could ask next*", *lines]))
    blocks += context(
        f"Answered by: {escape(answer['rung'])}. {escape(answer['rung_reason'])} {page}"
    )
    thumbs = [button("👍", "rate/up", turn), button("👎", "rate/down", turn)]
    return [*blocks, actions(thumbs, "rate")]


def _source(citation: Mapping[str, Any]) -> str:
    """One line: marker, title, place, and what the article itself cites."""
    parts = [str(citation["title"])]
    if citation["heading"]:
        parts.append(f"› {citation['heading']}")
    if citation["page"]:
        parts.append(f"(page {citation['page']})")
    cited = "; ".join(_reference(one) for one in citation["references"][:3])
    line = " ".join(parts) + (f" — {cited}" if cited else "")
    return f"[{citation['marker']}] {escape(line)}"


def _reference(reference: Mapping[str, Any]) -> str:
    authors = str(reference.get("authors") or reference.get("title") or "")
    short = authors if len(authors) <= AUTHORS else authors[:AUTHORS].rpartition(" ")[0] + " …"
    return f"{short} {reference['year']}" if reference.get("year") else short
