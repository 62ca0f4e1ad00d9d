"""Labelled frames, collected view by view."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...scenes.seeds import generator
from ...schemas import (
    Camera,
    CameraParams,
    DatasetSpec,
    FrameRecord,
    LabelName,
    ObjectLabel,
    SkippedRecord,
    VideoRecord,
)
from ..images.amodal import Amodal
from ..images.background import Background
from ..images.cameras import camera_params
from ..images.distortion import Lensed, through
from ..images.encode import DEPTH_UNIT, jpeg
from ..images.flow import Moment, encode_flow, flow
from ..images.graphs import scene_graph
from ..images.labels import Seen, State
from ..images.layers import layers
from ..images.motion import At
from ..images.parameters import Value
from ..images.photograph import photograph
from ..images.poses import Poses
from ..images.rasteriser import rasteriser
from ..images.silhouettes import Words
from ..images.view import Renderer, Rgb, Truth
from ..images.worlds import Prepared, facts_at

Keep = Callable[[str, bytes], None]
"""Takes a finished file: its path, relative to the shard's folder, and its content."""
KEPT_LABELS = 128
"""Views whose labels are at hand when the lights change: the rest are worked out again."""


@dataclass(frozen=True)
class Rendered:
    """What a scene or an episode looks like.

    Attributes:
        frames: records of the labelled frames.
        videos: records of the videos.
        files: bytes by path, relative to the shard's folder, as are paths in the records; none
            where they were handed on at once.
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


def short_name(*parts: str) -> str:
    """The parts as one name of at most 64 letters; a longer one ends in its hash instead."""
    joined = "-".join(parts)
    if len(joined) <= 64:
        return joined
    return f"{joined[:51]}-{hashlib.sha256(joined.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class _Labels:
    """All of a view but its picture and its flow."""

    files: dict[str, bytes]
    objects: tuple[ObjectLabel, ...]
    predicates: tuple[str, ...] | None


@dataclass(frozen=True)
class _Moment:
    """What no camera changes, once it is worked out."""

    key: str
    poses: Poses
    state: Future[State]
    facts: Future[tuple[str, ...]] | None


class Stills:
    """Collects labelled frames; labels that a change of light cannot alter are kept.

    The caller's thread draws, the other labels, encodes, and hands files on.
    """

    def __init__(self, spec: DatasetSpec, artist: Renderer, other: Background, keep: Keep) -> None:
        """Start with nothing.

        Args:
            spec: what to draw.
            artist: draws.
            other: its thread works all else out.
            keep: is given each file there.
        """
        self._spec = spec
        self._artist = Lensed(artist)
        self._other = other
        self._keep = keep
        self._normals = "normal" in spec.render.labels
        self._frames: list[FrameRecord] = []
        self._labels: OrderedDict[str, Future[_Labels]] = OrderedDict()
        self._moment: _Moment | None = None
        self._ahead: dict[str, tuple[str, Truth]] = {}

    def frames(self) -> tuple[FrameRecord, ...]:
        """The records so far; of all frames once the other thread is done."""
        return tuple(self._frames)

    def add(
        self,
        ready: Prepared,
        data: Any,
        camera: Camera,
        subject: Subject,
        after: tuple[Any, Camera] | None = None,
        at: At | None = None,
    ) -> None:
        """Draw one view, and have it labelled.

        Args:
            ready: the scene.
            data: its `mujoco.MjData` as it is to be seen.
            camera: where from.
            subject: what the frame is of.
            after: the `mujoco.MjData` and this camera at its next frame, None where there is
                none: flow leads there.
            at: what there is to see while the shutter is open.
        """
        spec, world = self._spec.render, ready.world
        params = camera_params(world, data, camera, spec.size)
        pixels = None
        if "rgb" in spec.labels:
            rng = generator(world.scene.seed, "sensor", subject.id)
            pixels = photograph(
                self._artist, world, data, camera, params, shadows=spec.shadows, rng=rng, at=at
            )
        moment = self._now(ready, data)
        key = f"{moment.key} {params.canonical_json()}"
        flows = "flow" in spec.labels and after is not None
        labels = self._labels.get(key)
        truth = None
        if flows or labels is None:
            truth = self._truth(ready, camera.name, data, params, key)
        if labels is None and truth is not None:
            labels = self._labels[key] = self._label(ready, moment, data, params, truth)
            if len(self._labels) > KEPT_LABELS:
                self._labels.popitem(last=False)
        motion = None
        if flows and truth is not None and after is not None:
            then = self._next(ready, after[1], after[0])
            motion = partial(_flow, ready, Moment(truth, params, moment.poses), then)
        assert labels is not None
        self._other.do(partial(self._finish, subject, camera, params, labels, pixels, motion))

    def _finish(
        self,
        subject: Subject,
        camera: Camera,
        params: CameraParams,
        labels: Future[_Labels],
        pixels: Rgb | None,
        motion: Callable[[], bytes] | None,
    ) -> None:
        """Encode a frame, hand its files on, and write its record."""
        files: dict[str, bytes] = {}
        if pixels is not None:
            files["rgb.jpg"] = jpeg(pixels)
        if motion is not None:
            files["flow.npz"] = motion()
        known = labels.result()
        files |= known.files
        paths = {suffix: f"images/{subject.id}.{suffix}" for suffix in files}
        for suffix, raw in files.items():
            self._keep(paths[suffix], raw)
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
                objects=known.objects,
                predicates=known.predicates,
            )
        )

    def _now(self, ready: Prepared, data: Any) -> _Moment:
        """The moment in `data`, kept from camera to camera."""
        key = _moment(ready, data)
        if self._moment is None or self._moment.key != key:
            wanted, poses, facts = self._spec.render.labels, Poses.of(data), None
            if {"predicate_states", "scene_graph"} & set(wanted):
                found = facts_at(ready.world.scene, ready.world.assets, data.qpos)
                facts = self._other.do(found.atoms)
            state = self._other.do(partial(ready.labeller.state, poses, wanted))
            self._moment = _Moment(key, poses, state, facts)
        return self._moment

    def _truth(
        self, ready: Prepared, camera: str, data: Any, params: CameraParams, key: str
    ) -> Truth:
        """Draw ids and depths, unless the frame before this one needed them for its flow."""
        kept = self._ahead.get(camera)
        if kept is not None and kept[0] == key:
            return kept[1]
        return self._artist.truth(ready.world, data, params, normals=self._normals)

    def _label(
        self, ready: Prepared, moment: _Moment, data: Any, params: CameraParams, truth: Truth
    ) -> Future[_Labels]:
        words = None
        if {"seg_amodal", "visible_fraction"} & set(self._spec.render.labels):
            groups = ready.labeller.geom_instances
            words = through(
                params, lambda view: rasteriser().silhouettes(ready.world, data, view, groups)
            )
        wanted = self._spec.render.labels
        return self._other.do(partial(_labelled, wanted, ready, moment, params, truth, words))

    def _next(self, ready: Prepared, camera: Camera, after: Any) -> Moment:
        """The view that flow leads to; the next frame needs it too."""
        params = camera_params(ready.world, after, camera, self._spec.render.size)
        key = f"{_moment(ready, after)} {params.canonical_json()}"
        truth = self._artist.truth(ready.world, after, params, normals=self._normals)
        self._ahead[camera.name] = (key, truth)
        return Moment(truth, params, Poses.of(after))


def _labelled(
    wanted: tuple[LabelName, ...],
    ready: Prepared,
    moment: _Moment,
    params: CameraParams,
    truth: Truth,
    words: Words | None,
) -> _Labels:
    labeller = ready.labeller
    amodal = None if words is None else Amodal.of(words, len(labeller.instances))
    mask = labeller.instance_mask(truth.geoms)
    files = layers(labeller, truth, mask, amodal, params, wanted)
    facts = () if moment.facts is None else moment.facts.result()
    if "scene_graph" in wanted:
        graph = scene_graph(ready.world, labeller.poses(moment.poses), facts)
        files["scene_graph.json"] = graph.canonical_json().encode()
    objects = labeller.objects(
        Seen(mask, truth.depth, amodal, params), moment.state.result(), wanted
    )
    return _Labels(files, objects, facts if "predicate_states" in wanted else None)


def _flow(ready: Prepared, now: Moment, then: Moment) -> bytes:
    return encode_flow(flow(now, then, ready.world.model.geom_bodyid))


def _moment(ready: Prepared, data: Any) -> str:
    """What decides all that can be seen of a scene, the lights aside."""
    return f"{ready.key} {data.qpos.tobytes().hex()}"
