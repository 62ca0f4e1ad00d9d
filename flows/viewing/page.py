"""The page in the browser: viser draws what is sent to it, and asks for other states."""

from __future__ import annotations

import io
import math
import threading
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from ...scenes.model.mujoco_model import ROBOT_PREFIX, CompiledScene, compile_model
from ...schemas import BackendMissingError, Camera, CousinsError
from .shapes import BodyPoses, shapes_of

if TYPE_CHECKING:
    from .viewed import ViewedScene, ViewedScenes

LIGHT = 0.3
"""Of what surrounds the scene, beside lamps; more takes the colours away."""
FRUSTUM = 0.08
"""Length of what stands for a camera, metres."""
AWAY = (1.1, -1.2, 0.9)
"""From the middle of the objects to where one looks from first, metres."""


def check_viewer() -> None:
    """Refuse where the extra is not installed.

    Raises:
        BackendMissingError: saying how to get it.
    """
    if find_spec("viser") is None:
        raise BackendMissingError("`cousins view` needs viser; try: pip install 'cousins[view]'")


class Page:
    """Scenes in a browser, one at a time, in the state that is asked for.

    Args:
        scenes: what there is to look at.
        host: to listen at.
        port: to listen at; the next free one is taken where it is in use.

    Raises:
        BackendMissingError: viser is not installed.
        CousinsError: the first one cannot be read.
    """

    def __init__(self, scenes: ViewedScenes, host: str, port: int) -> None:
        """Begin to listen, with the first one shown."""
        check_viewer()
        self._scenes = scenes
        self._lock = threading.RLock()  # controls are answered by threads
        first = scenes.show(scenes.names[0])
        with redirect_stdout(io.StringIO()):  # a box that says where it listens
            self._server: Any = import_module("viser").ViserServer(
                host, port, label="cousins", verbose=False
            )
        self.port = int(self._server.get_port())
        gui = self._server.gui
        # Sharing would lead through a server elsewhere: neither offered nor done where asked for.
        self._server.request_share_url = _share_nothing
        gui.configure_theme(show_logo=False, show_share_button=False)
        self._choice = gui.add_dropdown("Attempt", scenes.names, initial_value=first.name)
        self._text = gui.add_markdown("")
        self._time = gui.add_slider("State", 0, 1, 1, 0)
        self._doing = gui.add_markdown("")
        self._playing = gui.add_checkbox("Play", False)
        self._room = gui.add_checkbox("Room", False)
        self._cameras = gui.add_checkbox("Cameras", True)
        self._choice.on_update(self._choose)
        self._time.on_update(self._place)
        self._room.on_update(self._toggle)
        self._cameras.on_update(self._toggle)
        self._open(first)

    def step(self) -> float:
        """Go to the next state where it plays; seconds until the next step."""
        with self._lock:
            if self._playing.value and self._viewed.states is not None:
                self._time.value = (self._time.value + 1) % len(self._viewed.states)
            return 1.0 / self._viewed.hz

    @property
    def state(self) -> int:
        """Number of the state that is shown."""
        return int(self._time.value)

    @property
    def caption(self) -> str:
        """What is being done in it."""
        return str(self._doing.content)

    @property
    def told(self) -> str:
        """What is said of the attempt."""
        return str(self._text.content)

    def pose(self, body: int) -> tuple[float, ...]:
        """Where a body is shown: position in metres, quaternion wxyz."""
        frame = self._bodies[body]
        return (*map(float, frame.position), *map(float, frame.wxyz))

    def go_to(self, state: int) -> None:
        """Show a state; numbers as of `ViewedScene.states`."""
        self._time.value = state

    def choose(self, name: str) -> None:
        """Show another attempt or scene, by name."""
        self._choice.value = name

    def play(self) -> None:
        """Have `step` go on."""
        self._playing.value = True

    def close(self) -> None:
        """Stop listening."""
        self._server.stop()

    def _choose(self, *_: object) -> None:
        """Show what was chosen, or why it cannot be shown."""
        with self._lock:
            try:
                self._open(self._scenes.show(self._choice.value))
            except CousinsError as error:
                self._text.content = f"{self._choice.value} cannot be shown: {error}"

    def _open(self, viewed: ViewedScene) -> None:
        """Show another scene, in its first state."""
        world = compile_model(viewed.scene, viewed.assets, "visual")
        self._viewed, self._world, self._poses = viewed, world, BodyPoses(world)
        scene = self._server.scene
        scene.reset()
        scene.configure_environment_map("studio", environment_intensity=LIGHT)
        with self._server.atomic():
            self._bodies = [
                scene.add_frame(f"/bodies/{body}", show_axes=False)
                for body in range(world.model.nbody)
            ]
            self._pieces = [(shape.room, self._add(shape)) for shape in shapes_of(world)]
            self._frustums = [self._add_camera(camera) for camera in viewed.scene.cameras]
        self._text.content = viewed.told
        count = 1 if viewed.states is None else len(viewed.states)
        self._time.max = max(1, count - 1)
        self._time.disabled = self._playing.disabled = count < 2
        self._time.value = 0
        self._place()
        self._toggle()
        self._look_at(world)

    def _add(self, shape: Any) -> Any:
        red, green, blue, opacity = shape.colour
        return self._server.scene.add_mesh_simple(
            f"/bodies/{shape.body}/{shape.name}", shape.points, shape.faces,
            color=tuple(round(255 * min(part, 1.0)) for part in (red, green, blue)),
            opacity=None if opacity >= 1 else opacity, flat_shading=shape.flat,
        )  # fmt: skip

    def _add_camera(self, camera: Camera) -> Any:
        """What stands for a camera: where it is, or on the body that it is mounted to."""
        above = ""
        if camera.mount is not None:
            above = f"/bodies/{self._world.model.body(ROBOT_PREFIX + camera.mount).id}"
        fov = math.radians(camera.fov)
        # Cameras look along -z here, and along +z there.
        turned = _times(camera.quat, (0.0, 1.0, 0.0, 0.0))
        return self._server.scene.add_camera_frustum(
            f"{above}/camera-{camera.name}", fov, 1.0, scale=FRUSTUM, wxyz=turned,
            position=camera.pos, cast_shadow=False,
        )  # fmt: skip

    def _place(self, *_: object) -> None:
        """Put every body where it is in the state that the slider says."""
        with self._lock:
            states = self._viewed.states
            state = int(self._time.value)
            qpos = self._world.rest() if states is None else states[min(state, len(states) - 1)]
            with self._server.atomic():
                for frame, pose in zip(self._bodies, self._poses.at(qpos), strict=True):
                    frame.position, frame.wxyz = pose[:3], pose[3:]
                self._doing.content = self._viewed.doing(state)

    def _toggle(self, *_: object) -> None:
        with self._lock:
            for room, piece in self._pieces:
                piece.visible = self._room.value or not room
            for frustum in self._frustums:
                frustum.visible = self._cameras.value

    def _look_at(self, world: CompiledScene) -> None:
        places = [thing.pos for thing in world.scene.objects]
        middle = np.mean(places, axis=0) if places else np.zeros(3)
        self._server.initial_camera.look_at = middle
        self._server.initial_camera.position = middle + np.array(AWAY)


def _share_nothing(*_: object) -> None:
    """In the place of a connection to a server that shares what is shown."""


def _times(left: Any, right: Any) -> tuple[float, ...]:
    """The product of two quaternions wxyz."""
    import mujoco

    found = np.zeros(4)
    mujoco.mju_mulQuat(found, np.asarray(left, dtype=float), np.asarray(right, dtype=float))
    return tuple(float(part) for part in found)
