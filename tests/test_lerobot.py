"""The LeRobot export against a checker written from the format, and against its source."""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import HZ, FixtureConfig, build_dataset, encode, shard_files
from lerobot_checker import check, stray_files
from some import some

from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS
from cousins.generators.exports.lerobot import LeRobotExporter
from cousins.generators.exports.lerobot.language import EVENTS, PERSISTENT, recovering
from cousins.generators.exports.lerobot.spool import RowSpool
from cousins.generators.exports.lerobot.stats import (
    component_stats,
    image_stats,
    sampled_indices,
    vector_stats,
)
from cousins.generators.exports.lerobot.tables import (
    CHUNKS_SIZE,
    EPISODES_PER_FILE,
    EpisodeFiles,
    numbered,
)
from cousins.generators.exports.lerobot.video import CameraTrack, VideoPart
from cousins.generators.row_states import DELTAS, delta_actions
from cousins.generators.splits import held_out
from cousins.schemas import DatasetError, EpisodeArrays, TaskSpec
from cousins.tasks.rollout.actions import action_names

FRONT = "observation.images.front"


def picture(value: int, size: int = 32) -> npt.NDArray[np.uint8]:
    """A bright square whose place tells the value; H.264 keeps it recognisable."""
    pixels = np.full((size, size, 3), 40, dtype=np.uint8)
    row, column = divmod(value % 16, 4)
    pixels[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = 220
    return pixels


def decode(path: Path) -> list[npt.NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        frames: list[Any] = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    return frames


def episode_rows(out: Path) -> list[dict[str, Any]]:
    path = out / "meta/episodes/chunk-000/file-000.parquet"
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


@pytest.fixture(scope="module")
def dataset(built: Dataset) -> Dataset:
    return built


@pytest.fixture(scope="module")
def exported(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lerobot") / "export"
    LeRobotExporter().export(dataset, out)
    return out


def test_export_follows_the_format(exported: Path) -> None:
    assert check(exported) == []
    assert stray_files(exported) == []


def test_rows_pair_each_state_with_the_action_taken_from_it(
    dataset: Dataset, exported: Path
) -> None:
    rows = pq.read_table(exported / "data/chunk-000/file-000.parquet").to_pandas()
    for row in some(episode_rows(exported)):
        episode = next(e for e in dataset.episodes() if e.id == row["episode_id"])
        arrays = dataset.arrays(episode)
        part = rows[rows["episode_index"] == row["episode_index"]]
        state = np.stack(part["observation.state"].to_list())
        action = np.stack(part["action"].to_list())
        assert np.array_equal(state[:, :7], arrays.qpos[:-1, :7].astype(np.float32))
        assert np.array_equal(state[:, 7], arrays.gripper[:-1])
        assert np.array_equal(action, arrays.actions)
        assert part["next.done"].tolist() == [False] * (len(part) - 1) + [True]
        assert part["next.reward"].sum() == 1


def test_every_row_says_what_is_being_done(dataset: Dataset, exported: Path) -> None:
    rows = pq.read_table(exported / "data/chunk-000/file-000.parquet").to_pandas()
    texts = pd.read_parquet(exported / "meta/subtasks.parquet")
    for row in some(episode_rows(exported)):
        episode = next(e for e in dataset.episodes() if e.id == row["episode_id"])
        part = rows[rows["episode_index"] == row["episode_index"]]
        said = [texts.iloc[index].name for index in part["subtask_index"]]
        for subtask in some(episode.subtasks):
            assert set(said[subtask.start : subtask.end]) == {subtask.sentence}


def test_delta_actions_lead_from_each_pose_of_the_tool_to_the_next(
    dataset: Dataset, exported: Path
) -> None:
    rows = pq.read_table(exported / "data/chunk-000/file-000.parquet").to_pandas()
    episode = next(e for e in dataset.episodes() if e.success)
    tool = dataset.arrays(episode).tool
    moved = np.stack(rows[rows["episode_index"] == 0]["delta_action"].to_list())
    assert np.allclose(tool[0, :3] + np.cumsum(moved[:, :3], axis=0), tool[1:, :3], atol=1e-5)
    assert (moved[:, 3:6] == 0).all()  # the fixture's tool does not turn


def test_turns_are_rotation_vectors_about_the_axes_of_the_world() -> None:
    half = math.sqrt(0.5)
    # First a quarter about x, then one about the world's z on top.
    poses = [(1, 0, 0, 0), (half, half, 0, 0), (0.5, 0.5, 0.5, 0.5)]
    tool = np.array([[0, 0, 0, *quat] for quat in poses], dtype=np.float64)
    zeros = np.zeros((3, 9))
    arrays = EpisodeArrays(
        initial_state=zeros[0], actions=np.full((2, 8), 0.04, np.float32), qpos=zeros,
        qvel=zeros, tool=tool, gripper=np.zeros(3, np.float32),
    )  # fmt: skip
    assert action_names("end_effector", 7) == DELTAS
    expected = [[math.pi / 2, 0, 0], [0, 0, math.pi / 2]]
    assert np.allclose(delta_actions(arrays)[:, 3:6], expected, atol=1e-6)


def test_columns_of_cameras_say_where_they_stand(dataset: Dataset, exported: Path) -> None:
    rows = pq.read_table(exported / "data/chunk-000/file-000.parquet").to_pandas()
    episode = next(e for e in dataset.episodes() if e.success)
    scene = dataset.scene_of(episode)
    found = rows["camera.front.extrinsics"].iloc[0]
    assert found[:3] == pytest.approx(scene.cameras[0].pos)
    # Unturned it looks down in MuJoCo's way, which is half a turn about x in OpenCV's.
    assert np.abs(found[3:]) == pytest.approx([0, 1, 0, 0], abs=1e-6)
    focal, _, cx, cy, *_ = rows["camera.front.intrinsics"].iloc[0]
    assert focal == pytest.approx(32 / math.tan(math.radians(25)), rel=1e-6)
    assert (cx, cy) == (32, 32)
    assert "camera.wrist.intrinsics" not in rows  # the fixture's scenes have no such camera


def test_language_columns_hold_what_is_active_from_when_on(
    dataset: Dataset, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    EXPORTERS.load("lerobot_language").export(dataset, out)
    assert check(out) == []
    assert stray_files(out) == []
    rows = pq.read_table(out / "data/chunk-000/file-000.parquet").to_pylist()
    episode = next(e for e in dataset.episodes() if e.success)
    told = [(row["style"], row["timestamp"], row["content"]) for row in rows[0][PERSISTENT]]
    first, second = (part.sentence for part in episode.subtasks)
    half = pytest.approx(episode.subtasks[1].start / HZ)
    assert told == [
        ("plan", 0, f"1. {first}\n2. {second}"), ("subtask", 0, first),
        ("memory", half, first), ("plan", half, f"1. {second}"), ("subtask", half, second),
    ]  # fmt: skip
    assert all(row[PERSISTENT] == rows[0][PERSISTENT] for row in rows[: episode.steps])
    assert all(row[EVENTS] == [] for row in rows)


def test_paraphrases_are_rephrasings_of_the_task(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = next(e for e in dataset.episodes() if e.success)
    tasks = [
        task.model_copy(
            update={"paraphrases": ("Do it.", "Go on.") if task.id == episode.task else ()}
        )
        for task in dataset.tasks()
    ]

    def phrased(_: Dataset) -> Iterator[TaskSpec]:
        return iter(tasks)

    monkeypatch.setattr(Dataset, "tasks", phrased)
    out = tmp_path / "out"
    EXPORTERS.load("lerobot_language").export(dataset, out)
    assert check(out) == []
    rows = pq.read_table(out / "data/chunk-000/file-000.parquet").to_pylist()
    told = [x for x in rows[0][PERSISTENT] if x["style"] == "task_aug"]
    assert [x["content"] for x in told] == [episode.instruction, "Do it.", "Go on."]
    assert {(x["role"], x["timestamp"]) for x in told} == {("user", 0.0)}
    # Other tasks have none, and the columns of old are as they were.
    assert not any(x["style"] == "task_aug" for x in rows[-1][PERSISTENT])


def test_rows_that_make_up_for_a_failure_are_marked(dataset: Dataset) -> None:
    episode = next(e for e in dataset.episodes() if e.success)
    first, second = episode.subtasks
    lost = first.model_copy(update={"success": False, "withdrawn": first.end + 2})
    again = second.model_copy(update={"recovers": 0, "start": first.end + 2})
    tried = episode.model_copy(update={"subtasks": (lost, again)})
    assert np.flatnonzero(recovering(tried)).tolist() == list(range(first.end, again.end))
    assert not recovering(episode).any()


def test_only_demonstrations_are_exported_and_ids_join(dataset: Dataset, exported: Path) -> None:
    wanted = {e.id: e for e in dataset.episodes() if e.success}
    rows = episode_rows(exported)
    assert [row["episode_id"] for row in rows] == list(wanted)
    for row in rows:
        episode = wanted[row["episode_id"]]
        assert (row["task_id"], row["scene_id"]) == (episode.task, episode.scene)
        assert tuple(json.loads(row["seed"])) == episode.seed
        subtasks = json.loads(row["subtasks"])
        assert [part["skill"] for part in subtasks] == [part.skill for part in episode.subtasks]


def test_failures_are_told_apart_when_asked_for(dataset: Dataset, tmp_path: Path) -> None:
    LeRobotExporter(include_failures=True).export(dataset, tmp_path / "all")
    assert check(tmp_path / "all") == []
    rows = episode_rows(tmp_path / "all")
    assert [row["success"] for row in rows] == [e.success for e in dataset.episodes()]
    assert {row["cause"] for row in rows} == {"", "grasp_slipped"}
    data = pq.read_table(tmp_path / "all/data/chunk-000/file-000.parquet").to_pandas()
    failed = [row["episode_index"] for row in rows if not row["success"]]
    assert not data[data["episode_index"].isin(failed)]["next.success"].any()


def test_same_dataset_gives_the_same_bytes(
    dataset: Dataset, exported: Path, tmp_path: Path
) -> None:
    LeRobotExporter().export(dataset, tmp_path / "again")
    assert shard_files(tmp_path / "again") == shard_files(exported)


def test_joined_videos_hold_the_original_pictures(dataset: Dataset, exported: Path) -> None:
    joined = decode(exported / f"videos/{FRONT}/chunk-000/file-000.mp4")
    by_episode = {v.episode: v for v in dataset.videos() if v.camera == "front"}
    for row in some(episode_rows(exported)):
        original = decode(dataset.root / by_episode[row["episode_id"]].path)
        start = round(row[f"videos/{FRONT}/from_timestamp"] * HZ)
        assert np.array_equal(joined[start : start + len(original)], original)


def test_licences_follow_the_data(dataset: Dataset, exported: Path) -> None:
    rows = json.loads((exported / "meta/assets.json").read_text())
    scenes = {row["scene_id"] for row in episode_rows(exported)}
    used = {o.asset_hash for s in dataset.scenes() if s.id in scenes for o in s.objects}
    assert {row["hash"] for row in rows} == used
    assert {row["licence"] for row in rows} == {"CC0-1.0"}
    assert next(row for row in rows if row["id"] == "table-0")["scenes"] == len(scenes)


def test_exported_without_videos(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset", FixtureConfig(videos=False, frames=False))
    LeRobotExporter().export(dataset, tmp_path / "out")
    assert check(tmp_path / "out") == []
    assert json.loads((tmp_path / "out/meta/info.json").read_text())["video_path"] is None


def test_exported_without_demonstrations(tmp_path: Path) -> None:
    config = FixtureConfig(tasks=1, per_task=1, failures=1)
    LeRobotExporter().export(build_dataset(tmp_path / "dataset", config), tmp_path / "out")
    assert check(tmp_path / "out") == []
    assert not list(tmp_path.glob("out/data/**/*.parquet"))


def test_missing_video_is_an_error(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset")
    video = next(v for v in dataset.videos() if v.camera == "front")
    (dataset.root / video.path).unlink()
    with pytest.raises(DatasetError, match="is missing"):
        LeRobotExporter().export(dataset, tmp_path / "out")


def test_camera_that_filmed_some_episodes_is_an_error(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "dataset")
    path = dataset.root / "data/frames/t0000/videos.json"
    records = json.loads(path.read_text())
    path.write_text(json.dumps([r for r in records if r["camera"] != "wrist"]))
    with pytest.raises(DatasetError, match=r"camera 'wrist' has no video of 1 of 3 episodes"):
        LeRobotExporter().export(dataset, tmp_path / "out")


def test_existing_files_are_not_overwritten(exported: Path, dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="not empty"):
        LeRobotExporter().export(dataset, exported)


def append(track: CameraTrack, path: Path, frames: int, files: EpisodeFiles) -> VideoPart:
    """Join a video where the files say that it goes."""
    with track.opened(path, frames) as source:
        place = files.place({"film": source.nbytes}, differs=track.differs(source))
        return track.append(source, place)


def one_file(limit: int = 2**30) -> EpisodeFiles:
    return EpisodeFiles({"film": limit})


@pytest.mark.parametrize("b_frames", [0, 2])
def test_joining_keeps_order_and_times(tmp_path: Path, b_frames: int) -> None:
    lengths = (7, 5, 9)
    shown: list[npt.NDArray[np.uint8]] = []
    files = one_file()
    with CameraTrack(tmp_path / "track", 25) as track:
        for number, length in enumerate(lengths):
            pictures = [picture(number + k) for k in range(length)]
            path = tmp_path / f"{number}.mp4"
            path.write_bytes(encode(pictures, 25, b_frames=b_frames, gop=4))
            part = append(track, path, length, files)
            assert (part.chunk, part.file) == (0, 0)
            assert part.start == pytest.approx(sum(lengths[:number]) / 25)
            assert part.stop == pytest.approx(sum(lengths[: number + 1]) / 25)
            shown += pictures
    with av.open(str(tmp_path / "track/chunk-000/file-000.mp4")) as container:
        assert container.streams.video[0].average_rate == 25
        frames = list(container.decode(video=0))
    assert [f.time for f in frames] == pytest.approx([k / 25 for k in range(sum(lengths))])
    for frame, expected in zip(frames, shown, strict=True):
        assert abs(frame.to_ndarray(format="rgb24").astype(int) - expected).mean() < 12


def test_files_roll_over_at_the_size_limit(tmp_path: Path) -> None:
    places = list[tuple[int, int, float]]()
    files = one_file(3000)
    with CameraTrack(tmp_path / "track", HZ) as track:
        for number in range(4):
            path = tmp_path / f"{number}.mp4"
            path.write_bytes(encode([picture(k * (number + 1)) for k in range(10)], HZ))
            part = append(track, path, 10, files)
            places.append((part.chunk, part.file, part.start))
    found = sorted(tmp_path.glob("track/*/*.mp4"))
    assert len(found) == len({place[:2] for place in places}) > 1
    assert sum(len(decode(path)) for path in found) == 40
    firsts = {place[:2]: place[2] for place in reversed(places)}
    assert set(firsts.values()) == {0.0}


def test_streams_with_other_parameters_get_their_own_file(tmp_path: Path) -> None:
    files = one_file()
    with CameraTrack(tmp_path / "track", HZ) as track:
        parts = []
        for number, b_frames in enumerate((0, 2, 2, 0)):
            path = tmp_path / f"{number}.mp4"
            path.write_bytes(encode([picture(k) for k in range(6)], HZ, b_frames=b_frames, gop=6))
            part = append(track, path, 6, files)
            parts.append((part.file, part.start))
    assert parts == [(0, 0.0), (1, 0.0), (1, 0.6), (2, 0.0)]


def test_video_of_another_length_or_size_is_refused(tmp_path: Path) -> None:
    for size in (32, 48):
        path = tmp_path / f"{size}.mp4"
        path.write_bytes(encode([picture(k, size) for k in range(5)], HZ))
    files = one_file()
    with CameraTrack(tmp_path / "track", HZ) as track:
        with pytest.raises(DatasetError, match="5 frames instead of 6"):
            append(track, tmp_path / "32.mp4", 6, files)
        append(track, tmp_path / "32.mp4", 5, files)
        with pytest.raises(DatasetError, match="48x48 pixels"):
            append(track, tmp_path / "48.mp4", 5, files)
    with (
        CameraTrack(tmp_path / "slow", 5) as track,
        pytest.raises(DatasetError, match="1/5 s apart"),
    ):
        append(track, tmp_path / "32.mp4", 5, files)


def test_file_numbers_continue_in_the_next_chunk() -> None:
    files = EpisodeFiles({"film": 10, "rows": 1000})
    places = [files.place({"film": 11, "rows": 1}) for _ in range(CHUNKS_SIZE + 1)]
    assert places[0] == (0, 0)
    assert places[CHUNKS_SIZE - 1 :] == [(0, CHUNKS_SIZE - 1), (1, 0)]
    assert numbered(1, 0, "mp4") == "chunk-001/file-000.mp4"


def test_a_file_is_full_with_a_hundred_episodes() -> None:
    files = EpisodeFiles({"rows": 1000}, number=3)
    places = [files.place({"rows": 1}) for _ in range(EPISODES_PER_FILE + 1)]
    assert places.count((0, 3)) == EPISODES_PER_FILE
    assert places[-1] == (0, 4)


@pytest.mark.parametrize("shape", [(1, 3), (7, 2), (1000, 8), (2500, 13)])
def test_statistics_in_blocks_are_those_of_all_at_once(shape: tuple[int, int]) -> None:
    values = (np.random.default_rng(4).normal(size=shape) * 1e3).astype(np.float32)
    assert component_stats(values, block=64) == vector_stats(values)


def test_statistics_of_many_rows_need_the_memory_of_one_component(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)

    def peak(blocks: int) -> int:
        tracemalloc.start()
        with RowSpool(tmp_path / "rows") as spool:
            for _ in range(blocks):
                spool.add({"a": rng.random((2000, 32), dtype=np.float32)})
            ((_, stats),) = spool.stats()
            assert stats["count"] == [2000 * blocks]
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few, many = peak(20), peak(100)
    # 80 blocks more are 20 MB; one component of them takes 1.3 MB as float64, and its copies.
    assert many - few < 5e6
    assert not (tmp_path / "rows").exists()


def test_croissant_tells_of_the_finished_files(exported: Path) -> None:
    told = json.loads((exported / "croissant.json").read_text())
    files = [item for item in told["distribution"] if "sha256" in item]
    assert [item["contentUrl"] for item in files] == ["data/chunk-000/file-000.parquet"]
    raw = (exported / files[0]["contentUrl"]).read_bytes()
    assert files[0]["sha256"] == hashlib.sha256(raw).hexdigest()
    assert files[0]["contentSize"] == f"{len(raw)} B"


def test_splits_name_the_episodes_of_scenes_held_back(dataset: Dataset, exported: Path) -> None:
    splits = json.loads((exported / "meta/splits.json").read_text())
    rows = episode_rows(exported)
    held = held_out(row["scene_id"] for row in rows)
    assert splits["val"] == [n for n, row in enumerate(rows) if row["scene_id"] in held] != []
    assert sorted(splits["train"] + splits["val"]) == list(range(len(rows)))


def test_image_statistics_equal_those_of_the_pixels() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(20, 200, (5, 16, 16, 3), dtype=np.uint8)
    counts = np.stack([np.bincount(pixels[..., c].ravel(), minlength=256) for c in range(3)])
    stats = image_stats(counts, 5)
    flat = pixels.reshape(-1, 3) / 255.0
    assert np.ravel(stats["mean"]) == pytest.approx(flat.mean(0))
    assert np.ravel(stats["std"]) == pytest.approx(flat.std(0))
    for name, share in (("q01", 0.01), ("q10", 0.1), ("q50", 0.5), ("q99", 0.99)):
        assert np.ravel(stats[name]) == pytest.approx(np.quantile(flat, share, axis=0))


def test_long_episodes_are_sampled_evenly() -> None:
    assert sampled_indices(7).tolist() == list(range(7))
    sample = sampled_indices(2000)
    assert len(sample) == 299
    assert (sample[0], sample[-1]) == (0, 1999)
    assert np.diff(sample).max() - np.diff(sample).min() <= 1


@pytest.mark.parametrize(
    "damage", ["timestamp", "index", "action", "stats", "info", "video", "tasks", "range"]
)
def test_the_checker_finds_damage(dataset: Dataset, tmp_path: Path, damage: str) -> None:
    out = tmp_path / "out"
    LeRobotExporter().export(dataset, out)
    data = out / "data/chunk-000/file-000.parquet"
    episodes = out / "meta/episodes/chunk-000/file-000.parquet"
    if damage in ("timestamp", "index", "action"):
        table = pq.read_table(data)
        column = table.column(damage).to_pylist()
        column[5] = column[5] * 2 if damage == "action" else column[5] + 1
        column[5] = [9.0] * 8 if damage == "action" else column[5]
        changed = pa.array(column, table.schema.field(damage).type)
        table = table.set_column(table.schema.get_field_index(damage), damage, changed)
        groups = [e["length"] for e in episode_rows(out)]
        with pq.ParquetWriter(data, table.schema, compression="snappy") as writer:
            for start, length in zip(np.cumsum([0, *groups]), groups, strict=False):
                writer.write_table(table.slice(int(start), length))
    elif damage in ("stats", "info"):
        path = out / f"meta/{damage}.json"
        value = json.loads(path.read_text())
        if damage == "stats":
            value["action"]["q90"][0] += 0.1
        else:
            value["features"]["action"]["shape"] = [7]
        path.write_text(json.dumps(value))
    elif damage == "video":
        path = out / f"videos/{FRONT}/chunk-000/file-000.mp4"
        path.write_bytes(encode([picture(0, 64)] * 10, HZ))
    elif damage == "tasks":
        pd.DataFrame({"task_index": [0, 1], "task": ["a", "b"]}).to_parquet(
            out / "meta/tasks.parquet"
        )
    else:
        rows = episode_rows(out)
        rows[1]["dataset_from_index"] += 1
        pq.write_table(pa.Table.from_pylist(rows), episodes)
    assert check(out) != []


@pytest.mark.heavy
def test_lerobot_itself_loads_the_export(exported: Path) -> None:
    if importlib.util.find_spec("lerobot") is None:
        pytest.skip("lerobot is not installed: it needs Python 3.12 and several GB")
    # Its own process: the name of a helper here would hide one of lerobot's imports.
    reader = (
        "import sys; from lerobot.datasets.lerobot_dataset import LeRobotDataset as D\n"
        "data = D('local/export', root=sys.argv[1], video_backend='pyav')\n"
        "for i in range(len(data)):\n"
        "    item = data[i]\n"
        "    assert item['observation.images.front'].shape == (3, 64, 64)\n"
        "    assert item['action'].shape == (8,) and item['task'].startswith('Put')\n"
        "print(len(data))"
    )
    done = subprocess.run(
        [sys.executable, "-c", reader, str(exported)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    info = json.loads((exported / "meta/info.json").read_text())
    assert int(done.stdout.split()[-1]) == info["total_frames"]
