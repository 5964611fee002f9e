import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.ingest import CUT, Passage, cut_markdown, estimate_tokens

CHARS_PER_TOKEN = 6


def cut(text: str, **options: object) -> tuple[Passage, ...]:
    return cut_markdown(text, source_id="s", title="T", **options)


def words(count: int, word: str = "metric") -> str:
    return " ".join([word] * count) + "."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Lead.\n\n## Why it matters\nBecause.",
            [("s#lead", "", "Lead."), ("s#why-it-matters", "Why it matters", "Because.")],
        ),
        ("## A\none\n\n## A\ntwo", [("s#a", "A", "one"), ("s#a-2", "A", "two")]),
        (
            "# Top\n\n## Sub **bold**\nx",
            [("s#top", "Top", "# Top"), ("s#sub-bold", "Top › Sub bold", "x")],
        ),
        ("```\n# not a heading\n```", [("s#lead", "", "```\n# not a heading\n```")]),
        ("", []),
        ("\n \n\t\n", []),
    ],
)
def test_article_sections_never_merge(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = cut(text, merge_small=False, origin="knowledge")
    assert [(p.id, p.heading, p.text) for p in found] == expected


def test_small_slides_of_a_file_merge_and_keep_their_headings_in_the_text() -> None:
    text = "\n\n".join(f"## Slide {n}\n\n- {words(50)}" for n in range(1, 9))
    found = cut(text)
    assert 1 < len(found) < 8
    assert found[0].text.startswith("## Slide 1\n")
    assert "## Slide 2" in found[0].text
    assert found[0].heading == "Slide 1"
    assert [p.id for p in found] == [f"s#{n}" for n in range(1, len(found) + 1)]


def test_nothing_merges_across_a_wall() -> None:
    text = "## A\n\nshort one.\n\n## B\n\nshort two."
    assert len(cut(text)) == 1
    assert len(cut(text, walls=[text.index("## B") - 1])) == 2


def test_a_table_that_fits_stays_whole_and_a_long_one_is_cut_between_rows() -> None:
    row = "| threshold | cost in euros | owner |\n"
    small = "Intro:\n\n" + row * 8
    assert len(cut(small)) == 1
    pieces = cut(row * 200)
    assert len(pieces) > 3
    whole_rows = re.compile(r"(\| threshold \| cost in euros \| owner \|\n?)+")
    assert all(whole_rows.fullmatch(p.text) for p in pieces)


def test_a_line_that_introduces_a_list_stays_with_it() -> None:
    text = words(150) + "\n\nAsk three things:\n\n- " + words(150) + "\n- " + words(60)
    holder = next(p for p in cut(text) if "Ask three things" in p.text)
    assert "Ask three things:\n\n- metric" in holder.text


def test_another_script_starts_a_passage_of_its_own() -> None:
    persian = "پخش زنده اپلیکیشن ورزش سه پیش بینی گزارش تصویری اخبار ورزشی"
    found = cut(f"## Applications\n\n{persian}\n\nDigital advertising in the country.")
    assert [p.text for p in found] == [persian, "Digital advertising in the country."]


def test_pages_are_where_a_passage_begins() -> None:
    text = words(150) + "\n\n" + words(290) + "\n\n" + words(290)
    second = text.index(".") + 3
    third = text.rindex("\n\n") + 2
    found = cut(text, pages=[(0, 1), (second, 4), (third, 7)])
    assert [p.page for p in found] == [1, 4, 7]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 300_000,
        "word " * 60_000,
        "Sentence one. " * 20_000,
        "\n" * 300_000 + "end",
        "- x\n" * 50_000,
        "> " * 20_000 + "deep",
        "#" * 100_000,
        "|" * 100_000,
        "```\n" + "code\n" * 20_000,
        "e\u0301" * 50_000,
    ],
)
def test_no_passage_is_over_the_cap(text: str) -> None:
    found = cut(text, plain_headings=True)
    assert found
    assert max(len(p.text) for p in found) <= CUT.cap * CHARS_PER_TOKEN
    assert max(estimate_tokens(p.text) for p in found) <= CUT.cap
    kept = sum(len(re.sub(r"\s", "", p.text)) for p in found)
    assert kept == len(re.sub(r"\s", "", text))


blocks = st.lists(
    st.one_of(
        st.text(max_size=400),
        st.sampled_from(["## Heading", "# **Top**", "- bullet", "| a | b |", "```", "Title", ""]),
        st.integers(1, 600).map(words),
    ),
    max_size=25,
)


@given(blocks, st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_passages_are_exact_spans_in_order_that_lose_no_word(
    parts: list[str], merge: bool, plain: bool
) -> None:
    text = "\n\n".join(parts)
    found = cut(text, merge_small=merge, plain_headings=plain)
    offset = 0
    for passage in found:
        offset = text.index(passage.text, offset) + len(passage.text)
        assert passage.text == text[offset - len(passage.text) : offset]
        assert estimate_tokens(passage.text) <= CUT.cap
    assert len({p.id for p in found}) == len(found)
    assert [p.position for p in found] == list(range(len(found)))
    shown = " ".join(p.text + " " + p.heading for p in found)
    for number in re.findall(r"metric", text)[:1]:
        assert number in shown
