"""Looks up what the worker calls in OmniGibson 1.1.1 itself, without Isaac Sim.

Run with the interpreter of an environment that has it, and the manifest's `calls` as JSON. Classes
that are made inside of a function when Isaac Sim starts (the simulator) are looked for in that
function's code. One of its controllers is made with the config of our arm, and given a command.

Prints one JSON object.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ["PYTORCH_JIT"] = "0"
MODULES = {
    "Environment": "omnigibson.envs",
    "Scene": "omnigibson.scenes",
    "VisionSensor": "omnigibson.sensors",
    "USDObject": "omnigibson.objects",
    "FrankaPanda": "omnigibson.robots",
    "JointController": "omnigibson.controllers",
}
CONTROLLER = {
    "motor_type": "position",
    "use_delta_commands": False,
    "use_impedances": False,
    "command_input_limits": None,
    "command_output_limits": None,
}


def inner(function: Any, name: str) -> dict[str, Any]:
    """The code of the methods of a class that a function makes."""
    for constant in function.__code__.co_consts:
        if inspect.iscode(constant) and constant.co_name == name:
            return {x.co_name: x for x in constant.co_consts if inspect.iscode(x)}
    raise SystemExit(f"{function} makes no class {name}")


def main() -> None:
    """Compare, and print."""
    import_module("execute").torch_on_cpu()
    calls = json.loads(Path(sys.argv[1]).read_text())
    missing: list[str] = []
    checked = 0
    with redirect_stdout(sys.stderr):
        import_module("omnigibson")
        simulator = inner(import_module("omnigibson.simulator")._launch_simulator, "Simulator")
        for cls, members in calls.items():
            for name, taken in members.items():
                checked += 1
                if cls == "Simulator":
                    code = simulator.get(name)
                    known = None if code is None else list(code.co_varnames[1 : code.co_argcount])
                    if known is None or not set(taken) <= set(known):
                        missing.append(f"{cls}.{name}")
                    continue
                found = getattr(getattr(import_module(MODULES[cls]), cls), name, None)
                if taken == "property":
                    if not isinstance(found, property):
                        missing.append(f"{cls}.{name}")
                elif found is None or not set(taken) <= set(inspect.signature(found).parameters):
                    missing.append(f"{cls}.{name}")
        states = dir(import_module("omnigibson.object_states"))
        commands, targets = commanded()
    told = {"missing": missing, "checked": checked, "states": states,
            "commands": commands, "targets": targets}  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")


def commanded() -> tuple[list[float], list[float]]:
    """A command to a controller with our config, and the target that it makes of it."""
    torch = import_module("torch")
    kind = import_module("omnigibson.controllers").JointController
    limit = torch.full((9,), 3.0)
    limits = dict.fromkeys(("position", "velocity", "effort"), (-limit, limit))
    controller = kind(
        control_freq=20, control_limits={**limits, "has_limit": torch.ones(9, dtype=torch.bool)},
        dof_idx=torch.arange(7), **CONTROLLER,
    )  # fmt: skip
    command = torch.linspace(-2.0, 2.0, 7)
    control = {"joint_position": torch.zeros(9), "joint_velocity": torch.zeros(9)}
    controller.update_goal(command, control)
    return command.tolist(), controller._goal["target"].tolist()


if __name__ == "__main__":
    main()
