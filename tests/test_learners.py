"""Reference learners: what they are given, that they repeat, and that they act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rolled import attempt, stored
from typer.testing import CliRunner

from cousins import make_env
from cousins.flows.cli import app
from cousins.flows.environments.making import setting_of
from cousins.flows.training import train_policy
from cousins.generators.dataset import Dataset
from cousins.generators.environments.task import ResetScene, TaskRollouts
from cousins.generators.frames import render_episode
from cousins.generators.learners.policies import ChunkPolicy, load_policy
from cousins.generators.learners.records.cards import Kind, TrainSpec, read_card
from cousins.generators.learners.records.features import features, marks
from cousins.generators.learners.records.motions import mean, motions_of
from cousins.generators.learners.records.pictures import shrunk
from cousins.generators.learners.records.rotations import about_vertical
from cousins.generators.learners.samples import Samples, demonstrations
from cousins.schemas import BackendMissingError, DatasetError, DatasetSpec, SpecError

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra `learn`")
FROM_STATES: tuple[Kind, ...] = ("mlp", "transformer", "rnn", "flow")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return stored(tmp_path_factory.mktemp("learned") / "set", attempt(), attempt(1))


def small(kind: Kind, **update: Any) -> TrainSpec:
    fields = {"policy": kind, "steps": 6, "batch": 8, "width": 16, "chunk": 4, **update}
    return TrainSpec.model_validate(fields)


def test_samples_pair_observations_with_what_was_done_next(dataset: Dataset) -> None:
    motions = motions_of(dataset.spec.robot)
    made = demonstrations(dataset, list(dataset.tasks()))
    samples = Samples(made, 3, 4, motions)
    one = attempt()
    length = one.episode.steps
    windows, chunks, past = samples.windows(), samples.chunks(), samples.past()
    assert len(windows) == samples.count == sum(len(x.actions) for x in made)
    rows = made[0].features()
    assert np.array_equal(windows[0], np.repeat(rows[:1], 3, axis=0))
    assert np.array_equal(windows[5], rows[3:6])
    joints = one.arrays.qpos[:, :7].astype(np.float32)
    moved = np.sinh(chunks[5, :, :7]) * 0.03
    assert np.allclose(moved, one.arrays.actions[5:9, :7] - joints[5], atol=1e-6)
    assert np.array_equal(chunks[5, :, -1], one.arrays.actions[5:9, 7])
    last = chunks[length - 1]
    assert (last == last[0]).all()
    assert np.array_equal(past[5, :, -1], one.arrays.actions[3:6, 7])
    moved = np.sinh(past[5, 0, :7]) * 0.03
    assert np.allclose(moved, one.arrays.actions[3, :7] - joints[3], atol=1e-6)


def test_what_is_predicted_leads_to_the_actions_again(dataset: Dataset) -> None:
    motions = motions_of(dataset.spec.robot)
    one = demonstrations(dataset, list(dataset.tasks()), count=1)[0]
    chunk = Samples((one,), 1, 6, motions).chunks()[8]
    targets = motions.targets(one.joints[8], chunk)
    place = targets[4].pose[:3, 3] - one.reached[8, :3, 3]
    assert np.allclose(place, np.sinh(chunk[4, 7:10]) * 0.01, atol=1e-6)
    assert np.allclose(targets[4].pose, one.targets[12], atol=1e-5)
    assert np.allclose(motions.action(targets[4]), one.actions[12], atol=1e-5)
    # Joints that are predicted wrong still reach the tool's place.
    wrong = replace(targets[4], joints=targets[4].joints + 0.05)
    reached = motions.poses(motions.action(wrong)[None, :-1])[0]
    assert np.linalg.norm(reached[:3, 3] - targets[4].pose[:3, 3]) < 1e-3
    assert np.linalg.norm(motions.poses(wrong.joints[None])[0] - targets[4].pose) > 0.01
    # Two predictions of one action: their mean, also of rotations.
    about = replace(targets[4], pose=targets[4].pose @ about_vertical(0.2), opening=0.0)
    between = mean([about, replace(targets[4], opening=0.08)], np.array([1.0, 1.0]))
    assert np.allclose(between.pose, targets[4].pose @ about_vertical(0.1))
    assert between.opening == pytest.approx(0.04)


def test_a_turned_demonstration_is_one_of_a_turned_arm(dataset: Dataset) -> None:
    motions = motions_of(dataset.spec.robot)
    one = demonstrations(dataset, list(dataset.tasks()), count=1)[0]
    turned = one.turned(0.5)
    # The arm and all that it sees stand elsewhere, and the hand sees and does the same.
    assert np.allclose(motions.poses(turned.joints), turned.reached, atol=1e-6)
    assert np.allclose(motions.poses(turned.actions[:, :-1]), turned.targets, atol=1e-6)
    before, after = one.features()[3], turned.features()[3]
    turn = about_vertical(0.5)[:3, :3]
    hand, thing = slice(8, 11), slice(17, 20)
    assert np.allclose(after[hand], turn @ before[hand], atol=1e-5)
    assert np.allclose(after[thing], turn @ before[thing], atol=1e-5)
    seen = slice(17 + 18, 17 + 27)
    assert np.allclose(after[seen], before[seen], atol=1e-5)
    assert not np.allclose(after[hand], before[hand], atol=0.1)
    samples = Samples((one,), 1, 4, motions)
    more = samples.also_turned(3, seed=0)
    assert more.count == 4 * samples.count
    assert np.array_equal(more.chunks()[: samples.count], samples.chunks())
    assert samples.also_turned(0, seed=0) is samples
    filmed = replace(one, images={"front": np.zeros((one.actions.shape[0], 2, 2, 3), np.uint8)})
    assert Samples((filmed,), 1, 4, motions).also_turned(3, seed=0).count == samples.count


def test_openings_are_few_or_any(dataset: Dataset) -> None:
    motions = motions_of(dataset.spec.robot)
    one = demonstrations(dataset, list(dataset.tasks()), count=1)[0]
    told = one.actions.copy()
    told[:, -1] = np.where(np.arange(len(told)) % 2, 0.08, 0.0)
    few = Samples((replace(one, actions=told),), 1, 4, motions)
    assert few.openings() == pytest.approx([0.0, 0.08])
    told = told.copy()
    told[:, -1] = np.linspace(0.0, 0.08, len(told))
    assert len(Samples((replace(one, actions=told),), 1, 4, motions).openings()) == 0


def test_features_speak_of_objects_as_the_base_and_the_hand_see_them() -> None:
    rng = np.random.default_rng(0)
    state = rng.normal(size=(2, 8)).astype(np.float32)
    half = np.sqrt(0.5)
    # The base stands at (1, 2, 0.7); the hand is turned a quarter about z: what lies ahead of
    # the base lies to its right.
    tool = np.array([[1.5, 2, 1.2, half, 0, 0, half]] * 2, dtype=np.float32)
    reached = np.tile(about_vertical(np.pi / 2), (2, 1, 1))
    reached[:, :3, 3] = [0.5, 0, 0.5]
    objects = np.zeros((2, 24), dtype=np.float32)
    objects[:, :12] = [1.9, 2, 1.2, 1, 0, 0, 0, 0.1, 0.2, 0.3, 0.5, 0]
    found = features(state, tool, objects, reached)
    first = found[0, 8 + 3 + 6 :]
    assert np.allclose(first[:3], np.array([0.9, 0, 0.5]) * 3, atol=1e-5)
    assert np.allclose(first[15:18], [0.4 * 5, 0, 0], atol=1e-5)
    assert np.allclose(first[18:21], [0, -0.4 * 5, 0], atol=1e-5)
    # Its extents, how wide it is across the turned hand, and what is open and on.
    assert np.allclose(first[33:41], [1, 2, 3, 2, 1, 3, 0.5, 0], atol=1e-5)
    assert np.isfinite(found).all()
    # What is turned by half a turn has the same axis.
    flipped = objects.copy()
    flipped[:, 3:7] = [0, 0, 0, 1]
    other = features(state, tool, flipped, reached)[0, 8 + 3 + 6 :]
    assert np.allclose(other[9:15], first[9:15])
    assert np.allclose(other[27:33], first[27:33])
    assert not np.allclose(other[3:9], first[3:9])
    assert features(state, tool, np.zeros((2, 0), np.float32), reached).shape == (2, 17)


def test_the_hand_is_told_along_which_axis_it_closes() -> None:
    """Of things that lie in any way it is the shorter one of their level axes."""
    state, tool = np.zeros((1, 8), np.float32), np.array([[0, 0, 0, 1, 0, 0, 0]], np.float32)
    reached = np.eye(4)[None]
    half = float(np.sqrt(0.5))

    def along(size: list[float], quat: list[float]) -> list[float]:
        """The axis in the hand's frame, without its sign: the squares of its numbers."""
        thing = np.array([[0, 0, 0, *quat, *size, 0, 0]], dtype=np.float32)
        six = features(state, tool, thing, reached)[0, 8 + 3 + 6 + 27 :][:6]
        return [float(x) for x in six[[0, 3, 5]]]

    upright, on_its_side = [1.0, 0, 0, 0], [half, half, 0, 0]
    assert along([0.05, 0.09, 0.02], upright) == pytest.approx([1, 0, 0], abs=1e-6)
    assert along([0.09, 0.05, 0.02], upright) == pytest.approx([0, 1, 0], abs=1e-6)
    # A quarter about x: its y axis is upright, and its z axis, the shortest, lies along y.
    assert along([0.05, 0.09, 0.02], on_its_side) == pytest.approx([0, 1, 0], abs=1e-6)
    quarter = [half, 0, 0, half]
    assert along([0.05, 0.09, 0.02], quarter) == pytest.approx([0, 1, 0], abs=1e-6)


