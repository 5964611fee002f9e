"""A text of a few sentences that says what somebody wants → the project in one paragraph."""

from assistant.facts import Catalogue
from assistant.prefill.candidates import Candidate
from assistant.prefill.patterns import Lore

SUMMARY = "project.summary"
# Fewer words name a subject at most.
FEWEST_WORDS = 6


def whole_idea(text: str, catalogue: Catalogue, lore: Lore) -> list[Candidate]:
    """The text itself as the project's summary, where it is no more than an idea; else nothing."""
    idea = text.strip()
    words = len(idea.split())
    # A list, form or thread has paragraphs; its parts are about different things.
    if SUMMARY not in catalogue or not FEWEST_WORDS <= words <= lore.idea_words or "\n\n" in idea:
        return []
    if not lore.idea.search(idea):
        return []
    start = text.index(idea)
    return [Candidate(SUMMARY, " ".join(idea.split()), start, start + len(idea), "fair")]
