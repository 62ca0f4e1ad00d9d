"""Draws docs/images/bvs-*.gif: the five sweeps of examples/bvs_*.yaml.

    python docs/make_sweep_gifs.py [AXIS ...]

Each dataset is made in a temporary folder, or under --keep, by `cousins render`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from cousins.generators.dataset import Dataset
from cousins.generators.sweeps import swept, write_sheet

ROOT = Path(__file__).parents[1]
AXES = ("articulation", "visibility", "lighting", "zoom", "pitch")
SIDE = 240


def draw(axis: str, folder: Path) -> Path:
    """Make the dataset of one axis, unless it is there, and its GIF."""
    made = folder / axis
    spec = ROOT / "examples" / f"bvs_{axis}.yaml"
    command = [sys.executable, "-m", "cousins", "render", str(spec), "--out", str(made)]
    subprocess.run([*command, "--workers", "1", "--quiet"], check=True)
    dataset = Dataset(made)
    out = ROOT / "docs" / "images" / f"bvs-{axis}.gif"
    write_sheet(dataset, swept(dataset), out, views=("rgb", "overlay"), side=SIDE)
    return out


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("axes", nargs="*", metavar="AXIS", help=", ".join(AXES))
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for axis in wanted.axes or AXES:
            out = draw(axis, wanted.keep or Path(folder))
            print(f"{out.name}: {out.stat().st_size / 1000:.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
