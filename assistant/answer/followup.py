"""A message and the conversation before it → a question that can be looked up by itself.

Without a model a message that says too little of its own borrows the subject of the question
before it. With one the rewriting is the model's, and is used only when it brings no new words.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from assistant.answer.prompt import Exchange, fenced, fixed_part, told
from assistant.answer.small_talk import small_talk
from assistant.errors import ModelFailed
from assistant.ladder import Ladder, Message
from assistant.retrieve import stems_of

# Content words from which a message is taken to have a subject of its own.
ENOUGH = 3
# A short message that opens like this leans on what was said, whatever its words.
_LEANS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|well|hm+|thanks|thank you|right|sure|yes|no|great|good|interesting)\b"
    r"\W*)*(?:and|but|or|also|then|else|plus|what about|how about|what if|what else|why|how so|"
    r"how come|for example|such as|like what|instead|otherwise|in (?:that|this|which) case|"
    r"same for|what of|now|say more|more on|tell me more|go on|continue|elaborate|explain)\b",
    re.IGNORECASE,
)
# Openings that can also ask something whole: "Why do labels drift?"
_CAN_STAND = re.compile(r"\W*(?:why|explain|tell me more|now|say more)\b", re.IGNORECASE)
# Words that stand for something said before, and not for a clause that follows.
_POINTS = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|those|these|this|that one|that|such an?|the same|"
    r"the (?:first|second|third|fourth|fifth|last|next|other|former|latter|previous)"
    r"(?: (?:one|two|point|step|option|item|way|idea|reason|kind|approach|method|table|row|"
    r"example))?|(?:the|which|other) ones?|one of (?:them|those)|both|neither|either|above|there|"
    r"here|you (?:said|mentioned|wrote)|your (?:answer|example|list|table))\b",
    re.IGNORECASE,
)
# The same words where they point at nothing: "a model that predicts", "in this project".
_NO_POINTER = re.compile(
    r"(?<=[a-z]\s)that\b(?=\s+(?:\w+s|\w+ed|is|are|was|were|can|will|does|has|have|we|you|they|our|"
    r"the|an?)\b)|\bit is\b(?=.*\b(?:to|that)\b)|"
    r"\bthis (?:project|product|company|team|week|month|year|case|data ?set)\b|"
    r"\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b|\bboth\b(?=.*\band\b)|"
    r"\beither\b(?=.*\bor\b)|\bneither\b(?=.*\bnor\b)|"
    r"\bthe (?:first|last|next|previous) "
    r"(?:time|day|week|month|year|version|release|phase|model|quarter)\b",
    re.IGNORECASE,
)
# Words with content that still name no subject.
_EMPTY_WORDS = """example examples detail details reason reasons explain explanation elaborate mean
    meaning point points step steps option options item list table row part parts idea answer
    question summary short shorter brief simple simpler simply word words sentence case cases
    situation instead difference relevant important matter matters work works happen happens help
    helps number source sources reference references evidence proof advice recommend recommendation
    recommended suggest suggestion say said mention mentioned wrote write written continue second
    third fourth fifth former latter previous repeat alternative alternatives exception exceptions
    practice practical"""
_EMPTY = frozenset(stems_of(_EMPTY_WORDS))
LONGEST_LEANING = 12
LONGEST_SUBJECT = 12
LONGEST_REWRITTEN = 400
MOST_TOKENS = 120


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question as it stood alone, its answer, and the title of what it mainly cited."""

    question: str
    answer: str = ""
    title: str = ""


class Rewritten(BaseModel):
    """What a model is asked for."""

    question: str = Field(max_length=LONGEST_REWRITTEN)


def standalone_question(message: str, history: Sequence[Turn]) -> str:
    """The message with the subject of the last question, when it has too little of its own.

    >>> standalone_question("And for images?", [Turn("How do I detect data drift?")])
    'And for images? (How do I detect data drift)'
    >>> standalone_question("What is a baseline?", [Turn("How do I detect data drift?")])
    'What is a baseline?'
    """
    text = " ".join(message.split())
    if not history or not leans(text):
        return message
    # Without its mark, or it would be taken for a second question.
    subject = _subject(history[-1]).rstrip("?!. ").replace("?", ",")
    return f"{text} ({subject})" if subject else message


def leans(message: str) -> bool:
    """True when a message cannot be understood without what was said before it.

    >>> leans("why?"), leans("and what if we have no labels?"), leans("Why do labels drift?")
    (True, True, False)
    """
    if small_talk(message) is not None:
        return False
    own = [stem for stem in stems_of(message) if stem not in _EMPTY]
    if not own:
        return True
    words = len(message.split())
    if words > LONGEST_LEANING:
        return False
    pointing = _POINTS.search(_NO_POINTER.sub(" ", message)) is not None
    opening = _LEANS.match(message)
    if pointing:
        return len(set(own)) < ENOUGH + 1
    if opening is None:
        return False
    # "Why do labels drift?" asks by itself; "And labels?" does not.
    return len(set(own)) < (2 if _CAN_STAND.match(message) else ENOUGH)


def _subject(turn: Turn) -> str:
    """What the last question was about: itself when short, else the title of what it cited."""
    question = " ".join(turn.question.split())
    if len(question.split()) <= LONGEST_SUBJECT and set(stems_of(question)) - _EMPTY:
        return question
    if turn.title:
        return turn.title
    return " ".join(question.split()[:LONGEST_SUBJECT])


def rewrite_with_model(
    message: str,
    history: Sequence[Turn],
    ladder: Ladder,
    *,
    cancelled: threading.Event | None = None,
) -> str:
    """The question as a model rewrites it; by the rule where there is none, or it adds words.

    Setting `cancelled` ends the wait for the model.
    """
    by_rule = standalone_question(message, history)
    if not history or not leans(" ".join(message.split())):
        return by_rule
    earlier = [Exchange(turn.question, turn.answer) for turn in history[-3:]]
    messages = [
        Message("system", fixed_part("standalone")),
        Message(
            "user",
            f"{fenced('conversation so far', told(earlier))}\n\n{fenced('question', message)}\n\n"
            "Rewrite the question so that it stands alone.",
        ),
    ]
    try:
        rewritten, _ = ladder.structured(
            messages, Rewritten, max_tokens=MOST_TOKENS, cancelled=cancelled
        )
    except ModelFailed:
        return by_rule
    text = " ".join(rewritten.question.split())
    return text if _faithful(text, message, history) else by_rule


def _faithful(text: str, message: str, history: Sequence[Turn]) -> bool:
    """True when a rewriting keeps the message's words and brings none from elsewhere."""
    words = set(stems_of(text))
    known = set(stems_of(message)) | {
        stem
        for turn in history
        for part in (turn.question, turn.answer, turn.title)
        for stem in stems_of(part)
    }
    asked = {stem for stem in stems_of(message) if stem not in _EMPTY}
    borrowed = words - set(stems_of(message))
    return bool(words) and words <= known and asked <= words and bool(borrowed)
