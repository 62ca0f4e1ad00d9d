"""A checker of LeRobotDataset v3.0 folders, written from the format, not from our writer.

`python tests/lerobot_checker.py DIR` prints the problems and exits with 1 if there are any.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

INFO_KEYS = {
    "codebase_version": str,
    "fps": int,
    "features": dict,
    "total_episodes": int,
    "total_frames": int,
    "total_tasks": int,
    "chunks_size": int,
    "data_files_size_in_mb": int,
    "video_files_size_in_mb": int,
    "data_path": str,
    "splits": dict,
}
ALWAYS = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}
QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
STATS = ("min", "max", "mean", "std", "count", *QUANTILES)
RGB_CODECS = ("h264", "hevc", "av1")
FILE = "chunk-{:03d}/file-{:03d}"
Array = npt.NDArray[Any]


class Checker:
    """Reads one folder and collects what is wrong with it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []
        self.info: dict[str, Any] = {}
        self.rows = pd.DataFrame()
        self.episodes: list[dict[str, Any]] = []

    def run(self) -> list[str]:
        """Check everything; later checks need the earlier ones to have passed."""
        steps = (
            self.check_info,
            self.check_data,
            self.check_episodes,
            self.check_tasks,
            self.check_subtasks,
            self.check_stats,
            self.check_videos,
        )
        for step in steps:
            step()
            if self.problems:
                break
            if step == self.check_info and self.info["total_episodes"] == 0:
                break
        return self.problems

    def expect(self, holds: bool | np.bool_, message: str) -> None:
        if not holds:
            self.problems.append(message)

    def check_info(self) -> None:
        path = self.root / "meta/info.json"
        if not path.is_file():
            self.problems.append("meta/info.json is missing")
            return
        self.info = info = json.loads(path.read_text())
        for key, kind in INFO_KEYS.items():
            self.expect(isinstance(info.get(key), kind), f"info: {key} is no {kind.__name__}")
        if self.problems:
            return
        self.expect(info["codebase_version"] == "v3.0", "info: codebase_version")
        self.expect(info["fps"] > 0 and info["chunks_size"] > 0, "info: fps or chunks_size")
        self.expect(info["splits"] == {"train": f"0:{info['total_episodes']}"}, "info: splits")
        pattern = "chunk-{chunk_index:03d}/file-{file_index:03d}"
        self.expect(info["data_path"] == f"data/{pattern}.parquet", "info: data_path")
        has_video = any(f["dtype"] == "video" for f in info["features"].values())
        expected = f"videos/{{video_key}}/{pattern}.mp4" if has_video else None
        self.expect(info.get("video_path", 0) == expected, "info: video_path")
        if info["total_episodes"]:
            self._check_features(info["features"])

    def _check_features(self, features: dict[str, Any]) -> None:
        for key, dtype in ALWAYS.items():
            feature = features.get(key, {})
            self.expect(
                feature.get("dtype") == dtype and feature.get("shape") == [1],
                f"feature {key} must be {dtype} of shape [1]",
            )
        for key, feature in features.items():
            self.expect("/" not in key, f"feature {key}: a slash in the name")
            self.expect("names" in feature, f"feature {key}: no names")
            names = feature.get("names")
            if feature["dtype"] == "video":
                self.expect(names == ["height", "width", "channels"], f"{key}: names")
                self._check_video_info(key, feature)
            elif names is not None:
                self.expect([len(names)] == feature["shape"], f"{key}: names against shape")

    def _check_video_info(self, key: str, feature: dict[str, Any]) -> None:
        info = feature["info"]
        height, width, channels = feature["shape"]
        self.expect(
            (info["video.height"], info["video.width"], info["video.channels"])
            == (height, width, channels),
            f"{key}: shape against info",
        )
        self.expect(info["video.codec"] in RGB_CODECS, f"{key}: codec {info['video.codec']}")
        self.expect(info["video.fps"] == self.info["fps"], f"{key}: fps")
        self.expect(info["has_audio"] is False, f"{key}: has_audio")
        self.expect(info["is_depth_map"] is False, f"{key}: is_depth_map")

    def _files(self, folder: str, suffix: str) -> list[Path]:
        """Files of a numbered folder, which must be numbered without gaps."""
        paths = sorted((self.root / folder).glob(f"*/*.{suffix}"))
        for number, path in enumerate(paths):
            place = FILE.format(*divmod(number, self.info["chunks_size"]))
            expected = self.root / folder / f"{place}.{suffix}"
            self.expect(path == expected, f"{path.relative_to(self.root)}: numbering")
        return paths

    def check_data(self) -> None:
        paths = self._files("data", "parquet")
        self.expect(bool(paths), "no data files")
        stored = {k: f for k, f in self.info["features"].items() if f["dtype"] != "video"}
        for path in paths:
            self._check_schema(path, stored)
        if self.problems:
            return
        self.rows = pd.concat([pq.read_table(p).to_pandas() for p in paths], ignore_index=True)
        rows, total = self.rows, self.info["total_frames"]
        self.expect(len(rows) == total, f"{len(rows)} rows instead of {total}")
        self.expect(np.array_equal(rows["index"], np.arange(len(rows))), "index is not 0, 1, ...")
        episode = rows["episode_index"].to_numpy()
        steps = np.diff(episode)
        self.expect(episode[0] == 0 and np.isin(steps, (0, 1)).all(), "episode_index has gaps")
        self.expect(episode[-1] + 1 == self.info["total_episodes"], "episodes against info")
        for number, part in rows.groupby("episode_index"):
            counted = np.arange(len(part))
            self.expect(np.array_equal(part["frame_index"], counted), f"{number}: frame_index")
            self.expect(
                np.allclose(part["timestamp"], counted / self.info["fps"], rtol=0, atol=1e-4),
                f"{number}: timestamps are not frame_index / fps",
            )

    def _check_schema(self, path: Path, stored: dict[str, Any]) -> None:
        file = pq.ParquetFile(path)
        schema, name = file.schema_arrow, str(path.relative_to(self.root))
        self.expect(set(schema.names) == set(stored), f"{name}: columns {schema.names}")
        for key, feature in stored.items():
            if key not in schema.names:
                continue
            if feature["dtype"] == "language":
                self._check_language(file, key, name)
                continue
            value = pa.bool_() if feature["dtype"] == "bool" else getattr(pa, feature["dtype"])()
            shape = feature["shape"]
            expected = value if shape == [1] else pa.list_(value, shape[0])
            self.expect(schema.field(key).type == expected, f"{name}: type of {key}")
            self.expect(file.read([key]).column(0).null_count == 0, f"{name}: nulls in {key}")
        for group in range(file.metadata.num_row_groups):
            column = file.metadata.row_group(group).column(0)
            self.expect(column.compression == "SNAPPY", f"{name}: compression")
            numbers = file.read_row_group(group, ["episode_index"]).column(0).unique()
            self.expect(len(numbers) == 1, f"{name}: row group {group} holds several episodes")

    def _check_language(self, file: pq.ParquetFile, key: str, name: str) -> None:
        """Rows of the fields that LeRobot 0.6 names, in its order, with its styles."""
        fields = ["role", "content", "style", "camera", "tool_calls"]
        if key == "language_persistent":
            fields.insert(3, "timestamp")
        found = file.schema_arrow.field(key).type.value_type
        self.expect([found.field(i).name for i in range(len(fields))] == fields, f"{name}: {key}")
        styles = {"subtask", "plan", "memory", "motion", "task_aug"}
        for rows in file.read([key]).column(0).to_pylist():
            told = [(row["timestamp"], row["style"]) for row in rows if "timestamp" in row]
            # Of one style one row is active at a time, but for rephrasings of the task.
            once = [x for x in told if x[1] != "task_aug"]
            ordered = told == sorted(told) and len(once) == len(set(once))
            self.expect(ordered, f"{name}: {key} is not in order")
            self.expect(all(row["style"] in styles for row in rows), f"{name}: styles of {key}")
            self.expect(all(row["camera"] is None for row in rows), f"{name}: cameras of {key}")

    def check_subtasks(self) -> None:
        """As LeRobot 0.4 and 0.5 look them up: by the place of the row."""
        path = self.root / "meta/subtasks.parquet"
        if "subtask_index" not in self.info["features"]:
            return
        table = pd.read_parquet(path)
        self.expect(table.index.name == "subtask" and table.index.is_unique, "subtasks: index")
        self.expect(list(table["subtask_index"]) == list(range(len(table))), "subtasks: order")
        self.expect(self.rows["subtask_index"].between(0, len(table) - 1).all(), "subtask_index")

    def check_episodes(self) -> None:
        paths = self._files("meta/episodes", "parquet")
        tables = [pq.read_table(path) for path in paths]
        self.expect(bool(tables), "no episode files")
        for number, (path, table) in enumerate(zip(paths, tables, strict=True)):
            place = divmod(number, self.info["chunks_size"])
            for row in table.to_pylist():
                found = (row["meta/episodes/chunk_index"], row["meta/episodes/file_index"])
                self.expect(found == place, f"{path.name}: a row says it is in {found}")
                self.episodes.append(row)
        self.expect(
            [row["episode_index"] for row in self.episodes]
            == list(range(self.info["total_episodes"])),
            "episode rows are not 0, 1, ...",
        )
        start = 0
        for row in self.episodes:
            where = f"episode {row['episode_index']}"
            stop = start + row["length"]
            given = (row["dataset_from_index"], row["dataset_to_index"])
            self.expect(given == (start, stop), f"{where}: range {given}")
            part = self.rows.iloc[start:stop]
            self.expect((part["episode_index"] == row["episode_index"]).all(), f"{where}: rows")
            place = FILE.format(row["data/chunk_index"], row["data/file_index"])
            path = self.root / f"data/{place}.parquet"
            held = pq.read_table(path, columns=["episode_index"]).column(0).to_pylist()
            self.expect(held.count(row["episode_index"]) == row["length"], f"{where}: data file")
            start = stop
        self.expect(start == self.info["total_frames"], "episode lengths against total_frames")

    def check_tasks(self) -> None:
        tasks = pd.read_parquet(self.root / "meta/tasks.parquet")
        self.expect(list(tasks.columns) == ["task_index"], "tasks: columns")
        self.expect(tasks["task_index"].dtype == np.int64, "tasks: dtype")
        self.expect(all(isinstance(t, str) for t in tasks.index), "tasks: index is no text")
        self.expect(tasks.index.is_unique, "tasks: repeated")
        self.expect(list(tasks["task_index"]) == list(range(len(tasks))), "tasks: order")
        self.expect(len(tasks) == self.info["total_tasks"], "tasks against total_tasks")
        for row in self.episodes:
            part = self.rows[self.rows["episode_index"] == row["episode_index"]]
            texts = [tasks.index[i] for i in dict.fromkeys(part["task_index"])]
            self.expect(texts == row["tasks"], f"episode {row['episode_index']}: tasks")

    def check_stats(self) -> None:
        stats = json.loads((self.root / "meta/stats.json").read_text())
        counted = {k: f for k, f in self.info["features"].items() if f["dtype"] != "language"}
        self.expect(set(stats) == set(counted), "stats: features")
        for key, feature in counted.items():
            if feature["dtype"] == "video":
                self._check_image_shapes(key, stats[key])
                continue
            values = self._column(self.rows, key)
            self._compare(f"stats.json {key}", stats[key], values)
            for row in self.episodes:
                part = values[row["dataset_from_index"] : row["dataset_to_index"]]
                given = {name: row[f"stats/{key}/{name}"] for name in STATS}
                self._compare(f"episode {row['episode_index']} stats {key}", given, part)

    @staticmethod
    def _column(rows: pd.DataFrame, key: str) -> Array:
        values = np.array(rows[key].tolist(), dtype=np.float64)
        return values.reshape(len(rows), -1)

    def _compare(self, where: str, given: dict[str, Any], values: Array) -> None:
        expected: dict[str, Array] = {
            "min": values.min(0),
            "max": values.max(0),
            "mean": values.mean(0),
            "std": values.std(0),
            "count": np.array([len(values)]),
        }
        ordered = np.sort(values, axis=0)
        for name, share in QUANTILES.items():
            place = share * (len(values) - 1)
            low, high = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
            expected[name] = low + (place - np.floor(place)) * (high - low)
        for name in STATS:
            found = np.array(given[name])
            self.expect(
                found.shape == expected[name].shape
                and np.allclose(found, expected[name], rtol=1e-5, atol=1e-6),
                f"{where}: {name} is {found}, expected {expected[name]}",
            )

    def _check_image_shapes(self, key: str, stats: dict[str, Any]) -> None:
        for name in STATS:
            found = np.array(stats[name])
            wanted = (1,) if name == "count" else (3, 1, 1)
            self.expect(found.shape == wanted, f"stats {key}: {name} has shape {found.shape}")
            if name != "count":
                inside = (found >= 0).all() and (found <= 1).all()
                self.expect(inside, f"stats {key}: {name} outside [0, 1]")

    def check_videos(self) -> None:
        for key, feature in self.info["features"].items():
            if feature["dtype"] == "video":
                self._check_camera(key, feature)

    def _check_camera(self, key: str, feature: dict[str, Any]) -> None:
        fps, used = self.info["fps"], set[Path]()
        ends: dict[Path, float] = {}
        for row in self.episodes:
            where = f"episode {row['episode_index']} {key}"
            place = FILE.format(row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"])
            path = self.root / f"videos/{key}/{place}.mp4"
            start, stop = (row[f"videos/{key}/{end}_timestamp"] for end in ("from", "to"))
            self.expect(
                abs(start - ends.get(path, 0.0)) < 1e-6, f"{where}: does not follow the last one"
            )
            self.expect(abs((stop - start) * fps - row["length"]) < 1e-6, f"{where}: duration")
            ends[path] = stop
            used.add(path)
        found = set(self._files(f"videos/{key}", "mp4"))
        self.expect(found == used, f"{key}: files {found ^ used} are unused or missing")
        if not self.problems:
            films = {path: self._film(path, key, feature, ends[path]) for path in sorted(used)}
            self._check_pixels(key, films)

    def _film(self, path: Path, key: str, feature: dict[str, Any], end: float) -> list[Array]:
        """Decode a whole file; its frames must lie at k / fps."""
        fps, pictures, times = self.info["fps"], list[Array](), list[float]()
        with av.open(str(path)) as container:
            self.expect(len(container.streams) == 1, f"{path.name}: more than one stream")
            stream = container.streams.video[0]
            info = feature["info"]
            self.expect(
                (stream.height, stream.width, stream.codec.canonical_name, stream.pix_fmt)
                == tuple(info[f"video.{n}"] for n in ("height", "width", "codec", "pix_fmt")),
                f"{key} {path.name}: stream against info",
            )
            self.expect(stream.average_rate == fps, f"{path.name}: rate {stream.average_rate}")
            for frame in container.decode(stream):
                times.append(float(frame.time or 0.0))
                pictures.append(frame.to_ndarray(format="rgb24"))
        self.expect(len(pictures) == round(end * fps), f"{path.name}: {len(pictures)} frames")
        self.expect(
            np.allclose(times, np.arange(len(times)) / fps, rtol=0, atol=1e-4),
            f"{path.name}: frames are not at k / fps",
        )
        return pictures

    def _check_pixels(self, key: str, films: dict[Path, list[Array]]) -> None:
        """Recompute image statistics from the episode's own slice of the video."""
        for row in self.episodes:
            place = FILE.format(row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"])
            start = round(row[f"videos/{key}/from_timestamp"] * self.info["fps"])
            pictures = films[self.root / f"videos/{key}/{place}.mp4"][start:][: row["length"]]
            count = row[f"stats/{key}/count"]
            given = {name: row[f"stats/{key}/{name}"] for name in STATS}
            self._check_image_shapes(key, given)
            if count != [len(pictures)] or max(pictures[0].shape) >= 300:
                continue  # A sample of frames or pixels: only its shape can be checked.
            values = np.stack(pictures).reshape(-1, 3) / 255.0
            flat = {n: np.ravel(v) for n, v in given.items()}
            flat["count"] = np.array([len(values)])
            self._compare(f"episode {row['episode_index']} stats {key}", flat, values)


def check(root: Path) -> list[str]:
    """The problems of a LeRobotDataset v3.0 folder; empty where there are none."""
    return Checker(root).run()


def stray_files(root: Path) -> list[str]:
    """Files that the format does not know, except ours with the assets' licences."""
    known = (
        r"README\.md|croissant\.json",
        r"meta/(info|stats|assets|pixel_counts|splits)\.json",
        r"meta/(sub)?tasks\.parquet",
        r"(meta/episodes|data)/chunk-\d{3}/file-\d{3}\.parquet",
        r"videos/[^/]+/chunk-\d{3}/file-\d{3}\.mp4",
    )
    names = [str(p.relative_to(root)) for p in sorted(root.rglob("*")) if p.is_file()]
    return [name for name in names if not any(re.fullmatch(k, name) for k in known)]


def main() -> int:
    problems = check(Path(sys.argv[1])) if len(sys.argv) == 2 else [__doc__ or ""]
    sys.stdout.write("\n".join(problems) + "\n" if problems else "LeRobotDataset v3.0: valid\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
