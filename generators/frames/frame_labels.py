"""Labelled frames, collected view by view."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...scenes.core.seeds import generator
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import (
    Camera,
    CameraParams,
    DatasetSpec,
    FrameRecord,
    ObjectLabel,
    SkippedRecord,
    VideoRecord,
)
from ..images.background import Background
from ..images.camera.cameras import camera_params
from ..images.camera.distortion import Lensed, through
from ..images.camera.motion import At
from ..images.camera.photograph import photograph
from ..images.camera.view import GBuffer, Renderer, Rgb
from ..images.encode import DEPTH_UNIT
from ..images.parameters import Value
from ..images.raster.rasteriser import rasteriser
from ..images.truth.flow import PoseSnapshot
from ..images.truth.poses import Poses
from ..images.truth.worlds import PreparedScene, facts_at
from ..labels import Reads
from ..labels._chosen import Chosen, chosen, make, object_labels
from ..labels._view import LabelMoment, LabelView

Keep = Callable[[str, bytes], None]
"""Takes a finished file: its path, relative to the shard's folder, and its content."""
KEPT_LABELS = 128
"""Views whose labels are at hand when the lights change: the rest are worked out again."""


@dataclass(frozen=True)
class Rendered:
    """The renderings of a scene or an episode.

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
    """The subject of a frame; fields as in FrameRecord."""

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
class _Kept:
    """All of a view that no light changes."""

    files: Mapping[str, bytes]
    objects: tuple[ObjectLabel, ...]
    fields: Mapping[str, object]


@dataclass(frozen=True)
class _Moment:
    """The state that no camera changes, and its key."""

    key: str
    moment: LabelMoment


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
        self._wanted = chosen(spec.render.labels)
        self._normals = Reads.NORMALS in self._wanted.reads
        self._frames: list[FrameRecord] = []
        self._labels: OrderedDict[str, Future[_Kept]] = OrderedDict()
        self._moment: _Moment | None = None
        self._ahead: dict[str, tuple[str, GBuffer]] = {}

    def frames(self) -> tuple[FrameRecord, ...]:
        """The records so far; of all frames once the other thread is done."""
        return tuple(self._frames)

    def add(
        self,
        ready: PreparedScene,
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
        world, wanted = ready.world, self._wanted
        params = camera_params(world, data, camera, self._spec.render.size)
        pixels = None
        if Reads.COLOUR in wanted.reads:
            pixels = self._picture(world, data, camera, params, subject.id, at)
        now = self._now(ready, data)
        key = f"{now.key} {params.canonical_json()}"
        leads = after if Reads.NEXT in wanted.reads else None
        labels = self._labels.get(key)
        truth = None
        if leads is not None or labels is None or wanted.drawn:
            truth = self._truth(ready, camera.name, data, params, key)
        if labels is None:
            labels = self._labels[key] = self._label(ready, now.moment, data, params, truth)
            if len(self._labels) > KEPT_LABELS:
                self._labels.popitem(last=False)
        then = None if leads is None else self._next(ready, leads[1], leads[0])
        view = LabelView(now.moment, params, truth, pixels=pixels, after=then)
        self._other.do(partial(self._finish, subject, camera, view, labels))

    def _picture(
        self,
        world: CompiledScene,
        data: Any,
        camera: Camera,
        params: CameraParams,
        name: str,
        at: At | None,
    ) -> Rgb:
        rng = generator(world.scene.seed, "sensor", name)
        shadows = self._spec.render.shadows
        return photograph(
            self._artist, world, data, camera, params, shadows=shadows, rng=rng, at=at
        )

    def _finish(
        self, subject: Subject, camera: Camera, view: LabelView, labels: Future[_Kept]
    ) -> None:
        """Encode a frame, hand its files on, and write its record."""
        fresh = make(self._wanted.fresh, view)
        known = labels.result()
        files = {**fresh.files, **known.files}
        paths = {suffix: f"images/{subject.id}.{suffix}" for suffix in files}
        for suffix, raw in files.items():
            self._keep(paths[suffix], raw)
        fields: Mapping[str, Any] = known.fields
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
                camera_params=view.camera,
                objects=known.objects,
                **fields,
            )
        )

    def _now(self, ready: PreparedScene, data: Any) -> _Moment:
        """The moment in `data`, kept from camera to camera."""
        key = _moment(ready, data)
        if self._moment is None or self._moment.key != key:
            facts = None
            if Reads.FACTS in self._wanted.reads:
                found = facts_at(ready.world.scene, ready.world.assets, data.qpos)
                facts = self._other.do(found.atoms)
            self._moment = _Moment(key, LabelMoment(ready, Poses.of(data), facts))
        return self._moment

    def _truth(
        self, ready: PreparedScene, camera: str, data: Any, params: CameraParams, key: str
    ) -> GBuffer:
        """Draw ids and depths, unless the frame before this one needed them for its flow."""
        kept = self._ahead.get(camera)
        if kept is not None and kept[0] == key:
            return kept[1]
        return self._artist.truth(ready.world, data, params, normals=self._normals)

    def _label(
        self,
        ready: PreparedScene,
        moment: LabelMoment,
        data: Any,
        params: CameraParams,
        truth: GBuffer | None,
    ) -> Future[_Kept]:
        words = None
        if Reads.SILHOUETTES in self._wanted.reads:
            groups = ready.labeller.geom_instances
            words = through(
                params, lambda view: rasteriser().silhouettes(ready.world, data, view, groups)
            )
        return self._other.do(partial(_kept, self._wanted, LabelView(moment, params, truth, words)))

    def _next(self, ready: PreparedScene, camera: Camera, after: Any) -> PoseSnapshot:
        """The view that flow leads to; the next frame needs it too."""
        params = camera_params(ready.world, after, camera, self._spec.render.size)
        key = f"{_moment(ready, after)} {params.canonical_json()}"
        truth = self._artist.truth(ready.world, after, params, normals=self._normals)
        self._ahead[camera.name] = (key, truth)
        return PoseSnapshot(truth, params, Poses.of(after))


def _kept(wanted: Chosen, view: LabelView) -> _Kept:
    made = make(wanted.kept, view)
    return _Kept(made.files, object_labels(view, made), made.frame)


def _moment(ready: PreparedScene, data: Any) -> str:
    """The key of all that can be seen of a scene, the lights aside."""
    return f"{ready.key} {data.qpos.tobytes().hex()}"
