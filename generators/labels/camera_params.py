"""The camera; always there."""

from __future__ import annotations

from . import Label, of_frame

PLUGIN = Label(
    values=(
        of_frame(
            "camera_params",
            "size, fx, fy, cx, cy, and `world_from_camera`; always there",
        ),
    ),
)
