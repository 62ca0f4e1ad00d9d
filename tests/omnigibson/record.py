"""Writes demonstrations with OmniGibson 1.1.1's own code, without Isaac Sim.

Run with the interpreter of an environment that has it. Its registry, prims and
`DataCollectionWrapper` serialise and store states; the objects are stand-ins that have a pose and
joints, since real ones live on a stage.

    .venv-omnigibson/bin/python tests/omnigibson/record.py SCENE.json OUT.hdf5

Of each of 5 states, every object is 1 cm farther along x than in the one before; in the last, the
first object is left out, as those are that sleep.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ["PYTORCH_JIT"] = "0"
STEPS = 4


def stand_in(name: str, joints: int) -> Any:
    """An object that serialises as OmniGibson's do."""
    entity: Any = import_module("omnigibson.prims.entity_prim").EntityPrim
    rigid = import_module("omnigibson.prims.rigid_prim").RigidPrim
    get_uuid = import_module("omnigibson.utils.python_utils").get_uuid

    class Thing(entity):  # type: ignore[misc]
        root_link = rigid.__new__(rigid)
        n_joints = joints

        @property
        def name(self) -> str:
            return name

        @property
        def uuid(self) -> int:
            return int(get_uuid(name, deterministic=True))

    return Thing.__new__(Thing)


def main() -> None:
    """Write one demonstration."""
    import_module("execute").torch_on_cpu()
    scene, out = Path(sys.argv[1]), Path(sys.argv[2])
    torch = import_module("torch")
    h5py = import_module("h5py")
    told = json.loads(scene.read_text())
    registry_type = import_module("omnigibson.utils.registry_utils").SerializableRegistry
    serializable = import_module("omnigibson.utils.python_utils").Serializable
    states = told["state"]["object_registry"]
    registry = registry_type(
        name="object_registry", class_types=serializable, default_key="name", hash_key="uuid",
        unique_keys=["name", "uuid"],
    )  # fmt: skip
    for name, state in states.items():
        registry.add(stand_in(name, len(state.get("joint_pos", []))))

    def row(step: int) -> Any:
        kept: dict[str, Any] = {}
        for number, (name, state) in enumerate(states.items()):
            if step == STEPS and number == 0:
                continue
            root = {key: torch.tensor(value) for key, value in state["root_link"].items()}
            root["pos"] = root["pos"] + torch.tensor([0.01 * step, 0.0, 0.0])
            joints = {key: torch.tensor(state[key]) for key in state if key.startswith("joint_")}
            kept[name] = {"root_link": root, **joints}
        return registry.serialize(kept)

    wrapper_type = import_module("omnigibson.envs.data_wrapper").DataCollectionWrapper
    wrapper = wrapper_type.__new__(wrapper_type)
    rows = [row(step) for step in range(STEPS + 1)]
    history = [{"state": rows[0], "state_size": len(rows[0])}]
    for number, state in enumerate(rows[1:]):
        history.append({
            "action": torch.arange(9, dtype=torch.float32) + number, "state": state,
            "state_size": len(state), "reward": 0.5, "terminated": number == STEPS - 1,
            "truncated": False,
        })  # fmt: skip
    config = {"env": {"action_frequency": 30}, "robots": [{"type": "FrankaPanda"}], "task": {}}
    with h5py.File(out, "w") as file, redirect_stdout(sys.stderr):
        wrapper.__dict__.update(
            hdf5_file=file, max_state_size=max(map(len, rows)), current_transitions={}
        )
        data = file.create_group("data")
        wrapper.add_metadata(group=data, name="config", data=config)
        wrapper.add_metadata(group=data, name="scene_file", data=json.dumps(told))
        wrapper.process_traj_to_hdf5(history, "demo_0")


if __name__ == "__main__":
    main()
