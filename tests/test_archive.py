"""A project goes into one file and comes out of it whole; what is no such file is refused."""

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from test_store import add, made_file, opened

from assistant.errors import FileRejected, InputInvalid, NotFound, StorageUnavailable
from assistant.facts import Amount, FactEvent, load_catalogue
from assistant.store import Project, Store, new_id, reading
from assistant.store.archive import LIMITS, MANIFEST, REFUSALS, export_project, import_project
from assistant.store.database import writing
from assistant.store.records import PARTS, parts_of
from assistant.store.schema import (
    block_edits,
    documents,
    interview_marks,
    metadata,
    proposals,
)

# What a project has for itself wherever it is, and what is made again there.
KEYS = {"api_keys", "api_key_projects", "api_replies"}
# What channels and threads of a chat program work in is of that installation.
CHATS = {"chat_channels", "chat_threads", "chat_handoffs", "chat_events"}
NOT_CARRIED = {"project_id", "vectors", "alembic_version"} | KEYS | CHATS


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with opened(tmp_path / "store") as found:
        yield found


@pytest.fixture
def other(tmp_path) -> Iterator[Store]:
    """A database that knows nothing of the first."""
    with opened(tmp_path / "other") as found:
        yield found


@pytest.fixture
def project(store) -> Project:
    """Files in versions, held back and released; turns answered, anew, rated, branched, open."""
    made = store.projects.create("Zoë")
    old, new = made_file("old\x00 words", held=("aside",)), made_file("new words", held=("two",))
    first, second = add(store, made, old), add(store, made, new)
    store.projects.release(made.id, second.id)
    add(store, made, made_file("other", title="Título"), name="../../b\x1b[31m.md")
    threads = store.conversations
    elsewhere = store.projects.create("elsewhere")
    threads.ask(elsewhere.id, threads.begin(elsewhere.id, "x"), "CANARY")
    thread, empty = threads.begin(made.id, "One"), threads.begin(made.id, "Empty")
    turns = [threads.ask(made.id, thread, f"Question {n}?") for n in range(3)]
    cited = [
        {"passage_id": file.passages[0].id, "source_id": file.passages[0].source_id, "page": None}
        for file in (old, new)
    ]
    article = {"passage_id": "ivo-test#lead", "source_id": "ivo-test"}
    answer = {
        "answer": f"Ünïcode, see {first.id} [1]",
        "citations": [*cited, article],
        "alternative": {"citations": cited[:1], "confidence": 0.25},
    }
    threads.answer(made.id, turns[0], answer)
    threads.rate(made.id, turns[0], helpful=False, comment="No.")
    threads.set_aside(made.id, turns[0])
    threads.answer(made.id, turns[0], {"answer": "Anew", "citations": cited[1:]})
    threads.answer(made.id, turns[1], {"answer": "Two", "citations": []})
    threads.rate(made.id, turns[1], helpful=True)
    threads.branch(made.id, thread, turns[1], including=True, title="Branch")
    threads.ask(made.id, empty, "Open?")
    scope(store, made, first.id)
    scope(store, elsewhere, first.id, word="CANARY")
    return made


