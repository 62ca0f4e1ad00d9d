"""The arm: inverse kinematics, collision checks, motion planning, and checked motions."""
