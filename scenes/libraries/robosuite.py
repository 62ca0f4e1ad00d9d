"""robosuite's objects (MIT), read from its wheel without importing it."""

from __future__ import annotations

from ...schemas.plugins import Needs
from ._converted import ConvertedLibrary
from ._wheels import WheelModel, WheelPlugin, find_wheel, in_radians, wheel_library

COMMAND = "pip install --no-deps robosuite==1.5.2"
"""Its own requirements (numba, OpenCV, pynput and more) serve its simulator, not its models."""
THINGS = (
    WheelModel("bottle", "water_bottle.n.01"),
    WheelModel("bread", "bread.n.01"),
    WheelModel("can", "can__of__soda.n.01"),
    WheelModel("cereal", "box__of__cereal.n.01", front="-y"),
    WheelModel("lemon", "lemon.n.01"),
    WheelModel("milk", "carton__of__milk.n.01"),
)
REFUSED = {
    "door": "a door of 0.6 m between two posts: no BDDL category",
    "door_lock": "a door of 0.6 m between two posts: no BDDL category",
    "plate-with-hole": "a board with a hole for assembly: no BDDL category",
    "round-nut": "a nut with a handle, 14 cm long: no BDDL category",
    "square-nut": "a nut with a handle, 12 cm long: no BDDL category",
    **{f"{name}-visual": "a goal marker without collision" for name in
       ("bread", "can", "cereal", "milk")},
}  # fmt: skip


def open_library() -> ConvertedLibrary:
    """The library.

    Raises:
        BackendMissingError: where robosuite is not installed.
    """
    wheel = find_wheel("robosuite", ("robosuite",), COMMAND)
    folder = wheel.folder / "models" / "assets" / "objects"
    return wheel_library("robosuite", wheel, folder, THINGS, "MIT", REFUSED, in_radians)


PLUGIN = WheelPlugin(
    "six household objects of robosuite", Needs(("robosuite",), install=COMMAND), open_library
)