def scope(store: Store, project: Project, file: str, word: str = "x") -> None:
    """Facts with one that was undone, marks, proposals, documents and hand edits."""
    catalogue = load_catalogue()
    delay = FactEvent("labels.delay", "set", Amount(5, 6, "months", True), author="Mira")
    changes = [
        delay,
        FactEvent("project.summary", "set", f"{word}\n| Ünï |", origin="imported", quote="q"),
        FactEvent("labels.delay", "unknown", owner="Tom", due="2026-12-03", note="n"),
        FactEvent("project.summary", "unset"),
    ]
    events = [store.facts.record(project.id, [one], catalogue)[0].event for one in changes]
    store.facts.undo(project.id, catalogue)
    rest = {"author": "Mira", "at": 5.5, "project_id": project.id}
    edit = rest | {"kind": "tdd", "block": "tdd/overview/lead", "base": "b", "text": word}
    mark = rest | {"fact": "labels.delay", "mark": "skipped", "detail": ""}
    proposal = {
        "id": new_id(), "project_id": project.id, "fact": "labels.delay", "quote": word,
        "value": {"low": 5, "high": 6, "unit": "months"}, "source": "brief.md", "start": 3,
        "end": 9, "confidence": 0.5, "rung": "extractive", "state": "open", "made_at": 1.5,
    }  # fmt: skip
    content = {"blocks": [{"passages": [f"{file}#1", "ivo-test#lead"], "text": f"see {file}"}]}
    versions = [
        {
            "id": new_id(), "project_id": project.id, "kind": "tdd", "version": number + 1,
            "last_event": after, "content": content, "author": "", "made_at": 2.5,
        }
        for number, after in enumerate((0, events[1], events[2]))
    ]  # fmt: skip
    with writing(store.engine) as connection:
        connection.execute(insert(interview_marks).values(mark))
        connection.execute(insert(proposals).values(proposal))
        connection.execute(insert(documents), versions)
        connection.execute(insert(block_edits), [edit | {"active": False}, edit | {"active": True}])


def public(store: Store, project: Project) -> dict[str, Any]:
    """Everything that can be read of a project, but its id and revision."""
    files = store.projects.files(project.id, all_versions=True)
    threads = store.conversations.all(project.id)
    cited = [citation for answer in answers(store, project) for citation in answer["citations"]]
    return {
        "files": files,
        "held": [store.projects.held_back(project.id, file.id) for file in files],
        "passages": store.projects.passages(project.id, encoder="none")[0],
        "cited": [store.projects.passage(project.id, one["passage_id"]) for one in cited],
        "threads": threads,
        "turns": [store.conversations.turns(project.id, thread.id) for thread in threads],
        "found": store.conversations.find(project.id, "question"),
        "former": former(store, project),
        "facts": facts(store, project),
        "made_after": made_after(store, project),
    }


def facts(store: Store, project: Project) -> list[FactEvent]:
    """Every change of the project's facts, but for its number."""
    changes = store.facts.history(project.id, load_catalogue())
    return [replace(one, event=0) for one in changes]


def made_after(store: Store, project: Project) -> list[FactEvent | None]:
    """For each version of a document the change that it was made after."""
    changes = {one.event: one for one in store.facts.history(project.id, load_catalogue())}
    query = select(documents.c.last_event).where(documents.c.project_id == project.id)
    with reading(store.engine) as connection:
        numbers = connection.execute(query.order_by(documents.c.version)).scalars().all()
    assert set(numbers) <= {0, *changes}
    return [replace(changes[one], event=0) if one else None for one in numbers]


def answers(store: Store, project: Project) -> list[dict[str, Any]]:
    turns = [
        turn
        for thread in store.conversations.all(project.id)
        for turn in store.conversations.turns(project.id, thread.id)
    ]
    return [turn.answer for turn in turns if turn.answer] + former(store, project)


def former(store: Store, project: Project) -> list[dict[str, Any]]:
    with reading(store.engine) as connection:
        rows = connection.execute(PARTS["former_answers.jsonl"].of(project.id)).all()
    return [row.answer for row in rows]


def stored(store: Store) -> dict[str, list[Any]]:
    """Every row of every table."""
    with reading(store.engine) as connection:
        return {
            name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
            for name, table in metadata.tables.items()
        }


def exported(store: Store, project: Project, folder: Path) -> Path:
    store.export_project(project.id, folder / "zoe.zip")
    return folder / "zoe.zip"


