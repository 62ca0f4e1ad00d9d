"""Furniture: which door and drawer, where things lie in it, and how it is shut."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, put

from cousins.flows.bench._suites import make
from cousins.scenes.core.geometry import Footprint
from cousins.scenes.core.seeds import generator
from cousins.scenes.layout.arrangement import Workspace, lay_out
from cousins.schemas import Asset, Joint, ObjectSpec
from cousins.tasks.grasping.panel_contacts import shuts
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.physics.predicates import PhysicsFacts
from cousins.tasks.skills.opening.joints import joints_to_move
from cousins.tasks.skills.placing import into

BENCH = Workspace("table", 0.7, Footprint(np.array([0.55, 0.0]), np.array([0.42, 0.68]), np.pi))


def chest_of(drawers: int) -> Asset:
    """The first cabinet with so many drawers, one above the other."""
    assets = map(LIBRARY.get, LIBRARY.ids()["cabinet.n.01"])
    return next(asset for asset in assets if len(asset.joints) == drawers)


@pytest.mark.parametrize(("name", "side"), [("open_left", -1.0), ("open_right", 1.0)])
def test_a_door_is_hinged_on_the_side_that_its_suite_says(name: str, side: float) -> None:
    drawn: set[str] = set()
    for number in range(24):
        (thing,) = make(name, number).spec.scene.objects
        assert thing.asset is not None
        drawn.add(thing.asset)
        asset = LIBRARY.get(thing.asset)
        door = next(link for link in asset.links if link.joint and link.joint.name == "door")
        # Who stands before a front looks along -x, with +y at the right.
        assert door.pos[1] * side > 0.25 * asset.extents[1]
        assert door.joint is not None
        handle = next(x for x in asset.handles if x.joint == "door")
        opens = np.cross(door.joint.axis, np.array(handle.pos) - np.array(door.joint.anchor))
        assert opens[0] > 0.0
    assert len(drawn) > 12


@pytest.mark.parametrize("drawers", [1, 2, 3, 4])
def test_what_lies_in_a_drawer_is_before_the_body_once_that_is_pulled_out(drawers: int) -> None:
    cabinet, die = chest_of(drawers), first("toy_dice.n.01")
    specs = (
        ObjectSpec(name="cabinet", category="cabinet.n.01"),
        ObjectSpec(name="die", category="toy_dice.n.01", inside="cabinet"),
    )
    for seed in range(12):
        placed = lay_out(BENCH, tuple(zip(specs, (cabinet, die), strict=True)), generator((seed,)))
        holder, thing = placed
        link = next(x for x in cabinet.links if f"/{x.name}_inside" in thing.level)
        assert link.joint is not None
        at = np.linalg.inv(holder.pose) @ thing.pose[:, 3]
        ahead = at[0] + 0.9 * link.joint.limits[1] - link.pos[0]
        assert ahead > max(die.extents[:2]) / 2


def test_of_drawers_that_it_fits_into_the_highest_is_opened() -> None:
    cabinet, die = chest_of(3), first("toy_dice.n.01")
    compiled = by_hand(
        put("cabinet", cabinet, (0.7, 0.0, 0.0), np.pi), put("die", die, (0.4, 0.3, 0.0))
    )
    executor = Executor(compiled, hz=10, max_steps=0)
    facts, step = PhysicsFacts(compiled, executor.data), into("die", "cabinet")
    alone: set[str] = set()
    for seed in range(8):
        arm = Manipulator(compiled, executor, generator((seed,)))
        assert joints_to_move(arm, facts, "cabinet", True, (step,))[0] == "top_drawer"
        alone.add(joints_to_move(arm, facts, "cabinet", True, ())[0])
    assert len(alone) > 1


@pytest.mark.parametrize(
    ("category", "pushed"),
    [("cabinet.n.01", True), ("cabinet.n.03", True), ("cedar_chest.n.01", False),
     ("lunch_box.n.01", False)],
)  # fmt: skip
def test_a_push_along_a_handle_shuts_a_front_but_no_lid(category: str, pushed: bool) -> None:
    asset = first(category)
    joints: dict[str, Joint] = {joint.name: joint for joint in asset.joints}
    handles = [x for x in asset.handles if x.joint and joints[x.joint].controls == "opening"]
    assert handles
    assert [shuts(x, joints[str(x.joint)]) for x in handles] == [pushed] * len(handles)
