"""Labelled frames, collected view by view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...scenes.seeds import generator
from ...schemas import (
    Camera,
    CameraParams,
    DatasetSpec,
    FrameRecord,
    ObjectLabel,
    SkippedRecord,
    VideoRecord,
)
from .amodal import Amodal
from .cameras import camera_params
from .distortion import Lensed, through
from .encode import DEPTH_UNIT, jpeg
from .flow import Moment, encode_flow, flow
from .graphs import scene_graph
from .labels import Seen, State
from .layers import layers
from .parameters import Value
from .photograph import photograph
from .view import Renderer, Truth, rasteriser
from .worlds import Prepared, facts_at


@dataclass(frozen=True)
class Rendered:
    """What a scene or an episode looks like.

    Attributes:
        frames: records of the labelled frames.
        videos: records of the videos.
        files: bytes by path, relative to the shard's folder, as are paths in the records.
        skipped: values of sweeps that the scene could not take.
    """

    frames: tuple[FrameRecord, ...]
    videos: tuple[VideoRecord, ...]
    files: dict[str, bytes]
    skipped: tuple[SkippedRecord, ...] = ()


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
    """All of a view but its picture and its flow."""

    files: dict[str, bytes]
    objects: tuple[ObjectLabel, ...]
    predicates: tuple[str, ...] | None


class Stills:
    """Collects labelled frames; labels that a change of light cannot alter are kept."""

    def __init__(self, spec: DatasetSpec, artist: Renderer) -> None:
        """Start with nothing."""
        self._spec = spec
        self._artist = Lensed(artist)
        self._normals = "normal" in spec.render.labels
        self._frames: list[FrameRecord] = []
        self._files: dict[str, bytes] = {}
        self._labels: dict[str, _Labels] = {}
        self._moment: tuple[str, State, tuple[str, ...]] | None = None
        self._ahead: dict[str, tuple[str, Truth]] = {}

    def rendered(self) -> Rendered:
        """What was collected."""
        return Rendered(tuple(self._frames), (), self._files)

    def add(
        self, ready: Prepared, data: Any, camera: Camera, subject: Subject, after: Any = None
    ) -> None:
        """Draw and label one view.

        Args:
            ready: the scene.
            data: its `mujoco.MjData` as it is to be seen.
            camera: where from.
            subject: what the frame is of.
            after: the `mujoco.MjData` of the next frame of this camera, None where there is
                none: flow leads there.
        """
        spec, world = self._spec.render, ready.world
        params = camera_params(world, data, camera, spec.size)
        files: dict[str, bytes] = {}
        if "rgb" in spec.labels:
            rng = generator(world.scene.seed, "sensor", subject.id)
            pixels = photograph(
                self._artist, world, data, camera, params, shadows=spec.shadows, rng=rng
            )
            files["rgb.jpg"] = jpeg(pixels)
        moment = _moment(ready, data)
        key = f"{moment} {params.canonical_json()}"
        flows = "flow" in spec.labels and after is not None
        if flows or key not in self._labels:
            truth = self._truth(ready, camera.name, data, params, key)
            if key not in self._labels:
                self._labels[key] = self._label(ready, moment, data, params, truth)
            if flows:
                files["flow.npz"] = self._flow(ready, camera, Moment(truth, params, data), after)
        labels = self._labels[key]
        files |= labels.files
        paths = {suffix: f"images/{subject.id}.{suffix}" for suffix in files}
        self._files |= {paths[suffix]: raw for suffix, raw in files.items()}
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

    def _truth(
        self, ready: Prepared, camera: str, data: Any, params: CameraParams, key: str
    ) -> Truth:
        """Draw ids and depths, unless the frame before this one needed them for its flow."""
        kept = self._ahead.get(camera)
        if kept is not None and kept[0] == key:
            return kept[1]
        return self._artist.truth(ready.world, data, params, normals=self._normals)

    def _label(
        self, ready: Prepared, moment: str, data: Any, params: CameraParams, truth: Truth
    ) -> _Labels:
        wanted, labeller = self._spec.render.labels, ready.labeller
        if self._moment is None or self._moment[0] != moment:
            self._moment = (moment, labeller.state(data, wanted), self._facts(ready, data))
        _, state, facts = self._moment
        amodal = None
        if {"seg_amodal", "visible_fraction"} & set(wanted):
            groups = labeller.geom_instances
            words = through(
                params, lambda view: rasteriser().silhouettes(ready.world, data, view, groups)
            )
            amodal = Amodal.of(words, len(labeller.instances))
        mask = labeller.instance_mask(truth.geoms)
        files = layers(labeller, truth, mask, amodal, params, wanted)
        if "scene_graph" in wanted:
            graph = scene_graph(ready.world, labeller.poses(data), facts)
            files["scene_graph.json"] = graph.canonical_json().encode()
        objects = labeller.objects(Seen(mask, truth.depth, amodal, params), state, wanted)
        return _Labels(files, objects, facts if "predicate_states" in wanted else None)

    def _flow(self, ready: Prepared, camera: Camera, now: Moment, after: Any) -> bytes:
        params = camera_params(ready.world, after, camera, self._spec.render.size)
        key = f"{_moment(ready, after)} {params.canonical_json()}"
        truth = self._artist.truth(ready.world, after, params, normals=self._normals)
        self._ahead[camera.name] = (key, truth)
        bodies = ready.world.model.geom_bodyid
        return encode_flow(flow(now, Moment(truth, params, after), bodies))

    def _facts(self, ready: Prepared, data: Any) -> tuple[str, ...]:
        if not {"predicate_states", "scene_graph"} & set(self._spec.render.labels):
            return ()
        return facts_at(ready.world.scene, ready.world.assets, data.qpos)


def _moment(ready: Prepared, data: Any) -> str:
    """What decides all that can be seen of a scene, the lights aside."""
    return f"{ready.key} {data.qpos.tobytes().hex()}"
