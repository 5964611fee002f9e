"""Resources over HTTP: what goes in comes out, in pages, with versions, and once when repeated."""

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_api import served

ROOT = Path(__file__).parents[1]
P = "/v1/projects/churn"
FOREIGN = ROOT / "evals" / "cases" / "foreign_parts" / "texts"


@pytest.fixture
def api(assistant):
    with served(assistant) as running:
        yield running


@pytest.fixture
def client(api) -> httpx.Client:
    client = api.client()
    assert client.post("/v1/projects", json={"name": "churn"}).status_code == 201
    return client


def upload(client: httpx.Client, *files: tuple[str, bytes]) -> httpx.Response:
    return client.post(f"{P}/files", files=[("files", file) for file in files])


NOTE = b"# Churn\n\nCustomers who leave cost us 1,200 euros a year each.\n"


# -- projects


def test_projects_are_made_listed_shown_and_deleted(client):
    assert client.get("/v1/projects").json() == {
        "items": [{"name": "churn", "files": None, "conversations": None}], "next": None,
    }  # fmt: skip
    assert client.get(P).json() == {"name": "churn", "files": 0, "conversations": 0}
    again = client.post("/v1/projects", json={"name": "churn"})
    assert (again.status_code, again.json()["error"]["code"]) == (400, "input_invalid")
    assert client.delete(P).status_code == 204
    assert client.get(P).status_code == 404


@pytest.mark.parametrize("name", ["Zoë & co", "漢字", "a b", "x" * 200, "🎈", "%2e%2e", "a?b#c"])
def test_names_of_projects_come_back_as_they_are(client, name):
    from urllib.parse import quote

    assert client.post("/v1/projects", json={"name": name}).status_code == 201
    assert client.get(f"/v1/projects/{quote(name, safe='')}").json()["name"] == name


def test_pages_give_every_item_once(client, api):
    for number in range(7):
        client.post("/v1/projects", json={"name": f"p{number}"})
    seen, cursor = [], None
    while True:
        params = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/projects", params=params).json()
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
        # What is removed meanwhile takes nothing else away.
        if "p0" in seen and client.get("/v1/projects/p0").status_code == 200:
            client.delete("/v1/projects/p0")
        if cursor is None:
            break
    assert seen == ["churn", *(f"p{number}" for number in range(7))]
    lost = client.get("/v1/projects", params={"cursor": "bm93aGVyZQ"})
    assert (lost.status_code, lost.json()["error"]["code"]) == (400, "cursor_invalid")


# -- files


def test_a_file_goes_in_is_found_and_goes_out(client):
    found = upload(client, ("notes.md", NOTE))
    assert found.status_code == 201
    (taken,) = found.json()["ingested"]
    assert (taken["path"], taken["outcome"], taken["passages"]) == ("notes.md", "new", 1)
    (file,) = client.get(f"{P}/files").json()["items"]
    assert (file["id"], file["name"], file["size"]) == (taken["file_id"], "notes.md", len(NOTE))
    hits = client.get(f"{P}/search", params={"q": "customers who leave", "origin": "project"})
    assert "1,200 euros" in hits.json()["hits"][0]["text"]
    assert upload(client, ("notes.md", NOTE)).json()["ingested"][0]["outcome"] == "unchanged"
    upload(client, ("notes.md", NOTE + b"\nMost of them leave in the first month.\n"))
    versions = client.get(f"{P}/files/{_only(client)['id']}").json()
    assert [one["version"] for one in versions] == [2, 1]
    assert client.delete(f"{P}/files/{_only(client)['id']}").status_code == 204
    assert client.get(f"{P}/files").json()["items"] == []


def _only(client: httpx.Client) -> dict[str, Any]:
    (file,) = client.get(f"{P}/files").json()["items"]
    return dict(file)


