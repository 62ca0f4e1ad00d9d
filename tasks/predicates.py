"""BDDL's predicates, evaluated from a physics state.

The definitions follow BEHAVIOR-1K where it states them. All speak of two objects as wholes:

- touching: some contact between them closer than half a millimetre.
- ontop(a, b): a touches b, the contact pushes a up, a's centre lies above it, and a is not
  inside b. What lies on an open shelf or on a tray with a low rim is both on and inside it.
- inside(a, b): the middle of a's bounding box lies in a cavity of b, or just above the brim of
  an open vessel.
- under(a, b): a lies below b, within b's outline.
- nextto(a, b): side by side, closer than a sixth of their mean extent (at least 2 cm).
- open(a): some joint of a is past its `open_fraction`.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from ..scenes.geometry import Array
from ..scenes.layout import encloses, open_surfaces
from ..scenes.mujoco_model import CompiledScene
from ..schemas import Asset, Cavity
from .formula import Literal

TOUCH_DISTANCE = 5e-4
STAND_DISTANCE = 0.005
"""Between the foot of furniture and what it stands on, metres."""
MIN_NEXT_TO = 0.02
BRIM = 0.15
"""How far above an open vessel's brim the middle of what is inside may lie, as a share."""
BINARY = ("ontop", "inside", "under", "nextto", "touching")
UNARY = ("open",)


class PhysicsFacts:
    """The facts of one physics state, by scene names; implements the `Facts` protocol.

    Args:
        compiled: a scene compiled for physics.
        data: its `mujoco.MjData`, forward-computed; read at construction, never changed.
    """

    def __init__(self, compiled: CompiledScene, data: Any) -> None:
        """Read contacts and poses."""
        self._compiled = compiled
        self.data = data
        self._names = [thing.name for thing in compiled.scene.objects]
        self._xpos = data.xpos.copy()
        self._xmat = data.xmat.reshape(-1, 3, 3).copy()
        self._geom_xpos = data.geom_xpos.copy()
        self._geom_xmat = data.geom_xmat.reshape(-1, 3, 3).copy()
        self._qpos = data.qpos.copy()
        self._contacts = _contacts(compiled, data)

    def holds(self, predicate: str, arguments: tuple[str, ...]) -> bool:
        """Whether a ground atom holds.

        Raises:
            KeyError: where the predicate or an object is unknown.
        """
        if predicate == "open":
            return self._open(arguments[0])
        test = {
            "ontop": self._ontop,
            "inside": self._inside,
            "under": self._under,
            "nextto": self._nextto,
            "touching": self._touching,
        }[predicate]
        return test(*arguments)

    def atoms(self) -> tuple[str, ...]:
        """Every ground atom that holds, as `predicate a b`, sorted."""
        return tuple(" ".join(atom) for atom in sorted(self.triples()))

    def triples(self) -> Iterator[tuple[str, ...]]:
        """Every ground atom that holds, as (predicate, *arguments)."""
        for name in self._names:
            if self._compiled.objects[name].joints and self._open(name):
                yield ("open", name)
        for a in self._names:
            for b in self._names:
                if a != b and self._compiled.scene.object(a).role != "support":
                    for predicate in BINARY:
                        if self.holds(predicate, (a, b)):
                            yield (predicate, a, b)

    @cached_property
    def _boxes(self) -> dict[str, tuple[Array, Array]]:
        """World-aligned bounds of each object: (least, greatest), each (3,)."""
        return {name: self._box(name) for name in self._names}

    def _box(self, name: str) -> tuple[Array, Array]:
        model = self._compiled.model
        bodies = set(self._compiled.objects[name].bodies.values())
        geoms = [g for g in range(model.ngeom) if int(model.geom_bodyid[g]) in bodies]
        # geom_aabb: centre and half size in the geom's own frame
        centre = model.geom_aabb[geoms, :3]
        half = model.geom_aabb[geoms, 3:]
        frames = self._geom_xmat[geoms]
        middle = self._geom_xpos[geoms] + np.einsum("gij,gj->gi", frames, centre)
        reach = np.einsum("gij,gj->gi", np.abs(frames), half)
        return (middle - reach).min(0), (middle + reach).max(0)

    def box(self, name: str) -> tuple[Array, Array]:
        """World-aligned bounds of an object: least and greatest corner, each (3,), metres."""
        return self._boxes[name]

    def _open(self, name: str) -> bool:
        index = self._compiled.objects[name]
        for joint in self._compiled.asset_of(name).joints:
            where = index.joints[joint.name]
            share = (self._qpos[where.qpos] - where.low) / (where.high - where.low)
            if share > joint.open_fraction:
                return True
        return False

    def _touching(self, a: str, b: str) -> bool:
        return (a, b) in self._contacts or self._stands(a, b) or self._stands(b, a)

    def _stands(self, a: str, b: str) -> bool:
        """Furniture on its support: welded things have no contacts between them."""
        scene = self._compiled.scene
        if not (scene.object(a).fixed and scene.object(b).fixed) or b != scene.support:
            return False
        (low, _), (below_low, below_high) = self._boxes[a], self._boxes[b]
        return abs(float(low[2] - below_high[2])) < STAND_DISTANCE and bool(
            (self._centre(a)[:2] >= below_low[:2]).all()
            and (self._centre(a)[:2] <= below_high[:2]).all()
        )

    def _ontop(self, a: str, b: str) -> bool:
        """The mean contact normal, from b into a, points up."""
        if self._stands(a, b):
            return True
        if (a, b) not in self._contacts or self._walled_in(a, b):
            return False
        normal, height = self._contacts[a, b]
        return bool(normal[2] > 0.5) and self._centre(a)[2] > height

    def _centre(self, name: str) -> Array:
        low, high = self._boxes[name]
        middle: Array = (low + high) / 2
        return middle

    def _inside(self, a: str, b: str) -> bool:
        return bool(self.cavities_with(a, b))

    def _walled_in(self, a: str, b: str) -> bool:
        """Inside `b`, and not just on one of its open shelves or within a low rim."""
        names = self.cavities_with(a, b)
        if not names:
            return False
        asset = self._compiled.asset_of(b)
        floors = {surface.link for surface in open_surfaces(asset)}
        return any(
            encloses(cavity) or cavity.link not in floors
            for cavity in asset.cavities
            if cavity.name in names
        )

    def cavities_with(self, a: str, b: str) -> tuple[str, ...]:
        """Names of the cavities of `b` that the middle of `a` lies in."""
        asset, centre = self._compiled.asset_of(b), self._centre(a)
        return tuple(c.name for c in asset.cavities if self._within(centre, b, asset, c))

    def _within(self, point: Array, name: str, asset: Asset, cavity: Cavity) -> bool:
        body = self._compiled.objects[name].bodies[cavity.link]
        local = self._xmat[body].T @ (point - self._xpos[body]) - np.array(cavity.centre)
        half = np.array(cavity.half_size)
        brim = half[2] * (1 + 2 * BRIM if cavity.opening == "top" and not cavity.joint else 1)
        if not -half[2] <= local[2] <= brim:
            return False
        if cavity.round:
            return bool(np.hypot(local[0], local[1]) <= half[0])
        return bool((np.abs(local[:2]) <= half[:2]).all())

    def _under(self, a: str, b: str) -> bool:
        centre = self._centre(a)
        low, high = self._boxes[b]
        body = self._compiled.objects[b].bodies
        asset = self._compiled.asset_of(b)
        tops = [self._xpos[body[s.link]][2] + s.pos[2] for s in asset.surfaces]
        within = bool((centre[:2] >= low[:2]).all() and (centre[:2] <= high[:2]).all())
        return within and self._boxes[a][1][2] <= max([low[2], *tops]) - 0.005

    def _nextto(self, a: str, b: str) -> bool:
        (low_a, high_a), (low_b, high_b) = self._boxes[a], self._boxes[b]
        gap = np.maximum(np.maximum(low_a - high_b, low_b - high_a), 0.0)
        limit = max(MIN_NEXT_TO, float(np.mean([high_a - low_a, high_b - low_b])) / 6)
        if gap[2] > 0 or np.linalg.norm(gap[:2]) > limit:
            return False
        return not (self._ontop(a, b) or self._ontop(b, a)) and not (
            self._inside(a, b) or self._inside(b, a)
        )


