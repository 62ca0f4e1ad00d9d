"""What Ultralytics' dataset check and its dataset make of a YOLO export; runs in `.venv-loaders`.

.venv-loaders/bin/python tests/loaders/read_yolo.py EXPORT

Answers with one JSON object: names, and by task and split the classes and boxes of each picture.
"""

from __future__ import annotations

import contextlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def read(export: Path) -> dict[str, Any]:
    """What is read, by task and split."""
    package: Any = import_module("ultralytics")
    told: Any = import_module("ultralytics.data.utils").check_det_dataset(
        str(export / "data.yaml"), autodownload=False
    )
    kind: Any = import_module("ultralytics.data.dataset").YOLODataset
    found: dict[str, Any] = {}
    for task in ("detect", "segment"):
        for split in ("train", "val"):
            made = kind(img_path=told[split], imgsz=64, augment=False, data=told, task=task)
            sample = made[0]  # pictures are decoded as well
            found[f"{task}/{split}"] = {
                "pictures": {Path(label["im_file"]).stem: of(label) for label in made.labels},
                "shape": list(sample["img"].shape),
                "masks": task == "segment" and bool(sample["masks"].any()),
            }
    return {"version": package.__version__, "names": told["names"], "read": found}


def of(label: dict[str, Any]) -> dict[str, Any]:
    """Classes, boxes and outlines of a picture."""
    return {
        "classes": label["cls"].ravel().astype(int).tolist(),
        "boxes": label["bboxes"].tolist(),
        "outlines": len(label["segments"]),
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # it says what it does
        answer = read(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(answer))
