"""Lens and sensor effects on a picture: exposure, depth of field, noise. Labels stay as they are.

Light adds up in proportion to display values to the power `GAMMA`, so blur and noise work on
those. Exposure scales the lamps themselves, so that highlights clip but once.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ....scenes.core.geometry import rotation
from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import Camera, CameraParams, Scene, VariantError
from ..light.lighting import GAMMA
from .motion import At, blurred
from .view import Renderer, Rgb

Array = npt.NDArray[np.float64]
READ_ELECTRONS = 2.0
"""Standard deviation of the read-out of a pixel, electrons: that of a good CMOS sensor."""
LAYERS = 12
"""Parts of different blur that a defocused picture is put together from."""
LARGEST_BLUR = 0.25
"""Greatest diameter of a blurred point, as a share of the picture's height."""


def photograph(
    artist: Renderer,
    world: CompiledScene,
    data: Any,
    camera: Camera,
    params: CameraParams,
    *,
    shadows: bool,
    rng: np.random.Generator,
    at: At | None = None,
) -> Rgb:
    """The picture (H, W, 3) that a camera takes.

    Args:
        artist: draws.
        world: a scene compiled with visual detail.
        data: its `mujoco.MjData` as it is to be seen.
        camera: its lens counts.
        params: the camera as it stands.
        shadows: whether lamps cast shadows.
        rng: of the noise.
        at: what there is to see while the shutter is open; None is what there is now.

    Raises:
        VariantError: where the lens has an aperture and nothing to focus on.
    """
    lens = camera.lens
    if lens.exposure:
        world = replace(world, scene=exposed(world.scene, lens.exposure))
    picture = None
    if lens.shutter and at is not None:
        picture = blurred(artist, world, at, lens.shutter, shadows=shadows)
    if picture is None:
        picture = artist.colour(world, data, params, shadows=shadows)
    if lens.aperture:
        depth = artist.truth(world, data, params).depth
        blur = blur_diameters(depth, params.fy, lens.aperture / 1000, _focus(camera, params))
        picture = defocused(picture, depth, blur)
    return noisy(picture, lens.noise, rng) if lens.noise else picture


def exposed(scene: Scene, stops: float) -> Scene:
    """The scene with 2^stops times the light."""
    times = 2.0**stops
    lights = tuple(
        light.model_copy(update={"intensity": light.intensity * times}) for light in scene.lights
    )
    more = {
        name: part.model_copy(update={"intensity": part.intensity * times})
        for name, part in (("sun", scene.sun), ("sky", scene.sky))
        if part is not None
    }
    update = {"lights": lights, "ambient": scene.ambient * times, **more}
    return scene.model_copy(update=update)


def blur_diameters(depth: npt.NDArray[Any], focal: float, aperture: float, focus: float) -> Array:
    """Diameter (H, W) of the disc that each point blurs to, pixels, by a thin lens.

    With the image plane v behind a lens of diameter A that is focused at s, a point at depth d
    blurs to A v |1 / d - 1 / s|; `focal` is v in pixels.

    Args:
        depth: (H, W) metres along the optical axis; 0 is infinitely far.
        focal: distance from the lens to the image, pixels.
        aperture: diameter, metres.
        focus: distance of what is sharp, metres.
    """
    far = np.divide(1.0, depth, out=np.zeros(depth.shape), where=depth > 0)
    return np.asarray(aperture * focal * np.abs(far - 1 / focus))


def defocused(picture: Rgb, depth: npt.NDArray[Any], blur: Array) -> Rgb:
    """The picture with each point spread over its disc, in layers from far to near.

    What a blurred edge uncovers is not known; the layer behind is extended into it by its own
    blur, and the result is normalised.
    """
    from scipy.signal import fftconvolve

    limit = LARGEST_BLUR * picture.shape[0]
    near = np.where(depth > 0, depth, np.inf)
    light = (picture / 255.0) ** GAMMA
    total, weight = np.zeros_like(light), np.zeros(depth.shape)
    for part in _layers(near, blur):
        kernel = _disc(min(float(np.median(blur[part])), limit))
        cover = np.clip(fftconvolve(part.astype(np.float64), kernel, mode="same"), 0.0, 1.0)
        spread = np.stack(
            [fftconvolve(light[..., c] * part, kernel, mode="same") for c in range(3)], axis=-1
        )
        total = total * (1 - cover[..., None]) + spread
        weight = weight * (1 - cover) + cover
    mean = total / np.maximum(weight, 1e-6)[..., None]
    return _display(mean)


def noisy(picture: Rgb, noise: float, rng: np.random.Generator) -> Rgb:
    """The picture with the noise of a sensor.

    A pixel at full scale collects 1 / noise^2 photo-electrons, which arrive independently
    (Poisson); reading adds a normal error of `READ_ELECTRONS`.

    Args:
        picture: (H, W, 3).
        noise: standard deviation of the photon noise at full scale, as a share of it.
        rng: where the noise comes from.
    """
    full = 1 / noise**2
    electrons = rng.poisson((picture / 255.0) ** GAMMA * full) + rng.normal(
        0.0, READ_ELECTRONS, picture.shape
    )
    return _display(electrons / full)


def _display(light: Array) -> Rgb:
    return np.rint(np.clip(light, 0.0, 1.0) ** (1 / GAMMA) * 255).astype(np.uint8)


def _focus(camera: Camera, params: CameraParams) -> float:
    """Distance along the optical axis of what is to be sharp, metres."""
    if camera.lens.focus is not None:
        return camera.lens.focus
    if camera.target is None:
        raise VariantError(
            f"camera {camera.name!r} looks at no point; camera.{camera.name}.aperture needs "
            f"camera.{camera.name}.focus"
        )
    offset = np.asarray(camera.target) - np.asarray(params.pos)
    return float(max(offset @ rotation(params.quat)[:, 2], 0.05))


def _layers(depth: Array, blur: Array) -> list[npt.NDArray[np.bool_]]:
    """Masks (H, W) that part a picture by depth, the farthest first, each of similar blur."""
    behind = depth > depth.ravel()[np.argmin(blur)]
    signed = np.where(behind, blur, -blur)
    edges = np.linspace(float(signed.min()), float(signed.max()), LAYERS + 1)
    place = np.clip(np.searchsorted(edges, signed, side="right") - 1, 0, LAYERS - 1)
    return [place == number for number in range(LAYERS - 1, -1, -1) if (place == number).any()]


def _disc(diameter: float) -> Array:
    """A disc (K, K) that sums to 1, its edge smooth over a pixel."""
    half = int(np.ceil(diameter / 2))
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    disc = np.clip(diameter / 2 - np.hypot(x, y) + 0.5, 0.0, 1.0)
    return np.asarray(disc / disc.sum())
