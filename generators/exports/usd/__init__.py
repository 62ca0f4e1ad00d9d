"""USD: articulated assets and whole scenes for what reads OpenUSD, physics included."""

from __future__ import annotations

from pathlib import Path

from ....schemas.plugins import Needs
from ...dataset import Dataset
from .._scenes import SceneExporter


def _write(dataset: Dataset, out: Path) -> None:
    from .writing import write

    write(dataset, out)


PLUGIN = SceneExporter(
    "USD: articulated assets and scenes with UsdPhysics joints, masses and materials",
    Needs(packages=("numpy", "pillow", "usd-core"), install="pip install 'cousins[usd]'"),
    _write,
)
