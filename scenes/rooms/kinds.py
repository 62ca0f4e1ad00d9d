"""The plans: what a kitchen, a dining room, an office and a workshop are furnished with."""

from __future__ import annotations

from .plan import Fill, Part, Piece, Plan, Setting

_FRUIT = ("apple.n.01", "orange.n.01", "pear.n.01", "lemon.n.01")
_BOTTLES = ("water_bottle.n.01", "wine_bottle.n.01", "can__of__soda.n.01")
_JARS = ("jar.n.01", "jar__of__honey.n.01", "salt__shaker.n.01", "box__of__baking_soda.n.01")
_CUPS = ("mug.n.04", "teacup.n.02", "water_glass.n.02")
_DECOR = ("vase.n.01", "pillar_candle.n.01", "wicker_basket.n.01")
_SMALL = ("bar_soap.n.01", "sponge.n.01", "toy_dice.n.01", "salt__shaker.n.01")
_TOOLS = (
    "hammer.n.02", "screwdriver.n.01", "wrench.n.03", "pliers.n.01", "tape.n.01", "drill.n.01",
)  # fmt: skip
_BOXES = ("box__of__cereal.n.01", "box__of__baking_soda.n.01", "tupperware.n.01")
_CHAIR = Piece("chair", ("straight_chair.n.01",), "around", (3, 6), "table", matching=True)
_SHELVES = Piece("shelves", ("bookcase.n.01", "rack.n.01"), "wall", (1, 2), height=(0.6, 2.3))

_EATING = Setting(
    "table",
    (
        Part(("plate.n.04",), 0.05, 0.0),
        Part(("tablefork.n.01", "fork.n.01"), 0.05, -0.15, 180.0),
        Part(("table_knife.n.01", "knife.n.01"), 0.05, 0.15, 180.0),
        Part(("water_glass.n.02", "teacup.n.02"), 0.26, 0.17),
    ),
)
_WRITING = Setting(
    "desk",
    (
        Part(("monitor.n.04", "laptop.n.01"), 0.42, 0.0),
        Part(("keyboard.n.01",), 0.13, 0.0),
        Part(("mouse.n.04",), 0.16, 0.31),
        Part(("mug.n.04",), 0.30, -0.38),
    ),
)

KITCHEN = Plan(
    length=(4.4, 5.4),
    width=(4.6, 5.6),
    pieces=(
        Piece("fridge", ("electric_refrigerator.n.01", "refrigerator.n.01"), "run",
              height=(1.2, 2.2)),
        Piece("counter", ("countertop.n.01",), "run", matching=True),
        Piece("stove", ("stove.n.01", "oven.n.01"), "run", height=(0.6, 1.3)),
        Piece("counter", ("countertop.n.01",), "run", matching=True),
        Piece("sink", ("sink.n.01",), "run", height=(0.6, 1.4)),
        Piece("dishwasher", ("dishwasher.n.01",), "run", height=(0.6, 1.1)),
        Piece("counter", ("countertop.n.01",), "run", (1, 2), matching=True),
        Piece("microwave", ("microwave.n.02",), "on", (1, 1), "counter"),
        Piece("toaster", ("toaster.n.02", "coffee_maker.n.01"), "on", (1, 1), "counter"),
        Piece("cupboard", ("cabinet.n.03",), "above", (3, 6), "counter", (0.2, 0.9), 1.42,
              matching=True),
        Piece("table", ("breakfast_table.n.01",), "wall"),
        _CHAIR,
        Piece("shelves", ("rack.n.01", "bookcase.n.01"), "wall", (1, 2), height=(0.6, 2.3)),
        Piece("stool", ("stool.n.01",), "wall", (0, 2)),
    ),
    settings=(_EATING,),
    fills=(
        Fill(("counter",), _JARS, "row", most=7),
        Fill(("counter",), ("chopping_board.n.01", "tray.n.01"), "scatter", most=9),
        Fill(("counter",), ("wicker_basket.n.01", "bowl.n.01"), "scatter", most=8,
             contents=_FRUIT),
        Fill(("counter", "shelves"), ("plate.n.04",), "pile", most=8),
        Fill(("stove",), ("saucepot.n.01", "frying_pan.n.01"), "scatter", most=3),
        Fill(("shelves",), (*_BOXES, *_BOTTLES, *_JARS), "row", most=7),
        Fill(("cupboard",), (*_CUPS, "bowl.n.01"), "row", inside=True, most=4),
        Fill(("fridge",), (*_BOTTLES, "tupperware.n.01", "jar.n.01"), "row", inside=True, most=5),
        Fill(("table",), ("bowl.n.01", *_DECOR), "scatter", most=16, contents=_FRUIT),
        Fill(("microwave", "dishwasher"), ("bowl.n.01", "plate.n.04", "mug.n.04"), "row",
             inside=True, most=3),
    ),
)  # fmt: skip