def rolled(
    policy: Any, dataset: Dataset, groups: tuple[str, ...], steps: int
) -> np.ndarray[Any, Any]:
    """Actions of a policy in the first scene."""
    one = attempt()
    rollouts = TaskRollouts(setting_of(dataset, one.task, observations=groups))
    seen = rollouts.begin(ResetScene(one.scene, one.assets))
    policy.reset(7)
    actions = []
    for _ in range(steps):
        actions.append(policy.act(seen))  # pyright: ignore[reportUnknownMemberType]
        seen = rollouts.step(actions[-1]).observation  # pyright: ignore[reportUnknownArgumentType]
    return np.array(actions)  # pyright: ignore[reportUnknownArgumentType]


def test_the_nearest_demonstration_needs_no_torch_and_repeats_itself(
    dataset: Dataset, tmp_path: Path
) -> None:
    card = train_policy(dataset.root, small("nearest", chunk=1), tmp_path / "a")
    assert card == read_card(tmp_path / "a")
    assert (card.demonstrations, card.tasks, card.cameras) == (2, ("t0000",), ())
    assert len(card.dataset_hash) == 64
    assert [part.key for part in card.observation_space][-1] == "observation.environment_state"
    assert card.action_names[0] == "joint_1.pos"
    train_policy(dataset.root, small("nearest", chunk=1), tmp_path / "b")
    for name in ("policy.json", "weights.npz"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    # In the scene of a demonstration it is the demonstration.
    actions = rolled(load_policy(tmp_path / "a"), dataset, ("robot", "objects"), 30)
    assert np.allclose(actions, attempt().arrays.actions[:30], atol=1e-6)


def test_keypoints_are_learned_from_as_the_environment_shows_them(
    dataset: Dataset, tmp_path: Path
) -> None:
    groups = ("robot", "objects", "keypoints")
    made = demonstrations(dataset, list(dataset.tasks()), keypoints=True)
    one = attempt()
    env = make_env(dataset, observations=groups)
    for step in (0, 40):
        seen, _ = env.reset(options={"episode": one.episode.id, "step": step})
        shown, has = seen["observation.keypoints"], seen["observation.keypoints_present"]
        assert made[0].marked is not None
        row = made[0].marked[step].reshape(2, 4, 4)
        assert np.allclose(row[..., :3], shown[:, 8:], atol=1e-6)
        assert np.array_equal(row[..., 3], has[:, 8:])
        # The apple has no opening, the basket has one.
        assert list(row[:, 3, 3]) == [0, 1]
    spec = small("nearest", chunk=1, keypoints=True)
    card = train_policy(dataset.root, spec, tmp_path / "a")
    assert card.observations == groups
    actions = rolled(load_policy(tmp_path / "a"), dataset, groups, 30)
    assert np.allclose(actions, one.arrays.actions[:30], atol=1e-6)


def test_a_mark_is_where_the_hand_sees_it_and_nowhere_if_it_is_absent() -> None:
    state = np.zeros((1, 8), dtype=np.float32)
    half = np.sqrt(0.5)
    tool = np.array([[1.5, 2, 1.2, half, 0, 0, half]], dtype=np.float32)
    reached = about_vertical(np.pi / 2)[None].copy()
    reached[:, :3, 3] = [0.5, 0, 0.5]
    points, has = np.zeros((1, 1, 12, 3), np.float32), np.zeros((1, 12), np.int8)
    points[0, 0, 10], has[0, 10] = [1.9, 2, 1.2], 1  # the handle
    none = np.zeros((1, 0), dtype=np.float32)
    found = features(state, tool, none, reached, marks(points, has))[0, 17:].reshape(4, 13)
    assert np.allclose(found[2, :3], [0.4 * 5, 0, 0], atol=1e-5)
    assert np.allclose(found[2, 3:6], [0, -0.4 * 5, 0], atol=1e-5)
    assert found[2, -1] == 1
    assert not found[[0, 1, 3]].any()


class Counting:
    """A fake predictor: the tool rises by a centimetre, and the hand opens a little more each time.

    What it says of the joints is that they stay.
    """

    def __init__(self) -> None:
        self.calls = 0

    def predict(self, window: Any, images: Any, seed: tuple[int, ...]) -> Any:
        del window, images, seed
        rows = np.zeros((4, 14), dtype=np.float32)
        rows[:, 9], rows[:, -1] = np.arcsinh(1.0), 0.01 * self.calls
        self.calls += 1
        return rows


def test_newer_predictions_weigh_more_and_the_tool_goes_where_it_should(
    dataset: Dataset, tmp_path: Path
) -> None:
    card = train_policy(dataset.root, small("nearest"), tmp_path / "a")
    card = card.model_copy(update={"openings": ()})
    one = attempt()
    seen = TaskRollouts(setting_of(dataset, one.task, observations=("robot", "objects"))).begin(
        ResetScene(one.scene, one.assets)
    )
    joints = seen["observation.state"][:7]
    motions = motions_of(dataset.spec.robot)
    policy = ChunkPolicy(card, Counting(), recency=1.0)
    policy.reset(0)
    first, second = policy.act(seen), policy.act(seen)
    assert first[-1] == pytest.approx(0.0)
    assert second[-1] == pytest.approx(0.01 / (1 + np.exp(-1.0)), rel=1e-4)
    rise = motions.poses(first[None, :-1])[0] - motions.poses(joints[None])[0]
    assert rise[:3, 3] == pytest.approx([0, 0, 0.01], abs=1e-3)
    still = ChunkPolicy(card, Counting(), reaching=False)
    still.reset(0)
    assert np.allclose(still.act(seen)[:-1], joints, atol=1e-6)
    known = ChunkPolicy(card.model_copy(update={"openings": (0.0, 0.08)}), Counting())
    known.reset(0)
    assert {float(known.act(seen)[-1]) for _ in range(8)} == {0.0, np.float32(0.08)}


@needs_torch
@pytest.mark.parametrize("kind", FROM_STATES)
def test_a_policy_is_the_same_for_the_same_seed(
    kind: Kind, dataset: Dataset, tmp_path: Path
) -> None:
    said: list[int] = []
    cards = [
        train_policy(
            dataset.root, small(kind, saves=2, seed=seed), tmp_path / name, say=said_to(said)
        )
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    ]
    assert cards[0] == cards[1]
    assert cards[0].step == 6
    assert {"cousins", "numpy", "torch"} == set(cards[0].versions)
    weights = [(tmp_path / name / "weights.npz").read_bytes() for name in "abc"]
    assert weights[0] == weights[1] != weights[2]
    saves = sorted(path.name for path in (tmp_path / "a/checkpoints").iterdir())
    assert saves == ["00000003", "00000006"]
    assert (tmp_path / "a/checkpoints/00000006/weights.npz").read_bytes() == weights[0]
    policy = load_policy(tmp_path / "a")
    first = rolled(policy, dataset, ("robot", "objects"), 6)
    assert np.array_equal(first, rolled(policy, dataset, ("robot", "objects"), 6))
    assert np.isfinite(first).all()
    assert said


def said_to(said: list[int]) -> Callable[[int, float], None]:
    def say(step: int, loss: float) -> None:
        del loss
        said.append(step)

    return say


@needs_torch
def test_what_never_varied_is_not_read_and_nothing_beyond_what_was_seen() -> None:
    from cousins.generators.learners.networks.running import LEAST, Scales

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 1, 3)).astype(np.float32)
    rows[..., 1] = 0.8  # the size of a thing of which there was one
    rows[..., 2] *= 5e-3
    scales = Scales.of(rows, rng.normal(size=(50, 4, 2)).astype(np.float32))
    other = rows[:1] + np.array([0.0, 0.5, 0.0], dtype=np.float32)
    assert np.array_equal(scales.windows(other), scales.windows(rows[:1]))
    assert scales.feature_scale[2] == np.float32(LEAST)
    beyond, seen = scales.windows(rows[:1] + 100.0), scales.windows(rows)
    assert np.allclose(beyond[0], seen.max(axis=0), rtol=1e-6)


