"""Vectors are remembered: the same rows as ever, each text encoded once, so many kept at most."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.embed import HashingEncoder, remembered


class Counted:
    """An encoder that keeps the texts it was given, and how many threads were in it at once."""

    def __init__(self) -> None:
        self._encoder = HashingEncoder()
        self.given: list[str] = []
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()

    def __call__(self, texts):
        with self._lock:
            self.given += texts
            self._inside += 1
            self.most = max(self.most, self._inside)
        try:
            return self._encoder.encode(texts)
        finally:
            with self._lock:
                self._inside -= 1


@pytest.mark.parametrize("texts", [[], ["a cat"], ["a cat", "a dog"], ["a cat", "b", "a cat"]])
def test_rows_are_those_of_the_encoder_whether_new_or_known(texts):
    encode = Counted()
    kept = remembered(encode)
    wanted = HashingEncoder().encode(texts)
    for _ in range(2):
        found = kept(texts)
        assert found.dtype == wanted.dtype
        assert found.shape == wanted.shape
        np.testing.assert_array_equal(found, wanted)
    assert encode.given == list(dict.fromkeys(texts))


def test_what_was_used_last_is_kept():
    encode = Counted()
    kept = remembered(encode, most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        kept([text])
    assert encode.given == ["a", "b", "c", "b"]
    # More at once than are kept come out whole.
    assert kept(["x", "y", "z"]).shape[0] == 3


def test_many_threads_get_their_own_rows_and_encode_each_text_once():
    encode = Counted()
    kept = remembered(encode, at_once=2)
    asked = [[f"text {(number + step) % 40}" for step in range(10)] for number in range(80)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(kept, asked))
    plain = HashingEncoder()
    for texts, rows in zip(asked, found, strict=True):
        np.testing.assert_array_equal(rows, plain.encode(texts))
    assert encode.most <= 2
    # Two that wait side by side may both encode a text; all sixteen may not.
    assert len(encode.given) <= 2 * 40
