"""Writes a dataset for OmniGibson.

```
<profile>/index.json              what was written, refused and lost
<profile>/<scene>/config.json     of the environment
<profile>/<scene>/scene.json      the scene file
activities/<name>/problem0.bddl   the tasks, as BDDL's activity definitions
assets/<asset>/<asset>.urdf       and <asset>.usd where usd-core is installed; index.json
```
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ....schemas import Asset, SpecError
from ....schemas.plugins import installed
from ...dataset import Dataset
from .._scenes import Staged, asset_folder, staged, write_json, write_scenes
from ..urdf.writing import write_assets
from .behavior import nearest_model
from .config import MODALITIES, SCENE_FILE, to_env_config
from .profiles import Profile, profile
from .scene_file import ASSETS, to_scene_json
from .task import activity_name, to_task


def write(dataset: Dataset, out: Path, profiles: tuple[str, ...], assets: str) -> None:
    """Write all scenes of a dataset to a folder that is absent or empty.

    Raises:
        SpecError: there is no such profile.
    """
    chosen = [profile(name) for name in profiles]
    labels = tuple(dataset.spec.render.labels)
    found: dict[str, Asset] = {}
    for part in staged(dataset):
        found |= part.assets
        if part.task is not None:
            folder = out / "activities" / activity_name(part.task)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "problem0.bddl").write_text(to_task(part.task), encoding="utf-8")
    write_assets(found, out / ASSETS)
    if installed("usd-core") is not None:
        _write_usd(found, out / ASSETS)
    for one in chosen:
        write_scenes(dataset, out / one.name, _writer(one, labels, assets))


def _write_usd(found: dict[str, Asset], out: Path) -> None:
    """The USD files that scene files name, beside each asset's URDF."""
    from ..usd.asset import write_asset

    for digest in sorted(found):
        name = asset_folder(found[digest])
        write_asset(found[digest], out / name / f"{name}.usd")


def _writer(
    one: Profile, labels: tuple[str, ...], assets: str
) -> Callable[[Staged, Path], tuple[str, ...]]:
    """What writes a scene for one profile."""

    def write_one(part: Staged, folder: Path) -> tuple[str, ...]:
        write_json(folder / "config.json", to_env_config(part, one, labels))
        write_json(folder / SCENE_FILE, to_scene_json(part, one, assets))
        return lost(part, one, labels, assets)

    return write_one


def lost(
    part: Staged, profile: Profile, labels: tuple[str, ...], assets: str = "own"
) -> tuple[str, ...]:
    """What a scene has and OmniGibson's files do not."""
    scene = part.scene
    told = [
        "softness: PhysX has no time constant of contacts",
        "pad friction: torsional and rolling friction of contacts",
    ]
    if not profile.materials:
        told.append("friction: this generation takes none for single objects")
    if scene.robot.name not in profile.robots:
        told.append(f"robot: {scene.robot.name} is none of OmniGibson's")
    else:
        told.append("robot: its model is OmniGibson's, with servos of its own")
    told += [f"camera {x.name}: is on the hand" for x in scene.cameras if x.mount is not None]
    told += [f"label {x}: is none of its modalities" for x in labels if x not in MODALITIES]
    if scene.physics:
        told.append("physics: what varies by scene, masses and gains among it")
    if scene.room is not None:
        told.append("room: walls")
    if assets == "behavior":
        told += [f"category {x}: BEHAVIOR has no model" for x in _without_model(part)]
    return tuple(told)


def _without_model(part: Staged) -> list[str]:
    """Categories for which the dataset's own asset stands in."""
    missing: set[str] = set()
    for asset in part.assets.values():
        try:
            nearest_model(asset)
        except SpecError:
            missing.add(asset.category)
    return sorted(missing)
