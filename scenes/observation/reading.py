"""Reads a folder with one RGB-D view: `observation.json`, `depth`, `masks`, `rgb`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...schemas import SpecError, one_line
from ...schemas.observation import Observation
from ...schemas.spec_file import validated
from ...schemas.yaml_source import parse_yaml
from ..core.geometry import Array
from .view import DepthView, Masks, checked_depth

PICTURES = ("rgb.png", "rgb.jpg", "rgb.jpeg", "color.png", "color.jpg")
_FORM = 'an observation is an object such as {"width": 640, "height": 480, "fx": 615, ...}'
CV_FROM_GL = np.diag([1.0, -1.0, -1.0, 1.0])


def read_observation(folder: Path) -> Observation:
    """The observation.json of a folder.

    Raises:
        SpecError: where it is missing or not valid.
    """
    path = folder / "observation.json"
    text = _bytes(path).decode("utf-8", errors="replace")
    # JSON is YAML but for its tabs, and what reads YAML knows the line of every value.
    return validated(parse_yaml(text.expandtabs(), str(path)), Observation, _FORM)


def read_folder(folder: Path) -> DepthView:
    """Read one view.

    Raises:
        SpecError: a file that is missing, unreadable, or does not fit the others.
    """
    told = read_observation(folder)
    depth = read_depth(folder, told)
    return made(told, depth, read_masks(folder, told), read_rgb(folder))


def made(
    told: Observation, depth: Array, masks: Masks, rgb: npt.NDArray[np.uint8] | None
) -> DepthView:
    """A view from what an observation.json tells and the images."""
    to_cv = CV_FROM_GL if told.camera == "opengl" else np.eye(4)
    pose = None if told.world_from_camera is None else np.array(told.world_from_camera) @ to_cv
    gravity: Array | None = None
    if told.gravity is not None:
        gravity = to_cv[:3, :3] @ np.array(told.gravity)
        gravity = gravity / np.linalg.norm(gravity)
    shift = 0.5 - told.pixel_centre
    return DepthView(
        depth=depth,
        masks=masks,
        labels=told.labels,
        focal=(told.fx, told.fy),
        centre=(told.cx + shift, told.cy + shift),
        rgb=rgb if rgb is None else _resized(rgb, (told.width, told.height)),
        world_from_camera=pose,
        gravity=gravity,
    )


PLAUSIBLE = 10.0
"""Median depth, metres, up to which floats are taken as metres whatever scale is given."""


def read_depth(folder: Path, told: Observation) -> Array:
    """The depth image in metres, (H, W), 0 where there is no reading.

    Raises:
        SpecError: where it is missing, has no scale, another size, or another unit.
    """
    metres, units = folder / "depth.npy", folder / "depth.png"
    if metres.is_file():
        place, raw = metres, _array(metres, told.depth_scale)
    elif units.is_file():
        if told.depth_scale is None:
            raise SpecError(
                f"{folder / 'observation.json'}: depth.png needs depth_scale, metres per unit, "
                "such as 0.001"
            )
        place, raw = units, _image(units).astype(np.float64) * told.depth_scale
    else:
        raise SpecError(f"{folder}: neither depth.npy (metres) nor depth.png (16 bits) is there")
    _check_size(place, raw, told)
    return checked_depth(raw, str(place))


def read_masks(folder: Path, told: Observation) -> Masks:
    """The instance ids, (H, W).

    Raises:
        SpecError: where they are missing, of another size, or hold nothing.
    """
    path = folder / "masks.png"
    if not path.is_file():
        raise SpecError(f"{folder}: masks.png (instance ids, 0 is background) is missing")
    raw = _image(path)
    if raw.ndim != 2:
        raise SpecError(f"{path}: has {raw.shape[2]} channels; expected one, with instance ids")
    _check_size(path, raw, told)
    if not raw.any():
        raise SpecError(f"{path}: every pixel is background (0); there is nothing to observe")
    return raw.astype(np.int32)


def read_rgb(folder: Path) -> npt.NDArray[np.uint8] | None:
    """The picture (H, W, 3), or None where there is none."""
    from PIL import Image

    for name in PICTURES:
        path = folder / name
        if path.is_file():
            try:
                return np.asarray(Image.open(path).convert("RGB"))
            except Exception as error:  # decoders raise whatever their format trips over
                raise SpecError(f"{path} is no picture: {one_line(error)}") from error
    return None


def _check_size(path: Path, raw: npt.NDArray[Any], told: Observation) -> None:
    if raw.shape[:2] != (told.height, told.width):
        raise SpecError(
            f"{path}: is {raw.shape[1]} x {raw.shape[0]} pixels, but observation.json says "
            f"{told.width} x {told.height}; depth, masks and intrinsics must agree"
        )


def _array(path: Path, scale: float | None) -> npt.NDArray[Any]:
    """Depth in metres, (H, W): floats, or numbers of any kind where a scale says their unit."""
    try:
        raw: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except Exception as error:  # a damaged header ends in any of a dozen ways
        raise SpecError(f"{path} cannot be read: {one_line(error)}") from error
    kind = np.floating if scale is None else np.number
    if not (np.issubdtype(raw.dtype, kind) and raw.ndim == 2) or np.iscomplexobj(raw):
        raise SpecError(
            f"{path}: is {raw.dtype} of shape {raw.shape}; expected floats (height, width), "
            "metres; or other units, and depth_scale in observation.json"
        )
    if scale is None or _holds_metres(raw):
        return raw
    return raw.astype(np.float64) * scale


def _holds_metres(raw: npt.NDArray[Any]) -> bool:
    """Whether floats are plausible as metres; `depth_scale` is then that of another file."""
    readings = raw[np.isfinite(raw) & (raw > 0)]
    if not np.issubdtype(raw.dtype, np.floating) or not len(readings):
        return False
    return float(np.median(readings)) < PLAUSIBLE


def _image(path: Path) -> npt.NDArray[Any]:
    from PIL import Image

    try:
        return np.asarray(Image.open(path))
    except Exception as error:  # decoders raise whatever their format trips over
        raise SpecError(f"{path} is no picture: {one_line(error)}") from error


def _resized(rgb: npt.NDArray[np.uint8], size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    from PIL import Image

    if rgb.shape[:2] == (size[1], size[0]):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SpecError(f"{path} cannot be read: {error.strerror}") from error
