"""Texts → vectors, each text encoded once as long as it is among those used last."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from assistant.embed.seam import Vectors

# 384 numbers each: 30 MB.
MOST = 20_000
# More at once would only take turns on the same cores, and hold everything else up.
AT_ONCE = 2

Encode = Callable[[Sequence[str]], Vectors]


def remembered(encode: Encode, *, most: int = MOST, at_once: int = AT_ONCE) -> Encode:
    """The same rows as `encode` gives; safe to use from many threads."""
    known: OrderedDict[str, Vectors] = OrderedDict()
    lock = threading.Lock()
    turns = threading.Semaphore(at_once)

    def encode_remembered(texts: Sequence[str]) -> Vectors:
        if not texts:
            return encode(texts)
        rows = look_up(texts)
        if len(rows) < len(set(texts)):
            with turns:
                # While this waited, others may have encoded the same.
                rows |= look_up(texts)
                missing = [text for text in dict.fromkeys(texts) if text not in rows]
                fresh = dict(zip(missing, encode(missing), strict=True)) if missing else {}
                remember(fresh)
            rows |= fresh
        return np.stack([rows[text] for text in texts])

    def look_up(texts: Sequence[str]) -> dict[str, Vectors]:
        with lock:
            found = {text: known[text] for text in texts if text in known}
            for text in found:
                known.move_to_end(text)
        return found

    def remember(fresh: dict[str, Vectors]) -> None:
        with lock:
            known.update(fresh)
            while len(known) > most:
                known.popitem(last=False)

    return encode_remembered
