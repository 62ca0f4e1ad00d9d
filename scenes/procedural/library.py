"""ProceduralLibrary: 64 instances of every category, each a pure function of its id."""

from __future__ import annotations

import difflib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...schemas import Asset, SpecError
from . import (
    appliances,
    bins,
    bottles,
    boxes,
    cabinets,
    chests,
    electrics,
    flasks,
    food,
    fridges,
    furniture,
    gadgets,
    ranges,
    seats,
    storage,
    taps,
    vessels,
    wardrobes,
    washers,
)

INSTANCES = 64
VERSION = "4"
"""Raised whenever any asset's bytes change; a test compares them."""
Builder = Callable[[str, str, np.random.Generator], Asset]

CATEGORIES: dict[str, tuple[str, Builder]] = {
    "mug.n.04": ("mug", vessels.mug),
    "teacup.n.02": ("teacup", vessels.teacup),
    "dixie_cup.n.01": ("paper-cup", vessels.paper_cup),
    "bowl.n.01": ("bowl", vessels.bowl),
    "plate.n.04": ("plate", vessels.plate),
    "water_glass.n.02": ("glass", vessels.tumbler),
    "jar.n.01": ("jar", vessels.jar),
    "saucepot.n.01": ("saucepot", vessels.saucepot),
    "jar__of__honey.n.01": ("honey", flasks.honey_jar),
    "bottle__of__lotion.n.01": ("lotion", flasks.lotion),
    "bottle__of__perfume.n.01": ("perfume", flasks.perfume),
    "bottle__of__essential_oil.n.01": ("oil", flasks.essential_oil),
    "water_bottle.n.01": ("bottle", bottles.water_bottle),
    "wine_bottle.n.01": ("wine-bottle", bottles.wine_bottle),
    "can__of__soda.n.01": ("can", bottles.soda_can),
    "vase.n.01": ("vase", bottles.vase),
    "pillar_candle.n.01": ("candle", bottles.candle),
    "salt__shaker.n.01": ("shaker", bottles.shaker),
    "box__of__cereal.n.01": ("cereal-box", boxes.cereal_box),
    "box__of__baking_soda.n.01": ("soda-box", boxes.soda_box),
    "book.n.02": ("book", boxes.book),
    "toy_dice.n.01": ("die", boxes.block),
    "bar_soap.n.01": ("soap", boxes.soap),
    "sponge.n.01": ("sponge", boxes.sponge),
    "chopping_board.n.01": ("board", boxes.board),
    "tray.n.01": ("tray", boxes.tray),
    "wicker_basket.n.01": ("basket", boxes.basket),
    "ashcan.n.01": ("bin", boxes.waste_bin),
    "tupperware.n.01": ("tub", boxes.tub),
    "apple.n.01": ("apple", food.apple),
    "orange.n.01": ("orange", food.orange),
    "pear.n.01": ("pear", food.pear),
    "lemon.n.01": ("lemon", food.lemon),
    "banana.n.02": ("banana", food.banana),
    "cabinet.n.01": ("cabinet", cabinets.drawer_cabinet),
    "cabinet.n.03": ("cupboard", cabinets.cupboard),
    "microwave.n.02": ("microwave", appliances.microwave),
    "cedar_chest.n.01": ("chest", chests.cedar_chest),
    "toolbox.n.01": ("toolbox", chests.toolbox),
    "breakfast_table.n.01": ("table", furniture.table),
    "desk.n.01": ("desk", furniture.desk),
    "countertop.n.01": ("countertop", furniture.countertop),
    "console_table.n.01": ("console-table", furniture.console_table),
    "coffee_table.n.01": ("coffee-table", furniture.coffee_table),
    "shelf.n.01": ("shelf", furniture.shelf),
    "straight_chair.n.01": ("chair", seats.straight_chair),
    "armchair.n.01": ("armchair", seats.armchair),
    "stool.n.01": ("stool", seats.stool),
    "sofa.n.01": ("sofa", seats.sofa),
    "swivel_chair.n.01": ("swivel-chair", seats.swivel_chair),
    "bookcase.n.01": ("bookcase", storage.bookcase),
    "rack.n.01": ("rack", storage.rack),
    "stand.n.04": ("stand", storage.stand),
    "worktable.n.01": ("workbench", storage.workbench),
    "oven.n.01": ("oven", ranges.oven),
    "stove.n.01": ("stove", ranges.stove),
    "toaster_oven.n.01": ("toaster-oven", ranges.toaster_oven),
    "electric_refrigerator.n.01": ("fridge", fridges.refrigerator),
    "washer.n.03": ("washer", washers.washer),
    "clothes_dryer.n.01": ("dryer", washers.dryer),
    "dishwasher.n.01": ("dishwasher", washers.dishwasher),
    "wardrobe.n.01": ("wardrobe", wardrobes.wardrobe),
    "sink.n.01": ("sink", taps.sink),
    "faucet.n.01": ("faucet", taps.faucet),
    "toaster.n.02": ("toaster", gadgets.toaster),
    "coffee_maker.n.01": ("coffee-maker", gadgets.coffee_maker),
    "rice_cooker.n.01": ("rice-cooker", gadgets.rice_cooker),
    "laptop.n.01": ("laptop", electrics.laptop),
    "table_lamp.n.01": ("table-lamp", electrics.table_lamp),
    "switch.n.01": ("switch", electrics.switch),
    "radio_receiver.n.01": ("radio", electrics.radio),
    "recycling_bin.n.01": ("recycling-bin", bins.recycling_bin),
    "cooler.n.01": ("cooler", bins.cooler),
    "lunch_box.n.01": ("lunch-box", bins.lunch_box),
}
"""Category (a BDDL synset) to id prefix and builder."""


@dataclass(frozen=True)
class ProceduralLibrary:
    """Assets built from code and a seed; needs no files, network or licence."""

    @property
    def name(self) -> str:
        """Stable name."""
        return "procedural"

    @property
    def version(self) -> str:
        """Raised whenever any asset's bytes change."""
        return VERSION

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Asset ids by category, each in a stable order."""
        return dict(_ids())

    def quarantined(self) -> Mapping[str, str]:
        """Nothing: what does not pass its tests is not built."""
        return {}

    def stamp(self, asset_id: str) -> str:
        """The library's version: its assets change together."""
        return VERSION

    def get(self, asset_id: str) -> Asset:
        """Build one asset; the same id always gives the same bytes.

        Raises:
            SpecError: where there is no such asset.
        """
        return _build(asset_id)


@lru_cache(maxsize=1)
def _ids() -> dict[str, tuple[str, ...]]:
    return {
        category: tuple(f"{prefix}-{index:04d}" for index in range(INSTANCES))
        for category, (prefix, _) in CATEGORIES.items()
    }


@lru_cache(maxsize=4096)
def _build(asset_id: str) -> Asset:
    prefix, _, digits = asset_id.rpartition("-")
    for category, (known, builder) in CATEGORIES.items():
        if prefix == known and len(digits) == 4 and digits.isdigit() and int(digits) < INSTANCES:
            key = (zlib.crc32(category.encode()), int(digits))
            return builder(asset_id, category, np.random.default_rng(np.random.SeedSequence(key)))
    prefixes = [known for known, _ in CATEGORIES.values()]
    near = difflib.get_close_matches(prefix or asset_id, prefixes, n=3, cutoff=0.0)
    raise SpecError(
        f"no asset {asset_id!r}; ids look like "
        f"{', '.join(f'{p}-0000' for p in near)} and end at {INSTANCES - 1:04d}"
    )
