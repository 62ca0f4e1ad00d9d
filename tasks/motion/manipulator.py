"""The arm at work: checked motions, each planned in the world as it is and then carried out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...scenes.core.geometry import Array, inverse, transform
from ...scenes.model.mujoco_model import CompiledScene
from ...schemas import Cause, Failure, PlanningError, Solver, TraceEvent
from ..physics.execution import Executor, tool_pose
from ..sampling.diversity import Variety
from ..sampling.style import Habits
from .blocking import blocked
from .collision import PRESS_DEPTH, TOUCH_DEPTH, CollisionWorld, Held
from .deflected import hits_along
from .home_facing import Facing
from .kinematics import Arm, line
from .planner import MotionPlanner, time_path

FAST, CAREFUL, SLOW = 1.0, 0.55, 0.35
"""Shares of the joints' limits."""
LADEN, BESIDE = 0.5, 0.35
"""Share of the deflections with something in the hand, and beside things."""
REST_SPEED = 0.003
"""Of what counts as at rest, metres per second."""
WAITS = 8
"""Half seconds that are waited for things to come to rest."""
RISES = (0.04, 0.08, 0.12, 0.16)
"""How much farther an object is lifted where things beside it are taller, metres."""
TRACED = 2000
"""Trace events kept per episode."""


