"""Composes docs/images/cousins.png: a reference scene, its twin, and cousins at four distances.

    python docs/make_cousin_images.py

One task is solved in each scene; the upper row shows the start, the lower row the end. The
reference is a scene that the twin and the cousins know by its spec alone: relations, poses and
sizes, as `cousins observe` writes them.
"""

from __future__ import annotations

import argparse
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from cousins.generators.frames import render_episode
from cousins.scenes.cousins.reference import reference_spec
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.schemas import (
    AssemblyError,
    Asset,
    CousinSpec,
    DatasetSpec,
    Scene,
    TaskObject,
    TaskSpec,
)
from cousins.tasks.solving.setup import build_scene
from cousins.tasks.solving.solve import solve

Picture = npt.NDArray[np.uint8]
SIZE = (300, 240)
GAP, CAPTION = 6, 22
ATTEMPTS = 6
SEED = 3
BANDS = {
    "near": (0.02, 0.15),
    "farther": (0.15, 0.3),
    "far": (0.3, 0.45),
    "other kinds": (0.45, 0.65),
}
OBJECTS = {
    "cabinet": "cabinet.n.01",
    "tray": "tray.n.01",
    "mug": "mug.n.04",
    "bowl": "bowl.n.01",
    "apple": "apple.n.01",
    "box": "box__of__baking_soda.n.01",
}
REFERENCE = {
    "objects": [
        {"name": "cabinet", "category": OBJECTS["cabinet"]},
        {"name": "tray", "category": OBJECTS["tray"]},
        {"name": "mug", "category": OBJECTS["mug"], "next_to": "tray"},
        {"name": "bowl", "category": OBJECTS["bowl"]},
        {"name": "apple", "category": OBJECTS["apple"], "on": "tray"},
        {"name": "box", "category": OBJECTS["box"], "aligned": "cabinet"},
    ],
}


@dataclass(frozen=True)
class Shown:
    """One column of the picture."""

    caption: str
    start: Picture
    end: Picture


def task() -> TaskSpec:
    """Put the apple into the bowl."""
    names = {"table": "breakfast_table.n.01", **OBJECTS}
    instances = {name: f"{category}_1" for name, category in names.items()}
    typed = " ".join(f"{instances[name]} - {category}" for name, category in names.items())
    apple, bowl = instances["apple"], instances["bowl"]
    return TaskSpec(
        id="t0000",
        name="apple-into-bowl",
        instruction="Put the apple into the bowl.",
        bddl=(
            f"(define (problem apple_into_bowl-0) (:domain omnigibson) (:objects {typed}) "
            f"(:init (ontop {bowl} {instances['table']})) (:goal (inside {apple} {bowl})))"
        ),
        objects=tuple(
            TaskObject(name=name, instance=instances[name], category=category)
            for name, category in names.items()
        ),
        proposer="grammar",
    )


def spec(scene: object, band: tuple[float, float]) -> DatasetSpec:
    """One camera on the reference scene, its cousins drawn from a band."""
    return DatasetSpec.model_validate(
        {
            "name": "cousins",
            "seed": SEED,
            "scene": scene,
            "cousins": CousinSpec(per_object=8, distance=band, otherwise="nearest"),
            "cameras": [
                {"name": "front", "fov": 44, "distance": 1.3, "azimuth": 112, "elevation": 38}
            ],
            "render": {"size": list(SIZE), "labels": ["rgb"], "keyframes": 2, "videos": False},
        }
    )


def solved(
    scene_spec: object, band: tuple[float, float], title: str
) -> tuple[Shown, Scene, dict[str, Asset]]:
    """The first scene of a band in which the task is solved.

    Raises:
        SystemExit: where none of the first ATTEMPTS is.
    """
    whole, wanted = spec(scene_spec, band), task()
    for index in range(ATTEMPTS):
        try:
            scene, assets = build_scene(whole, wanted, index, ProceduralLibrary())
        except AssemblyError as error:
            print(f"{title}, scene {index}: {error}")  # noqa: T201
            continue
        episode, arrays = solve(scene, assets, wanted, whole.episodes, (SEED, index), "t0000-e00")
        print(f"{title}, scene {index}: {episode.cause or 'solved'}")  # noqa: T201
        if episode.success:
            files = render_episode(scene, assets, episode, arrays, whole).files
            pictures = [
                np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
                for name, data in sorted(files.items())
                if "rgb" in name
            ]
            far = [thing.cousin_distance for thing in scene.objects if thing.name in OBJECTS]
            caption = f"{title}: {np.mean(far):.2f}"
            return Shown(caption, pictures[0], pictures[-1]), scene, assets
    raise SystemExit(f"{title}: not solved in {ATTEMPTS} scenes")


def sheet(columns: list[Shown]) -> Image.Image:
    """Captions over two rows of pictures, on white."""
    width, height = SIZE
    size = (len(columns) * (width + GAP) - GAP, CAPTION + 2 * (height + GAP) - GAP)
    made = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(15)
    for number, shown in enumerate(columns):
        left = number * (width + GAP)
        draw.text((left + 2, 1), shown.caption, fill="black", font=font)
        made.paste(Image.fromarray(shown.start), (left, CAPTION))
        made.paste(Image.fromarray(shown.end), (left, CAPTION + height + GAP))
    return made


def main() -> None:
    """Read the command line and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).with_name("images") / "cousins.jpg"
    parser.add_argument("--out", type=Path, default=default)
    wanted = parser.parse_args()
    first, scene, assets = solved(REFERENCE, (0.0, 0.0), "reference")
    known = reference_spec(scene, assets)
    columns = [Shown("reference", first.start, first.end)]
    columns.append(solved(known, (0.0, 0.0), "twin")[0])
    columns += [solved(known, band, title)[0] for title, band in BANDS.items()]
    sheet(columns).save(wanted.out, quality=88)


if __name__ == "__main__":
    main()