def test_one_bad_file_keeps_no_other_out(client):
    found = upload(client, ("a.md", NOTE), ("b.pdf", b"MZ\x90\x00 no pdf"), ("c.md", b""))
    assert [one["path"] for one in found.json()["ingested"]] == ["a.md"]
    codes = {one["path"]: one["code"] for one in found.json()["rejected"]}
    assert codes.keys() == {"b.pdf", "c.md"}
    assert codes["c.md"] == "empty_file"
    refused = upload(client, ("c.md", b""))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "empty_file")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\notes\\a.md", "a.md"),
        ("/etc/cron.d/x.md", "x.md"),
        ("a\x1b[2Jb.md", "a[2Jb.md"),
        ("x" * 500 + ".md", "x" * 197 + ".md"),
    ],
)
def test_names_of_files_are_only_shown(client, api, given, shown):
    home = api.assistant.settings.home
    before = {path for path in home.rglob("*") if path.is_file()}
    assert upload(client, (given, NOTE)).json()["ingested"][0]["path"] == shown
    project = api.assistant.project("churn").id
    for path in {path for path in home.rglob("*") if path.is_file()} - before:
        place = path.relative_to(home).parts
        assert place[0].startswith("scopewright.db") or place[:2] == ("indexes", project)


def test_what_was_held_back_is_shown_and_released(client):
    host = (FOREIGN / "hosts" / "clinic-triage.md").read_text("utf-8")
    foreign = (FOREIGN / "foreign" / "lentil-soup.md").read_text("utf-8")
    upload(client, ("clinic.md", f"{host}\n\n{foreign}".encode()))
    file = _only(client)
    assert file["held"] > 0
    path = f"{P}/files/{file['id']}"
    held = client.get(f"{path}/held-back").json()["items"]
    assert len(held) == file["held"]
    assert any("lentil" in one["text"].lower() for one in held)
    assert client.post(f"{path}/release", json={"released": True}).json() == {"passages": len(held)}
    assert _only(client)["held"] == 0


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_that_is_too_large_is_refused(client, api, monkeypatch, chunked):
    monkeypatch.setattr(api.house, "upload_bytes", 2_000_000)
    sent = 0

    def parts():
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\n'
        for _ in range(400):
            sent += 100_000
            yield b"x" * 100_000
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    content: Any = parts() if chunked else b"".join(parts())
    try:
        found = client.post(f"{P}/files", content=content, headers=headers)
        assert (found.status_code, found.json()["error"]["code"]) == (413, "too_large")
    except (httpx.WriteError, httpx.ReadError):
        # The server has stopped reading, which is right; how far it read is checked below.
        pass
    assert api.client().get(f"{P}/files").json()["items"] == []


def test_too_many_files_or_parts_are_refused(client):
    many = upload(client, *[(f"{n}.md", NOTE) for n in range(21)])
    assert many.status_code == 422
    parts = {f"f{n}": "x" for n in range(2_000)}
    assert client.post(f"{P}/files", data=parts, files={"files": b""}).status_code in (400, 422)
    assert client.get(f"{P}/files").json()["items"] == []


# -- conversations


