"""Assembly: scenes are at rest, do not touch where they should not, and repeat to the byte."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from worlds import LIBRARY, make_request, make_task, scene_for

from cousins.scenes.assembly.assemble import ATTEMPTS, assemble
from cousins.scenes.core.geometry import rotation
from cousins.scenes.model.mujoco_model import compile_model
from cousins.scenes.model.settling import MAX_DEPTH, check_at_rest
from cousins.schemas import (
    AssemblyError,
    Asset,
    CameraSpec,
    CousinSpec,
    DatasetSpec,
    Refusal,
    RefusalKind,
    Scene,
    SceneSpec,
    SpecError,
)
from cousins.tasks.bddl.goals import evaluate
from cousins.tasks.bddl.problem import scene_problem
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.skills import skill_named
from cousins.tasks.solving import setup
from cousins.tasks.solving.feasibility import ReachBudget
from cousins.tasks.solving.setup import build_scene

FULL = SceneSpec.model_validate(
    {
        "objects": [
            {"name": "cabinet", "category": "cabinet.n.01", "joint": {"any": 0.9}},
            {"name": "tray", "category": "tray.n.01"},
            {"name": "mug", "category": "mug.n.04", "on": "tray"},
            {"name": "dice", "category": "toy_dice.n.01", "inside": "cabinet"},
            {"name": "bowl", "category": "bowl.n.01", "next_to": "tray"},
        ],
        "clutter": {"count": 2, "categories": ["apple.n.01", "can__of__soda.n.01"]},
    }
)
CAMERAS = (CameraSpec(name="front"), CameraSpec(name="wrist", mount="hand"))
_MADE: dict[int, tuple[Scene, dict[str, Asset]]] = {}


def full_scene(seed: int) -> tuple[Scene, dict[str, Asset]]:
    if seed not in _MADE:
        _MADE[seed] = assemble(make_request(FULL, seed, CAMERAS), LIBRARY)
    return _MADE[seed]


@pytest.mark.parametrize("seed", range(4))
def test_scenes_are_at_rest_and_nothing_overlaps(seed: int) -> None:
    scene, assets = full_scene(seed)
    compiled = compile_model(scene, assets, "physics")
    data = compiled.new_data()
    assert data.contact.dist.min(initial=0.0) > -MAX_DEPTH
    mujoco.mj_step(compiled.model, data, 500)
    for thing in scene.objects:
        body = compiled.objects[thing.name].body
        assert np.linalg.norm(data.xpos[body] - thing.pos) < 0.01, thing.name
        before, after = rotation(thing.quat), data.xmat[body].reshape(3, 3)
        if not max(assets[thing.asset_hash].extents) < 1.3 * min(assets[thing.asset_hash].extents):
            assert np.arccos(min(1.0, before[:, 2] @ after[:, 2])) < np.radians(5), thing.name
        for name, joint in compiled.objects[thing.name].joints.items():
            assert data.qpos[joint.qpos] == pytest.approx(thing.joints[name], abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_scenes_hold_what_was_asked_for(seed: int) -> None:
    scene, assets = full_scene(seed)
    compiled = compile_model(scene, assets, "physics")
    facts = PhysicsFacts(compiled, compiled.new_data())
    for predicate, *pair in (
        ("ontop", "mug", "tray"),
        ("inside", "dice", "cabinet"),
        ("nextto", "bowl", "tray"),
        ("ontop", "cabinet", "table"),
    ):
        assert facts.holds(predicate, tuple(pair)), (predicate, pair)
    names = [thing.name for thing in scene.objects]
    assert names == [
        "table", "cabinet", "tray", "mug", "dice", "bowl", "clutter_0", "clutter_1"
    ]  # fmt: skip
    assert [thing.role for thing in scene.objects[-2:]] == ["clutter", "clutter"]
    low, high = facts.box("table")
    for name in names[1:]:
        below, above = facts.box(name)
        assert (below[:2] > low[:2] - 0.02).all(), name
        assert (above[:2] < high[:2] + 0.02).all(), name
        assert below[2] > high[2] - 0.01, name
    for thing in scene.objects:
        assert thing.asset_hash == assets[thing.asset_hash].content_hash()
        assert thing.category == assets[thing.asset_hash].category or thing.cousin_distance > 0
    assert [camera.mount for camera in scene.cameras] == [None, "hand"]


def test_the_same_seed_gives_the_same_bytes() -> None:
    again, assets = assemble(make_request(FULL, 1, CAMERAS), LIBRARY)
    scene, first_assets = full_scene(1)
    assert again.canonical_json() == scene.canonical_json()
    assert sorted(assets) == sorted(first_assets)
    assert full_scene(2)[0].canonical_json() != scene.canonical_json()


def test_a_fresh_process_gives_the_same_bytes() -> None:
    program = (
        "import test_assembly as t; from worlds import LIBRARY, make_request;"
        "from cousins.scenes.assembly.assemble import assemble;"
        "scene, _ = assemble(make_request(t.FULL, 1, t.CAMERAS), LIBRARY);"
        "import sys; sys.stdout.write(scene.content_hash())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == full_scene(1)[0].content_hash()


def test_physics_and_pictures_share_the_layout_of_states() -> None:
    scene, assets = full_scene(0)
    physics, visual = (compile_model(scene, assets, d) for d in ("physics", "visual"))

    def layout(model: Any) -> list[tuple[str, int, int, int]]:
        joints = [model.joint(i) for i in range(model.njnt)]
        return [(j.name, int(j.type[0]), int(j.qposadr[0]), int(j.dofadr[0])) for j in joints]

    assert layout(physics.model) == layout(visual.model)
    assert physics.model.nbody == visual.model.nbody
    one, two = physics.new_data(), visual.new_data()
    assert np.array_equal(one.qpos, two.qpos)
    assert np.allclose(one.xpos, two.xpos, atol=1e-9)
    assert layout(physics.model)[0][0] == "robot/fr3_joint1"


def test_a_task_never_starts_solved() -> None:
    objects = {"apple": "apple.n.01", "plate": "plate.n.04", "bowl": "bowl.n.01"}
    task = make_task(objects, "", "(or (nextto apple plate) (ontop apple plate))")
    for index in range(6):
        scene, assets = scene_for(task, index=index)
        compiled = compile_model(scene, assets, "physics")
        facts = PhysicsFacts(compiled, compiled.new_data())
        assert not evaluate(scene_problem(task).goal, facts)
        assert {o.name: o.role for o in scene.objects}["apple"] == "task"


def test_a_task_starts_as_its_problem_says() -> None:
    task = make_task(
        {"chest": "cedar_chest.n.01", "dice": "toy_dice.n.01"},
        "(open chest) (inside dice chest)",
        "(ontop dice table)",
    )
    scene, assets = scene_for(task)
    compiled = compile_model(scene, assets, "physics")
    facts = PhysicsFacts(compiled, compiled.new_data())
    assert facts.holds("open", ("chest",))
    assert facts.holds("inside", ("dice", "chest"))


def test_goal_that_holds_anyway_is_refused_and_counted() -> None:
    task = make_task({"apple": "apple.n.01"}, "", "(ontop apple table)")
    with pytest.raises(AssemblyError, match=rf"the goal holds already x{ATTEMPTS}") as caught:
        scene_for(task)
    assert caught.value.reasons == {Refusal(RefusalKind.GOAL_HOLDS): ATTEMPTS}
    assert caught.value.exit_code == 1


def impossible(objects: list[dict[str, Any]], **more: Any) -> AssemblyError:
    spec = SceneSpec.model_validate({"objects": objects, **more.pop("scene", {})})
    with pytest.raises(AssemblyError) as caught:
        assemble(make_request(spec, **more), LIBRARY)
    assert sum(caught.value.reasons.values()) == ATTEMPTS
    for reason, count in caught.value.sentences.items():
        assert f"{reason} x{count}" in str(caught.value)
    return caught.value


MUG = {"name": "mug", "category": "mug.n.04"}


def test_a_tray_inside_a_mug_is_the_persons_mistake() -> None:
    tray = {"name": "tray", "category": "tray.n.01", "inside": "mug"}
    error = impossible([MUG, tray])
    assert error.exit_code == 2
    assert error.impossible
    assert "no place for tray (does not fit inside mug)" in str(error)


def test_the_same_mistake_in_a_task_falls_short() -> None:
    tray = {"name": "tray", "category": "tray.n.01", "inside": "mug"}
    assert impossible([MUG, tray], roles={"mug": "task", "tray": "task"}).exit_code == 1


def test_too_many_objects_are_the_persons_mistake() -> None:
    trays = [{"name": f"tray{i}", "category": "tray.n.01"} for i in range(18)]
    error = impossible(trays)
    assert error.exit_code == 2
    assert "too close to others" in str(error)


def test_too_much_clutter_beside_a_task_falls_short() -> None:
    clutter = {"clutter": {"count": 60, "categories": ["plate.n.04"]}}
    assert impossible([MUG], scene=clutter, roles={"mug": "task"}).exit_code == 1


def test_a_camera_that_looks_up_from_under_the_table_sees_nothing() -> None:
    camera = CameraSpec.model_validate(
        {"name": "low", "look_at": "table", "elevation": -60, "distance": 0.5}
    )
    error = impossible([MUG], cameras=(camera,))
    assert "camera low sees nothing of mug" in str(error)
    assert error.exit_code == 2


def test_a_camera_that_looks_at_nothing_known_is_an_error() -> None:
    camera = CameraSpec(name="front", look_at="mugg")
    spec = SceneSpec.model_validate({"objects": [MUG]})
    with pytest.raises(SpecError, match=r"cameras.front.look_at: 'mugg'; allowed: .*'mug'"):
        assemble(make_request(spec, cameras=(camera,)), LIBRARY)


def test_unknown_assets_and_categories_are_errors() -> None:
    for thing in ({**MUG, "asset": "mug-999999"}, {"name": "mug", "category": "mugg.n.04"}):
        spec = SceneSpec.model_validate({"objects": [thing]})
        with pytest.raises(SpecError) as caught:
            assemble(make_request(spec), LIBRARY)
        assert caught.value.exit_code == 2


def test_objects_that_rest_on_each_other_are_refused() -> None:
    scene = {"objects": [{"name": "a", "category": "tray.n.01"}]}
    spec = DatasetSpec.model_validate({"name": "x", "scene": scene})
    task = make_task({"b": "plate.n.04", "c": "bowl.n.01"}, "(ontop b c) (ontop c b)", "(open b)")
    with pytest.raises(SpecError, match="rest on each other"):
        build_scene(spec, task, 0, LIBRARY)


def test_the_specs_own_objects_come_along_with_the_tasks() -> None:
    raw = {
        "name": "x",
        "scene": {
            "objects": [
                {"name": "plate", "category": "plate.n.04"},
                {"name": "apple", "category": "apple.n.01", "on": "plate"},
            ]
        },
    }
    task = make_task({"apple": "apple.n.01", "bowl": "bowl.n.01"}, "", "(inside apple bowl)")
    scene, assets = build_scene(DatasetSpec.model_validate(raw), task, 0, LIBRARY)
    roles = {thing.name: thing.role for thing in scene.objects}
    assert roles == {"table": "support", "plate": "context", "apple": "task", "bowl": "task"}
    compiled = compile_model(scene, assets, "physics")
    facts = PhysicsFacts(compiled, compiled.new_data())
    # The task's start wins over what the person wrote.
    assert facts.holds("ontop", ("apple", "table"))


@pytest.mark.parametrize(("band", "near"), [((0.0, 0.0), True), ((0.1, 0.5), False)])
def test_cousins_keep_their_band(band: tuple[float, float], near: bool) -> None:
    spec = SceneSpec.model_validate({"objects": [MUG, {"name": "bowl", "category": "bowl.n.01"}]})
    ids: set[str] = set()
    for seed in range(3):
        request = make_request(spec, seed, cousins=CousinSpec(distance=band))
        scene, _ = assemble(request, LIBRARY)
        for name in ("mug", "bowl"):
            thing = scene.object(name)
            assert band[0] <= thing.cousin_distance <= band[1]
            assert (thing.cousin_distance == 0) == near
        ids.add(scene.object("mug").asset)
    assert len(ids) > 1


def test_what_is_sunk_into_the_table_is_refused() -> None:
    spec = SceneSpec.model_validate({"objects": [{"name": "mug", "category": "mug.n.04"}]})
    scene, assets = assemble(make_request(spec), LIBRARY)
    assert check_at_rest(scene, compile_model(scene, assets, "physics")) is None
    mug = scene.object("mug")
    x, y, z = mug.pos
    sunk = mug.model_copy(update={"pos": (x, y, z - 3 * MAX_DEPTH)})
    others = [thing for thing in scene.objects if thing.name != "mug"]
    moved = scene.model_copy(update={"objects": (*others, sunk)})
    refused = check_at_rest(moved, compile_model(moved, assets, "physics"))
    assert refused is not None
    assert refused.kind is RefusalKind.PENETRATION
    assert str(refused) == "penetration of more than 1 mm"


def test_assets_that_will_not_do_are_drawn_again_before_anything_is_laid_out() -> None:
    spec = SceneSpec.model_validate({"objects": [{"name": "mug", "category": "mug.n.04"}]})
    asked: list[str] = []

    def too_early(assets: Mapping[str, Asset]) -> Refusal | None:
        asked.append(assets["mug"].id)
        return Refusal(RefusalKind.NO_PLAN) if len(asked) < 8 else None

    request = make_request(spec, cousins=CousinSpec(distance=(0.0, 1.0), per_object=16))
    scene, _ = assemble(request, LIBRARY, misfit=too_early)
    assert len(asked) == 8
    assert len(set(asked)) > 4, "every refusal brings another choice"
    assert scene.object("mug").asset == asked[-1]
    assert scene.refused["no plan with these assets"] == 7
    with pytest.raises(AssemblyError) as caught:
        assemble(request, LIBRARY, misfit=lambda _: Refusal(RefusalKind.NO_PLAN))
    assert not caught.value.impossible
    assert caught.value.reasons == {Refusal(RefusalKind.NO_PLAN): 24}


def test_layouts_are_given_up_for_what_they_cost_and_not_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = make_task({"apple": "apple.n.01", "plate": "plate.n.04"}, "", "(ontop apple plate)")
    charged: list[int] = []

    def looks(self: object, arm: Manipulator, *more: object) -> Refusal:
        for _ in range(10):
            arm.world.check_collision(arm.home, 0.0)
        charged.append(arm.effort)
        return Refusal(RefusalKind.UNREACHABLE, ("apple", "plate"), words=("moved to", "far"))

    easy, _ = scene_for(task)
    monkeypatch.setattr(setup, "ReachBudget", lambda: ReachBudget(limit=1))
    assert scene_for(task)[0] == easy, "a scene that comes about is not given up"
    monkeypatch.setattr(type(skill_named("place_on")), "unreachable", looks)
    monkeypatch.setattr(setup, "ReachBudget", ReachBudget)
    with pytest.raises(AssemblyError, match=f"in {ATTEMPTS} attempts: ") as whole:
        scene_for(task)
    assert not whole.value.given_up
    assert len(charged) == whole.value.reasons.total() == ATTEMPTS
    limit = sum(charged[:2]) + 1
    monkeypatch.setattr(setup, "ReachBudget", lambda: ReachBudget(limit))
    for _ in range(2):
        with pytest.raises(AssemblyError, match=r"in 3 attempts, given up as too costly: ") as cut:
            scene_for(task)
        assert cut.value.given_up
        assert cut.value.reasons.total() == 3
        assert cut.value.exit_code == 1


def test_what_a_proposer_adds_never_makes_a_spec_impossible() -> None:
    objects = [
        {"name": "box", "category": "box__of__cereal.n.01", "pose": {"x": 0.5, "y": 0.0, "yaw": 0}},
        {"name": "other", "category": "book.n.02", "pose": {"x": 0.5, "y": 0.02, "yaw": 0}},
    ]
    spec = SceneSpec.model_validate({"objects": objects})
    for own, blamed in (({"box", "other"}, True), ({"box"}, False), ({"other"}, False)):
        request = make_request(spec, roles=dict.fromkeys(("box", "other"), "task"))
        with pytest.raises(AssemblyError, match="touches") as caught:
            assemble(replace(request, own=frozenset(own)), LIBRARY)
        assert caught.value.impossible == blamed


def test_a_start_that_cannot_be_is_refused_by_name_and_is_not_the_specs_fault() -> None:
    task = make_task({"apple": "apple.n.01"}, "(open apple)", "(ontop apple table)")
    with pytest.raises(AssemblyError, match=r"no apple\.n\.01 .* has .*'openable'") as caught:
        build_scene(DatasetSpec.model_validate({"name": "a"}), task, 0, LIBRARY)
    assert not caught.value.impossible
