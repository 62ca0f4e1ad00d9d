"""What is put into a vessel too deep and narrow for the hand falls in from its fingers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from worlds import LIBRARY, by_hand, put

from cousins.scenes.model.mujoco_model import CompiledScene
from cousins.tasks.motion.manipulator import Manipulator
from cousins.tasks.physics.execution import Executor
from cousins.tasks.pick_place.choosing import choose
from cousins.tasks.sampling.placements import APPROACH_HEIGHT, BELOW_RIM, DEEP, placements
from cousins.tasks.sampling.regions import cavities
from cousins.tasks.sampling.style import HABITS

OVER = 0.05
"""What is let down begins so far above the rim, metres."""


@lru_cache
def kitchen() -> CompiledScene:
    """An open rice cooker and a carrot that is not much shorter than its pot is wide."""
    return by_hand(
        put("cooker", LIBRARY.get("rice-cooker-0020"), (0.687, -0.053, 0.0), 3.129, {"lid": 1.35}),
        put("carrot", LIBRARY.get("carrot-0041"), (0.432, 0.195, 0.0), -0.22),
    )


def test_the_way_down_begins_above_the_rim_and_no_higher_than_it_must() -> None:
    compiled = kitchen()
    data = compiled.new_data()
    (pot,) = cavities(compiled, data, "cooker")
    assert pot.depth > DEEP
    rng = np.random.default_rng(0)
    found = placements(compiled, data, "inside", "carrot", "cooker", 24, rng, plain=True)
    falls = {round(x.fall, 6) for x in found}
    assert round(pot.depth - BELOW_RIM, 6) in falls
    assert max(falls) > pot.depth
    for placement in found:
        begins = placement.fall + placement.travel
        assert begins >= pot.depth + OVER - 1e-9
        assert placement.travel == APPROACH_HEIGHT or begins < pot.depth + OVER + 1e-9


@pytest.mark.parametrize("style", ["consistent", "diverse"])
@pytest.mark.parametrize("seed", range(3))
def test_a_carrot_goes_into_a_rice_cooker_whatever_is_drawn(style: str, seed: int) -> None:
    compiled = kitchen()
    habits = HABITS["consistent" if style == "consistent" else "diverse"]
    rng = np.random.default_rng(seed)
    arm = Manipulator(compiled, Executor(compiled, 10, 0), rng, habits)
    grasp, drop = choose(arm, "inside", "carrot", "cooker")
    arm.world.update(arm.executor.data, grasp.held)
    opening = grasp.width
    for q in (drop.before, drop.path[len(drop.path) // 2]):
        assert arm.world.check_collision(q, opening, frozenset({"carrot"}), near=True) is None
