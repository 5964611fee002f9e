"""Texts of any kind within Slack's limits: nothing is lost, and nothing comes alive."""

import re

import pytest
from faults.slack_server import check_blocks
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.channels.slack_bot.blocks import MOST_TEXT, messages, sections, text_of
from assistant.channels.slack_bot.markup import (
    SECTION_LIMIT,
    escape,
    from_markdown,
    split,
    unescape,
)

NASTY = [
    "<!channel>", "<!here|here>", "<@U1>", "<#C1|general>", "<https://evil.test|click>",
    "[click](https://evil.test)", "![x](https://evil.test/a.png)", "&lt;!channel&gt;",
    "**<@U1>**", "| <!everyone> | b |", "```\n<!channel>\n```", "# <@U1>", "<mailto:a@b.c|me>",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_nothing_comes_alive(text):
    made = from_markdown(text)
    assert "<" not in made
    assert ">" not in made
    assert "](" not in made


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=st.sampled_from("ab<>&` \n*|#é😀"), max_size=900), st.integers(40, 90))
def test_a_split_keeps_every_letter_and_every_limit(text, limit):
    whole = escape(text)
    pieces = split(whole, limit)
    assert all(len(piece) <= limit for piece in pieces)
    kept = re.sub(r"[\s`]", "", "".join(pieces))
    assert kept == re.sub(r"[\s`]", "", whole)
    assert all(piece.count("```") % 2 == 0 for piece in pieces)
    for piece in pieces:
        assert not re.search(r"&(?!amp;|lt;|gt;)", piece)


@pytest.mark.parametrize("word", ["word ", "x", "<&>", "line\n", "| a | b |\n"])
def test_a_very_long_answer_is_split_over_messages(word):
    text = from_markdown(word * (200_000 // len(word)))
    pages = messages(sections(text))
    for page in pages:
        check_blocks(page, 50)
        assert len(text_of(page)) <= MOST_TEXT + 50
    kept = re.sub(r"[\s`]", "", "".join(text_of(page) for page in pages))
    assert kept == re.sub(r"[\s`]", "", text)
    assert all(len(piece) <= SECTION_LIMIT for piece in split(text))


def test_what_people_type_is_read_as_they_see_it():
    assert unescape("a &lt; b &amp;&amp; c") == "a < b && c"
    assert unescape("<https://x.org/a?b=1&amp;c=2>") == "https://x.org/a?b=1&c=2"
    assert unescape("<mailto:ana@x.org|ana@x.org> in <#C1|general>") == "ana@x.org in general"
