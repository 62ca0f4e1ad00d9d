"""Reinforcement learning: a policy for one pushing subtask, trained in copies of the physics.

Soft actor-critic (Haarnoja et al., 2018), from Stable-Baselines3, for a bounded number of
decisions from the state in which the subtask stands. What the policy then decides is carried
out and recorded like any other motion, so that an episode replays without the library.
"""

# stable_baselines3 and torch are optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

from ....schemas import BackendMissingError, Cause, PlanningError
from ...motion.manipulator import CAREFUL, FAST, Manipulator
from ...physics.execution import SkillFailedError
from .closed_loop import HORIZON, ClosedLoopPusher, Start
from .motion import Aim
from .trials import PushEnv, gymnasium_environment

DISTRIBUTIONS = ("gymnasium", "stable-baselines3", "torch")
"""Packages whose version can change what is learned."""
PACKAGES = ("gymnasium", "stable_baselines3", "torch")
CHUNK, CHUNKS = 1000, 12
"""Decisions between two evaluations, and how many of these at most."""
WARMING = 300
"""Random decisions before anything is learned."""
TRIES = 3
"""How often the hand takes up a place with the same policy."""
BACK = 3
"""Last configurations of its way along which the hand draws back."""
WORTH = 0.75
"""A trial must bring the thing nearer than this share of its present distance."""
LEARNED = "learned"


@dataclass(frozen=True)
class Reached:
    """How far a policy's trial from one place came.

    Attributes:
        start: number of the place.
        value: its return, the sum of its rewards.
        left: how far the thing was from its goal at the end, metres.
        solved: whether the effect held.
    """

    start: int
    value: float
    left: float
    solved: bool


def check_learning() -> None:
    """Refuse where the extra is not installed.

    Raises:
        BackendMissingError: saying how to get it.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise BackendMissingError(
            f"episodes.solvers: `learning` needs {', '.join(missing)}; "
            "try: pip install 'cousins[learning]'"
        )


def learn(arm: Manipulator, thing: str, aim: Aim, reason: str) -> None:
    """Push a thing where it should go by a policy that is trained for this subtask.

    Args:
        arm: the robot at work.
        thing: what to push.
        aim: where it should go.
        reason: why no other solver does it.

    Raises:
        PlanningError: no place beside it can be reached, no policy was found that brings it
            nearer, or learning failed for it before.
        SkillFailedError: it did not get there.
    """
    if (LEARNED, thing) in arm.avoid:
        raise PlanningError(Cause.NO_PUSH, f"a policy for {thing} has failed before; {reason}")
    policy, moved = None, False
    for _ in range(TRIES):
        arm.clear()
        servo = ClosedLoopPusher(arm, thing, aim)
        now = servo.left(arm.executor.data)
        if now == 0.0:
            return
        trials = PushEnv(servo, servo.starts())
        policy = policy or _train(trials, reason)
        useful = [one.start for one in _try_all(trials, policy) if one.left <= WORTH * now]
        if not useful:
            break
        _carry_out(servo, policy, [trials.starts[start] for start in useful])
        moved = True
        if servo.left(arm.executor.data) == 0.0 or aim.enough():
            return
    arm.avoid.add((LEARNED, thing))
    if not moved:
        raise PlanningError(Cause.NO_PUSH, f"what was learned brings {thing} no nearer; {reason}")
    raise SkillFailedError(Cause.NOT_PUSHED, f"{thing} is not there with what was learned")


def _carry_out(servo: ClosedLoopPusher, policy: Any, starts: Sequence[Start]) -> None:
    """Take up the first place to which there is a path, and do what the policy says.

    Raises:
        PlanningError: there is no path to any.
    """
    arm, error = servo.arm, PlanningError(Cause.NO_PATH, "no path to where pushing begins")
    for start in starts:
        try:
            reach = arm.planner.connect(arm.q, start.approach[0], start.opening, arm.rng)
        except PlanningError as failed:
            if failed.kind is Cause.TIME_LIMIT:
                raise
            error = failed
            continue
        break
    else:
        raise error
    arm.execute(reach, start.opening, FAST)
    arm.execute(start.approach, start.opening, CAREFUL)
    arm.grip(start.opening, 0.1)
    way = [arm.q]
    for _ in range(HORIZON):
        arm.executor.refresh()
        data = arm.executor.data
        if servo.left(data) == 0.0 or servo.lost(data):
            break
        action, _ = policy.predict(servo.observe(data), deterministic=True)
        arm.executor.run(servo.rows(data, action, start.opening))
        way.append(arm.q)
    arm.executor.hold(0.2)
    back = [q for q, later in pairwise(way) if (q != later).any()][-BACK:]
    arm.execute([arm.q, *back[::-1]], start.opening, CAREFUL)
    arm.executor.hold(0.1)
    arm.executor.refresh()


def _train(trials: PushEnv, reason: str) -> Any:
    """A policy, trained until it succeeds from some place, or for as long as it may."""
    from stable_baselines3 import SAC

    arm = trials.servo.arm
    with _single_threaded():
        policy = SAC(
            "MlpPolicy", gymnasium_environment(trials), seed=int(arm.rng.integers(2**31)),
            device="cpu", learning_rate=1e-3, buffer_size=CHUNK * CHUNKS, batch_size=128,
            gamma=0.97, tau=0.02, learning_starts=WARMING, policy_kwargs={"net_arch": [64, 64]},
        )  # fmt: skip
        curve = [_try_all(trials, policy)]
        while len(curve) <= CHUNKS and not curve[-1][0].solved:
            policy.learn(CHUNK, reset_num_timesteps=False)
            curve.append(_try_all(trials, policy))
    steps, solved = CHUNK * (len(curve) - 1), sum(one.solved for one in curve[-1])
    first, last = (float(np.mean([one.value for one in curve[at]])) for at in (0, -1))
    arm.solved_by(
        "learning",
        f"{reason}; in {steps} decisions the return went from {first:.2f} to {last:.2f}, "
        f"and {solved} of {len(trials.starts)} places succeed",
        (float(steps), round(first, 4), round(last, 4)),
    )
    return policy


def _try_all(trials: PushEnv, policy: Any) -> list[Reached]:
    """The outcome of a trial from each place, the best first."""
    found = [_try(trials, policy, number) for number in range(len(trials.starts))]
    return sorted(found, key=lambda one: (not one.solved, one.left, one.start))


def _try(trials: PushEnv, policy: Any, start: int) -> Reached:
    """Carry out a policy in a copy of the physics, without chance."""
    seen, value = trials.begin(start), 0.0
    while True:
        action, _ = policy.predict(seen, deterministic=True)
        one = trials.step(action)
        seen, value = one.seen, value + one.reward
        if one.over or one.cut:
            return Reached(start, value, one.left, one.solved)


@contextmanager
def _single_threaded() -> Generator[None]:
    """Torch on one thread, so that sums are always taken in the same order."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
