"""The environment: Gymnasium's checks, exact replays, what is shown, and what is refused."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from rolled import SPEC, attempt, stored

import cousins
from cousins.generators.dataset import Dataset
from cousins.generators.exports.lerobot import LeRobotExporter
from cousins.generators.frames import render_episode
from cousins.generators.images.encode import jpeg
from cousins.schemas import ActionError, CousinsError, DatasetSpec, SpecError

gymnasium = pytest.importorskip("gymnasium")

EVERYTHING = ("robot", "objects", "keypoints", "images", "point_cloud", "language")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return stored(tmp_path_factory.mktemp("rolled") / "set", attempt(), attempt(1))


def made(dataset: Dataset, **given: Any) -> Any:
    return cousins.make_env(dataset, **given)


def checked(env: Any) -> None:
    """Gymnasium's own checks; what it advises about bounds is not ours to follow."""
    from gymnasium.utils.env_checker import check_env

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        check_env(env)
    advice = ("normalized space", "-infinity", "is infinity", "alternative render modes")
    assert [str(x.message) for x in said if not any(a in str(x.message) for a in advice)] == []


@pytest.mark.parametrize("actions", ["joints", "end_effector"])
def test_gymnasium_finds_nothing_wrong(dataset: Dataset, actions: Any) -> None:
    checked(cousins.make_env(dataset, actions=actions, reward="progress"))


def test_gymnasium_finds_nothing_wrong_with_all_that_can_be_seen(dataset: Dataset) -> None:
    import cousins.gym as registered

    assert registered.__doc__
    env = gymnasium.make(
        "cousins/Task-v0",
        dataset=str(dataset.root),
        task="t0000",
        observations=EVERYTHING,
        render_mode="rgb_array",
    )
    checked(env.unwrapped)
    seen, info = env.reset(seed=2, options={"scene": "t0000-s01"})
    assert info["scene"] == "t0000-s01"
    assert seen["task"] == "Do it."
    assert env.render().shape == (64, 64, 3)
    assert seen["observation.images.front"].std() > 10
    env.close()


def test_gymnasium_finds_it_in_a_fresh_process(dataset: Dataset) -> None:
    code = (
        "import gymnasium, sys\n"
        "env = gymnasium.make('cousins.gym:cousins/Task-v0', dataset=sys.argv[1])\n"
        "print(env.spec.id, env.action_space.shape)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(dataset.root)], capture_output=True, text=True, check=True
    )
    assert run.stdout.split("\n")[0] == "cousins/Task-v0 (8,)"


def test_a_demonstration_through_the_environment_is_the_export(
    dataset: Dataset, tmp_path: Path
) -> None:
    LeRobotExporter().export(dataset, tmp_path / "out")
    table = pq.read_table(tmp_path / "out/data/chunk-000/file-000.parquet").to_pandas()
    env = cousins.make_env(dataset)
    for number, episode in enumerate(dataset.episodes()):
        rows = table[table["episode_index"] == number]
        seen, info = env.reset(options={"episode": episode.id})
        terminated = False
        for row in rows.to_dict("records"):
            for key in ("observation.state", "observation.tool_pose",
                        "observation.environment_state"):  # fmt: skip
                assert np.array_equal(seen[key], row[key]), key
            seen, reward, terminated, truncated, info = env.step(row["action"])
            assert reward == float(info["is_success"])
            assert not truncated
        assert terminated
        assert info == {"scene": episode.scene, "steps": episode.steps, "is_success": True,
                        "reachable": True, "goal_holds": True}  # fmt: skip
    names = ["x", "y", "z", "qw", "qx", "qy", "qz", "length", "width", "height", "open", "on"]
    features = json.loads((tmp_path / "out/meta/info.json").read_text())["features"]
    told = features["observation.environment_state"]
    assert told["names"] == [f"{thing}.{x}" for thing in ("apple", "basket") for x in names]
    assert told["shape"] == [24]


