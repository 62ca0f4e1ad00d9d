"""Paths of what objects are made of; the light alone tells the difference."""

from __future__ import annotations

from collections.abc import Callable

from ....scenes.model.pictures import image_pixels
from ....schemas import Asset, Material, Texture, VariantError
from ....schemas.base import Rgba
from .colours import HELP, KINDS, is_colour, rgba, shade
from .family import Family, Numbers, Value, Variant, Words

PLAIN = "plain"
REPEATS = 1.5
"""Of a pattern along the longest side of an object."""
_LUMINANCE = (0.2126, 0.7152, 0.0722)


def _changed(variant: Variant, name: str, change: Callable[[Material], Material]) -> Variant:
    """All materials of an object, and the default one of parts that name none."""
    asset = variant.asset(name)
    bare = "unnamed"
    while bare in asset.materials:
        bare += "_"
    links = tuple(
        link.model_copy(
            update={
                "visuals": tuple(
                    shape if shape.material else shape.model_copy(update={"material": bare})
                    for shape in link.visuals
                )
            }
        )
        for link in asset.links
    )
    materials = {key: change(material) for key, material in asset.materials.items()}
    used = {one.picture.image for one in materials.values() if one.picture is not None}
    update = {
        "materials": {**materials, bare: change(Material())},
        "links": links,
        "images": {key: image for key, image in asset.images.items() if key in used},
    }
    return variant.with_object(variant.scene.object(name), asset.model_copy(update=update))


def _colour(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    def painted(material: Material) -> Material:
        colour = rgba(str(value), material.rgba[3])
        if material.texture is None:
            return material.model_copy(update={"rgba": colour})
        levels = [_level(tone) for tone in material.texture.colours]
        tones = tuple(shade(colour, min(x / max(levels[0], 0.05), 1.5)) for x in levels)
        texture = material.texture.model_copy(update={"colours": tones})
        return material.model_copy(update={"texture": texture})

    return _changed(variant, names[0], painted)


def _level(colour: tuple[float, float, float, float]) -> float:
    return sum(part * share for part, share in zip(colour[:3], _LUMINANCE, strict=True))


def _texture(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    """A pattern of a size that suits the object; one that it has keeps its own."""
    asset = variant.asset(names[0])
    fitting = REPEATS / max(asset.extents)

    def papered(material: Material) -> Material:
        old = material.texture
        main = _main(asset, material) if old is None else old.colours[0]
        if value == PLAIN:
            return material.model_copy(update={"texture": None, "picture": None, "rgba": main})
        tones = (main, shade(main, 0.6)) if old is None else old.colours
        scale = fitting if old is None or old.kind != value else old.scale
        texture = Texture.model_validate({"kind": value, "colours": tones, "scale": scale})
        rgba = (1.0, 1.0, 1.0, main[3])
        return material.model_copy(update={"texture": texture, "picture": None, "rgba": rgba})

    return _changed(variant, names[0], papered)


def _main(asset: Asset, material: Material) -> Rgba:
    """The colour of a material without a pattern: of a picture, its mean."""
    if material.picture is None:
        return material.rgba
    pixels = image_pixels(asset, material.picture.image)[..., :3]
    mean = pixels.sum(axis=(0, 1), dtype="int64") / (255 * pixels.shape[0] * pixels.shape[1])
    red, green, blue = (round(float(x * y), 4) for x, y in zip(mean, material.rgba, strict=False))
    return red, green, blue, material.rgba[3]


def _texture_scale(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    materials = variant.asset(names[0]).materials.values()
    if all(material.texture is None for material in materials):
        raise VariantError(
            f"object.{names[0]}.material.texture_scale: it has no texture; write "
            f"object.{names[0]}.material.texture before"
        )

    def scaled(material: Material) -> Material:
        if material.texture is None:
            return material
        texture = material.texture.model_copy(update={"scale": float(value)})
        return material.model_copy(update={"texture": texture})

    return _changed(variant, names[0], scaled)


def _roughness(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    update = {"roughness": float(value)}
    return _changed(variant, names[0], lambda material: material.model_copy(update=update))


def _metallic(variant: Variant, names: tuple[str, ...], value: Value) -> Variant:
    update = {"metallic": float(value)}
    return _changed(variant, names[0], lambda material: material.model_copy(update=update))


TEXTURES = (PLAIN, *KINDS)
SHARE = Numbers(0.0, 1.0)
FAMILIES = (
    Family(
        "object.NAME.material.colour", Words(HELP, is_colour),
        "of all its parts; textures keep their pattern, pictures are multiplied by it", "rgb",
        _colour,
    ),
    Family(
        "object.NAME.material.texture",
        Words(f"one of {', '.join(TEXTURES)}", TEXTURES.__contains__),
        "pattern of all its parts, in their colours", "rgb", _texture,
    ),
    Family(
        "object.NAME.material.texture_scale", Numbers(0.1, 200.0),
        "repeats of its pattern per unit of its texture coordinates: metres, of procedural assets",
        "rgb", _texture_scale,
    ),
    Family("object.NAME.material.roughness", SHARE, "0 is a mirror, 1 chalk", "rgb", _roughness),
    Family(
        "object.NAME.material.metallic", SHARE,
        "1 is metal: it mirrors what is around, in its own colour", "rgb", _metallic,
    ),
)  # fmt: skip
