"""What lies flat is held by the ends of the fingers, which stay off the table, and falls softly."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, make_task, put

from cousins.schemas import EpisodeSpec
from cousins.tasks.grasping.hand import TIP_REACH
from cousins.tasks.solving.solve import solve


@pytest.mark.parametrize(
    ("category", "yaw"), [("fork.n.01", 0.4), ("table_knife.n.01", 2.0), ("wrench.n.03", 1.2)]
)
def test_cutlery_and_tools_are_lifted_off_the_table(category: str, yaw: float) -> None:
    thing = LIBRARY.get(LIBRARY.ids()[category][7])
    assert thing.extents[2] < 0.012
    compiled = by_hand(
        put("thing", thing, (0.5, 0.2, 0.0), yaw),
        put("tray", first("tray.n.01"), (0.5, -0.2, 0.0), np.pi / 2),
    )
    task = make_task({"thing": category, "tray": "tray.n.01"}, "", "(ontop thing tray)")
    episode, arrays = solve(
        compiled.scene, dict(compiled.assets), task, EpisodeSpec(), (0,), "t0000-e00"
    )
    assert episode.success, episode.cause
    chosen = [x for x in episode.trace if x.event == "choose" and x.stage == "grasp"]
    assert chosen[-1].reason == "tip"
    address = compiled.objects["thing"].free_qpos
    assert address is not None
    heights = arrays.qpos[:, address + 2]
    assert heights.max() - heights[0] > 0.05
    # The fingertips never press on the table.
    assert arrays.tool[:, 2].min() - TIP_REACH > compiled.scene.robot.pos[2] - 0.001


@pytest.mark.parametrize("category", ["fork.n.01", "wrench.n.03"])
@pytest.mark.parametrize("vessel", ["carton.n.02", "tray.n.01"])
def test_what_is_thin_does_not_fall_through_a_floor(category: str, vessel: str) -> None:
    compiled = by_hand(
        put("thing", first(category), (0.3, 0.4, 0.0), 0.0),
        put("vessel", first(vessel), (0.5, 0.0, 0.0), 0.0),
    )
    data = compiled.new_data()
    thing, floor = (compiled.objects[name].free_qpos for name in ("thing", "vessel"))
    assert thing is not None
    assert floor is not None
    ground = data.qpos[floor + 2]
    data.qpos[thing : thing + 7] = [0.5, 0.0, ground + 0.09, 1.0, 0.0, 0.0, 0.0]
    mujoco.mj_step(compiled.model, data, 1000)
    assert data.qpos[thing + 2] - ground > 0.004
