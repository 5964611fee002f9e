"""What happens once though it comes twice at the same time: repeated requests, edits, key looks."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from http_api import served, wait_for
from sqlalchemy import event, select

from assistant import Assistant, Claimed, Conflict, InputInvalid, Settings
from assistant.channels.http_api.access import Keyring
from assistant.document import BlockEdit
from assistant.errors import StorageUnavailable
from assistant.store import one_look, reading
from assistant.store.schema import api_replies, metadata

P = "/v1/projects/default"
KIND = "requirements"


def at_once(count: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in so many threads that begin together."""
    ready, found = threading.Barrier(count), []

    def one(number: int) -> None:
        ready.wait(30)
        found.append(do(number))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == count
    return found


# -- claims in the database


def test_a_claim_is_kept_with_the_change_or_not_at_all(assistant):
    claim = assistant.claim_of("caller", "token", "hash", project="default")
    stated = assistant.set_fact("ml.task", "ranking")
    with assistant.claimed(claim) as rider, pytest.raises(Conflict):
        assistant.set_fact("ml.task", "regression", expected_event=stated.event - 1)
    assert (rider.done, assistant.known_reply(claim)) == (False, None)
    with assistant.claimed(claim) as rider:
        assistant.set_fact("ml.task", "regression")
        assistant.set_fact("ml.task", "clustering")
    known = assistant.known_reply(claim)
    assert rider.done
    assert known is not None
    assert (known.status, known.request_hash) == (0, "hash")


def test_another_process_that_comes_second_changes_nothing(assistant):
    with Assistant(Settings(home=assistant.settings.home)) as other:
        claim = assistant.claim_of("caller", "token", "hash", project="default")
        # Both have looked, and found that the request is new.
        assert assistant.known_reply(claim) is other.known_reply(claim) is None
        with assistant.claimed(claim):
            assistant.set_fact("problem.statement", "Customers leave.")
        with other.claimed(claim), pytest.raises(Claimed):
            other.set_fact("problem.statement", "Customers leave.")
        assert len(other.fact_history("problem.statement")) == 1


def test_what_is_claimed_goes_with_its_project(assistant):
    assistant.new_project("short")
    claim = assistant.claim_of("caller", "token", "hash", project="short")
    with assistant.claimed(claim):
        assistant.set_fact("ml.task", "ranking", project="short")
    known = assistant.known_reply(claim)
    assert known is not None
    assistant.delete_project("short")
    # A reply that is kept after the project has gone is not there either.
    assistant.keep_replies([(claim, known)])
    assert assistant.known_reply(claim) is None


def test_two_servers_of_one_database_do_a_request_once(assistant):
    path, fact = f"{P}/interview/answers", "problem.statement"
    with (
        Assistant(Settings(home=assistant.settings.home)) as other,
        served(assistant) as one,
        served(other) as two,
    ):
        for turn in range(6):
            said = {"fact": fact, "value": f"Customers leave us in month {turn} of a year."}
            headers = {"Idempotency-Key": f"turn-{turn}"}

            def send(number: int, said: Any = said, headers: Any = headers) -> Any:
                server = (one, two)[number % 2]
                return server.client().post(path, json=said, headers=headers)

            found = at_once(4, send)
            # One that comes to the other server before the reply is kept is shown where to look.
            assert {reply.status_code for reply in found} <= {200, 303, 409}
            assert any(reply.status_code == 200 for reply in found)
            wait_for(lambda send=send: send(0).status_code == send(1).status_code == 200)
            assert send(0).content == send(1).content
            assert send(1).headers["idempotent-replay"] == "true"
            assert len(assistant.fact_history(fact)) == turn + 1


def test_a_success_that_changed_nothing_is_replayed_too(assistant):
    with served(assistant) as api:
        client, headers = api.client(), {"Idempotency-Key": "none-open"}
        path = f"{P}/proposals/accept"
        first = client.post(path, json={}, headers=headers)
        assert (first.status_code, first.json()) == (200, {"facts": []})
        assistant.prefill("We must answer within 150 ms.", model=False)
        assert assistant.proposals()
        again = client.post(path, json={}, headers=headers)
        assert (again.json(), again.headers["idempotent-replay"]) == ({"facts": []}, "true")
        wait_for(lambda: not api.house.repeats._now)
        assert client.post(path, json={}, headers=headers).json() == {"facts": []}


def test_a_request_that_was_refused_can_be_sent_again_at_once(assistant):
    with served(assistant) as api:
        client, headers = api.client(), {"Idempotency-Key": "k"}
        path = f"{P}/facts/undo"
        assert client.post(path, headers=headers).status_code == 400
        assistant.set_fact("ml.task", "ranking")
        assert client.post(path, headers=headers).status_code == 200
        with pytest.raises(InputInvalid):
            assistant.undo()


