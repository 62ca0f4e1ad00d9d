"""A scene of ours in OmniGibson's physics: act, step, read where things are, save and reload."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..messages import Array
from .app import OmniGibson, array

STATES = {
    "ontop": "OnTop",
    "inside": "Inside",
    "under": "Under",
    "nextto": "NextTo",
    "touching": "Touching",
    "attached": "AttachedTo",
    "open": "Open",
    "toggled_on": "ToggledOn",
}
"""OmniGibson's states of objects by the predicates of BDDL that they are."""


class OmniGibsonSession:
    """The scene that is open."""

    def __init__(self, app: OmniGibson, names: list[str]) -> None:
        """Of the environment that is open.

        Args:
            app: OmniGibson.
            names: of the objects whose poses are told.

        Raises:
            KeyError: OmniGibson did not load one of them.
        """
        self._app, self._names = app, names
        self._saved: str | None = None
        missing = [name for name in names if self._object(name) is None]
        if missing:
            raise KeyError(f"OmniGibson has no objects {', '.join(missing)} in its scene")

    @property
    def robot(self) -> Any:
        """The arm; None where the scene has none."""
        robots = self._app.env.scene.robots
        return robots[0] if robots else None

    def facts(self) -> dict[str, Any]:
        """Names of joints, in the order of their positions, by object; the arm is `robot`."""
        joints = {name: list(self._object(name).joints) for name in self._names}
        return joints if self.robot is None else {**joints, "robot": list(self.robot.joints)}

    def step(self, action: Array | None) -> None:
        """One period of an action.

        Args:
            action: the arm's joints in radians, then each finger's in metres; None moves nothing.
        """
        if action is not None:
            self.robot.apply_action(self._app.tensor(action))
        self._app.sim.step()

    def state(self) -> dict[str, Array]:
        """Where things are, in the frame of the scene.

        Returns:
            `NAME/pose` (7,): metres, then a quaternion xyzw; `NAME/joints` where it has some; and
            the same of the arm as `robot`.
        """
        found: dict[str, Array] = {}
        things = {name: self._object(name) for name in self._names}
        if self.robot is not None:
            things["robot"] = self.robot
        for name, thing in things.items():
            pos, turn = thing.get_position_orientation(frame="scene")
            found[f"{name}/pose"] = np.concatenate([array(pos), array(turn)]).astype(np.float64)
            if thing.joints:
                values = array(thing.get_joint_positions())
                found[f"{name}/joints"] = values.astype(np.float64)
        return found

    def put(self, name: str, pose: Array) -> None:
        """Put an object somewhere: (7,) metres and a quaternion xyzw, in the frame of the scene."""
        tensor = self._app.tensor
        self._object(name).set_position_orientation(
            position=tensor(pose[:3]), orientation=tensor(pose[3:]), frame="scene"
        )

    def holds(self, predicate: str, names: list[str]) -> bool | None:
        """Whether OmniGibson says that a predicate holds; None where it has no such state."""
        kind = getattr(self._app.states, STATES[predicate])
        first, *others = (self._object(name) for name in names)
        if kind not in first.states:
            return None
        return bool(first.states[kind].get_value(*others))

    def save(self) -> None:
        """Keep the scene as OmniGibson writes it, for `reload`."""
        (self._saved,) = self._app.sim.save()

    def reload(self) -> None:
        """Put the scene back to how it was saved."""
        if self._saved is None:
            raise ValueError("nothing is saved")
        self._app.sim.restore(scene_files=[json.loads(self._saved)])

    def _object(self, name: str) -> Any:
        return self._app.env.scene.object_registry("name", name)
