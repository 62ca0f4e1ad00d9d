"""Labelled frames as image exports take them: counted, split by scene, and with what they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...schemas import DatasetError, FrameRecord, Scene
from ..dataset import Dataset, read_models
from ..labels import LABELS, StoragePlace
from ..licences import AssetUse, asset_uses
from ..shards import shard_of
from ..splits import held_out


@dataclass(frozen=True)
class FrameSurvey:
    """What a first pass over the frames of a dataset finds.

    Attributes:
        dataset: whose frames they are.
        scenes: ids of the scenes that have frames, and how many each has.
        categories: of all visible objects, by name.
    """

    dataset: Dataset
    scenes: dict[str, int]
    categories: tuple[str, ...]

    @cached_property
    def validation(self) -> frozenset[str]:
        """The scenes for validation."""
        return held_out(self.scenes)

    @property
    def held(self) -> int:
        """How many frames are for validation."""
        return sum(self.scenes[scene] for scene in self.validation)

    @property
    def train(self) -> int:
        """How many frames are to train with."""
        return sum(self.scenes.values()) - self.held

    def uses(self) -> tuple[AssetUse, ...]:
        """The assets that stand in these scenes, with their licences."""
        return asset_uses(self.dataset, self.own_scenes())

    def own_scenes(self) -> Iterator[Scene]:
        """The scenes that have frames, one in memory at a time."""
        return (scene for scene in self.dataset.scenes() if scene.id in self.scenes)

    def instructions(self) -> dict[str, str]:
        """What is to be done, by task."""
        return {task.id: task.instruction for task in self.dataset.tasks()}


class NearbyScenes:
    """The scenes of frames, of which one shard is in memory at a time.

    Args:
        dataset: whose frames come in its order.
    """

    def __init__(self, dataset: Dataset) -> None:
        """Nothing is read yet."""
        self._dataset = dataset
        self._found: dict[str, Scene] = {}

    def of(self, frame: FrameRecord) -> Scene:
        """The scene that a frame shows.

        Raises:
            DatasetError: it is not there.
        """
        return self.named(frame.scene)

    def named(self, name: str) -> Scene:
        """A scene by its id.

        Raises:
            DatasetError: it is not there.
        """
        if name not in self._found:
            shard = shard_of(name.rpartition("-s")[0], name)
            path = self._dataset.file(f"data/scenes/{shard}/scenes.json")
            self._found = {scene.id: scene for scene in read_models(path, Scene)}
            if name not in self._found:
                raise DatasetError(f"frames show the scene {name}, which is not in {path}")
        return self._found[name]


def survey(
    dataset: Dataset, name: str, needed: Sequence[str] = ("rgb",), *, some: bool = True
) -> FrameSurvey:
    """Look through all frames once.

    Args:
        dataset: whose frames are looked through.
        name: of the export.
        needed: labels that every frame must have.
        some: there must be frames.

    Raises:
        DatasetError: there are no frames, or one lacks a label.
    """
    scenes: dict[str, int] = {}
    categories: set[str] = set()
    for frame in dataset.frames():
        _refuse_lacking(frame, name, needed)
        scenes[frame.scene] = scenes.get(frame.scene, 0) + 1
        categories |= {thing.category for thing in frame.objects if thing.visible_pixels}
    if some and not scenes:
        raise DatasetError(f"{name}: {dataset.root} has no labelled frames to export")
    return FrameSurvey(dataset, dict(sorted(scenes.items())), tuple(sorted(categories)))


def _refuse_lacking(frame: FrameRecord, name: str, needed: Sequence[str]) -> None:
    missing = [label for label in needed if not _has(frame, label)]
    if missing:
        raise DatasetError(
            f"{name}: frame {frame.id} has no {' and no '.join(missing)}; render.labels must hold "
            f"{', '.join(needed)}"
        )


def _has(frame: FrameRecord, label: str) -> bool:
    """Whether a frame has a label; of an object that is not seen some labels are None."""
    value = LABELS.load(label).values[0]
    if value.place is StoragePlace.FILE:
        return label in frame.files
    things = frame.objects if value.place is StoragePlace.OBJECT else (frame,)
    return not things or any(getattr(thing, value.name) is not None for thing in things)
