"""Trained weights of the entailment model → model.onnx (int8) and manifest.json beside this file.

`python assistant/encoder/entailment/export.py FILE.safetensors` in an environment that has `numpy`,
`onnx` and `safetensors`; `evals/train_entailment.py` writes the weights. The layers are those of
the encoder and are written by its export: see `assistant/encoder/export.py`.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from safetensors.numpy import load_file

from assistant.encoder.export import Exporter

HERE = Path(__file__).parent
CLASSES = 3


class EntailmentExporter(Exporter):
    """The encoder's layers over two texts, and three classes on top."""

    def embedded(self) -> str:
        """As in the encoder, where every token is of the first segment; plus the difference."""
        add, constant = self.graph.add, self.graph.constant
        segments = self.weights["embeddings.token_type_embeddings.weight"]
        rows = constant("segments", np.asarray(segments - segments[0]))
        second = add("Gather", [rows, "segment_ids"], "segment")
        return add("Add", [super().embedded(), second], "embedded.both")

    def model(self) -> onnx.ModelProto:
        """`input_ids`, `segment_ids` (1, tokens) → `logits` (1, 3): says, leaves open, denies."""
        add, constant = self.graph.add, self.graph.constant
        value = self.states()
        first = add("Gather", [value, constant("first", np.array([0]))], "first.token", axis=1)
        flat = add("Flatten", [first], "first.row", axis=1)
        joined = add("Concat", [flat, self.mean(value)], "both", axis=1)
        weight = constant("head.weight", self.weights["head.weight"])
        bias = constant("head.bias", self.weights["head.bias"])
        add("Gemm", [joined, weight, bias], "logits", transB=1)
        return self.written("entailment-MiniLM-L6", ["input_ids", "segment_ids"], "logits", CLASSES)


def export(source: Path, target: Path) -> dict[str, Any]:
    """Write model.onnx and manifest.json into `target`; return the manifest."""
    weights = source.read_bytes()
    model = EntailmentExporter(dict(load_file(source))).model()
    onnx.checker.check_model(model)
    content = model.SerializeToString(deterministic=True)
    (target / "model.onnx").write_bytes(content)
    manifest = {
        "name": "entailment-MiniLM-L6/int8",
        "dimension": CLASSES,
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
        "files": {
            "model.onnx": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        },
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (target / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the entailment model.")
    parser.add_argument("source", type=Path, help="the trained weights")
    parser.add_argument("--target", type=Path, default=HERE)
    arguments = parser.parse_args()
    sys.stdout.write(json.dumps(export(arguments.source, arguments.target), indent=2) + "\n")
