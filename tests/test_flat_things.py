"""What lies flat on the table is held by the ends of the fingers, which stay off the table."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import LIBRARY, by_hand, first, make_task, put

from cousins.schemas import Asset, EpisodeSpec
from cousins.tasks.grasps import TIP_REACH
from cousins.tasks.solving import solve


def flat(category: str, number: int) -> Asset:
    """An asset that a hand may take, whatever the library says."""
    asset = LIBRARY.get(LIBRARY.ids()[category][number])
    return asset.model_copy(update={"graspable": True})


@pytest.mark.parametrize(
    ("category", "yaw"), [("fork.n.01", 0.4), ("table_knife.n.01", 2.0), ("wrench.n.03", 1.2)]
)
def test_cutlery_and_tools_are_lifted_off_the_table(category: str, yaw: float) -> None:
    thing = flat(category, 7)
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
