"""The FR3 with the Franka hand: the built-in robot, and the one that assets are measured for.

What an asset is called (graspable, with handles) is stored with it and is the same in scenes of
every robot, so it is measured for this hand. Nothing heavy is imported here.
"""

from __future__ import annotations

from ...schemas import GripperSpec, RobotSpec

FRANKA = RobotSpec(
    name="franka-fr3",
    joints=tuple(f"fr3_joint{i}" for i in range(1, 8)),
    gripper=GripperSpec(
        joints={"finger_joint1": (0.0, 0.04), "finger_joint2": (0.0, 0.04)},
        drives={"hand": "finger_joint1"},
        openings=(0.0, 0.08),
    ),
    hand="hand",
    home=(0.0, -0.55, 0.0, -2.35, 0.0, 1.8, 0.7853981633974483),
    tool_pos=(0.0, 0.0, 0.1034),
    tool_quat=(1.0, 0.0, 0.0, 0.0),
    max_velocity=(1.8, 1.5, 1.8, 1.8, 2.4, 2.4, 2.4),
    max_acceleration=(7.0, 5.0, 7.0, 7.0, 9.0, 9.0, 9.0),
    lead=(0.05,) * 7,
)
