"""Metric depth from a picture alone, by a transformers model that the user has locally."""

# torch and transformers are optional and untyped here.
# pyright: reportMissingImports=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...scenes.core.geometry import Array
from ...schemas import BackendMissingError, SpecError

PACKAGES = ("torch", "transformers")


def check_depth_model(path: Path) -> None:
    """Refuse what cannot be used.

    Raises:
        BackendMissingError: where a package is missing; the message says how to get it.
        SpecError: where there is no model at `path`.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise BackendMissingError(
            f"--depth-model needs {' and '.join(missing)}; try: pip install 'cousins[perception]'"
        )
    if not (path / "config.json").is_file():
        raise SpecError(
            f"{path} holds no transformers model (config.json is missing); nothing is downloaded: "
            "save one there first, with save_pretrained"
        )


def estimated_depth(path: Path, rgb: npt.NDArray[np.uint8]) -> Array:
    """Depth of every pixel in metres, (H, W).

    Args:
        path: folder of a metric depth-estimation model; one of relative depth has no scale and
            gives a scene of the wrong size.
        rgb: (H, W, 3).

    Raises:
        BackendMissingError: where a package is missing.
        SpecError: where the folder holds no such model.
    """
    check_depth_model(path)
    import torch
    from transformers import AutoImageProcessor, AutoModelForDepthEstimation

    try:
        processor: Any = AutoImageProcessor.from_pretrained(path, local_files_only=True)
        model: Any = AutoModelForDepthEstimation.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError) as error:
        raise SpecError(f"{path} is no depth-estimation model: {error}") from error
    model.eval()
    with torch.no_grad():
        output = model(**processor(images=rgb, return_tensors="pt"))
    depth = torch.nn.functional.interpolate(
        output.predicted_depth[:, None].float(), size=rgb.shape[:2], mode="bicubic"
    )
    metres: Array = depth[0, 0].numpy().astype(np.float64)
    return metres
