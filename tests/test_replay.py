"""Replay: exact in this and in a fresh process, and honest about what does not belong."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from worlds import make_task, scene_for

from cousins.generators.dataset import dump_arrays
from cousins.schemas import Asset, DatasetError, Episode, EpisodeArrays, EpisodeSpec, Scene
from cousins.tasks.physics.replay import replay
from cousins.tasks.solving.solve import solve

TASK = make_task(
    {"apple": "apple.n.01", "basket": "wicker_basket.n.01"}, "", "(inside apple basket)"
)
PROGRAM = """
import json, sys
from pathlib import Path
from cousins.generators.dataset import load_arrays
from cousins.schemas import Asset, Episode, Scene, TaskSpec
from cousins.tasks.physics.replay import replay
root = Path(sys.argv[1])
read = lambda model, name: model.from_json((root / name).read_bytes())
assets = {p.stem: Asset.from_json(p.read_bytes()) for p in sorted(root.glob("assets/*.json"))}
arrays = load_arrays((root / "e.npz").read_bytes())
result = replay(read(Scene, "scene.json"), assets, read(TaskSpec, "task.json"),
                read(Episode, "episode.json"), arrays)
print(json.dumps([result.success, result.max_error]))
"""


@functools.lru_cache(maxsize=1)
def demonstration() -> tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]:
    scene, assets = scene_for(TASK)
    episode, arrays = solve(scene, assets, TASK, EpisodeSpec(hz=20), (3,), "t0000-e00")
    assert episode.success, episode.cause
    return scene, assets, episode, arrays


def test_a_fresh_process_repeats_it_exactly_from_files_alone(tmp_path: Path) -> None:
    scene, assets, episode, arrays = demonstration()
    (tmp_path / "assets").mkdir()
    for name, model in (("scene", scene), ("task", TASK), ("episode", episode)):
        (tmp_path / f"{name}.json").write_text(model.canonical_json())
    for key, asset in assets.items():
        (tmp_path / "assets" / f"{key}.json").write_text(asset.canonical_json())
    (tmp_path / "e.npz").write_bytes(dump_arrays(arrays))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONHASHSEED": "5"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True, 0.0]


def test_a_changed_action_shows() -> None:
    scene, assets, episode, arrays = demonstration()
    actions = arrays.actions.copy()
    actions[len(actions) // 2, 1] += 0.01
    changed = dataclasses.replace(arrays, actions=actions)
    assert replay(scene, assets, TASK, episode, changed).max_error > 1e-3


def test_a_demonstration_that_was_stopped_halfway_fails() -> None:
    scene, assets, episode, arrays = demonstration()
    half = len(arrays.actions) // 2
    cut = dataclasses.replace(arrays, actions=arrays.actions[:half], qpos=arrays.qpos[: half + 1])
    result = replay(scene, assets, TASK, episode, cut)
    assert not result.success
    assert result.max_error == 0.0


def test_the_state_of_another_scene_is_refused() -> None:
    _, _, episode, arrays = demonstration()
    more = make_task({"cabinet": "cabinet.n.01"}, "(not (open cabinet))", "(open cabinet)")
    scene, assets = scene_for(more)
    with pytest.raises(DatasetError, match=r"its initial state has \(\d+,\) numbers"):
        replay(scene, assets, more, episode, arrays)


def test_the_initial_state_is_the_scenes() -> None:
    scene, assets, episode, arrays = demonstration()
    nothing = dataclasses.replace(
        arrays, actions=arrays.actions[:0], qpos=arrays.qpos[:1], qvel=arrays.qvel[:1]
    )
    result = replay(scene, assets, TASK, episode, nothing)
    assert not result.success
    assert np.array_equal(arrays.initial_state[1 : 1 + arrays.qpos.shape[1]], arrays.qpos[0])
