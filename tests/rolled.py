"""A small dataset of solved attempts at one task, for tests of what acts in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from worlds import LIBRARY, make_task

from cousins.generators.dataset import (
    FORMAT_VERSION,
    Dataset,
    dump_arrays,
    dump_models,
)
from cousins.generators.shards import ShardRecord
from cousins.scenes.model.qpos_layout import qpos_layout
from cousins.schemas import (
    Asset,
    DatasetSpec,
    Episode,
    EpisodeArrays,
    Scene,
    TaskSpec,
    canonical_json,
)
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

APPLE = make_task(
    {"apple": "apple.n.01", "basket": "wicker_basket.n.01"}, "", "(inside apple basket)"
)
SPEC: dict[str, Any] = {
    "name": "rolled",
    "seed": 3,
    "episodes": {"per_task": 1, "max_seconds": 20.0, "style": "diverse"},
    "render": {"size": [64, 64], "keyframes": 2, "labels": ["rgb"], "videos": False},
}


@dataclass(frozen=True)
class Attempt:
    """A solved attempt with all that it took place in."""

    task: TaskSpec
    scene: Scene
    assets: dict[str, Asset]
    episode: Episode
    arrays: EpisodeArrays

    @property
    def apple_height(self) -> int:
        """Column of positions that says how high the apple is."""
        layout = qpos_layout(self.scene, self.assets, self.arrays.qpos.shape[1])
        start = layout["apple"].pose
        assert start is not None
        return start + 2


@lru_cache(maxsize=4)
def attempt(index: int = 0, slips: bool = False) -> Attempt:
    """Put the apple into the basket; where it slips, the hand is opened on purpose."""
    spec = DatasetSpec.model_validate(SPEC)
    scene, assets = build_scene(spec, APPLE, index, LIBRARY)
    more = {"perturb": {"chance": 1.0, "kinds": ["slip"]}, "max_seconds": 60.0} if slips else {}
    wanted = DatasetSpec.model_validate({**SPEC, "episodes": {**SPEC["episodes"], **more}})
    episode, arrays = solve(
        scene, assets, APPLE, wanted.episodes, (3, index), f"t0000-e{index:02d}"
    )
    assert episode.success, episode.cause
    return Attempt(APPLE, scene, assets, episode, arrays)


def stored(root: Path, *attempts: Attempt, **update: Any) -> Dataset:
    """Write attempts as a dataset; `update` changes its spec."""
    spec = DatasetSpec.model_validate({**SPEC, **update})
    saved = {
        "format": FORMAT_VERSION,
        "spec": spec.model_dump(mode="json"),
        "versions": {"assets": "test"},
    }
    root.mkdir(parents=True, exist_ok=True)
    (root / "spec.json").write_text(canonical_json(saved))
    tasks = {one.task.id: one.task for one in attempts}
    write_shard(root, "tasks", "b00000", {"tasks.json": dump_models(list(tasks.values()))})
    for name in tasks:
        mine = [one for one in attempts if one.task.id == name]
        scenes: dict[str, bytes] = {"scenes.json": dump_models([one.scene for one in mine])}
        episodes: dict[str, bytes] = {"episodes.json": dump_models([one.episode for one in mine])}
        for one in mine:
            for digest, asset in one.assets.items():
                scenes[f"assets/{digest}.json"] = asset.canonical_json().encode()
            episodes[f"{one.episode.id}.npz"] = dump_arrays(one.arrays)
        write_shard(root, "scenes", name, scenes)
        write_shard(root, "episodes", name, episodes)
    return Dataset(root)


def write_shard(root: Path, stage: str, shard: str, files: dict[str, bytes]) -> None:
    """Write the files of a shard, and its record."""
    listed: dict[str, str] = {}
    for name, raw in files.items():
        path = root / "data" / stage / shard / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        listed[f"data/{stage}/{shard}/{name}"] = hashlib.sha256(raw).hexdigest()
    told = {"stage": stage, "shard": shard, "key": "test", "files": listed, "items": 1}
    record = ShardRecord.model_validate(told)
    path = root / "manifest" / stage / f"{shard}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(record.canonical_json())
