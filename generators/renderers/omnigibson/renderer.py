"""The renderer that asks OmniGibson: one process, kept over frames and scenes.

Every geom of the visual model becomes a mesh on OmniGibson's stage, so that its cameras see what
the physics here has, and say of each pixel which geom that is. Depth and geoms are read from
OmniGibson; normals, flow and boxes follow from exact geometry, as with the other renderers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....schemas import CameraParams, RenderError, hash_of
from ...images.camera.view import GBuffer, Rgb, World
from ...images.raster.rasteriser import rasteriser
from ...workers.og.client import OmniGibsonClient, OmniGibsonError
from ...workers.outside.apart.messages import Array, Message
from ...workers.resources import Resources, resources, unseen
from .views import empty_config, framing, suns, view

UNKNOWN = 0.01
"""The greatest share of pixels of which OmniGibson may not say what they see. Replicator leaves
some out; they count as seeing nothing."""


@dataclass(frozen=True)
class _Drawn:
    """The last frame, and what it shows."""

    sight: str
    truth: GBuffer


class OmniGibsonRenderer:
    """Draws with RTX cards."""

    def __init__(self, client: OmniGibsonClient | None = None) -> None:
        """Prepare; the process starts with the first frame.

        Args:
            client: what answers; None is OmniGibson.

        Raises:
            BackendMissingError: OmniGibson cannot be used here.
        """
        self._client = client or OmniGibsonClient()
        self._model: Any = None
        self._resources: Resources | None = None
        self._loaded = False
        self._last: _Drawn | None = None

    def colour(self, world: World, data: Any, camera: CameraParams, *, shadows: bool) -> Rgb:
        """See `Renderer`.

        Raises:
            RenderError: the process died, OmniGibson refused, or it cannot draw such a camera.
        """
        picture: Rgb = self._draw(world, data, camera, shadows)["colour"]
        return picture

    def truth(
        self, world: World, data: Any, camera: CameraParams, *, normals: bool = False
    ) -> GBuffer:
        """See `Renderer`; where the picture was just drawn, nothing is drawn again.

        Raises:
            RenderError: as for `colour`.
        """
        if self._last is None or self._last.sight != _sight(world, data, camera):
            self._draw(world, data, camera, shadows=True)
        assert self._last is not None
        truth = self._last.truth
        if not normals:
            return truth
        facing = rasteriser().truth(world, data, camera, normals=True).normals
        return replace(truth, normals=facing)

    @property
    def process_id(self) -> int | None:
        """Of the process; None where none runs."""
        return self._client.process_id

    def close(self) -> None:
        """End the process; the next frame starts another."""
        self._client.close()
        self._loaded = False

    def _draw(
        self, world: World, data: Any, camera: CameraParams, shadows: bool
    ) -> dict[str, Array]:
        frame = framing(camera)
        found = self._use(world, data)
        head = {
            "do": "draw",
            "view": view(camera, frame),
            "hidden": unseen(found, data, np.asarray(camera.pos)),
            "suns": suns(world.scene, shadows=shadows),
            "ambient": world.scene.ambient,
        }
        answer = self._ask(found, Message(head, {"poses": _poses(data)}))
        rows = slice(frame.top, frame.top + camera.height)
        columns = slice(frame.left, frame.left + camera.width)
        cut = {name: array[rows, columns] for name, array in answer.arrays.items()}
        self._last = _Drawn(_sight(world, data, camera), truth_of(cut["depth"], cut["geoms"]))
        return cut

    def _use(self, world: World, data: Any) -> Resources:
        if self._resources is None or self._model is not world.model:
            self._resources = resources(world.model, data)
            self._model, self._loaded, self._last = world.model, False, None
        return self._resources

    def _ask(self, found: Resources, request: Message) -> Message:
        try:
            if not self._client.running:
                self._client.ask(Message({"do": "open", "config": empty_config()}, {}))
                self._loaded = False
            if not self._loaded:
                self._client.ask(found.message())
                self._loaded = True
            return self._client.ask(request)
        except OmniGibsonError as error:
            self._loaded = False
            raise RenderError(f"backend omnigibson: {error}") from error


def truth_of(depth: Array, geoms: Array) -> GBuffer:
    """Depth and geoms as the rest has them.

    Args:
        depth: (H, W) metres along the axis, infinite where nothing is.
        geoms: (H, W) 1 + geom id, 0 where nothing is, -1 where it is unknown.

    Raises:
        RenderError: of too many pixels OmniGibson does not say what they see.
    """
    unknown = (geoms < 0) | ((geoms > 0) & ~np.isfinite(depth))
    share = float(unknown.mean())
    if share > UNKNOWN:
        raise RenderError(
            f"backend omnigibson: it does not say what {share:.1%} of the pixels see; at most "
            f"{UNKNOWN:.0%} may be unknown"
        )
    hit = (geoms > 0) & ~unknown
    return GBuffer(
        depth=np.where(hit, depth, 0).astype(np.float32),
        geoms=np.where(hit, geoms, 0).astype(np.int32),
    )


def _poses(data: Any) -> Array:
    """(ngeom, 3, 4) rows of `world_from_geom`."""
    turns = np.asarray(data.geom_xmat).reshape(-1, 3, 3)
    return np.concatenate([turns, np.asarray(data.geom_xpos)[:, :, None]], axis=2)


def _sight(world: World, data: Any, camera: CameraParams) -> str:
    """Names what is seen, whatever the light."""
    return hash_of([id(world.model), _poses(data).tobytes().hex(), camera.model_dump()])
