"""Exports as the trainers' own loaders read them, in an environment that holds their packages."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import FixtureConfig, build_dataset

from cousins.generators.dataset import Dataset
from cousins.generators.exports import EXPORTERS
from cousins.generators.exports._pictures import instance_mask

ROOT = Path(__file__).parents[1]
READER = Path(__file__).parent / "loaders" / "read_yolo.py"
PYTHON = Path(os.environ.get("COUSINS_LOADERS_PYTHON", ROOT / ".venv-loaders" / "bin" / "python"))
"""Of an environment with Ultralytics; `make loaders` makes one."""
SIZE = 64
pytestmark = [pytest.mark.heavy, pytest.mark.timeout(900)]


def read(export: Path, folder: Path) -> dict[str, Any]:
    """What Ultralytics makes of an export."""
    if not PYTHON.is_file():
        pytest.skip(f"{PYTHON} is not there; `make loaders` makes it")
    quiet = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": str(folder)}
    done = subprocess.run(
        [PYTHON, READER, export],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **quiet, "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def boxes(dataset: Dataset) -> dict[str, list[tuple[str, list[float]]]]:
    """Category and box (x, y of the middle, width, height, as shares) of what each frame shows."""
    found: dict[str, list[tuple[str, list[float]]]] = {}
    for frame in dataset.frames():
        mask = instance_mask(dataset, frame)
        shown: list[tuple[str, list[float]]] = []
        for thing in frame.objects:
            if thing.visible_pixels:
                y, x = np.nonzero(mask == thing.instance_id)
                left, right, top, low = x.min(), x.max() + 1, y.min(), y.max() + 1
                box = [(left + right) / 2, (top + low) / 2, right - left, low - top]
                shown.append((thing.category, [float(value) / SIZE for value in box]))
        found[frame.id] = sorted(shown)
    return found


def test_ultralytics_reads_every_box_of_every_picture(tmp_path: Path) -> None:
    dataset = build_dataset(tmp_path / "set", FixtureConfig(tasks=3, per_task=2, size=SIZE))
    EXPORTERS.load("yolo").export(dataset, tmp_path / "yolo")
    told = read(tmp_path / "yolo", tmp_path)
    names = {int(number): name for number, name in told["names"].items()}
    truth = boxes(dataset)
    for task in ("detect", "segment"):
        parts = [told["read"][f"{task}/{split}"] for split in ("train", "val")]
        pictures: dict[str, Any] = {**parts[0]["pictures"], **parts[1]["pictures"]}
        assert sum(len(part["pictures"]) for part in parts) == len(truth) == len(pictures)
        assert all(part["shape"] == [3, SIZE, SIZE] for part in parts)
        assert all(part["masks"] == (task == "segment") for part in parts)
        for name, wanted in truth.items():
            found = pictures[name]
            seen = [names[number] for number in found["classes"]]
            for (category, box), (other, read_box) in zip(
                wanted, sorted(zip(seen, found["boxes"], strict=True)), strict=True
            ):
                assert category == other
                assert read_box == pytest.approx(box, abs=1e-5)
            assert found["outlines"] == len(wanted)
