"""The plans: what a kitchen, a dining room, an office and a workshop are furnished with."""

from __future__ import annotations

from .plan import Fill, Furniture, RoomPlan, Setting, SettingItem

_FRUIT = ("apple.n.01", "orange.n.01", "pear.n.01", "lemon.n.01", "banana.n.02")
_VEGETABLES = ("potato.n.01", "beefsteak_tomato.n.01", "vidalia_onion.n.01", "cucumber.n.02")
_BAKING = ("bread_slice.n.01", "muffin.n.01", "cupcake.n.01", "brownie.n.03", "cheddar.n.02")
_BOTTLES = ("water_bottle.n.01", "wine_bottle.n.01", "can__of__soda.n.01")
_GROCERIES = (
    "box__of__cereal.n.01", "canned_food.n.01", "jar.n.01", "jar__of__honey.n.01",
    "box__of__baking_soda.n.01", "water_bottle.n.01",
)  # fmt: skip
_SPICES = (
    "jar__of__honey.n.01", "salt__shaker.n.01", "kettle.n.01", "pitcher.n.02", "teapot.n.01",
    "soap_dispenser.n.01",
)  # fmt: skip
_SPOONS = ("wooden_spoon.n.02", "spatula.n.01", "ladle.n.01")
_CUPS = ("mug.n.04", "teacup.n.02", "water_glass.n.02", "wineglass.n.01")
_DECOR = ("vase.n.01", "pillar_candle.n.01", "pot_plant.n.01", "picture_frame.n.01")
_STATIONERY = (
    "stapler.n.01", "calculator.n.02", "pencil_box.n.01", "marker.n.03",
    "eraser.n.01",
)  # fmt: skip
_TOOLS = (
    "hammer.n.02", "screwdriver.n.01", "wrench.n.03", "pliers.n.01", "drill.n.01",
    "trowel.n.01", "pruner.n.02",
)  # fmt: skip
_SUPPLIES = (
    "canned_food.n.01", "atomizer.n.01", "jar.n.01", "package.n.02", "tupperware.n.01",
    "toilet_tissue.n.01",
)  # fmt: skip
_BASKETS = ("wicker_basket.n.01", "tray.n.01", "tupperware.n.01")
_SHELVES = ("bookcase.n.01", "rack.n.01")

_EATING = Setting(
    "table",
    (
        SettingItem(("plate.n.04",), 0.04, 0.0),
        SettingItem(("fork.n.01",), 0.13, -0.15, 90.0),
        SettingItem(("table_knife.n.01",), 0.13, 0.15, 90.0),
        SettingItem(("water_glass.n.02", "wineglass.n.01"), 0.27, 0.17),
    ),
)
_WRITING = Setting(
    "desk",
    (
        SettingItem(("monitor.n.04",), 0.42, 0.0),
        SettingItem(("keyboard.n.01",), 0.14, 0.0),
        SettingItem(("mouse.n.04",), 0.17, 0.29),
        SettingItem(("mug.n.04",), 0.32, -0.36),
    ),
)

