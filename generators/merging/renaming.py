"""Ids of a dataset as they are called in the one that it is merged into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from ...schemas import (
    DatasetError,
    Episode,
    FrameRecord,
    Model,
    Scene,
    SkippedRecord,
    TaskSpec,
    Verdict,
    VideoRecord,
)
from ..shards import shard_folder

Item = TypeVar("Item", bound=Model)
MODELS: dict[str, type[Model]] = {
    "tasks.json": TaskSpec,
    "proposed.json": TaskSpec,
    "proposals.json": Verdict,
    "scenes.json": Scene,
    "episodes.json": Episode,
    "frames.json": FrameRecord,
    "videos.json": VideoRecord,
    "skipped.json": SkippedRecord,
}
"""The files of shards that hold ids, and what each is a list of."""


@dataclass(frozen=True)
class Renaming:
    """New ids by old ones.

    Attributes:
        tasks: by the id of the task, which ids of its scenes, attempts and frames begin with.
        batches: by the name of the shard of tasks.
        offset: added to the numbers of tasks.
    """

    tasks: Mapping[str, str]
    batches: Mapping[str, str]
    offset: int

    def id(self, name: str) -> str:
        """A new id, or the new name of a file or a shard that begins with one.

        Raises:
            DatasetError: it begins with the id of no task.
        """
        task, dash, rest = name.partition("-")
        if task not in self.tasks:
            raise DatasetError(f"{name!r} begins with the id of no task of its dataset")
        return f"{self.tasks[task]}{dash}{rest}"

    def shard(self, stage: str, name: str) -> str:
        """The new name of a shard."""
        return self.batches[name] if stage == "tasks" else self.id(name)

    def inside(self, name: str) -> str:
        """The new path of a file within its shard: names that begin with an id follow it."""
        path = PurePosixPath(name)
        task = path.name.partition("-")[0]
        return str(path.with_name(self.id(path.name))) if task in self.tasks else name

    def path(self, name: str) -> str:
        """The new path of a file, relative to the dataset's folder."""
        data, stage, shard, *rest = PurePosixPath(name).parts
        del data
        inside = self.inside("/".join(rest))
        return f"{shard_folder(stage, self.shard(stage, shard))}/{inside}"

    def model(self, item: Item) -> Item:
        """The same thing under its new ids."""
        fields: dict[str, object] = {}
        match item:
            case TaskSpec():
                fields = {"id": self.id(item.id)}
            case Verdict():
                task = None if item.task is None else self.id(item.task)
                fields = {"number": item.number + self.offset, "task": task}
            case Scene():
                task = None if item.task is None else self.id(item.task)
                fields = {"id": self.id(item.id), "task": task}
            case Episode():
                fields = {"id": self.id(item.id), "task": self.id(item.task)}
                fields["scene"] = self.id(item.scene)
            case FrameRecord():
                episode = None if item.episode is None else self.id(item.episode)
                fields = {"id": self.id(item.id), "scene": self.id(item.scene), "episode": episode}
                fields["files"] = {label: self.path(path) for label, path in item.files.items()}
            case VideoRecord():
                fields = {"episode": self.id(item.episode), "path": self.path(item.path)}
            case SkippedRecord():
                fields = {"scene": self.id(item.scene)}
            case _:
                raise TypeError(f"no ids are known of {type(item).__name__}")
        return item.model_copy(update=fields)
