"""This installation → its models, where its data is, a project as one file, and what leaves it."""

import tempfile
from pathlib import Path

import streamlit as st

from assistant import Assistant, AssistantError, __version__
from ui.boxes import page_head, problem_box, section_head, tell
from ui.downloads import download_button, tell_failures
from ui.here import change_language, open_project
from ui.licences import licences
from ui.markup import label, plain_html, safe_html, sanitise
from ui.models import show_models
from ui.places import go_in_project
from ui.running import running
from ui.words import LANGUAGES, say, spoken

ROUND = "import_round"


def show() -> None:
    """Draw the settings."""
    assistant = running().assistant
    project = open_project(assistant)
    page_head(say("page.settings"), say("settings.lead"))
    section_head(say("models"), say("models.lead"))
    show_models()
    section_head(say("settings.language"), say("settings.language.lead"))
    _language()
    section_head(say("settings.project"), say("settings.project.lead"))
    _export(assistant, project)
    _import(assistant)
    section_head(say("settings.data"))
    _data(assistant)
    section_head(say("settings.privacy"))
    st.html(safe_html(say("settings.privacy.text")))
    section_head(say("settings.about"))
    _about()


def _language() -> None:
    codes = list(LANGUAGES)
    key = f"language-{spoken()}"
    st.segmented_control(
        say("settings.language"), codes, default=spoken(), key=key, required=True,
        format_func=lambda code: LANGUAGES[code], label_visibility="collapsed",
        on_change=lambda: change_language(st.session_state[key]),
    )  # fmt: skip


# -- a project as one file


def _export(assistant: Assistant, project: str) -> None:
    def packed() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "project.zip"
            assistant.export_project(project, target)
            return target.read_bytes()

    download_button(
        say("settings.export", name=label(project)), packed, "project.scopewright",
        "application/zip", key="export-project", icon=":material/download:",
    )  # fmt: skip
    tell_failures("export-project")


def _import(assistant: Assistant) -> None:
    number = st.session_state.setdefault(ROUND, 0)
    with st.form(f"import-{number}", border=False):
        chosen = st.file_uploader(say("settings.import.file"), key=f"archive-{number}")
        name = st.text_input(
            say("settings.import.name"), max_chars=200, help=say("settings.import.name.help")
        )
        wanted = st.form_submit_button(say("settings.import"), icon=":material/upload:")
    if not wanted or chosen is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "project.zip"
        source.write_bytes(chosen.getbuffer())
        try:
            made = assistant.import_project(source, name=name.strip() or None)
        except AssistantError as error:
            problem_box(error)
            return
    st.session_state[ROUND] += 1
    tell(say("settings.imported", name=label(made.name)))
    go_in_project(made.name, "home")


# -- this installation


def _data(assistant: Assistant) -> None:
    home = plain_html(str(assistant.settings.home))
    folder = f'<pre class="sw-whole" dir="ltr"><code>{home}</code></pre>'
    st.html(sanitise(f"<p>{plain_html(say('settings.folder'))}</p>{folder}"))
    st.html(safe_html(say("settings.backup")))
    if st.button(say("settings.check"), key="doctor", icon=":material/stethoscope:"):
        with st.spinner(say("settings.checking")):
            checks = assistant.doctor()
        rows = "".join(
            f'<li class="{"sw-on" if check.ok else "sw-off"}"><p><strong>{plain_html(check.name)}'
            f'</strong> <span class="sw-badge">{say("check.ok" if check.ok else "check.bad")}'
            f"</span></p><p>{plain_html(check.detail)} {plain_html(check.remedy)}</p></li>"
            for check in checks
        )
        st.html(sanitise(f'<ul class="sw-rungs">{rows}</ul>'))


def _about() -> None:
    st.html(safe_html(say("settings.about.text", version=__version__)))
    with st.expander(say("settings.licences")):
        rows = "".join(
            f"<tr><td>{plain_html(name)}</td><td>{plain_html(version)}</td>"
            f"<td>{plain_html(licence)}</td></tr>"
            for name, version, licence in licences()
        )
        heads = "".join(f"<th>{say(key)}</th>" for key in ("about.package", "about.version",
                                                          "about.licence"))  # fmt: skip
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        st.html(sanitise(f'<div class="sw-table">{table}</div>'))


show()
