"""The room of scenes that ask for none."""

from __future__ import annotations

from ...schemas import Room, Scene

DEFAULT_ROOM = Room(low=(-1.6, -2.6, 0.0), high=(3.6, 2.6, 4.0))
"""The empty room of scenes that ask for none; its walls go on above its open top."""


def room_of(scene: Scene) -> Room:
    """The scene's room, or the default one."""
    return scene.room or DEFAULT_ROOM
