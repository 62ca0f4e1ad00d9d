"""The measure of realism: statistics of pictures against those of photographs."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cousins.flows.bench import realism
from cousins.schemas import BackendMissingError


def leaves(seed: int) -> realism.Picture:
    """Dead leaves: discs over discs, whose statistics are those of natural images."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: realism.SIZE, : realism.SIZE]
    made = np.zeros((realism.SIZE, realism.SIZE, 3), dtype=np.uint8)
    for radius in np.sort(4 / rng.uniform(0.05, 1.0, 150))[::-1]:
        u, v = rng.uniform(0, realism.SIZE, 2)
        made[(x - u) ** 2 + (y - v) ** 2 < radius**2] = rng.integers(20, 235, 3)
    return made


def blurred(picture: realism.Picture) -> realism.Picture:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(6)))


def test_pictures_of_the_same_kind_are_nearer_than_spoilt_ones() -> None:
    photographs = [leaves(seed) for seed in range(5)]
    others = [leaves(seed) for seed in range(10, 15)]
    sets = {
        "same": others,
        "blurred": [blurred(picture) for picture in others],
        "dark": [np.asarray(picture // 4, dtype=np.uint8) for picture in others],
        "grey": [np.repeat(picture[..., :1], 3, axis=2) for picture in others],
    }
    found = realism.compared(photographs, sets)
    assert found["same"]["mean"] < 1.1
    for spoilt, statistics in (
        ("blurred", ("contrast", "spectrum")), ("dark", ("brightness", "contrast")),
        ("grey", ("saturation",)),
    ):  # fmt: skip
        for statistic in statistics:
            assert found[spoilt][statistic] > 2 * max(found["same"][statistic], 1.0), spoilt
    assert realism.compared(photographs, sets) == found


def test_without_photographs_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realism, "PHOTOGRAPHS", {"no_such_package": ("data", "a.png")})
    with pytest.raises(BackendMissingError, match="pip install scikit-image scikit-learn"):
        realism.run(small=True, seed=0)
