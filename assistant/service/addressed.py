"""A message in a chat thread → whether it is meant for the assistant, and what it asks of it.

Nothing here knows a chat program: people are opaque ids, and mentions were taken out of the text.
"""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.errors import InputInvalid
from assistant.facts.days import find_day
from assistant.store import ChatThread

# `ignore`: it is not meant for the assistant. `handed`: somebody answers what was handed to them.
Intent = Literal[
    "ignore", "question", "answer", "handed", "hand_off", "skip", "dont_know", "keep", "why",
    "undo", "stop", "mute", "done", "help", "interview", "document", "verdict", "status", "checks",
    "gate", "review", "edit",
]  # fmt: skip

# What ends or steers a thread, as people type it.
_WORDS: dict[str, Intent] = {
    "mute": "mute",
    "done": "done",
    "help": "help",
    "stop": "stop",
    "status": "status",
    "verdict": "verdict",
    "check": "checks",
    "checks": "checks",
    "review": "review",
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
# These may have one word more: a kind of document, a phase, or the id of a fact.
_WITH_MORE: dict[str, Intent] = {
    "interview": "interview",
    "document": "document",
    "gate": "gate",
    "review": "review",
    "edit": "edit",
}
_MORE = re.compile(rf"({'|'.join(_WITH_MORE)})(?:\s+([a-z][a-z0-9._-]{{1,60}}))?", re.IGNORECASE)
_EDIT = re.compile(r"edit\s+[a-z_]+\.[a-z0-9_.]+")
# `? Ana Ruiz by 15 March 2027`, or `don't know: Ana Ruiz`.
_OPEN_POINT = re.compile(r"(?:\?\s+|(?:i )?do(?:n't|nt| not) know:\s*)(\S.*)", re.IGNORECASE)
_BY = re.compile(r"(?:^|\s)by\s+", re.IGNORECASE)
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
    """What a message asks for.

    `text` is a question, an answer, a kind of document, a phase, a fact, or who finds out; `person`
    is who a question is handed to, and `due` says by when it is to be found out.
    """

    intent: Intent
    text: str = ""
    person: str = ""
    due: str = ""


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
    takes: Intent | None = (
        "handed" if handed and not message.mentioned
        else "answer" if _interviewed(message, thread) else None
    )  # fmt: skip
    if takes is not None and text.startswith("=") and text[1:].strip():
        # An answer that would be read as something else.
        return Meaning(takes, text[1:].strip())
    if word in _WORDS:
        return Meaning(_WORDS[word])
    if takes == "handed":
        return Meaning("handed", text)
    if takes == "answer":
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
        _, due = _who_and_when(text)
        return Meaning("hand_off", person=message.others[0], due=due if _is_date(due) else "")
    if word in _STEPS:
        return Meaning(_STEPS[word])
    open_point = _OPEN_POINT.fullmatch(text.replace("’", "'"))
    if open_point is not None:
        owner, due = _who_and_when(open_point[1])
        return Meaning("dont_know", owner, due=due)
    if asks and text[asks.end() :]:
        return Meaning("question", text[asks.end() :])
    if not text:
        return Meaning("help")
    # "Edit the claims by hand" is an answer, "edit users.primary" is none.
    if message.mentioned or _EDIT.fullmatch(word):
        return _outside(text)
    # An answer needs no mention: who mentions the assistant wants something else of it.
    return Meaning("answer", text)


def _who_and_when(words: str) -> tuple[str, str]:
    """Who finds out, and by when.

    >>> _who_and_when("Ana Ruiz by 15 March 2027"), _who_and_when("by May 2027")
    (('Ana Ruiz', '15 March 2027'), ('', 'May 2027'))
    """
    *_, last = (None, *_BY.finditer(words))
    if last is None:
        return words.strip(), ""
    return words[: last.start()].strip(), words[last.end() :].strip(" ?.!")


def _is_date(text: str) -> bool:
    try:
        return not find_day(text).more
    except InputInvalid:
        return False


def _outside(text: str) -> Meaning:
    """What a message asks for where no interview takes it as an answer."""
    if not text:
        return Meaning("help")
    found = _MORE.fullmatch(text.rstrip(".!"))
    if found is not None:
        return Meaning(_WITH_MORE[found[1].lower()], (found[2] or "").lower())
    return Meaning("question", text)
