"""Moving scenes, and how far flow is from where points come to lie."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from caster import Array, Caster, centres, scene_caster, seen_at
from truth_measures import EDGE, Errors, View
from truth_scenes import Plan, lens, make, solved

from cousins.generators.frames import Rendered
from cousins.scenes.model.mujoco_model import CompiledScene, compile_model
from cousins.schemas import Asset, Episode, EpisodeArrays, Scene, SceneObject

STRIDE = 2
"""States of an episode from one frame to the next."""


@dataclass(frozen=True)
class Motion:
    """A scene that moves, as an episode of a few states."""

    scene: Scene
    assets: dict[str, Asset]
    episode: Episode
    arrays: EpisodeArrays


def of_episode(number: int, frames: int) -> Motion:
    """Frames of a solved task, about the moment when its last object moves the fastest."""
    scene, assets, arrays = solved(number)
    rng = np.random.default_rng([88, number])
    cameras = tuple(c.model_copy(update={"lens": lens(rng)}) for c in scene.cameras)
    scene = scene.model_copy(update={"cameras": cameras})
    speed = np.abs(np.diff(arrays.qpos[:, 9:], axis=0)).sum(axis=1)
    first = int(np.clip(np.argmax(speed) - STRIDE, 0, len(speed) - STRIDE * frames))
    return _motion(scene, assets, arrays.qpos[first : first + STRIDE * frames : STRIDE])


def at_random(plan: Plan, frames: int) -> Motion:
    """The arm, the joints of all things, and all free things move at random."""
    scene, assets = make(plan)
    compiled = compile_model(scene, assets, detail="visual")
    rng = np.random.default_rng([99, plan.seed])
    states = [compiled.new_data().qpos.copy()]
    for _ in range(frames - 1):
        states.append(_jolted(compiled, states[-1], rng))
    return _motion(scene, assets, np.array(states))


def _jolted(compiled: CompiledScene, qpos: Array, rng: np.random.Generator) -> Array:
    moved = qpos.copy()
    moved[compiled.robot.arm_qpos] += rng.normal(0, 0.03, len(compiled.robot.arm_qpos))
    for index in compiled.objects.values():
        for joint in index.joints.values():
            share = rng.uniform(-0.1, 0.1) * (joint.high - joint.low)
            moved[joint.qpos] = np.clip(moved[joint.qpos] + share, joint.low, joint.high)
        if index.free_qpos is not None and rng.random() < 0.7:
            place, quat = np.s_[index.free_qpos : index.free_qpos + 3], index.free_qpos + 3
            moved[place] += rng.normal(0, 0.01, 3)
            turned = moved[quat : quat + 4] + rng.normal(0, 0.05, 4)
            moved[quat : quat + 4] = turned / np.linalg.norm(turned)
    return moved


def _motion(scene: Scene, assets: dict[str, Asset], qpos: Array) -> Motion:
    steps = len(qpos) - 1
    episode = Episode(
        id="moving", task="task", scene=scene.id, seed=(0,), instruction="move", success=True,
        steps=steps, hz=10,
    )  # fmt: skip
    arrays = EpisodeArrays(
        initial_state=np.zeros(1), actions=np.zeros((steps, 8), np.float32), qpos=qpos,
        qvel=np.zeros((steps + 1, 1)), tool=np.zeros((steps + 1, 7)),
        gripper=np.zeros(steps + 1, np.float32),
    )  # fmt: skip
    return Motion(scene, assets, episode, arrays)


def state_scene(compiled: CompiledScene, qpos: Array) -> Scene:
    """The scene with its objects as a state has them."""
    objects: list[SceneObject] = []
    for item in compiled.scene.objects:
        index = compiled.objects[item.name]
        update: dict[str, Any] = {
            "joints": {name: float(qpos[j.qpos]) for name, j in index.joints.items()}
        }
        if index.free_qpos is not None:
            update["pos"] = tuple(qpos[index.free_qpos : index.free_qpos + 3].tolist())
            update["quat"] = tuple(qpos[index.free_qpos + 3 : index.free_qpos + 7].tolist())
        objects.append(item.model_copy(update=update))
    return compiled.scene.model_copy(update={"objects": tuple(objects)})


def casters(motion: Motion) -> list[tuple[Scene, Caster]]:
    """The scene and its geometry at each state."""
    compiled = compile_model(motion.scene, motion.assets, detail="visual")
    data = compiled.new_data()
    found: list[tuple[Scene, Caster]] = []
    for qpos in motion.arrays.qpos:
        data.qpos[:] = qpos
        mujoco.mj_kinematics(compiled.model, data)
        scene = state_scene(compiled, qpos)
        found.append((scene, scene_caster(scene, motion.assets, compiled, data)))
    return found


def compare_flow(motion: Motion, made: Rendered, errors: Errors) -> int:
    """Add the errors of all flows; how many of the pixels compared move more than a pixel."""
    states = casters(motion)
    cameras = len(motion.scene.cameras)
    moving = 0
    for number, frame in enumerate(made.frames):
        if "flow" not in frame.files:
            continue
        scene, now = states[number // cameras]
        view = View(scene, motion.assets, made, frame, now)
        after = View(
            scene,
            motion.assets,
            made,
            made.frames[number + cameras],
            states[number // cameras + 1][1],
        )
        moving += _one(view, after, errors)
    return moving


def _one(view: View, after: View, errors: Errors) -> int:
    with np.load(io.BytesIO(view.load("flow"))) as saved:
        flow, state = saved["flow"].astype(float).reshape(-1, 2), saved["state"].ravel()
    errors = errors.of(view.camera)
    target, ahead = _moved(view, after)
    good = view.smooth.ravel() & (view.image("seg_instance") == view.owners).ravel()
    front = good & (ahead > 0.02)
    motion = target - centres(view.camera)
    known = front & (np.abs(motion).max(axis=1) < 1000)  # float16 is coarse beyond
    error = np.linalg.norm(flow - motion, axis=1)
    errors.add("flow", np.where(state > 0, error, np.inf)[known])
    inside = ((target >= 0) & (target < after.shape[::-1])).all(axis=1)
    border = np.abs(np.column_stack([target, target - after.shape[::-1]])).min(axis=1) < 0.01
    errors.add("flow_state", np.where(state == 1, 0.0, np.inf)[front & ~inside & ~border])
    near = front & inside & ~border
    over = np.array([
        after.caster.cast(after.camera, target[near] + offset).depth + EDGE - ahead[near]
        for offset in ((0, 0), (-1.5, 0), (1.5, 0), (0, -1.5), (0, 1.5))
    ])  # fmt: skip
    alike = (over > 0).all(axis=0) | (over < 0).all(axis=0)
    clear = alike & (np.abs(over).min(axis=0) > 0.002)
    seen = np.where(over[0] > 0, 2, 1)
    errors.add("flow_state", np.where(state[near] == seen, 0.0, np.inf)[clear])
    return int((np.linalg.norm(motion[known], axis=1) > 1).sum())


def _moved(view: View, after: View) -> tuple[Array, Array]:
    """Where the point of each pixel lies in the next view, and how far ahead: its body moves it."""
    hits = view.hits
    triangle = np.maximum(hits.triangle, 0)
    corner = view.caster.corners[triangle]
    # Exact however thin the triangle: carried by the frame of its edge and its normal.
    local = np.einsum("nij,nj->ni", _frames(corner), hits.place - corner[:, 0])
    then = after.caster.corners[triangle]
    place = then[:, 0] + np.einsum("nji,nj->ni", _frames(then), local)
    return seen_at(after.camera, place)


def _frames(corner: Array) -> Array:
    """(N, 3, 3): rows are the longest edge's direction, what is across it, and the normal."""
    edges = np.roll(corner, -1, axis=1) - corner
    longest = np.linalg.norm(edges, axis=2).argmax(axis=1)
    along = edges[np.arange(len(edges)), longest]
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    normal = np.cross(edges[:, 0], edges[:, 1])
    normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return np.stack([along, np.cross(normal, along), normal], axis=1)
