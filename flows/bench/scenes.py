"""How valid furnished rooms are: nothing penetrates, and gravity moves nothing.

Every room that is made is measured, on a fresh simulation of the scene as it would be saved;
none is left out afterwards.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, get_args

from ...scenes.libraries.procedural import ProceduralLibrary
from ...scenes.model.validity import validity
from ...scenes.rooms import Kind, furnished_scene
from ...schemas import AssemblyError

KINDS: tuple[Kind, ...] = get_args(Kind)
OBJECTS = 71
WORKERS = 2


@dataclass(frozen=True)
class _Room:
    """The measurements of one room.

    Attributes:
        kind: of room.
        objects: furniture and things, the robot and its table left out; 0 where it was refused.
        movable: those that are free or have joints.
        colliding: those in a pair deeper than 1 mm.
        moved: those that moved 1 cm or turned 5 degrees in 5 s.
        depth: sum of the deepest penetration of each, metres.
        seconds: CPU time it took to make.
    """

    kind: str
    objects: int
    movable: int
    colliding: int
    moved: int
    depth: float
    seconds: float


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `scenes`."""
    count, workers = (6, 1) if small else (100, WORKERS)
    asked: list[tuple[Kind, int]] = [
        (KINDS[number % len(KINDS)], seed * 1000 + number) for number in range(count)
    ]
    if workers == 1:
        _make(("office", seed * 1000 + 999))  # reads the taxonomy and the robot's files
        rooms = [_make(one) for one in asked]
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            rooms = list(pool.map(_make, asked))
    made = [room for room in rooms if room.objects]
    return {
        "workers": workers,
        "scenes": len(made),
        "refused": len(rooms) - len(made),
        **_figures(made),
        "by_kind": {kind: _figures(r for r in made if r.kind == kind) for kind in KINDS},
    }


def _make(asked: tuple[Kind, int]) -> _Room:
    """Furnish and measure one room."""
    kind, seed = asked
    start = time.process_time()
    try:
        scene, assets = furnished_scene(kind, seed, ProceduralLibrary(), OBJECTS)
    except AssemblyError as error:
        sys.stderr.write(f"{kind} {seed}: {error}\n")
        return _Room(kind, 0, 0, 0, 0, 0.0, time.process_time() - start)
    seconds = time.process_time() - start
    found = validity(scene, assets)
    for name in (*found.colliding, *found.unstable):
        sys.stderr.write(f"{kind} {seed}: {name} is not valid\n")
    return _Room(
        kind,
        objects=found.objects - 1,
        movable=found.movable,
        colliding=len(found.colliding),
        moved=len(found.unstable),
        depth=sum(found.depths.values()),
        seconds=seconds,
    )


def _figures(rooms: Iterable[_Room]) -> dict[str, float]:
    made = list(rooms)
    objects, movable = sum(r.objects for r in made), sum(r.movable for r in made)
    count = max(1, len(made))
    return {
        "objects_mean": round(objects / count, 2),
        "colliding_share": round(sum(r.colliding for r in made) / max(1, objects), 5),
        "stable_share": round(1 - sum(r.moved for r in made) / max(1, movable), 5),
        "penetration_mm_mean": round(1e3 * sum(r.depth for r in made) / max(1, objects), 4),
        "seconds_per_scene": round(sum(r.seconds for r in made) / count, 3),
    }
