"""Answers full of code, markup and formulas stand in every file as they were given."""

import json
import re

from exported import read_docx, read_html, read_markdown, read_pdf, squeezed

from assistant import Assistant, Settings
from assistant.errors import InputInvalid
from assistant.facts import load_catalogue, parse_value
from assistant.picture import visible

READERS = {"md": read_markdown, "html": read_html, "docx": read_docx, "pdf": read_pdf}
# One answer of each form that takes a person's own words.
WORDS = ("project.summary", "problem.statement", "users.primary", "success.link", "cvp.customer")
LISTS = ("scope.in", "cvp.fears")
SAMPLE, BATCH = 96, 24
OURS = [
    "{{ 7*7 }}{% for x in y %}{{ config }}{% endfor %}",
    "{metrics.miss_cost} and {0} and ${HOME}",
    "# Heading | cell | **bold** <h1>big</h1><script>alert(1)</script>",
    '=HYPERLINK("http://evil.test","x") and [^1]: a footnote',
    "#set page(fill: red) $x^2$ \\input{/etc/passwd} `code`",
    "![](http://x.test/y.png) [link](javascript:alert(1))",
]


def usable(text):
    """Whether it can be an answer of its own; "n/a" and "?" mean something else."""
    try:
        given = parse_value(load_catalogue()["problem.statement"], text)
    except InputInvalid:
        return False
    return bool(re.search(r"\w", visible(str(given))))


def answered(home, texts):
    """A project whose answers are these texts, and its documents."""
    service = Assistant(Settings(home=home))
    for place, key in enumerate(WORDS):
        service.answer(key, texts[place % len(texts)], insist=True)
    for place, key in enumerate(LISTS):
        service.answer(key, texts[place :: len(LISTS)], insist=True)
    rows = [{"risk": text, "mitigation": text} for text in texts]
    service.answer("risks.list", rows, insist=True)
    return service


def files(service, folder):
    """What a reader finds in every file of every kind, and the texts of the stored answers."""
    folder.mkdir()
    shown = {}
    for kind in service.document_kinds():
        for ending, read in READERS.items():
            path = folder / f"{kind}.{ending}"
            service.export_document(kind, path, save=False)
            shown[kind, ending] = read(path.read_bytes())
        path = folder / f"{kind}.json"
        service.export_document(kind, path, save=False)
        assert json.loads(path.read_bytes())["kind"] == kind
    return shown


def literal(shown, texts, kind, ending):
    found = squeezed(shown[kind, ending].text)
    return [text for text in texts if squeezed(visible(text)) not in found]


def check(tmp_path, texts):
    with answered(tmp_path / "plain", ["words of a person and more"] * len(texts)) as service:
        plain = files(service, tmp_path / "plain files")
    with answered(tmp_path / "hostile", texts) as service:
        hostile = files(service, tmp_path / "hostile files")
        listed = [row["risk"] for row in service.facts().value("risks.list")]
    for key, shown in hostile.items():
        assert (shown.headings, shown.tables) == (plain[key].headings, plain[key].tables), key
        assert shown.acts == (), key
    # The table of risks holds every text; a PDF gives exotic letters back in another order.
    for ending in ("md", "html", "docx"):
        assert literal(hostile, listed, "tdd", ending) == []


def test_our_own_attacks_stay_words(tmp_path):
    check(tmp_path, OURS)


def test_the_shared_attacks_stay_words(tmp_path, shared):
    lines = json.loads((shared / "attacks" / "blns" / "blns.json").read_text(encoding="utf-8"))
    for path in sorted((shared / "attacks" / "payloads").glob("*.txt")):
        lines += path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in dict.fromkeys(lines) if usable(line)]
    chosen = lines[:: max(1, len(lines) // SAMPLE)][:SAMPLE]
    assert len(chosen) == SAMPLE
    for start in range(0, SAMPLE, BATCH):
        folder = tmp_path / str(start)
        folder.mkdir()
        check(folder, chosen[start : start + BATCH])
