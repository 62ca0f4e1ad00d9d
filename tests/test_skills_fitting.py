"""Pegs are inserted by feel and mugs hung on hooks; what hangs and what does not."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from attempts import first_success
from worlds import LIBRARY, by_hand, first, make_task, put

from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import DatasetSpec, EpisodeArrays
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.pick_place.choosing import choose
from cousins.tasks.skills.hanging import ON_HOOK
from cousins.tasks.skills.hanging.poses import fits as goes_on
from cousins.tasks.skills.inserting.motion import fits as goes_in
from cousins.tasks.solving.capabilities import capabilities
from cousins.tasks.solving.setup import build_scene

INSERT = make_task(
    {"candle": "beeswax_candle.n.01", "stick": "candlestick.n.01"}, "", "(inside candle stick)"
)
HANG = make_task({"mug": "mug.n.04", "rack": "hook_rack.n.01"}, "", "(attached mug rack)")


def last_facts(compiled: CompiledScene, arrays: EpisodeArrays) -> PhysicsFacts:
    """The facts at the end of an episode."""
    data = compiled.new_data()
    data.qpos[:] = arrays.qpos[-1]
    mujoco.mj_forward(compiled.model, data)
    return PhysicsFacts(compiled, data)


def test_every_candle_fits_every_candlestick_with_a_millimetre_to_spare() -> None:
    for number in (0, 17, 40, 63):
        candle = LIBRARY.get(f"beeswax-candle-{number:04d}")
        stick = LIBRARY.get(f"candlestick-{63 - number:04d}")
        (socket,) = stick.cavities
        assert goes_in(candle, socket)
        shaft = max(
            shape.size[0] for shape in candle.links[0].collisions if shape.kind == "cylinder"
        )
        assert socket.half_size[0] - shaft == pytest.approx(0.001, abs=1e-5)
        able = capabilities(
            {"table": first("breakfast_table.n.01"), "a": candle, "b": stick}, "table"
        )
        assert ("a", "b", "inside") not in able.fits, "it is inserted, not dropped"
        assert ("insert", ("a", "b")) in {operator.key for operator in able.operators}
    assert not goes_in(first("can__of__soda.n.01"), socket)


def test_a_candle_is_inserted_to_the_bottom_of_its_socket() -> None:
    scene, assets, episode, arrays = first_success(INSERT)
    assert [x.skill for x in episode.subtasks if x.success] == ["insert"]
    compiled = compile_model(scene, assets, "physics")
    facts = last_facts(compiled, arrays)
    candle, stick = (compiled.objects[name].body for name in ("candle", "stick"))
    (socket,) = compiled.asset_of("stick").cavities
    floor = facts.data.xpos[stick][2] + socket.centre[2] - socket.half_size[2]
    assert facts.data.xpos[candle][2] == pytest.approx(floor, abs=0.002)
    aside = np.linalg.norm(facts.data.xpos[candle][:2] - facts.data.xpos[stick][:2])
    assert aside < 0.0015
    assert not facts.holds("attached", ("candle", "stick")), "it stands, it does not hang"


def test_a_mug_is_hung_and_bears_on_its_hook_alone() -> None:
    scene, assets, episode, arrays = first_success(HANG)
    assert [x.skill for x in episode.subtasks if x.success] == ["hang"]
    compiled = compile_model(scene, assets, "physics")
    start, end = PhysicsFacts(compiled, compiled.new_data()), last_facts(compiled, arrays)
    assert not start.holds("attached", ("mug", "rack"))
    assert end.holds("attached", ("mug", "rack"))
    assert not end.holds("attached", ("rack", "mug"))
    assert not end.holds("ontop", ("mug", "rack"))
    assert not end.holds("touching", ("mug", "table"))
    low, _ = end.box("mug")
    _, top = end.box("table")
    assert low[2] > top[2] + 0.01
    data = compiled.new_data()
    data.qpos[:] = arrays.qpos[-1]
    data.qpos[compiled.objects["mug"].free_qpos or 0] += 0.3
    mujoco.mj_forward(compiled.model, data)
    assert not PhysicsFacts(compiled, data).holds("attached", ("mug", "rack")), "in the air"


def test_a_loop_is_let_go_with_its_hook_through_it() -> None:
    for number in range(4):
        spec = DatasetSpec(name="hang", seed=number)
        compiled = compile_model(*build_scene(spec, HANG, 0, LIBRARY), "physics")
        arm = Manipulator(compiled, Executor(compiled, 10, 0), np.random.default_rng(number))
        _, drop = choose(arm, "attached", "mug", "rack", manner=ON_HOOK)
        mug, rack = compiled.asset_of("mug"), compiled.asset_of("rack")
        (loop,) = mug.loops
        stand = compiled.objects["rack"].body
        turn = arm.executor.data.xmat[stand].reshape(3, 3)
        axis = drop.placement.pose[:3, :3] @ np.array(loop.axis)
        centre = drop.placement.pose[:3, :3] @ np.array(loop.centre) + drop.placement.pose[:3, 3]
        gaps: list[float] = []
        for hook in rack.hooks:
            along = turn @ (np.array(hook.tip) - np.array(hook.root))
            along /= np.linalg.norm(along)
            assert abs(axis @ along) > 0.99
            root = turn @ np.array(hook.root) + arm.executor.data.xpos[stand]
            gaps.append(float(np.linalg.norm(np.cross(centre - root, along))))
        assert min(gaps) < max(loop.half_size)


def test_what_leans_or_stands_in_something_is_not_attached() -> None:
    mug, spoon = first("mug.n.04"), first("wooden_spoon.n.02")
    compiled = by_hand(put("mug", mug, (0.5, 0.0, 0.0)), put("spoon", spoon, (0.5, 0.2, 0.0)))
    facts = PhysicsFacts(compiled, compiled.new_data())
    assert not any(facts.holds("attached", (a, b)) for a in ("mug", "spoon") for b in ("table",))


def test_a_hook_goes_through_a_loop_only_with_room_to_steer() -> None:
    hook = first("hook_rack.n.01").hooks[0]
    loop = first("mug.n.04").loops[0]
    assert goes_on(loop, hook)
    assert not goes_on(loop, hook.model_copy(update={"radius": min(loop.half_size)}))
