"""BDDL's predicates, evaluated from a physics state.

The definitions follow BEHAVIOR-1K where it states them. All speak of two objects as wholes:

- touching: some contact between them closer than half a millimetre.
- ontop(a, b): a touches b, the contact pushes a up, a's centre lies above it, and a is not
  inside b. What lies on an open shelf or on a tray with a low rim is both on and inside it.
- inside(a, b): the middle of a's bounding box lies in a cavity of b, or just above the brim of
  an open vessel. Of two things of which that holds both ways (a tall cup in a colander), the
  smaller one is inside.
- under(a, b): a lies below b, within b's outline.
- nextto(a, b): side by side, closer than a sixth of their mean extent (at least 2 cm).
- attached(a, b): a hangs on b: all that pushes it up is b, above its middle, and the robot does
  not touch it.
- open(a): some door, drawer or lid of a is past its `open_fraction`.
- toggled_on(a): some switch of a (a knob, lever or button) is past its `open_fraction`.

Each predicate is one (N, N) table over the scene's N objects, worked out when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from ...scenes.core.geometry import Array
from ...scenes.model.mujoco_model import CompiledScene
from ..bddl.formula import Literal
from .bounds import bounds_of
from .contacts import Contacts, Table, hung_pairs, touching_pairs

STAND_DISTANCE = 0.005
"""Between the foot of furniture and what it stands on, metres."""
MIN_NEXT_TO = 0.02
BELOW = 0.005
"""How far below a surface the top of what is under it lies at least, metres."""
BINARY = ("ontop", "inside", "under", "nextto", "touching", "attached")
UNARY: dict[str, str] = {"open": "opening", "toggled_on": "switch"}
"""By name, what the joints control that each speaks of."""
ELSEWHERE = ("floor", "robot")
"""Names that a problem may speak of and that are no objects: nothing holds of them."""


class PhysicsFacts:
    """The facts of one physics state, by scene names; implements the `Facts` protocol.

    Args:
        compiled: a scene compiled for physics.
        data: its `mujoco.MjData`, forward-computed; read at construction, never changed.
        passing: contacts are read when a predicate asks for them, so that facts without
            contacts are cheap; they must not be asked after the data has moved on.
    """

    def __init__(self, compiled: CompiledScene, data: Any, *, passing: bool = False) -> None:
        """Read contacts and poses."""
        self._compiled = compiled
        self.data = data
        self._names = [thing.name for thing in compiled.scene.objects]
        self._rank = {name: number for number, name in enumerate(self._names)}
        self._xpos: Array = data.xpos.copy()
        self._xmat: Array = data.xmat.reshape(-1, 3, 3).copy()
        self._qpos: Array = data.qpos.copy()
        self._geoms: tuple[Array, Array] = (data.geom_xpos.copy(), data.geom_xmat.copy())
        if not passing:
            _ = self._contact

    def holds(self, predicate: str, arguments: tuple[str, ...]) -> bool:
        """Whether a ground atom holds.

        Raises:
            KeyError: where the predicate or an object is unknown.
        """
        if any(name in ELSEWHERE for name in arguments):
            return False
        if predicate in UNARY:
            return self._past(arguments[0], UNARY[predicate])
        first, *second = (self._rank[name] for name in arguments)
        return bool(self._table(predicate)[first, second[0]])

    def atoms(self) -> tuple[str, ...]:
        """Every ground atom that holds, as `predicate a b`, sorted."""
        return tuple(" ".join(atom) for atom in sorted(self.triples()))

    def triples(self) -> Iterator[tuple[str, ...]]:
        """Every ground atom that holds, as (predicate, *arguments); the support is no subject."""
        for name in self._names:
            for predicate, controls in UNARY.items():
                if self._past(name, controls):
                    yield (predicate, name)
        support = self._compiled.scene.support
        for predicate in BINARY:
            for a, b in np.argwhere(self._table(predicate)).tolist():
                if a != b and self._names[a] != support:
                    yield (predicate, self._names[a], self._names[b])

    def box(self, name: str) -> tuple[Array, Array]:
        """World-aligned bounds of an object: least and greatest corner, each (3,), metres."""
        rank = self._rank[name]
        return self._low[rank], self._high[rank]

    def share(self, name: str, predicate: str) -> float:
        """How far an object is on the way to being `open` or `toggled_on`, in [0, 1].

        1 where some joint that controls it is past its `open_fraction`.
        """
        index, most = self._compiled.objects[name], 0.0
        for joint in self._compiled.asset_of(name).joints:
            if joint.controls == UNARY[predicate]:
                where = index.joints[joint.name]
                part = (self._qpos[where.qpos] - where.low) / (where.high - where.low)
                most = max(most, float(part) / joint.open_fraction)
        return min(most, 1.0)

    def cavities_with(self, a: str, b: str) -> tuple[str, ...]:
        """Names of the cavities of `b` that the middle of `a` lies in."""
        inside, rank = self._cavity_table, self._rank[a]
        return tuple(
            cavity
            for number, (owner, cavity) in enumerate(self._compiled.cavities)
            if owner == self._rank[b] and inside[rank, number]
        )

    def _table(self, predicate: str) -> Table:
        """(N, N): whether predicate(row, column) holds; the diagonal means nothing."""
        match predicate:
            case "ontop":
                return self._ontop
            case "inside":
                return self._inside
            case "under":
                return self._under
            case "nextto":
                return self._nextto
            case "attached":
                return self._attached
            case "touching":
                return self._touch | self._stands | self._stands.T
            case _:
                raise KeyError(
                    f"no predicate {predicate!r}; there are {', '.join((*BINARY, *UNARY))}"
                )

    def _past(self, name: str, controls: str) -> bool:
        """Whether some joint that controls this is past its `open_fraction`."""
        index = self._compiled.objects[name]
        for joint in self._compiled.asset_of(name).joints if index.joints else ():
            if joint.controls != controls:
                continue
            where = index.joints[joint.name]
            share = (self._qpos[where.qpos] - where.low) / (where.high - where.low)
            if share > joint.open_fraction:
                return True
        return False

    @cached_property
    def _bounds(self) -> tuple[Array, Array]:
        return bounds_of(self._compiled, *self._geoms)

    @property
    def _low(self) -> Array:
        return self._bounds[0]

    @property
    def _high(self) -> Array:
        return self._bounds[1]

    @cached_property
    def _centre(self) -> Array:
        return (self._low + self._high) / 2

    @cached_property
    def _contact(self) -> Contacts:
        return Contacts.of(self._compiled, self.data)

    @cached_property
    def _pairs(self) -> tuple[Table, Array, Array]:
        return touching_pairs(self._contact, len(self._names))

    @property
    def _touch(self) -> Table:
        return self._pairs[0]

    @cached_property
    def _hanging(self) -> tuple[Table, Table]:
        return hung_pairs(self._contact, self._centre[:, 2])

    @cached_property
    def _stands(self) -> Table:
        """Furniture on its support: welded things have no contacts between them."""
        scene = self._compiled.scene
        fixed = np.array([thing.fixed for thing in scene.objects])
        table = np.zeros((len(fixed), len(fixed)), dtype=np.bool_)
        support = self._rank.get(scene.support)
        if support is None or not fixed[support]:
            return table
        low, high = self._low[support], self._high[support]
        close = np.abs(self._low[:, 2] - high[2]) < STAND_DISTANCE
        above = ((self._centre >= low) & (self._centre <= high))[:, :2].all(axis=1)
        table[:, support] = fixed & close & above
        return table

    @cached_property
    def _ontop(self) -> Table:
        """The mean contact normal, from b into a, points up."""
        touch, normal, height = self._pairs
        pushed = touch & (normal > 0.5) & (self._centre[:, 2, None] > height)
        return self._stands | (pushed & ~self._walled)

    @cached_property
    def _attached(self) -> Table:
        """Hung on one thing and carried by nothing else."""
        hung, borne = self._hanging
        found: Table = hung & ((hung.sum(axis=1) == 1) & ~borne)[:, None]
        return found

    @cached_property
    def _cavity_table(self) -> Table:
        """(N, C): whether the middle of an object lies in a cavity."""
        shapes = self._compiled.cavities
        if not len(shapes):
            return np.zeros((len(self._names), 0), dtype=np.bool_)
        half = shapes.half
        offset = self._centre[:, None] - self._xpos[shapes.body]
        local = np.einsum("cji,ncj->nci", self._xmat[shapes.body], offset) - shapes.middle
        level = (local[..., 2] >= -half[:, 2]) & (local[..., 2] <= shapes.top)
        wide = half[None, :, :2]
        if shapes.grain.any():
            tops = local[..., 2] + (self._high - self._low)[:, 2, None] / 2
            wide = wide + self._flare(tops / half[:, 2])
        disc: Table = np.hypot(local[..., 0], local[..., 1]) <= wide[..., 0]
        box: Table = (np.abs(local[..., :2]) <= wide).all(axis=-1)
        found: Table = level & np.where(shapes.round, disc, box)
        return found

    def _flare(self, level: Array) -> Array:
        """How much wider than its cavity a vessel is for grains, (N, C, 2) metres.

        A cavity is as wide as the floor; grains fill a vessel up to its walls, which lean out
        to the brim. Walls are taken as straight, and as wide as at a grain's top: they bulge,
        and a grain outside is farther from them than that.

        Args:
            level: (N, C) of the objects' tops in the cavity, from -1 at the floor to 1 at the
                brim.
        """
        shapes = self._compiled.cavities
        share = np.clip((level + 1) / 2, 0.0, 1.0) * shapes.grain[:, None]
        wider: Array = share[..., None] * shapes.flare
        return wider

    @cached_property
    def _inside(self) -> Table:
        return self._by_owner(self._compiled.cavities.belongs)

    @cached_property
    def _walled(self) -> Table:
        """Inside b, and not just on one of its open shelves or within a low rim."""
        return self._by_owner(self._compiled.cavities.walls)

    def _by_owner(self, counted: Table) -> Table:
        """(N, N): in some cavity of the object of that column, of those that count, (C, N)."""
        table: Table = self._cavity_table @ counted
        np.fill_diagonal(table, False)
        if not (table & table.T).any():
            return table
        size = (self._high - self._low).prod(axis=1)
        larger = (size[:, None] > size) | np.triu(size[:, None] == size)
        kept: Table = table & ~(table.T & larger)
        return kept

    @cached_property
    def _under(self) -> Table:
        tops = self._low[:, 2].copy()
        for rank, name in enumerate(self._names):
            bodies = self._compiled.objects[name].bodies
            for surface in self._compiled.asset_of(name).surfaces:
                tops[rank] = max(tops[rank], self._xpos[bodies[surface.link]][2] + surface.pos[2])
        plane = self._centre[:, None, :2]
        within = ((plane >= self._low[:, :2]) & (plane <= self._high[:, :2])).all(axis=-1)
        under: Table = within & (self._high[:, 2, None] <= tops - BELOW)
        return under

    @cached_property
    def _nextto(self) -> Table:
        low, high = self._low, self._high
        gap = np.maximum(np.maximum(low[:, None] - high, low - high[:, None]), 0.0)
        extent = (high - low).mean(axis=1)
        limit = np.maximum(MIN_NEXT_TO, (extent[:, None] + extent) / 12)
        close = (gap[..., 2] <= 0) & (np.hypot(gap[..., 0], gap[..., 1]) <= limit)
        other = self._ontop | self._inside
        found: Table = close & ~(other | other.T)
        return found


def facts(compiled: CompiledScene, data: Any) -> tuple[str, ...]:
    """Every ground atom that holds in a forward-computed state, sorted."""
    return PhysicsFacts(compiled, data).atoms()


def literals(state: PhysicsFacts) -> tuple[Literal, ...]:
    """The facts of a state as literals, in a stable order."""
    return tuple(Literal(atom[0], atom[1:]) for atom in sorted(state.triples()))
