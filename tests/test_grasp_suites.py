"""In the suites of grasps, what things are like decides how they are held."""

from __future__ import annotations

import pytest
from some import some
from worlds import LIBRARY

from cousins.flows.bench._suites import grasping
from cousins.scenes.core.franka import FRANKA
from cousins.schemas import Asset
from cousins.tasks.grasping.grasps import grasps_of
from cousins.tasks.grasping.kinds import RIM_WIDTH


def assets(category: str) -> list[Asset]:
    return some(LIBRARY.get(name) for name in LIBRARY.ids()[category][:8])


@pytest.mark.parametrize("category", grasping.SOLID)
def test_what_is_held_around_its_body_is_closed_and_narrow(category: str) -> None:
    for asset in assets(category):
        assert not asset.cavities
        assert not asset.handles
        assert min(asset.extents) <= FRANKA.widest_grasp


@pytest.mark.parametrize("category", grasping.WALLED)
def test_what_is_held_by_its_rim_has_no_other_part_to_hold(category: str) -> None:
    for asset in assets(category):
        assert min(asset.extents[:2]) > FRANKA.widest_grasp
        assert not asset.handles
        found = grasps_of(asset, asset.content_hash(), FRANKA)
        assert (found.widths < 2 * RIM_WIDTH).mean() > 0.9, asset.id


@pytest.mark.parametrize("category", grasping.HANDLED)
def test_what_is_held_by_its_handle_is_closed_and_wide(category: str) -> None:
    for asset in assets(category):
        assert min(asset.extents[:2]) > FRANKA.widest_grasp
        assert not asset.cavities
        assert asset.handles
        found = grasps_of(asset, asset.content_hash(), FRANKA)
        assert (found.widths < 2 * RIM_WIDTH).any(), asset.id


@pytest.mark.parametrize("category", grasping.THIN)
def test_what_is_held_by_its_edge_is_thin(category: str) -> None:
    for asset in assets(category):
        assert asset.graspable
        assert asset.extents[2] < 0.04
        assert not asset.cavities
