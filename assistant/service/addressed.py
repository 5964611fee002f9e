"""A message in a chat thread → whether it is meant for the assistant, and what it asks of it.

Nothing here knows a chat program: people are opaque ids, and mentions were taken out of the text.
"""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.store import ChatThread

# `ignore`: it is not meant for the assistant. `handed`: somebody answers what was handed to them.
Intent = Literal[
    "ignore", "question", "answer", "handed", "hand_off", "skip", "dont_know", "keep", "why",
    "undo", "stop", "mute", "done", "help", "interview", "document", "verdict", "status",
]  # fmt: skip

# What ends or steers a thread, as people type it.
_WORDS: dict[str, Intent] = {
    "mute": "mute",
    "done": "done",
    "help": "help",
    "stop": "stop",
    "status": "status",
    "verdict": "verdict",
}
# What steers an interview; elsewhere these are words like others.
_STEPS: dict[str, Intent] = {
    "skip": "skip",
    "?": "dont_know",
    "don't know": "dont_know",
    "dont know": "dont_know",
    "i don't know": "dont_know",
    "keep": "keep",
    "keep it": "keep",
    "why": "why",
    "why?": "why",
    "undo": "undo",
}
_KIND = re.compile(r"(interview|document)(?:\s+([a-z-]{2,40}))?", re.IGNORECASE)
_ASK = re.compile(r"ask\b[:,]?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What a person wrote, as a channel hands it over.

    `mentioned` says that the assistant was addressed by name, or in a new message to it alone;
    `others` are the people who were. `attached` says that files came with it.
    """

    person: str
    text: str
    mentioned: bool = False
    others: tuple[str, ...] = ()
    attached: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message asks for: `text` is a question, an answer, or a kind of document."""

    intent: Intent
    text: str = ""
    person: str = ""


def meaning_of(
    message: ChatMessage, thread: ChatThread | None, *, handed: bool, people_fact: bool
) -> Meaning:
    """Read a message; `handed` says that a question waits for its author in this thread.

    Unmentioned messages count while the author is interviewed, was handed a question, or is the
    only person in the thread, and never in a thread that was muted or is done. `people_fact` says
    that the question asks for people, whom an answer may mention.
    """
    if not _addressed(message, thread, handed):
        return Meaning("ignore")
    text = message.text.strip()
    word = text.casefold().rstrip(".!").replace("’", "'")
    if word in _WORDS:
        return Meaning(_WORDS[word])
    if handed and not message.mentioned:
        return Meaning("handed", text)
    if _interviewed(message, thread):
        return _in_interview(message, text, word, people_fact=people_fact)
    return _outside(text)


def _addressed(message: ChatMessage, thread: ChatThread | None, handed: bool) -> bool:
    if message.mentioned:
        return True
    said = message.text.strip() or message.others or message.attached
    if thread is None or thread.state != "open" or not said:
        return False
    if handed or _interviewed(message, thread):
        return True
    # Who mentions somebody else talks to them.
    return thread.people == {message.person} and not message.others


def _interviewed(message: ChatMessage, thread: ChatThread | None) -> bool:
    return thread is not None and bool(thread.kind) and thread.asker == message.person


def _in_interview(message: ChatMessage, text: str, word: str, *, people_fact: bool) -> Meaning:
    asks = _ASK.match(text)
    if message.others and (asks or not people_fact):
        return Meaning("hand_off", person=message.others[0])
    if word in _STEPS:
        return Meaning(_STEPS[word])
    if asks and text[asks.end() :]:
        return Meaning("question", text[asks.end() :])
    if not text:
        return Meaning("help")
    # An answer needs no mention: who mentions the assistant wants something else of it.
    return _outside(text) if message.mentioned else Meaning("answer", text)


def _outside(text: str) -> Meaning:
    """What a message asks for where no interview takes it as an answer."""
    if not text:
        return Meaning("help")
    found = _KIND.fullmatch(text.rstrip(".!"))
    if found is not None:
        kind = (found[2] or "").lower()
        return Meaning("interview" if found[1].lower() == "interview" else "document", kind)
    return Meaning("question", text)
