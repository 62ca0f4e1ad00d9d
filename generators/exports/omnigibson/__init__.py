"""OmniGibson: configs, scene files, activities and assets for two of its generations.

Made without OmniGibson, and checked against its names and signatures; docs/omnigibson.md says
what was executed and what was not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ....schemas.plugins import Needs, installed
from ...dataset import Dataset
from .._folders import refuse_files
from .._scenes import refuse_without_scenes
from .config import to_env_config
from .profiles import PROFILES
from .scene_file import to_scene_json
from .task import to_task


def _needs() -> Needs:
    """What shapes its bytes: `usd-core` adds files where it is installed."""
    usd = ("usd-core",) if installed("usd-core") is not None else ()
    robots = ("airo-models", "fast-simplification", "franky-sim", "mujoco", "trimesh")
    return Needs(packages=("bddl", "numpy", "pillow", *robots, *usd), version=2)


@dataclass(frozen=True)
class OmniGibsonExporter:
    """Writes scenes for OmniGibson.

    Attributes:
        profiles: which generations of OmniGibson to write for.
        assets: `own` are the dataset's; `behavior` takes BEHAVIOR's nearest model of a category.
    """

    profiles: tuple[str, ...] = tuple(PROFILES)
    assets: Literal["own", "behavior"] = "own"
    summary: str = "OmniGibson: environment configs, scene files, BDDL activities, assets as URDF"
    needs: Needs = field(default_factory=_needs)

    def check_dataset(self, dataset: Dataset) -> None:
        """See `Choosy`."""
        refuse_without_scenes(dataset)

    def export(self, dataset: Dataset, out: Path) -> None:
        """Write the export to `out`, which must be empty or absent.

        Raises:
            DatasetError: where `out` holds files, or there are no scenes.
            SpecError: there is no such profile.
        """
        from .writing import write

        refuse_files(out)
        refuse_without_scenes(dataset)
        write(dataset, out, self.profiles, self.assets)


PLUGIN = OmniGibsonExporter()

__all__ = ["PLUGIN", "OmniGibsonExporter", "to_env_config", "to_scene_json", "to_task"]
