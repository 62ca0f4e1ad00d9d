"""From a folder or a dataset's frame to an observed scene and its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..generators.dataset import Dataset
from ..generators.perception.depth_model import check_depth_model, estimated_depth
from ..generators.perception.frames import frame_view
from ..generators.perception.labeller import with_labels
from ..generators.perception.preview import preview, twin_picture, twin_scene
from ..generators.proposing.endpoint import Endpoint
from ..scenes.assets.library import AssetLibrary
from ..scenes.observation.observe import Observed, ObserveOptions, observe
from ..scenes.observation.reading import (
    made,
    read_depth,
    read_masks,
    read_observation,
    read_rgb,
)
from ..scenes.observation.spec_text import spec_text
from ..scenes.observation.view import DepthView, checked_depth
from ..schemas import AssetsSpec, SpecError
from ..schemas.spec_file import parse_spec


@dataclass(frozen=True)
class ObserveRequest:
    """A request to `cousins observe`.

    Attributes:
        source: a folder with observation.json, or a dataset where `frame` is given.
        frame: id of a frame of that dataset.
        options: how the view is read.
        label_model: name of a vision model that labels masks without a label.
        label_url: its OpenAI-compatible endpoint; None uses OPENAI_BASE_URL or the service.
        depth_model: folder of a model that estimates depth where none was measured.
        rebuild: also assemble the twin.
    """

    source: Path
    frame: str | None
    options: ObserveOptions
    label_model: str | None = None
    label_url: str | None = None
    depth_model: Path | None = None
    rebuild: bool = False


def read_view(request: ObserveRequest, library: AssetLibrary) -> DepthView:
    """The view that a request is about, with labels by a model if one was named.

    Raises:
        SpecError: where the input cannot be used.
        BackendMissingError: where a depth model needs packages that are missing.
        ProposalError: where the vision model fails.
    """
    if request.frame is not None:
        if request.depth_model is not None:
            raise SpecError("--depth-model: a frame has true depth; leave it out")
        view = frame_view(Dataset(request.source), request.frame)
    else:
        view = _folder_view(request)
    if request.label_model is None:
        return view
    endpoint = Endpoint(request.label_model, request.label_url)
    return with_labels(view, sorted(library.ids()), endpoint, request.options.seed)[0]


def _folder_view(request: ObserveRequest) -> DepthView:
    folder = request.source
    if (folder / "spec.json").is_file():
        raise SpecError(f"{folder} is a dataset; say which of its frames with --frame ID")
    told = read_observation(folder)
    rgb = read_rgb(folder)
    if request.depth_model is None:
        depth = read_depth(folder, told)
    else:
        check_depth_model(request.depth_model)
        if rgb is None:
            raise SpecError(f"{folder}: --depth-model needs a picture; rgb.png is missing")
        if rgb.shape[:2] != (told.height, told.width):
            raise SpecError(
                f"{folder}: the picture is {rgb.shape[1]} x {rgb.shape[0]} pixels; for "
                f"--depth-model it must be as observation.json says, {told.width} x {told.height}"
            )
        raw = estimated_depth(request.depth_model, rgb)
        depth = checked_depth(raw, str(request.depth_model))
    return made(told, depth, read_masks(folder, told), rgb)


def observed_text(observed: Observed, name: str, assets: AssetsSpec) -> str:
    """The YAML of an observed scene, checked to load again.

    Args:
        observed: the scene.
        name: of the dataset.
        assets: the libraries that the twins come from.
    """
    text = spec_text(observed, name, assets)
    parse_spec(text, "the observed scene")
    return text


def observe_request(
    request: ObserveRequest, library: AssetLibrary, picture: Path | None
) -> Observed:
    """Observe, and draw what was asked for.

    Raises:
        SpecError: where the input cannot be used.
        AssemblyError: where the twin is asked for and cannot be assembled.
    """
    view = read_view(request, library)
    observed = observe(view, library, request.options)
    twin = None
    if request.rebuild:
        scene, assets = twin_scene(observed, library, request.options.seed)
        twin = twin_picture(view, observed, scene, assets) if picture is not None else None
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        preview(view, observed, twin).save(picture)
    return observed


def facts(observed: Observed) -> dict[str, Any]:
    """An observed scene for machines."""
    return {
        "support": observed.spec.support,
        "plane_share": round(observed.plane.share, 4),
        "depth_noise_m": round(observed.noise, 5),
        "objects": [
            {
                "name": thing.name,
                "category": thing.category,
                "twin": fitted.asset_id,
                "explained": round(fitted.explained, 3),
                "centre_m": [round(float(value), 4) for value in fitted.measured.centre],
                "yaw_rad": round(fitted.measured.yaw, 4),
                "extents_m": list(thing.extents or ()),
                "joints": dict(fitted.shares),
                **{
                    key: value
                    for key in ("on", "inside", "next_to", "in_front_of", "facing", "aligned")
                    if (value := getattr(thing, key)) is not None
                },
            }
            for thing, fitted in zip(observed.spec.objects, observed.objects, strict=True)
        ],
        "skipped": dict(observed.skipped),
    }