def test_a_project_comes_out_as_it_went_in(store, other, project, tmp_path):
    archive = exported(store, project, tmp_path)
    assert b"CANARY" not in b"".join(entries(archive).values())
    came = other.import_project(archive)
    assert came.name == "Zoë"
    assert other.projects.named("Zoë") == came
    before = public(store, project)
    assert before["held"] != [[]] * 3
    assert None in before["cited"]
    assert public(other, came) == before
    ours, theirs = stored(store), stored(other)
    for part in PARTS.values():
        # To the last column: times, comments, what is no longer shown.
        assert len(theirs[part.table.name]) == len(
            entries(archive)[f"{part.table.name}.jsonl"].splitlines()
        )
    for name in ("passages", "former_answers", "feedback"):
        assert theirs[name] == ours[name]
    again = exported(other, came, tmp_path / "other")
    assert without_numbers(again) == without_numbers(archive)


NUMBERED = {
    f"{name}.jsonl"
    for name in ("turns", "conversations", "fact_events", "documents", "block_edits")
}


def without_numbers(archive: Path) -> dict[str, Any]:
    """What an archive holds; of the turns' numbers only the order counts."""
    found: dict[str, Any] = {}
    for name, data in entries(archive).items():
        lines = [json.loads(line) for line in data.splitlines()] if name != MANIFEST else [data]
        for line in lines if name in NUMBERED else []:
            for number in ("sequence", "touched", "last_event", *(["id"] if "at" in line else [])):
                line.pop(number, None)
        found[name] = lines
    return found


def test_a_copy_beside_the_original_has_ids_of_its_own_and_its_citations_resolve(
    store, project, tmp_path
):
    before = public(store, project)
    copy = store.import_project(exported(store, project, tmp_path), name=" Copy ")
    assert copy.name == "Copy"
    assert public(store, project) == before
    after = public(store, copy)
    ids = [json.dumps(public(store, one), default=str) for one in (project, copy)]
    for kind in ("files", "threads"):
        assert not {one.id for one in before[kind]} & {one.id for one in after[kind]}
        assert all(one.id not in ids[1].replace(f"see {one.id}", "") for one in before[kind])
    # The same but for ids: each passage that was cited is cited, in the same words.
    texts = [[one and one.text for one in found["cited"]] for found in (before, after)]
    assert sorted(map(str, texts[0])) == sorted(map(str, texts[1]))
    assert [replace(one, id="") for one in after["files"]] == [
        replace(one, id="") for one in before["files"]
    ]
    assert [[turn.question for turn in turns] for turns in after["turns"]] == [
        [turn.question for turn in turns] for turns in before["turns"]
    ]
    branch = next(one for one in after["threads"] if one.title == "Branch")
    assert branch.branch_of in {one.id for one in after["threads"]}
    # What is done in one leaves the other as it is.
    store.projects.delete(copy.id)
    assert public(store, project) == before


def test_only_ids_that_are_taken_change(store, other, project, tmp_path):
    archive = exported(store, project, tmp_path)
    (first, *_) = store.projects.files(project.id, all_versions=True)
    mine = other.projects.create("mine")
    taken = made_file("mine")
    taken = replace(
        taken,
        passages=tuple(
            replace(one, id=f"{first.id}#1", source_id=first.id) for one in taken.passages
        ),
    )
    add(other, mine, taken)
    came = other.import_project(archive)
    files = {one.id for one in other.projects.files(came.id, all_versions=True)}
    assert len(files - {one.id for one in store.projects.files(project.id, all_versions=True)}) == 1
    assert other.projects.passage(mine.id, f"{first.id}#1").text == "mine"
    assert {one.text for one in public(other, came)["cited"] if one} == {
        one.text for one in public(store, project)["cited"] if one
    }


def test_no_table_and_no_column_is_forgotten():
    for name, table in metadata.tables.items():
        if name in NOT_CARRIED | {"projects"}:
            continue
        part = PARTS[f"{name}.jsonl"]
        assert set(part.record.model_fields) == set(table.c.keys()) - NOT_CARRIED


