"""Videos of an episode: one per camera, drawn here, encoded by another thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Camera, DatasetSpec, Episode, VideoRecord
from ..images.background import Background
from ..images.camera.cameras import camera_params
from ..images.camera.motion import At, blurred
from ..images.camera.view import Renderer
from ..images.encode import VideoWriter
from .frame_labels import Keep, short_name

View = Callable[[Camera], tuple[Camera, At | None]]


class Film:
    """The videos of an episode, growing state by state."""

    def __init__(
        self, episode: Episode, cameras: tuple[Camera, ...], spec: DatasetSpec, other: Background
    ) -> None:
        """Start with no frames.

        Args:
            episode: which one.
            cameras: one video for each.
            spec: how large, and whether lamps cast shadows.
            other: its thread encodes.
        """
        self._episode, self._cameras = episode, cameras
        self._spec, self._other = spec.render, other
        width, height = spec.render.size
        self._writers = {c.name: VideoWriter(width, height, episode.hz) for c in cameras}

    def add(self, artist: Renderer, world: CompiledScene, data: Any, view: View) -> None:
        """Draw the state in `data` with every camera.

        Args:
            artist: draws.
            world: of the episode.
            data: its `mujoco.MjData`.
            view: where a camera stands, and what there is to see while its shutter is open.
        """
        for camera in self._cameras:
            placed, at = view(camera)
            pixels, shadows = None, self._spec.shadows
            if at is not None:
                pixels = blurred(artist, world, at, camera.lens.shutter, shadows=shadows)
            if pixels is None:
                params = camera_params(world, data, placed, self._spec.size)
                pixels = artist.colour(world, data, params, shadows=shadows)
            self._other.do(partial(self._writers[camera.name].add, pixels))

    def finish(self, keep: Keep) -> tuple[VideoRecord, ...]:
        """Have the files handed on; their records."""
        records: list[VideoRecord] = []
        for name, writer in self._writers.items():
            path = f"videos/{short_name(self._episode.id, name)}.mp4"
            self._other.do(partial(_hand_on, keep, path, writer))
            records.append(
                VideoRecord(
                    episode=self._episode.id, camera=name, path=path, frames=self._episode.steps,
                    hz=self._episode.hz, size=self._spec.size,
                )
            )  # fmt: skip
        return tuple(records)


def _hand_on(keep: Keep, path: str, writer: VideoWriter) -> None:
    keep(path, writer.finish())
