"""A FAKE of OmniGibson, for tests alone: it says what is called, and has no physics or pictures.

Each call is bound to the signature that the committed manifest has of it (`og1.json` or
`og3.json`, by FAKE_OG_PROFILE); an argument that is not there is an error, where OmniGibson itself
would drop it without a word. Calls are kept in `CALLS`, and in the file that FAKE_OG_LOG names.

FAKE_OG_FALL is how far what is not fixed sinks in each step, metres. FAKE_OG_LABELS is `wrong`
where pixels are to belong to nothing that is known. FAKE_OG_FAIL names a call that fails.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

PROFILE = os.environ.get("FAKE_OG_PROFILE", "og1")
FOLDER = Path(__file__).parents[2]
MANIFEST = json.loads((FOLDER / f"{PROFILE}.json").read_text(encoding="utf-8"))
FALL = float(os.environ.get("FAKE_OG_FALL", "0"))
LABELS = os.environ.get("FAKE_OG_LABELS", "right")
FAIL = os.environ.get("FAKE_OG_FAIL", "")
CALLS: list[tuple[str, dict[str, Any]]] = []
__version__ = {"og1": "1.1.1", "og3": "3.8.0"}[PROFILE]
sim: Any = None


def note(what: str, taken: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Bind a call to a signature, and keep it."""
    if len(args) > len(taken):
        raise TypeError(f"{what} takes {taken}, not {len(args)} arguments")
    said = dict(zip(taken, args, strict=False))
    for name, value in kwargs.items():
        if name not in taken or name in said:
            raise TypeError(f"{what} takes {taken}, and not {name!r}")
        said[name] = value
    CALLS.append((what, said))
    if what == FAIL:
        raise RuntimeError(f"the fake fails in {what}")
    if log := os.environ.get("FAKE_OG_LOG"):
        with Path(log).open("a", encoding="utf-8") as out:
            out.write(json.dumps([what, sorted(said)]) + "\n")


def made(cls: str, kwargs: dict[str, Any]) -> None:
    """The same of a constructor, whose arguments pass on to bases where it says so."""
    note(cls, constructor(cls), (), kwargs)


def constructor(cls: str) -> list[str]:
    found = MANIFEST["classes"].get(cls)
    if found is None:
        return []
    above = [x for base in found["bases"] for x in constructor(base)] if found["open"] else []
    return [*found["args"], *above]


class Strict:
    """Has what the manifest says that a class has, and only that."""

    kind = ""

    def call(self, name: str, *args: Any, **kwargs: Any) -> None:
        note(f"{self.kind}.{name}", MANIFEST["calls"][self.kind][name], args, kwargs)

    def read(self, name: str) -> None:
        if MANIFEST["calls"][self.kind][name] != "property":
            raise TypeError(f"{self.kind}.{name} is no property")


