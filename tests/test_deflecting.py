"""Deflections: where they must not lead to, the arm is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import by_hand, first, put

from cousins.scenes.core.geometry import Array
from cousins.tasks.motion.collision import CollisionWorld
from cousins.tasks.motion.deflected import hits_along
from cousins.tasks.motion.kinematics import Arm
from cousins.tasks.physics.deflecting import BOUND, WRIST, Deflector, Hits
from cousins.tasks.physics.disturbances import acting, offset_of

ACTIONS = 60
DEVIATION = 0.03


def deflected(hits: Hits | None) -> Deflector:
    """A deflector after a motion."""
    made = Deflector(7, DEVIATION, 10, np.random.default_rng(4), "mug")
    made.begin(ACTIONS, 1.0, hits)
    for action in range(ACTIONS):
        assert set(made.at(action)) <= set(made.done)
    return made


def test_a_bump_that_leads_into_something_is_left_out_and_the_others_stay_as_they_are() -> None:
    every = deflected(None).done
    assert len(every) > 8
    assert deflected(lambda _time, _offset: False).done == every
    assert deflected(lambda _time, _offset: True).done == []

    def early(time: float, offset: Array) -> bool:
        del offset
        return time < ACTIONS / 2

    assert deflected(early).done == [x for x in every if x.start >= ACTIONS / 2]


def test_bumps_are_looked_at_together_with_those_that_act_already() -> None:
    asked: list[tuple[float, Array]] = []

    def never(time: float, offset: Array) -> bool:
        asked.append((time, offset))
        return False

    done = deflected(never).done
    assert max(np.abs(offset).max() for _, offset in asked) > 0.0
    assert all(np.abs(offset).max() <= 4 * WRIST * BOUND * DEVIATION for _, offset in asked)
    time, offset = asked[-1]
    active = acting(done, int(np.ceil(time)) - 1)
    assert np.allclose(offset, np.sum([offset_of(x, time) for x in active], axis=0))


def test_the_arm_is_not_deflected_into_what_it_passes_by() -> None:
    lamp = first("wine_bottle.n.01")
    compiled = by_hand(put("bottle", lamp, (0.45, 0.0, 0.0)))
    world, arm = CollisionWorld(compiled), Arm(compiled)
    data = compiled.new_data()
    world.update(data)
    home = np.array(compiled.scene.robot.home)
    beside = arm.forward(home)
    beside[:3, 3] = [0.45, 0.14, compiled.scene.robot.pos[2] + 0.15]
    q = arm.distinct(beside, home, 1)[0]
    assert world.check_collision(q, 0.0, near=True) is None
    turn = np.zeros(7)
    turn[0] = -0.3
    assert world.check_collision(q + turn, 0.0, near=True) is not None
    hits = hits_along(world, np.stack([q, q, q]), 0.0, start=5)
    assert hits(5.5, turn)
    assert hits(7.0, turn)
    assert not hits(6.0, -turn)
    assert not hits(6.0, 0.0 * turn)
    # What is hit undeflected as well is no reason.
    through = hits_along(world, np.stack([q + turn] * 3), 0.0, start=5)
    assert not through(6.0, 0.1 * turn)


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_the_way_between_two_actions_is_followed(share: float) -> None:
    compiled = by_hand(put("bottle", first("wine_bottle.n.01"), (0.45, 0.0, 0.0)))
    world = CollisionWorld(compiled)
    seen: list[Array] = []

    class Watched:
        """A FAKE world in which everything that is deflected hits."""

        def check_collision(self, q: Array, opening: float, near: bool) -> object:
            del opening, near
            seen.append(q)
            return world if len(seen) == 1 else None

    low, high = np.zeros(7), np.ones(7)
    hits = hits_along(Watched(), np.stack([low, high, 2 * high]), 0.0, start=3)  # type: ignore[arg-type]
    assert hits(4 + share, 0.5 * high)
    assert np.allclose(seen[0], 1 + share + 0.5)
    assert np.allclose(seen[1], 1 + share)