@needs_torch
def test_training_brings_the_loss_down(dataset: Dataset, tmp_path: Path) -> None:
    losses = [
        train_policy(dataset.root, small("mlp", steps=steps, batch=32), tmp_path / str(steps)).loss
        for steps in (10, 250)
    ]
    assert losses[1] < 0.75 * losses[0]


@needs_torch
def test_a_policy_that_sees_learns_from_videos(tmp_path: Path) -> None:
    one = attempt()
    filmed = {"size": [32, 32], "keyframes": 0, "labels": ["rgb"], "videos": True}
    made = stored(tmp_path / "set", one, render=filmed)
    with pytest.raises(DatasetError, match="has no video of camera 'wrist'"):
        train_policy(made.root, small("cnn"), tmp_path / "none", cameras=["wrist"])
    spec = DatasetSpec.model_validate({**made.spec.model_dump()})
    drawn = render_episode(one.scene, one.assets, one.episode, one.arrays, spec)
    add_videos(made, drawn)
    names = [camera.name for camera in made.spec.cameras]
    films = demonstrations(made, list(made.tasks()), cameras=names, pixels=16)
    seen = Samples(films, 1, 4, motions_of(made.spec.robot)).images(names[::-1])
    assert seen.shape == (one.episode.steps, len(names), 3, 16, 16)
    assert np.array_equal(seen[:, -1].transpose(0, 2, 3, 1), films[0].images[names[0]])
    card = train_policy(made.root, small("cnn"), tmp_path / "p", cameras=["wrist"])
    assert (card.cameras, card.image_size) == (("wrist",), (32, 32))
    assert card.observations == ("robot", "images")
    actions = rolled(load_policy(tmp_path / "p"), made, ("robot", "images"), 3)
    assert np.isfinite(actions).all()
    larger = stored(tmp_path / "larger", one, render={**filmed, "size": [48, 48]})
    with pytest.raises(DatasetError, match=r"its `render.size` is \(48, 48\)"):
        train_policy(made.root, small("cnn"), tmp_path / "q", also=[larger.root])


