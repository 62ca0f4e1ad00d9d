"""Runs CoACD on one mesh, as a script in a process of its own: IN.npz OUT.npz MAX_PIECES.

It is started by its path, so that it imports nothing but numpy and CoACD.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

import os
import sys


def main(source: str, target: str, most: int) -> None:
    """Decompose `vertices` and `faces` of a file; writes the corners of each piece."""
    # One thread: the order of a parallel reduction would change the last bits.
    os.environ["OMP_NUM_THREADS"] = "1"
    import coacd
    import numpy as np

    with np.load(source) as stored:
        mesh = coacd.Mesh(stored["vertices"], stored["faces"])
        closed = bool(stored["closed"])
    coacd.set_log_level("error")
    pieces = coacd.run_coacd(
        mesh,
        threshold=0.05,
        max_convex_hull=most,
        # A closed mesh is cut as it is; any other is wrapped in a coarse closed one first.
        preprocess_mode="off" if closed else "on",
        preprocess_resolution=30,
        resolution=1000,
        mcts_nodes=10,
        mcts_iterations=20,
        mcts_max_depth=2,
        seed=0,
    )
    if not pieces:
        raise ValueError("it gave no pieces")
    np.savez(target, **{f"p{number}": piece[0] for number, piece in enumerate(pieces)})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
