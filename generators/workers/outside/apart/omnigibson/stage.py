"""What is drawn, on OmniGibson's stage: one mesh for each geom, its look, and lights.

Nothing here has physics: geoms are put where another simulator says that they are. A geom is
`/World/cousins/geom_<id>`, so that a camera which says which prim a pixel sees says the geom.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..messages import Array, Message

ROOT = "/World/cousins"
GEOM = "geom_"
SUN_ANGLE = 4.0
"""How wide a lamp looks from the scene, degrees."""
LUX = 1.0
"""Intensity of a lamp for each lux; not calibrated, since no RTX card was at hand."""


class DrawnStage:
    """The geoms of one scene below `ROOT`."""

    def __init__(self, pxr: Callable[[str], Any], stage: Any, folder: Path) -> None:
        """Work on a stage.

        Args:
            pxr: gives a module of OpenUSD by its name.
            stage: a `Usd.Stage`.
            folder: for files of textures.
        """
        self._pxr, self._stage, self._folder = pxr, stage, folder
        self._transforms: dict[int, Any] = {}
        self._poses: Array | None = None
        self._hidden: frozenset[int] = frozenset()
        self._lit: object = None

    def load(self, message: Message) -> None:
        """Build the geoms in the place of those of another scene."""
        self._stage.RemovePrim(ROOT)
        self._transforms, self._poses, self._lit = {}, None, None
        self._hidden = frozenset()
        self._pxr("UsdGeom").Xform.Define(self._stage, ROOT)
        for key in message.head["textures"]:
            pixels = message.arrays[f"{key}/pixels"]
            # Row 0 lies at v = 0, and the first row of a file at v = 1.
            Image.fromarray(np.ascontiguousarray(pixels[::-1])).save(self._picture(key))
        looks = [self._look(n, look) for n, look in enumerate(message.head["materials"])]
        for geom in message.head["geoms"]:
            self._geom(geom, message.arrays, looks[geom["material"]])

    def move(self, poses: Array) -> None:
        """Pose the geoms; (G, 3, 4) rows of `world_from_geom`, by geom id."""
        gf = self._pxr("Gf")
        for number, op in self._transforms.items():
            if self._poses is None or not np.array_equal(poses[number], self._poses[number]):
                whole = np.vstack([poses[number], [0.0, 0.0, 0.0, 1.0]])
                op.Set(gf.Matrix4d(*whole.T.ravel().tolist()))  # points are rows there
        self._poses = np.array(poses)

    def show(self, hidden: list[int]) -> None:
        """Do not draw these geoms."""
        geometry, away = self._pxr("UsdGeom"), frozenset(hidden)
        for number in away ^ self._hidden:
            prim = geometry.Imageable(self._stage.GetPrimAtPath(path_of(number)))
            if number in away:
                prim.MakeInvisible()
            else:
                prim.MakeVisible()
        self._hidden = away

    def light(self, suns: list[dict[str, Any]], ambient: float) -> None:
        """Set the lights.

        Args:
            suns: each with `direction` (3), `lux` (3) for each channel, and `shadow`.
            ambient: lux from all sides.
        """
        if (suns, ambient) == self._lit:
            return
        lux, root = self._pxr("UsdLux"), f"{ROOT}/lights"
        self._stage.RemovePrim(root)
        for number, sun in enumerate(suns):
            made = lux.DistantLight.Define(self._stage, f"{root}/sun_{number}")
            power = np.maximum(np.asarray(sun["lux"], dtype=np.float64), 1e-6)
            made.CreateIntensityAttr(float(power.max()) * LUX)
            made.CreateColorAttr(self._pxr("Gf").Vec3f(*(power / power.max()).tolist()))
            made.CreateAngleAttr(SUN_ANGLE)
            lux.ShadowAPI.Apply(made.GetPrim()).CreateShadowEnableAttr(bool(sun["shadow"]))
            self._transform(made).Set(self._aimed(sun["direction"]))
        dome = lux.DomeLight.Define(self._stage, f"{root}/ambient")
        dome.CreateIntensityAttr(ambient * LUX)
        self._lit = (suns, ambient)

    def _geom(self, geom: dict[str, Any], arrays: Any, look: Any) -> None:
        vt, sdf = self._pxr("Vt"), self._pxr("Sdf")
        geometry, shade = self._pxr("UsdGeom"), self._pxr("UsdShade")
        points, normals, uv, faces = (
            arrays[f"{geom['mesh']}/{field}"] for field in ("points", "normals", "uv", "faces")
        )
        made = geometry.Mesh.Define(self._stage, path_of(int(geom["id"])))
        made.CreatePointsAttr(vt.Vec3fArray.FromNumpy(np.ascontiguousarray(points, np.float32)))
        made.CreateFaceVertexCountsAttr(vt.IntArray([3] * len(faces)))
        corners = np.ascontiguousarray(faces, np.int32).ravel()
        made.CreateFaceVertexIndicesAttr(vt.IntArray.FromNumpy(corners))
        made.CreateSubdivisionSchemeAttr("none")
        made.CreateNormalsAttr(vt.Vec3fArray.FromNumpy(np.ascontiguousarray(normals, np.float32)))
        made.SetNormalsInterpolation("vertex")
        primvars = geometry.PrimvarsAPI(made)
        st = primvars.CreatePrimvar("st", sdf.ValueTypeNames.TexCoord2fArray, "vertex")
        st.Set(vt.Vec2fArray.FromNumpy(np.ascontiguousarray(uv, np.float32)))
        if geom["backdrop"]:  # light comes through walls
            quiet = primvars.CreatePrimvar("doNotCastShadows", sdf.ValueTypeNames.Bool)
            quiet.Set(True)
        self._transforms[int(geom["id"])] = self._transform(made)
        shade.MaterialBindingAPI.Apply(made.GetPrim()).Bind(look)

    def _transform(self, made: Any) -> Any:
        form = self._pxr("UsdGeom").Xformable(made.GetPrim())
        form.ClearXformOpOrder()
        return form.AddTransformOp()

    def _aimed(self, direction: list[float]) -> Any:
        """The turn of a lamp, which shines along its own -z."""
        gf = self._pxr("Gf")
        turn = gf.Rotation(gf.Vec3d(0.0, 0.0, -1.0), gf.Vec3d(*direction))
        return gf.Matrix4d(1.0).SetRotate(turn)

    def _look(self, number: int, look: dict[str, Any]) -> Any:
        shade, types = self._pxr("UsdShade"), self._pxr("Sdf").ValueTypeNames
        path = f"{ROOT}/looks/look_{number}"
        made = shade.Material.Define(self._stage, path)
        surface = shade.Shader.Define(self._stage, f"{path}/surface")
        surface.CreateIdAttr("UsdPreviewSurface")
        *rgb, alpha = look["rgba"]
        colour = surface.CreateInput("diffuseColor", types.Color3f)
        colour.Set(self._pxr("Gf").Vec3f(*rgb))
        opacity = surface.CreateInput("opacity", types.Float)
        opacity.Set(alpha)
        surface.CreateInput("roughness", types.Float).Set(look["roughness"])
        surface.CreateInput("metallic", types.Float).Set(look["metallic"])
        made.CreateSurfaceOutput().ConnectToSource(surface.CreateOutput("surface", types.Token))
        if look["texture"] is not None:
            read = self._texture(path, look)
            colour.ConnectToSource(read.CreateOutput("rgb", types.Float3))
            if look.get("alpha", "opaque") != "opaque":
                opacity.ConnectToSource(read.CreateOutput("a", types.Float))
            if look.get("alpha") == "mask":
                surface.CreateInput("opacityThreshold", types.Float).Set(0.5)
        return made

    def _texture(self, path: str, look: dict[str, Any]) -> Any:
        shade, sdf = self._pxr("UsdShade"), self._pxr("Sdf")
        types = sdf.ValueTypeNames
        reader = shade.Shader.Define(self._stage, f"{path}/st")
        reader.CreateIdAttr("UsdPrimvarReader_float2")
        reader.CreateInput("varname", types.String).Set("st")
        read = shade.Shader.Define(self._stage, f"{path}/texture")
        read.CreateIdAttr("UsdUVTexture")
        read.CreateInput("file", types.Asset).Set(
            sdf.AssetPath(str(self._picture(look["texture"])))
        )
        read.CreateInput("sourceColorSpace", types.Token).Set("sRGB")
        for side, mode in zip(("wrapS", "wrapT"), look.get("wrap", ("repeat",) * 2), strict=True):
            read.CreateInput(side, types.Token).Set(mode)
        if "wrap" in look:  # pictures of imported assets are tinted; others are coloured already
            read.CreateInput("scale", types.Float4).Set(self._pxr("Gf").Vec4f(*look["rgba"]))
        joint = reader.CreateOutput("result", types.Float2)
        read.CreateInput("st", types.Float2).ConnectToSource(joint)
        return read

    def _picture(self, key: str) -> Path:
        return self._folder / f"{key}.png"


def path_of(geom: int) -> str:
    """Of a geom's prim."""
    return f"{ROOT}/{GEOM}{geom}"


def geom_of(path: str) -> int:
    """The geom of a prim, or of one below it; -1 where it is none."""
    head, _, rest = path.partition(f"{ROOT}/{GEOM}")
    number = rest.partition("/")[0]
    return int(number) if not head and number.isdecimal() else -1
