"""The curated articles over HTTP: to list by topic, phase and search, and to read as a whole."""

from urllib.parse import quote

import httpx
import pytest
from http_api import served


@pytest.fixture
def client(assistant):
    with served(assistant) as api:
        yield api.client(api.key("read", "default"))


def every(client: httpx.Client, **params: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor = None
    for _ in range(50):
        asked = {"limit": 40, **params, **({"cursor": cursor} if cursor else {})}
        page = client.get("/v1/articles", params=asked)
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        cursor = page.json()["next"]
        if cursor is None:
            return found
    raise AssertionError("the pages never end")


def test_pages_give_every_article_once_by_title(client, assistant):
    found = every(client)
    assert [one["id"] for one in found] == [card.id for card in assistant.articles()]
    topics = client.get("/v1/topics").json()
    assert sum(topic["articles"] for topic in topics) == len(found)


def test_a_topic_and_a_phase_choose_among_them(client):
    topic = client.get("/v1/topics").json()[0]
    of_topic = every(client, topic=topic["id"])
    assert len(of_topic) == topic["articles"]
    assert {one["topic"] for one in of_topic} == {topic["id"]}
    phase = of_topic[0]["phases"][0]
    both = every(client, topic=topic["id"], phase=phase)
    assert both == [one for one in of_topic if phase in one["phases"]]
    assert every(client, topic="nowhere") == []


def test_a_search_gives_the_best_first_and_nothing_for_nonsense(client):
    found = every(client, q="data drift")
    assert found[0]["id"] == "drift"
    assert len({one["id"] for one in found}) == len(found)
    of_topic = every(client, q="data drift", topic=found[0]["topic"])
    assert of_topic == [one for one in found if one["topic"] == found[0]["topic"]]
    assert every(client, q="zzz qqq") == []


def test_an_article_comes_with_its_references_and_review_date(client, assistant):
    found = client.get("/v1/articles/quick-baseline").json()
    card = found["article"]
    assert (card["id"], card["stale"]) == ("quick-baseline", False)
    assert card["reviewed"] <= card["review_by"]
    kept = assistant.article("quick-baseline")
    assert [one["id"] for one in found["parts"]] == [part.id for part in kept.parts]
    assert found["references"] == [dict(one) for one in kept.references]
    assert {one["id"] for one in found["related"]} == {card.id for card in kept.related}
    # What an answer cites can be looked up in it.
    passage = quote(found["parts"][0]["passages"][0], safe="")
    assert client.get(f"/v1/projects/default/passages/{passage}").status_code == 200


def test_an_unknown_article_is_not_found(client):
    found = client.get("/v1/articles/nowhere")
    assert (found.status_code, found.json()["error"]["code"]) == (404, "not_found")
