"""What is on looks on, and what is open looks open: a small classifier tells, on new scenes.

The classifier is one of single-layer features: responses to whitened patches of the training
pictures, pooled over a grid of nine places, and a kernel ridge regression on them
(after Coates, Lee and Ng, AISTATS 2011).
"""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cousins.flows.preview import make_preview
from cousins.generators.frames import render_scene
from cousins.schemas import AssemblyError
from cousins.schemas.spec_file import load_spec

Array = npt.NDArray[np.float64]
STATES = Path(__file__).parents[1] / "examples" / "vision" / "states.yaml"
TRAINED, SCENES = 800, 1000
"""Scenes to learn from, and all of them."""
SIDE, PATCH, WORDS = 64, 12, 320
"""Pixels of a picture of a thing, pixels of a patch, and how many patches are compared with."""
PREDICATES = {"cabinet": "open cabinet", "lamp": "toggled_on lamp", "radio": "toggled_on radio"}


def examples() -> Mapping[str, list[tuple[int, bool, npt.NDArray[np.uint8]]]]:
    """Of each thing: the number of its scene, whether its predicate holds, its picture."""
    spec = load_spec(STATES).model_copy(update={"scenes": SCENES})
    found: dict[str, list[tuple[int, bool, npt.NDArray[np.uint8]]]] = {k: [] for k in PREDICATES}
    for number in range(SCENES):
        try:
            made = make_preview(spec, 0, number)
        except AssemblyError:
            continue
        drawn = render_scene(made.scene, made.assets, spec)
        for frame in drawn.frames:
            picture = Image.open(io.BytesIO(drawn.files[frame.files["rgb"]])).convert("RGB")
            for thing in frame.objects:
                box = thing.bbox_2d_tight
                seen = thing.name in PREDICATES and (thing.visible_fraction or 0.0) > 0.6
                if not seen or thing.truncated or box is None:
                    continue
                around = (box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2)
                part = picture.crop(around).resize((SIDE, SIDE), Image.Resampling.BOX)
                holds = PREDICATES[thing.name] in (frame.predicates or ())
                found[thing.name].append((number, holds, np.asarray(part)))
    return found


def patches(picture: Array) -> Array:
    """(N, N, D) the patches of a picture, every second pixel."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, (PATCH, PATCH, 3))
    every = windows[::2, ::2, 0]
    found: Array = every.reshape(*every.shape[:2], -1)
    return found


def features(pictures: Array, learn: npt.NDArray[np.bool_], rng: np.random.Generator) -> Array:
    """(N, F) of pictures (N, SIDE, SIDE, 3); patches are drawn from those to learn from."""
    drawn: list[Array] = []
    for picture in pictures[learn]:
        flat = patches(picture).reshape(-1, PATCH * PATCH * 3)
        drawn.append(flat[rng.integers(len(flat), size=12)])
    sample = np.concatenate(drawn)
    mean = sample.mean(axis=0)
    spread, axes = np.linalg.eigh(np.cov((sample - mean).T))
    whiten = axes[:, -64:] / np.sqrt(spread[-64:] + 0.1 * spread.mean())
    words = ((sample - mean) @ whiten)[rng.permutation(len(sample))[:WORDS]]
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    rows: list[Array] = []
    for picture in pictures:
        answers = ((patches(picture) - mean) @ whiten) @ words.T
        both = np.concatenate([np.maximum(answers - 1, 0), np.maximum(-answers - 1, 0)], axis=2)
        thirds = [np.array_split(row, 3, axis=1) for row in np.array_split(both, 3, axis=0)]
        pooled = [cell.mean(axis=(0, 1)) for row in thirds for cell in row]
        rows.append(np.concatenate([*pooled, both.max(axis=(0, 1))]))
    found: Array = np.array(rows)
    scaled: Array = (found - found[learn].mean(axis=0)) / (found[learn].std(axis=0) + 1e-3)
    return scaled


def accuracy(rows: list[tuple[int, bool, npt.NDArray[np.uint8]]]) -> tuple[float, int]:
    """Share of held-out pictures of which the predicate is told, and how many there are."""
    learn = np.array([number < TRAINED for number, _, _ in rows])
    truth = np.array([1.0 if holds else -1.0 for _, holds, _ in rows])
    pictures: Any = np.array([picture for _, _, picture in rows]).astype(np.float64) / 255
    found = features(pictures, learn, np.random.default_rng(0))
    kernel = found @ found.T / found.shape[1]
    mean = truth[learn].mean()
    weights = np.linalg.solve(
        kernel[np.ix_(learn, learn)] + 0.1 * np.eye(int(learn.sum())), truth[learn] - mean
    )
    told = kernel[np.ix_(~learn, learn)] @ weights + mean
    return float(((told > 0) == (truth[~learn] > 0)).mean()), int((~learn).sum())


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_states_are_seen_in_pictures_of_scenes_that_were_not_learned_from() -> None:
    for name, rows in examples().items():
        share, count = accuracy(rows)
        assert count > 120, name
        assert share >= 0.95, (name, share, count)
