"""A FAKE of Blender's worker process: the same messages, and no picture. HOW [FILE].

HOW says how it fails: `never`; `die`, `hang`, `starve` (of memory, for real) or `refuse` on every
frame; `die-once`, `hang-once` or `starve-once` on the first frame, after which FILE exists; `mute`
never becomes ready.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np


class Standard:
    def read(self, count: int) -> bytes:
        raw = sys.stdin.buffer.read(count)
        if len(raw) < count:
            raise EOFError
        return raw


def starve() -> None:
    """Ask for more memory than the system lets this process have."""
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    np.ones(1 << 33, dtype=np.uint8)


def main(how: str, marker: Path) -> None:
    messages: Any = import_module("apart.messages")

    def send(head: dict[str, Any], arrays: dict[str, Any]) -> None:
        for part in messages.pack(messages.Message(head, arrays)):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()

    if how == "mute":
        time.sleep(60)
    send({"ready": True}, {})
    known: set[str] = set()
    drawn = 0
    while True:
        request = messages.unpack(Standard())
        if request.head["do"] == "load":
            known |= set(request.head["meshes"])
            missing = {geom["mesh"] for geom in request.head["geoms"]} - known
            send({"error": f"no meshes {missing}"} if missing else {}, {})
            continue
        fail, _, once = how.partition("-")
        if not once or not marker.exists():
            marker.touch() if once else None
            if fail == "die":
                sys.stderr.write("the fake dies\n")
                os._exit(3)
            if fail == "hang":
                time.sleep(60)
            if fail == "starve":
                starve()
            if fail == "refuse":
                send({"error": "the fake refuses"}, {})
                continue
        if not known:
            send({"error": "nothing is loaded"}, {})
            continue
        drawn += 1
        size = (request.head["view"]["height"], request.head["view"]["width"])
        send(
            {},
            {
                # Frames are told apart by their depth; the last row sees nothing.
                "depth": np.vstack([np.full(size, float(drawn))[1:], np.full((1, size[1]), 1e10)]),
                "geoms": np.vstack([np.ones(size)[1:], np.zeros((1, size[1]))]).astype(np.int32),
                "colour": np.full((*size, 3), request.head["sky"], dtype=np.float32),
            },
        )


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except EOFError:
        sys.exit(0)