def _contacts(compiled: CompiledScene, data: Any) -> dict[tuple[str, str], tuple[Array, float]]:
    """For each ordered pair (a, b): mean unit normal from b into a, and mean contact height."""
    names = [thing.name for thing in compiled.scene.objects]
    found: dict[tuple[str, str], list[tuple[Array, float]]] = {}
    owners = compiled.owner[compiled.model.geom_bodyid[data.contact.geom]]
    for (first, second), frame, pos, dist in zip(
        owners, data.contact.frame, data.contact.pos, data.contact.dist, strict=True
    ):
        if first < 0 or second < 0 or first == second or dist > TOUCH_DISTANCE:
            continue
        # MuJoCo's normal points from the first geom into the second.
        a, b = names[int(first)], names[int(second)]
        found.setdefault((b, a), []).append((np.array(frame[:3]), float(pos[2])))
        found.setdefault((a, b), []).append((-np.array(frame[:3]), float(pos[2])))
    return {
        pair: (np.mean([n for n, _ in items], axis=0), float(np.mean([h for _, h in items])))
        for pair, items in found.items()
    }


def facts(compiled: CompiledScene, data: Any) -> tuple[str, ...]:
    """Every ground atom that holds in a forward-computed state, sorted."""
    return PhysicsFacts(compiled, data).atoms()


def literals(state: PhysicsFacts) -> tuple[Literal, ...]:
    """The facts of a state as literals, in a stable order."""
    return tuple(Literal(atom[0], atom[1:]) for atom in sorted(state.triples()))