class Posed(Strict):
    """Stands somewhere, with joints."""

    pose: Any
    values: Any

    def get_position_orientation(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        self.call("get_position_orientation", *args, **kwargs)
        return self.pose[:3], self.pose[3:]

    def get_joint_positions(self, *args: Any, **kwargs: Any) -> Any:
        self.call("get_joint_positions", *args, **kwargs)
        return self.values


class Thing(Posed):
    kind = "USDObject"

    def __init__(self, name: str, info: dict[str, Any], state: dict[str, Any]) -> None:
        self.name, self._info = name, info
        root = state["root_link"]
        self.pose = np.array([*root["pos"], *root["ori"]], dtype=np.float32)
        self.values = np.array(state.get("joint_pos", []), dtype=np.float32)

    @property
    def joints(self) -> dict[str, None]:
        self.read("joints")
        index = Path(self._info["args"].get("usd_path", "")).with_suffix(".joints")
        names = json.loads(index.read_text()) if index.is_file() else []
        return dict.fromkeys(names[: len(self.values)])

    def set_position_orientation(self, *args: Any, **kwargs: Any) -> None:
        self.call("set_position_orientation", *args, **kwargs)
        self.pose = np.concatenate([kwargs["position"], kwargs["orientation"]])

    @property
    def states(self) -> dict[str, Any]:
        self.read("states")
        return {"OnTop": SimpleNamespace(get_value=lambda other: True)}

    def fall(self) -> None:
        if not self._info["args"].get("fixed_base", False):
            self.pose[2] -= FALL


class FakeRobot(Posed):
    kind = {"og1": "FrankaPanda", "og3": "Robot"}[PROFILE]

    def __init__(self, told: dict[str, Any]) -> None:
        self.pose = np.array([*told["position"], *told["orientation"]], dtype=np.float32)
        self.values = np.array(told["reset_joint_pos"], dtype=np.float32)

    @property
    def joints(self) -> dict[str, None]:
        self.read("joints")
        arm = [f"panda_joint{number}" for number in range(1, 8)]
        return dict.fromkeys([*arm, "panda_finger_joint1", "panda_finger_joint2"])

    def apply_action(self, *args: Any, **kwargs: Any) -> None:
        self.call("apply_action", *args, **kwargs)
        self.values = np.array([*args, *kwargs.values()][0], dtype=np.float32)


class FakeScene(Strict):
    kind = "Scene"

    def __init__(self, told: dict[str, Any], robots: list[dict[str, Any]]) -> None:
        made("Scene", {key: value for key, value in told.items() if key != "type"})
        self.file: dict[str, Any] = {"objects_info": {"init_info": {}}, "state": {}}
        if told.get("scene_file"):
            self.file = json.loads(Path(told["scene_file"]).read_text(encoding="utf-8"))
        self.things: dict[str, Thing] = {}
        state = self.file["state"].get("registry", self.file["state"])
        for name, info in self.file["objects_info"]["init_info"].items():
            self.things[name] = Thing(name, info, state["object_registry"][name])
        self._robots = [FakeRobot(robot) for robot in robots]

    @property
    def robots(self) -> list[FakeRobot]:
        self.read("robots")
        return self._robots

    @property
    def object_registry(self) -> Any:
        self.read("object_registry")
        return lambda key, value: self.things.get(value) if key == "name" else None


class Environment(Strict):
    kind = "Environment"

    def __init__(self, **kwargs: Any) -> None:
        global sim
        made("Environment", kwargs)
        config = kwargs["configs"]
        for section in ("env", "render"):
            unknown = config.get(section, {}).keys() - set(MANIFEST["config"][section])
            if unknown:
                raise TypeError(f"{section} takes no {sorted(unknown)}")
        sim = FakeSimulator(self)
        self._scene = FakeScene(config["scene"], config["robots"])
        task = config["task"]
        made(task["type"], {key: value for key, value in task.items() if key != "type"})

    @property
    def scene(self) -> FakeScene:
        self.read("scene")
        return self._scene


class FakeSimulator(Strict):
    kind = "Simulator"

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.stage: Any = import_module("pxr.Usd").Stage.CreateInMemory()
        if PROFILE == "og3":
            self.editing_usd = self._editing

    @contextmanager
    def _editing(self) -> Any:
        self.call("editing_usd")
        yield

    def step(self) -> None:
        self.call("step")
        for thing in self._env._scene.things.values():
            thing.fall()

    def render(self) -> None:
        self.call("render")

    def save(self, **kwargs: Any) -> list[str]:
        self.call("save", **kwargs)
        scene = self._env._scene
        poses = {name: thing.pose.tolist() for name, thing in scene.things.items()}
        return [json.dumps({**scene.file, "fake_poses": poses})]

    def restore(self, **kwargs: Any) -> None:
        self.call("restore", **kwargs)
        (told,) = kwargs["scene_files"]
        for name, pose in told["fake_poses"].items():
            self._env._scene.things[name].pose = np.array(pose, dtype=np.float32)


class VisionSensor(Strict):
    kind = "VisionSensor"

    def __init__(self, **kwargs: Any) -> None:
        made("VisionSensor", kwargs)
        unknown = set(kwargs["modalities"]) - set(MANIFEST["modalities"])
        if unknown:
            raise TypeError(f"no modalities {sorted(unknown)}")
        self._told = kwargs

    def load(self, *args: Any) -> None:
        self.call("load", *args)

    def initialize(self) -> None:
        self.call("initialize")

    def remove(self) -> None:
        self.call("remove")

    def set_position_orientation(self, *args: Any, **kwargs: Any) -> None:
        self.call("set_position_orientation", *args, **kwargs)

    @property
    def render_product(self) -> Any:
        self.read("render_product")
        return SimpleNamespace(size=(self._told["image_height"], self._told["image_width"]))

    @property
    def horizontal_aperture(self) -> float:
        self.read("horizontal_aperture")
        return 20.995

    @horizontal_aperture.setter
    def horizontal_aperture(self, value: float) -> None:
        self.read("horizontal_aperture")

    def get_obs(self) -> tuple[dict[str, Any], dict[str, Any]]:
        self.call("get_obs")
        height, width = self._told["image_height"], self._told["image_width"]
        rgb = np.zeros((height, width, 4), dtype=np.uint8)
        rgb[..., 0] = np.linspace(0, 255, width).astype(np.uint8)
        depth = np.full((height, width), 0.9, dtype=np.float32)
        depth[0] = np.inf
        normal = np.zeros((height, width, 4), dtype=np.float32)
        normal[..., 2] = 1.0
        return {"rgb": rgb, "depth_linear": depth, "normal": normal}, {}


class FakeAnnotator:
    """What Replicator gives: the first row sees nothing, the rest sees one thing."""

    def __init__(self, name: str) -> None:
        note(f"annotator {name}", [], (), {})
        if name not in MANIFEST["annotators"]:
            raise KeyError(name)
        self._size = (0, 0)

    def attach(self, products: list[Any]) -> None:
        (product,) = products
        self._size = product.size

    def get_data(self) -> dict[str, Any]:
        ids = np.full(self._size, 7, dtype=np.uint32)
        ids[0] = 0
        scene = sim._env._scene
        first = next(iter(scene.things), None)
        path = "/World/cousins/geom_0"
        if first is not None:
            path = f"/World/scene_0/{first}/base_link/visual_0"
        if LABELS == "wrong":
            path = "/World/unheard_of"
        return {"data": ids, "info": {"idToLabels": {"0": "BACKGROUND", "7": path}}}


sensors = SimpleNamespace(VisionSensor=VisionSensor)
