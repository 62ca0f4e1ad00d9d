"""Optical flow to the next keyframe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import Label, Labelled, Reads, file

if TYPE_CHECKING:
    from ._view import LabelView


def _make(view: LabelView) -> Labelled:
    from ..images.truth.flow import PoseSnapshot, encode_flow, flow

    if view.after is None:
        return Labelled()
    now = PoseSnapshot(view.truth, view.camera, view.moment.poses)
    bodies = view.moment.ready.world.model.geom_bodyid
    return Labelled(files={"flow.npz": encode_flow(flow(now, view.after, bodies))})


PLUGIN = Label(
    values=(
        file(
            "flow.npz",
            "",
            "of keyframes of episodes but the last of each camera: `flow`, float16 (H, W, 2), is "
            "how many pixels to the right and down the point that a pixel's centre sees has moved "
            "in this camera's next keyframe, by the poses of its body and of the camera; `state`, "
            "uint8 (H, W), is 2 where that point is seen then, 1 where it is hidden or out of "
            "view, 0 where nothing was hit or the point comes to lie behind the camera (there "
            "`flow` is 0)",
        ),
    ),
    make=_make,
    reads=frozenset({Reads.NEXT}),
)
