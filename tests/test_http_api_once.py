"""What happens once though it comes twice at the same time: repeated requests, edits, key looks."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from http_api import served, wait_for
from sqlalchemy import event

from assistant import Assistant, Claimed, Conflict, InputInvalid, Settings
from assistant.channels.http_api.access import Keyring
from assistant.document import BlockEdit

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
        other.keep_replies([(claim, None)])
        assert assistant.known_reply(claim) is None


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
            assert {reply.status_code for reply in found} <= {200, 409}
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
