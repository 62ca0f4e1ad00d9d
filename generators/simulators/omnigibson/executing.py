"""An attempt, carried out in OmniGibson: poses go there, states come back."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ....scenes.model.mujoco_model import compile_model
from ....schemas import RunError, Scene
from ...exports._scenes import Staged
from ...exports.omnigibson.profiles import Profile, profile
from ...workers.og.client import OmniGibsonClient, OmniGibsonError
from ...workers.og.environment import profile_name
from ...workers.outside.apart.messages import Message
from .. import Array, StoredAttempt, Trajectory
from ..mujoco import trajectory_of
from .staging import config, write_assets, write_scene

State = dict[str, Array]


def execute(attempt: StoredAttempt, client: OmniGibsonClient | None = None) -> Trajectory:
    """Begin where the attempt began, and carry out its actions.

    Args:
        attempt: to carry out.
        client: what answers; None is OmniGibson.

    Raises:
        RunError: OmniGibson has no such robot, the attempt was disturbed, or OmniGibson fails.
        BackendMissingError: OmniGibson cannot be used here.
    """
    used = profile(profile_name())
    robot = attempt.scene.robot.name
    if robot not in used.robots:
        raise RunError(f"{attempt.episode.id}: OmniGibson has no robot {robot}")
    if attempt.episode.disturbances:
        raise RunError(
            f"{attempt.episode.id} was disturbed on purpose, which is not repeated there"
        )
    asking = client or OmniGibsonClient()
    part = Staged(begun(attempt), attempt.assets, attempt.task, (64, 64))
    try:
        with tempfile.TemporaryDirectory(prefix="cousins-og-") as folder:
            joints = opened(asking, part, used, Path(folder), attempt.episode.hz)
            states = [dict(asking.ask(Message({"do": "state"}, {})).arrays)]
            for action in attempt.arrays.actions:
                arrays = {"action": command(action, used.fingers[robot])}
                answer = asking.ask(Message({"do": "step", "count": 1}, arrays))
                states.append(dict(answer.arrays))
    except OmniGibsonError as error:
        raise RunError(f"{attempt.episode.id}: OmniGibson failed: {error}") from error
    finally:
        asking.close()
    return trajectory(part, states, joints)


def opened(
    asking: OmniGibsonClient, part: Staged, used: Profile, folder: Path, hz: int
) -> dict[str, list[str]]:
    """Let OmniGibson open a scene; gives the names of joints by object, the arm as `robot`.

    Raises:
        OmniGibsonError: it does not.
    """
    write_assets(part.assets, folder)
    scene_file = write_scene(part, used, folder)
    told = config(part, used, scene_file, hz)
    asking.ask(Message({"do": "open", "config": told}, {}))
    names = [thing.name for thing in part.scene.objects]
    found: dict[str, list[str]] = asking.ask(Message({"do": "enter", "names": names}, {})).head[
        "joints"
    ]
    return found


def begun(attempt: StoredAttempt) -> Scene:
    """The scene as the attempt found it."""
    compiled = compile_model(attempt.scene, attempt.assets, "physics")
    first = trajectory_of(compiled, np.asarray(attempt.arrays.qpos[:1], dtype=np.float64))
    objects = tuple(
        thing.model_copy(
            update={
                "pos": tuple(float(x) for x in first.poses[thing.name][0, :3]),
                "quat": tuple(float(x) for x in first.poses[thing.name][0, 3:]),
                "joints": {
                    **thing.joints,
                    **{name: float(x[0]) for name, x in first.joints[thing.name].items()},
                },
            }
        )
        for thing in attempt.scene.objects
    )
    home = tuple(float(x) for x in first.arm[0])
    robot = attempt.scene.robot.model_copy(update={"home": home})
    return attempt.scene.model_copy(update={"objects": objects, "robot": robot})


def command(action: Any, fingers: int) -> Array:
    """An action of ours, (J + 1,), as OmniGibson's: the arm's joints, then each finger's."""
    values = np.asarray(action, dtype=np.float64)
    return np.concatenate([values[:-1], np.full(fingers, values[-1] / fingers)])


def trajectory(part: Staged, states: list[State], joints: dict[str, list[str]]) -> Trajectory:
    """States of OmniGibson as a trajectory.

    Raises:
        RunError: a joint of an asset is not among those that OmniGibson names.
    """
    poses: dict[str, Array] = {}
    found: dict[str, dict[str, Array]] = {}
    for thing in part.scene.objects:
        rows = np.array([state[f"{thing.name}/pose"] for state in states])
        poses[thing.name] = rows[:, [0, 1, 2, 6, 3, 4, 5]]
        found[thing.name] = {}
        for joint in part.asset(thing.name).joints:
            named = joints.get(thing.name, [])
            if usd_name(joint.name) not in named:
                raise RunError(
                    f"{thing.name}: OmniGibson names the joints {', '.join(named) or 'none'}, and "
                    f"not {joint.name}"
                )
            column = named.index(usd_name(joint.name))
            values = [state[f"{thing.name}/joints"][column] for state in states]
            found[thing.name][joint.name] = np.array(values)
    if "robot" not in joints:
        return Trajectory(poses, found, np.zeros((len(states), 0)), np.zeros(len(states)))
    whole = np.array([state["robot/joints"] for state in states])
    fingers = np.array(["finger" in name for name in joints["robot"]])
    return Trajectory(poses, found, whole[:, ~fingers], whole[:, fingers].sum(axis=1))


def usd_name(name: str) -> str:
    """A name as OpenUSD takes it, by the rule of its `MakeValidIdentifier`."""
    made = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"_{made[1:]}" if made[:1].isdecimal() else made or "_"