KITCHEN = RoomPlan(
    length=(4.3, 5.2),
    width=(4.6, 5.4),
    pieces=(
        Furniture("fridge", ("electric_refrigerator.n.01", "refrigerator.n.01"), "run",
              height=(1.2, 2.2)),
        Furniture("counter", ("countertop.n.01",), "run", matching=True, fitted="base",
                  width=(0.6, 0.9)),
        Furniture("stove", ("oven.n.01", "stove.n.01"), "run", height=(0.6, 1.3)),
        Furniture("counter", ("countertop.n.01",), "run", matching=True, fitted="base",
                  width=(0.4, 0.8)),
        Furniture("sink", ("sink.n.01",), "run", height=(0.6, 1.4), fitted="sink",
                  width=(0.7, 0.9)),
        Furniture("dishwasher", ("dishwasher.n.01",), "run", height=(0.6, 1.1)),
        Furniture("counter", ("countertop.n.01",), "run", (1, 1), matching=True, fitted="base",
                  width=(0.3, 1.6)),
        Furniture("worktop", (), "over", target="dishwasher", fitted="worktop"),
        Furniture("hood", (), "above", target="stove", raised=1.58, fitted="hood"),
        Furniture("microwave", ("microwave.n.02",), "on", target="counter"),
        Furniture("toaster", ("toaster.n.02",), "on", target="counter"),
        Furniture(
            "coffee_maker", ("coffee_maker.n.01", "rice_cooker.n.01"), "on", target="counter"
        ),
        Furniture("cupboard", ("cabinet.n.03",), "above", (4, 6), height=(0.2, 0.9), raised=1.42,
                  matching=True, fitted="wall"),
        Furniture("table", ("breakfast_table.n.01",), "wall"),
        Furniture("chair", ("straight_chair.n.01",), "around", (2, 4), "table", matching=True),
        Furniture("shelves", ("rack.n.01", "bookcase.n.01"), "wall", (1, 2), height=(0.6, 2.3)),
        Furniture("bin", ("recycling_bin.n.01",), "wall"),
        Furniture("stool", ("stool.n.01",), "wall", (0, 2)),
    ),
    settings=(_EATING,),
    fills=(
        Fill(("counter",), _SPICES, "row", most=8, goods=("spices",)),
        Fill(("counter",), ("chopping_board.n.01", *_SPOONS, "rolling_pin.n.01"), "scatter",
             most=9, goods=("spoons",)),
        Fill(("counter", "table"), ("wicker_basket.n.01", "bowl.n.01", "colander.n.01"),
             "scatter", most=9, contents=(*_FRUIT, *_VEGETABLES)),
        Fill(("counter", "shelves"), ("plate.n.04",), "pile", most=8, share=0.1),
        Fill(("stove",), ("saucepot.n.01", "frying_pan.n.01", "kettle.n.01"), "scatter", most=3),
        Fill(("sink",), ("soap_dispenser.n.01", "sponge.n.01"), "scatter", most=2),
        Fill(("shelves",), _GROCERIES, "row", most=8, goods=("groceries",)),
        Fill(("cupboard",), (*_CUPS, "bowl.n.01"), "row", inside=True, most=4,
             goods=("cups",)),
        Fill(("fridge",), (*_BOTTLES, "carton__of__milk.n.01", "tupperware.n.01", "cheddar.n.02",
                           "jar.n.01"), "row", inside=True, most=5),
        Fill(("table",), (*_DECOR, "teapot.n.01"), "scatter", most=16, goods=("decor",)),
        Fill(("microwave", "dishwasher"), ("bowl.n.01", "plate.n.04", "mug.n.04"), "row",
             inside=True, most=3),
        Fill(("sink",), ("bowl.n.01", "mug.n.04", "sponge.n.01"), "row", inside=True, most=2),
    ),
)  # fmt: skip

DINING = RoomPlan(
    length=(5.4, 6.2),
    width=(4.6, 5.4),
    pieces=(
        Furniture("table", ("breakfast_table.n.01",), "middle"),
        Furniture("chair", ("straight_chair.n.01",), "around", (6, 6), "table", matching=True),
        Furniture("sideboard", ("console_table.n.01",), "wall", (2, 3)),
        Furniture("shelves", _SHELVES, "wall", (2, 2), height=(0.6, 2.3)),
        Furniture("chest", ("cabinet.n.01",), "wall", (1, 2), height=(0.3, 1.3)),
        Furniture("sofa", ("sofa.n.01",), "wall", (0, 1)),
        Furniture("armchair", ("armchair.n.01",), "wall", (1, 2)),
        Furniture("lamp", ("floor_lamp.n.01",), "wall", (1, 2), height=(0.9, 2.2)),
        Furniture("stand", ("stand.n.04",), "wall", (1, 2), height=(0.3, 1.3)),
        Furniture("cupboard", ("cabinet.n.03",), "on", (1, 1), "sideboard", (0.2, 0.9)),
        Furniture("radio", ("radio_receiver.n.01",), "on", (0, 1), "sideboard"),
        Furniture("table_lamp", ("table_lamp.n.01",), "on", (1, 1), "stand"),
    ),
    settings=(_EATING,),
    fills=(
        Fill(("table",), ("wicker_basket.n.01", "bowl.n.01"), "scatter", most=27,
             contents=_FRUIT),
        Fill(("table",), ("plate.n.04",), "scatter", most=27),
        Fill(("table",), (*_DECOR[:2], "wine_bottle.n.01", "salt__shaker.n.01", "pitcher.n.02"),
             "scatter", most=28),
        Fill(("sideboard",), ("plate.n.04",), "pile", most=10),
        Fill(("sideboard",), ("tray.n.01",), "scatter", most=8, contents=_BAKING),
        Fill(("sideboard",), (*_DECOR, "wine_bottle.n.01", "teapot.n.01", *_CUPS), "row",
             most=10),
        Fill(("shelves",), ("book.n.02",), "upright", most=8),
        Fill(("shelves",), (*_DECOR, "alarm_clock.n.01", *_CUPS), "row", most=6,
             goods=("decor", "cups")),
        Fill(("shelves", "stand"), ("book.n.02",), "pile", most=4),
        Fill(("chest", "stand"), _DECOR, "scatter", most=3),
        Fill(("chest",), ("fork.n.01", "tablespoon.n.02", "pillar_candle.n.01"), "scatter",
             inside=True, most=4),
        Fill(("cupboard",), _CUPS, "row", inside=True, most=4, goods=("cups",)),
    ),
)  # fmt: skip

