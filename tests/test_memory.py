"""Memory while many frames are made in one process."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

import pytest
from test_images import spec, world

from cousins.generators.frames import render_scene
from cousins.generators.store.staging import ShardWriter

EVERYTHING = (
    "rgb", "depth", "depth_linear", "normal", "seg_instance", "seg_semantic", "seg_part",
    "seg_amodal", "visible_fraction", "bbox_2d_tight", "bbox_2d_loose", "bbox_3d", "keypoints",
    "point_cloud", "poses", "joint_states", "predicate_states", "scene_graph", "camera_params",
)  # fmt: skip


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_memory_stays_flat() -> None:
    scene, assets = world(15)
    angles = [float(i) for i in range(30)]
    few = spec(size=(64, 64), vary={"object.brick.pose.yaw": {"sweep": angles}})
    render_scene(scene, assets, few)
    before = resident_bytes()
    for _ in range(2):
        render_scene(scene, assets, few)
    assert resident_bytes() - before < 15e6


@pytest.mark.heavy
def test_two_thousand_frames_need_no_more_memory_than_some_hundred(tmp_path: Path) -> None:
    """Five scenes in turn, more than are kept ready, with every label, written as they come."""
    made = [world(seed) for seed in range(5)]
    frames, seen = 0, list[tuple[int, int]]()
    while frames < 2000:
        turn = len(seen)
        scene, assets = made[turn % len(made)]
        yaw = {"sweep": [float((37 * turn + 11 * step) % 360) for step in range(10)]}
        vary = {"object.brick.pose.yaw": yaw}
        wanted = spec(size=(128, 128), labels=EVERYTHING, vary=vary)
        writer = ShardWriter.create(tmp_path, "frames", str(turn))
        frames += len(render_scene(scene, assets, wanted, keep=writer.add).frames)
        seen.append((frames, resident_bytes()))
    early = median(size for count, size in seen if 200 <= count <= 600)
    late = median(size for count, size in seen if count >= 1600)
    assert late < 1.05 * early
