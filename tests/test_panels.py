"""Shutting by the panel: pushes that meet faces head on, and lids that stay where they are."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from solids import nearest
from some import some
from worlds import by_hand, first, make_task, put

from cousins.scenes.core.franka import FRANKA
from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.schemas import Asset, EpisodeSpec, Joint
from cousins.tasks.grasping.hand import TIP_REACH
from cousins.tasks.grasping.handles import PUSH_GAP
from cousins.tasks.grasping.pairs import collision_mesh
from cousins.tasks.grasping.panel_contacts import FINGER, OVERLAP, ROLLS, TILTS, panel_holds
from cousins.tasks.solving.solve import solve

CATEGORIES = ("cabinet.n.01", "cabinet.n.03", "cedar_chest.n.01")


def door(category: str) -> tuple[Asset, Joint, str]:
    """An asset with its first joint and the name of what that moves."""
    asset = first(category)
    joint = asset.joints[0]
    link = next(x.name for x in asset.links if x.joint and x.joint.name == joint.name)
    return asset, joint, link


@pytest.mark.parametrize("category", CATEGORIES)
def test_pushes_begin_just_before_a_face_and_go_on_into_it(category: str) -> None:
    asset, joint, link = door(category)
    mesh = collision_mesh(asset, link)
    found = panel_holds(asset, asset.content_hash(), joint, 7, FRANKA)
    pushed = [hold for hold in found if hold.push]
    assert [hold.number for hold in found] == list(range(7, 7 + len(found)))
    assert len(pushed) >= 100
    tips = np.array([h.link_from_tool[:3, 3] + TIP_REACH * h.link_from_tool[:3, 2] for h in pushed])
    _, distance, _ = nearest(mesh, tips)
    assert (distance < PUSH_GAP + FINGER + OVERLAP).all()
    assert np.median(distance) >= PUSH_GAP - 1e-6
    # The first ones come straight on: what lies ahead of the fingertips is the part itself.
    ways = len(ROLLS) * sum(directions for _, directions in TILTS)
    assert len(pushed) % ways == 0
    for hold in pushed[: len(ROLLS) * len(pushed) // ways]:
        z = hold.link_from_tool[:3, 2]
        tip = hold.link_from_tool[:3, 3] + TIP_REACH * z
        where = mesh.ray.intersects_location([tip - 0.001 * z], [z])[0]
        assert np.linalg.norm(where - tip, axis=1).min() < PUSH_GAP + 1e-4


@pytest.mark.parametrize("category", CATEGORIES)
def test_held_edges_move_with_the_closing_axis(category: str) -> None:
    asset, joint, _ = door(category)
    found = panel_holds(asset, asset.content_hash(), joint, 0, FRANKA)
    for hold in some(hold for hold in found if not hold.push):
        lever = hold.link_from_tool[:3, 3] - np.array(joint.anchor)
        axis = np.array(joint.axis)
        way = axis if joint.kind == "slide" else np.cross(axis, lever)
        assert abs(hold.link_from_tool[:3, 1] @ way) > 0.89 * np.linalg.norm(way)
        assert hold.opening > hold.width


def leaning(share: float) -> CompiledScene:
    """A chest before the robot with its lid at a share of its range."""
    chest = first("cedar_chest.n.01")
    lid = chest.joints[0]
    return by_hand(put("chest", chest, (0.55, 0.1, 0.0), np.pi, {lid.name: share * lid.limits[1]}))


def test_a_lid_stays_where_it_was_left() -> None:
    compiled = leaning(0.93)
    data = compiled.new_data()
    address = next(iter(compiled.objects["chest"].joints.values())).qpos
    before = float(data.qpos[address])
    for _ in range(5000):
        mujoco.mj_step(compiled.model, data)
    assert float(data.qpos[address]) == pytest.approx(before, abs=0.01)


def test_a_drawer_too_close_for_its_handle_is_pushed_shut() -> None:
    cabinet = first("cabinet.n.01")
    joint = cabinet.joints[0]
    pulled = {joint.name: 0.9 * joint.limits[1]}
    compiled = by_hand(put("cabinet", cabinet, (0.43, 0.2, 0.0), np.pi, pulled))
    task = make_task({"cabinet": "cabinet.n.01"}, "(open cabinet)", "(not (open cabinet))")
    episode, arrays = solve(
        compiled.scene, dict(compiled.assets), task, EpisodeSpec(), (0,), "t0000-e00"
    )
    assert episode.success, episode.cause
    address = compiled.objects["cabinet"].joints[joint.name].qpos
    assert float(arrays.qpos[-1, address]) < 0.05 * joint.limits[1]
    chosen = [
        event for event in episode.trace if event.event == "choose" and event.stage == "grasp"
    ]
    assert chosen[-1].reason == "push"
