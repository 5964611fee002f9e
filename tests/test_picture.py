"""Pictures show what was said, fit into their boxes, and hold nobody's markup."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.document import document_kinds, load_kind
from assistant.errors import InputInvalid
from assistant.picture import NAMES, draw, visible
from assistant.picture.lettering import fit, text_width, wrap
from assistant.picture.plans import plan

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg):
    return [
        {key: float(box.get(key)) for key in ("x", "y", "width", "height")}
        for box in ElementTree.fromstring(svg).iter(f"{SVG}rect")
        if box.get("x")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_plan_is_drawn(name):
    entries = {part: [f"about {part}"] for part in plan(name).parts}
    shown = " ".join(texts(draw(name, entries).svg))
    for part in plan(name).parts.values():
        assert part.title in shown
        assert f"about {part.id}" in shown


def test_documents_fill_parts_that_exist():
    pictures = [
        block
        for kind in document_kinds()
        for blocks in load_kind(kind).blocks.values()
        for block in blocks
        if block.picture
    ]
    assert {block.picture for block in pictures} == set(NAMES)
    for block in pictures:
        assert block.parts.keys() <= plan(block.picture).parts.keys()


def test_canvas_has_eight_boxes_and_the_customer():
    picture = draw("cvp_canvas", {"customer": ["Fraud analysts"], "wants": ["Calm"]})
    shown = texts(picture.svg)
    for words in ("Experience", "Features", "Benefits", "Wants", "Needs", "Fears", "Leverage",
                  "Without it", "Customer: Fraud analysts", "Calm"):  # fmt: skip
        assert words in shown
    assert shown.count("not described yet") == 7
    assert len(boxes(picture.svg)) == 2 + 8
    assert "Wants: Calm" in picture.alt


def test_sketch_leaves_out_what_may_be_missing():
    empty = texts(draw("system_sketch", {}).svg)
    assert "Other systems" not in empty
    assert empty.count("not decided yet") == 7
    full = texts(draw("system_sketch", {"integrations": ["Gateway"], "platform": ["AWS"]}).svg)
    assert "Other systems" in full
    assert "Platform: AWS" in full


def test_what_does_not_fit_is_counted():
    entries = [f"entry {number}" for number in range(20)]
    shown = texts(draw("cvp_canvas", {"needs": entries}).svg)
    kept = sum(entry in shown for entry in entries)
    assert f"+{20 - kept} more" in shown
    assert 0 < kept < 20


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "short",
        "word " * 200,
        "x" * 500,
        "田中さんにあげて下さい" * 20,
        "مراجعة المعاملات " * 20,
        "i" * 90,
    ],
)
def test_text_stays_inside_of_its_picture(name, text):
    names = [part for part in plan(name).parts if part not in ("customer", "platform")]
    picture = draw(name, {part: [text, text] for part in names})
    root = ElementTree.fromstring(picture.svg)
    for box in boxes(picture.svg):
        assert box["x"] + box["width"] <= picture.width
        assert box["y"] + box["height"] <= picture.height
    for line in root.iter(f"{SVG}text"):
        assert float(line.get("y")) <= picture.height
        assert text_width(line.text, float(line.get("font-size"))) <= picture.width / 2


@pytest.mark.parametrize("name", NAMES)
def test_markup_is_only_text(name):
    attack = "</text><script>alert(1)</script><image href='http://attacker.test'/> & \" \x00 \ud800"
    picture = draw(name, {"needs": [attack], "model": [attack], "customer": [attack]}, title=attack)
    root = ElementTree.fromstring(picture.svg)
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {"svg", "rect", "text", "polyline", "polygon"}
    joined = "".join(texts(picture.svg)).replace(" ", "")
    assert "<script>alert(1)</script>" in joined


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(), max_size=6), st.integers(1, 8))
def test_fit_loses_nothing_in_silence(entries, most):
    found = fit(entries, width=120, size=13, most=most)
    shown = [text for _, text in found.lines]
    assert len(shown) + bool(found.left_out) <= max(most, 2)
    if not found.left_out and not any(line.endswith("…") for line in shown):
        assert (
            "".join(shown).split()
            == "".join("".join(wrap(entry, width=120, size=13)) for entry in entries).split()
        )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_wrapped_lines_fit(text):
    lines = wrap(text, width=100, size=13)
    assert all(text_width(line, 13) <= 100 for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(visible(text).split())


@pytest.mark.parametrize("name", NAMES)
def test_png_is_drawn_without_system_fonts(name):
    picture = draw(name, {"needs": ["Привет 田中"], "model": ["Привет 田中"]})
    png = picture.png
    assert png.startswith(b"\x89PNG")
    width = int.from_bytes(png[16:20], "big")
    assert width == 2 * picture.width
    assert png == draw(name, {"needs": ["Привет 田中"], "model": ["Привет 田中"]}).png


def test_an_unknown_picture_is_named():
    with pytest.raises(InputInvalid, match="cvp_canvas"):
        draw("portrait", {})
