"""Chosen files → the project, with a report of what was added, held back and refused."""

import tempfile
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant import Assistant, AssistantError, StoredFile
from ui.boxes import nothing_yet, problem_box
from ui.markup import label, plain_html, safe_html, sanitise
from ui.words import count_passages, say

ROUND, REPORT = "upload_round", "upload_report"


def show_files(assistant: Assistant, project: str) -> None:
    """Draw the files of the project and the way to add more."""
    number = st.session_state.setdefault(ROUND, 0)
    chosen = st.file_uploader(
        say("files.add"), accept_multiple_files=True, key=f"upload-{project}-{number}",
        help=say("files.kinds"),
    )  # fmt: skip
    if chosen:
        _take_in(assistant, project, chosen)
    _report(project)
    kept = assistant.files(project=project)
    if not kept:
        nothing_yet(say("files.none"))
    for file in kept:
        _file(assistant, project, file)


def _take_in(assistant: Assistant, project: str, chosen: Sequence[UploadedFile]) -> None:
    bar = st.progress(0.0)

    def progress(name: str, done: int, total: int) -> None:
        words = say("files.reading", name=label(name), number=min(done + 1, total), total=total)
        bar.progress(done / total, text=words)

    with tempfile.TemporaryDirectory() as folder:
        # On disk the files have names of ours; their own are only shown.
        paths = [Path(folder) / str(place) for place in range(len(chosen))]
        for path, upload in zip(paths, chosen, strict=True):
            path.write_bytes(upload.getbuffer())
        names = [upload.name for upload in chosen]
        try:
            report = assistant.ingest(paths, project=project, names=names, progress=progress)
        except AssistantError as error:
            bar.empty()
            problem_box(error)
            return
    st.session_state[REPORT] = {"project": project, **report.as_json()}
    # A new key empties the field.
    st.session_state[ROUND] += 1
    st.rerun()


def _report(project: str) -> None:
    report = st.session_state.get(REPORT)
    if report is None or report["project"] != project:
        return
    lines = [f"<p>{_taken(entry)}</p>" for entry in report["ingested"]]
    lines += [
        f'<div class="sw-problem"><p><strong>{plain_html(say("files.rejected", name=one["path"]))}'
        f"</strong></p><p>{plain_html(one['problem'])} {plain_html(one['remedy'])}</p>"
        f'<p class="sw-code">{plain_html(say("error.code", code=one["code"]))}</p></div>'
        for one in report["rejected"]
    ]
    with st.container(key="upload-report", gap="xsmall"):
        st.html(sanitise(f'<div class="sw-report" role="status">{"".join(lines)}</div>'))
        st.button(
            say("files.dismiss"), key="hide-report", type="tertiary",
            on_click=st.session_state.pop, args=(REPORT, None),
        )  # fmt: skip


def _taken(entry: Mapping[str, Any]) -> str:
    keys = {"new": "files.taken", "new_version": "files.taken.version"}
    key = keys.get(entry["outcome"], "files.taken.same")
    words = say(
        key,
        name=entry["path"],
        version=entry["version"],
        passages=count_passages(entry["passages"]),
    )
    held = len(entry["held_back"])
    return plain_html(f"{words}; {say('files.held', held=held)}" if held else words)


def _file(assistant: Assistant, project: str, file: StoredFile) -> None:
    with st.expander(label(file.name), key=f"file-{file.id}"):
        facts = [
            count_passages(file.passages - file.held),
            say("files.version", version=file.version),
        ]
        st.caption(" · ".join(facts))
        for warning in file.warnings:
            st.caption(f"{say('files.warnings')}: {label(warning)}")
        _held_back(assistant, project, file)
        older = [
            str(one.version) for one in assistant.file_versions(file.name, project=project)[1:]
        ]
        if older:
            st.caption(say("files.older", versions=", ".join(reversed(older))))
        _delete(assistant, project, file)


def _held_back(assistant: Assistant, project: str, file: StoredFile) -> None:
    held = assistant.held_back(file.id, project=project)
    if not held:
        return
    released = all(part.released for part in held)
    count = len(held)
    head = say("files.held.one") if count == 1 else say("files.held.many", count=count)
    st.markdown(f"**{say('files.released') if released else head}**")
    for reason, parts in groupby(held, key=lambda part: part.reason):
        st.caption(label(reason))
        text = "\n\n".join(part.passage.text for part in parts)
        st.html(f'<div class="sw-held" tabindex="0" dir="auto">{safe_html(text)}</div>')
    if st.button(
        say("files.hold" if released else "files.release"), key=f"release-{file.id}",
        help=say("files.release.help"),
    ):  # fmt: skip
        _try(lambda: assistant.release(file.id, project=project, released=not released))


def _delete(assistant: Assistant, project: str, file: StoredFile) -> None:
    with st.popover(say("files.delete"), type="tertiary", key=f"delete-{file.id}"):
        st.write(say("files.delete.sure", count=file.passages))
        if st.button(say("delete"), key=f"delete-sure-{file.id}", type="primary"):
            _try(lambda: assistant.delete_file(file.name, project=project))


def _try(act: Any) -> None:
    try:
        act()
    except AssistantError as error:
        problem_box(error)
    else:
        st.rerun()
