"""Attempts at tasks of one skill, for tests."""

from __future__ import annotations

from worlds import scene_for

from cousins.schemas import Asset, Episode, EpisodeArrays, EpisodeSpec, Scene, TaskSpec
from cousins.tasks.physics.replay import replay
from cousins.tasks.solving.solve import solve

Attempt = tuple[Scene, dict[str, Asset], Episode, EpisodeArrays]


def attempted(task: TaskSpec, index: int = 0) -> Attempt:
    """One attempt, in the scene of that number."""
    scene, assets = scene_for(task, index=index)
    return (scene, assets, *solve(scene, assets, task, EpisodeSpec(), (0, index), f"e{index:02d}"))


def first_success(task: TaskSpec, scenes: int = 3) -> Attempt:
    """The first success, which must replay to the last bit; few attempts fail."""
    causes: list[str | None] = []
    for index in range(scenes):
        scene, assets, episode, arrays = attempted(task, index)
        causes.append(episode.cause)
        if episode.success:
            again = replay(scene, assets, task, episode, arrays)
            assert again.success
            assert again.max_error == 0.0
            return scene, assets, episode, arrays
    raise AssertionError(f"no success: {causes}")
