"""Edits a folder of assets in every way, and compares cached runs with fresh ones.

    python tests/crash/edit_and_compare.py

After each edit one spec is made twice: with the cache of the runs before, and with an empty one.
Both have to have one hash. Prints one JSON object; exit code 0 where each did.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from raw_files import obj_box, obj_faces, png

from cousins.generators.store.identity import dataset_hash

SPEC = """
name: edited
robot: none
scenes: 2
assets: {libraries: [procedural, {folder: FOLDER, name: lab}]}
scene:
  objects:
    - {name: die, category: toy_dice.n.01, asset: lab-toy_dice}
    - {name: box, category: gift_box.n.01, asset: lab-gift_box}
"""
URDF = """<robot name="x"><link name="base"><inertial><mass value="0.1"/>
<inertia ixx="1e-4" iyy="1e-4" izz="1e-4" ixy="0" ixz="0" iyz="0"/></inertial>
<visual><geometry><mesh filename="parts/side.obj"/></geometry></visual>
<collision><geometry><box size=".06 .06 .06"/></geometry></collision></link></robot>"""
NOTES = "toy_dice.yaml"
Edit = Callable[[Path], object]


def build(folder: Path) -> None:
    """An OBJ with a picture, and a URDF with a mesh of its own."""
    (folder / "parts").mkdir(parents=True)
    head = "mtllib skin.mtl\nvt .25 .5\n"
    faces = [face.split()[1:] for face in obj_faces().splitlines()]
    told = "".join(f"f {' '.join(f'{corner}/1' for corner in face)}\n" for face in faces)
    (folder / "toy_dice.obj").write_text(head + obj_box(0.04) + "usemtl skin\n" + told)
    (folder / "skin.mtl").write_text("newmtl skin\nKd 1 1 1\nmap_Kd skin.png\n")
    (folder / "skin.png").write_bytes(png((255, 0, 0, 255), (0, 255, 0, 255)))
    (folder / "gift_box.urdf").write_text(URDF)
    (folder / "parts/side.obj").write_text(obj_box(0.06) + obj_faces())


def swapped(name: str, old: str, new: str) -> Edit:
    """Another text in a file."""

    def edit(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        if old not in text:
            raise SystemExit(f"{name} has no {old!r}")
        path.write_text(text.replace(old, new))

    return edit


def aged(folder: Path) -> None:
    """Other bytes of the same length and with the same time."""
    path = folder / "skin.png"
    facts = path.stat()
    path.write_bytes(png((0, 0, 255, 255), (0, 255, 0, 255)))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


EDITS: dict[str, Edit] = {
    "nothing": lambda folder: None,
    "time of a mesh": lambda folder: os.utime(folder / "toy_dice.obj"),
    "vertex of a mesh": swapped("toy_dice.obj", "v 0.0200 0.0200", "v 0.0220 0.0200"),
    "colour in the material file": swapped("skin.mtl", "Kd 1 1 1", "Kd 1 1 .5"),
    "pixels of the picture of that": lambda folder: (folder / "skin.png").write_bytes(
        png((0, 0, 255, 255), (255, 0, 255, 255))
    ),
    "pixels, size and time as before": aged,
    "mass in a model": swapped("gift_box.urdf", '"0.1"', '"0.2"'),
    "mesh of a model": swapped("parts/side.obj", "v 0.0300 0.0300", "v 0.0290 0.0300"),
    "notes beside a mesh come": lambda folder: (folder / "toy_dice.yaml").write_text(
        "mass: 0.05\n"
    ),
    "notes change": swapped(NOTES, "0.05", "0.06"),
    "notes go": lambda folder: (folder / NOTES).unlink(),
    "another asset comes": lambda folder: (folder / "eraser.obj").write_text(
        obj_box(0.03) + obj_faces()
    ),
    "the picture goes": lambda folder: (folder / "skin.png").unlink(),
}


def made(spec: Path, out: Path, cache: Path) -> str:
    """The hash of a run with that cache."""
    words = [sys.executable, "-m", "cousins", "assemble", str(spec), "--out", str(out)]
    environment = {**os.environ, "COUSINS_CACHE": str(cache)}
    done = subprocess.run([*words, "--quiet"], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    return dataset_hash(out)


def main() -> None:
    """Edit, make, compare."""
    every: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        build(root / "assets")
        spec = root / "spec.yaml"
        spec.write_text(SPEC.replace("FOLDER", str(root / "assets")))
        before = ""
        for number, (name, edit) in enumerate(EDITS.items()):
            edit(root / "assets")
            warm = made(spec, root / f"warm-{number}", root / "cache")
            fresh = made(spec, root / f"fresh-{number}", root / f"cache-{number}")
            shutil.rmtree(root / f"cache-{number}")
            every.append({"edit": name, "same": warm == fresh, "new": warm != before})
            before = warm
    good = all(row["same"] for row in every)
    sys.stdout.write(json.dumps({"edits": len(every), "good": good, "every": every}) + "\n")
    sys.exit(not good)


if __name__ == "__main__":
    main()