OFFICE = RoomPlan(
    length=(5.0, 5.8),
    width=(4.6, 5.4),
    pieces=(
        Furniture("desk", ("desk.n.01",), "wall", (2, 3), front=0.85),
        Furniture("chair", ("swivel_chair.n.01", "straight_chair.n.01"), "before", (3, 3), "desk",
              matching=True),
        Furniture("shelves", ("bookcase.n.01",), "wall", (2, 3), height=(0.9, 2.3)),
        Furniture("drawers", ("cabinet.n.01",), "wall", (2, 3), height=(0.3, 1.3)),
        Furniture("wardrobe", ("wardrobe.n.01",), "wall", (0, 1), height=(1.2, 2.3)),
        Furniture("side_table", ("console_table.n.01",), "wall", (1, 1)),
        Furniture("lamp", ("floor_lamp.n.01",), "wall", (1, 1), height=(0.9, 2.2)),
        Furniture("bin", ("recycling_bin.n.01",), "wall", (1, 1)),
        Furniture("sofa", ("sofa.n.01", "armchair.n.01"), "wall", (0, 1)),
        Furniture("low_table", ("coffee_table.n.01",), "middle", (0, 1)),
        Furniture("stand", ("stand.n.04",), "wall", (0, 2), height=(0.3, 1.3)),
    ),
    settings=(_WRITING,),
    fills=(
        Fill(("shelves",), ("book.n.02",), "upright", most=8, share=0.25),
        Fill(("shelves",), ("book.n.02", "folder.n.02"), "pile", most=5, share=0.12),
        Fill(("shelves",), (*_DECOR, "package.n.02", "tupperware.n.01", "alarm_clock.n.01"),
             "row", most=4),
        Fill(("desk",), ("notebook.n.01", "folder.n.02", "clipboard.n.01", "book.n.02"), "pile",
             most=12),
        Fill(("desk",), _STATIONERY, "scatter", most=11, goods=("stationery",)),
        Fill(("desk",), ("pencil_holder.n.01", "water_bottle.n.01", "table_lamp.n.01",
                         "picture_frame.n.01", "pot_plant.n.01"), "row", most=11),
        Fill(("side_table", "low_table", "stand", "drawers"),
             (*_DECOR, "teacup.n.02", "water_bottle.n.01", "laptop.n.01"), "scatter", most=5),
        Fill(("low_table", "side_table"), ("book.n.02", "folder.n.02"), "pile", most=7),
        Fill(("drawers",), (*_STATIONERY, "notebook.n.01"), "scatter", inside=True, most=4,
             share=0.12),
        Fill(("wardrobe",), ("package.n.02", "folder.n.02", "tupperware.n.01"), "scatter",
             inside=True, most=4),
    ),
)  # fmt: skip

WORKSHOP = RoomPlan(
    length=(4.6, 5.6),
    width=(4.6, 5.6),
    pieces=(
        Furniture("bench", ("worktable.n.01", "console_table.n.01"), "wall", (2, 3),
              height=(0.6, 1.9)),
        Furniture("stool", ("stool.n.01",), "before", (1, 2), "bench"),
        Furniture("shelves", ("rack.n.01", "bookcase.n.01"), "wall", (2, 3), height=(0.6, 2.3)),
        Furniture("wardrobe", ("wardrobe.n.01",), "wall", (0, 1), height=(1.2, 2.3)),
        Furniture("drawers", ("cabinet.n.01",), "wall", (1, 2), height=(0.3, 1.3)),
        Furniture("cupboard", ("cabinet.n.03",), "on", (1, 1), "bench", (0.2, 0.9)),
        Furniture("toolbox", ("toolbox.n.01",), "on", (1, 2), "bench"),
        Furniture("radio", ("radio_receiver.n.01",), "on", (0, 1), "bench"),
        Furniture("bin", ("recycling_bin.n.01",), "wall", (1, 1)),
        Furniture("cooler", ("cooler.n.01",), "wall", (0, 1)),
        Furniture("table", ("worktable.n.01", "breakfast_table.n.01"), "middle", (1, 1),
              height=(0.6, 1.0)),
    ),
    settings=(),
    fills=(
        Fill(("bench", "table"), _TOOLS, "scatter", most=8, goods=("tools",)),
        Fill(("bench", "table"), ("tupperware.n.01", "tray.n.01"), "scatter", most=8,
             contents=("battery.n.02", "marker.n.03")),
        Fill(("bench", "shelves"), _SUPPLIES, "row", most=8, goods=("supplies",)),
        Fill(("shelves",), (*_BASKETS, "ashcan.n.01", "box__of__cereal.n.01"), "row", most=5,
             contents=("tennis_ball.n.01", "battery.n.02", "firewood.n.01")),
        Fill(("shelves",), ("firewood.n.01", "package.n.02"), "scatter", most=5),
        Fill(("drawers", "toolbox", "cupboard", "wardrobe"), (*_TOOLS, "battery.n.02"),
             "scatter", inside=True, most=4),
    ),
)  # fmt: skip

PLANS = {"kitchen": KITCHEN, "dining": DINING, "office": OFFICE, "workshop": WORKSHOP}
"""By the kind that a room asks for."""
