"""Libraries from other projects' wheels: what is missing, refused, converted and kept."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import first

from cousins.scenes.assets.library import AssetLibrary
from cousins.scenes.assets.licences import permits_commercial
from cousins.scenes.assets.trial import trial
from cousins.scenes.core import taxonomy
from cousins.scenes.core.asset_geometry import seen_points
from cousins.scenes.importing.scale import check_scale
from cousins.scenes.libraries._converted import ConvertedLibrary, Offer
from cousins.schemas import Asset, AssetError, BackendMissingError, SpecError

wheels = import_module("cousins.scenes.libraries._wheels")
KINDS = ("libero", "robosuite", "metaworld", "synthesizer")
ROOT = Path(__file__).resolve().parents[1]
NAME = re.compile(r"^[a-zA-Z][a-zA-Z0-9_\-]{0,63}$")


def adapter(kind: str) -> Any:
    inside = ".library" if kind == "synthesizer" else ""
    return import_module(f"cousins.scenes.libraries.{kind}{inside}")


def opened(kind: str) -> ConvertedLibrary:
    try:
        library: ConvertedLibrary = adapter(kind).open_library()
    except BackendMissingError as error:
        pytest.skip(str(error))
    return library


def pretended(kind: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> ConvertedLibrary:
    """The library as if its wheel were installed in an empty folder."""
    module = adapter(kind)

    def found(*_: object) -> Any:
        return wheels.Wheel("a-wheel", "1.0", folder)

    monkeypatch.setattr(module, "find_wheel", found)
    library: ConvertedLibrary = module.open_library()
    return library


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_wheel_names_the_command(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(wheels, "version", nothing)
    command = adapter(kind).COMMAND
    with pytest.raises(BackendMissingError, match=re.escape(f"not installed; try: {command}")):
        adapter(kind).open_library()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if "--no-deps" not in command:
        assert f"cousins[{kind}]" in command
        assert project["optional-dependencies"][kind]
    else:
        assert kind not in project["optional-dependencies"], "it would bring another MuJoCo"


@pytest.mark.parametrize("kind", KINDS)
def test_tables_name_categories_licences_and_ids(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = pretended(kind, monkeypatch, tmp_path)
    assert isinstance(library, AssetLibrary)
    ids = [offer.asset_id for offer in library.offers]
    assert len(set(ids)) == len(ids) > 5
    assert not set(ids) & set(library.refused)
    for asset_id in (*ids, *library.refused):
        assert NAME.match(asset_id)
        assert asset_id.startswith(f"{kind}-")
    for offer in library.offers:
        taxonomy.node(offer.category)
        assert library.stamp(offer.asset_id) == offer.stamp
    assert all(library.refused.values())
    assert len({offer.stamp for offer in library.offers}) == len(ids)


def test_what_libero_holds_keeps_its_own_licences() -> None:
    from cousins.scenes.libraries import libero

    assert not permits_commercial(libero.HOPE)
    assert not permits_commercial(libero.BOUGHT)
    assert permits_commercial(libero.SCANNED)


def test_a_wheel_without_its_files_quarantines_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path / "cache"))
    library = pretended("robosuite", monkeypatch, tmp_path)
    assert library.ids() == {}
    assert all("cannot be read" in library.quarantined()[o.asset_id] for o in library.offers)


def test_conversion_happens_once_and_failures_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path))
    made: list[str] = []
    mug = first("mug.n.04")

    def good() -> Asset:
        made.append("good")
        return mug.model_copy(update={"id": "own-good", "library": "own"})

    def wrong() -> Asset:
        made.append("wrong")
        return mug.model_copy(update={"id": "own-wrong", "extents": (1.0, 1.0, 1.0)})

    def none() -> Asset:
        made.append("none")
        raise AssetError("the file is missing")

    def library() -> ConvertedLibrary:
        offers = (
            Offer("own-good", "mug.n.04", "a", good),
            Offer("own-wrong", "mug.n.04", "b", wrong),
            Offer("own-none", "bowl.n.01", "c", none),
        )
        return ConvertedLibrary("own", "1", offers, {"own-part": "a part of good"})

    for _ in range(2):
        assert library().ids() == {"mug.n.04": ("own-good",)}
        assert library().get("own-good").content_hash() == good().content_hash()
    reasons = library().quarantined()
    assert list(reasons) == ["own-part", "own-wrong", "own-none"]
    assert "extents say 1.000" in reasons["own-wrong"]
    assert reasons["own-none"] == "the file is missing"
    assert made.count("wrong") == made.count("none") == 1
    with pytest.raises(SpecError, match="own-none may not be used: the file is missing"):
        library().get("own-none")
    with pytest.raises(SpecError, match="own-part may not be used: a part of good"):
        library().get("own-part")
    with pytest.raises(SpecError, match="no asset 'own-god' in own; nearest are own-good"):
        library().get("own-god")
    assert library() == library()
    assert hash(library()) == hash(library())


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_assets_of_each_library(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = opened(kind)
    monkeypatch.setenv("COUSINS_CACHE", str(tmp_path))
    for offer in (library.offers[0], library.offers[-1]):
        asset = library.get(offer.asset_id)
        assert (asset.id, asset.category, asset.library) == (offer.asset_id, offer.category, kind)
        assert asset.licence
        assert asset.source
        check_scale(asset.category, asset.extents)
        assert trial(asset) is None, "dropped on a floor it comes to rest"
        assert np.allclose(np.ptp(seen_points(asset), axis=0), asset.extents, atol=1e-4)
        again = offer.make()
        assert again.content_hash() == asset.content_hash(), "the same every time"


def test_the_generator_leaves_nothing_behind(tmp_path: Path) -> None:
    library = opened("synthesizer")
    before = str(np.random.get_state())  # noqa: NPY002
    litter = set(Path("/tmp").glob("*.obj"))
    fridge = next(offer for offer in library.offers if "fridge" in offer.asset_id).make()
    assert str(np.random.get_state()) == before  # noqa: NPY002
    assert set(Path("/tmp").glob("*.obj")) == litter
    assert {joint.controls for joint in fridge.joints} == {"opening"}
    assert {"container", "openable", "support"} <= fridge.affordances
    assert 40 < fridge.mass < 250, "insulated walls"
    textured = [m for m in fridge.materials.values() if m.texture is not None]
    assert textured, "its own grey is replaced"


SHARES = {"libero": 0.85, "robosuite": 0.95, "metaworld": 0.95, "synthesizer": 0.9}


@pytest.mark.heavy
@pytest.mark.parametrize("kind", KINDS)
def test_most_of_what_is_mapped_can_be_used(kind: str) -> None:
    library = opened(kind)
    usable = [asset_id for ids in library.ids().values() for asset_id in ids]
    assert len(usable) >= SHARES[kind] * len(library.offers), library.quarantined()
    for asset_id in usable:
        asset = library.get(asset_id)
        check_scale(asset.category, asset.extents)
        assert asset.licence
    assert len(usable) + len(library.quarantined()) == len(library.offers) + len(library.refused)


def test_what_is_offered_can_be_sent_to_worker_processes() -> None:
    import pickle

    from cousins.scenes.libraries.synthesizer.classes import KINDS

    assert pickle.loads(pickle.dumps(KINDS)) == KINDS
