"""Parameter paths: what each changes, what stays frozen byte for byte, and what is refused."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from test_images import TOP, image, spec, world
from worlds import LIBRARY, by_hand, first, put

from cousins.flows.checks import check_spec
from cousins.generators.frames import Rendered, check_vary, render_scene
from cousins.generators.images.parameters import FAMILIES, Variant, family_of
from cousins.generators.images.parameters.vary import varied
from cousins.scenes.core.geometry import look_at
from cousins.schemas import Asset, Camera, Light, Scene, SpecError, VariantError

Array = npt.NDArray[Any]
MASKS = ("depth_linear", "seg_instance", "seg_semantic", "normal")


def aimed(scene: Scene) -> Scene:
    """The scene with its front camera on a sphere about the middle of the table."""
    target = (0.5, 0.0, TOP + 0.05)
    front = scene.cameras[0].model_copy(update={"target": target})
    return scene.model_copy(update={"cameras": (front,)})


def swept(scene: Scene, assets: dict[str, Asset], vary: dict[str, Any], **more: Any) -> Rendered:
    return render_scene(scene, assets, spec(vary=vary, **more))


def table_scene() -> tuple[Scene, dict[str, Asset]]:
    """An apple in a bowl on a tray, a book beside them, and a cabinet with a drawer."""
    tray, bowl, apple = (first(f"{name}.n.01") for name in ("tray", "bowl", "apple"))
    floor = next(s for s in tray.surfaces).pos[2]
    depth = bowl.cavities[0].centre[2] - bowl.cavities[0].half_size[2]
    made = by_hand(
        put("tray", tray, (0.5, 0.1, 0.0)),
        put("bowl", bowl, (0.5, 0.1, floor - 1e-4)),
        put("apple", apple, (0.5, 0.1, floor + depth - 2e-4)),
        put("cabinet", first("cabinet.n.01"), (0.55, -0.3, 0.0), np.pi),
    )
    eye = (1.4, 0.1, 1.5)
    target = (0.5, 0.0, made.scene.robot.pos[2])
    camera = Camera(name="front", pos=eye, quat=look_at(eye, target), fov=45, target=target)
    light = Light(name="key", direction=(0, 0, -1), intensity=500, colour=(1, 1, 1))
    scene = made.scene.model_copy(update={"cameras": (camera,), "lights": (light,)})
    return scene, dict(made.assets)


def apply(scene: Scene, assets: dict[str, Asset], **values: Any) -> Variant:
    named = {path.replace("__", "."): value for path, value in values.items()}
    return varied(scene, assets, named, LIBRARY.get)


# ---------------------------------------------------------------- what stays frozen


def test_twelve_light_levels_leave_every_label_file_as_it_is() -> None:
    scene, assets = world(31)
    levels = [100 * level for level in range(1, 13)]
    made = swept(scene, assets, {"scene.light.key.intensity": {"sweep": levels}})
    for camera in ("front", "wrist"):
        frames = [frame for frame in made.frames if frame.camera == camera]
        assert len(frames) == 12
        files = {label: {made.files[f.files[label]] for f in frames} for label in frames[0].files}
        assert len(files.pop("rgb")) == 12
        assert {len(contents) for contents in files.values()} == {1}
        assert set(files) >= set(MASKS)
        same = {"id", "vary", "files"}
        assert len({frame.model_dump_json(exclude=same) for frame in frames}) == 1


def test_twelve_joint_positions_change_that_joint_alone() -> None:
    scene, assets = world(32)
    shares = [number / 11 for number in range(12)]
    vary = {"object.chest.joint.lid": {"sweep": shares}}
    made = swept(scene, assets, vary)
    frames = [frame for frame in made.frames if frame.camera == "front"]
    opened = [(frame.objects[2].joints or {})["lid"] for frame in frames]
    assert opened == pytest.approx([1.8 * share for share in shares])
    dark = swept(scene, assets, vary, shadows=False)
    first_mask = image(made, frames[0], "seg_instance")
    chest = frames[0].objects[2].instance_id
    for frame in frames[1:]:
        mask = image(made, frame, "seg_instance")
        touched = (mask == chest) | (first_mask == chest)
        assert (mask == chest)[touched].sum() > 50
        for label in ("depth_linear", "seg_instance", "seg_semantic"):
            changed = image(made, frame, label) != image(made, frames[0], label)
            assert not (changed & ~touched).any()
            assert changed.any()
        for before, after in zip(frames[0].objects, frame.objects, strict=True):
            if before.instance_id != chest:
                frozen = {"visible_pixels", "bbox_2d_tight"}
                assert before.model_dump(exclude=frozen) == after.model_dump(exclude=frozen)
    plain = [frame for frame in dark.frames if frame.camera == "front"]
    # The dark below and beside a thing, and then JPEG's blocks, reach so far.
    chests = [chest_pixels(dark, frame, chest) for frame in (plain[0], plain[-1])]
    far = ~grown(chests[0] | chests[1], 16)
    shown = [np.asarray(image(dark, frame, "rgb"), dtype=int) for frame in (plain[0], plain[-1])]
    assert np.abs(shown[0] - shown[1])[far].max() <= 1


def chest_pixels(made: Rendered, frame: Any, chest: int) -> Array:
    return np.asarray(image(made, frame, "seg_instance") == chest)


def grown(mask: Array, pixels: int) -> Array:
    """The mask and all within that many pixels of it."""
    out = mask.copy()
    for rows in range(-pixels, pixels + 1):
        for columns in range(-pixels, pixels + 1):
            out |= np.roll(mask, (rows, columns), (0, 1))
    return out


RGB_ONLY = [
    ("scene.ambient", [50, 300]),
    ("scene.light.key.azimuth", [0, 120]),
    ("scene.light.key.elevation", [20, 80]),
    ("scene.light.key.temperature", [2500, 9000]),
    ("scene.light.key.colour", ["red", "#4060ff"]),
    ("scene.lights.count", [0, 1]),
    ("scene.floor.material", ["oak", "tiles #204060"]),
    ("scene.wall.material", ["plaster", "terracotta"]),
    ("object.brick.material.colour", ["red", "blue"]),
    ("object.brick.material.texture", ["plain", "checker"]),
    ("object.brick.material.roughness", [0.0, 1.0]),
    ("object.brick.material.metallic", [0.0, 1.0]),
    ("scene.sun.intensity", [0, 400]),
    ("scene.sun.azimuth", [0, 120]),
    ("scene.sun.elevation", [10, 60]),
    ("scene.sun.temperature", [2500, 9000]),
    ("scene.sun.colour", ["red", "#4060ff"]),
    ("scene.sky.intensity", [0, 400]),
    ("scene.sky.turbidity", [2.0, 8.0]),
    ("scene.sky.ground", ["green", "black"]),
    ("camera.front.exposure", [-2, 1]),
    ("camera.front.noise", [0.0, 0.1]),
    ("camera.front.aperture", [0, 30]),
]


@pytest.mark.parametrize(("path", "values"), RGB_ONLY, ids=[path for path, _ in RGB_ONLY])
def test_paths_that_change_the_picture_alone(path: str, values: list[Any]) -> None:
    scene, assets = world(33)
    # Low sun, so that a mirror and chalk differ; a floor and a wall are in view.
    eye = (1.5, 0.6, 1.2)
    front = (
        aimed(scene)
        .cameras[0]
        .model_copy(update={"pos": eye, "quat": look_at(eye, (0.4, 0, 0.6)), "fov": 60.0})
    )
    made = swept(scene.model_copy(update={"cameras": (front,)}), assets, {path: {"sweep": values}})
    one, two = made.frames
    family = family_of(path)
    assert family is not None
    assert family.changes == "rgb"
    assert not made.skipped
    assert made.files[one.files["rgb"]] != made.files[two.files["rgb"]]
    for label in MASKS:
        assert made.files[one.files[label]] == made.files[two.files[label]]
    assert (one.objects, one.camera_params) == (two.objects, two.camera_params)


def test_the_list_of_picture_paths_is_complete() -> None:
    listed = {family_of(path) for path, _ in RGB_ONLY}
    missing = {f.pattern for f in FAMILIES if f.changes == "rgb" and f not in listed}
    tested_alone = {
        "scene.light.NAME.intensity", "camera.NAME.focus", "camera.NAME.shutter",
        "object.NAME.material.texture_scale",
    }  # fmt: skip
    assert missing == tested_alone


def test_a_pattern_fits_its_object_until_a_scale_is_given() -> None:
    scene, assets = table_scene()
    checked = apply(scene, assets, object__apple__material__texture="checker").asset("apple")
    for material in checked.materials.values():
        assert material.texture is not None
        assert material.texture.scale * max(checked.extents) == pytest.approx(1.5)
    values = {
        "object.tray.material.texture": "checker",
        "object.tray.material.texture_scale": {"sweep": [5, 20]},
    }
    made = swept(scene, assets, values)
    one, two = made.frames
    assert made.files[one.files["rgb"]] != made.files[two.files["rgb"]]
    for label in MASKS:
        assert made.files[one.files[label]] == made.files[two.files[label]]
    bare, materials = world(33)
    with pytest.raises(VariantError, match="has no texture"):
        apply(bare, materials, object__brick__material__texture_scale=10)


# ---------------------------------------------------------------- objects


def test_what_a_thing_carries_goes_along() -> None:
    scene, assets = table_scene()
    made = apply(scene, assets, object__tray__pose__x=0.42, object__tray__pose__yaw=30).scene
    old = {name: np.array(scene.object(name).pos) for name in ("tray", "bowl", "apple")}
    new = {name: np.array(made.object(name).pos) for name in old}
    assert new["tray"][0] == pytest.approx(0.42)
    for name in ("bowl", "apple"):
        assert np.linalg.norm(new[name] - new["tray"]) == pytest.approx(
            np.linalg.norm(old[name] - old["tray"])
        )
        assert new[name][2] == pytest.approx(old[name][2])
    assert made.object("bowl").quat != scene.object("bowl").quat
    assert made.object("cabinet") == scene.object("cabinet")


def test_moving_what_is_carried_leaves_the_carrier() -> None:
    scene, assets = table_scene()
    made = apply(scene, assets, object__bowl__pose__y=0.11).scene
    assert made.object("tray") == scene.object("tray")
    assert made.object("apple").pos[1] == pytest.approx(0.11)


def test_scale_keeps_the_foot_and_lifts_what_stands_on_it() -> None:
    scene, assets = table_scene()
    made = apply(scene, assets, object__tray__scale=1.2)
    old, new = assets[scene.object("tray").asset_hash], made.asset("tray")
    assert new.extents == pytest.approx([1.2 * side for side in old.extents])
    assert made.scene.object("tray").pos == scene.object("tray").pos
    foot = scene.object("tray").pos[2]
    lift = scene.object("bowl").pos[2] - foot
    assert made.scene.object("bowl").pos[2] - foot == pytest.approx(1.2 * lift)
    assert made.asset("bowl") == assets[scene.object("bowl").asset_hash]


def test_hidden_things_keep_their_labels_but_have_no_pixels() -> None:
    scene, assets = world(34)
    made = swept(aimed(scene), assets, {"object.brick.visible": {"sweep": [True, False]}})
    shown, hidden = made.frames
    assert [frame.vary["object.brick.visible"] for frame in made.frames] == [True, False]
    brick = shown.objects[3]
    gone = hidden.objects[3]
    assert brick.visible_pixels > 20
    assert (gone.visible_pixels, gone.bbox_2d_tight) == (0, None)
    assert (gone.pos, gone.quat, gone.instance_id) == (brick.pos, brick.quat, brick.instance_id)
    assert hidden.predicates == shown.predicates
    both = (image(made, shown, "seg_instance"), image(made, hidden, "seg_instance"))
    assert ((both[0] != both[1]) == (both[0] == brick.instance_id)).all()


def test_swapping_an_asset_keeps_place_and_refuses_what_carries() -> None:
    scene, assets = table_scene()
    other = LIBRARY.ids()["apple.n.01"][5]
    made = apply(scene, assets, object__apple__asset=other)
    assert made.scene.object("apple").asset == other
    assert made.scene.object("apple").pos == scene.object("apple").pos
    assert made.asset("apple") == LIBRARY.get(other)
    with pytest.raises(VariantError, match="apple would lose its place"):
        apply(scene, assets, object__bowl__asset=LIBRARY.ids()["bowl.n.01"][3])
    with pytest.raises(SpecError, match=r"object\.apple\.asset"):
        apply(scene, assets, object__apple__asset="appel")


def test_clutter_is_hidden_beyond_a_count() -> None:
    scene, assets = world(35)
    roles = {"wedge": "clutter", "brick": "clutter"}
    objects = tuple(x.model_copy(update={"role": roles.get(x.name, x.role)}) for x in scene.objects)
    scene = aimed(scene.model_copy(update={"objects": objects}))
    made = swept(scene, assets, {"scene.clutter.count": {"sweep": [0, 1, 2, 3]}})
    counts = [[f.objects[k].visible_pixels > 0 for k in (1, 3)] for f in made.frames]
    assert counts == [[False, False], [True, False], [True, True]]
    assert [record.vary for record in made.skipped] == [{"scene.clutter.count": 3}]
    assert "holds 2" in made.skipped[0].reason


def test_jitter_moves_each_thing_its_own_way_and_carries() -> None:
    scene, assets = table_scene()
    none = apply(scene, assets, scene__layout__jitter=0.0).scene
    far = apply(scene, assets, scene__layout__jitter=0.04).scene
    half = apply(scene, assets, scene__layout__jitter=0.02).scene
    assert [o.pos for o in none.objects] == [pytest.approx(o.pos) for o in scene.objects]
    shift = {n: np.subtract(far.object(n).pos, scene.object(n).pos) for n in ("tray", "apple")}
    assert 0 < np.linalg.norm(shift["tray"]) <= 0.04
    assert shift["apple"] == pytest.approx(shift["tray"])
    middle = np.subtract(half.object("tray").pos, scene.object("tray").pos)
    assert middle == pytest.approx(shift["tray"] / 2)


# ---------------------------------------------------------------- refusals


def test_values_that_make_no_scene_are_skipped_and_the_rest_goes_on() -> None:
    scene, assets = world(36)
    scene = aimed(scene)
    wedge = scene.object("wedge").pos
    vary = {"object.brick.pose.x": {"sweep": [scene.object("brick").pos[0], wedge[0], 3.0]},
            "object.brick.pose.y": {"sweep": [wedge[1]]}}  # fmt: skip
    if abs(scene.object("brick").pos[0] - wedge[0]) < 0.1:
        vary["object.brick.pose.x"] = {"sweep": [wedge[0] - 0.15, wedge[0], 3.0]}
    made = swept(scene, assets, vary)
    assert [frame.id[-5:] for frame in made.frames] == ["v0000"]
    collides, floats = made.skipped
    assert "deep in" in collides.reason
    assert "wedge" in collides.reason
    assert floats.reason == "brick would hang in the air"
    assert (collides.scene, collides.camera) == (scene.id, None)


def test_a_joint_beyond_its_range_is_skipped_in_a_scene_and_refused_in_a_spec() -> None:
    scene, assets = world(37)
    vary = {"object.chest.joint.lid": {"sweep": [0.5, 1.5]}}
    made = swept(aimed(scene), assets, vary)
    assert [frame.objects[2].joints for frame in made.frames] == [{"lid": 0.9}]
    assert "0.0 to 1.0" in made.skipped[0].reason
    with pytest.raises(SpecError, match=r"0\.0 to 1\.0"):
        check_vary(spec(vary=vary))


def test_a_camera_inside_a_thing_is_skipped_alone() -> None:
    scene, assets = world(38)
    front = aimed(scene).cameras[0]
    brick = scene.object("brick").pos
    target = (brick[0], brick[1], brick[2] + 0.02)
    near = front.model_copy(update={"name": "near", "target": target})
    scene = scene.model_copy(update={"cameras": (near, front)})
    buried = near.model_copy(update={"pos": target})
    scene = scene.model_copy(update={"cameras": (buried, front)})
    made = swept(scene, assets, {"camera.front.azimuth": {"sweep": [0, 30]}})
    assert [frame.camera for frame in made.frames] == ["front", "front"]
    assert [(r.camera, r.reason) for r in made.skipped] == [
        ("near", "camera 'near' would be inside brick")
    ] * 2
    below = swept(aimed(scene.model_copy(update={"cameras": (front,)})), assets,
                  {"camera.front.pose.z": -0.2})  # fmt: skip
    assert "below the floor" in below.skipped[0].reason


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        ("object.brik.pose.x", "object.brick.pose.x"),
        ("object.brick.material.color", "object.brick.material.colour"),
        ("camera.front.elevatoin", "camera.front.elevation"),
        ("scene.flor.material", "scene.floor.material"),
        ("camera.wrist.distance", "camera.front.distance"),
    ],
)
def test_unknown_paths_are_answered_with_the_nearest(path: str, offered: str) -> None:
    scene, assets = world(39)
    both = scene.model_copy(update={"cameras": (aimed(scene).cameras[0], scene.cameras[1])})
    with pytest.raises(SpecError, match=offered.replace(".", r"\.")):
        swept(both, assets, {path: 1})


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ({"scene.light.key.colour": "mauvish"}, "#rrggbb"),
        ({"scene.floor.material": {"uniform": [0, 1]}}, "oak"),
        ({"object.mug.visible": {"sweep": [True, 1]}}, "true or false"),
        ({"scene.clutter.count": {"sweep": [1, 41]}}, "0 to 40"),
        ({"scene.clutter.count": {"sweep": [1, 1.5]}}, "1.5; allowed are whole"),
        ({"camera.front.fov": 40, "camera.front.focal_length": 35}, "say the same"),
        ({"camera.wrist.azimuth": 40}, "names nothing"),
        ({"object.mug.colour": "red"}, "names nothing"),
    ],
)
def test_specs_are_refused_before_any_work(vary: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        check_vary(spec(vary=vary))


def test_pictures_of_a_sweep_are_the_same_bytes_again() -> None:
    scene, assets = world(40)
    vary = {"camera.front.noise": {"sweep": [0.05, 0.1]}, "scene.layout.jitter": 0.01}
    one, two = (swept(aimed(scene), assets, vary) for _ in range(2))
    assert one.files == two.files
    pictures = [Image.open(io.BytesIO(one.files[f.files["rgb"]])) for f in one.frames]
    assert len(pictures) == 2


def test_assets_to_swap_in_are_looked_up_before_any_work() -> None:
    swaps = {"object.mug.asset": {"sweep": ["mug-0001", "mug-x"]}}
    with pytest.raises(SpecError, match=r"render\.vary\.object\.mug\.asset: .*mug-x"):
        check_spec(spec(vary=swaps))