def add_videos(dataset: Dataset, drawn: Any) -> None:
    """Write what was drawn as the dataset's frames."""
    from rolled import write_shard

    from cousins.generators.dataset import dump_models

    prefix = "data/frames/t0000/"
    videos = [v.model_copy(update={"path": prefix + v.path}) for v in drawn.videos]
    files = {**drawn.files, "frames.json": dump_models([]), "videos.json": dump_models(videos)}
    write_shard(dataset.root, "frames", "t0000", files)


def test_what_is_refused(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(DatasetError, match="holds files; choose another folder"):
        train_policy(dataset.root, small("nearest"), tmp_path / "full")
    with pytest.raises(DatasetError, match="2 demonstrations of t0000; 9 asked for"):
        train_policy(dataset.root, small("nearest"), tmp_path / "a", count=9)
    with pytest.raises(SpecError, match="task: no 't9'"):
        train_policy(dataset.root, small("nearest"), tmp_path / "a", tasks=["t9"])
    with pytest.raises(SpecError, match="the policy 'nearest' sees no pictures"):
        train_policy(dataset.root, small("nearest"), tmp_path / "a", cameras=["front"])
    with pytest.raises(SpecError, match="--keypoints: the policy 'cnn' sees pictures alone"):
        train_policy(dataset.root, small("cnn", keypoints=True), tmp_path / "a")
    with pytest.raises(DatasetError, match=r"is no checkpoint: it has no policy\.json"):
        load_policy(tmp_path / "full")

    def absent(name: str) -> None:
        del name

    monkeypatch.setattr("cousins.generators.learners.networks.find_spec", absent)
    with pytest.raises(BackendMissingError, match=r"--policy mlp needs PyTorch; try: pip install"):
        train_policy(dataset.root, small("mlp"), tmp_path / "a")


def test_the_command_trains(dataset: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "policy"
    arguments = ["train", str(dataset.root), "--out", str(out), "--policy", "nearest", "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert f'"checkpoint": "{out}"' in done.output
    assert read_card(out).train.policy == "nearest"
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2


def test_pictures_are_shrunk_by_the_mean_of_areas() -> None:
    picture = np.zeros((64, 128, 3), dtype=np.uint8)
    picture[:, 64:] = 200
    picture[::2, :64] = 100
    small_one = shrunk(picture, 32)
    assert small_one.shape == (16, 32, 3)
    assert (small_one[:, 16:] == 200).all()
    assert (small_one[:, :16] == 50).all()
    assert shrunk(picture, 128) is picture


@needs_torch
def test_pictures_move_each_by_itself_and_repeat_their_edges() -> None:
    from cousins.generators.learners.networks.cnn import shifted

    torch: Any = import_module("torch")
    images = torch.zeros(400, 2, 3, 12, 12)
    images[..., 6, 6] = 1.0
    images[..., 0] = 0.5
    moved = shifted(images, 2, torch.Generator().manual_seed(0))
    places = {tuple(divmod(int(one.argmax()), 12)) for one in moved[:, :, 0].flatten(0, 1)}
    assert places == {(down, across) for down in range(4, 9) for across in range(4, 9)}
    assert (moved[..., 0] == 0.5).float().mean() > 0.5
    assert shifted(images, 0, torch.Generator()) is images
