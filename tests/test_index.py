"""An index is complete or not there, holds what its stamp says, and finds what a scan finds."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from assistant.embed import HashingEncoder
from assistant.index import (
    STOP_WORDS,
    Index,
    Material,
    build_index,
    current_index,
    fold,
    remove_indexes,
    stamp_of,
    stems_of,
    text_to_index,
    words_of,
)
from assistant.index.vectors import EXACT_LIMIT, Vectors
from assistant.index.words import WordIndex
from assistant.ingest import Origin, Passage

ENCODER = HashingEncoder(64)
WIDTH, MANY = 32, EXACT_LIMIT + 1_000
TEXTS = (
    "A false alarm costs twelve euros and a call.",
    "Label two hundred images twice and compare the labels.",
    "Naïve baselines beat many models.",
    "Drift means that the data change after release.",
)


def passages_of(texts: Sequence[str], origin: Origin = "project") -> list[Passage]:
    """Two passages a source."""
    return [
        Passage(f"f{at // 2}#{at}", f"f{at // 2}", origin, "", "", words, at, None, "en")
        for at, words in enumerate(texts)
    ]


def material_of(
    texts: Sequence[str] = TEXTS, encoder: HashingEncoder = ENCODER, origin: Origin = "project"
) -> Material:
    passages = passages_of(texts, origin)
    rows = encoder.encode([text_to_index(passage) for passage in passages])
    return Material(encoder.name, passages, rows)


def stamp_for(material: Material) -> str:
    return stamp_of(material.encoder, [passage.id.encode() for passage in material.passages])


def built(shelf: Path, material: Material) -> Index:
    return build_index(shelf, stamp_for(material), material)


def on_shelf(shelf: Path) -> set[str]:
    """The finished indexes and whatever else a reader could take for one."""
    return {path.name for path in shelf.iterdir() if path.is_dir()}


# -- building and opening


def test_an_index_gives_back_what_it_is_made_of(tmp_path):
    material = Material(
        ENCODER.name,
        passages_of(TEXTS),
        ENCODER.encode(TEXTS),
        asked=ENCODER.encode(["What does a false alarm cost?", "Do labels agree?"]),
        asked_by=["f0", "f0"],
        whole={"f0": "alarm label", "f1": "baseline drift"},
        notes={"titles": ["Zoë"]},
    )
    built(tmp_path, material).close()
    index = current_index(tmp_path, stamp_for(material))
    assert index is not None
    assert [index.passage(row) for row in range(len(index))] == list(material.passages)
    assert (index.stamp, index.notes) == (stamp_for(material), {"titles": ["Zoë"]})
    assert index.sources == ["f0", "f1"]
    assert index.source_of.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(index.vectors.rows, material.rows)
    assert [index.row(key) for key in ("f1#2", "f9#0")] == [2, None]
    assert [index.neighbours(row) for row in range(4)] == [[1], [0], [3], [2]]
    assert index.source_words.scores(["drift"])[1] > index.source_words.scores(["drift"])[0]
    index.close()


def test_sources_are_judged_by_the_questions_they_answer(tmp_path):
    rows = np.eye(4, dtype=np.float32)
    asked = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0.6, 0.8, 0, 0], [0.8, 0, 0.6, 0]], np.float32)
    material = Material("e", passages_of(TEXTS), rows, asked=asked, asked_by=["f0"] * 4, whole=None)
    index = built(tmp_path, material)
    best, several = index.asked(rows[0])
    np.testing.assert_allclose(best, [1.0, -1.0])
    np.testing.assert_allclose(several, [(1 + 0.8 + 0.6 + 0) / 4, -1.0], rtol=1e-6)
    index.close()


def test_only_the_best_six_questions_count(tmp_path):
    rows = np.eye(4, dtype=np.float32)
    asked = np.zeros((9, 4), np.float32)
    asked[:, 0] = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1]
    material = Material("e", passages_of(TEXTS), rows, asked=asked, asked_by=["f0"] * 9)
    index = built(tmp_path, material)
    np.testing.assert_allclose(index.asked(rows[0])[1], [0.9, -1.0], rtol=1e-6)
    index.close()


def test_an_index_of_nothing_is_an_index(tmp_path):
    index = built(tmp_path, Material("e", [], np.zeros((0, 3), np.float32)))
    assert len(index) == 0
    assert index.words.scores(["drift"]).shape == (0,)
    assert len(index.vectors.nearest(np.ones(3, np.float32), 5)) == 0
    index.close()


def test_another_encoder_another_stamp(tmp_path):
    other = HashingEncoder(32)
    ours, theirs = material_of(), material_of(encoder=other)
    assert stamp_for(ours) != stamp_for(theirs)
    built(tmp_path, ours).close()
    assert current_index(tmp_path, stamp_for(theirs)) is None
    index = built(tmp_path, theirs)
    assert index.vectors.rows.shape == (4, 32)
    index.close()


@given(parts=st.lists(st.binary(max_size=5), max_size=4), other=st.lists(st.binary(max_size=5)))
def test_stamps_differ_when_the_parts_do(parts, other):
    assert (stamp_of("e", parts) == stamp_of("e", other)) == (parts == other)
    assert stamp_of("f", parts) != stamp_of("e", parts)
    assert len(stamp_of("e", parts)) == 24


def test_a_finished_index_is_not_built_again(tmp_path):
    built(tmp_path, material_of()).close()
    stamp = stamp_for(material_of())
    # Material that cannot be read proves that nobody looked at it.
    index = build_index(tmp_path, stamp, Material(ENCODER.name, None, None))
    assert len(index) == len(TEXTS)
    index.close()


@pytest.mark.parametrize(("origin", "stay"), [("knowledge", 2), ("project", 1)])
def test_old_generations_go_but_the_last_one_of_the_articles(tmp_path, origin, stay):
    stamps = []
    for count in range(1, 5):
        material = material_of(TEXTS[:count], origin=origin)
        built(tmp_path, material).close()
        stamps.append(stamp_for(material))
    assert on_shelf(tmp_path) == set(stamps[-stay:])


def test_who_has_an_index_open_reads_on_when_it_is_removed(tmp_path):
    index = built(tmp_path, material_of())
    remove_indexes(tmp_path)
    assert on_shelf(tmp_path) == set()
    assert current_index(tmp_path, stamp_for(material_of())) is None
    assert [index.passage(row).text for row in range(len(index))] == list(TEXTS)
    assert index.vectors.nearest(ENCODER.encode_query(TEXTS[1]), 1)[0] == 1
    assert index.words.scores(stems_of("drift"))[3] > 0
    index.close()
    assert len(built(tmp_path, material_of())) == len(TEXTS)
    remove_indexes(tmp_path / "nothing here")


def test_a_large_index_is_scanned_when_its_graph_is_gone(tmp_path):
    rows = unit_rows(2, EXACT_LIMIT + 1)
    index = built(tmp_path, large_material(rows, range(len(rows))))
    question = rows[7]
    assert not index.vectors.exact
    assert 7 in index.vectors.nearest(question, 3)
    remove_indexes(tmp_path)
    assert set(index.vectors.nearest(question, 3)) == set(np.argsort(-(rows @ question))[:3])
    index.close()
    assert on_shelf(tmp_path) == set()


# -- faults


class Breaking(list):
    """Passages that cannot be read to the end."""

    def __iter__(self) -> Iterator[Passage]:
        yield from list.__getitem__(self, slice(2))
        raise RuntimeError("the reader fails")


def test_a_build_that_fails_leaves_nothing_and_the_next_one_works(tmp_path):
    material = material_of()
    broken = Material(material.encoder, Breaking(material.passages), material.rows)
    with pytest.raises(RuntimeError, match="the reader fails"):
        build_index(tmp_path, stamp_for(material), broken)
    assert current_index(tmp_path, stamp_for(material)) is None
    assert on_shelf(tmp_path) == set()
    index = built(tmp_path, material)
    assert len(index) == len(TEXTS)
    index.close()


BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_index import built, material_of
class Slow(list):
    def __iter__(self):
        for number, passage in enumerate(list.__iter__(self)):
            if number == 2:
                print("half way", flush=True)
                sys.stdin.read()
            yield passage
material = material_of()
if sys.argv[3] == "slow":
    object.__setattr__(material, "passages", Slow(material.passages))
print(len(built(Path(sys.argv[1]), material)), flush=True)
"""


