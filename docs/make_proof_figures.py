"""Draw the figure of docs/proof.md from its tables: `python docs/make_proof_figures.py`.

proof_distance.csv is written by examples/proof/curves.py, proof_curves.csv by
examples/proof/table.py.
"""

# matplotlib is untyped here.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl

from cousins.generators.evaluation.statistics import wilson

mpl.use("Agg")

from matplotlib import pyplot as plt

DOCS = Path(__file__).parent
SUITES = {"twin": "#7a869a", "far": "#d1495b", "dissimilar": "#2e6f95"}
POLICIES = {"twin-policy": ("the twin alone", "#7a869a"), "cousins-policy": ("cousins", "#d1495b")}
ASSETS, DEMONSTRATIONS = (1, 2, 4, 16, 64, 256), (100, 200, 400, 800, 2000)
BOTH = {"k256": 800.0}
"""Policies of one curve that are also a point of the number of demonstrations."""
Row = dict[str, str]


def read(name: str) -> list[Row]:
    """The rows of a table."""
    with (DOCS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def line(axes: Any, points: Iterable[tuple[float, int, int]], colour: str, label: str) -> None:
    """Success with its 95% interval along some numbers.

    Args:
        axes: drawn on.
        points: number, successes, and rollouts.
        colour: of the line.
        label: in the legend.
    """
    ordered = sorted(points)
    at = [x for x, _, _ in ordered]
    shares = [wins / count for _, wins, count in ordered]
    bounds = [wilson(wins, count) for _, wins, count in ordered]
    axes.fill_between(
        at, [low for low, _ in bounds], [high for _, high in bounds], color=colour, alpha=0.15, lw=0
    )
    axes.plot(at, shares, color=colour, label=label, marker="o", ms=4, lw=1.6)


def by_policy(rows: list[Row], number: Callable[[str], float | None], axes: Any) -> None:
    """Lines of the suites, along a number that a policy's name holds; seeds are put together."""
    for suite, colour in SUITES.items():
        sums: dict[float, tuple[int, int]] = {}
        for row in rows:
            at = number(row["name"])
            if row["suite"] != suite or at is None:
                continue
            wins, count = sums.get(at, (0, 0))
            sums[at] = wins + int(row["successes"]), count + int(row["rollouts"])
        line(axes, [(at, *pair) for at, pair in sums.items()], colour, suite)


def numbered(letter: str) -> Callable[[str], float | None]:
    """Reads `letterNUMBER-SEED`."""

    def read_number(name: str) -> float | None:
        head = name.split("-")[0]
        if letter == "n" and head in BOTH:
            return BOTH[head]
        return float(head[1:]) if head[:1] == letter and head[1:].isdigit() else None

    return read_number


def main() -> None:
    """Draw it."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.3), sharey=True)
    for name, (label, colour) in POLICIES.items():
        rows = [row for row in read("proof_distance.csv") if row["policies"] == name]
        points = [
            (float(row["mean_mm"]), int(row["successes"]), int(row["rollouts"])) for row in rows
        ]
        line(left, points, colour, label)
    left.set_xlabel("distance of the objects' surfaces from their twins', mm")
    left.set_ylabel("success")
    table = read("proof_curves.csv")
    by_policy(table, numbered("k"), middle)
    middle.set_xscale("log", base=2)
    middle.set_xlabel("assets per object (1 is the twin)")
    by_policy(table, numbered("n"), right)
    right.set_xscale("log")
    right.set_xlabel("demonstrations of cousins")
    for axes, ticks in ((middle, ASSETS), (right, DEMONSTRATIONS)):
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
    for axes, title in ((left, "learnt from"), (middle, "scenes"), (right, "scenes")):
        axes.set_ylim(0, 1.03)
        axes.grid(axis="y", color="#dddddd", lw=0.6)
        axes.legend(title=title, frameon=False, loc="lower left" if axes is left else "lower right")
    figure.tight_layout()
    figure.savefig(DOCS / "images" / "proof-curves.png", dpi=150)


if __name__ == "__main__":
    main()
