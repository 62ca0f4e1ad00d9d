"""The fast renderer's labels are the truth: against an independent caster, in scenes of all kinds.

`pytest -m heavy tests/test_truth.py -s` compares 50 scenes and 12 moving ones, and prints the
figures as JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
import pytest
from caster import scene_caster
from test_images import spec
from truth_flow import Motion, at_random, compare_flow, of_episode, state_scene
from truth_measures import LENS, Errors, View, compare_images
from truth_objects import compare_objects
from truth_scenes import make, plans

from cousins.generators.frames import render_episode, render_scene
from cousins.generators.labels import LABELS
from cousins.scenes.model.mujoco_model import compile_model
from cousins.schemas import Asset, FrameRecord, Scene, SceneGraph
from cousins.tasks.physics.predicates import PhysicsFacts

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning:pycocotools"
)
ASKED = tuple(x for x in LABELS.names() if x not in ("rgb", "flow"))
MOVING = ("flow", "seg_instance", "predicate_states", "scene_graph", "poses")
FRAMES = 3
"""Of a moving scene."""


@dataclass(frozen=True)
class Claim:
    """At least `share` of a scene's samples lie within `bound`."""

    bound: float
    unit: str
    share: float = 0.999


AGREE = Claim(0.0, "agreement")
_PLAIN = {
    "seg_instance": AGREE,
    "seg_semantic": AGREE,
    "seg_part": AGREE,
    "seg_amodal": AGREE,
    "visible_fraction": Claim(0.02, "share", 1.0),
    "truncated": Claim(0.0, "agreement", 1.0),
    "depth_linear": Claim(0.001, "m"),
    "depth": Claim(0.001, "m"),
    "normal": Claim(1.0, "degrees"),
    "point_cloud": Claim(0.001, "m"),
    "bbox_2d_tight": Claim(1.0, "px", 1.0),
    "bbox_2d_loose": Claim(1.0, "px", 1.0),
    "bbox_3d": Claim(1.0, "px", 1.0),
    "bbox_3d_metres": Claim(0.001, "m", 1.0),
    "poses": Claim(1e-6, "m and share", 1.0),
    "keypoints": Claim(1.0, "px", 1.0),
    "keypoint_inside": Claim(0.0, "agreement", 1.0),
    "keypoint_visibility": Claim(0.0, "agreement", 1.0),
    "predicates": Claim(0.0, "agreement", 1.0),
    "flow": Claim(0.5, "px"),
    "flow_state": AGREE,
}
CLAIMS = {
    **_PLAIN,
    **{LENS + name: claim for name, claim in _PLAIN.items()},
    # A lens's ids come from the nearest of four points in a pixel: exact to a quarter of a pixel.
    LENS + "seg_amodal": Claim(0.0, "agreement", 0.998),
    LENS + "normal": Claim(1.0, "degrees", 0.995),
}


def still(number: int, size: tuple[int, int]) -> Errors:
    """The errors of a scene's views."""
    scene, assets = make(list(plans(number + 1))[number])
    rendered = render_scene(scene, assets, spec(size=size, labels=ASKED))
    assert [frame.camera for frame in rendered.frames] == [c.name for c in scene.cameras]
    compiled = compile_model(scene, assets, detail="visual")
    caster = scene_caster(scene, assets, compiled, compiled.new_data())
    errors = Errors()
    for frame in rendered.frames:
        view = View(scene, assets, rendered, frame, caster)
        compare_images(view, errors)
        compare_objects(view, errors)
        graph = SceneGraph.from_json(view.load("scene_graph"))
        errors.add("predicates", wrong_facts(scene, assets, frame, graph))
    return errors


def moving(motion: Motion, size: tuple[int, int]) -> Errors:
    """The errors of a moving scene's flow, and of what holds at each of its states."""
    made = render_episode(
        motion.scene, motion.assets, motion.episode, motion.arrays,
        spec(size=size, keyframes=FRAMES, labels=MOVING, videos=False),
    )  # fmt: skip
    errors = Errors()
    assert compare_flow(motion, made, errors) > 200
    compiled = compile_model(motion.scene, motion.assets, detail="physics")
    for frame in made.frames:
        assert frame.step is not None
        qpos = motion.arrays.qpos[frame.step]
        graph = SceneGraph.from_json(made.files[frame.files["scene_graph"]])
        now = state_scene(compiled, qpos)
        errors.add("predicates", wrong_facts(now, motion.assets, frame, graph, qpos))
    return errors


def wrong_facts(
    scene: Scene, assets: dict[str, Asset], frame: FrameRecord, graph: SceneGraph, qpos: Any = None
) -> float:
    """0 where predicates and scene graph say what holds in a simulation made anew."""
    compiled = compile_model(scene, assets, detail="physics")
    data = compiled.new_data()
    if qpos is not None:
        data.qpos[:] = qpos
        mujoco.mj_forward(compiled.model, data)
    truth = set(PhysicsFacts(compiled, data).atoms())
    told = {f"{edge.predicate} {edge.subject} {edge.object}" for edge in graph.edges}
    told |= {f"{state} {node.name}" for node in graph.nodes for state in node.states}
    placed = all(
        np.allclose(node.pos, item.pos, atol=1e-9)
        for node, item in zip(graph.nodes, scene.objects, strict=True)
    )
    same = set(frame.predicates or ()) == truth == told and placed
    return 0.0 if same else np.inf


def summary(scenes: list[Errors]) -> dict[str, dict[str, Any]]:
    """By quantity: its bound, and the worst and the median of the scenes."""
    table: dict[str, dict[str, Any]] = {}
    for name, claim in CLAIMS.items():
        rows = [found for errors in scenes if len(found := errors.all(name))]
        if not rows:
            continue
        within = [float(np.mean(row <= claim.bound)) for row in rows]
        table[name] = {
            "scenes": len(rows),
            "samples": sum(len(row) for row in rows),
            "bound": claim.bound,
            "unit": claim.unit,
            "share_claimed": claim.share,
            "share_worst_scene": round(min(within), 6),
            "share_median_scene": round(float(np.median(within)), 6),
        }
        if claim.bound > 0:
            high = [float(np.quantile(row, 0.999, method="higher")) for row in rows]
            table[name] |= {
                "median_error": float(f"{np.median([np.median(row) for row in rows]):.3g}"),
                "p999_median_scene": float(f"{np.median(high):.3g}"),
                "p999_worst_scene": float(f"{max(high):.3g}"),
                "worst": float(f"{max(row.max() for row in rows):.3g}"),
            }
    return table


def judge(table: dict[str, dict[str, Any]]) -> None:
    """Hold every claim."""
    for name, row in table.items():
        assert row["share_worst_scene"] >= row["share_claimed"], f"{name}: {row}"


@pytest.mark.parametrize("number", [1, 2, 4])
def test_labels_are_the_truth_in_a_few_scenes(number: int) -> None:
    judge(summary([still(number, (128, 96))]))


def test_flow_is_the_truth_in_a_scene_that_moves() -> None:
    judge(summary([moving(at_random(list(plans(2))[1], FRAMES), (128, 96))]))


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_labels_are_the_truth_in_fifty_scenes() -> None:
    size = (256, 192)
    scenes: list[Errors] = []
    for plan in plans(50):
        scenes.append(still(plan.seed, size))
        sys.stderr.write(f"{plan}\n")
    every = list(plans(6))
    scenes += [moving(at_random(plan, FRAMES), size) for plan in every]
    scenes += [moving(of_episode(number, FRAMES), size) for number in range(6)]
    table = summary(scenes)
    print(json.dumps(table, indent=1))  # noqa: T201
    judge(table)
