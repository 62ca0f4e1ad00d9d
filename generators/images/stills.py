"""Labelled frames, collected view by view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...schemas import (
    Camera,
    CameraParams,
    DatasetSpec,
    FrameRecord,
    ObjectLabel,
    VideoRecord,
)
from .cameras import camera_params
from .encode import DEPTH_UNIT, depth_units, jpeg, png
from .labels import State
from .normals import encode_normals, normals
from .vary import Value
from .view import Renderer
from .worlds import Prepared, facts_at


@dataclass(frozen=True)
class Rendered:
    """What a scene or an episode looks like.

    Attributes:
        frames: records of the labelled frames.
        videos: records of the videos.
        files: bytes by path, relative to the shard's folder, as are paths in the records.
    """

    frames: tuple[FrameRecord, ...]
    videos: tuple[VideoRecord, ...]
    files: dict[str, bytes]


@dataclass(frozen=True)
class Subject:
    """What a frame is of; fields as in FrameRecord."""

    id: str
    scene: str
    episode: str | None = None
    step: int | None = None
    vary: dict[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True)
class _Labels:
    """All of a view but its picture."""

    images: dict[str, bytes]
    objects: tuple[ObjectLabel, ...]
    predicates: tuple[str, ...] | None


class Stills:
    """Collects labelled frames; labels that a change of light cannot alter are kept."""

    def __init__(self, spec: DatasetSpec, artist: Renderer) -> None:
        """Start with nothing."""
        self._spec = spec
        self._artist = artist
        self._frames: list[FrameRecord] = []
        self._files: dict[str, bytes] = {}
        self._labels: dict[str, _Labels] = {}
        self._moment: tuple[str, State, tuple[str, ...] | None] | None = None

    def rendered(self) -> Rendered:
        """What was collected."""
        return Rendered(tuple(self._frames), (), self._files)

    def add(self, ready: Prepared, data: Any, camera: Camera, subject: Subject) -> None:
        """Draw and label one view."""
        spec, world = self._spec.render, ready.world
        params = camera_params(world, data, camera, spec.size)
        images: dict[str, bytes] = {}
        if "rgb" in spec.labels:
            pixels = self._artist.colour(world, data, params, shadows=spec.shadows)
            images["rgb.jpg"] = jpeg(pixels)
        moment = f"{ready.key} {data.qpos.tobytes().hex()}"
        key = f"{moment} {params.canonical_json()}"
        if key not in self._labels:
            self._labels[key] = self._label(ready, moment, data, params)
        labels = self._labels[key]
        images |= labels.images
        paths = {suffix: f"images/{subject.id}.{suffix}" for suffix in images}
        self._files |= {paths[suffix]: raw for suffix, raw in images.items()}
        self._frames.append(
            FrameRecord(
                id=subject.id,
                scene=subject.scene,
                episode=subject.episode,
                step=subject.step,
                camera=camera.name,
                vary=subject.vary,
                files={suffix.partition(".")[0]: path for suffix, path in paths.items()},
                depth_scale=DEPTH_UNIT,
                camera_params=params,
                objects=labels.objects,
                predicates=labels.predicates,
            )
        )

    def _label(self, ready: Prepared, moment: str, data: Any, params: CameraParams) -> _Labels:
        wanted, labeller = self._spec.render.labels, ready.labeller
        truth = self._artist.truth(ready.world, data, params)
        mask = labeller.instance_mask(truth.geoms)
        images: dict[str, bytes] = {}
        if "depth_linear" in wanted:
            images["depth_linear.png"] = png(depth_units(truth.depth))
        if "seg_instance" in wanted:
            images["seg_instance.png"] = png(mask)
        if "seg_semantic" in wanted:
            images["seg_semantic.png"] = png(labeller.semantic_mask(truth.geoms))
        if "normal" in wanted:
            images["normal.png"] = png(encode_normals(normals(truth, params)))
        if self._moment is None or self._moment[0] != moment:
            self._moment = (moment, labeller.state(data, wanted), self._facts(ready, data))
        _, state, facts = self._moment
        return _Labels(images, labeller.objects(mask, state, params, wanted), facts)

    def _facts(self, ready: Prepared, data: Any) -> tuple[str, ...] | None:
        if "predicate_states" not in self._spec.render.labels:
            return None
        return facts_at(ready.world.scene, ready.world.assets, data.qpos)
