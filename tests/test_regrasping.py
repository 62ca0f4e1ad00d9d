"""What cannot be put where it goes as it can be grasped is put down and taken anew."""

from __future__ import annotations

import numpy as np
from worlds import by_hand, first, make_task, put

from cousins.scenes.core.seeds import generator
from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.schemas import Cause, EpisodeSpec, Failure, PlanningError
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.pick_place.regrasping import FEW_PLACES, confined, regrasp
from cousins.tasks.solving.solve import solve

BOX, SHELF, APPLE = "packing_box.n.02", "shelf.n.01", "apple.n.01"


def boxed() -> CompiledScene:
    """An apple in a deep box, where it is held from above, and a shelf that is open in front."""
    box = first(BOX)
    floor = box.cavities[0].centre[2] - box.cavities[0].half_size[2]
    return by_hand(
        put("box", box, (0.45, 0.3, 0.0)),
        put("shelf", first(SHELF), (0.65, -0.15, 0.0), np.pi),
        put("apple", first(APPLE), (0.45, 0.3, floor)),
    )


def test_it_is_turned_round_and_then_put_where_it_goes() -> None:
    compiled = boxed()
    task = make_task(
        {"box": BOX, "shelf": SHELF, "apple": APPLE}, "(inside apple box)", "(inside apple shelf)"
    )
    episode, arrays = solve(
        compiled.scene, dict(compiled.assets), task, EpisodeSpec(), (0,), "t0000-e00"
    )
    assert episode.success, episode.cause
    turn, last = episode.subtasks[0], episode.subtasks[-1]
    assert turn.sentence == "turn the apple round so that it fits into the shelf"
    assert (turn.skill, turn.arguments) == ("place_on", ("apple", "table"))
    assert (last.skill, last.arguments) == ("place_inside", ("apple", "shelf"))
    looked = [x for x in episode.trace if x.subject.endswith("inside shelf") and x.values]
    assert any(x.stage == "placement" and x.event == "expand" for x in looked)
    # From above out of the box, from the front into the shelf.
    chosen = [x for x in episode.trace if (x.stage, x.event) == ("grasp", "choose")]
    advance = [1 - 2 * (x.values[4] ** 2 + x.values[5] ** 2) for x in (chosen[0], chosen[-1])]
    assert advance[0] < -0.8 < advance[-1]
    assert len(arrays.actions) == episode.steps


def test_what_is_imagined_leaves_no_trace() -> None:
    compiled = boxed()
    arm = Manipulator(compiled, Executor(compiled, 10, 1000), generator((0,), "regrasp"))
    before = arm.executor.data.qpos.copy()
    error = PlanningError(
        Failure(Cause.NO_GRASP, Failure(Cause.COLLISION)), "no grasp of apple works"
    )
    assert confined(arm, "apple")
    assert not confined(arm, "box")
    manner = regrasp(arm, "inside", "apple", "shelf", error, FEW_PLACES)
    assert manner is not None
    assert np.array_equal(arm.executor.data.qpos, before)
    assert [x.event for x in arm.trace] == ["expand"]
    missing = PlanningError(Cause.NO_GRASP, "apple has no part narrow enough to grasp")
    assert regrasp(arm, "inside", "apple", "shelf", missing, FEW_PLACES) is None
    assert regrasp(arm, "ontop", "apple", "table", error, FEW_PLACES) is None


def test_where_no_place_helps_nothing_is_turned_round() -> None:
    """The shelf stands out of reach: the apple can be put down, but from nowhere into it."""
    box = first(BOX)
    floor = box.cavities[0].centre[2] - box.cavities[0].half_size[2]
    compiled = by_hand(
        put("box", box, (0.45, 0.3, 0.0)),
        put("shelf", first(SHELF), (1.6, 0.0, 0.0), np.pi),
        put("apple", first(APPLE), (0.45, 0.3, floor)),
    )
    arm = Manipulator(compiled, Executor(compiled, 10, 1000), generator((0,), "regrasp"))
    error = PlanningError(
        Failure(Cause.NO_GRASP, Failure(Cause.COLLISION)), "no grasp of apple works"
    )
    assert regrasp(arm, "inside", "apple", "shelf", error, FEW_PLACES) is None
    assert [x.values for x in arm.trace] == [(0.0,)]
