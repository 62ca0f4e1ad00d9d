"""Random scenes of all kinds, and views of them, for the comparison of labels with the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from worlds import LIBRARY, make_request

from cousins.generators.proposers import propose
from cousins.generators.store.hashing import item_seed
from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.rooms.scene import Kind as RoomKind
from cousins.schemas import (
    AssemblyError,
    Asset,
    CameraSpec,
    DatasetSpec,
    EpisodeArrays,
    Lens,
    Scene,
    SceneObject,
    SceneSpec,
    TaskSpec,
)
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

SceneKind = Literal["tabletop", "articulated", "room", "cousin"]
Made = tuple[Scene, dict[str, Asset]]
ROOMS: tuple[RoomKind, ...] = ("kitchen", "dining", "office", "workshop")
OPENING = (
    "cabinet.n.01", "cabinet.n.03", "cedar_chest.n.01", "microwave.n.02", "cooler.n.01",
    "laptop.n.01", "lunch_box.n.01", "toolbox.n.01", "recycling_bin.n.01", "toaster_oven.n.01",
    "rice_cooker.n.01", "radio_receiver.n.01",
)  # fmt: skip
SHARE: dict[SceneKind, int] = {"tabletop": 20, "articulated": 14, "room": 8, "cousin": 8}
"""Of each 50 scenes."""


@dataclass(frozen=True)
class Plan:
    """One scene to make."""

    kind: SceneKind
    seed: int


def plans(count: int) -> Iterator[Plan]:
    """`count` scenes, the kinds in their shares, well mixed."""
    ranked: list[tuple[float, SceneKind, int]] = sorted(
        ((place + 0.5) / share, kind, place)
        for kind, share in SHARE.items()
        for place in range(share)
    )
    order: list[SceneKind] = [kind for _, kind, _ in ranked]
    for number in range(count):
        yield Plan(order[number % len(order)], number)


def make(plan: Plan) -> Made:
    """The scene, things that open partly open, every camera with a lens of its own."""
    rng = np.random.default_rng([77, plan.seed])
    if plan.kind == "articulated":
        scene, assets = _opening(plan.seed, rng)
    elif plan.kind == "room":
        scene, assets = _room(plan.seed)
    else:
        scene, assets = of_task(plan.seed, plan.kind == "cousin")
    objects = tuple(_ajar(item, assets[item.asset_hash], rng) for item in scene.objects)
    cameras = tuple(
        camera.model_copy(update={"lens": lens(rng), "fov": float(rng.uniform(35, 80))})
        for camera in scene.cameras
    )
    # Nothing is settled again: labels are of what is there, be it possible or not.
    return scene.model_copy(update={"objects": objects, "cameras": cameras}), assets


def of_task(seed: int, far: bool = False) -> Made:
    """A tabletop of the grammar with clutter; with cousins that are far from their twins."""
    for index in range(10):
        try:
            return build_scene(
                _spec(far), _tasks()[(seed + index) % len(_tasks())], seed + 100 * index, LIBRARY
            )
        except AssemblyError:
            continue
    raise AssertionError(f"no scene for seed {seed}")


def solved(number: int) -> tuple[Scene, dict[str, Asset], EpisodeArrays]:
    """A task of the grammar, solved: its scene, and the states."""
    spec, task = _spec(False), _tasks()[number]
    for index in range(10):
        try:
            scene, assets = build_scene(spec, task, index, LIBRARY)
        except AssemblyError:
            continue
        seed = item_seed(spec.seed, "episodes", number, index)
        episode, arrays = solve(scene, assets, task, spec.episodes, seed, f"{task.id}-e{index:02d}")
        if episode.success:
            return scene, assets, arrays
    raise AssertionError(f"task {number} was never solved")


def lens(rng: np.random.Generator) -> Lens:
    """A plain one, one off the middle, or one that distorts."""
    fields: dict[str, Any] = {}
    kind = int(rng.integers(4))
    if kind == 1:
        fields["principal_point"] = tuple(rng.uniform((100.0, 70.0), (150.0, 120.0)).tolist())
    if kind >= 2:
        fields["distortion"] = ((-0.12, 0.02), (0.1, 0.05))[kind - 2]
    if kind == 3:
        fields["tangential"] = (0.004, -0.003)
        fields["focal_length"] = float(rng.uniform(22, 40))
    return Lens(**fields)


def _ajar(item: SceneObject, kind: Asset, rng: np.random.Generator) -> SceneObject:
    low_high = {joint.name: joint.limits for joint in kind.joints}
    shares = {name: float(rng.choice([0.0, rng.uniform(0.1, 1.0)])) for name in low_high}
    joints = {name: low + shares[name] * (high - low) for name, (low, high) in low_high.items()}
    return item.model_copy(update={"joints": joints})


@lru_cache(maxsize=2)
def _spec(far: bool) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "name": "truth",
            "seed": 11,
            "scene": {"clutter": {"count": {"uniform": [2, 7]}}},
            "cousins": {"distance": [0.3, 0.9] if far else [0.0, 0.5], "otherwise": "nearest"},
            "tasks": {"count": 12, "max_steps": 3},
            "cameras": [camera.model_dump(mode="json") for camera in _cameras()],
        }
    )


@lru_cache(maxsize=1)
def _tasks() -> tuple[TaskSpec, ...]:
    return propose(_spec(False), 0, 12, (), LIBRARY)


def _cameras() -> tuple[CameraSpec, ...]:
    """From the front, from the wrist, and from above."""
    above = {"name": "top", "elevation": 85, "distance": 1.2}
    return (
        CameraSpec(name="front"),
        CameraSpec(name="wrist", mount="hand"),
        CameraSpec.model_validate(above),
    )


def _opening(seed: int, rng: np.random.Generator) -> Made:
    """One or two things that open, with clutter about them."""
    for attempt in range(10):
        names = rng.choice(OPENING, size=2, replace=False).tolist()
        objects = [{"name": f"thing_{n}", "category": name} for n, name in enumerate(names)]
        spec = {"objects": objects, "clutter": {"count": 4}}
        request = make_request(
            SceneSpec.model_validate(spec), seed=1000 * seed + attempt, cameras=_cameras()
        )
        try:
            return assemble(request, LIBRARY)
        except AssemblyError:
            continue
    raise AssertionError(f"no scene for seed {seed}")


def _room(seed: int) -> Made:
    """A furnished room, with a few things on the table."""
    spec = {
        "objects": [{"name": "mug", "category": "mug.n.04"}],
        "clutter": {"count": 3},
        "room": {"kind": ROOMS[seed % len(ROOMS)]},
    }
    for attempt in range(10):
        request = make_request(
            SceneSpec.model_validate(spec), seed=1000 * seed + attempt, cameras=_cameras()
        )
        try:
            return assemble(request, LIBRARY)
        except AssemblyError:
            continue
    raise AssertionError(f"no scene for seed {seed}")
