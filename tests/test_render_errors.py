"""What is wrong with `cameras`, `render` and the light of a spec: each is told in one message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cousins.generators.frames import check_vary
from cousins.schemas import SpecError
from cousins.schemas.spec_file import load_spec

KEY = "scene.light.key.intensity"


def vary(path: str, value: Any) -> dict[str, Any]:
    return {"render": {"vary": {path: value}}}


def camera(**fields: Any) -> dict[str, Any]:
    return {"cameras": [{"name": "front", **fields}]}


def scene(**fields: Any) -> dict[str, Any]:
    return {"scene": fields}


BAD: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (vary(KEY, {"sweep": []}), (f"{KEY}.sweep", "[]", "at least 1")),
    (vary(KEY, {"sweep": [1, "two"]}), (KEY, "'two'", "0.0 to 100000.0")),
    (vary(KEY, {"sweep": [1, -5]}), (KEY, "-5", "0.0 to 100000.0")),
    (vary(KEY, {"sweap": [1]}), (KEY, "sweap", "sweep")),
    (vary(KEY, {"uniform": [5, 1]}), (KEY, "5", "1", "[low, high]")),
    (vary(KEY, {"uniform": [1, 2], "sweep": [1]}), (KEY, "uniform", "sweep")),
    (vary(KEY, [1, 2]), (KEY, "[1.0, 2.0]", "{sweep: [...]}")),
    (vary(KEY, {"sweep": [1, 2, 1]}), (KEY, "1 is listed twice")),
    (vary(KEY, ".nan"), (KEY, ".nan", "0.0 to 100000.0")),
    (vary("scene.lights.count", {"sweep": [0, 1.5]}), ("1.5", "whole numbers from 0 to 4")),
    (vary("scene.sun.elevation", {"sweep": [-10, 30]}), ("-10", "2.0 to 90.0")),
    (vary("scene.sun.elevatoin", 30), ("scene.sun.elevatoin", "nearest: scene.sun.elevation")),
    (vary("scene.sky.ground", {"choice": ["mud"]}), ("scene.sky.ground", "'mud'", "#rrggbb")),
    (vary("camera.front.distortion.p1", {"normal": [0, 1]}), ("p1", "-4 to 4", "-0.2 to 0.2")),
    (vary("camera.fornt.fov", 30), ("camera.fornt.fov", "nearest: camera.front.fov")),
    (vary("camera.front.shutter", {"sweep": [0, 9]}), ("shutter", "9", "0.0 to 1.0")),
    (vary("object.mug.material.metallic", 2), ("metallic", "2", "0.0 to 1.0")),
    ({"render": {"vary": [KEY]}}, ("render.vary", "a mapping")),
    ({"render": {"vary": {KEY: {"sweep": list(range(200))},
                          "camera.front.fov": {"sweep": [20 + k for k in range(100)]}}}},
     ("render.vary", "100 x 200", "20000", "10000")),
    ({"render": {"size": [8, 99999]}}, ("render.size[0]", "8", "16", "size[1]", "4096")),
    ({"render": {"labels": ["rgb", "deph"]}}, ("render.labels[1]", "deph", "depth")),
    ({"render": {"backend": "cycles"}}, ("render.backend", "cycles", "blenderproc")),
    (camera(fov=200), ("cameras[0].fov", "200", "5 to 150")),
    (camera(azimuth="left"), ("cameras[0].azimuth", "'left'", "-720 to 720")),
    (camera(look_at="mugg"), ("cameras[0].look_at", "'mugg'", "allowed: ['table']")),
    (camera(shutter=5), ("cameras[0].shutter", "5", "0 to 1")),
    (camera(shuter=0.1), ("cameras[0].shuter", "shutter")),
    (camera(path={"kind": "circle"}), ("cameras[0].path.kind", "circle", "orbit, dome, tour")),
    (camera(path={"kind": "tour", "waypoints": [{}, {"look_at": "cup"}]}),
     ("waypoints[1].look_at", "'cup'", "['table']")),
    (camera(mount="hand", path={"kind": "orbit"}), ("cameras[0].path", "hand has no path")),
    (scene(sun={"elevation": 120}), ("scene.sun.elevation", "120", "2 to 90")),
    (scene(sun="bright"), ("scene.sun", "'bright'", "elevation")),
    (scene(sky={"ground": "mud"}), ("scene.sky.ground", "'mud'", "#rrggbb")),
    (scene(light={"key": {"intensity": -4}}), ("light.key.intensity", "-4", "0 to 100000")),
    (scene(light={f"l{k}": {} for k in range(5)}), ("scene.light", "at most 4")),
    (scene(ambient="dim"), ("scene.ambient", "'dim'", "0 to 100000")),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), BAD, ids=[told[0] for _, told in BAD])
def test_what_is_wrong_is_named_with_its_value_and_what_is_allowed(
    change: dict[str, Any], told: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump({"name": "bad", "cameras": [{"name": "front"}], **change}))
    with pytest.raises(SpecError) as caught:
        check_vary(load_spec(path))
    message = str(caught.value)
    assert all(word in message for word in told), message
    assert len(message.splitlines()) <= 3
