"""The things in Blender's scene: meshes, materials, lights, sky. Built once, then only moved."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..messages import Array, Message
from .blender import Blender
from .pictures import pictured
from .sky import BlenderSky

SUN_ANGLE = math.radians(4.0)
"""How wide a light looks from the scene: shadows soften as those of a lamp with a shade."""
FAINT = 1e-6
"""W/m2 of a lamp that is off. Without any lamp Cycles would draw other random numbers from then on,
and a picture would depend on what its process drew before."""
OFF: dict[str, Any] = {"direction": [0.0, 0.0, -1.0], "power": [0.0] * 3, "shadow": True}
SPECULAR = 0.3
"""Of what is no metal, in Blender's scale, where 0.5 is an index of refraction of 1.5."""
GLASS = 1.45
"""Index of refraction of what is transparent."""
_RGB = 3


class Stage:
    """The scene being drawn."""

    def __init__(self, blender: Blender) -> None:
        """An empty stage under an empty sky."""
        self._blender = blender
        self._data: Any = blender.bpy.data
        self._meshes: dict[str, Any]
        self._images: dict[str, Any]
        self._geoms: dict[int, Any]
        self._materials: list[Any]
        self._lamps: list[Any]
        self._poses: Array | None
        self._lit: object
        self._clear()

    def load(self, message: Message) -> None:
        """Build the geoms in the place of those of another scene."""
        self._clear()
        for key in message.head["meshes"]:
            self._meshes[key] = _mesh(self._data, key, message.arrays)
        for key in message.head["textures"]:
            self._images[key] = _image(self._data, key, message.arrays[f"{key}/pixels"])
        self._materials = [self._material(look) for look in message.head["materials"]]
        for geom in message.head["geoms"]:
            self._geoms[int(geom["id"])] = self._geom(geom)

    def move(self, poses: Array) -> None:
        """Pose the geoms; (G, 3, 4) rows of `world_from_geom`, by geom id."""
        for number, thing in self._geoms.items():
            if self._poses is None or not np.array_equal(poses[number], self._poses[number]):
                thing.matrix_world = self._blender.matrix(poses[number])
        self._poses = np.array(poses)

    def show(self, hidden: list[int]) -> None:
        """The camera does not see these geoms; light does."""
        away = set(hidden)
        for number, thing in self._geoms.items():
            if thing.visible_camera != (number not in away):
                thing.visible_camera = number not in away

    def light(self, suns: list[dict[str, Any]], sky: float, around: Array | None) -> None:
        """Set the lights.

        Args:
            suns: each with `direction` (3), `power` (3) in W/m2 for each channel, `shadow`.
            sky: strength of the sky that is always there.
            around: (H, W, 3) radiance from all sides that comes on top, as Cycles maps it.
        """
        lit = (suns, sky, None if around is None else around.tobytes())
        if lit == self._lit:
            return
        self._forget()
        for lamp in self._lamps:
            self._data.lights.remove(lamp.data)
        self._lamps = [self._sun(number, sun) for number, sun in enumerate(suns or [OFF])]
        self._sky.show(sky, around)
        self._lit = lit

    @property
    def geoms(self) -> dict[int, Any]:
        """Blender's objects, by geom id."""
        return self._geoms

    def _clear(self) -> None:
        """Leave nothing of another scene, in Blender or in what Cycles keeps between frames."""
        self._forget()
        data = self._data
        things = [thing for thing in data.objects if thing.type != "CAMERA"]
        pictures = [image for image in data.images if image.source == "GENERATED"]
        kinds = (data.meshes, data.lights, data.materials, data.worlds)
        data.batch_remove([*things, *pictures, *(block for kind in kinds for block in kind)])
        self._meshes, self._images, self._geoms = {}, {}, {}
        self._materials, self._lamps = [], []
        self._poses = self._lit = None
        self._sky = BlenderSky(self._data, self._blender.scene)

    def _forget(self) -> None:
        """Free Cycles' own copy: it takes a new picture for the old one that lay in its place."""
        render = self._blender.scene.render
        render.use_persistent_data = False
        render.use_persistent_data = True

    def _geom(self, geom: dict[str, Any]) -> Any:
        thing = self._data.objects.new(f"geom{geom['id']:05d}", self._meshes[geom["mesh"]])
        self._blender.scene.collection.objects.link(thing)
        thing.rotation_mode = "QUATERNION"
        slot = thing.material_slots[0]
        slot.link = "OBJECT"
        slot.material = self._materials[geom["material"]]
        thing.pass_index = geom["id"] + 1
        # Walls are a backdrop: light comes through them, from the lamps and from the sky.
        thing.visible_shadow = thing.visible_diffuse = not geom["backdrop"]
        return thing

    def _sun(self, number: int, sun: dict[str, Any]) -> Any:
        power = np.maximum(sun["power"], FAINT)
        light = self._data.lights.new(f"sun{number}", "SUN")
        light.energy = float(power.max())
        light.color = (power / power.max()).tolist()
        light.angle = SUN_ANGLE
        light.use_shadow = bool(sun["shadow"])
        # Only ever sampled directly: no specks where a mirror happens to find it.
        light.cycles.use_multiple_importance_sampling = False
        lamp = self._data.objects.new(f"sun{number}", light)
        lamp.rotation_mode = "QUATERNION"
        lamp.rotation_quaternion = self._blender.aimed(sun["direction"])
        self._blender.scene.collection.objects.link(lamp)
        return lamp

    def _material(self, look: dict[str, Any]) -> Any:
        made = self._data.materials.new("look")
        made.use_nodes = True
        nodes, links = made.node_tree.nodes, made.node_tree.links
        surface = nodes["Principled BSDF"]
        *rgb, alpha = look["rgba"]
        surface.inputs["Base Color"].default_value = (*rgb, 1.0)
        surface.inputs["Roughness"].default_value = look["roughness"]
        surface.inputs["Specular IOR Level"].default_value = SPECULAR
        surface.inputs["Metallic"].default_value = look["metallic"]
        if "wrap" in look:
            pictured(made.node_tree, surface, self._images[look["texture"]], look)
        elif look["texture"] is not None:
            picture = nodes.new("ShaderNodeTexImage")
            picture.image = self._images[look["texture"]]
            links.new(picture.outputs["Color"], surface.inputs["Base Color"])
        if alpha < 1.0:
            _thin_glass(nodes, links, surface, alpha)
        return made


