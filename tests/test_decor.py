"""What hangs on walls and stands along them: where it belongs, in nothing's way, by the seed."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from test_images import world

from cousins.generators.images.camera.cameras import camera_params
from cousins.generators.images.truth.worlds import prepared, shape_key
from cousins.generators.renderers import renderer
from cousins.scenes.core.default_room import DEFAULT_ROOM
from cousins.scenes.core.geometry import look_at
from cousins.scenes.libraries.procedural import ProceduralLibrary
from cousins.scenes.model.decor import FIRST_WORDS, Piece, decor_of
from cousins.scenes.model.decor.outdoors import outdoors
from cousins.scenes.model.mujoco_model import compile_model
from cousins.scenes.rooms import furnished_scene
from cousins.schemas import WITHOUT_ROBOT, Camera, Scene

Array = npt.NDArray[Any]
JOINED = 0.003
"""Metres between two parts of one thing that count as touching."""


def bare(seed: int) -> Scene:
    scene, _ = world(3)
    return scene.model_copy(update={"seed": (seed,), "cameras": ()})


def box_of(piece: Piece) -> tuple[Array, Array]:
    """Least and greatest corner in the world."""
    reach = np.abs(piece.turn) @ piece.half
    return piece.centre - reach, piece.centre + reach


def things(scene: Scene) -> dict[str, list[Piece]]:
    """Pieces by the thing that they are part of; curtains and switches count to theirs."""
    found: dict[str, list[Piece]] = defaultdict(list)
    for piece in decor_of(scene):
        word, number, *_ = piece.name.split("_")
        found[word if word == "rug" else number].append(piece)
    return found


def told(pieces: tuple[Piece, ...]) -> list[tuple[Any, ...]]:
    return [(p.name, p.form, p.centre.tolist(), p.half.tolist(), p.material) for p in pieces]


def test_the_seed_decides_and_nothing_else_is_drawn_from_it() -> None:
    first, again, other = decor_of(bare(1)), decor_of(bare(1)), decor_of(bare(2))
    assert told(first) == told(again)
    assert told(first) != told(other)
    names = [piece.name for piece in first]
    assert len(set(names)) == len(names)
    assert all(name.partition("_")[0] in FIRST_WORDS for name in names)
    # Stored scenes say nothing of it, and physics has none of it.
    scene, assets = world(3)
    assert '"decor"' not in scene.canonical_json()
    without = scene.model_copy(update={"decor": False})
    assert Scene.from_json(without.canonical_json()).decor is False
    physics = [compile_model(s, assets, "physics").model for s in (scene, without)]
    assert physics[0].ngeom == physics[1].ngeom
    assert not decor_of(without)
    assert not decor_of(scene.model_copy(update={"walls": False}))
    assert shape_key(scene) != shape_key(without)


def test_scenes_have_windows_doors_pictures_and_things_that_stand() -> None:
    words = [{piece.name.partition("_")[0] for piece in decor_of(bare(seed))} for seed in range(40)]
    shares = {word: np.mean([word in seen for seen in words]) for word in FIRST_WORDS}
    assert min(shares["window"], shares["door"], shares["picture"]) > 0.9
    assert min(shares.values()) > 0.25, shares


@pytest.mark.parametrize("seed", range(12))
def test_nothing_floats_stands_out_of_the_room_or_in_each_other(seed: int) -> None:
    scene = bare(seed)
    low, high = np.array(DEFAULT_ROOM.low), np.array(DEFAULT_ROOM.high)
    boxes: dict[str, tuple[Array, Array]] = {}
    for name, pieces in things(scene).items():
        corners = [box_of(piece) for piece in pieces]
        least, most = np.min([c[0] for c in corners], 0), np.max([c[1] for c in corners], 0)
        if name != "rug":
            assert (least > low - 0.001).all(), name
            assert (most < high + 0.001).all(), name
            boxes[name] = (least, most)
        # From what touches a wall or the floor, every part is reached from part to part.
        held = [
            k for k, (a, b) in enumerate(corners)
            if min(*(a - low), *(high[:2] - b[:2])) < 0.02
        ]  # fmt: skip
        reached, left = list(held), set(range(len(pieces))) - set(held)
        assert held, name
        while reached:
            a, b = corners[reached.pop()]
            near = {
                k for k in left
                if (np.maximum(corners[k][0] - b, a - corners[k][1]) < JOINED).all()
            }  # fmt: skip
            left -= near
            reached += near
        assert not left, (name, [pieces[k].name for k in left])
    names = sorted(boxes)
    for place, one in enumerate(names):
        for two in names[place + 1 :]:
            (a, b), (c, d) = boxes[one], boxes[two]
            apart = np.maximum(c - b, a - d).max()
            same_wall = decor_side(scene, one) == decor_side(scene, two)
            assert apart > 0 or not same_wall, (one, two)


def decor_side(scene: Scene, name: str) -> str:
    piece = things(scene)[name][0]
    normal = piece.turn[:, 2] if piece.form == "sheet" else piece.turn[:, 1]
    return str(np.rint(normal).astype(int).tolist())


@pytest.mark.parametrize("seed", range(8))
def test_sheets_of_one_thing_lie_apart_so_that_they_do_not_flicker(seed: int) -> None:
    for name, pieces in things(bare(seed)).items():
        sheets = [piece for piece in pieces if piece.form == "sheet"]
        depths = sorted(float(piece.centre @ piece.turn[:, 2]) for piece in sheets)
        assert min(np.diff(depths), default=1.0) > 0.0009, name


def test_nothing_stands_between_a_camera_and_what_it_looks_at() -> None:
    scene, assets = world(3)
    artist = renderer("mujoco")
    for seed in range(6):
        for azimuth in np.radians([0, 40, 90, 140, 215, 270, 310]):
            away = np.array([np.cos(azimuth), np.sin(azimuth)])
            for distance in (1.3, 2.4, 4.5):
                eye = (*(np.array([0.5, 0.0]) + distance * away).tolist(), 1.6)
                camera = Camera(name="front", pos=eye, quat=look_at(eye, (0.5, 0, 0.7)), fov=50)
                masks: list[Array] = []
                for decor in (True, False):
                    update = {"seed": (seed,), "cameras": (camera,), "decor": decor}
                    ready = prepared(scene.model_copy(update=update), assets)
                    data = ready.world.new_data()
                    view = camera_params(ready.world, data, camera, (96, 72))
                    masks.append(
                        ready.labeller.instance_mask(artist.truth(ready.world, data, view).geoms)
                    )
                assert masks[1].any()
                # A table's legs sink two millimetres into a rug.
                assert (masks[0] != masks[1]).sum() <= 2, (seed, azimuth, distance)


def test_furnished_rooms_have_windows_and_pictures_where_no_furniture_stands() -> None:
    scene, _ = furnished_scene("dining", 3, ProceduralLibrary(), 40)
    words = {piece.name.partition("_")[0] for piece in decor_of(scene)}
    assert "window" in words
    assert "picture" in words
    assert not words & {"sideboard", "shelf", "rug", "plant", "lamp"}
    assert scene.room is not None
    low, high = np.array(scene.room.low), np.array(scene.room.high)
    for piece in decor_of(scene):
        least, most = box_of(piece)
        assert (least > low - 0.001).all()
        assert (most < high + 0.001).all()


def test_views_through_windows_are_brighter_above_and_differ() -> None:
    views = [outdoors(seed).astype(float) for seed in range(8)]
    for view in views:
        assert view.shape == (128, 128, 3)
        assert view[:24].mean() > view[-24:].mean() + 30
    assert min(np.abs(a - b).mean() for a, b in pairwise(views)) > 5


def test_what_faces_a_window_is_lighter_than_what_turns_its_back() -> None:
    _, assets = world(3)
    dim = {"lights": (), "ambient": 300.0, "robot": WITHOUT_ROBOT}
    for seed in range(20):
        trial = bare(seed).model_copy(update=dim)
        inward = [p.turn[:, 2] for p in decor_of(trial) if p.name.endswith("_pane")]
        if len(inward) == 1:
            break
    else:
        raise AssertionError("no scene has one window")
    # From the window's side a camera sees what faces the window, from the other what does not.
    seen: list[float] = []
    for side in (-1.0, 1.0):
        eye = np.array([0.55, 0.0, 0.75]) + side * 0.9 * inward[0]
        camera = Camera(name="front", pos=tuple(eye), quat=look_at(eye, (0.55, 0, 0.69)), fov=12)
        lit = trial.model_copy(update={"cameras": (camera,)})
        ready = prepared(lit, assets)
        data = ready.world.new_data()
        view = camera_params(ready.world, data, camera, (64, 48))
        truth = renderer("mujoco").truth(ready.world, data, view, normals=True)
        table = ready.labeller.instance_mask(truth.geoms) == 1
        facing = truth.normals
        assert facing is not None
        upright = table & (facing[..., 2] < 20)  # it looks at the camera
        picture = renderer("mujoco").colour(ready.world, data, view, shadows=True)
        seen.append(float(picture[upright].mean()))
    towards, away = seen
    assert away > 20
    assert towards > 1.06 * away
