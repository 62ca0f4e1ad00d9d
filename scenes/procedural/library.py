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
    bakery,
    balls,
    bins,
    bottles,
    boxes,
    buttons,
    cabinets,
    cartons,
    chests,
    computing,
    cookware,
    cutlery,
    dispensers,
    electrics,
    flasks,
    food,
    fridges,
    furniture,
    gadgets,
    handled,
    hooks,
    lamps,
    mats,
    packs,
    paper,
    parcels,
    pegs,
    pincers,
    plants,
    ranges,
    seats,
    stationery,
    stemware,
    storage,
    sweeping,
    taps,
    timber,
    tools,
    toys,
    tubs,
    upright,
    utensils,
    vegetables,
    vessels,
    wardrobes,
    washers,
    wide,
)

INSTANCES = 64
VERSION = "14"
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
    "tray.n.01": ("tray", tubs.tray),
    "wicker_basket.n.01": ("basket", tubs.basket),
    "ashcan.n.01": ("bin", tubs.waste_bin),
    "tupperware.n.01": ("tub", tubs.tub),
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
    "table_lamp.n.01": ("table-lamp", lamps.table_lamp),
    "floor_lamp.n.01": ("floor-lamp", lamps.floor_lamp),
    "switch.n.01": ("switch", electrics.switch),
    "radio_receiver.n.01": ("radio", electrics.radio),
    "loudspeaker.n.01": ("loudspeaker", buttons.loudspeaker),
    "fire_alarm.n.02": ("fire-alarm", buttons.alarm),
    "beeswax_candle.n.01": ("beeswax-candle", pegs.candle),
    "candlestick.n.01": ("candlestick", pegs.candlestick),
    "hook_rack.n.01": ("hook-rack", hooks.hook_rack),
    "hazelnut.n.02": ("hazelnut", balls.hazelnut),
    "recycling_bin.n.01": ("recycling-bin", bins.recycling_bin),
    "cooler.n.01": ("cooler", bins.cooler),
    "lunch_box.n.01": ("lunch-box", bins.lunch_box),
    "frying_pan.n.01": ("pan", cookware.frying_pan),
    "teapot.n.01": ("teapot", cookware.teapot),
    "kettle.n.01": ("kettle", cookware.kettle),
    "pitcher.n.02": ("pitcher", cookware.pitcher),
    "colander.n.01": ("colander", cookware.colander),
    "wineglass.n.01": ("wineglass", stemware.wineglass),
    "wooden_spoon.n.02": ("wooden-spoon", utensils.wooden_spoon),
    "spatula.n.01": ("spatula", utensils.spatula),
    "ladle.n.01": ("ladle", utensils.ladle),
    "rolling_pin.n.01": ("rolling-pin", utensils.rolling_pin),
    "table_knife.n.01": ("knife", cutlery.table_knife),
    "fork.n.01": ("fork", cutlery.fork),
    "tablespoon.n.02": ("spoon", cutlery.tablespoon),
    "egg.n.02": ("egg", vegetables.egg),
    "walnut.n.01": ("walnut", vegetables.walnut),
    "potato.n.01": ("potato", vegetables.potato),
    "beefsteak_tomato.n.01": ("tomato", vegetables.tomato),
    "vidalia_onion.n.01": ("onion", vegetables.onion),
    "daffodil_bulb.n.01": ("bulb", vegetables.flower_bulb),
    "carrot.n.03": ("carrot", vegetables.carrot),
    "cucumber.n.02": ("cucumber", vegetables.cucumber),
    "bread_slice.n.01": ("bread", bakery.bread_slice),
    "cheddar.n.02": ("cheddar", bakery.cheese),
    "cupcake.n.01": ("cupcake", bakery.cupcake),
    "muffin.n.01": ("muffin", bakery.muffin),
    "brownie.n.03": ("brownie", bakery.brownie),
    "hamburger.n.01": ("burger", bakery.hamburger),
    "canned_food.n.01": ("tin", packs.tin),
    "carton__of__milk.n.01": ("milk", packs.milk_carton),
    "monitor.n.04": ("monitor", computing.monitor),
    "keyboard.n.01": ("keyboard", computing.keyboard),
    "mouse.n.04": ("mouse", computing.mouse),
    "calculator.n.02": ("calculator", computing.calculator),
    "notebook.n.01": ("notebook", paper.notebook),
    "folder.n.02": ("folder", paper.folder),
    "clipboard.n.01": ("clipboard", paper.clipboard),
    "stapler.n.01": ("stapler", stationery.stapler),
    "marker.n.03": ("marker", stationery.marker),
    "pencil_box.n.01": ("pencil-box", stationery.pencil_case),
    "adhesive_tape.n.01": ("tape", stationery.tape),
    "eraser.n.01": ("eraser", stationery.eraser),
    "pencil_holder.n.01": ("pencils", stationery.pencil_holder),
    "alarm_clock.n.01": ("clock", upright.alarm_clock),
    "picture_frame.n.01": ("frame", upright.picture_frame),
    "hammer.n.02": ("hammer", tools.hammer),
    "screwdriver.n.01": ("screwdriver", tools.screwdriver),
    "wrench.n.03": ("wrench", tools.wrench),
    "drill.n.01": ("drill", tools.drill),
    "trowel.n.01": ("trowel", tools.trowel),
    "pliers.n.01": ("pliers", pincers.pliers),
    "pruner.n.02": ("pruner", pincers.pruner),
    "log.n.01": ("log", timber.log),
    "firewood.n.01": ("firewood", timber.firewood),
    "firework.n.01": ("rocket", timber.firework),
    "mixing_bowl.n.01": ("mixing-bowl", cookware.mixing_bowl),
    "carton.n.02": ("carton", cartons.carton),
    "packing_box.n.02": ("packing-box", cartons.packing_box),
    "sack.n.01": ("sack", cartons.sack),
    "battery.n.02": ("battery", timber.battery),
    "soap_dispenser.n.01": ("soap-pump", dispensers.soap_dispenser),
    "atomizer.n.01": ("spray", dispensers.spray_bottle),
    "toilet_tissue.n.01": ("toilet-roll", dispensers.toilet_roll),
    "tennis_ball.n.01": ("tennis-ball", balls.tennis_ball),
    "baseball.n.02": ("baseball", balls.baseball),
    "toy_car.n.01": ("toy-car", toys.toy_car),
    "teddy.n.01": ("teddy", toys.teddy),
    "toy_figure.n.01": ("figure", toys.toy_figure),
    "gift_box.n.01": ("gift", parcels.gift_box),
    "package.n.02": ("parcel", parcels.package),
    "pot_plant.n.01": ("pot-plant", plants.pot_plant),
    "place_mat.n.01": ("place-mat", mats.place_mat),
    "dustpan.n.02": ("dustpan", sweeping.dustpan),
    "scrub_brush.n.01": ("brush", sweeping.scrub_brush),
    "die.n.01": ("game-die", sweeping.game_die),
    "almond.n.02": ("almond", sweeping.almond),
    "pizza_box.n.01": ("pizza-box", wide.pizza_box),
    "board_game.n.01": ("board-game", wide.board_game),
    "dutch_oven.n.02": ("dutch-oven", wide.dutch_oven),
    "bucket__of__paint.n.01": ("paint", handled.paint_bucket),
    "watering_can.n.01": ("watering-can", handled.watering_can),
    "briefcase.n.01": ("briefcase", handled.briefcase),
    "tablet.n.05": ("tablet", computing.tablet),
    "comic_book.n.01": ("comic", paper.comic_book),
    "letter.n.01": ("letter", paper.letter),
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
