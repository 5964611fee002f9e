"""The shipped entailment model finds said what a text says, whatever else it is asked."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from labelled import held_apart, read_training
from scorers import auroc

from assistant.answer.gate.evidence import gather
from assistant.embed import Entailment
from assistant.embed.bundled import FOLDER
from assistant.errors import DataInvalid
from assistant.retrieve import Passage

TEXT = (
    "Test the model before it is released. Of 240 labels, two people checked each, and the finance"
    " team owns the metric. A rule is cheaper than a model where ten cases cover the traffic."
)
SAID = (
    "Two people looked at every label.",
    "The finance team is responsible for the metric.",
    "Testing comes before the release.",
)
NOT_SAID = (
    "Nobody checked the labels.",
    "The legal team owns the metric.",
    "Testing comes after the release.",
)


@pytest.fixture(scope="module")
def entailment():
    return Entailment()


def test_what_a_text_says_is_surer_than_what_it_does_not(entailment):
    said = entailment.odds([(TEXT, one) for one in SAID])
    not_said = entailment.odds([(TEXT, one) for one in NOT_SAID])
    assert said.dtype == np.float32
    assert (said - not_said > 0.5).all(), (said, not_said)


def test_odds_are_the_same_in_any_company_and_from_any_thread(entailment):
    pairs = [(TEXT, one) for one in (*SAID, *NOT_SAID)]
    alone = np.concatenate([entailment.odds([pair]) for pair in pairs])
    assert (entailment.odds(pairs) == alone).all()
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(entailment.odds, [pairs] * 8):
            assert (found == alone).all()


@pytest.mark.parametrize("text", ["", " ", "\ud83d", "a" * 20_000, "word " * 5_000, "📦" * 300])
def test_odd_texts_have_odds_too(entailment, text):
    for pair in ((text, SAID[0]), (TEXT, text), (text, text)):
        [odds] = entailment.odds([pair])
        assert np.isfinite(odds)
    assert entailment.odds([]).shape == (0,)


def test_a_long_text_is_cut_and_not_the_sentence(entailment):
    long = TEXT + " Nothing else is known about it." * 80
    [said], [not_said] = (entailment.odds([(long, one[0])]) for one in (SAID, NOT_SAID))
    assert said != not_said


def test_it_tells_true_from_altered_on_articles_that_it_never_learnt(entailment, assistant):
    """A floor, not the figure: `evals/fit_gate.py` and the evaluation give those."""
    encode = assistant.library.encoder.encode
    seen = []

    def note(pairs):
        seen.append(pairs[0])
        return np.zeros(1, np.float32)

    apart = [pair for pair in read_training() if held_apart(pair)][::8]
    for pair in apart:
        passage = Passage(pair.passage_id, "a", "knowledge", "", "", pair.passage, 0, None, "en")
        [evidence] = gather([passage], encode, note)
        evidence.entailed(pair.sentence, range(len(evidence.windows)))
    odds = entailment.odds(seen)
    true = np.array([pair.label == "supported" for pair in apart])
    assert min(true.sum(), (~true).sum()) > 50
    assert auroc(odds[true].tolist(), odds[~true].tolist()) >= 0.7


def test_a_damaged_file_is_refused(tmp_path):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "encoder"))
    with (folder / "entailment" / "model.onnx").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\0")
    with pytest.raises(DataInvalid) as caught:
        Entailment(folder).odds([(TEXT, SAID[0])])
    assert caught.value.code == "encoder_damaged"
    manifest = json.loads((folder / "entailment" / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].clear()
    (folder / "entailment" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataInvalid, match=r"does not list model\.onnx"):
        Entailment(folder).odds([(TEXT, SAID[0])])
