"""How far the statistics of our pictures are from those of photographs that packages ship.

No eye and no network is asked: only what is known of natural images, their distributions of
brightness, colour and local contrast, and how their power falls with frequency (Field 1987,
Ruderman 1994). Each distance is given over what one photograph is from the others, so that 1 is
as far as photographs are from each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import BackendMissingError
from .frames import ROOMS, table_scene

Array = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]
SIZE = 256
"""Width and height at which pictures are compared, pixels."""
PHOTOGRAPHS = {
    "skimage": ("data", "astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png"),
    "sklearn": ("datasets/images", "china.jpg", "flower.jpg"),
    "matplotlib": ("mpl-data/sample_data", "grace_hopper.jpg"),
}
"""By package: the folder, and the colour photographs in it."""
LEAST = 3
"""Photographs without which nothing is measured."""
SCALES = (1, 2, 4, 8)
"""Pixels between which contrast is taken."""
QUANTILES = np.linspace(0.005, 0.995, 199)
BACKENDS = ("mujoco", "mujoco_fine")


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `realism`.

    Raises:
        BackendMissingError: where no package with photographs is installed.
    """
    photographs = _photographs()
    frames = {backend: _frames(small, seed, backend) for backend in BACKENDS}
    return {
        "photographs": sorted(photographs),
        "frames": len(frames[BACKENDS[0]]),
        **compared(list(photographs.values()), frames),
    }


def compared(
    photographs: Sequence[Picture], frames: dict[str, list[Picture]]
) -> dict[str, dict[str, Any]]:
    """The distance of each set of frames from photographs, by statistic.

    Args:
        photographs: (SIZE, SIZE, 3) each, at least two.
        frames: likewise, by the name of the set.
    """
    found: dict[str, dict[str, Any]] = {name: {} for name in frames}
    for name, statistic in STATISTICS.items():
        real = np.stack([statistic(picture) for picture in photographs])
        apart = float(
            np.mean([_distance(one, np.delete(real, k, 0)) for k, one in enumerate(real)])
        )
        for kind, pictures in frames.items():
            ours = np.stack([statistic(picture) for picture in pictures]).mean(axis=0)
            # The mean of many wanders less than one does: held to the mean of all photographs.
            found[kind][name] = round(_distance(ours, real) / apart, 3)
    for values in found.values():
        values["mean"] = round(float(np.mean(list(values.values()))), 3)
    return found


def _distance(one: Array, others: Array) -> float:
    """Mean absolute difference of a statistic (K,) from the mean of others (N, K)."""
    return float(np.abs(one - others.mean(axis=0)).mean())


def _light(picture: Picture) -> Array:
    """Brightness (H, W) in display values, from 0 to 1."""
    return np.asarray(picture @ np.array([0.2126, 0.7152, 0.0722]) / 255)


def _brightness(picture: Picture) -> Array:
    """Quantiles: of two distributions, their mean difference is the earth mover's distance."""
    found: Array = np.quantile(_light(picture), QUANTILES)
    return found


def _saturation(picture: Picture) -> Array:
    """Quantiles of the distance from grey."""
    rgb = picture / 255
    away: Array = np.linalg.norm(rgb - rgb.mean(axis=2, keepdims=True), axis=2)
    found: Array = np.quantile(away, QUANTILES)
    return found


def _contrast(picture: Picture) -> Array:
    """Logarithmic quantiles of differences between pixels some steps apart."""
    light, found = _light(picture), list[Array]()
    for step in SCALES:
        across = np.abs(light[:, step:] - light[:, :-step]).ravel()
        down = np.abs(light[step:] - light[:-step]).ravel()
        found.append(np.quantile(np.concatenate([across, down]), QUANTILES))
    return np.log(np.concatenate(found) + 1 / 255)


def _spectrum(picture: Picture) -> Array:
    """Logarithm of the mean power in rings of frequency an octave third wide, less its mean."""
    light = _light(picture)
    window = np.hanning(SIZE)[:, None] * np.hanning(SIZE)
    power = np.abs(np.fft.fft2((light - light.mean()) * window)) ** 2
    turns = np.fft.fftfreq(SIZE)
    ring = np.hypot(turns[:, None], turns) * SIZE
    edges = 4 * 2 ** (np.arange(16) / 3)
    rings = [(ring >= low) & (ring < high) for low, high in pairwise(edges)]
    logs = np.log([power[one].mean() + 1e-9 for one in rings])
    return np.asarray(logs - logs.mean())


STATISTICS: dict[str, Callable[[Picture], Array]] = {
    "brightness": _brightness,
    "saturation": _saturation,
    "contrast": _contrast,
    "spectrum": _spectrum,
}


def _photographs() -> dict[str, Picture]:
    """Those that are installed, by package and name; packages are not imported."""
    from PIL import Image

    found: dict[str, Picture] = {}
    for package, (folder, *names) in PHOTOGRAPHS.items():
        spec = find_spec(package)
        places = () if spec is None else spec.submodule_search_locations or ()
        for path in (Path(place) / folder / name for place in places for name in names):
            if path.is_file():
                with Image.open(path) as image:
                    found[f"{package}/{path.name}"] = _square(image.convert("RGB"))
    if len(found) < LEAST:
        raise BackendMissingError(
            f"{len(found)} photographs are installed, and {LEAST} are needed: "
            "pip install scikit-image scikit-learn"
        )
    return found


def _square(image: Any) -> Picture:
    """The middle of a picture, at the size of all."""
    from PIL import ImageOps

    return np.asarray(ImageOps.fit(image, (SIZE, SIZE)), dtype=np.uint8)


def _frames(small: bool, seed: int, backend: str) -> list[Picture]:
    """One view of each of some table tops and rooms."""
    from ...generators.images.camera.cameras import camera_params
    from ...generators.images.truth.worlds import prepared
    from ...generators.renderers import renderer

    tables, rooms = (4, ROOMS[:2]) if small else (16, ROOMS * 2)
    kinds = [*[None] * tables, *rooms]
    artist, found = renderer(backend), list[Picture]()
    for number, kind in enumerate(kinds):
        scene, assets = table_scene(seed, number, kind)
        ready = prepared(scene, assets)
        data = ready.at_rest()
        for camera in scene.cameras:
            if camera.mount is None:
                view = camera_params(ready.world, data, camera, (SIZE, SIZE))
                found.append(artist.colour(ready.world, data, view, shadows=True))
    return found
