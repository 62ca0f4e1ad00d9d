"""Meta-World's objects (MIT), read from its wheel without importing it."""

from __future__ import annotations

from xml.etree import ElementTree

from ...schemas.plugins import Needs
from ..importing.model_files import Element
from ._converted import ConvertedLibrary
from ._wheels import WheelModel, WheelPlugin, find_wheel, wheel_library

COMMAND = "pip install --no-deps metaworld==3.1.1"
"""With its requirements it would bring another MuJoCo."""
THINGS = (
    WheelModel("basketball", "ball.n.01"),
    WheelModel("binA", "tray.n.01"),
    WheelModel("binB", "tray.n.01"),
    WheelModel("block", "toy_dice.n.01"),
    WheelModel("coffeemachine", "coffee_maker.n.01", front="-y"),
    WheelModel("doorlockA", "strongbox.n.01", front="-y"),
    WheelModel("doorlockB", "strongbox.n.01", front="-y"),
    WheelModel("drawer", "cabinet.n.01", front="-y"),
    WheelModel("faucet", "faucet.n.01", front="-y"),
    WheelModel("hammer", "hammer.n.02"),
    WheelModel("laptop", "laptop.n.01", front="-y", reverse=("laptoplid_link",)),
    WheelModel("mug", "mug.n.04"),
    WheelModel("plug", "plug.n.01"),
    WheelModel("plug_wall", "wall_socket.n.01"),
    WheelModel("puck", "puck.n.02"),
    WheelModel("shelf", "shelf.n.01", front="-y"),
    WheelModel("shelfb", "shelf.n.01"),
    WheelModel("soccer_ball", "soccer_ball.n.01"),
    WheelModel("thermos", "water_bottle.n.01", fit=False),
    WheelModel("window", "openable_window.n.01", front="-y"),
    WheelModel("window_horiz", "openable_window.n.01", front="-y"),
)
_NOTHING = "a prop of one task: no BDDL category"
_SOLID = "a plain solid that stands for any object"
REFUSED = {
    **dict.fromkeys(
        ("assembly_peg", "basketballhoop", "buttonbox", "club", "dial", "hammerblock",
         "handle_press", "lever", "peg_block", "peg_insert", "puck_goal", "soccer_goal"),
        _NOTHING,
    ),
    **dict.fromkeys(("block_cyl", "objA", "sphere", "stick", "wall"), _SOLID),
    "box": "a box and its lid that are two things in one file",
    "table": "a bench with posts through its top",
    "table_hole": "a bench with posts through its top",
    "xyz_base": "a robot",
}  # fmt: skip


def open_library() -> ConvertedLibrary:
    """The library.

    Raises:
        BackendMissingError: where metaworld is not installed.
    """
    wheel = find_wheel("metaworld", ("metaworld",), COMMAND)
    folder = wheel.folder / "assets" / "objects"
    return wheel_library("metaworld", wheel, folder, THINGS, "MIT", REFUSED, _alone)


def _alone(root: Element) -> Element:
    """The thing without the room that its file includes."""
    alone = ElementTree.Element(root.tag)
    for part in root:
        if "basic_scene" not in part.get("file", ""):
            alone.append(part)
    return alone


PLUGIN = WheelPlugin("objects of Meta-World", Needs(("metaworld",), install=COMMAND), open_library)
