from pathlib import Path

import pytest
from made_files import pdf, pptx

from assistant.embed import load_encoder
from assistant.ingest import IngestedFile, clean_name, ingest_file
from assistant.ingest.foreign import Encode
from assistant.ingest.language import is_rubble, languages_of
from assistant.settings import load_settings
from evals.foreign_parts import CASES, Case, run_case

FRENCH = (
    "Ce document décrit la prévision hebdomadaire du nombre de colis pour les dépôts régionaux. "
    "Les planificateurs réservent chaque jeudi les camionnettes de la semaine suivante."
)
PERSIAN = (
    "کافه‌بازار پیرو بیانیه‌ی قبلی و در راستای سیاست خود مبنی بر شفافیت، "
    "کاربران را در جریان قرار می‌دهد."
)
ENGLISH = (
    "Each Thursday a planner at each depot decides how many vans and temporary drivers to book "
    "for the following week, and corrects the count of last year by feel."
)


@pytest.fixture(scope="module")
def encode() -> Encode:
    return load_encoder(load_settings()).encode


def ingest(tmp_path: Path, text: str | bytes, name: str = "a.md") -> IngestedFile:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return ingest_file(path, name=name, source_id="f1", encode=None)


def codes(file: IngestedFile) -> dict[str, int]:
    return {warned.code: warned.count for warned in file.warnings}


def test_passages_are_spans_of_the_kept_text(tmp_path: Path) -> None:
    file = ingest(
        tmp_path, f"# Plan\n\n{ENGLISH}\n\nPowered by Pioneer Ltd.\n\n## Why\n\n{ENGLISH}"
    )
    assert (file.title, file.type) == ("Plan", "md")
    assert len(file.sha256) == 64
    assert all(passage.text in file.text for passage in file.passages)
    assert file.passages[0].id == "f1#1"
    assert file.passages[0].origin == "project"
    assert "Powered by" not in file.text
    assert codes(file) == {"furniture_removed": 1}
    assert file.warnings[0].samples == ("Powered by Pioneer Ltd.",)


def test_running_heads_and_page_numbers_go_and_pages_stay(tmp_path: Path) -> None:
    pages = [
        [(9, "Halden Post - internal"), (9, ""), (11, f"Page text number {word} stands here."),
         (11, f"It has a {word} more line."), (9, ""), (9, f"Page {n} of 4")]
        for n, word in enumerate(("one", "two", "three", "four"), 1)
    ]  # fmt: skip
    file = ingest(tmp_path, pdf(pages), "a.pdf")
    assert "internal" not in file.text
    assert "of 4" not in file.text
    assert "number three stands here" in file.text
    assert codes(file)["furniture_removed"] == 8
    assert file.passages[0].page == 1


def test_an_agenda_shown_again_goes_but_a_label_that_recurs_stays(tmp_path: Path) -> None:
    agenda = ("Agenda", ["Data modeling", "ML modeling", "ML production"])
    slides = [
        agenda,
        ("Data modeling", ["Why?", "You need data first"]),
        agenda,
        ("ML modeling", ["Why?", "Models are chosen last"]),
        agenda,
        ("ML production", ["Why?", "Users wait for it"]),
    ]
    file = ingest(tmp_path, pptx(slides[::-1]), "a.pptx")
    assert file.text.count("- ML production") == 1
    assert file.text.count("Why?") == 3
    assert codes(file)["repetition_removed"] == 8


@pytest.mark.parametrize(
    ("text", "removed"),
    [
        ("## Risk A\n\nlow\nAnn\nMay\n\n## Risk B\n\nlow\nAnn\nMay", 0),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |\n| 1 | 2 |\n| 1 | 2 |\n| 1 | 2 |", 0),
        ("one\n\n---\n\ntwo", 0),
        ("```\n---\n}\n}\n}\n```", 0),
        ("one\n\n≡\n\ntwo\n\n•••", 2),
    ],
)
def test_what_looks_repeated_but_is_not_furniture_stays(
    tmp_path: Path, text: str, removed: int
) -> None:
    assert sum(codes(ingest(tmp_path, text)).values()) == removed


def test_languages() -> None:
    rubble = "° QQ •' |5:~ « ¿ :: ╬ ⌐ ¬ § ¶ ∂ ƒ ∆ ˚ ¬ … æ ≈ ç √ ∫ µ ≤ ≥ ÷"
    short = "Vans and drivers"
    found = languages_of([ENGLISH, FRENCH, PERSIAN, short, rubble, ENGLISH])
    assert found == ["en", "fr", "fa", "en", "und", "en"]
    assert languages_of(["12 + 30"]) == ["und"]