# -- what a save costs


def test_a_save_looks_seldom_and_keeps_its_reply_with_others(assistant):
    begun: list[str] = []

    @event.listens_for(assistant.store.engine, "before_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    with served(assistant) as api:
        client = api.client()
        client.get(f"{P}/interview/next")
        begun.clear()
        for turn in range(20):
            said = {"fact": "problem.statement", "value": f"Customers leave in month {turn}."}
            headers = {"Idempotency-Key": f"turn-{turn}"}
            client.post(f"{P}/interview/answers", json=said, headers=headers).raise_for_status()
        wait_for(lambda: not api.house.repeats._now)
    # Every look may have to wait for somebody's commit, and every commit holds up all others.
    writes = begun.count("BEGIN IMMEDIATE")
    assert 20 < writes <= 2 * 20
    assert len(begun) - writes <= 8 * 20
    with reading(assistant.store.engine) as connection:
        kept = connection.execute(select(api_replies.c.status)).scalars().all()
    assert kept == [200] * 20


def test_what_is_read_in_one_look_is_of_one_state(assistant):
    # It is made when it is first used, which within one look would wait for itself.
    assistant.project("default")
    said = threading.Thread(target=assistant.set_fact, args=("ml.task", "ranking"))
    with one_look(assistant.store.engine):
        before = assistant.facts()
        said.start()
        assert list(assistant.facts()) == list(before) == []
    said.join(30)
    assert [one.fact_id for one in assistant.facts()] == ["ml.task"]


# -- replies that were lost


@pytest.fixture
def forgetful(assistant, monkeypatch) -> Any:
    """A server that does what it is asked and goes down before it keeps any reply."""

    def lose(_replies: Any) -> None:
        raise StorageUnavailable("The power is off.", remedy="")

    with monkeypatch.context() as patch, served(assistant) as api:
        patch.setattr(assistant, "keep_replies", lose)
        yield api


def conversation_in(assistant: Assistant) -> str:
    *_, last = assistant.stream("How do I choose a first baseline?")
    return f"{last.turn.conversation}/turns/{last.turn.id}"


def block_in(assistant: Assistant) -> str:
    assistant.set_fact("problem.statement", "Customers leave unnoticed.")
    made = assistant.document(KIND, save=False)
    return next(one.key for one in made.blocks if "Customers leave unnoticed." in one.text)


def file_in(assistant: Assistant) -> str:
    note = assistant.settings.home / "notes.md"
    note.write_text("# Churn\n\nA customer who leaves costs us 1,200 euros.\n", "utf-8")
    assistant.ingest([note])
    return assistant.files()[0].id


# Method, address, body, and what makes the part of the address that is not known beforehand.
REPEATABLE: list[tuple[str, str, dict[str, Any], Callable[[Assistant], str] | None]] = [
    ("POST", "/v1/projects", {"name": "churn"}, None),
    ("POST", f"{P}/files/{{}}/release", {}, file_in),
    ("PUT", f"{P}/conversations/{{}}/feedback", {"helpful": True}, conversation_in),
    ("POST", f"{P}/facts/import", {"yaml": "ml.task: ranking\n"}, None),
    ("PUT", f"{P}/facts/ml.task", {"value": "ranking"}, None),
    ("POST", f"{P}/facts/undo", {}, block_in),
    ("POST", f"{P}/interview/answers", {"fact": "ml.task", "value": "ranking"}, None),
    ("POST", f"{P}/interview/unknown", {"fact": "ml.task"}, None),
    ("POST", f"{P}/interview/skip", {"fact": "ml.task"}, None),
    ("POST", f"{P}/interview/undo", {}, block_in),
    ("POST", f"{P}/proposals", {"text": "Budget: 30k EUR"}, None),
    ("POST", f"{P}/proposals/accept", {}, lambda one: one.prefill("Budget: 30k EUR")[0].id),
    ("POST", f"{P}/proposals/reject", {}, lambda one: one.prefill("Budget: 30k EUR")[0].id),
    ("POST", f"{P}/documents/{KIND}", {}, None),
    ("PUT", f"{P}/documents/{KIND}/blocks/{{}}", {"text": "Ours."}, block_in),
]  # fmt: skip


def contents(assistant: Assistant) -> list[Any]:
    """Everything that a request could have changed; what was claimed is not of it."""
    with assistant.store.engine.connect() as connection:
        tables = [table for table in metadata.sorted_tables if table.name != "api_replies"]
        return [connection.execute(table.select()).all() for table in tables]


@pytest.mark.parametrize(
    ("method", "path", "sent", "before"), REPEATABLE, ids=[one[1] for one in REPEATABLE]
)
def test_what_was_done_is_shown_at_once_though_its_reply_was_lost(
    assistant, forgetful, method, path, sent, before
):
    path = path.format(before(assistant) if before else "")
    headers = {"Idempotency-Key": "once"}
    first = forgetful.client().request(method, path, json=sent, headers=headers)
    assert first.status_code < 300, first.text
    # What the server itself remembers is gone: it knows as much as one that was just started.
    wait_for(lambda: not forgetful.house.repeats._now)
    there = contents(assistant)
    again = forgetful.client().request(method, path, json=sent, headers=headers)
    assert (again.status_code, again.headers["idempotent-replay"]) == (303, "true")
    assert contents(assistant) == there
    assert forgetful.client().get(again.headers["location"]).status_code == 200
    changed = forgetful.client().request(method, path, json={**sent, "x": 1}, headers=headers)
    assert changed.json()["error"]["code"] == "idempotency_key_reused"


def test_every_repeatable_request_is_in_that_table(forgetful):
    described = forgetful.client().get("/openapi.json").json()["paths"]
    takes_a_key = {
        (method.upper(), path)
        for path, operations in described.items()
        for method, said in operations.items()
        if "Idempotency-Key" in {one["name"] for one in said.get("parameters", ())}
    }
    assert len(takes_a_key) == len(REPEATABLE)


def test_a_change_stands_when_what_came_after_it_failed(assistant, monkeypatch):
    key = block_in(assistant)

    def fail(*_: Any, **__: Any) -> Any:
        raise StorageUnavailable("The storage is full.", remedy="", code="storage_full")

    with served(assistant) as api:
        client, headers = api.client(), {"Idempotency-Key": "k"}
        path = f"{P}/documents/{KIND}/blocks/{key}"
        with monkeypatch.context() as patch:
            patch.setattr(assistant, "document", fail)
            first = client.put(path, json={"text": "Ours."}, headers=headers)
            assert first.status_code == 507
        again = client.put(path, json={"text": "Ours."}, headers=headers)
        assert again.status_code == 303
        assert client.get(again.headers["location"]).json()["text"] == "Ours."


# -- edits of a block


@pytest.fixture
def block(assistant) -> str:
    assistant.set_fact("problem.statement", "Customers leave unnoticed.")
    made = assistant.document(KIND, save=False)
    return next(
        one.key
        for one in made.blocks
        if one.kind == "paragraph" and "Customers leave unnoticed." in one.text
    )


def test_of_edits_that_saw_the_same_text_one_is_stored(assistant, block):
    with served(assistant) as api:
        path = f"{P}/documents/{KIND}/blocks/{block}"
        seen = api.client().get(path).headers["etag"]

        def edit(number: int) -> Any:
            return api.client().put(
                path, json={"text": f"Text {number}."}, headers={"If-Match": seen}
            )

        found = at_once(6, edit)
        assert sorted(reply.status_code for reply in found) == [200] + [409] * 5
        kept = next(reply.json()["text"] for reply in found if reply.status_code == 200)
        for reply in found:
            if reply.status_code == 409:
                problem = reply.json()["error"]
                assert (problem["code"], problem["theirs"]) == ("block_conflict", kept)
                assert problem["yours"].startswith("Text ")
        assert api.client().get(path).json()["text"] == kept


def test_an_edit_does_not_pass_a_fact_that_changed_under_it(assistant, block):
    project, kept = assistant.project("default").id, assistant.store.documents
    basis = kept.basis(project, KIND, block)
    assistant.set_fact("problem.statement", "Customers stay.")
    edit = BlockEdit(block, "Customers leave unnoticed.", "Ours.")
    assert not kept.edit(project, KIND, edit, basis=basis)
    assert kept.edits(project, KIND) == {}
    assert kept.edit(project, KIND, edit, basis=kept.basis(project, KIND, block))


# -- looks at keys


def test_requests_that_come_together_look_a_key_up_once(assistant):
    secret = assistant.create_key("many").secret
    looks: list[str] = []

    @event.listens_for(assistant.store.engine, "before_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        looks.append(statement)

    async def all_of_them() -> list[Any]:
        keyring = Keyring(assistant)
        callers = await asyncio.gather(*(keyring.caller(secret) for _ in range(60)))
        return [*callers, *await asyncio.gather(*(keyring.needed() for _ in range(60)))]

    found = asyncio.run(all_of_them())
    assert {one.name for one in found[:60]} == {"many"}
    assert all(found[60:])
    assert sum("FROM api_keys" in one and "hash =" in one for one in looks) == 1
    assert sum("FROM api_keys" in one and "hash =" not in one for one in looks) == 1
