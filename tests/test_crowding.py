"""Clutter that crowds: close about the task's objects, touching nothing, the same every time."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from worlds import LIBRARY, first, make_request

from cousins.flows.bench._suites import clutter, make
from cousins.scenes.assembly.assemble import assemble
from cousins.scenes.core.geometry import transform, yaw_quaternion
from cousins.scenes.layout.clearance import outlines_overlap, slid_apart
from cousins.scenes.layout.pose_sampling import REACH
from cousins.schemas import AssemblyError, Asset, Scene, SceneSpec, SpecError
from cousins.schemas.spec_file import parse_spec
from cousins.tasks.solving.setup import build_scene

SETTLED = 0.004
"""How far things may shift while they come to rest, metres."""
GAP = (0.01, 0.02)
OBJECTS = [{"name": "mug", "category": "mug.n.04"}, {"name": "plate", "category": "plate.n.04"}]
ROUND = ("apple.n.01", "can__of__soda.n.01", "muffin.n.01")


def crowded(
    seed: int, objects: Any = OBJECTS, roles: dict[str, str] | None = None, count: int = 8
) -> tuple[Scene, dict[str, Asset]]:
    clutter: dict[str, Any] = {"count": count, "around": "task", "gap": {"uniform": GAP}}
    clutter["categories"] = ROUND
    spec = SceneSpec.model_validate({"objects": objects, "clutter": clutter})
    return assemble(make_request(spec, seed, roles=roles), LIBRARY)


def near(scene: Scene, assets: dict[str, Asset], a: str, b: str, gap: float) -> bool:
    """Whether the outlines of two objects come closer than a gap."""
    one, other = scene.object(a), scene.object(b)
    poses = [transform(x.pos, x.quat) for x in (one, other)]
    return outlines_overlap(
        assets[one.asset_hash], poses[0], assets[other.asset_hash], poses[1], gap
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_stands_close_and_touches_nothing(seed: int) -> None:
    scene, assets = crowded(seed)
    names = [x.name for x in scene.objects if x.role != "support"]
    assert len(names) == 10
    for a, b in combinations(names, 2):
        assert not near(scene, assets, a, b, GAP[0] - SETTLED), (a, b)
    for name in names[2:]:
        close = [x for x in names if x != name and near(scene, assets, name, x, GAP[1] + SETTLED)]
        assert close, name
        distance = np.hypot(*scene.object(name).pos[:2])
        assert REACH[0] - SETTLED < distance < REACH[1] + SETTLED, name


def test_the_task_is_what_is_crowded() -> None:
    scene, assets = crowded(0, roles={"mug": "task"}, count=3)
    for name in ("clutter_0", "clutter_1", "clutter_2"):
        assert near(scene, assets, name, "mug", GAP[1] + SETTLED), name


def test_a_crowd_repeats_to_the_byte() -> None:
    assert crowded(1)[0].canonical_json() == crowded(1)[0].canonical_json()


def test_a_crowd_about_nothing_is_refused() -> None:
    with pytest.raises(AssemblyError, match="nothing to crowd on the table"):
        crowded(0, objects=[])


def test_specs_without_a_crowd_keep_their_bytes() -> None:
    kept = parse_spec("name: a\nscene: {clutter: {count: 3}}").scene.clutter.model_dump()
    assert set(kept) == {"count", "categories"}


@pytest.mark.parametrize(
    ("clutter", "told"),
    [
        ("{count: 3, gap: 0.01}", "write `around: task` beside it"),
        ("{count: 3, around: tasks}", "did you mean 'task'"),
        ("{count: 3, around: task, gap: 0.5}", "allowed are numbers from 0.003 to 0.2"),
    ],
)
def test_what_is_wrong_is_said(clutter: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        parse_spec(f"name: a\nscene: {{clutter: {clutter}}}")


@pytest.mark.parametrize("bearing", [0.3, 2.0, 4.4])
def test_sliding_apart_ends_at_the_gap(bearing: float) -> None:
    mug, board = first("mug.n.04"), first("chopping_board.n.01")
    away = np.array([np.cos(bearing), np.sin(bearing)])
    still = transform([0.5, 0.1, 0.0], yaw_quaternion(0.7))
    start = transform([0.47, 0.14, 0.0], yaw_quaternion(-1.1))
    distance = slid_apart(mug, start, board, still, away, 0.015)
    for more, touches in ((-0.001, True), (0.001, False)):
        pose = start.copy()
        pose[:2, 3] += away * (distance + more)
        assert outlines_overlap(mug, pose, board, still, 0.015) == touches


def test_blocked_grasps_come_back_when_the_clutter_goes() -> None:
    for number in range(8):
        made = make("clutter", number)
        scene, assets = build_scene(made.spec, made.task, 0, LIBRARY)
        if made.unlike(scene, assets) is None:
            break
    else:
        pytest.fail("eight scenes, and no target is partly blocked")
    assert clutter.blocked_share(scene, assets, clutter.TARGET) >= clutter.MIN_BLOCKED
    bare = scene.model_copy(
        update={"objects": tuple(x for x in scene.objects if x.role != "clutter")}
    )
    assert clutter.blocked_share(bare, assets, clutter.TARGET) == 0.0
    assert "things within reach" in str(made.unlike(bare, assets))