def builder(shelf: Path, speed: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(shelf), str(Path(__file__).parent), speed],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_build_is_never_seen_and_the_next_one_works(tmp_path):
    with builder(tmp_path, "slow") as process:
        assert process.stdout.readline() == "half way\n"
        assert current_index(tmp_path, stamp_for(material_of())) is None
        process.kill()
    assert current_index(tmp_path, stamp_for(material_of())) is None
    index = built(tmp_path, material_of())
    assert [index.passage(row).text for row in range(4)] == list(TEXTS)
    assert on_shelf(tmp_path) == {index.stamp}
    index.close()


def test_processes_that_build_the_same_index_agree(tmp_path):
    builders = [builder(tmp_path, "fast") for _ in range(3)]
    results = [process.communicate() for process in builders]
    assert results == [("4\n", "")] * 3
    assert on_shelf(tmp_path) == {stamp_for(material_of())}


def test_threads_that_build_and_read_never_see_half_of_an_index(tmp_path):
    problems: list[BaseException] = []
    sizes: list[int] = []
    versions = [material_of(TEXTS[:count]) for count in (3, 4)]

    def work(material: Material) -> None:
        try:
            for _ in range(5):
                index = built(tmp_path, material)
                sizes.append(len([index.passage(row) for row in range(len(index))]))
                index.close()
        # Whatever it is, the test must hear of it.
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(versions[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Counter(sizes) == {3: 10, 4: 10}


# -- meaning: the graph finds what the scan finds


def unit_rows(seed: int, count: int) -> np.ndarray:
    """Half of the rows anywhere, half around forty centres."""
    random = np.random.default_rng(seed)
    anywhere = random.normal(size=(count // 2, WIDTH))
    centres = np.random.default_rng(0).normal(size=(40, WIDTH))
    around = centres[random.integers(40, size=count - count // 2)]
    rows = np.concatenate([anywhere, around + 0.3 * random.normal(size=around.shape)])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def large_material(rows: np.ndarray, keys: Sequence[int]) -> Material:
    passages = [
        Passage(f"p{key}", "f", "knowledge", "", "", f"passage {key}", key, None, "en")
        for key in keys
    ]
    return Material("random", passages, rows)


def recall(vectors: Vectors, questions: np.ndarray, n: int = 50) -> float:
    """The share of the true nearest that is found."""
    shares = []
    for question in questions:
        true = set(np.argsort(-(vectors.rows @ question))[:n].tolist())
        shares.append(len(true & set(vectors.nearest(question, n).tolist())) / n)
    return float(np.mean(shares))


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A large index, the same after ten came and ten went, and that content built afresh."""
    shelf = tmp_path_factory.mktemp("grown")
    rows = unit_rows(1, MANY + 10)
    first = built(shelf, large_material(rows[:MANY], range(MANY)))
    then = large_material(rows[10:], range(10, MANY + 10))
    indexes = [first, built(shelf, then), built(tmp_path_factory.mktemp("fresh"), then)]
    yield indexes
    for index in indexes:
        index.close()


def test_few_rows_are_scanned_and_many_have_a_graph(tmp_path, grown):
    small = built(tmp_path, material_of())
    assert small.vectors.exact
    assert not grown[0].vectors.exact
    assert len(grown[0]) > EXACT_LIMIT
    question = ENCODER.encode_query(TEXTS[1])
    assert small.vectors.nearest(question, 2)[0] == 1
    assert len(small.vectors.nearest(question, 99)) == len(TEXTS)
    cosines = small.vectors.cosines(question, np.array([1, 3]))
    np.testing.assert_allclose(cosines, small.vectors.rows[[1, 3]] @ question, rtol=1e-5)
    small.close()


@pytest.mark.parametrize("which", [0, 1, 2], ids=["first", "carried on", "afresh"])
def test_the_graph_finds_what_a_scan_finds(grown, which):
    assert recall(grown[which].vectors, unit_rows(7, 60)) >= 0.95


def test_what_came_is_found_and_what_went_is_not(grown):
    _, index, _ = grown
    rows = unit_rows(1, MANY + 10)
    for at in range(MANY, MANY + 10):
        assert index.passage(int(index.vectors.nearest(rows[at], 5)[0])).id == f"p{at}"
    for at in range(10):
        found = {index.passage(int(row)).id for row in index.vectors.nearest(rows[at], 50)}
        assert f"p{at}" not in found
        assert len(found) == 50


# -- words


@pytest.fixture
def words(tmp_path):
    WordIndex.build(TEXTS, tmp_path)
    return WordIndex.open(tmp_path, len(TEXTS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I know whether my idea suits ML?", ["idea", "suits", "ml"]),
        ("Naïve ＭＬ, straße", ["naive", "ml", "strasse"]),
        ("snake_case and-hyphen", ["snake", "case", "hyphen"]),
        ("what is that", []),
        ("", []),
    ],
)
def test_words_carry_the_subject(text, expected):
    assert words_of(text) == expected
    assert not set(words_of(text)) & STOP_WORDS


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("cafe\u0301", "café"), ("ﬁnance", "FINANCE"), ("Ｍ２", "m2")],
)
def test_spellings_of_one_word_fold_alike(one, other):
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(
    ("question", "best"),
    [("false alarms", 0), ("labelling an image", 1), ("NAIVE baseline", 2), ("data drifting", 3)],
)
def test_stems_find_every_form_of_a_word(words, question, best):
    scores = words.scores(stems_of(question))
    assert int(np.argmax(scores)) == best
    assert scores[best] > 0


@effort(deadline=None)
@given(question=st.lists(st.sampled_from(sorted(set(" ".join(TEXTS).split()))), max_size=12))
def test_scores_are_shares(question):
    words = shared_words()
    scores = words.scores(stems_of(" ".join(question)))
    assert scores.shape == (len(TEXTS),)
    assert (scores >= 0).all()
    assert (scores <= 1).all()


def shared_words(cache: list[WordIndex] = []) -> WordIndex:  # noqa: B006
    """One index for every example of a property."""
    if not cache:
        import tempfile

        folder = Path(tempfile.mkdtemp())
        WordIndex.build(TEXTS, folder)
        cache.append(WordIndex.open(folder, len(TEXTS)))
    return cache[0]


def test_an_unknown_word_counts_as_the_rarest(words):
    assert words.knows("drift")
    assert not words.knows("zebra")
    assert (words.count("label"), words.count("zebra")) == (1, 0)
    assert words.rarity("zebra") > words.rarity("drift") > 0
    alone = words.scores(["drift"])
    with_unknown = words.scores(["drift", "zebra"])
    assert 0 < with_unknown[3] < alone[3]
    assert words.scores(["zebra"]).tolist() == [0.0] * 4


def test_a_stem_has_its_commonest_form(tmp_path):
    WordIndex.build(["labels labels label", "labelling labels"], tmp_path)
    words = WordIndex.open(tmp_path, 2)
    assert words.alike("l", 6) == ["labels"]


@pytest.mark.parametrize("texts", [[], ["", "the of and"]])
def test_texts_without_words_have_no_scores(tmp_path, texts):
    WordIndex.build(texts, tmp_path)
    words = WordIndex.open(tmp_path, len(texts))
    assert words.scores(["drift"]).tolist() == [0.0] * len(texts)
    assert words.alike("d", 5) == ()
    assert not words.knows("drift")
