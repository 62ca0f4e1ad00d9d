"""Paths of the floor, the walls, the clutter, and the layout as a whole."""

from __future__ import annotations

import numpy as np

from ....scenes.core.seeds import generator
from ....schemas import VariantError
from .carrying import moved, riders
from .colours import SURFACE_HELP, is_surface, surface
from .family import Family, Numbers, Value, Variant, Words


def _floor(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return variant.with_scene(floor=surface(str(value)))


def _wall(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    del names
    return variant.with_scene(wall=surface(str(value)))


def _clutter(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """The first of the clutter is drawn, the rest is not."""
    del names
    clutter = [thing for thing in variant.scene.objects if thing.role == "clutter"]
    if int(value) > len(clutter):
        raise VariantError(f"scene.clutter.count: {value}; the scene holds {len(clutter)}")
    for place, thing in enumerate(clutter):
        shown = thing.model_copy(update={"visible": place < int(value)})
        variant = variant.with_object(shown)
    return variant


def _jitter(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """Each thing on the support goes `value` metres times its own draw from the unit disc."""
    del names
    start = variant.start
    carried = riders(start, variant.originals)
    for thing in start.objects:
        rider = carried.get(thing.name)
        if thing.fixed or rider is None or rider.carrier != start.support:
            continue
        rng = generator(start.seed, "layout.jitter", thing.name)
        reach, angle = np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
        shift = float(value) * reach * np.array([np.cos(angle), np.sin(angle)])
        now = variant.scene.object(thing.name)
        x, y, z = now.pos
        pos = (x + float(shift[0]), y + float(shift[1]), z)
        variant = moved(variant, now.model_copy(update={"pos": pos}))
    return variant


MATERIAL = Words(SURFACE_HELP, is_surface)
FAMILIES = (
    Family("scene.floor.material", MATERIAL, "what the floor is of", "rgb", _floor),
    Family("scene.wall.material", MATERIAL, "what the walls are of", "rgb", _wall),
    Family(
        "scene.clutter.count", Numbers(0, 40, whole=True),
        "how much of the clutter is drawn", "object", _clutter,
    ),
    Family(
        "scene.layout.jitter", Numbers(0.0, 0.5),
        "metres that things on the support go at most, each in a direction of its own",
        "object", _jitter, moves=True,
    ),
)  # fmt: skip