DINING = Plan(
    length=(5.6, 6.6),
    width=(4.6, 5.8),
    pieces=(
        Piece("table", ("breakfast_table.n.01",), "middle"),
        Piece("chair", ("straight_chair.n.01",), "around", (6, 6), "table", matching=True),
        Piece("sideboard", ("console_table.n.01",), "wall", (2, 3)),
        _SHELVES,
        Piece("chest", ("cabinet.n.01",), "wall", (1, 3), height=(0.3, 1.3)),
        Piece("armchair", ("armchair.n.01",), "wall", (1, 2)),
        Piece("lamp", ("floor_lamp.n.01",), "wall", (1, 2)),
        Piece("stand", ("stand.n.04",), "wall", (1, 2), height=(0.3, 1.3)),
        Piece("cupboard", ("cabinet.n.03",), "on", (1, 1), "sideboard", (0.2, 0.9)),
    ),
    settings=(_EATING,),
    fills=(
        Fill(("table",), ("wicker_basket.n.01", "bowl.n.01"), "scatter", most=26,
             contents=_FRUIT),
        Fill(("table",), (*_DECOR, "wine_bottle.n.01", "salt__shaker.n.01"), "scatter", most=26),
        Fill(("sideboard",), ("plate.n.04",), "pile", most=10),
        Fill(("sideboard",), (*_DECOR, "wine_bottle.n.01", *_CUPS), "row", most=10),
        Fill(("shelves",), ("book.n.02",), "upright", most=7),
        Fill(("shelves",), (*_DECOR[:2], "bowl.n.01", *_CUPS, "jar.n.01"), "row", most=6),
        Fill(("shelves", "stand"), ("book.n.02",), "pile", most=4),
        Fill(("chest", "stand"), _DECOR, "scatter", most=3),
        Fill(("chest",), (*_SMALL, "tupperware.n.01"), "scatter", inside=True, most=3),
        Fill(("cupboard",), _CUPS, "row", inside=True, most=4),
    ),
)  # fmt: skip

OFFICE = Plan(
    length=(4.8, 6.0),
    width=(4.6, 5.6),
    pieces=(
        Piece("desk", ("desk.n.01",), "wall", (2, 3)),
        Piece("chair", ("swivel_chair.n.01", "straight_chair.n.01"), "before", (2, 3), "desk",
              matching=True),
        Piece("shelves", ("bookcase.n.01",), "wall", (2, 3), height=(0.9, 2.3)),
        Piece("drawers", ("cabinet.n.01",), "wall", (2, 3), height=(0.3, 1.3)),
        Piece("side_table", ("console_table.n.01",), "wall", (1, 1)),
        Piece("printer", ("printer.n.03",), "on", (1, 1), "side_table"),
        Piece("lamp", ("floor_lamp.n.01",), "wall", (1, 1)),
        Piece("sofa", ("sofa.n.01", "armchair.n.01"), "wall", (0, 1)),
        Piece("low_table", ("coffee_table.n.01",), "middle", (0, 1)),
        Piece("stand", ("stand.n.04",), "wall", (0, 2), height=(0.3, 1.3)),
    ),
    settings=(_WRITING,),
    fills=(
        Fill(("shelves",), ("book.n.02",), "upright", most=9),
        Fill(("shelves",), ("book.n.02",), "pile", most=4),
        Fill(("shelves",), ("box__of__baking_soda.n.01", "vase.n.01", "tupperware.n.01"), "row",
             most=4),
        Fill(("desk",), ("book.n.02", "notebook.n.01"), "pile", most=9),
        Fill(("desk",), ("water_bottle.n.01", "can__of__soda.n.01", "table_lamp.n.01",
                         "stapler.n.01"), "row", most=8),
        Fill(("side_table", "low_table", "stand", "drawers"),
             ("vase.n.01", "tray.n.01", "teacup.n.02", "water_bottle.n.01"), "scatter", most=5),
        Fill(("low_table", "side_table"), ("book.n.02",), "pile", most=6),
        Fill(("drawers",), (*_SMALL, "book.n.02"), "scatter", inside=True, most=3),
    ),
)  # fmt: skip

WORKSHOP = Plan(
    length=(4.8, 6.0),
    width=(4.8, 6.0),
    pieces=(
        Piece("bench", ("worktable.n.01", "console_table.n.01"), "wall", (2, 3)),
        Piece("stool", ("stool.n.01",), "before", (1, 2), "bench"),
        Piece("shelves", ("rack.n.01", "bookcase.n.01"), "wall", (2, 3), height=(0.6, 2.3)),
        Piece("drawers", ("cabinet.n.01",), "wall", (1, 2), height=(0.3, 1.3)),
        Piece("cupboard", ("cabinet.n.03",), "on", (1, 2), "bench", (0.2, 0.9)),
        Piece("toolbox", ("toolbox.n.01",), "on", (1, 2), "bench"),
        Piece("chest", ("cedar_chest.n.01",), "wall", (1, 2)),
        Piece("table", ("worktable.n.01", "breakfast_table.n.01"), "middle", (1, 1)),
    ),
    settings=(),
    fills=(
        Fill(("bench", "table"), _TOOLS, "scatter", most=8),
        Fill(("bench", "table"), ("tupperware.n.01", "tray.n.01"), "scatter", most=8,
             contents=("toy_dice.n.01", "bar_soap.n.01")),
        Fill(("bench", "shelves"), ("jar.n.01", "can__of__soda.n.01", "bottle__of__lotion.n.01",
                                    "saucepot.n.01"), "row", most=7),
        Fill(("shelves",), (*_BOXES, "ashcan.n.01", "wicker_basket.n.01"), "row", most=6),
        Fill(("shelves",), ("book.n.02",), "pile", most=4),
        Fill(("drawers", "toolbox", "chest", "cupboard"), (*_TOOLS, *_SMALL), "scatter",
             inside=True, most=3),
    ),
)  # fmt: skip

PLANS = {"kitchen": KITCHEN, "dining": DINING, "office": OFFICE, "workshop": WORKSHOP}
"""By the kind that a room asks for."""
