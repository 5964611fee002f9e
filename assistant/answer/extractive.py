"""Questions and what was retrieved for each → an Answer without a model, or an honest refusal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.answer.compose import Encode, compose
from assistant.answer.parts import Answer, Citations, Suggestion
from assistant.answer.small_talk import small_talk
from assistant.retrieve import Hit, Retrieval, Understood

RUNG = "extractive"
UNSURE = "This is the nearest that was found; it may be beside the point of your question."
MOST_SUGGESTIONS = 3
NEAREST_TOPICS = 3
# Below this cosine a passage has nothing to do with the question, and naming it would mislead.
NEAR_ENOUGH = 0.2
LANGUAGES = {
    "ar": "Arabic", "de": "German", "es": "Spanish", "fa": "Persian", "fr": "French",
    "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "tr": "Turkish", "uk": "Ukrainian",
    "zh": "Chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a message and what was found for it."""

    question: Understood
    retrieval: Retrieval


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the composer needs to know of the sources beside their passages.

    `articles` and `references` are the notes of the knowledge index; `opening` gives the lead
    passage of an article as a hit, or None for a person's own file.
    """

    articles: dict[str, dict[str, Any]]
    references: dict[str, dict[str, Any]]
    opening: Callable[[str], Hit | None]

    def references_of(self, source_id: str) -> list[dict[str, Any]]:
        """The bibliography entries an article cites; none for a person's own file."""
        keys = self.articles.get(source_id, {}).get("references", [])
        return [self.references[key] for key in keys]

    def title(self, hit: Hit) -> str:
        """What to call the source of a hit."""
        return str(self.articles.get(hit.passage.source_id, {}).get("title", hit.passage.title))


def reply_to_small_talk(message: str) -> Answer | None:
    """The answer to a greeting or thanks; None when the message asks something."""
    reply = small_talk(message)
    if reply is None:
        return None
    return Answer(message, reply, (), RUNG, "This needs no model.", confidence=1.0)


def extractive_answer(
    message: str,
    asked: Sequence[Asked],
    shelf: Shelf,
    encode: Encode,
    *,
    rung_reason: str,
    today: date,
) -> Answer:
    """Compose the answer to every question that can be answered, and say which cannot."""
    hits = [hit for part in asked for hit in part.retrieval.hits]
    sources = {hit.passage.source_id for hit in hits}
    citations = Citations({source: shelf.references_of(source) for source in sources})
    answered = [part for part in asked if part.retrieval.answerable]
    texts = []
    for part in asked:
        text = (
            compose(part.retrieval, shelf.opening, encode, citations)
            if part.retrieval.answerable
            else refusal(part.retrieval, shelf)
        )
        texts.append(f"**{_one_line(part.question.asked)}**\n\n{text}" if len(asked) > 1 else text)
    collected = citations.collected()
    cited = {citation.source_id for citation in collected}
    return Answer(
        question=message,
        text="\n\n".join(texts),
        citations=collected,
        rung=RUNG,
        rung_reason=rung_reason,
        refused=not answered,
        notices=notices_for(asked, cited, shelf, today),
        suggestions=suggestions_for(hits, cited, shelf),
        confidence=max((part.retrieval.confidence for part in asked), default=0.0),
    )


def refusal(retrieval: Retrieval, shelf: Shelf) -> str:
    """One sentence that nothing answers the question, with the nearest topics there are."""
    near = [hit for hit in retrieval.hits if hit.cosine >= NEAR_ENOUGH]
    titles = dict.fromkeys(f"*{shelf.title(hit)}*" for hit in near)
    nearest = list(titles)[:NEAREST_TOPICS]
    if not nearest:
        return "Nothing in the knowledge base or in this project's files answers this."
    return (
        "Nothing in the knowledge base or in this project's files answers this; "
        f"the nearest topics are {', '.join(nearest[:-1])}{' and ' if nearest[1:] else ''}"
        f"{nearest[-1]}."
    )


def notices_for(
    asked: Sequence[Asked], cited: set[str], shelf: Shelf, today: date
) -> tuple[str, ...]:
    """What the reader should know of an answer to these questions that cites these sources."""
    notices = _language_notices(asked) + _spelling_notices(asked)
    if any(part.retrieval.answerable and not part.retrieval.sure for part in asked):
        notices.append(UNSURE)
    return tuple(notices + _review_notices(cited, shelf, today))


def suggestions_for(hits: Sequence[Hit], cited: set[str], shelf: Shelf) -> tuple[Suggestion, ...]:
    """Articles to read next: what the cited ones link to first, then other hits."""
    linked = [
        other
        for source in dict.fromkeys(hit.passage.source_id for hit in hits)
        if source in cited
        for other in shelf.articles.get(source, {}).get("related", [])
    ]
    near = [hit.passage.source_id for hit in hits]
    # A linked article that was also found stands first.
    order = [key for key in linked if key in near] + near + linked
    wanted = [key for key in dict.fromkeys(order) if key not in cited and key in shelf.articles]
    return tuple(
        Suggestion(key, shelf.articles[key]["title"], shelf.articles[key]["answers"][0])
        for key in wanted[:MOST_SUGGESTIONS]
    )


def _language_notices(asked: Sequence[Asked]) -> list[str]:
    languages = dict.fromkeys(part.question.language for part in asked)
    foreign = [language for language in languages if language != "en"]
    if not foreign:
        return []
    name = LANGUAGES.get(foreign[0], f"another language ({foreign[0]})")
    helped = any(part.question.translated for part in asked)
    searched = (
        "your words were looked up as English terms" if helped else "your words were searched"
    )
    return [f"The question seems to be in {name}; the knowledge base is in English, so {searched}."]


def _spelling_notices(asked: Sequence[Asked]) -> list[str]:
    return [
        f"Searched for: {_one_line(part.question.search)}"
        for part in asked
        if part.question.corrected
    ]


def _review_notices(sources: set[str], shelf: Shelf, today: date) -> list[str]:
    return [
        f"The article “{card['title']}” was due for review on {card['review_by']}; "
        "check its sources before you rely on it."
        for key, card in shelf.articles.items()
        if key in sources and date.fromisoformat(card["review_by"]) < today
    ]


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159].rstrip() + "…"
