"""Runs OmniGibson 1.1.1's own code on an export, as far as it goes without Isaac Sim.

Run with the interpreter of an environment that has it (`make omnigibson`); nothing of this project
is imported. Scenes instantiate every object of their files, robots, tasks and cameras are made of
the configs; nothing is loaded onto a stage, since that needs Isaac Sim. What OmniGibson keeps on
the GPU is made on the CPU, and nothing is compiled by PyTorch.

    .venv-omnigibson/bin/python tests/omnigibson/execute.py DATASET/exports/omnigibson/og1

Constructors there pass on what they do not know, and the last one drops it: so each argument is
also looked for in the signatures of a class and its bases.

Prints one JSON object: by scene, what was made, each argument that came out otherwise, and each
that no constructor takes.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ["PYTORCH_JIT"] = "0"
POPPED = {"type", "position", "orientation"}
"""Keys that the environment takes out of an entry before it makes the thing."""


def on_cpu(make: Callable[..., Any]) -> Callable[..., Any]:
    """A function of PyTorch's that makes tensors, on the CPU in place of the GPU."""

    @functools.wraps(make)
    def made(*args: Any, **kwargs: Any) -> Any:
        if "cuda" in str(kwargs.get("device")):
            kwargs["device"] = "cpu"
        return make(*args, **kwargs)

    return made


def torch_on_cpu() -> None:
    """Let PyTorch make on the CPU what OmniGibson wants on the GPU; before that is imported."""
    torch = import_module("torch")
    for name in ("empty", "zeros", "ones", "tensor", "full", "arange"):
        setattr(torch, name, on_cpu(getattr(torch, name)))


def execute(folder: Path) -> dict[str, Any]:
    """Make a scene, its robots, task and cameras of the files in a folder."""
    config = json.loads((folder / "config.json").read_text())
    said = json.loads((folder / "scene.json").read_text())["objects_info"]["init_info"]
    scene = made("scenes", config["scene"], folder)
    differing = {
        f"{name}.{key}": [value, found.get(key, "nothing")]
        for name, thing in scene._init_objs.items()
        for found in [flat(thing.get_init_info())]
        for key, value in flat(said[name]).items()
        if json.dumps(found.get(key, "nothing"), default=str) != json.dumps(value)
    }
    unknown = [
        f"{name}.{key}"
        for name, thing in scene._init_objs.items()
        for key in untaken(type(thing), said[name]["args"])
    ]
    for registry, entries in (
        ("scenes", [config["scene"]]), ("robots", config["robots"]), ("tasks", [config["task"]])
    ):  # fmt: skip
        for entry in entries:
            kind = kinds(registry)[entry["type"]]
            unknown += [f"{kind.__name__}.{key}" for key in untaken(kind, entry.keys() - POPPED)]
    robots = [made("robots", robot) for robot in config["robots"]]
    task = made("tasks", config["task"])
    cameras = [camera(entry) for entry in config["env"]["external_sensors"]]
    return {
        "objects": sorted(scene._init_objs),
        "missing": sorted(said.keys() - scene._init_objs.keys()),
        "differing": differing,
        "unknown": sorted(unknown),
        "robots": [type(robot).__name__ for robot in robots],
        "task": type(task).__name__,
        "instances": sorted(getattr(task, "object_instance_to_category", {})),
        "goal": list(getattr(task, "activity_natural_language_goal_conditions", [])),
        "goal_options": len(getattr(task, "ground_goal_state_options", [])),
        "cameras": {name: sorted(modalities) for name, modalities in cameras},
    }


def kinds(registry: str) -> Any:
    """The classes of scenes, robots, or tasks, by name."""
    return getattr(import_module(f"omnigibson.{registry}"), f"REGISTERED_{registry.upper()}")


def untaken(kind: Any, names: Iterable[str]) -> list[str]:
    """The arguments that neither a class nor a base to which it passes them on takes."""
    taken: set[str] = set()
    for base in kind.__mro__:
        if "__init__" not in vars(base) or base is object:
            continue
        parameters = inspect.signature(base.__init__).parameters.values()
        taken |= {parameter.name for parameter in parameters}
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    return sorted(set(names) - taken)


def made(registry: str, entry: dict[str, Any], folder: Path | None = None) -> Any:
    """What an environment makes of an entry of its config: the class of its type, called."""
    arguments = {key: value for key, value in entry.items() if key not in POPPED}
    if folder is not None:
        arguments["scene_file"] = str(folder / arguments["scene_file"])
    return kinds(registry)[entry["type"]](**arguments)


def camera(entry: dict[str, Any]) -> tuple[str, list[str]]:
    """A camera's name and what it gives; it refuses what it does not know."""
    sensor = import_module("omnigibson.sensors").VisionSensor(
        relative_prim_path=entry["relative_prim_path"],
        name=entry["name"],
        modalities=entry["modalities"],
        **entry["sensor_kwargs"],
    )
    return sensor.name, list(sensor.modalities)


def flat(info: dict[str, Any]) -> dict[str, Any]:
    """The class of an object, and the arguments that it was made with."""
    return {"class": f"{info['class_module']}.{info['class_name']}", **info["args"]}


def main() -> None:
    """Execute all scenes below a folder."""
    torch_on_cpu()
    with redirect_stdout(sys.stderr):  # it greets
        version = import_module("omnigibson").__version__
        found = {
            path.parent.name: execute(path.parent)
            for path in sorted(Path(sys.argv[1]).glob("*/scene.json"))
        }
    sys.stdout.write(json.dumps({"version": version, "scenes": found}) + "\n")


if __name__ == "__main__":
    main()
