"""Rules of pictures on assets: how coordinates wrap, and how many pixels are kept."""

from __future__ import annotations

import numpy as np
import pytest

from cousins.scenes.importing import skins
from cousins.scenes.importing.opened import reporting
from cousins.scenes.importing.pictures import ReadPicture
from cousins.scenes.importing.placings import CLAMP, MIRROR, REPEAT, PicturePlacing


@pytest.mark.parametrize(
    ("mode", "places"),
    [
        (REPEAT, [0.25, 0.75, 0.25, 0.75, 0.25]),
        (CLAMP, [0.25, 0.75, 1.0, 1.0, 0.0]),
        (MIRROR, [0.25, 0.75, 0.75, 0.25, 0.75]),
    ],
)
def test_coordinates_wrap_along_each_axis_in_its_own_way(mode: int, places: list[float]) -> None:
    """OpenGL's rules; along v they hold from the upper edge."""
    given = np.array([0.25, 0.75, 1.25, 1.75, -0.75])
    plain = np.full(5, 0.4)
    along_u = PicturePlacing(wrap=(mode, REPEAT)).placed(np.stack([given, plain], axis=-1))
    assert along_u[:, 0] == pytest.approx(places, abs=1e-3)
    assert along_u[:, 1] == pytest.approx(plain)
    along_v = PicturePlacing(wrap=(REPEAT, mode)).placed(np.stack([plain, 1 - given], axis=-1))
    assert 1 - along_v[:, 1] == pytest.approx(places, abs=1e-3)
    assert along_v[:, 0] == pytest.approx(plain)


def picture(height: int, width: int) -> ReadPicture:
    return ReadPicture.of(np.full((height, width, 4), 200, dtype=np.uint8))


def test_the_largest_pictures_are_halved_until_all_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skins, "MOST_TEXELS", 10_000)
    with reporting() as report:
        found = skins.within_budget([picture(120, 60), picture(200, 200), picture(10, 10)])
    # 47,300 pixels; with the second at 100 x 100 still 17,300, at 50 x 50 9,800.
    assert [x.pixels.shape[:2] for x in found] == [(120, 60), (50, 50), (10, 10)]
    assert any("10,000" in text for text in report.notes)


def test_pictures_that_fit_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skins, "MOST_TEXELS", 200)
    given = [picture(10, 10), picture(10, 10)]
    with reporting() as report:
        assert skins.within_budget(given) == given
    assert not report.notes
