"""Inverse kinematics: analytic for the FR3, iterative for any other arm.

Both speak of the tool in the frame of the robot's base, and know nothing of the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol

import mujoco
import numpy as np
from frankik import ik, ik_full  # pyright: ignore[reportMissingTypeStubs]

from ...scenes.core.franka import FRANKA
from ...scenes.core.geometry import Array, axis_rotation, inverse, transform
from ...scenes.robots import robot, robot_model
from ...schemas import RobotSpec

LIMIT_MARGIN = 0.03
"""Distance kept from joint limits, radians."""
Q7_SAMPLES = 21
"""Values of the redundant last joint that the analytic solver tries."""
STARTS = 24
"""Configurations from which the iterative solver begins, besides the nearest one."""
STEPS, FEW_STEPS = 40, 12
"""Iterations from a far start, and from a near one."""
LONGEST_STEP = 0.5
"""Of one iteration, radians."""
EXACT = (1e-5, 1e-4)
"""Position (metres) and rotation (radians) error of what counts as a solution."""
ALIKE = 0.02
"""Solutions nearer to each other than this are the same, radians."""
EASED = 0.004
"""Last step of the redundant joint towards the configuration of least cost, radians."""
SLIDE = 0.6
"""Greatest change of a joint in one such step: more is another branch, radians."""
_DAMPING = 1e-5 * np.eye(6)


class IKSolver(Protocol):
    """From tool poses to arm configurations."""

    def solutions(self, base_from_tool: Array, near: Array) -> Array:
        """Configurations (N, J) that reach a pose (4, 4), in no particular order."""
        ...

    def beside(self, base_from_tool: Array, q: Array) -> Array | None:
        """The configuration (J,) at a pose near the one at `q`, if there is a direct way."""
        ...

    def eased(self, base_from_tool: Array, q: Array, cost: Callable[[Array], float]) -> Array:
        """The configuration (J,) of least cost at a pose, of those that `q` (J,) can slide to."""
        ...


class KinematicChain:
    """The robot alone: forward kinematics, and steps towards a pose.

    Args:
        spec: the robot.
    """

    def __init__(self, spec: RobotSpec) -> None:
        """Compile it without meshes."""
        model = _alone(spec.name)
        self._model, self._data = model, mujoco.MjData(model)
        joints = [model.joint(name) for name in spec.joints]
        self._joints = np.array([joint.id for joint in joints])
        self._qpos = np.array([joint.qposadr[0] for joint in joints])
        self._dofs = np.array([joint.dofadr[0] for joint in joints])
        self.evaluations = 0
        """Configurations that were worked out so far, forwards or backwards."""
        self._hand = model.body(spec.hand).id
        self._hand_from_tool = transform(spec.tool_pos, spec.tool_quat)
        limits = np.array([joint.range for joint in joints])
        free = limits[:, 1] <= limits[:, 0]
        limits[free] = [-np.pi, np.pi]
        self.low: Array = limits[:, 0] + LIMIT_MARGIN
        self.high: Array = limits[:, 1] - LIMIT_MARGIN
        links = [model.body(int(joint.bodyid[0])).pos for joint in joints[1:]]
        tip = np.linalg.norm(self._hand_from_tool[:3, 3]) + _offset(model, joints[-1], self._hand)
        self.reach = float(sum(np.linalg.norm(link) for link in links) + tip)
        self.shoulder: Array = self._shoulder(model, int(joints[0].bodyid[0]))

    def forward(self, q: Array) -> Array:
        """`base_from_tool` (4, 4) of a configuration (J,)."""
        self.evaluations += 1
        self._data.qpos[self._qpos] = q
        mujoco.mj_kinematics(self._model, self._data)
        hand = self._hand
        pose = transform(self._data.xpos[hand], self._data.xmat[hand].reshape(3, 3))
        return pose @ self._hand_from_tool

    def axes(self, q: Array) -> Array:
        """Axes (J, 3) of the joints in the frame of the base, of a configuration (J,)."""
        self.forward(q)
        found: Array = self._data.xaxis[self._joints].copy()
        return found

    def approach(
        self, q: Array, base_from_tool: Array, steps: int, tolerance: tuple[float, float]
    ) -> Array | None:
        """Damped least squares on the geometric Jacobian (Wampler, 1986), within the limits.

        Args:
            q: (J,) to begin with.
            base_from_tool: (4, 4) to reach.
            steps: most iterations.
            tolerance: metres and radians.

        Returns:
            The configuration, or None where it does not get there.
        """
        jacobian = np.zeros((6, self._model.nv))
        q = q.copy()
        for _ in range(steps):
            current = self.forward(q)
            shift = base_from_tool[:3, 3] - current[:3, 3]
            turn = rotation_vector(base_from_tool[:3, :3] @ current[:3, :3].T)
            if shift @ shift < tolerance[0] ** 2 and turn @ turn < tolerance[1] ** 2:
                return q
            mujoco.mj_comPos(self._model, self._data)
            mujoco.mj_jac(
                self._model, self._data, jacobian[:3], jacobian[3:], current[:3, 3], self._hand
            )
            arm = jacobian[:, self._dofs]
            error = np.concatenate([shift, turn])
            step = arm.T @ np.linalg.solve(arm @ arm.T + _DAMPING, error)
            step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-9))
            q = np.minimum(np.maximum(q + step, self.low), self.high)
        return None

    def _shoulder(self, model: Any, body: int) -> Array:
        mujoco.mj_kinematics(self._model, self._data)
        del model
        return np.array(self._data.xpos[body])


class FrankaInverse:
    """Analytic, over samples of the redundant last joint (He and Liu, 2021, as in frankik).

    Args:
        chain: the FR3.
    """

    def __init__(self, chain: KinematicChain) -> None:
        """Frames between the tool and the flange."""
        self._chain = chain
        # The flange is the hand's frame turned by 45 degrees about the last axis.
        flange_from_hand = transform([0, 0, 0], axis_rotation([0, 0, 1], -np.pi / 4))
        hand_from_tool = transform(FRANKA.tool_pos, FRANKA.tool_quat)
        self._tool_from_flange = inverse(flange_from_hand @ hand_from_tool)
        self._spacing = float(chain.high[6] - chain.low[6]) / (Q7_SAMPLES - 1)
        self._last = [
            float(q7) for q7 in np.linspace(float(chain.low[6]), float(chain.high[6]), Q7_SAMPLES)
        ]

    def solutions(self, base_from_tool: Array, near: Array) -> Array:
        """As `IKSolver`."""
        self._chain.evaluations += len(self._last)
        flange = base_from_tool @ self._tool_from_flange
        return np.concatenate([ik_full(flange, near, q7, is_fr3=True) for q7 in self._last])

    def beside(self, base_from_tool: Array, q: Array) -> Array | None:
        """As `IKSolver`: with the last joint held."""
        self._chain.evaluations += 1
        return np.asarray(ik(base_from_tool @ self._tool_from_flange, q, float(q[6]), is_fr3=True))

    def eased(self, base_from_tool: Array, q: Array, cost: Callable[[Array], float]) -> Array:
        """As `IKSolver`: along the last joint, with steps that grow ever smaller."""
        flange, step, least = base_from_tool @ self._tool_from_flange, self._spacing / 2, cost(q)
        while step > EASED:
            for last in (float(q[6]) - step, float(q[6]) + step):
                self._chain.evaluations += 1
                found = np.asarray(ik(flange, q, last, is_fr3=True))
                value = cost(found) if np.abs(found - q).max() < SLIDE else np.inf
                if value < least:
                    q, least = found, value
                    break
            else:
                step /= 2
        return q


class IterativeInverse:
    """From many starting configurations; full turns of a joint are taken the short way.

    Args:
        chain: the arm.
    """

    def __init__(self, chain: KinematicChain) -> None:
        """Spread the starts evenly over the joints' space (Halton's sequence)."""
        self._chain = chain
        low, high = np.maximum(chain.low, -np.pi), np.minimum(chain.high, np.pi)
        self._starts = low + _halton(STARTS, len(low)) * (high - low)

    def solutions(self, base_from_tool: Array, near: Array) -> Array:
        """As `IKSolver`."""
        chain = self._chain
        if np.linalg.norm(base_from_tool[:3, 3] - chain.shoulder) > chain.reach:
            return np.zeros((0, len(near)))
        found: list[Array] = []
        for start in [near, *self._starts]:
            q = chain.approach(start, base_from_tool, STEPS, EXACT)
            if q is None:
                continue
            q = self._unwound(q, near)
            if all(np.abs(q - other).max() > ALIKE for other in found):
                found.append(q)
        return np.array(found).reshape(-1, len(near))

    def beside(self, base_from_tool: Array, q: Array) -> Array | None:
        """As `IKSolver`: none, the steps towards it are the way."""
        del base_from_tool, q
        return None

    def eased(self, base_from_tool: Array, q: Array, cost: Callable[[Array], float]) -> Array:
        """As `IKSolver`: an arm of six joints has no way to slide."""
        del base_from_tool, cost
        return q

    def _unwound(self, q: Array, near: Array) -> Array:
        """The same pose with every joint as near to `near` as full turns within limits allow."""
        turns = np.round((near - q) / (2 * np.pi))
        other = q + 2 * np.pi * turns
        fits = (other >= self._chain.low) & (other <= self._chain.high)
        result: Array = np.where(fits, other, q)
        return result


def inverse_of(chain: KinematicChain, spec: RobotSpec) -> IKSolver:
    """The inverse kinematics of a robot."""
    return FrankaInverse(chain) if spec.name == FRANKA.name else IterativeInverse(chain)


def rotation_vector(matrix: Array) -> Array:
    """Axis times angle (3,) of a rotation matrix (3, 3)."""
    quat: Any = np.empty(4)
    mujoco.mju_mat2Quat(quat, np.ascontiguousarray(matrix).ravel())
    vector = np.empty(3)
    mujoco.mju_quat2Vel(vector, quat, 1.0)
    return vector


@lru_cache(maxsize=4)
def _alone(name: str) -> Any:
    """The robot's model without any geometry, its base at the origin."""
    spec = robot_model(name, "physics")
    for geom in list(spec.geoms):
        spec.delete(geom)
    base = spec.body(robot(name).base)
    base.pos, base.quat = [0, 0, 0], [1, 0, 0, 0]
    spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_FALSE
    for body in spec.bodies[1:]:
        if not body.explicitinertial:
            body.mass, body.inertia, body.explicitinertial = 1.0, [1e-3] * 3, True
    return spec.compile()


def _offset(model: Any, last: Any, hand: int) -> float:
    """Length of the way from the last joint's body to the hand, metres."""
    length, body = 0.0, hand
    while body not in (0, int(last.bodyid[0])):
        length += float(np.linalg.norm(model.body(body).pos))
        body = int(model.body(body).parentid[0])
    return length


def _halton(count: int, dimensions: int) -> Array:
    """(count, dimensions) in (0, 1)."""
    primes: Iterable[int] = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)[:dimensions]
    columns: list[list[float]] = []
    for prime in primes:
        column: list[float] = []
        for number in range(1, count + 1):
            value, share, rest = 0.0, 1.0 / prime, number
            while rest:
                value += share * (rest % prime)
                rest //= prime
                share /= prime
            column.append(value)
        columns.append(column)
    return np.array(columns).T
