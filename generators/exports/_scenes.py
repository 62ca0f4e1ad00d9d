"""Shared by exports of scenes: their tasks, and the list of what came out and what did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...schemas import Asset, CousinsError, DatasetError, Scene, TaskSpec, canonical_json
from ...schemas.plugins import Needs
from ..dataset import Dataset
from ._folders import refuse_files


@dataclass(frozen=True)
class SceneExporter:
    """An export format of scenes, which needs no episodes.

    Attributes:
        summary: the format in one line.
        needs: the packages that shape its bytes.
        write: writes all scenes of a dataset to an empty or absent folder.
    """

    summary: str
    needs: Needs
    write: Callable[[Dataset, Path], None]

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`."""
        refuse_without_scenes(dataset)

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, or there are no scenes.
        """
        refuse_files(out)
        refuse_without_scenes(dataset)
        self.write(dataset, out)


@dataclass(frozen=True)
class Staged:
    """A scene of a dataset with what belongs to it.

    Attributes:
        scene: at rest.
        assets: its assets by content hash.
        task: what should happen in it, if anything.
        size: width and height of its pictures, pixels.
    """

    scene: Scene
    assets: Mapping[str, Asset]
    task: TaskSpec | None
    size: tuple[int, int]

    def asset(self, name: str) -> Asset:
        """The asset of an object."""
        return self.assets[self.scene.object(name).asset_hash]


def staged(dataset: Dataset) -> Iterator[Staged]:
    """Every scene of a dataset, in order."""
    tasks = {task.id: task for task in dataset.tasks()}
    for scene in dataset.scenes():
        task = tasks.get(str(scene.task))
        yield Staged(scene, dataset.assets_of(scene), task, dataset.spec.render.size)


def refuse_without_scenes(dataset: Dataset) -> None:
    """Refuse a dataset that has no scenes.

    Raises:
        DatasetError: saying how to make some.
    """
    if next(dataset.scenes(), None) is None:
        raise DatasetError(
            f"{dataset.root} has no scenes to export; make some with `cousins assemble`"
        )


def write_scenes(
    dataset: Dataset, out: Path, one: Callable[[Staged, Path], tuple[str, ...]]
) -> None:
    """Write every scene to a folder of its own, and `index.json` about them.

    A scene that cannot be written is named there with the reason, and the others go on.

    Args:
        dataset: with scenes.
        out: folder of the export.
        one: writes a scene to a folder that exists; gives what the format could not take.
    """
    scenes: list[dict[str, Any]] = []
    for part in staged(dataset):
        folder = out / part.scene.id
        folder.mkdir(parents=True)
        entry: dict[str, Any] = {"scene": part.scene.id, "task": part.scene.task}
        try:
            entry["lost"] = list(one(part, folder))
        except (CousinsError, ValueError) as error:
            entry["refused"] = str(error)
        scenes.append(entry)
    lost = Counter(what for entry in scenes for what in entry.get("lost", ()))
    refused = sum("refused" in entry for entry in scenes)
    told = {"scenes": scenes, "written": len(scenes) - refused, "refused": refused}
    write_json(out / "index.json", {**told, "lost": dict(sorted(lost.items()))})


def asset_folder(asset: Asset) -> str:
    """The name of an asset among files: equal names, equal assets."""
    return f"{asset.id}-{asset.content_hash()[:8]}".replace("-", "_")


def write_json(path: Path, value: Any) -> None:
    """Canonical JSON and a line's end."""
    path.write_text(canonical_json(value) + "\n", encoding="utf-8")
