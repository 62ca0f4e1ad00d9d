"""How well one RGB-D view becomes a scene again.

Scenes of the procedural library, before the robot is there: four to eight things, among them
a cabinet, often open, and things on, inside and next to others. Each is drawn by our renderer
at 640 x 480 from one view, observed from depth, masks and labels in plain words, and compared
with the truth. `held_out` offers every asset but the true ones; `noisy` spoils the depth.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ...generators.frames import renderer
from ...scenes.core.geometry import Array
from ...scenes.core.seeds import generator
from ...scenes.libraries.procedural import ProceduralLibrary
from ...scenes.observation.observe import ObserveOptions, observe
from ...scenes.observation.view import DepthView
from ...schemas import SpecError
from ._observe_scenes import Shot, shots
from ._observe_scores import SceneScore, scores, summary

BASELINE_FOCAL = 0.05 * 600.0
"""Of a stereo camera whose depth comes in steps: baseline in metres times focal length."""
DISPARITY = 0.08
"""Its smallest step of disparity, pixels."""
DROPPED = 0.2
"""Share of readings that get lost, beside those at the borders of things."""
Spoil = Callable[[Array, np.random.Generator], Array]


def run(small: bool, seed: int) -> dict[str, Any]:
    """Measure; keys as documented for `observe`."""
    count = 2 if small else 50
    library = ProceduralLibrary()
    clean: list[SceneScore] = []
    without_twin: list[SceneScore] = []
    noisy: dict[str, list[SceneScore]] = {name: [] for name in SPOILS}
    seconds: list[float] = []
    for number, shot in enumerate(shots(count, seed, library, renderer("mujoco"))):
        start = time.process_time()
        clean.append(_score(shot, shot.view, library, ObserveOptions()))
        seconds.append(time.process_time() - start)
        hidden = ObserveOptions(held_out=frozenset(thing.asset for thing in shot.scene.objects))
        without_twin.append(_score(shot, shot.view, library, hidden))
        for name, spoil in SPOILS.items():
            rng = generator((seed,), "spoil", number, name)
            view = shot.with_depth(spoil(shot.view.depth, rng))
            noisy[name].append(_score(shot, view, library, ObserveOptions()))
    return {
        **summary(clean),
        "held_out": summary(without_twin),
        "noisy": {name: summary(found) for name, found in noisy.items()},
        "seconds_per_scene": round(float(np.median(seconds)), 3),
    }


def _score(
    shot: Shot, view: DepthView, library: ProceduralLibrary, options: ObserveOptions
) -> SceneScore:
    """Of one view; where nothing could be observed at all, everything counts as missed."""
    try:
        observed = observe(view, library, options)
    except SpecError:
        return scores(shot, None, library)
    return scores(shot, observed, library)


def _gauss(sigma: float) -> Spoil:
    def spoil(depth: Array, rng: np.random.Generator) -> Array:
        """Normal noise of a depth reading, the same at every distance."""
        noise = rng.normal(0.0, sigma, depth.shape)
        return np.where(depth > 0, np.maximum(depth + noise, 0.01), 0.0)

    return spoil


def _quantised(depth: Array, rng: np.random.Generator) -> Array:
    """Steps of a stereo camera: even in disparity, so wider far away."""
    del rng
    disparity = BASELINE_FOCAL / np.where(depth > 0, depth, 1.0)
    steps = np.round(disparity / DISPARITY) * DISPARITY
    return np.where(depth > 0, BASELINE_FOCAL / np.maximum(steps, DISPARITY), 0.0)


def _dropped(depth: Array, rng: np.random.Generator) -> Array:
    """Readings lost at random and at jumps of depth."""
    from scipy import ndimage

    jump = ndimage.maximum_filter(depth, 3) - ndimage.minimum_filter(depth, 3) > 0.03
    lost = jump | (rng.uniform(size=depth.shape) < DROPPED)
    return np.where(lost, 0.0, depth)


SPOILS: dict[str, Spoil] = {
    "gauss_2mm": _gauss(0.002),
    "gauss_1cm": _gauss(0.01),
    "gauss_2cm": _gauss(0.02),
    "quantised": _quantised,
    "dropped": _dropped,
}
