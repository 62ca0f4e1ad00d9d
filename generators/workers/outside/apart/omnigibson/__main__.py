"""Draws with OmniGibson, and steps scenes in it, as standard input asks.

python -m apart.omnigibson
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..messages import Array, Message
from ..serving import Answering, serve
from .app import OmniGibson
from .camera import Cameras
from .session import OmniGibsonSession
from .stage import DrawnStage, geom_of


class Worker:
    """Answers requests; OmniGibson is opened by the first that needs it."""

    def __init__(self) -> None:
        """Import OmniGibson.

        Raises:
            LicenceNotAcceptedError: see `OmniGibson`.
        """
        self._app = OmniGibson()
        self._folder = tempfile.TemporaryDirectory(prefix="cousins-omnigibson-")
        self._stage: DrawnStage | None = None
        self._cameras: Cameras | None = None
        self._session: OmniGibsonSession | None = None

    @property
    def hello(self) -> Message:
        """That it is ready."""
        return Message({"ready": True, "version": self._app.version}, {})

    def answer(self, request: Message) -> Message:
        """Do what a request asks for."""
        head = request.head
        match head["do"]:
            case "open":
                self._app.open(head["config"])
                self._cameras = Cameras(self._app)
                return Message({}, {})
            case "load":
                with self._app.editing():
                    self._drawn().load(request)
                return Message({}, {})
            case "draw":
                return self._draw(head, request.arrays["poses"])
            case "look":
                return self._look(head["view"])
            case "enter":
                self._session = OmniGibsonSession(self._app, head["names"])
                return Message({"joints": self._session.facts()}, {})
            case _:
                return self._act(head, request.arrays)

    def _act(self, head: dict[str, Any], arrays: Any) -> Message:
        if self._session is None:
            raise ValueError("no scene is entered")
        match head["do"]:
            case "step":
                action = arrays.get("action")
                for _ in range(head["count"]):
                    self._session.step(action)
            case "state":
                pass
            case "save":
                self._session.save()
            case "reload":
                self._session.reload()
            case "put":
                self._session.put(head["name"], arrays["pose"])
            case "holds":
                found = [self._session.holds(*fact) for fact in head["facts"]]
                return Message({"holds": found}, {})
            case other:
                raise ValueError(f"unknown request {other!r}")
        return Message({}, self._session.state())

    def _drawn(self) -> DrawnStage:
        if self._stage is None:
            stage = self._app.sim.stage
            self._stage = DrawnStage(self._app.pxr, stage, Path(self._folder.name))
        return self._stage

    def _draw(self, head: dict[str, Any], poses: Array) -> Message:
        stage = self._drawn()
        with self._app.editing():
            stage.move(poses)
            stage.show(head["hidden"])
            stage.light(head["suns"], head["ambient"])
        found, paths = self._seen(head["view"])
        return Message({}, {**found, "geoms": geoms(found.pop("ids"), paths)})

    def _look(self, view: dict[str, Any]) -> Message:
        found, paths = self._seen(view)
        return Message({"paths": {str(key): path for key, path in paths.items()}}, found)

    def _seen(self, view: dict[str, Any]) -> tuple[dict[str, Array], dict[int, str]]:
        if self._cameras is None:
            raise ValueError("no environment is open")
        return self._cameras.draw(view)


def geoms(ids: Array, paths: dict[int, str]) -> Array:
    """(H, W) int32 of prims' ids as 1 + geom id; 0 where nothing is, -1 where it is unknown."""
    values, places = np.unique(ids, return_inverse=True)
    told = [_geom(int(value), paths) for value in values]
    found: Array = np.array(told, dtype=np.int32)[places].reshape(ids.shape)
    return found


def _geom(value: int, paths: dict[int, str]) -> int:
    path = paths.get(value, "BACKGROUND" if value == 0 else "")
    if path == "BACKGROUND":
        return 0
    geom = geom_of(path)
    return geom + 1 if geom >= 0 else -1


def start() -> tuple[Message, Answering]:
    """Import OmniGibson, and say so."""
    worker = Worker()
    return worker.hello, worker.answer


if __name__ == "__main__":
    serve(start)