class Manipulator:
    """The robot in a running episode.

    Args:
        compiled: a scene compiled for physics.
        executor: where actions go.
        rng: drawn from by all that samples.
        habits: what it does where ways are equally good.
    """

    def __init__(
        self,
        compiled: CompiledScene,
        executor: Executor,
        rng: np.random.Generator,
        habits: Habits | None = None,
    ) -> None:
        """Build the planner's view of the world."""
        habits = habits or Habits()
        self.compiled = compiled
        self.executor = executor
        self.rng = rng
        self.arm = Arm(compiled)
        self.world = CollisionWorld(compiled)
        self.planner = MotionPlanner(self.world, self.arm)
        self.trace: list[TraceEvent] = []
        self.untraced = 0
        """Events that came after the trace was full."""
        self.interaction: int | None = None
        self.subtask: int | None = None
        """Index of the subtask at work, for the trace."""
        self.variety: Variety | None = None
        """What this attempt prefers, where attempts are to differ."""
        self.solver: Solver = "planning"
        """What finds the motions of the subtask at work."""
        self.solvers: tuple[Solver, ...] = ("planning", "optimisation")
        """What may find motions, where a skill has a choice."""
        self.avoid: set[tuple[str, ...]] = set()
        """Ways that failed in physics and are not tried again."""
        self.shared: frozenset[str] = frozenset()
        """Targets to which later steps of the plan bring other things."""
        self._lead = np.array(compiled.robot.spec.lead)
        self.habits = habits
        self.home: Array = np.array(compiled.scene.robot.home)
        """Configuration (7,) in which the scene begins."""
        self.facing = Facing(self.arm.forward(self.home), np.array(compiled.scene.robot.pos[:2]))
        self.planner.arcs = habits.arcs

    def note(self, event: TraceEvent) -> None:
        """Keep an event of the search, with when it was and what it served."""
        if len(self.trace) >= TRACED:
            self.untraced += 1
        else:
            now = {"step": self.executor.steps, "subtask": self.subtask}
            self.trace.append(event.model_copy(update=now))

    def solved_by(self, solver: Solver, reason: str, values: tuple[float, ...] = ()) -> None:
        """Record which solver took over the subtask at work, why, and how its search went."""
        self.solver = solver
        self.note(
            TraceEvent(
                stage="motion", event="choose", subject=f"solver {solver}", reason=reason,
                values=values,
            )
        )  # fmt: skip

    def sync_planning_scene(self, held: Held | None = None) -> None:
        """Take the present state into the planner's world."""
        self.executor.refresh()
        self.world.update(self.executor.data, held)

    @property
    def effort(self) -> int:
        """Configurations that were worked out or checked so far."""
        return self.arm.evaluations + self.world.checks

    @property
    def q(self) -> Array:
        """The commanded arm configuration, (7,): where the arm rests."""
        return self.executor.command[:-1]

    @property
    def tool(self) -> Array:
        """Measured `world_from_tool` (4, 4)."""
        return tool_pose(self.compiled, self.executor.data)

    def held(self, name: str) -> Held:
        """An object as it lies in the hand now."""
        data, body = self.executor.data, self.compiled.objects[name].body
        world_from_object = transform(data.xpos[body], data.xmat[body].reshape(3, 3))
        return Held(name, inverse(self.tool) @ world_from_object)

    def execute(
        self,
        path: list[Array],
        opening: float,
        speed: float,
        deflect: float | None = None,
        watch: Callable[[], None] | None = None,
    ) -> None:
        """Carry out a joint path from rest to rest, with a constant opening.

        Args:
            path: configurations (7,).
            opening: between the fingertips, metres.
            speed: share of the joints' limits.
            deflect: share of the deflections, where the arm is deflected at all; by default all
                of them at full speed, and none below, where the hand works.
            watch: raises where the motion has lost its purpose: asked after each action.
        """
        spec, hz, habits = self.compiled.robot.spec, self.executor.hz, self.habits
        positions, velocities = time_path(path, spec, hz, speed, habits.change, habits.ease)
        actions = np.column_stack(
            [positions + self._lead * velocities, np.full(len(positions), opening)]
        )
        if self.executor.deflector is not None:
            scale = float(speed >= FAST) if deflect is None else deflect
            start, hits = self.executor.steps, None
            if scale > BESIDE:
                way = np.vstack([self.q, positions])
                between = opening if self.world.held is None else self.executor.opening
                hits = hits_along(self.world, way, between, start)
            self.executor.deflector.begin(start + len(actions), scale, hits)
        if watch is None or not habits.watchful:
            self.executor.run(actions)
            return
        for action in actions:
            self.executor.run(action[None])
            watch()

    def move_to(self, goal: Array, opening: float, speed: float = FAST) -> None:
        """Move to a configuration around whatever is in the way.

        Raises:
            PlanningError: `no_path`.
        """
        self.execute(self.planner.connect(self.q, goal, opening, self.rng), opening, speed)

    def plan_cartesian(
        self,
        start: Array,
        goal: Array,
        opening: float,
        touch: frozenset[str] = frozenset(),
        slide: bool = False,
        depth: float = TOUCH_DEPTH,
    ) -> list[Array]:
        """A straight tool path from configuration `start` to the tool pose `goal`, checked.

        Args:
            start: (7,) configuration it starts from.
            goal: (4, 4) `world_from_tool`.
            opening: between the fingertips, metres.
            touch: objects the fingers may touch.
            slide: let what is held slide along what is around it.
            depth: how deep the fingers may press into what they touch, metres.

        Raises:
            PlanningError: `unreachable` or `collision`.
        """
        poses = line(self.arm.forward(start), goal)
        path = self.arm.cartesian_path(start, poses)
        if path is None:
            raise PlanningError(Cause.UNREACHABLE, "the arm cannot follow the straight line")
        for q in [path[len(path) // 2], *path]:
            hit = self.world.check_collision(q, opening, touch, near=True, slide=slide, depth=depth)
            if hit is not None:
                raise blocked("the straight line hits", hit)
        return [start, *path]

    def grip(self, opening: float, seconds: float = 0.4) -> None:
        """Command an opening and wait for the fingers."""
        self.interaction = self.executor.steps if self.interaction is None else self.interaction
        if self.executor.disturber is not None and opening == 0.0:
            self.executor.disturber.gripped(self.executor.steps)
        action = self.executor.command
        action[-1] = opening
        self.executor.run(np.tile(action, (max(1, round(seconds * self.executor.hz)), 1)))

    def await_rest(self) -> None:
        """Wait until no object moves any more, for a while at most: some roll on and on."""
        objects = [x for x in self.compiled.objects.values() if x.free_qpos is not None]
        dofs = [self.compiled.model.body_dofadr[index.body] for index in objects]
        for _ in range(WAITS):
            speeds = [np.abs(self.executor.data.qvel[dof : dof + 3]).max() for dof in dofs]
            if max(speeds, default=0.0) < REST_SPEED:
                return
            self.executor.hold(0.5)

    def clear(self) -> None:
        """Leave with the empty hand what it stands too close to for a path to begin."""
        self.sync_planning_scene()
        if (
            self.world.check_collision(self.q, float(self.executor.command[-1]), near=True)
            is not None
        ):
            self.escape()
            self.sync_planning_scene()

    def lift_clear(self, thing: str) -> list[Array]:
        """Lift what is held out from between taller things, where it is still too close to them.

        Returns:
            The path that was followed; empty where there is nothing too close, or no way up.
        """
        self.sync_planning_scene(self.held(thing))
        opening, start = self.executor.opening, self.q
        if self.world.check_collision(start, opening) is None:
            return []
        for height in RISES:
            goal = self.arm.forward(start)
            goal[2, 3] += height
            try:
                path = self.plan_cartesian(
                    start, goal, opening, frozenset({thing}), True, PRESS_DEPTH
                )
            except PlanningError:
                return []
            if self.world.check_collision(path[-1], opening) is None:
                self.execute(path, 0.0, CAREFUL)
                return path
        return []

    def escape(self) -> None:
        """Pull straight back and up from wherever the hand is stuck, whatever it brushes."""
        start, opening = self.q, self.compiled.robot.spec.max_opening
        for direction in (-self.arm.forward(start)[:3, 2], np.array([0.0, 0.0, 1.0])):
            current = self.arm.forward(self.q)
            goal = current.copy()
            goal[:3, 3] += 0.08 * direction
            path = self.arm.cartesian_path(self.q, line(current, goal))
            if path is not None:
                self.execute([self.q, *path], opening, SLOW)

    def retreat(self, out: Array, opening: float, distance: float = 0.09) -> None:
        """Leave what was let go of: along `out`, or straight back, or up, whichever is free."""
        self.sync_planning_scene()
        start = self.q
        current = self.arm.forward(start)
        near = frozenset(self.compiled.objects)
        refused: list[Failure] = []
        ways = (out, -current[:3, 2], np.array([0.0, 0.0, 1.0]))
        # What the fingers would press into on the way comes along with them.
        tries = [(way, 1.0, TOUCH_DEPTH) for way in ways]
        tries += [(way, share, PRESS_DEPTH) for way in ways for share in (1.0, 0.5, 0.25)]
        for direction, share, depth in tries:
            goal = current.copy()
            goal[:3, 3] += direction * distance * share
            try:
                path = self.plan_cartesian(start, goal, opening, near, depth=depth)
            except PlanningError as error:
                refused.append(error.cause)
                continue
            self.execute(path, opening, CAREFUL)
            return
        raise PlanningError(
            Cause.STUCK, f"no way back after letting go: {', '.join(map(str, refused))}"
        )
