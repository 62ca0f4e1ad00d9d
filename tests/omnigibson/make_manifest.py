"""Writes the manifest of OmniGibson's names and signatures from its source text.

Nothing of it is imported: the text is parsed. From an installed wheel (`pip install --no-deps
omnigibson==1.1.1` anywhere) or a checkout of BEHAVIOR-1K:

    python tests/omnigibson/make_manifest.py og1 VENV/lib/python3.11/site-packages/omnigibson \\
        "omnigibson 1.1.1, wheel on PyPI"
    python tests/omnigibson/make_manifest.py og3 BEHAVIOR-1K/OmniGibson/omnigibson

What the exporters emit is compared with `og1.json` and `og3.json` beside this file.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

CLASSES = {
    "objects/usd_object.py": ("USDObject",),
    "objects/object_base.py": ("BaseObject",),
    "objects/stateful_object.py": ("StatefulObject",),
    "objects/dataset_object.py": ("DatasetObject",),
    "objects/primitive_object.py": ("PrimitiveObject",),
    "objects/light_object.py": ("LightObject",),
    "objects/controllable_object.py": ("ControllableObject",),
    "robots/robot.py": ("Robot",),
    "robots/robot_base.py": ("BaseRobot",),
    "robots/manipulation_robot.py": ("ManipulationRobot",),
    "robots/franka.py": ("FrankaPanda",),
    "scenes/scene_base.py": ("Scene",),
    "sensors/vision_sensor.py": ("VisionSensor",),
    "sensors/sensor_base.py": ("BaseSensor",),
    "tasks/behavior_task.py": ("BehaviorTask",),
    "tasks/dummy_task.py": ("DummyTask",),
    "envs/env_base.py": ("Environment",),
}
"""Where classes are; a file that a generation does not have is left out."""

CALLED: dict[str, tuple[str, ...]] = {
    "Environment": ("scene",),
    "Scene": ("object_registry", "robots"),
    "Simulator": ("editing_usd", "render", "restore", "save", "step"),
    "VisionSensor": (
        "get_obs", "horizontal_aperture", "initialize", "load", "remove", "render_product",
        "set_position_orientation",
    ),
    "USDObject": (
        "get_joint_positions", "get_position_orientation", "joints", "set_position_orientation",
        "states",
    ),
    "FrankaPanda": ("apply_action", "get_joint_positions", "get_position_orientation", "joints"),
    "Robot": ("apply_action", "get_joint_positions", "get_position_orientation", "joints"),
    "JointController": ("__init__",),
}  # fmt: skip
"""What the worker calls and reads, by the class on which it does."""


def manifest(source: Path) -> dict[str, Any]:
    """Names and signatures of a source tree."""
    classes: dict[str, Any] = {}
    for file, names in CLASSES.items():
        path = source / file
        if path.is_file():
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and node.name in names:
                    module = "omnigibson." + file.removesuffix(".py").replace("/", ".")
                    classes[node.name] = {"module": module, **_class(node)}
    sensors = ast.parse((source / "sensors/__init__.py").read_text(encoding="utf-8"))
    create = next(x for x in sensors.body if isinstance(x, ast.FunctionDef))
    definitions = source / "robots" / "definitions"
    if definitions.is_dir():
        robots = sorted(path.stem for path in definitions.glob("*.yaml"))
    else:
        robots = _imported(source / "robots/__init__.py")
    vision = source / "sensors/vision_sensor.py"
    return {
        "classes": classes,
        "config": _config(source / "envs/env_base.py"),
        "create_sensor": [x.arg for x in create.args.args],
        "robots": robots,
        "states": _imported(source / "object_states/__init__.py"),
        "modalities": list(_constants(vision)["ALL_MODALITIES"]),
        "calls": _calls(source),
        "annotators": sorted(_annotators(vision)),
        "light_types": sorted(_constants(source / "objects/light_object.py")["LIGHT_TYPES"]),
    }


def _class(node: ast.ClassDef) -> dict[str, Any]:
    """Bases, and what the constructor takes; `open` where it takes other keywords as well."""
    made: dict[str, Any] = {"bases": [ast.unparse(x) for x in node.bases], "args": [], "open": True}
    for function in node.body:
        if isinstance(function, ast.FunctionDef) and function.name == "__init__":
            every = [*function.args.args[1:], *function.args.kwonlyargs]
            made["args"] = [x.arg for x in every]
            made["open"] = function.args.kwarg is not None
    return made


def _calls(source: Path) -> dict[str, dict[str, Any]]:
    """Arguments of each method that is called, `property` of what is read, by class."""
    known: dict[str, ast.ClassDef] = {}
    for path in sorted(source.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                known.setdefault(node.name, node)
    return {
        cls: {name: found for name in names if (found := _member(known, cls, name)) is not None}
        for cls, names in CALLED.items()
        if cls in known
    }


def _member(known: dict[str, ast.ClassDef], cls: str, name: str) -> list[str] | str | None:
    """A method or property of a class or of the nearest of its bases that has it."""
    node = known.get(cls)
    if node is None:
        return None
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == name:
            if any(isinstance(x, ast.Name) and x.id == "property" for x in part.decorator_list):
                return "property"
            return [x.arg for x in [*part.args.args[1:], *part.args.kwonlyargs]]
    bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    found = (_member(known, base, name) for base in bases)
    return next((one for one in found if one is not None), None)


def _annotators(path: Path) -> set[str]:
    """Replicator's annotators behind the modalities of cameras."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        named = ast.unparse(node.targets[0]).rpartition(".")[2]
        if named.strip("_") == "RAW_SENSOR_TYPES":
            return {ast.literal_eval(keyword.value) for keyword in node.value.keywords}
    raise SystemExit(f"{path} has no annotators")


def _constants(path: Path) -> dict[str, Any]:
    """Values of assignments that are plain, by name."""
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def _imported(path: Path) -> list[str]:
    """Names of classes that a module imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [x.name for node in tree.body if isinstance(node, ast.ImportFrom) for x in node.names]
    return sorted(x for x in names if not x.isupper())


def _config(path: Path) -> dict[str, list[str]]:
    """Keys of the default config, by section."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == "default_config":
            told = next(x for x in node.body if isinstance(x, ast.Return)).value
            assert isinstance(told, ast.Dict)
            return {
                ast.literal_eval(key): [ast.literal_eval(x) for x in value.keys if x]
                if isinstance(value, ast.Dict)
                else []
                for key, value in zip(told.keys, told.values, strict=True)
                if key is not None
            }
    raise SystemExit(f"{path} has no default_config")


def main() -> None:
    """Write one manifest."""
    name, source = sys.argv[1], Path(sys.argv[2])
    out = Path(__file__).with_name(f"{name}.json")
    where = sys.argv[3] if len(sys.argv) > 3 else "a source tree"
    told = {"source": f"{where}, parsed by make_manifest.py", **manifest(source)}
    out.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
