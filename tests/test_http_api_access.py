"""Who may do what: every route by every kind of key, and what a key is before and after."""

import logging
import re
import sqlite3
from typing import Any

import pytest
from fastapi.routing import APIRoute
from http_api import served, wait_for
from sqlalchemy import event
from starlette.routing import BaseRoute

from assistant import Assistant, InputInvalid, Settings, SettingsInvalid
from assistant.channels.http_api import create_app, serving
from assistant.channels.http_api.door import PUBLIC
from assistant.errors import NotFound
from assistant.store.database import DATABASE

METHODS = ("get", "post", "put", "patch", "delete")
WRONG = "sw_" + "x" * 43
CANARY = "CANARY-of-the-other-project"


def routes_of(app: Any) -> list[APIRoute]:
    """Every route, also those of routers that were included."""
    found: list[APIRoute] = []

    def walk(routes: list[BaseRoute]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            else:
                assert isinstance(route, APIRoute), route
                found.append(route)

    walk(app.routes)
    return found


@pytest.fixture(scope="module")
def every_route(tmp_path_factory) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and what it says of itself, of every route."""
    with Assistant(Settings(home=tmp_path_factory.mktemp("routes"))) as assistant:
        app = create_app(assistant)
        found = [
            (method.lower(), route.path, route.openapi_extra or {})
            for route in routes_of(app)
            for method in sorted(route.methods)
        ]
        described = {
            (method, path)
            for path, operations in app.openapi()["paths"].items()
            for method in operations
        }
    hidden = {("get", "/openapi.json")}
    assert described | hidden == {
        (method, path.replace(":path}", "}")) for method, path, _ in found
    }
    return found


@pytest.fixture(scope="module")
def api(tmp_path_factory, prepared_home):
    home = tmp_path_factory.mktemp("access")
    (home / "indexes").mkdir()
    (home / "indexes" / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    plenty = Settings(home=home, ladder="extractive", api_requests_per_minute=100_000)
    with Assistant(plenty) as assistant:
        for name in ("mine", "theirs", "spare"):
            assistant.new_project(name)
        with served(assistant) as running:
            yield running


@pytest.fixture(autouse=True)
def _forgiven(request):
    """Tests of wrong keys share one address, which is slowed down after some of them."""
    if "api" in request.fixturenames:
        request.getfixturevalue("api").house.wrong_keys._left.clear()


@pytest.fixture(scope="module")
def keys(api) -> dict[str, str]:
    made = {
        "read": api.key("read"),
        "write": api.key("write"),
        "admin": api.key("admin"),
        "mine": api.key("admin", "mine"),
        "both": api.key("read", "mine", "theirs"),
        "revoked": api.key("admin", name="revoked"),
    }
    api.assistant.revoke_key("revoked")
    return {"none": "", "wrong": WRONG, "short": "sw_", **made}


def at(path: str, who: str) -> str:
    # Who may delete projects, does.
    project = "spare" if who == "admin" else "theirs"
    return re.sub(r"\{[^}]+\}", "nothing", path.replace("{project}", project))


def expected(who: str, path: str, said: dict[str, Any]) -> set[int] | None:
    """The status that a caller must get before anything is done; None where it may go on."""
    needed = said["x-scope"]
    if needed == "public":
        return None
    if who in ("none", "wrong", "short", "revoked"):
        return {401}
    ranks = ["read", "write", "admin"]
    has = {"mine": "admin", "both": "read"}.get(who, who)
    if ranks.index(has) < ranks.index(needed):
        return {403}
    if who in ("mine", "both") and "x-every-project" in said:
        return {403}
    if who == "mine" and "{project}" in path:
        return {404}
    return None


WHO = ["none", "wrong", "short", "revoked", "read", "write", "admin", "mine", "both"]


@pytest.mark.parametrize("who", WHO)
def test_every_route_by_every_credential(api, keys, every_route, who):
    client = api.client(keys[who])
    refusals = set()
    for method, path, said in every_route:
        api.house.wrong_keys._left.clear()
        found = client.request(method, at(path, who))
        wanted = expected(who, path, said)
        where = f"{who} {method} {path}: {found.status_code} {found.text[:200]}"
        if wanted is None:
            assert found.status_code not in (401, 403, 500), where
        else:
            assert found.status_code in wanted, where
        if found.status_code == 401:
            refusals.add(found.text)
    # What is refused says the same everywhere.
    assert len(refusals) <= 1


def test_routes_are_closed_unless_they_are_in_the_list(every_route):
    public = {path for _, path, said in every_route if said["x-scope"] == "public"}
    assert public == PUBLIC
    for method, path, said in every_route:
        if method != "get" and "chat/completions" not in path:
            assert said["x-scope"] in ("write", "admin"), path


def test_a_route_without_a_scope_cannot_be_made():
    from assistant.channels.http_api.routes import new_router

    router = new_router("x")
    with pytest.raises(TypeError, match="names no scope"):
        router.get("/open")(lambda: None)


def test_a_foreign_project_is_as_one_that_is_not_there(api, keys):
    client = api.client(keys["mine"])
    there, nowhere = (client.get(f"/v1/projects/{name}/files") for name in ("theirs", "nowhere"))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.text.replace("theirs", "nowhere") == nowhere.text
    names = [one["name"] for one in client.get("/v1/projects").json()["items"]]
    assert names == ["mine"]


def test_ids_of_another_project_lead_nowhere(api, keys, tmp_path):
    note = tmp_path / "note.md"
    note.write_text(f"# Notes\n\n{CANARY} costs 41,500 euros for each bearing failure.\n", "utf-8")
    service = api.assistant
    file = service.ingest([note], project="theirs").taken[0].file
    *_, turn = service.converse(f"What does {CANARY} cost?", project="theirs")
    admin, mine = api.client(keys["admin"]), api.client(keys["mine"])
    seen = admin.get("/v1/projects/theirs/search", params={"q": CANARY, "origin": "project"})
    (hit,) = seen.json()["hits"]
    ids = {
        f"files/{file.id}",
        f"files/{file.id}/held-back",
        f"conversations/{turn.conversation}",
        f"conversations/{turn.conversation}/markdown",
        f"passages/{hit['passage_id'].replace('#', '%23')}",
    }
    for path in ids:
        assert admin.get(f"/v1/projects/theirs/{path}").status_code == 200, path
        assert mine.get(f"/v1/projects/mine/{path}").status_code == 404, path
    writes = [
        ("post", f"conversations/{turn.conversation}/turns", {"question": "And?"}),
        ("put", f"conversations/{turn.conversation}/turns/{turn.id}/feedback", {"helpful": True}),
        ("delete", f"conversations/{turn.conversation}", None),
        ("post", f"files/{file.id}/release", {"released": True}),
        ("delete", f"files/{file.id}", None),
    ]
    for method, path, body in writes:
        found = mine.request(method, f"/v1/projects/mine/{path}", json=body)
        assert found.status_code == 404, path
    for path in ("search?q=bearing+failure", "files", "conversations", "turns?words=CANARY"):
        assert CANARY not in mine.get(f"/v1/projects/mine/{path}").text
    asked = {"model": "scopewright", "messages": [{"role": "user", "content": f"{CANARY} cost?"}]}
    said = mine.post("/v1/chat/completions", json=asked).json()["scopewright"]
    assert [one for one in said["citations"] if one["origin"] == "project"] == []
    assert service.files(project="theirs") != []


def test_the_key_chooses_the_project_of_a_chat(api, keys):
    body = {"model": "scopewright", "messages": [{"role": "user", "content": "Hello"}]}
    assert api.client(keys["mine"]).post("/v1/chat/completions", json=body).status_code == 200
    found = api.client(keys["both"]).post("/v1/chat/completions", json=body)
    assert (found.status_code, found.json()["error"]["code"]) == (400, "project_needed")
    there = api.client(keys["both"]).post("/v1/projects/mine/chat/completions", json=body)
    assert there.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer {key}"}, 200),
        ({"Authorization": "bearer {key}"}, 200),
        ({"Authorization": "Basic {key}"}, 401),
        ({"Authorization": "{key}"}, 401),
        ({"x-api-key": "{key}"}, 401),
        ({"Cookie": "key={key}"}, 401),
        ({"Authorization": "Bearer {key}", "x-api-key": "{key}"}, 200),
        ({"Authorization": "Bearer {key}", "x-api-key": WRONG}, 400),
        ({"Authorization": "Bearer {key}x"}, 401),
        ({"Authorization": "Bearer \u00e9\u00e9"}, 401),
    ],
)
def test_one_form_of_credential_is_read(api, keys, headers, status):
    sent = {
        name: value.format(key=keys["read"]).encode("latin-1") for name, value in headers.items()
    }
    assert api.client().get("/v1/models", headers=sent).status_code == status


def test_a_key_in_the_address_is_not_read(api, keys):
    assert api.client().get("/v1/models", params={"key": keys["read"]}).status_code == 401
    twice = [("Authorization", f"Bearer {keys['read']}"), ("Authorization", f"Bearer {WRONG}")]
    assert api.client().get("/v1/models", headers=twice).status_code == 400


@pytest.mark.parametrize("key", ["", "sw_", "x" * 46, "sw_" + "\u00e9" * 10])
def test_without_what_could_be_a_key_nothing_is_looked_up(api, key):
    statements = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    api.client().get("/v1/models")
    event.listen(api.assistant.store.engine, "before_cursor_execute", note)
    try:
        sent = {"Authorization": b"Bearer " + key.encode()} if key else {}
        body = b"x" * 100_000
        found = api.client().post("/v1/projects/mine/files", headers=sent, content=body)
    finally:
        event.remove(api.assistant.store.engine, "before_cursor_execute", note)
    assert (found.status_code, statements) == (401, [])


def test_a_revoked_key_is_refused_within_a_second(api):
    secret = api.key("read", name="short-lived")
    client = api.client(secret)
    assert client.get("/v1/models").status_code == 200
    api.assistant.revoke_key("short-lived")
    wait_for(lambda: client.get("/v1/models").status_code == 401, 2.0)


def test_wrong_keys_are_slowed_down_and_right_ones_are_not(api, keys):
    guess = api.client(WRONG)
    found = [guess.get("/v1/models") for _ in range(60)]
    assert {one.status_code for one in found} == {401, 429}
    assert int(found[-1].headers["retry-after"]) >= 1
    assert api.client(keys["read"]).get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.test"}, 421),
        ({"Host": "evil.test:8080"}, 421),
        ({"Host": "127.0.0.1.evil.test"}, 421),
        ({"Host": "localhost:99"}, 200),
        ({"Host": "192.168.1.20"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Host": "["}, 421),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "localhost", "Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 200),
    ],
)
def test_pages_of_other_sites_are_kept_out(api, keys, headers, status):
    found = api.client(keys["admin"]).get("/v1/models", headers=headers)
    assert found.status_code == status
    assert "access-control-allow-origin" not in found.headers


def test_a_preflight_allows_nothing(api, keys):
    asks = {"Origin": "http://evil.test", "Access-Control-Request-Method": "POST"}
    found = api.client(keys["admin"]).options("/v1/chat/completions", headers=asks)
    assert found.status_code == 403


# -- keys themselves


def test_only_the_hash_of_a_key_is_stored(assistant, tmp_path):
    made = assistant.create_key("ci", scope="write", projects=["default"])
    assert re.fullmatch(r"sw_[\w-]{43}", made.secret)
    assert made.secret not in repr(made)
    assert (made.key.name, made.key.scope, made.key.projects) == ("ci", "write", ("default",))
    assert made.secret.startswith(made.key.start)
    assert assistant.key_of(made.secret) == made.key == assistant.api_keys()[0]
    raw = (tmp_path / "home" / DATABASE).read_bytes()
    assert made.secret.encode() not in raw
    assert made.secret[10:].encode() not in raw


def test_keys_are_revoked_by_name_start_or_id(assistant):
    for by in ("name", "start", "id"):
        made = assistant.create_key(f"key {by}")
        assert assistant.revoke_key(getattr(made.key, by)).revoked_at is not None
        assert assistant.key_of(made.secret) is None
    with pytest.raises(NotFound):
        assistant.revoke_key("nobody's")
    assistant.create_key("twin"), assistant.create_key("twin")
    with pytest.raises(InputInvalid, match="2 keys 'twin'"):
        assistant.revoke_key("twin")


def test_a_key_of_a_deleted_project_opens_nothing(assistant):
    assistant.new_project("gone")
    made = assistant.create_key("k", projects=["gone"])
    assistant.delete_project("gone")
    assistant.new_project("gone")
    found = assistant.key_of(made.secret)
    assert found is not None
    assert found.projects == ()


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 101])
def test_a_key_needs_a_name_that_can_be_shown(assistant, name):
    with pytest.raises(InputInvalid):
        assistant.create_key(name)


def test_a_key_for_a_project_that_is_not_there_is_refused(assistant):
    with pytest.raises(NotFound):
        assistant.create_key("k", projects=["nowhere"])
    assert assistant.api_keys() == []


# -- without keys


def test_without_a_key_only_this_machine_is_served(assistant):
    with pytest.raises(SettingsInvalid, match="open to everyone"):
        serving.new_server(assistant, "0.0.0.0", 8080)
    made = assistant.create_key("k")
    serving.new_server(assistant, "0.0.0.0", 8080)
    assistant.revoke_key(made.key.id)
    with pytest.raises(SettingsInvalid):
        serving.new_server(assistant, "0.0.0.0", 8080)


def test_the_first_key_closes_the_api_and_revoking_it_opens_nothing(assistant):
    with served(assistant) as api:
        # As clients do that insist on sending one.
        assert api.client("sk-whatever").get("/v1/models").status_code == 200
        secret = api.key("read")
        assert api.client().get("/v1/models").status_code == 401
        assert api.client(secret).get("/v1/models").status_code == 200
        assistant.revoke_key("read")
        wait_for(lambda: api.client(secret).get("/v1/models").status_code == 401, 2.0)
        assert api.client().get("/v1/models").status_code == 401


def test_an_access_key_for_the_page_closes_the_api_too(assistant):
    closed = Assistant(Settings(home=assistant.settings.home, access_key="long random text"))
    with closed, served(closed) as api:
        assert api.client().get("/v1/models").status_code == 401


def test_no_log_and_no_figure_holds_a_key_or_what_was_asked(api, keys, caplog):
    caplog.set_level(logging.INFO)
    admin = api.client(keys["admin"])
    body = {"model": "scopewright", "messages": [{"role": "user", "content": CANARY}]}
    admin.post("/v1/chat/completions", json=body)
    admin.get("/v1/projects/theirs/search", params={"q": CANARY})
    admin.get(f"/v1/projects/{CANARY}")
    api.client(keys["admin"] + "x").get("/v1/models")
    page = admin.get("/metrics").text
    # The client of this test writes of itself, in the same process.
    ours = [
        record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    ]
    logged = "\n".join(str(vars(record)) for record in ours)
    assert "/v1/chat/completions" in logged
    for secret in (keys["admin"], CANARY):
        assert secret not in logged
        assert secret not in page


def test_the_database_says_nothing_of_keys_in_an_export(assistant, tmp_path):
    assistant.project("default")
    secret = assistant.create_key("k", projects=["default"]).secret
    assistant.export_project("default", tmp_path / "out.zip")
    assert secret[:9].encode() not in (tmp_path / "out.zip").read_bytes()
    with sqlite3.connect(tmp_path / "home" / DATABASE) as raw:
        assert raw.execute("SELECT count(*) FROM api_keys").fetchone() == (1,)
