"""Robots: those that a spec names by their files, and whether that of a dataset is here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..schemas import NO_ROBOT, DatasetSpec
from ..schemas.spec_file import is_path

if TYPE_CHECKING:
    from ..generators.dataset import Dataset


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


def check_robot_of(dataset: Dataset) -> None:
    """Make sure that a dataset's robot is here, before its attempts are carried out again.

    Raises:
        UnknownRobotError: it is not, or its file is not as it was; says where it was looked for.
        BackendMissingError: a package that its models come from is not installed.
    """
    from ..scenes.robots import check_robot

    name = dataset.spec.robot
    if name != NO_ROBOT:
        check_robot(name)