def test_new_turns_come_after_those_that_were_imported(store, other, project, tmp_path):
    filler = other.projects.create("filler")
    thread = other.conversations.begin(filler.id, "t")
    for number in range(9):
        other.conversations.ask(filler.id, thread, str(number))
    came = other.import_project(exported(store, project, tmp_path))
    titles = [one.title for one in other.conversations.all(came.id)]
    assert titles == [one.title for one in store.conversations.all(project.id)]
    last = other.conversations.all(came.id)[-1]
    other.conversations.ask(came.id, last.id, "The latest")
    assert other.conversations.all(came.id)[0].id == last.id
    assert other.conversations.turns(came.id, last.id)[-1].question == "The latest"
    assert [one.question for one in other.conversations.turns(filler.id, thread)] == list(
        "012345678"
    )


def test_a_name_that_is_taken_is_said_with_what_to_do(store, project, tmp_path):
    archive = exported(store, project, tmp_path)
    before = stored(store)
    for name in (None, "elsewhere"):
        with pytest.raises(InputInvalid) as caught:
            store.import_project(archive, name=name)
        assert caught.value.code == "name_taken"
        assert "--name" in caught.value.remedy
    with pytest.raises(InputInvalid):
        store.import_project(archive, name="\x1b[2J")
    assert stored(store) == before


# -- writing


