"""Robots that a spec names by their files."""

from __future__ import annotations

from pathlib import Path

from ..schemas import NO_ROBOT, DatasetSpec
from ..schemas.spec_file import is_path


def with_robot(spec: DatasetSpec) -> DatasetSpec:
    """The spec with its robot's name in place of its file's path, so that no path decides bytes.

    Raises:
        SpecError: where there is no such robot, or its file is wrong.
    """
    from ..scenes.robots import adopt, robot

    if is_path(spec.robot):
        return spec.model_copy(update={"robot": adopt(Path(spec.robot))})
    if spec.robot != NO_ROBOT:
        robot(spec.robot)
    return spec
