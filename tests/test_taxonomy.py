"""The taxonomy without bddl's knowledge base, and the stand-ins for categories."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cousins.scenes.assets.categories import categories
from cousins.scenes.core import taxonomy
from cousins.scenes.cousins import catalogue
from cousins.scenes.cousins.catalogue import resolve
from cousins.schemas import SpecError

CATEGORIES = tuple(categories())


def test_nodes_are_bddl_s() -> None:
    mug = taxonomy.node("mug.n.04")
    assert mug.models == ("mug",)
    assert mug.parents == ("drinking_vessel.n.01",)
    assert {"fillable", "breakable"} <= taxonomy.abilities("mug.n.04")
    assert "openable" in taxonomy.abilities("cabinet.n.01")
    assert len(taxonomy.nodes()) > 3000


def test_ancestors_count_steps() -> None:
    up = taxonomy.ancestors("mug.n.04")
    assert up["mug.n.04"] == 0
    assert up["drinking_vessel.n.01"] == 1
    assert up["container.n.01"] == 3
    assert up["entity.n.01"] == taxonomy.depth("mug.n.04")
    assert taxonomy.is_a("desk.n.01", "table.n.02")
    assert not taxonomy.is_a("table.n.02", "desk.n.01")


def test_distance_is_a_premetric() -> None:
    names = ["mug.n.04", "bowl.n.01", "apple.n.01", "cabinet.n.01", "table.n.02"]
    for first in names:
        assert taxonomy.distance(first, first) == 0
        for second in names:
            apart = taxonomy.distance(first, second)
            assert apart == taxonomy.distance(second, first)
            assert (0 < apart <= 1) == (first != second)
    near = taxonomy.distance("apple.n.01", "orange.n.01")
    assert near < taxonomy.distance("apple.n.01", "mug.n.04")


def test_unknown_categories_offer_near_ones() -> None:
    with pytest.raises(SpecError, match=r"'mug\.n\.01'; did you mean mug\.n\.04"):
        taxonomy.node("mug.n.01")
    with pytest.raises(SpecError, match=r"microwave\.n\.02"):
        taxonomy.distance("mug.n.04", "microwavee.n.02")


def test_knowledge_base_is_never_imported() -> None:
    code = (
        "import sys; from cousins.scenes.core import taxonomy;"
        "assert len(taxonomy.nodes()) > 3000; assert taxonomy.metric_boxes('mug.n.04');"
        "assert not any(name.split('.')[0] == 'bddl' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_metric_boxes_include_hyponyms() -> None:
    assert len(taxonomy.metric_boxes("mug.n.04")) == 14
    assert len(taxonomy.metric_boxes("book.n.02")) > 250
    assert all(0.01 < side < 0.2 for box in taxonomy.metric_boxes("mug.n.04") for side in box)


@pytest.mark.parametrize(
    ("asked", "stand_in"),
    [
        ("mug.n.04", "mug.n.04"),
        ("bottle__of__vodka.n.01", "water_bottle.n.01"),
        ("vinegar__bottle.n.01", "water_bottle.n.01"),
        ("jar__of__jam.n.01", "jar__of__honey.n.01"),
        ("raisin__box.n.01", "box__of__baking_soda.n.01"),
        ("cup.n.01", "teacup.n.02"),
        ("table.n.02", "breakfast_table.n.01"),
        ("hardback.n.01", "book.n.02"),
        ("casserole.n.02", "bowl.n.01"),
        ("grocery_shelf.n.01", "shelf.n.01"),
        ("chest.n.02", "cedar_chest.n.01"),
        ("platter.n.01", "plate.n.04"),
        ("mango.n.02", "apple.n.01"),
        ("half__apple.n.01", "apple.n.01"),
        ("pen.n.01", "marker.n.03"),
        ("pencil.n.01", "marker.n.03"),
        ("pocketknife.n.01", "table_knife.n.01"),
        ("bar_stool.n.01", "stool.n.01"),
        ("bag__of__chips.n.01", "sack.n.01"),
        ("beer_bottle.n.01", "water_bottle.n.01"),
        ("electric_kettle.n.01", "kettle.n.01"),
        ("yam.n.03", "potato.n.01"),
        ("shears.n.01", "pruner.n.02"),
        ("goblet.n.01", "wineglass.n.01"),
        ("doll.n.01", "toy_figure.n.01"),
    ],
)
def test_stand_ins(asked: str, stand_in: str) -> None:
    assert resolve(asked, CATEGORIES) == stand_in


@pytest.mark.parametrize(
    ("asked", "stand_in"),
    [
        ("oven.n.01", "toaster_oven.n.01"),
        ("electric_refrigerator.n.01", "microwave.n.02"),
        ("floor_lamp.n.01", "table_lamp.n.01"),
        ("wardrobe.n.01", "cabinet.n.03"),
        ("cooler.n.01", "cedar_chest.n.01"),
        ("rack.n.01", "shelf.n.01"),
    ],
)
def test_what_is_too_large_for_a_table_has_small_stand_ins(asked: str, stand_in: str) -> None:
    assert resolve(asked, [name for name in CATEGORIES if name != asked]) == stand_in


@pytest.mark.parametrize(
    "asked",
    [
        "car.n.01", "broom.n.01", "water.n.06", "pillow.n.01", "toothbrush.n.01", "key.n.01",
        "hairbrush.n.01", "razor.n.01", "hand_blower.n.01", "mousetrap.n.01", "boot.n.01",
        "shoe.n.01", "ski.n.01", "bok_choy.n.02", "tongs.n.01", "vacuum.n.04", "iron.n.04",
        "wallet.n.01", "peeler.n.03", "inhaler.n.01", "salad.n.01", "bed.n.01",
        "pumpkin.n.02", "strawberry.n.01", "grape.n.01", "saw.n.02", "diced__apple.n.01",
        "broken__glass.n.01",
    ],
)  # fmt: skip
def test_no_stand_in_is_an_error_with_offers(asked: str) -> None:
    with pytest.raises(SpecError, match=rf"{asked}.*nearest categories offered are .*\(0\."):
        resolve(asked, CATEGORIES)


def test_what_opens_is_replaced_by_what_opens() -> None:
    for asked in taxonomy.nodes():
        try:
            stand_in = resolve(asked, CATEGORIES)
        except SpecError:
            continue
        if "openable" in taxonomy.abilities(asked) and "__" not in asked:
            assert "openable" in taxonomy.abilities(stand_in), asked


def test_listed_stand_ins_exist() -> None:
    known = [declared.category for declared in categories().values()]
    declared = [name for one in known for name in (*one.stands_in, *one.also_stands_in)]
    stood_in_for = [name for name in declared if "." in name]
    assert len(stood_in_for) > 40
    for asked in (*stood_in_for, *catalogue.REFUSED, *catalogue.KINDS):
        assert taxonomy.node(asked).name == asked
