"""Which of scene-synthesizer's classes are offered, as what, and with which parameters.

Classes that can draw their own parameters do so from a seed; the others get sizes of common
furniture and tableware, in metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Rng = np.random.Generator
Maker = Callable[[Any, Rng], Any]
"""Makes one of its assets from the module `procedural_assets` and a generator."""
Finish = Literal["wood", "white", "steel", "ceramic", "glass", "plastic"]


@dataclass(frozen=True)
class FurnitureClass:
    """One class.

    Attributes:
        name: begins the ids of its assets, after the library's name.
        category: a BDDL synset.
        make: draws one.
        finish: what its body is made of.
    """

    name: str
    category: str
    make: Maker
    finish: Finish


@dataclass(frozen=True)
class _Seeded:
    """A class that draws its own parameters from a seed; unlike a closure it can be pickled."""

    name: str

    def __call__(self, module: Any, rng: Rng) -> Any:
        """One of them."""
        return getattr(module, self.name).random(seed=int(rng.integers(2**31)))


def _between(rng: Rng, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 3)


def _microwave(module: Any, rng: Rng) -> Any:
    return module.MicrowaveAsset(
        width=_between(rng, 0.44, 0.58),
        depth=_between(rng, 0.34, 0.42),
        height=_between(rng, 0.27, 0.35),
        thickness=_between(rng, 0.025, 0.04),
        handle_left=bool(rng.random() < 0.2),
    )


def _shelf(module: Any, rng: Rng) -> Any:
    return module.ShelfAsset(
        width=_between(rng, 0.6, 1.1),
        depth=_between(rng, 0.28, 0.42),
        height=_between(rng, 1.0, 1.9),
        num_boards=int(rng.integers(3, 6)),
        board_thickness=_between(rng, 0.018, 0.03),
        backboard_thickness=0.01 if rng.random() < 0.5 else 0.0,
        num_side_columns=2 if rng.random() < 0.6 else float("inf"),
        cylindrical_columns=bool(rng.random() < 0.5),
    )


def _table(module: Any, rng: Rng) -> Any:
    return module.TableAsset(
        width=_between(rng, 0.9, 1.8),
        depth=_between(rng, 0.7, 1.0),
        height=_between(rng, 0.70, 0.78),
        thickness=_between(rng, 0.02, 0.04),
        leg_thickness=_between(rng, 0.04, 0.08),
        leg_margin=_between(rng, 0.05, 0.2),
        leg_as_box=bool(rng.random() < 0.5),
    )


def _barred_table(module: Any, rng: Rng) -> Any:
    return module.TableWithBarsAsset(
        width=_between(rng, 0.9, 1.4),
        depth=_between(rng, 0.5, 0.7),
        height=_between(rng, 0.75, 0.9),
        lower_part_scale=_between(rng, 0.75, 0.95),
        thickness=_between(rng, 0.025, 0.04),
        bar_radius=_between(rng, 0.015, 0.025),
    )


def _island(module: Any, rng: Rng) -> Any:
    return module.KitchenIslandAsset(
        width=_between(rng, 1.1, 1.5),
        depth=_between(rng, 0.62, 0.8),
        height=_between(rng, 0.86, 0.94),
        countertop_thickness=_between(rng, 0.025, 0.04),
    )


def _bin(module: Any, rng: Rng) -> Any:
    return module.BinAsset(
        width=_between(rng, 0.22, 0.38),
        depth=_between(rng, 0.2, 0.3),
        height=_between(rng, 0.26, 0.42),
        thickness=_between(rng, 0.004, 0.008),
        angle=_between(rng, 0.0, 0.15),
    )


def _box(module: Any, rng: Rng) -> Any:
    return module.BinAsset(
        width=_between(rng, 0.25, 0.45),
        depth=_between(rng, 0.2, 0.34),
        height=_between(rng, 0.1, 0.2),
        thickness=_between(rng, 0.006, 0.012),
        use_primitives=True,
    )


def _dish_rack(module: Any, rng: Rng) -> Any:
    return module.DishRackAsset(
        width=_between(rng, 0.36, 0.48),
        depth=_between(rng, 0.3, 0.4),
        height=_between(rng, 0.11, 0.15),
        wire_gap=_between(rng, 0.05, 0.07),
    )


def _partitioned(module: Any, rng: Rng) -> Any:
    return module.RecursivelyPartitionedCabinetAsset(
        width=_between(rng, 0.6, 1.2),
        depth=_between(rng, 0.4, 0.55),
        height=_between(rng, 0.7, 1.2),
        split_decay=_between(rng, 0.4, 0.6),
        seed=int(rng.integers(2**31)),
    )


def _cubby(module: Any, rng: Rng) -> Any:
    rows, columns = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    mask = np.arange(rows * columns).reshape(rows, columns)
    kinds = ["open", "open", "door_left", "door_right"]
    return module.CubbyShelfAsset(
        width=columns * _between(rng, 0.32, 0.42),
        depth=_between(rng, 0.3, 0.4),
        height=rows * _between(rng, 0.32, 0.4),
        compartment_mask=mask.tolist(),
        compartment_types=[kinds[int(k)] for k in rng.integers(len(kinds), size=mask.size)],
    )


def _mug(module: Any, rng: Rng) -> Any:
    height = _between(rng, 0.085, 0.11)
    return module.MugAsset(
        width=_between(rng, 0.075, 0.09), height=height, handle_height=round(0.66 * height, 3),
        handle_depth=_between(rng, 0.03, 0.04), thickness=_between(rng, 0.004, 0.006),
    )  # fmt: skip


def _glass(module: Any, rng: Rng) -> Any:
    return module.GlassAsset(
        width=_between(rng, 0.06, 0.08),
        height=_between(rng, 0.1, 0.16),
        thickness=_between(rng, 0.003, 0.004),
    )


def _plate(module: Any, rng: Rng) -> Any:
    return module.PlateAsset(
        width=_between(rng, 0.18, 0.28),
        height=_between(rng, 0.018, 0.028),
        thickness=_between(rng, 0.005, 0.007),
    )


def _bowl(module: Any, rng: Rng) -> Any:
    return module.BowlAsset(
        width=_between(rng, 0.12, 0.18),
        height=_between(rng, 0.05, 0.075),
        thickness=_between(rng, 0.004, 0.006),
    )


KINDS = (
    FurnitureClass("fridge", "electric_refrigerator.n.01", _Seeded("RefrigeratorAsset"), "steel"),
    FurnitureClass("range", "stove.n.01", _Seeded("RangeAsset"), "steel"),
    FurnitureClass("dishwasher", "dishwasher.n.01", _Seeded("DishwasherAsset"), "white"),
    FurnitureClass("sink-cabinet", "sink.n.01", _Seeded("SinkCabinetAsset"), "wood"),
    FurnitureClass("base-cabinet", "cabinet.n.01", _Seeded("BaseCabinetAsset"), "wood"),
    FurnitureClass("wall-cabinet", "cabinet.n.03", _Seeded("WallCabinetAsset"), "wood"),
    FurnitureClass("range-hood", "range_hood.n.01", _Seeded("RangeHoodAsset"), "steel"),
    FurnitureClass("microwave", "microwave.n.02", _microwave, "white"),
    FurnitureClass("shelf", "shelf.n.01", _shelf, "wood"),
    FurnitureClass("table", "breakfast_table.n.01", _table, "wood"),
    FurnitureClass("console-table", "console_table.n.01", _barred_table, "wood"),
    FurnitureClass("island", "countertop.n.01", _island, "wood"),
    FurnitureClass("bin", "ashcan.n.01", _bin, "plastic"),
    FurnitureClass("box", "storage_container.n.01", _box, "plastic"),
    FurnitureClass("dish-rack", "dish_rack.n.01", _dish_rack, "steel"),
    FurnitureClass("partitioned-cabinet", "cabinet.n.01", _partitioned, "wood"),
    FurnitureClass("cubby-shelf", "bookcase.n.01", _cubby, "wood"),
    FurnitureClass("mug", "mug.n.04", _mug, "ceramic"),
    FurnitureClass("glass", "water_glass.n.02", _glass, "glass"),
    FurnitureClass("plate", "plate.n.04", _plate, "ceramic"),
    FurnitureClass("bowl", "bowl.n.01", _bowl, "ceramic"),
)
REFUSED = {
    "CNCMachineAsset": "a machine tool: no BDDL category",
    "LeverSwitchAsset": "a lever whose foot runs through its base",
    "SafetySwitchAsset": "a fuse box with a lever: no BDDL category",
    "HandWheelAsset": "a hand wheel without its machine: no BDDL category",
    "CageAsset": "a benchmark's cage: no BDDL category",
    "OpenBoxAsset": "a box with a lid that cannot close: no BDDL category",
    "CabinetDoorAsset": "a part of cabinets",
    "HandleAsset": "a part of cabinets",
    "KnobAsset": "a part of cabinets",
    "CabinetAsset": "the general form of base-cabinet and wall-cabinet",
}
"""Classes that are not offered, each with the reason."""
