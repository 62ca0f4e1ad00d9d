"""The environment as LeRobot wants it: names, Gymnasium's vectors, and its own commands."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from rolled import attempt, stored

import cousins
from cousins.flows.environments.lerobot.env import ID, lerobot_env, register
from cousins.generators.dataset import Dataset
from cousins.generators.exports.lerobot import LeRobotExporter
from cousins.schemas import BackendMissingError

register()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return stored(tmp_path_factory.mktemp("rolled") / "set", attempt(), attempt(1))


@pytest.fixture(scope="module")
def without_cameras(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    one = attempt()
    bare = one.scene.model_copy(update={"cameras": ()})
    blind = type(one)(one.task, bare, one.assets, one.episode, one.arrays)
    return stored(tmp_path_factory.mktemp("blind") / "set", blind, cameras=[])


def test_observations_have_the_names_that_lerobot_renames(dataset: Dataset) -> None:
    env = lerobot_env(dataset, images=True)
    plain = cousins.make_env(dataset, observations=["robot", "objects", "images"])
    seen, _ = env.reset(options={"scene": "t0000-s01"})
    known, _ = plain.reset(options={"scene": "t0000-s01"})
    assert sorted(seen) == ["agent_pos", "environment_state", "pixels"]
    assert np.array_equal(seen["agent_pos"], known["observation.state"])
    assert np.array_equal(seen["environment_state"], known["observation.environment_state"])
    for camera in ("front", "wrist"):
        assert np.array_equal(seen["pixels"][camera], known[f"observation.images.{camera}"])
    assert env.observation_space.contains(seen)
    assert (env.task, env.task_description) == ("t0000", "Do it.")
    assert sorted(lerobot_env(dataset).observations) == ["agent_pos", "environment_state"]


def test_side_by_side_a_demonstration_succeeds_as_lerobot_counts(dataset: Dataset) -> None:
    envs = gymnasium.make(ID, dataset=dataset, disable_env_checker=True)
    assert isinstance(envs, type(lerobot_env(dataset)))  # No wrapper hides its attributes.
    one = attempt()
    both = gymnasium.vector.SyncVectorEnv(
        [lambda: gymnasium.make(ID, dataset=dataset, disable_env_checker=True)] * 2,
        autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP,
    )
    assert both.call("task_description") == ("Do it.", "Do it.")
    assert both.call("_max_episode_steps") == (200, 200)
    seen, _ = both.reset(options={"episode": one.episode.id})
    still = seen["agent_pos"][1]
    done, info = np.zeros(2, dtype=bool), dict[str, Any]()
    for action in one.arrays.actions:
        _, _, done, truncated, info = both.step(np.stack([action, still]))
        assert not any(truncated)
        if any(done):
            break
    assert list(done) == [True, False]
    assert list(info["final_info"]["is_success"]) == [True, False]


def test_what_has_no_camera_is_filmed_by_a_spectator(without_cameras: Dataset) -> None:
    env = lerobot_env(without_cameras)
    env.reset(seed=1)
    film = env.render()
    assert isinstance(film, np.ndarray)
    assert film.shape == (64, 64, 3)
    assert film.std() > 10


@pytest.mark.skipif(importlib.util.find_spec("lerobot") is not None, reason="LeRobot is there")
def test_without_lerobot_there_is_one_clear_error() -> None:
    package = importlib.import_module("cousins.lerobot")
    with pytest.raises(BackendMissingError, match=r"cousins\.lerobot\.make_env needs LeRobot"):
        getattr(package, "make_env")  # noqa: B009
    assert not hasattr(package, "others")


@pytest.mark.heavy
def test_lerobots_own_commands_train_and_evaluate(dataset: Dataset, tmp_path: Path) -> None:
    if importlib.util.find_spec("lerobot") is None:
        pytest.skip("lerobot is not installed; docs/environment.md says which release, and how")
    export, policy = tmp_path / "export", tmp_path / "policy"
    LeRobotExporter().export(dataset, export)
    own = [
        "--env.discover_packages_path=cousins.lerobot", "--env.type=cousins",
        f"--env.dataset={dataset.root}", "--env.scenes=stored", "--env.max_seconds=1",
    ]  # fmt: skip
    train = [
        "lerobot.scripts.lerobot_train", "--dataset.repo_id=local/rolled",
        f"--dataset.root={export}", "--policy.type=act", "--policy.push_to_hub=false",
        "--policy.device=cpu", "--policy.dim_model=64", "--policy.dim_feedforward=128",
        "--policy.n_heads=4", "--steps=4", "--batch_size=4", "--num_workers=0", "--save_freq=4",
        "--eval_freq=4", "--eval.n_episodes=2", "--eval.batch_size=2", f"--output_dir={policy}",
        *own,
    ]  # fmt: skip
    evaluate = [
        "lerobot.scripts.lerobot_eval",
        f"--policy.path={policy / 'checkpoints/last/pretrained_model'}", "--policy.device=cpu",
        "--eval.n_episodes=2", "--eval.batch_size=2", f"--output_dir={tmp_path / 'judged'}", *own,
    ]  # fmt: skip
    hub = (  # as LeRobot's hub calls it
        "from cousins.lerobot import make_env\n"
        "envs = make_env(n_envs=2)\n"
        "assert {name: list(tasks) for name, tasks in envs.items()} == {'rolled': [0]}, envs\n"
        "seen, _ = envs['rolled'][0].reset(seed=[1, 2])\n"
        "assert seen['environment_state'].shape == (2, 24)\n"
    )
    env = dict(os.environ, HF_HUB_OFFLINE="1", COUSINS_DATASET=str(dataset.root))
    for words in (["-c", hub], ["-m", *train], ["-m", *evaluate]):
        run = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, timeout=1200,
            cwd=tmp_path, env=env,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    told = json.loads((tmp_path / "judged/eval_info.json").read_text())
    assert told["overall"]["n_episodes"] == 2
    assert len(list((tmp_path / "judged/videos").rglob("*.mp4"))) == 2
