"""What is on looks different from what is off, and nothing else does."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from cousins.flows.preview import make_preview
from cousins.generators.frames import render_scene
from cousins.schemas.spec_file import parse_spec

SPEC = """
name: on
robot: none
scenes: 1
scene:
  objects:
    - {{name: thing, category: {category}}}
    - {{name: mug, category: mug.n.04}}
render:
  size: [160, 120]
  labels: [rgb, seg_instance, predicate_states]
  vary: {{object.thing.joint.{joint}: {{sweep: [0, 1]}}}}
cameras: [{{name: front, look_at: thing, distance: 0.9, azimuth: 10, elevation: 25}}]
"""


@pytest.mark.parametrize(
    ("category", "joint", "brighter"),
    [
        ("table_lamp.n.01", "switch", 20.0),
        ("radio_receiver.n.01", "volume_dial", 2.0),
    ],
)
def test_a_thing_shines_when_it_is_on(category: str, joint: str, brighter: float) -> None:
    spec = parse_spec(SPEC.format(category=category, joint=joint))
    made = make_preview(spec, 0, 0)
    drawn = render_scene(made.scene, made.assets, spec)
    off, on = drawn.frames
    assert "toggled_on thing" in (on.predicates or ())
    assert "toggled_on thing" not in (off.predicates or ())
    pictures: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    for frame in (off, on):
        with Image.open(io.BytesIO(drawn.files[frame.files["rgb"]])) as picture:
            pictures.append(np.asarray(picture, dtype=np.float64))
    with Image.open(io.BytesIO(drawn.files[on.files["seg_instance"]])) as picture:
        ids = np.asarray(picture)
    lit = next(x.instance_id for x in on.objects if x.name == "thing")
    change = (pictures[1] - pictures[0]).mean(axis=2)
    assert change[ids == lit].mean() > brighter
    # Apart from the edge, and what JPEG spreads, nothing else changes.
    away = np.ones_like(ids, dtype=bool)
    for y, x in np.argwhere(ids == lit):
        away[max(0, y - 16) : y + 17, max(0, x - 16) : x + 17] = False
    assert away.any()
    assert np.abs(change[away]).max() < 1.0
