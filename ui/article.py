"""One article → a page to read: parts, references, when it was reviewed, and where it leads."""

import html

import streamlit as st

from assistant import OpenArticle
from ui.citations import reference_html
from ui.markup import label, markdown_html, plain_html, sanitise
from ui.places import link
from ui.scripts import bring_to_view
from ui.words import say


def show_article(article: OpenArticle, part: str | None) -> None:
    """Draw an article; `part` is the id of the one to begin at."""
    card = article.card
    link("knowledge", say("knowledge.all"), icon=":material/arrow_back:")
    st.html(article_html(article, part))
    if article.related:
        st.html(sanitise(f'<div class="sw-section"><h2>{say("article.related")}</h2></div>'))
        with st.container(key="related", gap=None):
            for other in article.related:
                link("knowledge", label(other.title), icon=":material/article:", a=other.id)
    if part is not None:
        bring_to_view(f"#{_anchor(part)}", key=f"view-of-{card.id}")


def article_html(article: OpenArticle, part: str | None) -> str:
    """Build the text of an article; the part that was asked for is marked."""
    card = article.card
    about = [say(f"topic.{card.topic}"), *(say(f"phase.{phase}") for phase in card.phases)]
    if card.jurisdiction:
        about.append(say("article.law", where=card.jurisdiction))
    dates = say("article.reviewed", date=card.reviewed, until=card.review_by)
    pieces = [
        f'<div class="sw-head"><p class="sw-eyebrow">{plain_html(" · ".join(about))}</p>',
        f"<h1>{plain_html(card.title)}</h1>",
        f'<p class="sw-lead">{plain_html(dates)}</p></div>',
    ]
    if card.stale:
        overdue = plain_html(say("article.overdue"))
        pieces.append(f'<p class="sw-box sw-box-warm" role="note">{overdue}</p>')
    pieces.append('<div class="sw-article" dir="auto">')
    for one in article.parts:
        lit = "sw-part sw-lit" if part in one.passages else "sw-part"
        head = f"<h2>{plain_html(one.heading)}</h2>" if one.heading else ""
        pieces.append(
            f'<section id="{html.escape(_anchor(one.id))}" class="{lit}">{head}'
            f"{markdown_html(one.text)}</section>"
        )
    entries = "".join(f"<li>{reference_html(entry)}</li>" for entry in article.references)
    pieces.append(
        f'<section class="sw-part"><h2>{say("source.references")}</h2>'
        f'<ul class="sw-bibliography">{entries}</ul></section></div>'
    )
    return sanitise("".join(pieces))


def _anchor(part: str) -> str:
    return "part-" + part.rsplit("#", 1)[-1]
