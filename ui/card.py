"""A question → the head of its card: section, words, why it comes now, and an example."""

from assistant import Question
from ui.markup import plain_html, sanitise
from ui.words import ENGLISH_CODE, say, spoken

REASONS = {
    "contradiction": "reason.contradiction",
    "outdated": "reason.outdated",
    "confirm": "reason.confirm",
    "due": "reason.due",
    "skipped": "reason.skipped",
}


def question_card(question: Question) -> str:
    """Build the head of the card: section, question, help and an example."""
    fact = question.fact
    language = "" if spoken() == ENGLISH_CODE else ' lang="en" dir="ltr"'
    parts = [
        f'<p class="sw-eyebrow">{plain_html(question.section or fact.label)}</p>',
        f'<h2 class="sw-ask"{language}>{plain_html(fact.question)}</h2>',
    ]
    if fact.help:
        parts.append(f"<p{language}>{plain_html(fact.help)}</p>")
    if question.reason in REASONS and not question.contradiction:
        parts.append(f'<p class="sw-reason">{plain_html(say(REASONS[question.reason]))}</p>')
    if question.contradiction:
        parts.append(
            f'<p class="sw-box sw-box-warm" role="note"><strong>'
            f"{plain_html(say('reason.contradiction'))}</strong> "
            f"{plain_html(question.contradiction)}</p>"
        )
    if question.stated is not None and question.stated.status == "unknown":
        parts.append(f'<p class="sw-reason">{plain_html(say("answer.unknown.now"))}</p>')
    if fact.example:
        head = f"<strong>{plain_html(say('answer.example'))}</strong>"
        words = f"<span{language}>{plain_html(fact.example)}</span>"
        parts.append(f'<p class="sw-example">{head} {words}</p>')
    return sanitise("".join(parts))
