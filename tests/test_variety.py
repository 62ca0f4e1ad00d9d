"""Diversity on purpose: strata, preferences, what they do to solutions, and its measure."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from fake_stages import fake_stages, replay
from worlds import make_task, scene_for

from cousins.flows.run import RunRequest, execute
from cousins.flows.verify import verify
from cousins.generators.dataset import (
    Dataset,
)
from cousins.generators.quality.behaviour import (
    FACTORS,
    Handling,
    Solution,
    behaviour_entropy,
    entropy,
    solution,
)
from cousins.generators.shards import shard_of
from cousins.scenes.core.geometry import Array
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import EpisodeSpec
from cousins.schemas.spec_file import parse_spec
from cousins.tasks.sampling.diversity import STRATA, Variety
from cousins.tasks.sampling.placements import UP, Placement
from cousins.tasks.solving.solve import solve

CENTRE = np.array([0.5, 0.0, 0.8])
SEED = (3, 1, 4)


def varieties(count: int = STRATA, seed: tuple[int, ...] = SEED) -> list[Variety]:
    return [Variety(seed, number) for number in range(count)]


def test_each_block_of_solutions_takes_each_stratum_once() -> None:
    for block in range(3):
        numbers = range(block * STRATA, (block + 1) * STRATA)
        taken = [Variety(SEED, number).order(STRATA) for number in numbers]
        assert sorted(taken) == list(range(STRATA))
    assert Counter(x.order(2) for x in varieties()) == {0: 4, 1: 4}
    options = list("abcd")
    assert Counter(x.rotated(options, "door")[0] for x in varieties()) == dict.fromkeys(options, 2)
    assert all(sorted(x.rotated(options, "door")) == options for x in varieties())


def test_preferences_follow_from_the_scene_and_the_number_alone() -> None:
    assert [x.order(8) for x in varieties()] == [x.order(8) for x in varieties()]
    other = [x.order(8) for x in varieties(seed=(3, 1, 5))]
    assert [x.order(8) for x in varieties()] != other


def ring(count: int = 16, radius: float = 0.04) -> Array:
    """(count, 4, 4) grasps from above, around the middle."""
    poses = np.tile(np.eye(4), (count, 1, 1))
    bearings = np.arange(count) * 2 * np.pi / count
    poses[:, :3, 2] = [0, 0, -1]
    poses[:, 0, 3] = CENTRE[0] + radius * np.cos(bearings)
    poses[:, 1, 3] = CENTRE[1] + radius * np.sin(bearings)
    return poses


def test_solutions_take_an_object_from_all_sides() -> None:
    best = [int(np.argmax(x.grasps("mug", ring(), CENTRE, 0.25))) for x in varieties()]
    assert len(set(best)) == STRATA
    other = [int(np.argmax(x.grasps("can", ring(), CENTRE, 0.25))) for x in varieties()]
    assert best != other


def test_half_of_the_solutions_prefer_to_come_from_the_front_or_the_sides() -> None:
    poses = np.tile(np.eye(4), (4, 1, 1))
    poses[:, :3, 3] = CENTRE
    poses[:, :3, 2] = [[0, 0, -1], [1, 0, 0], [0, 1, 0], [0, -1, 0]]
    best = Counter(int(np.argmax(x.grasps("mug", poses, CENTRE, 0.25))) for x in varieties())
    assert best[0] == STRATA // 2
    assert len(best) >= 3


def test_noise_takes_the_place_of_preferences() -> None:
    soft, hard = (varieties()[0].grasps("mug", ring(), CENTRE, noise) for noise in (0.25, 2.0))
    assert np.ptp(soft) > 1
    assert np.ptp(hard) == 0


def test_placements_begin_on_the_preferred_side_and_none_is_lost() -> None:
    options = [Placement(pose, UP, 0.1) for pose in ring()]
    first: list[int] = []
    for variety in varieties():
        found = variety.placements("mug", options, CENTRE)
        assert {id(x) for x in found} == {id(x) for x in options}
        offset = [x.pose[:2, 3] - CENTRE[:2] for x in found]
        assert offset[0] @ offset[-1] < 0
        first.append(round(math.degrees(math.atan2(offset[0][1], offset[0][0]))) // 90)
    assert len(set(first)) == 4


def test_entropy_of_known_frequencies() -> None:
    assert entropy([]) == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
    assert entropy("aab") == pytest.approx(math.log2(3) - 2 / 3)


def handling(subject: str, side: str) -> Handling:
    return Handling(subject, ("x",), side, "above", "front")


def test_behaviour_entropy_is_the_mean_over_subjects_by_their_frequency() -> None:
    varied = [handling("a", "left"), handling("a", "right")]
    fixed = [handling("b", "left"), handling("b", "left")]
    both: list[Solution] = list(zip(varied, fixed, strict=True))
    assert behaviour_entropy(both) == pytest.approx(0.5)
    assert behaviour_entropy([(x,) for x in varied], "side") == 1
    assert behaviour_entropy([(x,) for x in varied], "approach") == 0
    assert behaviour_entropy([]) == 0


@pytest.mark.heavy
def test_diverse_attempts_in_one_scene_differ_more() -> None:
    task = make_task(
        {
            "mug": "mug.n.04",
            "tray": "tray.n.01",
            "apple": "apple.n.01",
            "basket": "wicker_basket.n.01",
        },
        "",
        "(and (ontop mug tray) (inside apple basket))",
    )
    scene, assets = scene_for(task)
    compiled = compile_model(scene, assets, "physics")
    found: dict[bool, list[Solution]] = {}
    for diverse in (True, False):
        spec = EpisodeSpec(per_scene=STRATA, style="diverse", diverse=diverse)
        found[diverse] = []
        for number in range(STRATA):
            name = f"t0000-e00-a{number}"
            episode, arrays = solve(scene, assets, task, spec, (0, number), name, number)
            assert episode.solution == number
            if episode.success:
                found[diverse].append(solution(episode, arrays, compiled))
        assert len(found[diverse]) >= STRATA - 1
    orders = {diverse: {x[0].order for x in given} for diverse, given in found.items()}
    assert (len(orders[True]), len(orders[False])) == (2, 1)
    assert behaviour_entropy(found[True]) > behaviour_entropy(found[False])
    for handled in (x for given in found[True] for x in given):
        assert all(getattr(handled, factor) for factor in FACTORS)
        assert handled.placement != "none"


def test_attempts_in_one_scene_are_kept_apart(tmp_path: Path) -> None:
    text = (
        "name: several\nseed: 3\ntasks: {count: 2}\n"
        "episodes: {per_task: 2, per_scene: 3, keep_failures: true}\n"
    )
    execute(RunRequest(parse_spec(text), tmp_path, fake_stages(), 1))
    dataset = Dataset(tmp_path)
    episodes = [x for x in dataset.episodes() if x.task == "t0000"]
    assert [(x.id, x.scene, x.solution) for x in episodes] == [
        ("t0000-e00", "t0000-s00", 0),
        ("t0000-e00-a1", "t0000-s00", 1),
        ("t0000-e00-a2", "t0000-s00", 2),
        ("t0000-e01", "t0000-s01", 0),
        ("t0000-e01-a1", "t0000-s01", 1),
        ("t0000-e01-a2", "t0000-s01", 2),
    ]
    assert len({x.seed for x in dataset.episodes()}) == 12
    assert len({dataset.arrays(x).actions.tobytes() for x in dataset.episodes()}) == 12
    filmed = {x.episode for x in dataset.frames()}
    assert {str(x.id) for x in dataset.episodes()} <= filmed
    assert not verify(tmp_path, 1, replay).problems


def test_the_first_attempts_are_those_without_further_ones(tmp_path: Path) -> None:
    text = "name: several\nseed: 3\ntasks: {count: 1}\nepisodes: {per_task: 2, per_scene: %d}\n"
    for count in (1, 2):
        execute(RunRequest(parse_spec(text % count), tmp_path / str(count), fake_stages(), 1))
    alone, more = (list(Dataset(tmp_path / str(count)).episodes()) for count in (1, 2))
    assert [x for x in more if x.solution == 0] == alone


def test_shards_of_further_attempts() -> None:
    assert shard_of("t0003", "t0003-e12-a1") == "t0003-c001"
    assert shard_of("t0003", "t0003-e02") == "t0003"