def test_a_conversation_is_kept_and_goes_on(client):
    begun = client.post(f"{P}/conversations", json={"question": "How do I detect data drift?"})
    assert begun.status_code == 201
    first = begun.json()
    assert first["answer"]["rung"] == "extractive"
    path = f"{P}/conversations/{first['conversation']}"
    more = client.post(f"{path}/turns", json={"question": "And what about images?"}).json()
    assert "drift" in {one["source_id"] for one in more["answer"]["citations"]}
    turns = client.get(path).json()["items"]
    assert [one["id"] for one in turns] == [first["id"], more["id"]]
    (thread,) = client.get(f"{P}/conversations").json()["items"]
    assert (thread["id"], thread["turns"]) == (first["conversation"], 2)
    assert "## Question 2" in client.get(f"{path}/markdown").text
    found = client.get(f"{P}/turns", params={"words": "images"}).json()
    assert [one["turn"] for one in found] == [more["id"]]
    rating = {"helpful": False, "comment": "Too long."}
    assert client.put(f"{path}/turns/{first['id']}/feedback", json=rating).status_code == 204
    assert client.get(path).json()["items"][0]["helpful"] is False
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_conversation_streams_its_steps(client):
    asked = {"question": "How do I detect data drift?", "stream": True}
    with client.stream("POST", f"{P}/conversations", json=asked) as response:
        lines = [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
    assert lines.pop() == "[DONE]"
    steps = [json.loads(line) for line in lines]
    assert [steps[0]["kind"], steps[1]["kind"], steps[-1]["kind"]] == ["asked", "sources", "final"]
    (turn,) = client.get(f"{P}/conversations/{steps[0]['conversation']}").json()["items"]
    assert turn["id"] == steps[0]["turn"] == steps[-1]["turn"]
    assert turn["answer"]["answer"] == steps[-1]["answer"]


def test_a_stream_that_cannot_begin_is_refused_with_a_status(client):
    asked = {"question": "And?", "stream": True}
    found = client.post(f"{P}/conversations/nothing/turns", json=asked)
    assert (found.status_code, found.json()["error"]["code"]) == (404, "not_found")


def test_a_passage_that_was_cited_can_be_read(client):
    (hit, *_) = client.get(f"{P}/search", params={"q": "data drift"}).json()["hits"]
    path = f"{P}/passages/{hit['passage_id'].replace('#', '%23')}"
    assert client.get(path).json()["text"] == hit["text"]


# -- facts and the interview


def test_a_fact_is_stated_shown_changed_and_taken_back(client):
    path = f"{P}/facts/serving.latency_p95"
    before = client.get(path)
    assert (before.json()["status"], before.json()["value"]) == ("open", None)
    put = client.put(path, json={"value": "150 ms", "note": "At checkout."})
    assert (put.json()["status"], put.json()["shown"]) == ("known", "150 ms")
    assert put.headers["etag"] == f'"{put.json()["event"]}"' == client.get(path).headers["etag"]
    assert [one["fact"] for one in client.get(f"{P}/facts").json()["items"]] == [
        "serving.latency_p95"
    ]
    client.put(path, json={"status": "unknown", "owner": "Ana", "due": "2027-01-31"})
    assert client.get(path).json()["owner"] == "Ana"
    undone = client.post(f"{P}/facts/undo").json()
    assert (undone["before"]["status"], undone["after"]["shown"]) == ("unknown", "150 ms")
    assert client.delete(path).status_code == 204
    assert client.get(path).json()["status"] == "open"
    actions = [one["status"] for one in client.get(f"{path}/history").json()["items"]]
    assert actions == ["known", "unknown", "unset"]


def test_a_change_by_somebody_else_is_not_overwritten(client):
    path = f"{P}/facts/problem.statement"
    seen = client.get(path).headers["etag"]
    first = client.put(path, json={"value": "Customers leave."}, headers={"If-Match": seen})
    assert first.status_code == 200
    late = client.put(path, json={"value": "Customers stay."}, headers={"If-Match": seen})
    problem = late.json()["error"]
    assert late.status_code == 409
    assert (problem["yours"], problem["theirs"]) == ("Customers stay.", "Customers leave.")
    assert client.get(path).json()["value"] == "Customers leave."
    now = {"If-Match": client.get(path).headers["etag"]}
    assert client.put(path, json={"value": "Customers stay."}, headers=now).status_code == 200
    assert client.delete(path, headers={"If-Match": seen}).status_code == 409
    bad = client.put(path, json={"value": "x"}, headers={"If-Match": "yesterday"})
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "etag_invalid")


def test_a_value_that_cannot_be_read_is_refused_with_an_example(client):
    found = client.put(f"{P}/facts/serving.latency_p95", json={"value": "purple"})
    assert (found.status_code, found.json()["error"]["code"]) == (400, "no_amount")
    assert found.json()["error"]["remedy"]
    nowhere = client.put(f"{P}/facts/no.such.fact", json={"value": 1})
    assert nowhere.status_code == 404


def test_facts_are_carried_as_yaml(client):
    client.put(f"{P}/facts/ml.task", json={"value": "ranking"})
    text = client.get(f"{P}/facts.yaml").text
    client.post("/v1/projects", json={"name": "copy"})
    sent = client.post("/v1/projects/copy/facts/import", json={"yaml": text})
    assert sent.json() == {"facts": ["ml.task"]}
    assert client.get("/v1/projects/copy/facts/ml.task").json()["value"] == "ranking"
    bad = client.post("/v1/projects/copy/facts/import", json={"yaml": "- [x"})
    assert bad.status_code == 400


