"""Looks of surfaces: colours, procedural textures, and pictures."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Model, Rgba, unset

TextureKind = Literal[
    "wood", "marble", "speckle", "checker", "stripes", "fabric", "brushed", "gradient", "label",
    "tiles", "plaster", "wicker",
]  # fmt: skip


class Texture(Model):
    """A procedural texture: pixels are a pure function of these numbers."""

    kind: TextureKind
    colours: Annotated[tuple[Rgba, ...], Field(min_length=1, max_length=4)]
    scale: Annotated[float, Field(gt=0)] = 1.0
    """Repeats per unit of uv."""
    seed: int = 0


Wrap = Literal["repeat", "clamp", "mirror"]
"""What a picture shows beyond its edges: itself again, its edge, or its mirror image."""
AlphaMode = Literal["opaque", "mask", "blend"]
"""What a picture's alpha does: nothing, cut out what is below one half, or blend."""


class ImageTexture(Model):
    """An image that lies on meshes by their texture coordinates: v is 1 along its upper edge."""

    image: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the PNG file in the asset's `images`."""
    wrap: tuple[Wrap, Wrap] = ("repeat", "repeat")
    """Along u and v."""
    alpha: AlphaMode = "opaque"


class Material(Model):
    """The look of a surface, in the terms path tracers and rasterisers share."""

    rgba: Rgba = (0.8, 0.8, 0.8, 1.0)
    """Display values (sRGB) and alpha; a picture is multiplied by it, a texture has its own."""
    texture: Texture | None = None
    roughness: Annotated[float, Field(ge=0, le=1)] = 0.6
    metallic: Annotated[float, Field(ge=0, le=1)] = 0.0
    picture: ImageTexture | None = Field(default=None, exclude_if=unset)

    @model_validator(mode="after")
    def _one_pattern(self) -> Self:
        if self.texture is not None and self.picture is not None:
            raise ValueError("a material has a texture or a picture, not both")
        return self
