"""A rollout as a policy sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...scenes.model.mujoco_model import CompiledScene
from ...tasks.rollout.objects import ObjectStates, padded
from ...tasks.rollout.simulation import Rollout
from .groups import (
    CLOUD,
    CLOUD_OBJECTS,
    ENVIRONMENT,
    IMAGES,
    INSTRUCTION,
    KEYPOINTS,
    SEEN_KEYPOINTS,
    STATE,
    TOOL,
    VELOCITY,
    ObservationGroup,
    View,
)

if TYPE_CHECKING:
    from .pictures import Pictures
    from .points import Keypoints


class Observer:
    """Observes the rollouts of one scene.

    What draws is set up when something is first to be drawn.

    Args:
        compiled: the scene, compiled for physics.
        view: what is to be seen.
        instruction: of the task.
        states: of the objects; None where they are not to be seen.
        backend: the renderer.
        shadows: whether lamps cast shadows.
    """

    def __init__(
        self,
        compiled: CompiledScene,
        view: View,
        instruction: str,
        states: ObjectStates | None,
        backend: str,
        shadows: bool,
    ) -> None:
        """Keep what is needed."""
        self._compiled, self._view, self._instruction = compiled, view, instruction
        self._states, self._backend, self._shadows = states, backend, shadows
        self._points: Keypoints | None = None
        self._pictures: dict[tuple[tuple[str, ...], tuple[int, int]], Pictures] = {}

    def observe(self, rollout: Rollout) -> dict[str, Any]:
        """All parts of the view, by key."""
        seen: dict[str, Any] = {}
        for group in self._view.groups:
            seen |= self._group(group, rollout)
        return seen

    def picture(
        self, rollout: Rollout, camera: str, size: tuple[int, int] | None = None
    ) -> npt.NDArray[np.uint8]:
        """One camera's picture, (H, W, 3); `size` is width and height, by default the view's."""
        pictures = self._drawn((camera,), size)
        pictures.show(rollout.data.qpos)
        return pictures.images(rollout.steps)[camera]

    def _group(self, group: ObservationGroup, rollout: Rollout) -> dict[str, Any]:
        match group:
            case ObservationGroup.robot:
                return self._robot(rollout)
            case ObservationGroup.objects:
                assert self._states is not None  # it was asked for
                table = self._states.at(rollout.data.qpos)
                return {ENVIRONMENT: padded(table, self._view.objects)}
            case ObservationGroup.keypoints:
                points = self._keypoints()
                where = points.at(rollout.data.xpos, rollout.data.xmat)
                return {KEYPOINTS: where, SEEN_KEYPOINTS: points.present.copy()}
            case ObservationGroup.images:
                pictures = self._drawn(self._view.cameras)
                pictures.show(rollout.data.qpos)
                found = pictures.images(rollout.steps)
                return {f"{IMAGES}{name}": image for name, image in found.items()}
            case ObservationGroup.point_cloud:
                pictures = self._drawn(self._view.cameras)
                pictures.show(rollout.data.qpos)
                cloud, whose = pictures.cloud()
                return {CLOUD: cloud, CLOUD_OBJECTS: whose}
            case ObservationGroup.language:
                return {INSTRUCTION: self._instruction}

    def _robot(self, rollout: Rollout) -> dict[str, Any]:
        state = np.empty(self._view.joints + 1, dtype=np.float32)
        state[:-1], state[-1] = rollout.joints, rollout.opening
        speed = rollout.data.qvel[self._compiled.robot.arm_dof]
        return {
            STATE: state,
            TOOL: rollout.tool.astype(np.float32),
            VELOCITY: speed.astype(np.float32),
        }

    def _keypoints(self) -> Keypoints:
        if self._points is None:
            from .points import Keypoints

            view = self._view
            compiled = self._compiled
            self._points = Keypoints(compiled, compiled.assets, view.named, view.objects)
        return self._points

    def _drawn(self, cameras: tuple[str, ...], size: tuple[int, int] | None = None) -> Pictures:
        key = (cameras, size or self._view.size)
        if key not in self._pictures:
            from ..renderers import renderer
            from .pictures import Pictures

            self._pictures[key] = Pictures(
                self._compiled.scene,
                self._compiled.assets,
                cameras,
                key[1],
                self._view.named,
                renderer(self._backend),
                shadows=self._shadows,
            )
        return self._pictures[key]
