"""The curated articles and the project's own files → to browse, search, read and mend."""

import re
from collections.abc import Sequence

import streamlit as st

from assistant import ArticleCard, Assistant, AssistantError, Hit
from ui.article import show_article
from ui.boxes import nothing_yet, page_head, problem_box
from ui.citations import place_name
from ui.files import show_files
from ui.here import open_project
from ui.markup import label, plain_html, sanitise
from ui.places import link
from ui.running import running
from ui.words import in_order, say

HITS = 12
EXCERPT = 220
# Signs of Markdown that say nothing in an excerpt: emphasis, and what begins an item or a quote.
MARKS = re.compile(r"\*|^\s*(?:[-+>]|\d{1,2}\.|#{1,6})\s+", re.MULTILINE)
FILES = "files"


def show() -> None:
    """Draw the article that the address names, the project's files, or what there is to read."""
    assistant = running().assistant
    project = open_project(assistant)
    article = st.query_params.get("a")
    if article is not None:
        try:
            show_article(assistant.article(article), st.query_params.get("s"))
        except AssistantError as error:
            problem_box(error)
            link("knowledge", say("knowledge.all"), icon=":material/arrow_back:")
        return
    page_head(say("page.knowledge"), say("knowledge.lead"))
    view = _views(assistant, project)
    if view == FILES:
        show_files(assistant, project)
        return
    words = st.text_input(
        say("knowledge.search"), key="knowledge-search", placeholder=say("knowledge.search.help"),
        icon=":material/search:", max_chars=300,
    )  # fmt: skip
    if words.strip():
        _found(assistant, words, project)
    else:
        _browse(assistant)


def _views(assistant: Assistant, project: str) -> str:
    """Offer the articles and the files; the address says which is open."""
    count = len(assistant.files(project=project))
    key = f"knowledge-view-{st.query_params.get('v', '')}"

    def changed() -> None:
        chosen = st.session_state[key]
        if chosen == FILES:
            st.query_params["v"] = FILES
        else:
            st.query_params.pop("v", None)

    names = {"articles": say("knowledge.articles"), FILES: say("knowledge.files", count=count)}
    chosen = FILES if st.query_params.get("v") == FILES else "articles"
    st.segmented_control(
        say("knowledge.view"), list(names), default=chosen, key=key, format_func=names.__getitem__,
        required=True, on_change=changed, label_visibility="collapsed",
    )  # fmt: skip
    return chosen


def _found(assistant: Assistant, words: str, project: str) -> None:
    hits = assistant.search(words, project=project, origin="knowledge", k=HITS).hits
    if not hits:
        nothing_yet(say("knowledge.nothing"))
    with st.container(key="hits", gap="small"):
        seen: set[str] = set()
        for hit in hits:
            if hit.passage.source_id not in seen:
                seen.add(hit.passage.source_id)
                _hit(hit)


def _hit(hit: Hit) -> None:
    passage = hit.passage
    name = place_name(passage.title, passage.heading)
    link("knowledge", label(name), icon=":material/article:", a=passage.source_id, s=passage.id)
    text = " ".join(MARKS.sub("", passage.text).split())
    cut = text if len(text) <= EXCERPT else text[: text.rfind(" ", 0, EXCERPT)] + " …"
    st.html(sanitise(f'<p class="sw-excerpt">{plain_html(cut)}</p>'))


def _browse(assistant: Assistant) -> None:
    """Choose by topic, phase and age; a topic shows its articles."""
    cards = assistant.articles()
    counts = {subject.id: subject.articles for subject in assistant.topics()}
    # As a project meets them, from its problem on.
    topics = {topic: counts[topic] for topic in in_order("topic.", counts)}
    phases = [one for one in PHASES if any(one in card.phases for card in cards)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="knowledge-filters"):
        topic = st.selectbox(
            say("knowledge.topic"), [None, *topics], key="knowledge-topic",
            format_func=lambda one: say("knowledge.every") if one is None
            else f"{say(f'topic.{one}')} ({topics[one]})",
        )  # fmt: skip
        phase = st.selectbox(
            say("knowledge.phase"), [None, *phases], key="knowledge-phase",
            format_func=lambda one: say("knowledge.every.phase") if one is None
            else say(f"phase.{one}"),
        )  # fmt: skip
        stale = st.toggle(say("knowledge.stale"), key="knowledge-stale")
    shown = [
        card for card in cards
        if topic in (None, card.topic)
        and (phase is None or phase in card.phases)
        and (card.stale or not stale)
    ]  # fmt: skip
    if not shown:
        nothing_yet(say("knowledge.fresh" if stale else "knowledge.none"))
    for name in topics:
        within = [card for card in shown if card.topic == name]
        if not within:
            continue
        _topic(name, within, opened=topic is not None or len(shown) <= HITS)


@st.fragment
def _topic(name: str, cards: Sequence[ArticleCard], *, opened: bool) -> None:
    """Show a topic; its articles are listed when it is opened, as the page has too many for all."""
    with st.container(key=f"topic-{name}"):
        # Another choice of topics begins anew, with another key.
        place = st.expander(
            f"{say(f'topic.{name}')} ({len(cards)})", key=f"open-{name}-{opened}",
            expanded=opened, on_change="rerun",
        )  # fmt: skip
    if not place.open:
        return
    with place:
        for card in cards:
            text = label(card.title.split(": ", 1)[0])
            text += f" :orange-badge[{say('article.stale')}]" if card.stale else ""
            link("knowledge", text, a=card.id)
            st.html(sanitise(f'<p class="sw-excerpt">{plain_html(card.answers[0])}</p>'))


# In the order of a project's life.
PHASES = ("before-code", "data", "modelling", "evaluation", "release", "operation", "team")

show()
