"""Words → the turns of a project that have them all, in the question or in the answer."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import Engine, select

from assistant.store.database import reading
from assistant.store.schema import conversations, turns

MOST_FOUND = 50
# Characters shown around the first word that was found.
AROUND = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A turn that has the words; `excerpt` is the text around the first of them."""

    conversation: str
    title: str
    turn: str
    question: str
    excerpt: str


class Finding:
    """Every search over conversations."""

    _engine: Engine

    def find(self, project_id: str, words: str) -> list[Found]:
        """At most 50 turns of the project with every word, the latest first.

        Case and accents do not matter. A turn that a branch repeats is found once.
        """
        wanted = fold(words).split()
        if not wanted:
            return []
        query = (
            select(
                turns.c.id,
                turns.c.conversation_id,
                turns.c.question,
                turns.c.answer["answer"].as_string().label("text"),
                turns.c.copy_of,
                conversations.c.title,
            )
            .join(conversations, conversations.c.id == turns.c.conversation_id)
            .where(conversations.c.project_id == project_id)
            .order_by(turns.c.sequence.desc())
        )
        with reading(self._engine) as connection:
            hits = [
                row for row in connection.execute(query) if _has(wanted, row.question, row.text)
            ]
        there = {row.id for row in hits}
        return [
            Found(
                row.conversation_id,
                row.title,
                row.id,
                row.question,
                excerpt(row.question, row.text or "", wanted[0]),
            )
            for row in hits
            if row.copy_of not in there
        ][:MOST_FOUND]


def fold(text: str) -> str:
    """Text without accents and case, to compare by.

    >>> fold("Größe, CAFÉ, ﬁt")
    'grosse, cafe, fit'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def excerpt(question: str, answer: str, word: str) -> str:
    """The words around the first place of a folded word, from the answer where it is there.

    >>> excerpt("Is drift bad?", "It is. Watch the input: **drift** hides there [1].", "drift")
    'It is. Watch the input: drift hides there.'
    """
    for text in (answer, question):
        line = _plain(text)
        at = fold(line).find(word)
        if at >= 0:
            # Folding may change the length a little: this is where to look, not a position.
            start = max(0, min(at, len(line)) - AROUND)
            end = min(len(line), at + len(word) + AROUND)
            return f"{'… ' * (start > 0)}{line[start:end].strip()}{' …' * (end < len(line))}"
    return ""


def _plain(markdown: str) -> str:
    return " ".join(re.sub(r"\s*\[\d{1,3}\]|[*_`#|]+", "", markdown).split())


def _has(wanted: list[str], question: str, answer: str | None) -> bool:
    text = fold(f"{question}\n{answer or ''}")
    return all(word in text for word in wanted)
