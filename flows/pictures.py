"""Problems with a spec's pictures: sizes that cannot be made, and far too many pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..schemas import DatasetSpec, SpecError, Sweep

MOST_PIXELS = 25e9
"""Of the labelled frames of one scene or one attempt, which one process draws."""
PIXELS_PER_SECOND = 2e7
"""That a core draws, labels and writes, about."""


def picture_problems(spec: DatasetSpec) -> Iterator[SpecError]:
    """Pictures that cannot be made, or not in a bearable time, each with its place."""
    if spec.render.videos and spec.episodes.per_task:
        for axis, pixels in enumerate(spec.render.size):
            if pixels % 2:
                yield SpecError(
                    f"{pixels} is odd, and H.264 videos have even sizes; write {pixels - 1} or "
                    f"{pixels + 1}, or `videos: false`",
                    place=("render", "size", axis),
                )
    width, height = spec.render.size
    cameras = len(spec.cameras)
    sweeps = (x.sweep for x in spec.render.vary.values() if isinstance(x, Sweep))
    stills = cameras * math.prod(len(values) for values in sweeps)
    keyframes = cameras * spec.render.keyframes if spec.episodes.per_task else 0
    for frames, of, key in ((stills, "scene", "vary"), (keyframes, "attempt", "keyframes")):
        pixels = frames * width * height
        if pixels > MOST_PIXELS:
            hours = pixels / PIXELS_PER_SECOND / 3600
            yield SpecError(
                f"{frames} frames of {width} x {height} pixels of each {of} take some "
                f"{hours:.2g} hours; {MOST_PIXELS:.3g} pixels are allowed, which are "
                f"{int(MOST_PIXELS // (width * height))} frames of this size",
                place=("render", key),
            )
