"""A category of things as a library offers it: what a hand can do with it, and what it holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from ...scenes.assets.meanings import sort_of, uses_of
from ...scenes.assets.sorts import Sort, head
from ...scenes.assets.uses import Use
from ...scenes.core.taxonomy import ancestors
from ...scenes.layout.pose_sampling import falls_forward
from ...schemas import Asset, Cavity, Surface
from ...tasks.symbolic.fitting import lidded, requires_opening

FOODS = frozenset(
    {"edible_fruit.n.01", "food.n.01", "food.n.02", "fruit.n.01", "produce.n.01", "vegetable.n.01"}
)
RIM = 0.1
"""Least width of what a hand beside it cannot lower between the walls of a drawer, metres."""


@dataclass(frozen=True)
class OfferedCategory:
    """A category as the library offers it.

    Attributes:
        category: a BDDL synset.
        assets: a few of its assets.
        grip: widest thing that the robot's fingers take from above, metres.
    """

    category: str
    assets: tuple[Asset, ...]
    grip: float

    @property
    def words(self) -> str:
        """Its everyday name, such as `jar of honey`."""
        return self.category.split(".")[0].replace("_", " ").replace("  ", " ")

    @cached_property
    def head(self) -> str:
        """The noun that says what it is, such as `jar`."""
        return head(self.category)

    @cached_property
    def sort(self) -> Sort | None:
        """The sort of thing it is, such as a cup."""
        return sort_of(self.category)

    @cached_property
    def movable(self) -> bool:
        """Whether the gripper can lift any of them."""
        return all(asset.graspable and not asset.fixed and not asset.grain for asset in self.assets)

    @cached_property
    def easy(self) -> bool:
        """Whether the gripper can take it from above: narrow enough, or by a rim."""
        rim = self.sort in ("dish", "tray")
        narrow = all(min(asset.extents[:2]) <= self.grip or asset.cavities for asset in self.assets)
        return self.movable and (narrow or rim)

    @cached_property
    def openable(self) -> bool:
        """Whether all have a handle on a joint."""
        return all("openable" in asset.affordances for asset in self.assets)

    @cached_property
    def toggleable(self) -> bool:
        """Whether all have a switch."""
        return all("toggleable" in asset.affordances for asset in self.assets)

    @cached_property
    def socket(self) -> bool:
        """Whether all have a hole for something of just its size."""
        return all("socket" in asset.affordances for asset in self.assets)

    @cached_property
    def hooked(self) -> bool:
        """Whether all have hooks."""
        return all(asset.hooks for asset in self.assets)

    @cached_property
    def grain(self) -> bool:
        """Whether it is poured, and not handled one by one."""
        return all(asset.grain for asset in self.assets)

    @cached_property
    def gated(self) -> bool:
        """Whether nothing can go inside any of them while it is closed."""
        return all(requires_opening(asset) for asset in self.assets)

    @cached_property
    def lidded(self) -> bool:
        """Whether what stands on any of them keeps it shut."""
        return any(lidded(asset) for asset in self.assets)

    @cached_property
    def furniture(self) -> bool:
        """Whether it stands where it is."""
        return any(asset.fixed or asset.joints for asset in self.assets)

    @cached_property
    def low_door(self) -> bool:
        """Whether a door that comes down before it keeps the hand out of some of them."""
        return any(falls_forward(j) for asset in self.assets for j in asset.joints)

    @cached_property
    def drawers(self) -> bool:
        """Whether what goes inside any of them goes into a drawer."""
        slides = {j.name for asset in self.assets for j in asset.joints if j.kind == "slide"}
        return any(cavity.joint in slides for asset in self.assets for cavity in asset.cavities)

    @cached_property
    def wide(self) -> bool:
        """Whether some are only held by the rim, with the hand beside them."""
        return any(min(asset.extents[:2]) > RIM for asset in self.assets)

    @cached_property
    def table(self) -> bool:
        """Whether it is what a whole scene stands on."""
        categories = (self.category, *(asset.category for asset in self.assets))
        return any(sort_of(x) == "table" or "table.n.02" in ancestors(x) for x in categories)

    @cached_property
    def area(self) -> float:
        """Of the mean footprint with room for fingers around it, square metres."""
        areas = [(a.extents[0] + 0.04) * (a.extents[1] + 0.04) for a in self.assets]
        return sum(areas) / len(areas)

    @cached_property
    def foot(self) -> float:
        """Of the mean bounding box seen from above, square metres."""
        return sum(a.extents[0] * a.extents[1] for a in self.assets) / len(self.assets)

    @cached_property
    def widest(self) -> float:
        """Floor of the largest cavity, mean over the assets, square metres."""

        def floor(cavity: Cavity) -> float:
            x, y, _ = cavity.half_size
            return math.pi * x * x if cavity.round else 4 * x * y

        floors = [max((floor(c) for c in a.cavities), default=0.0) for a in self.assets]
        return sum(floors) / len(floors)

    @cached_property
    def top(self) -> float:
        """Area of the largest open surface, mean over the assets, square metres."""

        def area(surface: Surface) -> float:
            x, y = surface.half_size
            return math.pi * x * x if surface.disc else 4 * x * y

        areas = [max((area(s) for s in a.open_surfaces), default=0.0) for a in self.assets]
        return sum(areas) / len(areas)

    @cached_property
    def uses(self) -> frozenset[Use]:
        """The parts of life that it belongs to; empty where it goes with everything."""
        return uses_of(self.category)

    def belongs_with(self, other: OfferedCategory) -> bool:
        """Whether people use the two in one part of life."""
        return not (self.uses and other.uses) or not self.uses.isdisjoint(other.uses)

    @cached_property
    def is_food(self) -> bool:
        """Whether it is eaten as it is."""
        return not FOODS.isdisjoint(ancestors(self.category)) and "__of__" not in self.category
