"""The suite of clutter: ten things within reach, crowded, so that the target is partly blocked.

How blocked a target is, is measured in its settled scene: of the grasps that the arm could reach
and lift it with were the clutter gone, the share that it cannot with the clutter there. Both are
asked of the same grasps, the best of those that the solver tries first. What is drawn is a case
only where that share is at least MIN_BLOCKED; nothing bounds it from above, so a target may well
be blocked from all sides. As in every suite, assembly refuses what no move of the arm can begin.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ....scenes.core.geometry import Array
from ....scenes.core.seeds import generator
from ....scenes.model.mujoco_model import compile_model
from ....schemas import Asset, DatasetSpec, PlanningError, Scene
from ....tasks.motion.manipulator import Manipulator
from ....tasks.physics.execution import Executor
from ....tasks.pick_place.candidates import candidates
from ....tasks.pick_place.picking import reachable_grasp
from .case import Case, Suite, case, one

OBJECTS = 10
"""Things on the table, those of the task among them."""
WITHIN = 0.72
"""Farthest from the robot's axis that counts as within reach, metres."""
MIN_BLOCKED = 0.25
"""Share of the target's grasps that clutter must block."""
TARGET = "thing"
THINGS = ("apple.n.01", "lemon.n.01", "potato.n.01", "muffin.n.01", "mug.n.04",
          "can__of__soda.n.01", "jar__of__honey.n.01", "salt__shaker.n.01", "toy_dice.n.01",
          "water_glass.n.02", "sponge.n.01", "teacup.n.02", "box__of__baking_soda.n.01",
          "pencil_holder.n.01", "orange.n.01", "toy_car.n.01", "egg.n.02")  # fmt: skip
ONTO = ("tray.n.01", "plate.n.04", "place_mat.n.01", "chopping_board.n.01")
INTO = ("wicker_basket.n.01", "bowl.n.01", "tupperware.n.01", "saucepot.n.01")
BESIDE = ("bowl.n.01", "vase.n.01", "mug.n.04", "canned_food.n.01", "tray.n.01")
SMALL = ("apple.n.01", "muffin.n.01", "mug.n.04", "canned_food.n.01", "toy_dice.n.01")


def _clutter(number: int, rng: np.random.Generator) -> Case:
    """Something out of a crowd onto, into or beside something that is crowded too.

    Of the things to put it on, a third carries something that the task does not speak of.
    """
    things = {TARGET: one(rng, *THINGS)}
    kind, taken, init = rng.random(), rng.random() < 1 / 3, ""
    if kind < 0.5:
        things["place"] = one(rng, *ONTO)
        goal = "(ontop thing place)"
        if taken:
            things["other"], init = one(rng, *SMALL), "(ontop other place)"
    elif kind < 0.8:
        things["place"], goal = one(rng, *INTO), "(inside thing place)"
    else:
        options = tuple(x for x in BESIDE if x != things[TARGET])
        things["place"], goal = one(rng, *options), "(nextto thing place)"
    made = case(number, things, goal, init, clutter=OBJECTS - len(things))
    return Case(_crowded(made.spec), made.task, _unlike)


def _crowded(spec: DatasetSpec) -> DatasetSpec:
    clutter = spec.scene.clutter.model_copy(update={"around": "task"})
    scene = spec.scene.model_copy(update={"clutter": clutter})
    return DatasetSpec.model_validate(spec.model_copy(update={"scene": scene}).model_dump())


def _unlike(scene: Scene, assets: Mapping[str, Asset]) -> str | None:
    """Why a scene is no case of this suite, if it is none."""
    near = [x for x in scene.objects if x.role != "support" and np.hypot(*x.pos[:2]) <= WITHIN]
    if len(near) < OBJECTS:
        return f"{len(near)} things within reach"
    share = blocked_share(scene, assets, TARGET)
    return None if share >= MIN_BLOCKED else f"clutter blocks {share:.0%} of the grasps"


def blocked_share(scene: Scene, assets: Mapping[str, Asset], thing: str) -> float:
    """Share of an object's grasps that the scene's clutter keeps the arm from.

    Args:
        scene: settled.
        assets: the scene's, by content hash.
        thing: name of the object.

    Returns:
        Of the grasps that were reached and lifted with if the clutter were gone, the share that
        is not with it; 1.0 where there are none even then.
    """
    compiled = compile_model(scene, assets, "physics")
    arm = Manipulator(compiled, Executor(compiled, hz=10, max_steps=0), generator(scene.seed, "x"))
    arm.sync_planning_scene()
    ways = list(candidates(arm, thing, 0.0, False))
    clutter = frozenset(x.name for x in scene.objects if x.role == "clutter")
    free = [way for way in ways if _free(arm, thing, way.pose, way.width, clutter)]
    left = [way for way in free if _free(arm, thing, way.pose, way.width, frozenset())]
    return 1.0 - len(left) / len(free) if free else 1.0


def _free(arm: Manipulator, thing: str, pose: Array, width: float, gone: frozenset[str]) -> bool:
    """Whether an object can be grasped and lifted like that with some things gone."""
    arm.world.loose = gone
    try:
        reachable_grasp(arm, thing, thing, pose, width)
    except PlanningError:
        return False
    return True


SUITES: Mapping[str, Suite] = {"clutter": _clutter}
