"""Draws with Blender what standard input asks for.

    python -m apart.blender THREADS [default]

`default` draws with BlenderProc's defaults in place of ours.
"""

from __future__ import annotations

import sys

from ..messages import Message
from ..serving import Answering, serve
from .blender import Blender
from .camera import BlenderCamera
from .default import DefaultPipeline
from .stage import Stage


def start() -> tuple[Message, Answering]:
    """Import Blender and set it up."""
    blender = Blender(int(sys.argv[1]))
    stage = Stage(blender)
    camera = (DefaultPipeline if "default" in sys.argv[2:] else BlenderCamera)(blender, stage)

    def answer(request: Message) -> Message:
        head = request.head
        if head["do"] == "load":
            stage.load(request)
            return Message({}, {})
        stage.move(request.arrays["poses"])
        stage.show(head["hidden"])
        stage.light(head["suns"], head["sky"], request.arrays.get("sky"))
        return Message({}, camera.draw(head["view"], head["samples"], head["noise"]))

    return Message({"ready": True, "versions": blender.versions()}, {}), answer


serve(start)
