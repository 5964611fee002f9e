"""The project's documents → a gallery, and each to read, mend by hand, compare and take along."""

from collections import Counter

import streamlit as st

from assistant import Assistant, AssistantError, Document
from ui.boxes import page_head, problem_box
from ui.exports import show_exports
from ui.here import open_project
from ui.markup import label, plain_html, sanitise
from ui.mending import show_mending
from ui.paper import diff_html, legend_html, paper_html
from ui.places import address, go, link, target_of
from ui.progress import progress_html
from ui.running import running
from ui.when import when
from ui.words import say

ORIGINS = ("said", "guidance", "assumption", "open")
SHOWN = "provenance"
# From why to how; others come after.
ORDER = ("requirements", "cvp", "tdd")


def show() -> None:
    """Draw the document that the address names, or the gallery."""
    assistant = running().assistant
    project = open_project(assistant)
    kinds = assistant.document_kinds()
    kind = st.query_params.get("k")
    if kind in kinds:
        try:
            _document(assistant, kind, kinds[kind], project)
        except AssistantError as error:
            problem_box(error)
        return
    page_head(say("page.documents"), say("documents.lead"), wide=True)
    for one in sorted(kinds, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER)):
        _card(assistant, one, kinds[one], project)


# -- the gallery


def _card(assistant: Assistant, kind: str, title: str, project: str) -> None:
    progress = assistant.next_question(kind, project=project).progress
    versions = assistant.document_versions(kind, project=project)
    made = say("documents.none_yet")
    if versions:
        made = say(
            "documents.version", number=versions[-1].version, when=when(versions[-1].made_at)
        )
    with st.container(border=True, key=f"document-{kind}"):
        st.html(
            sanitise(
                f"<h2>{plain_html(title)}</h2><p>{plain_html(say(f'documents.{kind}'))}</p>"
                f'{progress_html(progress)}<p class="sw-item-about">{plain_html(made)}</p>'
            )
        )
        with st.container(horizontal=True):
            if st.button(
                say("documents.read"), type="primary", key=f"read-{kind}",
                help=f"{say('documents.read')}: {label(title)}", icon=":material/description:",
            ):  # fmt: skip
                go("documents", k=kind)
            if st.button(
                say("documents.answer"), key=f"answer-{kind}", icon=":material/quiz:",
                help=f"{say('documents.answer')}: {label(title)}",
            ):  # fmt: skip
                go("interview", k=kind)


# -- one document


def _document(assistant: Assistant, kind: str, title: str, project: str) -> None:
    newest = assistant.document(kind, project=project)
    versions = [one.version for one in assistant.document_versions(kind, project=project)]
    document, against = _chosen(assistant, newest, versions, kind, project)
    link("documents", say("documents.all"), icon=":material/arrow_back:")
    made = say("documents.version", number=document.version, when=when(document.made_at))
    page_head(title, f"{project} · {made}", wide=True)
    mending = _bar(document, newest, versions, kind)
    show_exports(assistant, document, kind, title, project, newest=document is newest)
    paper, side = st.columns([7, 3], gap="large")
    with side, st.container(key="paper-side"):
        _side(document, kind)
    with paper:
        if against is not None:
            _compare(assistant, document, against, kind, project)
        elif mending:
            show_mending(assistant, document, kind, project)
        else:
            shown = "" if st.session_state.get(SHOWN, True) else "sw-plain"
            text = paper_html(document, assistant.pictures(document))
            st.html(f'<div class="{shown}">{text}</div>')


def _chosen(
    assistant: Assistant, newest: Document, versions: list[int], kind: str, project: str
) -> tuple[Document, int | None]:
    """Return the version of the address, and the one it is compared with, if any."""
    number, other = (st.query_params.get(key, "") for key in ("n", "d"))
    document = newest
    if number.isdigit() and int(number) in versions and int(number) != newest.version:
        document = assistant.document_version(kind, int(number), project=project)
    return document, int(other) if other.isdigit() and int(other) in versions else None


def _bar(document: Document, newest: Document, versions: list[int], kind: str) -> bool:
    """Offer versions, comparison, provenance and mending; say whether to mend."""
    with st.container(horizontal=True, key="paper-bar", vertical_alignment="bottom"):
        key = f"version-{kind}-{document.version}"
        st.selectbox(
            say("paper.version"), versions[::-1], key=key, width=130,
            index=versions[::-1].index(document.version),
            on_change=lambda: _to("n", st.session_state[key], newest.version),
        )  # fmt: skip
        others = [one for one in versions[::-1] if one != document.version]
        if others:
            now = st.query_params.get("d", "")
            with_key = f"against-{kind}-{document.version}-{now}"
            choices = [None, *others]
            st.selectbox(
                say("paper.compare"), choices, key=with_key, width=180,
                index=choices.index(int(now)) if now.isdigit() and int(now) in others else 0,
                format_func=lambda one: say("paper.compare.none") if one is None
                else say("paper.compare.with", number=one),
                on_change=lambda: _to("d", st.session_state[with_key], None),
            )  # fmt: skip
        st.toggle(say("paper.provenance"), value=True, key=SHOWN)
        if document is newest:
            return st.toggle(say("paper.mend"), key=f"mend-{kind}")
    return False


def _to(entry: str, value: int | None, usual: int | None) -> None:
    if value is None or value == usual:
        st.query_params.pop(entry, None)
    else:
        st.query_params[entry] = str(value)


def _compare(
    assistant: Assistant, document: Document, against: int, kind: str, project: str
) -> None:
    old, new = sorted((against, document.version))
    diff = assistant.document_diff(kind, old, new, project=project)
    titles = {section.id: section.title for section in document.sections}
    st.html(sanitise(f"<h2>{plain_html(say('diff.head', old=old, new=new))}</h2>"))
    st.html(diff_html(diff, titles))


def _side(document: Document, kind: str) -> None:
    """Show the legend, what is open and what is assumed; each leads to its question."""
    counted: Counter[str] = Counter(
        part.origin for block in document.blocks for part in block.parts
    )
    # The registers say how many there are; a sentence that there are none is no open item.
    counted.update({"open": len(document.open) - counted["open"]})
    counted.update({"assumption": len(document.assumptions) - counted["assumption"]})
    st.html(legend_html([(origin, counted[origin]) for origin in ORIGINS]))
    contents = "".join(
        f'<li><a href="#section-{section.id}">{plain_html(section.title)}</a></li>'
        for section in document.sections
    )
    with st.expander(say("paper.contents"), key="contents"):
        st.html(f'<ol class="sw-contents">{contents}</ol>')
    with st.expander(
        say("paper.open", count=len(document.open)), key="open-items",
        expanded=bool(document.open),
    ):  # fmt: skip
        if not document.open:
            st.caption(say("paper.open.none"))
        for item in document.open:
            _item(item.text, item.fact, kind)
    with st.expander(say("paper.assumed", count=len(document.assumptions)), key="assumed-items"):
        if not document.assumptions:
            st.caption(say("paper.assumed.none"))
        for assumed in document.assumptions:
            _item(assumed.text, assumed.facts[0] if assumed.facts else "", kind)


def _item(text: str, fact: str, kind: str) -> None:
    if not fact:
        st.caption(label(text))
        return
    st.page_link(
        target_of("interview"), label=label(text), icon=":material/quiz:",
        query_params=address(k=kind, q=fact), width="stretch",
    )  # fmt: skip


show()
