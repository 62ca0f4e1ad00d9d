"""What a geom of a model looks like: its colour, its material's texture, its file's pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.geometry import Array
from .model_meshes import TriangleMesh
from .model_part import WeldedGeom
from .opened import note
from .paints import mean_colour, picture_of
from .placings import PLAIN
from .skins import Coat, shows_a_picture, skin_of


def coat_of(piece: WeldedGeom) -> Coat:
    """The looks of a geom's faces; a primitive is one face.

    A material's texture goes before the pictures and colours of the mesh's own file, which count
    where there is no material. The geom's colour is multiplied by either.
    """
    if piece.mesh is None:
        return Coat.plain(_looks(piece, _plain(piece), 1))
    mesh, count = piece.mesh, len(piece.mesh.faces)
    if piece.paint is not None and piece.paint.image is not None and mesh.uv is not None:
        return _painted(piece, mesh, mesh.uv)
    if piece.paint is None and not piece.material:
        if mesh.coat is not None:
            return _own(piece, mesh.coat)
        if mesh.colours is not None:
            return Coat.plain(_looks(piece, mesh.colours, count))
    return Coat.plain(_looks(piece, _plain(piece), count))


def _painted(piece: WeldedGeom, mesh: TriangleMesh, uv: Array) -> Coat:
    """Faces with the picture of the geom's material."""
    picture = None if piece.paint is None else picture_of(piece.paint)
    count = len(mesh.faces)
    if picture is None:
        return Coat.plain(_looks(piece, np.ones((1, 3)), count))
    across, along = piece.repeat
    laid = np.stack([uv[..., 0] * across, 1.0 - (1.0 - uv[..., 1]) * along], axis=-1)
    colours = picture.at(PLAIN.placed(laid.mean(axis=1)))[:, :3]
    if not shows_a_picture(picture, laid, colours):
        return Coat.plain(_looks(piece, colours, count))
    return Coat.skinned(_looks(piece, np.ones((1, 3)), count), skin_of(picture), laid)


def _own(piece: WeldedGeom, coat: Coat) -> Coat:
    """Faces with the pictures of the mesh's file, times the geom's colour."""
    looks = coat.looks.copy()
    looks[:, :4] *= np.array(piece.rgba)
    looks[:, 4:] = (piece.roughness, piece.metallic)
    return replace(coat, looks=np.clip(looks, 0, 1))


def _plain(piece: WeldedGeom) -> Array:
    """The one colour of a texture, (1, 3), as a factor on the geom's own."""
    if piece.paint is None:
        return np.ones((1, 3))
    if piece.paint.image is not None:
        what = "mesh without texture coordinates" if piece.mesh is not None else piece.kind
        note(f"the picture on a {what} is shown by its mean colour")
    return np.array([mean_colour(piece.paint)])


def _looks(piece: WeldedGeom, colours: Array, count: int) -> Array:
    """(count, 6), from factors (count, 3) or (1, 3) on the geom's own colour."""
    rgb = np.clip(colours * np.array(piece.rgba[:3]), 0, 1)
    rest = np.full((len(rgb), 3), (piece.rgba[3], piece.roughness, piece.metallic))
    found: Array = np.broadcast_to(np.column_stack([rgb, rest]), (count, 6))
    return found