def test_the_catalogue_is_listed_in_pages(client, api):
    ids, cursor = [], None
    while True:
        params = {"limit": 100, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/facts", params=params).json()
        ids += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert ids == list(api.assistant.catalogue().facts)


def test_an_interview_goes_from_question_to_question(client):
    step = client.get(f"{P}/interview/next", params={"kind": "requirements"}).json()
    first = step["question"]["id"]
    assert step["progress"]["answered"] == 0
    shown = client.get(f"{P}/interview/questions/{first}").json()
    assert shown["question"] == step["question"]["question"]
    put_off = client.post(f"{P}/interview/skip", json={"fact": first, "kind": "requirements"})
    second = put_off.json()["question"]["id"]
    assert second != first
    given = {"fact": "project.summary", "value": "We predict which customers leave.",
             "kind": "requirements"}  # fmt: skip
    after = client.post(f"{P}/interview/answers", json=given).json()
    assert after["stored"]["status"] == "known"
    assert after["progress"]["answered"] >= 1
    unknown = {"fact": "users.count", "owner": "Ben", "due": "2027-02-01"}
    assert client.post(f"{P}/interview/unknown", json=unknown).status_code == 200
    states = {
        one["id"]: one["state"] for one in client.get(f"{P}/interview/review").json()["items"]
    }
    assert states["project.summary"] == "answered"
    assert client.post(f"{P}/interview/undo").status_code == 200
    assert client.get(f"{P}/facts/users.count").json()["status"] == "open"


def test_a_vague_answer_is_asked_back_about(client):
    given = {"fact": "serving.latency_p95", "value": "fast"}
    back = client.post(f"{P}/interview/answers", json=given).json()
    assert back["challenge"]
    assert back["question"]["id"] == "serving.latency_p95"
    kept = client.post(f"{P}/interview/answers", json={**given, "insist": True}).json()
    assert kept["challenge"] is None


def test_what_a_text_states_is_proposed_and_accepted_or_not(client):
    text = "We must answer within 150 ms at the 95th percentile. The budget is 30,000 euros."
    brief = {"text": text, "name": "mail"}
    found = client.post(f"{P}/proposals", json=brief).json()["proposals"]
    assert found
    assert all(text[one["start"] : one["end"]] == one["quote"] for one in found)
    assert [one["id"] for one in client.get(f"{P}/proposals").json()["items"]] == [
        one["id"] for one in found
    ]
    # Nothing is a fact before it is accepted.
    assert client.get(f"{P}/facts").json()["items"] == []
    first, rest = found[0], found[1:]
    stored = client.post(f"{P}/proposals/accept", json={"ids": [first["id"]]}).json()["facts"]
    assert [(one["fact"], one["quote"], one["source"]) for one in stored] == [
        (first["fact"], first["quote"], "mail")
    ]
    assert client.post(f"{P}/proposals/reject", json={}).json() == {"rejected": len(rest)}
    again = client.post(f"{P}/proposals/accept", json={"ids": [first["id"]]})
    assert (again.status_code, again.json()["error"]["code"]) == (404, "no_such_proposal")


# -- judgement and documents


def test_verdict_checks_and_gates_say_why(client, api):
    for fact, value in {
        "evaluation.split": "random",
        "data.time_ordered": "yes",
        "alternatives.rules_enough": "yes",
    }.items():
        assert client.put(f"{P}/facts/{fact}", json={"value": value}).status_code == 200
    verdict = client.get(f"{P}/verdict").json()
    assert verdict["verdict"] == api.assistant.verdict(project="churn").verdict
    assert all(one["source_id"] for one in verdict["because"])
    findings = client.get(f"{P}/checks").json()["findings"]
    assert any("evaluation.split" in one["facts"] for one in findings)
    gate = client.get(f"{P}/gates/data").json()
    assert gate["status"] in ("PASS", "CONCERNS", "FAIL")
    assert client.get(f"{P}/gates/lunch").status_code == 400


def test_documents_are_written_compared_and_exported(client):
    kinds = {one["id"] for one in client.get("/v1/documents").json()}
    assert {"requirements", "cvp", "tdd"} <= kinds
    path = f"{P}/documents/requirements"
    client.put(f"{P}/facts/problem.statement", json={"value": "Customers leave unnoticed."})
    assert client.get(path).json()["version"] == 0
    assert client.get(f"{path}/export").status_code == 404
    first = client.post(path, json={}).json()
    assert first["version"] == 1
    assert any("Customers leave unnoticed." in block["text"] for block in first["blocks"])
    client.put(f"{P}/facts/problem.statement", json={"value": "Customers leave too soon."})
    assert client.post(path, json={}).json()["version"] == 2
    versions = client.get(f"{path}/versions").json()["items"]
    assert [one["version"] for one in versions] == [1, 2]
    assert client.get(f"{path}/versions/1").json() == first
    changes = client.get(f"{path}/diff", params={"before": 1, "after": 2}).json()["changes"]
    assert any("too soon" in json.dumps(one) for one in changes)
    text = client.get(f"{path}/export", params={"format": "md"})
    assert "Customers leave too soon." in text.text
    assert text.headers["content-disposition"] == 'attachment; filename="requirements-2.md"'
    docx = client.get(f"{path}/export", params={"format": "docx", "version": 1})
    assert docx.content.startswith(b"PK")
    assert client.get(f"{P}/documents/poem").status_code == 404


def test_a_hand_edit_stays_and_is_not_overwritten_unseen(client):
    client.put(f"{P}/facts/problem.statement", json={"value": "Customers leave unnoticed."})
    path = f"{P}/documents/requirements"
    made = client.get(path).json()
    key = next(
        one["key"] for one in made["blocks"]
        if one["kind"] == "paragraph" and "Customers leave unnoticed." in one["text"]
    )  # fmt: skip
    block = f"{path}/blocks/{key}"
    seen = client.get(block).headers["etag"]
    edit = client.put(block, json={"text": "They leave silently."}, headers={"If-Match": seen})
    assert (edit.status_code, edit.json()["edited"]) == (200, True)
    late = client.put(block, json={"text": "They stay."}, headers={"If-Match": seen})
    problem = late.json()["error"]
    assert late.status_code == 409
    assert (problem["yours"], problem["theirs"]) == ("They stay.", "They leave silently.")
    assert client.get(block).json()["text"] == "They leave silently."
    assert client.delete(block).status_code == 204
    assert client.get(block).json()["edited"] is False
    assert client.get(f"{path}/blocks/nowhere").status_code == 404


# -- repeated requests


def test_a_repeated_write_is_done_once(client):
    path, sent = f"{P}/facts/problem.statement", {"value": "Customers leave."}
    headers = {"Idempotency-Key": "first-try"}
    first = client.put(path, json=sent, headers=headers)
    again = client.put(path, json=sent, headers=headers)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert (again.headers["idempotent-replay"], again.headers["etag"]) == (
        "true",
        first.headers["etag"],
    )
    assert len(client.get(f"{path}/history").json()["items"]) == 1
    other = client.put(path, json={"value": "They stay."}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    # Elsewhere, or by somebody else, the same key is another request.
    elsewhere = client.put(f"{P}/facts/problem.today", json=sent, headers=headers)
    assert elsewhere.json()["fact"] == "problem.today"


def test_a_refused_write_can_be_tried_again(client):
    headers = {"Idempotency-Key": "k"}
    path = "/v1/projects/later/facts/ml.task"
    assert client.put(path, json={"value": "ranking"}, headers=headers).status_code == 404
    client.post("/v1/projects", json={"name": "later"})
    assert client.put(path, json={"value": "ranking"}, headers=headers).status_code == 200


def test_two_at_once_are_one(client, api):
    found: list[httpx.Response] = []

    def send() -> None:
        sent = api.client().post(
            f"{P}/documents/requirements", json={}, headers={"Idempotency-Key": "same"}
        )
        found.append(sent)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {one.status_code for one in found} <= {201, 409}
    assert len(client.get(f"{P}/documents/requirements/versions").json()["items"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_for_repeats_has_some_visible_characters(client, key):
    headers = {"Idempotency-Key": key}
    found = client.post("/v1/projects", json={"name": "new"}, headers=headers)
    assert found.json()["error"]["code"] == "idempotency_key_invalid"


# -- errors in one shape


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/v1/nope", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("PATCH", "/v1/projects", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/projects", 405, "method_not_allowed"),
        ("GET", "/v1/projects?limit=0", 422, "invalid_request"),
        ("GET", "/v1/projects?limit=x", 422, "invalid_request"),
        ("POST", "/v1/projects", 422, "invalid_request"),
        ("GET", "/v1/projects/nope", 404, "not_found"),
        ("GET", "/v1/projects/%00", 404, "not_found"),
        ("GET", "/v1/projects/%ff", 404, "not_found"),
    ],
)
def test_every_refusal_has_one_shape(client, method, path, status, code):
    found = client.request(method, path)
    assert (found.status_code, found.json()["error"]["code"]) == (status, code)
    assert found.json()["error"]["problem"]
    assert found.json()["error"]["remedy"]
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-request-id"]


def test_an_unforeseen_error_says_nothing_of_itself(client, api, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("CANARY in the message")

    monkeypatch.setattr(api.assistant, "projects", broken)
    found = client.get("/v1/projects")
    assert (found.status_code, found.json()["error"]["code"]) == (500, "internal")
    assert found.headers["x-request-id"] in found.json()["error"]["remedy"]
    assert "CANARY" not in found.text
    logged = [vars(record) for record in caplog.records if record.message == "unforeseen error"]
    assert [one["kind"] for one in logged] == ["ZeroDivisionError"]
    assert "CANARY" not in str(logged)
    assert client.get("/healthz").status_code == 200


def test_storage_that_is_full_says_what_to_do(client, api, monkeypatch):
    from assistant.errors import StorageUnavailable

    def full(*_: object, **__: object) -> None:
        raise StorageUnavailable("Full; nothing was saved.", remedy="Free.", code="storage_full")

    monkeypatch.setattr(api.assistant, "new_project", full)
    assert client.post("/v1/projects", json={"name": "x"}).status_code == 507


# -- what the API says of itself


def test_every_address_is_described_with_an_example(client):
    schema = client.get("/openapi.json").json()
    shapes = schema["components"]["schemas"]

    def has_example(found: dict[str, Any]) -> bool:
        name = found.get("$ref", "").rpartition("/")[2]
        shape = shapes.get(name, found)
        if shape.get("examples") or "example" in shape:
            return True
        inner = [*shape.get("properties", {}).values()]
        return any(one.get("examples") or "example" in one for one in inner)

    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert operation["x-scope"], where
            assert {"4XX", "5XX"} <= operation["responses"].keys(), where
            if operation["x-scope"] != "public":
                assert operation["security"] == [{"key": []}], where
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            assert body is None or has_example(body["schema"]), where
            for parameter in operation.get("parameters", ()):
                assert parameter["schema"], where


def test_the_figures_count_what_happened(client, api):
    asked = {"model": "scopewright", "messages": [{"role": "user", "content": "qwzx vbnm plok"}]}
    client.post("/v1/chat/completions", json=asked)
    upload(client, ("a.md", NOTE))
    page = client.get("/metrics").text
    for line in (
        'scopewright_requests_total{method="POST",route="/v1/chat/completions",status="200"} 1.0',
        'scopewright_answers_total{rung="extractive"} 1.0',
        "scopewright_refusals_total 1.0",
        "scopewright_unsupported_sentences_total 0.0",
        "scopewright_first_token_seconds_count 1.0",
        "scopewright_ingest_queue 0.0",
        "scopewright_streams 0.0",
    ):
        assert line in page, line


def test_health_and_readiness_need_no_key(assistant):
    with served(assistant) as api:
        api.key("read")
        assert api.client().get("/healthz").json()["status"] == "ok"
        assert api.client().get("/readyz").status_code == 200
        api.house.ready = False
        found = api.client().get("/readyz")
        assert (found.status_code, found.headers["retry-after"]) == (503, "2")
