"""A user's notes on an asset file, in a YAML file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ....schemas.base import Model
from ....schemas.spec_file import validated
from ....schemas.yaml_source import read_yaml
from ...assets.licences import UNSPECIFIED

Scale = Annotated[float, Field(ge=1e-9, le=1e9)]
"""From nanometres up: beyond it no file is meant, and squares overflow."""
Positive = Annotated[float, Field(gt=0, le=1e6)]
Axis = Literal["x", "y", "z", "-x", "-y", "-z"]
_FORM = "notes are a mapping such as `category: mug.n.04`"


class AssetNotes(Model):
    """Everything is optional: what is not said is derived from the file and its name."""

    category: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """A BDDL category such as `mug.n.04`, or words such as `coffee mug`."""
    scale: Scale = 1.0
    """Metres per unit of the file: 0.001 for millimetres."""
    up: Axis | None = None
    """The file's axis that points up; by default y for GLB and GLTF, else z."""
    front: Axis | None = None
    """The file's axis that the front faces; by default z for GLB and GLTF, else x."""
    mass: Positive | None = None
    """Kilograms."""
    density: Positive | None = None
    """Kilograms per cubic metre, for mesh files without `mass`."""
    friction: Annotated[float, Field(gt=0, le=10)] | None = None
    """Sliding friction coefficient."""
    licence: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+\-]+$", max_length=80)] = UNSPECIFIED
    """An SPDX identifier such as `CC-BY-4.0`."""
    source: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """Where it comes from, such as an address; by default the file's name."""
    fixed: bool | None = None
    """Whether it stays where it is put; by default what is heavy, large, or opens."""
    graspable: bool | None = None
    """Whether a gripper of 8 cm opening can lift it; by default from geometry and mass."""

    @model_validator(mode="after")
    def _axes(self) -> Self:
        if self.up and self.front and self.up[-1] == self.front[-1]:
            raise ValueError(f"front: {self.front} lies along up: {self.up}; choose another axis")
        return self

    def over(self, defaults: AssetNotes) -> AssetNotes:
        """These notes, with what they leave unsaid taken from others."""
        said = defaults.model_dump(exclude_unset=True) | self.model_dump(exclude_unset=True)
        return AssetNotes.model_validate(said)


def read_notes(path: Path) -> AssetNotes:
    """Read the notes of a file, or the defaults of a folder.

    Raises:
        SpecError: listing every problem with its line, key, value, and what is allowed.
    """
    source = read_yaml(path)
    if source.data is None and not source.problems:
        return AssetNotes()
    return validated(source, AssetNotes, _FORM)
