"""Middles as CSV: an export with a row for each object in each frame."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from cousins import Dataset
from cousins.schemas import DatasetError
from cousins.schemas.plugins import Needs


class MiddlesExporter:
    """Reads the files of the label `middles`."""

    summary = "where each object is in each picture, as CSV"
    needs = Needs(version=1)

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write `middles.csv`."""
        out.mkdir(parents=True, exist_ok=True)
        with (out / "middles.csv").open("w", encoding="utf-8", newline="") as target:
            rows = csv.writer(target, lineterminator="\n")
            rows.writerow(("frame", "object", "x", "y"))
            for frame in dataset.frames():
                if "middles" not in frame.files:
                    raise DatasetError(f"frame {frame.id}: add middles to `render.labels`")
                text = (dataset.root / frame.files["middles"]).read_text(encoding="utf-8")
                for name, (x, y) in json.loads(text).items():
                    rows.writerow((frame.id, name, x, y))


PLUGIN = MiddlesExporter()
