"""The results of evaluations as rows of a table, CSV on standard output.

python examples/proof/table.py out/proof/judged/* > docs/proof.csv
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from cousins.flows.evaluation.running import read_results

COLUMNS = (
    "name", "policy", "suite", "rollouts", "successes", "success", "low", "high",
    "not_touched", "not_moved", "misplaced", "not_kept",
    "policy_hash", "dataset_hash", "scenes_hash", "cousins", "mujoco", "numpy", "torch",
)  # fmt: skip


def rows(folder: Path) -> list[list[object]]:
    """One row for each suite of an evaluation's results."""
    result = read_results(folder)
    hashes = (result.policy_hash[:12], result.dataset_hash[:12])
    versions = [result.versions.get(name, "") for name in COLUMNS[-4:]]
    return [
        [
            folder.name, result.policy, suite.name, len(suite.rollouts), suite.successes,
            round(suite.success, 4), *(round(bound, 4) for bound in suite.ci95),
            *(suite.causes.get(cause, 0) for cause in COLUMNS[8:12]),
            *hashes, suite.scenes_hash[:12], *versions,
        ]
        for suite in result.suites
    ]  # fmt: skip


if __name__ == "__main__":
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    for name in sys.argv[1:]:
        table.writerows(rows(Path(name)))