def test_pictures_are_those_of_the_render_stage(dataset: Dataset) -> None:
    one = attempt()
    spec = DatasetSpec.model_validate(SPEC)
    drawn = render_episode(one.scene, one.assets, one.episode, one.arrays, spec)
    last = {f.camera: f for f in drawn.frames if f.step == one.episode.steps}
    env = cousins.make_env(dataset, observations=["images"])
    seen, info = env.reset(options={"episode": one.episode.id, "step": one.episode.steps})
    assert info["steps"] == one.episode.steps
    assert sorted(seen) == ["observation.images.front", "observation.images.wrist"]
    for camera, frame in last.items():
        assert jpeg(seen[f"observation.images.{camera}"]) == drawn.files[frame.files["rgb"]]


def test_points_lie_on_the_things_that_they_are_of(dataset: Dataset) -> None:
    env = cousins.make_env(dataset, observations=["objects", "keypoints", "point_cloud"])
    seen, _ = env.reset(seed=4)
    apple, basket = seen["observation.environment_state"].reshape(2, 12)
    cloud, whose = seen["observation.point_cloud"], seen["observation.point_cloud_object"]
    points, present = seen["observation.keypoints"], seen["observation.keypoints_present"]
    for row, state in enumerate((apple, basket)):
        mine = cloud[whose == row]
        assert len(mine) > 5
        middle = state[:3] + np.array([0, 0, state[9] / 2])
        assert (np.abs(mine - middle) <= np.linalg.norm(state[7:10]) / 2 + 0.01).all()
        corners = points[row, :8]
        assert np.allclose(corners.mean(axis=0), middle, atol=0.01)
        assert present[row, :8].all()
    assert present[0, 8:10].all()
    assert present[1, 11]
    assert not present[0, 11]


def test_seeds_choose_scenes_and_fresh_ones_are_new(dataset: Dataset) -> None:
    env = cousins.make_env(dataset)
    drawn = [env.reset(seed=seed)[1]["scene"] for seed in (0, 1, 2, 3, 0)]
    assert set(drawn) == {"t0000-s00", "t0000-s01"}
    assert drawn[0] == drawn[-1]
    fresh = cousins.make_env(dataset, scenes="fresh")
    first_seen, first = fresh.reset(seed=5)
    again_seen, again = cousins.make_env(dataset, scenes="fresh").reset(seed=5)
    named, _ = fresh.reset(options={"scene": first["scene"]})
    assert first["scene"] == again["scene"]
    assert first["scene"] not in drawn
    for key, value in first_seen.items():
        assert np.array_equal(value, again_seen[key])
        assert np.array_equal(value, named[key])


def test_a_state_of_a_rollout_is_an_option(dataset: Dataset) -> None:
    env = cousins.make_env(dataset)
    env.reset(options={"scene": "t0000-s00"})
    action = np.append(env.rollouts.rollout.command[:-1] + 0.02, 0.01).astype(np.float32)
    env.step(action)
    kept = env.rollouts.rollout.state()
    after = env.step(action)[0]
    env.reset(options={"scene": "t0000-s01"})
    env.reset(options={"scene": "t0000-s00", "state": kept})
    again = env.step(action)[0]
    assert all(np.array_equal(after[key], again[key]) for key in after)


def test_an_arm_that_cannot_go_there_stays(dataset: Dataset) -> None:
    env = cousins.make_env(dataset, actions="end_effector")
    _, info = env.reset(seed=0)
    for _ in range(12):
        info = env.step(np.array([0, 0, 0.1, 0, 0, 0, 0.02], dtype=np.float32))[-1]
    assert not info["reachable"]
    assert env.step(np.array([0, 0, -0.05, 0, 0, 0, 0.02], dtype=np.float32))[-1]["reachable"]


def test_time_that_is_up_truncates(dataset: Dataset) -> None:
    env = cousins.make_env(dataset, max_seconds=0.2)
    env.reset(seed=0)
    home = env.rollouts.rollout.command.astype(np.float32)
    ends = [env.step(home)[2:4] for _ in range(3)]
    assert ends == [(False, False), (False, True), (False, True)]


def test_rewards_of_progress_add_up_to_the_whole(dataset: Dataset) -> None:
    env = cousins.make_env(dataset, reward="progress")
    one = attempt()
    env.reset(options={"episode": one.episode.id})
    start = env.rollouts.rollout.progress
    total = 0.0
    for action in one.arrays.actions:
        _, reward, terminated, *_ = env.step(action)
        total += reward
        if terminated:
            break
    assert total == pytest.approx(1.0 - start + 1.0)