def test_an_export_that_fails_leaves_what_was_there(store, project, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "p.zip"
    target.write_bytes(b"before")
    for limits in (replace(LIMITS, expanded=2_000), replace(LIMITS, lines=2)):
        with pytest.raises(FileRejected) as caught:
            export_project(store.engine, project.id, target, limits=limits)
        assert caught.value.code == "archive_too_large"
    with pytest.raises(NotFound):
        store.export_project(new_id(), target)
    assert [path.name for path in folder.iterdir()] == ["p.zip"]
    assert target.read_bytes() == b"before"
    store.export_project(project.id, target)
    assert zipfile.is_zipfile(target)
    for bad in (folder, tmp_path / "none" / "p.zip", target / "p.zip", folder / ("x" * 300)):
        with pytest.raises(StorageUnavailable) as failed:
            store.export_project(project.id, bad)
        assert failed.value.code == "export_failed"
        assert failed.value.remedy
    assert [path.name for path in folder.iterdir()] == ["p.zip"]


def test_an_import_that_fails_half_way_stores_nothing(store, other, project, tmp_path):
    big = made_file(*("x" * 4_000 for _ in range(300)))
    add(store, project, big, name="big.md")
    archive = exported(store, project, tmp_path)
    before = stored(other)
    other.engine.dispose()
    event.listen(
        other.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count=80").close()
    )
    with pytest.raises(StorageUnavailable) as caught:
        other.import_project(archive)
    assert caught.value.code == "storage_full"
    assert stored(other) == before


# -- what is no archive


def entries(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened_archive:
        return {name: opened_archive.read(name) for name in opened_archive.namelist()}


def packed(target: Path, parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def edited(entry: str, line: int, **changes: object) -> Callable[[dict[str, bytes]], None]:
    """Change fields of one line; a field set to ... goes."""

    def change(parts: dict[str, bytes]) -> None:
        lines = parts[entry].splitlines()
        whole = {**json.loads(lines[line]), **changes}
        kept = {key: value for key, value in whole.items() if value is not ...}
        lines[line] = json.dumps(kept).encode()
        parts[entry] = b"\n".join(lines) + b"\n"

    return change


def repeated(entry: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[entry] += parts[entry].splitlines()[-1] + b"\n"
        manifest = json.loads(parts[MANIFEST])
        manifest["lines"][entry] += 1
        parts[MANIFEST] = json.dumps(manifest).encode()

    return change


def manifest(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[MANIFEST] = json.dumps({**json.loads(parts[MANIFEST]), **changes}).encode()

    return change


def raw(entry: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({entry: data})


DEEP = b'{"a":' * 100_000
TURN, FACT = "turns.jsonl", "fact_events.jsonl"
HOSTILE = {
    "other version": (manifest(version=3, new_field=1), "archive_unknown_version"),
    "version zero": (manifest(version=0), "archive_unknown_version"),
    "older version with newer entries": (manifest(version=1), "archive_invalid"),
    "other format": (manifest(format="other"), "archive_damaged"),
    "version as text": (manifest(version="one"), "archive_damaged"),
    "unknown entry in the manifest": (manifest(lines={"a": 1}), "archive_invalid"),
    "no JSON": (raw(MANIFEST, b"\x00\xff"), "archive_damaged"),
    "deep": (raw(MANIFEST, DEEP), "archive_damaged"),
    "unknown entry": (raw("../../evil.py", b"import os"), "archive_invalid"),
    "entry missing": (lambda parts: parts.pop(TURN), "archive_invalid"),
    "line missing": (raw("feedback.jsonl", b""), "archive_damaged"),
    "deep line": (raw(TURN, DEEP), "archive_invalid"),
    "no UTF-8": (raw(TURN, b'{"id": "\xff"}\n'), "archive_invalid"),
    "id as path": (edited("files.jsonl", 0, id="../../../../etc/passwd"), "archive_invalid"),
    "unknown field": (edited("files.jsonl", 0, project_id="x"), "archive_invalid"),
    "field missing": (edited("files.jsonl", 0, sha256=...), "archive_invalid"),
    "number as text": (edited("files.jsonl", 0, version="1"), "archive_invalid"),
    "too great a number": (edited("files.jsonl", 0, bytes=2**70), "archive_invalid"),
    "negative": (edited(TURN, 0, sequence=-1), "archive_invalid"),
    "no number": (edited("feedback.jsonl", 0, given_at=float("nan")), "archive_invalid"),
    "no number in an answer": (edited(TURN, 0, answer={"a": float("inf")}), "archive_invalid"),
    "half a character": (edited(TURN, 0, question="caf\ud83d"), "archive_invalid"),
    "answer of another kind": (edited(TURN, 0, answer=["no"]), "archive_invalid"),
    "huge number": (
        lambda parts: parts.update(
            {TURN: parts[TURN].replace(b'"confidence": 0.25', b'"confidence": ' + b"9" * 9_000)}
            | {"former_answers.jsonl": parts["former_answers.jsonl"].replace(b"0.25", b"9" * 9_000)}
        ),
        "archive_invalid",
    ),
    "same file twice": (repeated("files.jsonl"), "archive_invalid"),
    "same passage twice": (repeated("passages.jsonl"), "archive_invalid"),
    "same turn twice": (repeated(TURN), "archive_invalid"),
    "same conversation twice": (repeated("conversations.jsonl"), "archive_invalid"),
    "same thumb twice": (repeated("feedback.jsonl"), "archive_invalid"),
    "same answer twice": (repeated("former_answers.jsonl"), "archive_invalid"),
    "two current versions": (edited("files.jsonl", 1, current=True), "archive_invalid"),
    "passage of no file": (edited("passages.jsonl", 0, file_id="0" * 32), "archive_invalid"),
    "passage of another name": (edited("passages.jsonl", 0, id="0" * 32 + "#1"), "archive_invalid"),
    "held for no reason": (edited("passages.jsonl", 0, held_code="x"), "archive_invalid"),
    "turn of no thread": (edited(TURN, 0, conversation_id="0" * 32), "archive_invalid"),
    "turns out of order": (edited(TURN, 0, sequence=9_999), "archive_invalid"),
    "thumb for nothing": (edited("feedback.jsonl", 0, turn_id="0" * 32), "archive_invalid"),
    "answer to nothing": (edited("former_answers.jsonl", 0, turn_id="0" * 32), "archive_invalid"),
    "value of an unknown fact": (edited(FACT, 2, value="x"), "archive_invalid"),
    "set to nothing": (edited(FACT, 0, value=None), "archive_invalid"),
    "no fact": (edited(FACT, 0, fact="../x"), "archive_invalid"),
    "another action": (edited(FACT, 0, action="drop"), "archive_invalid"),
    "another origin": (edited(FACT, 0, origin="magic"), "archive_invalid"),
    "no number in a value": (edited(FACT, 0, value={"low": float("nan")}), "archive_invalid"),
    "changes out of order": (edited(FACT, 0, id=9_999), "archive_invalid"),
    "same change twice": (repeated(FACT), "archive_invalid"),
    "same mark twice": (repeated("interview_marks.jsonl"), "archive_invalid"),
    "same proposal twice": (repeated("proposals.jsonl"), "archive_invalid"),
    "more than certain": (edited("proposals.jsonl", 0, confidence=1.5), "archive_invalid"),
    "words that end before they start": (edited("proposals.jsonl", 0, end=1), "archive_invalid"),
    "proposal of nothing": (edited("proposals.jsonl", 0, value=None), "archive_invalid"),
    "same document twice": (repeated("documents.jsonl"), "archive_invalid"),
    "two of one version": (edited("documents.jsonl", 0, version=2), "archive_invalid"),
    "document as text": (edited("documents.jsonl", 0, content="x"), "archive_invalid"),
    "kind as path": (edited("documents.jsonl", 0, kind="../tdd"), "archive_invalid"),
    "two edits in force": (edited("block_edits.jsonl", 0, active=True), "archive_invalid"),
    "same edit twice": (repeated("block_edits.jsonl"), "archive_invalid"),
    "branch of nothing": (edited("conversations.jsonl", 0, branch_of="0" * 32), "archive_invalid"),
}


@pytest.mark.parametrize(("change", "code"), HOSTILE.values(), ids=HOSTILE)
def test_what_no_program_of_ours_wrote_is_refused(store, other, project, tmp_path, change, code):
    parts = entries(exported(store, project, tmp_path))
    change(parts)
    packed(tmp_path / "bad.zip", parts)
    check_refused(other, tmp_path / "bad.zip", code)


def check_refused(store: Store, archive: Path, code: str, **options: Any) -> None:
    before = stored(store)
    with pytest.raises(FileRejected) as caught:
        import_project(store.engine, archive, **options)
    assert caught.value.code == code
    assert code in REFUSALS
    assert caught.value.problem
    assert caught.value.remedy
    assert stored(store) == before


def test_the_version_of_a_newer_program_is_named(store, other, project, tmp_path):
    parts = entries(exported(store, project, tmp_path))
    manifest(version=7)(parts)
    packed(tmp_path / "new.zip", parts)
    parts["later.jsonl"] = b""
    packed(tmp_path / "newer.zip", parts)
    for name in ("new.zip", "newer.zip"):
        with pytest.raises(FileRejected, match="version 7, this program reads versions 1 to 2"):
            other.import_project(tmp_path / name)


def test_an_archive_of_the_first_version_is_still_read(store, other, project, tmp_path):
    parts = entries(exported(store, project, tmp_path))
    lines = json.loads(parts[MANIFEST])["lines"]
    old = parts_of(1).keys()
    assert len(old) == 6
    manifest(version=1, lines={name: lines[name] for name in old})(parts)
    packed(tmp_path / "old.zip", {name: parts[name] for name in (MANIFEST, *old)})
    came = public(other, other.import_project(tmp_path / "old.zip"))
    before = public(store, project)
    assert came == before | {"facts": [], "made_after": []}


def test_facts_of_another_catalogue_are_carried_and_not_shown(store, other, project, tmp_path):
    parts = entries(exported(store, project, tmp_path))
    edited(FACT, 0, fact="other.fact")(parts)
    edited(FACT, 1, value=["no", "text"])(parts)
    packed(tmp_path / "odd.zip", parts)
    came = other.import_project(tmp_path / "odd.zip")
    assert [one.action for one in facts(other, came)] == ["unknown", "unset"]
    again = entries(exported(other, came, tmp_path))
    assert json.loads(again[FACT].splitlines()[0])["fact"] == "other.fact"


def with_password(data: bytes) -> bytes:
    return data.replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0")


def twice(data: bytes) -> bytes:
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("turns.jsonl", b"")
    return file.getvalue()


def many_entries(_: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(500):
            archive.writestr(str(number), b"")
    return file.getvalue()


CONTAINERS = {
    "empty": (lambda data: b"", "archive_damaged"),
    "text": (lambda data: b"hello" * 100, "archive_damaged"),
    "cut": (lambda data: data[: len(data) // 2], "archive_damaged"),
    "no start": (lambda data: data[len(data) // 2 :], "archive_damaged"),
    "comment": (lambda data: data[:-2] + b"\3\0abc", "archive_damaged"),
    "huge record": (
        lambda data: data[:-22] + b"PK\6\7" + b"\0" * 16 + data[-22:],
        "archive_damaged",
    ),
    "many entries": (many_entries, "archive_damaged"),
    "entry twice": (twice, "archive_invalid"),
    "password": (with_password, "archive_invalid"),
}


@pytest.mark.parametrize(("change", "code"), CONTAINERS.values(), ids=CONTAINERS)
def test_what_is_no_plain_zip_is_refused(store, other, project, tmp_path, change, code):
    archive = exported(store, project, tmp_path)
    archive.write_bytes(change(archive.read_bytes()))
    check_refused(other, archive, code)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_another_way_of_packing_is_refused(store, other, project, tmp_path, method):
    parts = entries(exported(store, project, tmp_path))
    packed(tmp_path / "bad.zip", parts, method)
    check_refused(other, tmp_path / "bad.zip", "archive_invalid")
    packed(tmp_path / "plain.zip", parts, zipfile.ZIP_STORED)
    assert other.import_project(tmp_path / "plain.zip").name == "Zoë"


SIZES = {
    "packed": {"packed": 3_000},
    "expanded": {"expanded": 100_000},
    "line": {"line": 50_000},
    "lines": {"lines": 2},
}


@pytest.mark.parametrize("limits", SIZES.values(), ids=SIZES)
def test_a_bomb_is_not_unpacked(store, other, project, tmp_path, limits):
    parts = entries(exported(store, project, tmp_path))
    bomb = b'{"id": "' + b"0" * 1_000_000 + b'"}\n'
    packed(tmp_path / "bomb.zip", parts | {"conversations.jsonl": bomb})
    if "lines" in limits:
        packed(tmp_path / "bomb.zip", parts)
    check_refused(
        other, tmp_path / "bomb.zip", "archive_too_large", limits=replace(LIMITS, **limits)
    )


def test_a_bomb_that_lies_about_its_size_is_damaged(store, other, project, tmp_path):
    parts = entries(exported(store, project, tmp_path))
    bomb = b"\n" * 1_000_000
    packed(tmp_path / "bomb.zip", parts | {"feedback.jsonl": bomb})
    data = (tmp_path / "bomb.zip").read_bytes()
    said, true = (7).to_bytes(4, "little"), len(bomb).to_bytes(4, "little")
    (tmp_path / "bomb.zip").write_bytes(data.replace(true, said))
    check_refused(
        other, tmp_path / "bomb.zip", "archive_damaged", limits=replace(LIMITS, expanded=100_000)
    )


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_what_cannot_be_read_is_said(other, tmp_path, what):
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    check_refused(other, path, "not_found")


def test_chance_damage_is_refused_or_harmless(store, other, project, tmp_path):
    """Any bytes changed: the project comes as it was, or not at all and with a reason."""
    chance = random.Random(4)
    good = exported(store, project, tmp_path).read_bytes()
    before, refused, path = public(store, project), 0, tmp_path / "damaged.zip"
    for _ in range(150):
        data = bytearray(good)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            came = other.import_project(path)
        except FileRejected:
            refused += 1
            assert other.projects.all() == []
        else:
            assert public(other, came) == before
            other.projects.delete(came.id)
    assert refused > 50
