"""Why scenes of a dataset were refused, counted for people."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any


def refusals(root: Path) -> dict[str, int]:
    """How often each sentence ended an attempt at a scene that was given up.

    Args:
        root: of the dataset.

    Returns:
        Counts by sentence, the most frequent first; a scene whose attempts gave no reasons counts
        once with what it says.
    """
    counts: Counter[str] = Counter()
    for path in sorted((root / "data" / "scenes").glob("*/refused.json")):
        scenes: list[dict[str, Any]] = json.loads(path.read_bytes())
        for scene in scenes:
            counts.update(scene["reasons"] or {scene["message"]: 1})
    return dict(counts.most_common())