def test_rubble_is_held_back_as_damaged(tmp_path: Path) -> None:
    rubble = "° QQ •' |5:~ « ¿ :: ╬ ⌐ ¬ § ¶ ∂ ƒ ∆ ˚ ¬ … æ ≈ ç √ ∫ µ ≤ ≥ ÷ " * 12
    file = ingest(tmp_path, f"## A\n\n{ENGLISH * 3}\n\n## B\n\n{rubble}\n\n## C\n\n{ENGLISH * 3}")
    assert [held.code for held in file.held_back] == ["damaged_part"]
    assert not any(is_rubble(passage.text) for passage in file.passages)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/my_plan.docx", "my plan"),
        ("C:\\x\\Q3 report.pdf", "Q3 report"),
        ("\u202egnp.md", "gnp"),
        ("...", "document"),
    ],
)
def test_clean_name(name: str, shown: str) -> None:
    assert clean_name(name) == shown


HOST, SOUP = "hosts/parcel-forecast", "foreign/lentil-soup"
BIKE, LEGAL = "foreign/bicycle-repair", "sections/parcel-forecast--legal"


@pytest.mark.parametrize(
    ("parts", "foreign"),
    [
        ((HOST,), ()),
        ((HOST, SOUP), (SOUP,)),
        ((SOUP, HOST), (SOUP,)),
        ((f"{HOST}:4", BIKE, f"{HOST}:4-"), (BIKE,)),
        ((SOUP, HOST, BIKE), (SOUP, BIKE)),
        ((HOST, LEGAL, BIKE), (BIKE,)),
        ((HOST, LEGAL), ()),
        ((HOST, "sections/parcel-forecast--french"), ()),
        ((HOST, "sections/parcel-forecast--sql"), ()),
        ((HOST, "sections/parcel-forecast--costs"), ()),
        (("hosts/clinic-triage", "sections/clinic-triage--glossary"), ()),
        (("hosts/clinic-triage", "sections/clinic-triage--acknowledgements"), ()),
        (("hosts/beekeeping", "hosts/town-budget"), ()),
        (tuple(f"foreign/{path.stem}" for path in sorted((CASES / "texts/foreign").iterdir())), ()),
    ],
)  # fmt: skip
def test_foreign_parts(parts: tuple[str, ...], foreign: tuple[str, ...], encode: Encode) -> None:
    outcome = run_case(Case("case", parts, foreign), encode)
    assert (outcome.missed, outcome.held if outcome.wrong else ()) == (0, ())


def test_a_held_part_says_why_and_can_return_to_its_place(tmp_path: Path, encode: Encode) -> None:
    host, soup = ((CASES / f"texts/{part}.md").read_text("utf-8") for part in (HOST, SOUP))
    path = tmp_path / "plan.md"
    path.write_text(f"{host}\n\n{soup}", "utf-8")
    file = ingest_file(path, name="plan.md", source_id="f1", encode=encode)
    (held,) = file.held_back
    assert held.reason == (
        'This part at the end of the document (from "Red lentil soup with lemon" on) has hardly '
        "any subject or words in common with the rest."
    )
    everything = [*file.passages, *held.passages]
    assert [passage.position for passage in everything] == list(range(len(everything)))
    assert len({passage.id for passage in everything}) == len(everything)


@pytest.mark.parametrize(
    ("seed", "languages", "held"),
    [("000", {"en", "fa"}, ()), ("001", {"en"}, ("What You Can Do Now To Protect Your Family",)),
     ("002", {"en"}, ()), ("003", {"en"}, ()), ("004", {"en"}, ())],
)  # fmt: skip
def test_the_seeds(
    shared: Path, seed: str, languages: set[str], held: tuple[str, ...], encode: Encode
) -> None:
    path = next((shared / "seeds").glob(f"{seed}_*.txt"))
    file = ingest_file(path, name=path.name, source_id=seed, encode=encode)
    assert {passage.language for passage in file.passages} == languages
    assert tuple(part.passages[0].heading for part in file.held_back) == held
    persian = [p for p in file.passages if sum("\u0600" < c < "\u06ff" for c in p.text) > 40]
    assert all(passage.language == "fa" for passage in persian)
    if held:
        text = "\n".join(passage.text for passage in file.passages)
        assert "landlord" not in text
        assert "azarcon" not in text
        assert "Requirements change hence the entire process" in text
