"""One JSON line on stdin → llama.cpp's server on a free port of loopback, until stdin closes.

Run as a script by `process`, so it imports nothing of ours. The key comes by stdin because the
arguments of a process can be read by every user of the machine. The answer is one JSON line on
stdout: `{"address": "http://127.0.0.1:…"}` or `{"error": "…"}`.
"""

import json
import os
import sys
import threading
import time
from typing import Any

PARENT_CHECK_S = 1.0


def main() -> None:
    """Serve until the parent closes stdin, or ends."""
    parent = os.getppid()
    wish = json.loads(sys.stdin.readline())
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # llama.cpp writes to both; the report line must stay alone on its pipe.
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    try:
        server = serve(wish)
    # Whatever the C++ code throws becomes a reason that a person can read.
    except Exception as error:
        _say(report, {"error": f"{type(error).__name__}: {error}"})
        raise
    _say(report, {"address": server.listening_address})
    sys.stdin.read()
    os._exit(0)


def serve(wish: dict[str, Any]) -> Any:
    """Load the model and start its server; blocks until the model is loaded."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = wish["model"]
    params.model_alias = {"local"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [wish["key"]]
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.verbosity = 2
    params.n_parallel = wish["parallel"]
    # llama.cpp shares the context out over the slots.
    params.n_ctx = wish["context"] * wish["parallel"]
    params.cpuparams.n_threads = wish["threads"]
    params.cpuparams_batch.n_threads = wish["threads"]
    params.cache_ram_mib = wish["cache_mib"]
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_AUTO
    return xllamacpp.Server(params)


def _say(report: Any, words: dict[str, str]) -> None:
    report.write(json.dumps(words) + "\n")
    report.close()


def _end_with_parent(parent: int) -> None:
    # A pipe can be kept open by a process that the parent forked; the parent's id cannot.
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_S)
    os._exit(0)


if __name__ == "__main__":
    main()
