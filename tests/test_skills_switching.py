"""Switches: where fingers push them, and that buttons, knobs and levers end where they should."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from attempts import first_success
from worlds import by_hand, first, make_task, put

from cousins.scenes.core.franka import FRANKA
from cousins.scenes.model.mujoco_model import compile_model
from cousins.tasks.grasping.pairs import piece
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.skills.switching.part_contacts import TIP, pushes, taken_across
from cousins.tasks.solving.capabilities import capabilities

SWITCHES = ("loudspeaker.n.01", "toaster.n.02", "switch.n.01", "faucet.n.01", "rice_cooker.n.01")
OFF, ON = "(not (toggled_on thing))", "(toggled_on thing)"


@pytest.mark.parametrize("category", SWITCHES)
def test_fingers_begin_to_push_at_the_surface_and_against_it(category: str) -> None:
    asset = first(category)
    joint = next(j for j in asset.joints if j.controls == "switch")
    link = next(x for x in asset.links if x.joint == joint)
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * TIP
    solid = [piece(asset, shape) for shape in link.collisions]
    found = pushes(asset, joint, up=True)
    assert found
    for push in found[:: max(1, len(found) // 40)]:
        tips = corners @ push.link_from_tool[:3, :3].T + push.link_from_tool[:3, 3]
        ahead = float((tips @ push.along).max())
        nearest = min(float((mesh.vertices @ push.along).min()) for mesh in solid)
        assert ahead >= nearest - 1e-6, "the fingertips stop short of the part"
        if joint.kind == "hinge":
            turning = np.cross(np.array(joint.axis), push.link_from_tool[:3, 3])
            assert turning @ push.along > 0, "it would turn the other way"
        else:
            assert push.along @ np.array(joint.axis) == pytest.approx(1.0)


@pytest.mark.parametrize("category", ["toaster.n.02", "rice_cooker.n.01"])
def test_a_tab_is_also_taken_by_its_other_two_sides(category: str) -> None:
    asset = first(category)
    (handle,) = [x for x in asset.handles if x.joint == "lever"]
    across = taken_across(asset, handle)
    closing = np.array(across.closing)
    assert closing @ np.array(handle.closing) == pytest.approx(0.0)
    assert closing @ np.array(handle.approach) == pytest.approx(0.0)
    assert handle.width < across.width < FRANKA.widest_grasp
    link = asset.link(handle.link)
    tab = np.concatenate([piece(asset, shape).vertices for shape in link.collisions])
    ends = (tab @ closing).min(), (tab @ closing).max()
    assert np.mean(ends) == pytest.approx(np.array(across.pos) @ closing)
    assert np.ptp(ends) == pytest.approx(across.width)


@pytest.mark.parametrize(
    ("category", "start", "goal"),
    [
        ("loudspeaker.n.01", OFF, ON),
        ("fire_alarm.n.02", ON, OFF),
        ("table_lamp.n.01", OFF, ON),
        ("faucet.n.01", ON, OFF),
        ("rice_cooker.n.01", ON, OFF),
    ],
)
def test_switches_are_moved_and_the_episode_replays(category: str, start: str, goal: str) -> None:
    task = make_task({"thing": category}, start, goal)
    scene, assets, episode, _ = first_success(task)
    assert [x.skill for x in episode.subtasks] == ["turn_on" if goal == ON else "turn_off"]
    compiled = compile_model(scene, assets, "physics")
    assert PhysicsFacts(compiled, compiled.new_data()).holds("toggled_on", ("thing",)) == (
        goal == OFF
    )


def test_a_button_stays_pressed_and_only_a_mushroom_is_pulled_out() -> None:
    speaker, alarm = first("loudspeaker.n.01"), first("fire_alarm.n.02")
    able = capabilities({"speaker": speaker, "alarm": alarm}, "table")
    keys = {x.key for x in able.operators}
    assert ("turn_off", ("alarm",)) in keys
    assert ("turn_off", ("speaker",)) not in keys
    for name, asset in (("speaker", speaker), ("alarm", alarm)):
        button = asset.joints[0].name
        for value in asset.joints[0].limits:
            compiled = by_hand(put(name, asset, (0.5, 0.0, 0.75), joints={button: value}))
            data = compiled.new_data()
            mujoco.mj_step(compiled.model, data, 500)
            moved = data.qpos[compiled.objects[name].joints[button].qpos]
            assert moved == pytest.approx(value, abs=0.05 * asset.joints[0].limits[1])
