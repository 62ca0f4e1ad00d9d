"""Success against the cousin distance of each scene, CSV on standard output.

python examples/proof/curves.py out/proof/scenes out/proof/judged/* > docs/proof_distance.csv

All scenes of an evaluation are put into bins of equal numbers, by how far the task's objects are
from their twins: the cousin distance, and the symmetric Chamfer distance of the two surfaces in
millimetres, each the mean over the objects.
"""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

import csv
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from cousins.flows.bench._chamfer import chamfer, cloud
from cousins.flows.evaluation.running import read_results
from cousins.generators.evaluation.statistics import wilson
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import Scene

BINS = 8
COLUMNS = (
    "policies", "bin", "mean_distance", "mean_mm", "low_mm", "high_mm", "rollouts", "successes",
    "success", "low", "high",
)  # fmt: skip
LIBRARY = ProceduralLibrary()


def scenes(folder: Path, suite: str) -> dict[str, Scene]:
    """The frozen scenes of a suite, by their ids."""
    (found,) = folder.glob(f"{suite}-*")
    read = [Scene.model_validate_json(path.read_bytes()) for path in found.glob("*.json")]
    return {scene.id: scene for scene in read}


@cache
def surface(asset: str) -> KDTree:
    """Points on an asset, by its id."""
    return cloud(LIBRARY.get(asset))


@cache
def millimetres(twin: str, asset: str) -> float:
    """How far the surfaces of two assets are apart."""
    return 1000 * chamfer(surface(twin), surface(asset))


def distances(scene: Scene, twins: dict[str, str]) -> tuple[float, float]:
    """Of a scene's task objects from their twins: cousin distance, and millimetres."""
    things = [thing for thing in scene.objects if thing.role == "task"]
    dial = [thing.cousin_distance or 0.0 for thing in things]
    shape = [millimetres(twins[thing.name], thing.asset) for thing in things]
    return float(np.mean(dial)), float(np.mean(shape))


def main(folder: Path, judged: list[Path]) -> None:
    """Print one row for each bin and each group of policies, `NAME-SEED` of any seed."""
    twin = next(iter(scenes(folder, "twin").values()))
    twins = {thing.name: thing.asset for thing in twin.objects}
    rows: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for path in judged:
        for suite in read_results(path).suites:
            found = scenes(folder, suite.name)
            for rollout in suite.rollouts:
                at = distances(found[rollout.scene], twins)
                rows[path.name.rpartition("-")[0]].append((*at, rollout.success))
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    for name, values in rows.items():
        ordered = np.array(sorted(values, key=lambda one: one[1]))
        for number, part in enumerate(np.array_split(ordered, BINS)):
            dial, shape, wins = part[:, 0], part[:, 1], int(part[:, 2].sum())
            low, high = wilson(wins, len(part))
            table.writerow([
                name, number, *(round(float(x), 3) for x in (dial.mean(), shape.mean())),
                *(round(float(x), 2) for x in (shape.min(), shape.max())), len(part), wins,
                *(round(x, 4) for x in (wins / len(part), low, high)),
            ])  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
