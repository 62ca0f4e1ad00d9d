"""Scenes for the benchmark of observing: what stands in them, and their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...generators.images.camera.cameras import camera_params
from ...generators.images.camera.view import Renderer
from ...generators.images.truth.worlds import prepared
from ...scenes.assembly.assemble import AssemblyRequest, assemble
from ...scenes.assets.library import AssetLibrary
from ...scenes.core.geometry import Array, transform
from ...scenes.core.seeds import branch, generator
from ...scenes.observation.view import DepthView
from ...schemas import (
    AssemblyError,
    Asset,
    Box3,
    CameraSpec,
    Constant,
    CousinSpec,
    ObjectSpec,
    Scene,
    SceneSpec,
    Uniform,
)

SIZE = (640, 480)
ATTEMPTS = 8
AWAY = (0.0, 0.0, -3.0)
"""Where the robot is: below the floor, as in a scene that is observed before it comes."""
CAMERA = CameraSpec(
    name="view",
    fov=Constant(value=50.0),
    distance=Uniform(uniform=(0.9, 1.3)),
    azimuth=Uniform(uniform=(110.0, 250.0)),
    elevation=Uniform(uniform=(25.0, 55.0)),
)
"""From the side where the fronts are."""
FURNITURE = ("cabinet.n.01", "cabinet.n.03", "cabinet.n.01", "microwave.n.02")
SINGLES = (
    "mug.n.04", "teacup.n.02", "water_glass.n.02", "saucepot.n.01", "water_bottle.n.01",
    "wine_bottle.n.01", "can__of__soda.n.01", "vase.n.01", "box__of__cereal.n.01",
    "box__of__baking_soda.n.01", "book.n.02", "toy_dice.n.01", "sponge.n.01", "tupperware.n.01",
    "orange.n.01", "banana.n.02", "salt__shaker.n.01", "jar.n.01", "bowl.n.01",
)  # fmt: skip
FRUIT = ("apple.n.01", "orange.n.01", "lemon.n.01")


@dataclass(frozen=True)
class Shot:
    """A scene and one view of it.

    Attributes:
        scene: the truth; its assets by content hash are in `assets`.
        assets: see above.
        view: as a camera gives it.
        boxes: the true box of each object, by name.
        ids: instance id of each object, by name.
    """

    scene: Scene
    assets: dict[str, Asset]
    view: DepthView
    boxes: dict[str, Box3]
    ids: dict[str, int]

    def asset_of(self, name: str) -> Asset:
        """The true asset of an object."""
        return self.assets[self.scene.object(name).asset_hash]

    def with_depth(self, depth: Array) -> DepthView:
        """The view with another depth image."""
        return replace(self.view, depth=depth)


def shots(count: int, seed: int, library: AssetLibrary, artist: Renderer) -> Iterator[Shot]:
    """That many scenes, each seen once."""
    for number in range(count):
        scene, assets = _scene(seed, number, library)
        yield shoot(scene, assets, artist)


def objects(library: AssetLibrary, rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """Four to eight things: furniture, a full vessel, one on and one next to another."""
    offered = library.ids()

    def one(name: str, category: str) -> ObjectSpec:
        ids = offered[category]
        return ObjectSpec(name=name, category=category, asset=ids[int(rng.integers(len(ids)))])

    furniture = one("furniture", FURNITURE[int(rng.integers(len(FURNITURE)))])
    if "cabinet" in furniture.category and rng.uniform() < 0.6:
        share = Constant(value=float(rng.uniform(0.2, 1.0)))
        furniture = furniture.model_copy(update={"joint": {"any": share}})
    fruit = one("fruit", str(rng.choice(FRUIT)))
    things = [furniture, one("bowl", "bowl.n.01"), fruit.model_copy(update={"inside": "bowl"})]
    if rng.uniform() < 0.5:
        carried = one("carried", "mug.n.04").model_copy(update={"on": "tray"})
        things += [one("tray", "tray.n.01"), carried]
    order: list[int] = rng.permutation(len(SINGLES)).tolist()
    chosen = order[: int(rng.integers(1, 4))]
    things += [one(f"single_{i}", SINGLES[k]) for i, k in enumerate(chosen)]
    if len(things) < 8 and rng.uniform() < 0.6:
        beside = one("beside", "can__of__soda.n.01")
        things.append(beside.model_copy(update={"next_to": "single_0"}))
    return tuple(things)


def _scene(seed: int, number: int, library: AssetLibrary) -> tuple[Scene, dict[str, Asset]]:
    """The first that assembles.

    Raises:
        AssemblyError: where none of ATTEMPTS does.
    """
    failed: AssemblyError | None = None
    for attempt in range(ATTEMPTS):
        own = branch((seed,), "observe", number, attempt)
        request = AssemblyRequest(
            scene_id=f"observe-{number}",
            task_id=None,
            spec=SceneSpec(objects=objects(library, generator(own, "objects"))),
            roles={},
            required={},
            cousins=CousinSpec(distance=(0.0, 0.0)),
            cameras=(CAMERA,),
            robot="franka-fr3",
            seed=own,
            twin_seed=own,
        )
        try:
            scene, assets = assemble(request, library)
        except AssemblyError as error:
            failed = error
            continue
        robot = scene.robot.model_copy(update={"pos": AWAY})
        return scene.model_copy(update={"robot": robot}), assets
    raise failed or AssemblyError(f"no scene {number} in {ATTEMPTS} attempts")


def shoot(scene: Scene, assets: dict[str, Asset], artist: Renderer) -> Shot:
    """Draw a scene, its depth and its masks by its first camera."""
    ready = prepared(scene, assets)
    data = ready.world.new_data()
    camera = camera_params(ready.world, data, scene.cameras[0], SIZE)
    truth = artist.truth(ready.world, data, camera)
    known = ready.labeller.instances
    boxes = ready.labeller.boxes(data)
    view = DepthView(
        depth=truth.depth.astype(np.float64),
        masks=ready.labeller.instance_mask(truth.geoms).astype(np.int32),
        labels={i.instance_id: _words(i.name, i.category) for i in known},
        names={i.instance_id: i.name for i in known},
        rgb=artist.colour(ready.world, data, camera, shadows=True),
        focal=(camera.fx, camera.fy),
        centre=(camera.cx, camera.cy),
        world_from_camera=transform(camera.pos, camera.quat),
    )
    return Shot(
        scene=scene,
        assets=assets,
        view=view,
        boxes={i.name: boxes[i.instance_id] for i in known if i.instance_id in boxes},
        ids={i.name: i.instance_id for i in known},
    )


def _words(name: str, category: str) -> str:
    """The words a person would write: `water bottle` for `water_bottle.n.01`."""
    return "robot" if name == "robot" else category.split(".")[0].replace("_", " ").strip()