def _thin_glass(nodes: Any, links: Any, surface: Any, alpha: float) -> None:
    """Let light through straight; Fresnel's share is reflected: a thin pane.

    A wall of glass counts once, where light meets its front, as in the fast renderer.
    """
    clear, mix = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeMixShader")
    fresnel, share = nodes.new("ShaderNodeFresnel"), nodes.new("ShaderNodeMapRange")
    fresnel.inputs["IOR"].default_value = GLASS
    share.inputs["To Min"].default_value = alpha
    links.new(fresnel.outputs["Fac"], share.inputs["Value"])
    facing, front = nodes.new("ShaderNodeNewGeometry"), nodes.new("ShaderNodeMath")
    front.operation = "SUBTRACT"
    links.new(share.outputs["Result"], front.inputs[0])
    links.new(facing.outputs["Backfacing"], front.inputs[1])
    front.use_clamp = True
    links.new(front.outputs[0], mix.inputs[0])
    links.new(clear.outputs[0], mix.inputs[1])
    links.new(surface.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], nodes["Material Output"].inputs["Surface"])


def _mesh(data: Any, key: str, arrays: Any) -> Any:
    points, normals, uv, faces = (
        arrays[f"{key}/{field}"] for field in ("points", "normals", "uv", "faces")
    )
    mesh = data.meshes.new(key)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.reshape(-1))
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.reshape(-1).astype(np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    mesh.uv_layers.new().data.foreach_set("uv", uv[faces.reshape(-1)].reshape(-1))
    mesh.update(calc_edges=True)
    mesh.normals_split_custom_set_from_vertices(normals.tolist())
    mesh.materials.append(None)
    return mesh


def _image(data: Any, key: str, pixels: Array) -> Any:
    """A texture from (H, W, 3) or (H, W, 4) uint8 sRGB, row 0 at v = 0 as Blender has it."""
    height, width, channels = pixels.shape
    image = data.images.new(key, width, height, alpha=channels > _RGB)
    opaque = np.ones((height, width, _RGB + 1), dtype=np.float32)
    opaque[..., :channels] = pixels / np.float32(255)
    image.pixels.foreach_set(opaque.reshape(-1))
    image.update()
    return image
