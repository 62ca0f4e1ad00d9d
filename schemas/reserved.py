"""Names that scenes give themselves, and that no object of a spec or of a task may have."""

from __future__ import annotations

SUPPORT_NAMES = ("table", "desk", "countertop")
"""What the support can be called: an object of that name would pass for it in a task."""
RESERVED_NAMES = (*SUPPORT_NAMES, "robot", "floor", "room", "world")
"""`room` is where cameras may look, `world` the root body of the physics model."""
CLUTTER_PREFIX, ROOM_PREFIX = "clutter_", "room_"
"""Begin the names of generated clutter, and of the furniture and the things of a room."""
RESERVED_PREFIXES = (CLUTTER_PREFIX, ROOM_PREFIX)


def is_reserved(name: str) -> bool:
    """Whether a scene may give this name to something of its own."""
    return name in RESERVED_NAMES or name.startswith(RESERVED_PREFIXES)
