"""Chosen files → the project, with a report of what was added, held back and refused."""

import tempfile
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
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
    if chosen and take_in(assistant, project, chosen, st.empty()):
        # A new key empties the field.
        st.session_state[ROUND] += 1
        st.rerun()
    show_report(project)
    kept = assistant.files(project=project)
    if not kept:
        nothing_yet(say("files.none"))
    for file in kept:
        _file(assistant, project, file)


def take_in(
    assistant: Assistant, project: str, chosen: Sequence[UploadedFile], place: DeltaGenerator
) -> bool:
    """Add files to the project, with a bar in `place`; say whether there is a report on them."""
    place.progress(0.0)

    def progress(name: str, done: int, total: int) -> None:
        words = say("files.reading", name=label(name), number=min(done + 1, total), total=total)
        place.progress(done / total, text=words)

    with tempfile.TemporaryDirectory() as folder:
        # On disk the files have names of ours; their own are only shown.
        paths = [Path(folder) / str(place) for place in range(len(chosen))]
        for path, upload in zip(paths, chosen, strict=True):
            path.write_bytes(upload.getbuffer())
        names = [upload.name for upload in chosen]
        try:
            report = assistant.ingest(paths, project=project, names=names, progress=progress)
        except AssistantError as error:
            place.empty()
            problem_box(error)
            return False
    place.empty()
    st.session_state[REPORT] = {"project": project, **report.as_json()}
    return True


def report_of(project: str) -> Mapping[str, Any] | None:
    """Return the report on the files that were added last, until it is hidden."""
    report: Mapping[str, Any] | None = st.session_state.get(REPORT)
    return report if report is not None and report["project"] == project else None


def show_report(project: str) -> None:
    """Say what was added, held back and refused."""
    report = report_of(project)
    if report is None:
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
    about = [count_passages(file.passages - file.held)]
    about += [say("files.held", held=file.held)] if file.held else []
    with st.expander(f"{label(file.name)} · {' · '.join(about)}", key=f"file-{file.id}"):
        st.caption(say("files.version", version=file.version))
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