REFUSED: list[tuple[Callable[[Any], object], str]] = [
    (lambda d: cousins.make_env(d, "t0009"), r"task: no 't0009' in .*; allowed: t0000 \(Do it\.\)"),
    (lambda d: cousins.make_env(d, cameras=["top"]), "no camera 'top'; allowed: front, wrist"),
    (lambda d: cousins.make_env(d, observations=["smell"]), "no group 'smell'; allowed: robot, "),
    (lambda d: cousins.make_env(d, observations=[]), "name at least one of robot, objects"),
    (lambda d: cousins.make_env(d, scenes=["t0000-s07"]), "no scene 't0000-s07' of this task"),
    (lambda d: cousins.make_env(d, scenes="new"), "scenes: 'new'; allowed: stored, fresh, or a"),
    (lambda d: made(d, actions="torques"), "actions: 'torques'; allowed: joints, "),
    (lambda d: made(d, reward="dense"), "reward: 'dense'; allowed: sparse, progress"),
    (lambda d: cousins.make_env(d, image_size=(8, 8)), r"image_size: \(8, 8\); allowed are 16"),
    (lambda d: cousins.make_env(d, max_seconds=0), "max_seconds: 0; allowed are more than 0"),
    (lambda d: cousins.make_env(d, render_mode="human"), "render_mode: 'human'; allowed: rgb"),
    (lambda d: cousins.make_env(d).reset(options={"scen": 1}), "no option 'scen'; allowed: scene"),
    (lambda d: cousins.make_env(d).reset(options={"episode": "t0000-e09"}), "no 't0000-e09'"),
    (
        lambda d: cousins.make_env(d).reset(options={"episode": "t0000-e00", "step": 10**6}),
        "step 1000000 of episode t0000-e00; allowed: 0 to",
    ),
    (lambda d: cousins.make_env(d).step(np.zeros(8)), "no rollout was begun; call reset first"),
    (lambda d: cousins.make_env(d).reset(options={"state": 3}), "`state` takes what"),
    (
        lambda d: cousins.make_env(d, scenes="fresh").reset(options={"scene": "kitchen"}),
        "scenes: 'kitchen'; fresh scenes are known by numbers",
    ),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(dataset: Dataset, make: Callable[[Dataset], object], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        make(dataset)


def test_a_bad_action_is_one_clear_error_and_nothing_moves(dataset: Dataset) -> None:
    env = cousins.make_env(dataset)
    env.reset(seed=0)
    before = env.rollouts.rollout.state()
    with pytest.raises(ActionError, match=r"its shape is \(6,\); this environment takes \(8,\)"):
        env.step(np.zeros(6, dtype=np.float32))
    with pytest.raises(ActionError, match=r"action\[2\] \(joint_3.pos\) is nan"):
        env.step(np.array([0, 0, np.nan, 0, 0, 0, 0, 0], dtype=np.float32))
    assert issubclass(ActionError, CousinsError)
    assert np.array_equal(before.physics, env.rollouts.rollout.state().physics)


def test_processes_side_by_side_see_what_one_sees(dataset: Dataset) -> None:
    make = partial(
        cousins.make_env, str(dataset.root), observations=("robot", "objects", "language")
    )
    together = gymnasium.vector.AsyncVectorEnv([make, make], context="spawn")
    alone = [make(), make()]
    seen, _ = together.reset(seed=[3, 4])
    single = [env.reset(seed=seed)[0] for env, seed in zip(alone, (3, 4), strict=True)]
    actions = np.stack([env.rollouts.rollout.command for env in alone]).astype(np.float32)
    actions[:, :7] += 0.05
    for _ in range(3):
        for key in ("observation.state", "observation.environment_state"):
            assert np.array_equal(seen[key], np.stack([one[key] for one in single]))
        seen = together.step(actions)[0]
        single = [env.step(action)[0] for env, action in zip(alone, actions, strict=True)]
    together.close()
