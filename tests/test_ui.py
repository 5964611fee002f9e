"""The page without a browser: what is shown is harmless, and every state has its words."""

import ast
import json
import re
import threading
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import AssistantError, RungState, Step, Turn, metric_rungs
from assistant.verdict import VerdictName
from ui.citations import REASONS, answer_html, partial_html, question_html
from ui.live import provisional_html
from ui.making import Makings
from ui.markup import label, markdown_html, safe_html, sanitise, visible, web_address
from ui.words import CATALOGUES, ENGLISH, say

UI = Path(__file__).parents[1] / "ui"
MAY_STAND = {
    "p",
    "ul",
    "ol",
    "li",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "br",
    "hr",
    "del",
    "s",
}
TABLE = {"div", "table", "thead", "tbody", "tr", "th", "td"}


class Seen(HTMLParser):
    """Every tag with its attributes, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = set(), set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def naughty(shared):
    folder = shared / "attacks"
    lines = (folder / "payloads" / "xss.txt").read_text(encoding="utf-8").splitlines()
    lines += (folder / "payloads" / "ssti.txt").read_text(encoding="utf-8").splitlines()
    return [*lines, *json.loads((folder / "blns" / "blns.json").read_text(encoding="utf-8"))]


# -- what anybody wrote


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("![a](http://x.test/i.png)", "<p>[a] (http://x.test/i.png)</p>"),
        ("[here](http://x.test)", "<p>here (http://x.test)</p>"),
        ("[here](//x.test)", "<p>here (//x.test)</p>"),
        ("[an article](../metrics/costs.md)", "<p>an article</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("<http://x.test>", "<p>&lt;http://x.test&gt;</p>"),
        ("http://x.test", "<p>http://x.test</p>"),
        ("[a][b]\n\n[b]: http://x.test", "<p>[a][b]</p>\n<p>[b]: http://x.test</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
        (":material/home: $x^2$ :red[a]", "<p>:material/home: $x^2$ :red[a]</p>"),
        ("# Head", '<p class="sw-heading">Head</p>'),
        ("- **a**\n- *b*", "<ul>\n<li><strong>a</strong></li>\n<li><em>b</em></li>\n</ul>"),
        ("```html\n<i>\n```", "<pre><code>&lt;i&gt;\n</code></pre>"),
        ("a\u202eb\u200bc", "<p>abc</p>"),
    ],
)  # fmt: skip
def test_markdown_keeps_its_shape_and_loses_what_could_act(markdown, expected):
    assert safe_html(markdown).strip() == expected


def test_a_table_stays_a_table():
    shown = Seen(safe_html("| a | b |\n|---|--:|\n| 1 | 2 |"))
    assert shown.tags == TABLE
    assert shown.text.split() == ["a", "b", "1", "2"]


def test_naughty_strings_become_text(shared):
    for line in naughty(shared):
        shown = Seen(safe_html(line))
        assert shown.tags <= MAY_STAND | TABLE, line
        assert shown.attributes <= {"class", "start", "style"}, line
        asked = Seen(question_html(line))
        assert asked.tags == {"div"}, line
        assert asked.text == visible(line).replace("\r", "\n"), line


@given(st.text(max_size=300))
def test_no_text_makes_a_tag_that_can_act(text):
    shown = Seen(safe_html(text))
    assert shown.tags <= MAY_STAND | TABLE
    assert shown.attributes <= {"class", "start", "style"}


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Cf")), max_size=80))
def test_a_label_escapes_every_sign_that_means_something(text):
    written = label(text)
    assert visible(re.sub(r"\\(.)", r"\1", written)) == " ".join(visible(text).split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`\[\]<>:$~|#]", written)


@pytest.mark.parametrize("address", ["http://a.test", "HTTPS://a.test", "www.a.test", "me@a.test"])
def test_an_address_in_a_label_is_broken_so_that_it_cannot_become_a_link(address):
    written = re.sub(r"\\(.)", r"\1", label(f"see {address} now"))
    assert address not in written
    assert visible(written) == f"see {address} now"


def test_what_is_sanitised_last_has_no_handler_and_no_foreign_scheme():
    built = '<a href="javascript:x()">a</a><a href="https://x.test" onclick="y()">b</a><iframe>'
    assert sanitise(built) == (
        '<a rel="noopener noreferrer">a</a><a href="https://x.test" rel="noopener noreferrer">b</a>'
    )


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://doi.org/10.1000/1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_become_links(link, good):
    assert web_address(link) == (link if good else None)


# -- quotes and marks


@pytest.mark.parametrize(
    ("text", "quote", "lit"),
    [
        ("One. Two. Three.", "Two.", ["Two."]),
        ("- **Way out**: ask.\n- Other", "- **Way out**: ask.", ["Way out", ": ask."]),
        ("a **b c** d", "**b c** d", ["b c", " d"]),
        ("| k | v |\n|---|---|\n| 1 | 2 |", "| 1 | 2 |", ["1", "2"]),
        ("2. Second", "2. Second", ["Second"]),
        ("line one\nline two", "one\nline", ["one", "\n", "line"]),
        ("`code` here", "`code`", ["code"]),
        ("nothing", "absent", []),
    ],
)
def test_the_quote_is_lit_and_nothing_else(text, quote, lit):
    shown = markdown_html(text, quotes=[quote])
    assert re.findall(r"<mark>(.*?)</mark>", shown, re.DOTALL) == lit
    assert re.sub("</?mark>", "", shown) == markdown_html(text)


def citation(**changes):
    return {
        "marker": 1, "passage_id": "p", "source_id": "s", "origin": "knowledge", "title": "A title",
        "heading": "Part", "page": None, "quote": "One.", "quotes": ["One."], "text": "One. Two.",
        "references": [], "verified": True, **changes,
    }  # fmt: skip


def answer(written="One. [1]", *, refused=False, notices=(), **changes):
    return {
        "answer": written, "citations": [citation(**changes)], "rung": "extractive",
        "rung_reason": "No model.", "refused": refused, "notices": list(notices), "suggestions": [],
    }  # fmt: skip


def test_a_mark_and_a_chip_open_the_card_of_their_own_turn():
    shown = answer_html(answer(), "t1")
    assert shown.count('popovertarget="card-t1-1"') == 3
    assert shown.count('id="card-t1-1"') == 1
    assert "<mark>One.</mark>" in shown
    assert "[1]" not in shown


def test_a_number_in_brackets_without_a_source_stays_as_it_is():
    assert "as in [7]" in answer_html(answer("as in [7] and [1]"), "t")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origin": "project", "page": 3}, "Your file, page 3"),
        ({"origin": "project"}, "Your file"),
        ({}, "Curated article"),
        ({"verified": False}, "Not checked"),
    ],
)
def test_a_card_says_where_its_passage_is_from(changes, words):
    assert words in Seen(answer_html(answer(**changes), "t")).text


def test_references_link_to_the_web_only_and_name_their_authors():
    entries = [
        {
            "title": "Good",
            "authors": "A; B; C; D",
            "year": 2020,
            "where": "X",
            "link": "https://x.test/1",
        },
        {"title": "Bad", "authors": "E", "year": None, "where": "", "link": "javascript:alert(1)"},
    ]
    shown = answer_html(answer(references=entries), "t")
    assert re.findall(r'href="([^"]*)"', shown) == ["https://x.test/1"]
    assert "A et al. · 2020 · X" in shown


def test_hostile_titles_files_and_reasons_stay_text(shared):
    for line in naughty(shared):
        hostile = answer(
            line, notices=[line], title=line, heading=line, text=line, quotes=[line],
            references=[{"title": line, "authors": line, "year": 1, "where": line, "link": line}],
        )  # fmt: skip
        shown = Seen(answer_html({**hostile, "rung": line, "rung_reason": line}, "t"))
        assert not shown.tags & {
            "script",
            "img",
            "svg",
            "iframe",
            "form",
            "input",
            "style",
            "object",
        }
        assert not {name for name in shown.attributes if name.startswith("on")}


def test_the_text_grows_word_by_word_to_the_whole():
    whole = answer("**Bold words** and then some more. [1]")
    shown = [Seen(partial_html(whole, "t", share / 8)).text.strip() for share in range(1, 9)]
    assert shown[0] == "" or "Bold words".startswith(shown[0])
    assert [len(text) for text in shown] == sorted(len(text) for text in shown)
    assert "*" not in "".join(shown)
    assert shown[-1].startswith("Bold words and then some more.")


# -- models


def test_what_was_removed_is_listed_with_the_reason_and_so_are_the_other_rungs():
    removed = [{"sentence": "<b>Ten</b> of 12.", "reason": reason} for reason in REASONS]
    attempts = [{"rung": "openai:x", "code": "c", "reason": "No key.", "remedy": "Set one."}]
    shown = answer_html({**answer(), "removed": removed, "attempts": attempts}, "t")
    assert shown.count("<s>&lt;b&gt;Ten&lt;/b&gt; of 12.</s>") == len(REASONS)
    assert ENGLISH["removed.number"] in shown
    assert "<strong>openai:x</strong>: No key. Set one." in shown
    assert "<details" not in answer_html(answer(), "t")


def test_every_reason_of_the_gate_has_words():
    from typing import get_args

    from assistant.answer.gate.support import Reason

    assert set(get_args(Reason)) - {"ok"} == REASONS.keys()


def test_words_that_were_not_checked_are_letters(shared):
    for line in naughty(shared):
        shown = Seen(provisional_html(line))
        assert shown.tags == {"section", "p", "div"}, line
        assert shown.text.endswith(visible(line).replace("\r", "\n")), line


def test_the_first_rung_that_works_is_the_one_that_answers():
    from ui.models import rungs_html

    states = [
        RungState("openai:<b>", False, "No key.", "Set OPENAI_API_KEY."),
        RungState("local", True, "ready"),
        RungState("extractive", True, "always there"),
    ]
    shown = Seen(rungs_html(states)).text
    assert "openai:<b> not in useNo key.Set OPENAI_API_KEY." in shown
    assert "local answers" in shown
    assert "extractive ready" in shown


# -- answers being made


def test_an_answer_goes_on_when_nobody_looks_and_is_begun_once():
    makings = Makings()
    turn = Turn("t", "c", "q", None, None)
    gate = threading.Event()

    def steps(stop):
        yield Step(turn)
        gate.wait(10)
        yield Step(turn)

    making = makings.begin(steps, "t")
    assert making.begun() == turn
    assert makings.begin(steps, "t") is making
    assert makings.of("t") is making
    gate.set()
    while not making.done:
        making.wait(making.steps, 5)
    assert making.steps == 2
    assert makings.of("t") is None


def test_what_prevents_an_answer_is_told_and_kept_until_it_is_begun_anew():
    makings = Makings()
    turn = Turn("t", "c", "q", None, None)

    def fails(after):
        def steps(stop):
            yield from after
            raise AssistantError("It is full.", remedy="Make room.")

        return steps

    with pytest.raises(AssistantError):
        makings.begin(fails([])).begun()
    making = makings.begin(fails([Step(turn)]))
    assert making.begun() == turn
    while not making.done:
        making.wait(making.steps, 5)
    assert makings.of("t").failure.problem == "It is full."
    again = makings.begin(lambda stop: iter([Step(turn)]), "t")
    again.begun()
    assert again is not making


# -- words


def said_in(path):
    """The keys that a file says, and the beginnings of those it puts together."""
    whole, begun = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            begun.add(node.values[0].value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
    return whole, {start for start in begun if re.fullmatch(r"[a-z_.]+[.]", start)}


def test_every_word_is_used_and_every_word_used_is_there():
    files = sorted(UI.rglob("*.py"))
    used = set().union(*(said_in(path)[0] for path in files))
    begun = tuple(set().union(*(said_in(path)[1] for path in files)))
    assert sorted(key for key in ENGLISH if key not in used and not key.startswith(begun)) == []
    for path in files:
        for key in re.findall(r'\bsay\(\s*"([^"]+)"', path.read_text(encoding="utf-8")):
            assert key in ENGLISH or path.name == "words.py", key


def test_words_that_are_put_together_have_an_entry_for_each_end():
    from assistant import Assistant, Settings

    with Assistant(Settings()) as assistant:
        assert {f"documents.{kind}" for kind in assistant.document_kinds()} <= ENGLISH.keys()
    for ends, start in (
        (["said", "inferred", "default", "imported"], "origin."),
        (["said", "guidance", "assumption", "open"], "origin.of."),
        (["set", "unknown", "not_applicable", "unset"], "action."),
        (["PASS", "CONCERNS", "FAIL"], "gate.status."),
        (["contradiction", "gap", "risk"], "finding."),
        (["added", "removed", "changed"], "diff."),
        (["before-code", "data", "modelling", "evaluation", "release", "operation", "team"],
         "phase."),
        ([one.id for one in metric_rungs()], "ladder."),
        (get_args(VerdictName), "verdict.of."),
    ):  # fmt: skip
        assert {start + end for end in ends} <= ENGLISH.keys(), start
    topics = {path.parent.name for path in (UI.parent / "knowledge").glob("*/*.md")}
    assert {f"topic.{topic}" for topic in topics} <= ENGLISH.keys()


@pytest.mark.parametrize("language", sorted(CATALOGUES.keys() - {"en"}))
def test_other_languages_say_all_that_english_says(language):
    words = CATALOGUES[language]
    assert sorted(ENGLISH.keys() ^ words.keys()) == []
    for key, text in words.items():
        # What is filled in is the same.
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", ENGLISH[key])), key
    assert say("delete", language="none") == ENGLISH["delete"]


# -- the page, run by Streamlit itself


@pytest.fixture
def page(assistant, caplog):
    """The page on the data folder of this test, before anything was asked."""
    from streamlit.testing.v1 import AppTest

    from ui.running import running

    running.clear()
    page = AppTest.from_file(str(UI / "app.py"), default_timeout=60).run()
    yield page.switch_page("screens/chat.py")
    running.clear()
    assert not [one for one in caplog.get_records("call") if one.name == "ui"]


def shown_html(page):
    return " ".join(element.proto.body for element in page.get("html"))


def test_the_empty_page_offers_questions_and_says_what_it_is(page, assistant):
    page.run()
    assert not page.exception
    assert "worth doing" in shown_html(page)
    labels = [button.label for button in page.button]
    assert set(map(label, assistant.starters())) <= set(labels)


def test_a_question_is_stored_and_answered(page, assistant):
    page.run()
    page.chat_input[0].set_value("What is data drift?").run()
    assert not page.exception
    (kept,) = assistant.conversations()
    (turn,) = assistant.turns(kept.id)
    assert turn.question == "What is data drift?"
    assert turn.answer is not None
    assert page.query_params["c"] == kept.id
    assert answer_html(turn.answer, turn.id) in shown_html(page)


def test_an_interrupted_question_is_answered_when_it_is_asked_again(page, assistant):
    stored = next(assistant.stream("What is data drift?")).turn
    page.query_params["c"] = stored.conversation
    page.run()
    page.button(key=f"again-{stored.id}").click().run()
    assert not page.exception
    (turn,) = assistant.turns(stored.conversation)
    assert turn.answer is not None
    assert answer_html(turn.answer, turn.id) in shown_html(page)


def test_conversations_are_searched_and_opened(page, assistant):
    *_, kept = assistant.stream("What is data drift?")
    page.run()
    page.text_input(key="search-default").input("absent-word").run()
    assert say("chats.search.nothing") in [caption.value for caption in page.caption]
    page.text_input(key="search-default").input("DRIFT data").run()
    page.button(key=f"found-{kept.turn.id}").click().run()
    assert not page.exception
    assert page.query_params["c"] == kept.turn.conversation


def test_a_problem_is_a_calm_box_with_a_remedy(page, assistant, tmp_path):
    assistant.close()
    for path in (tmp_path / "home").glob("*.db*"):
        path.write_bytes(b"this is no database" * 500)
    page.run()
    assert not page.exception
    shown = Seen(shown_html(page)).text
    assert "Code: storage_damaged" in shown
    assert "Traceback" not in shown


def test_a_locked_page_asks_for_the_key(monkeypatch, prepared_home):
    import streamlit
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("SCOPEWRIGHT_HOME", str(prepared_home))
    monkeypatch.setenv("SCOPEWRIGHT_ACCESS_KEY", "a long random text")
    streamlit.cache_resource.clear()
    page = AppTest.from_file(str(UI / "app.py"), default_timeout=60).run()
    page.switch_page("screens/chat.py").run()
    assert [field.label for field in page.text_input] == ["Access key"]
    assert not page.chat_input
    page.text_input[0].input("wrong")
    page.button[0].click().run()
    assert page.error
    assert not page.chat_input
    page.text_input[0].input("a long random text")
    page.button[0].click().run()
    assert page.chat_input
    streamlit.cache_resource.clear()
