"""Which joint of an object to move, when a plan only says `open` or `close`."""

from __future__ import annotations

from ....schemas import Asset
from ...motion.manipulator import Manipulator
from ...physics.predicates import PhysicsFacts
from ...sampling.joint_shares import gates, joint_share
from ...symbolic.operators import Operator


def joints_to_move(
    arm: Manipulator, facts: PhysicsFacts, thing: str, opening: bool, later: tuple[Operator, ...]
) -> list[str]:
    """Doors, drawers and lids with a handle, in the order to try them.

    Args:
        arm: the robot at work; its generator shuffles what is equally good.
        facts: what holds now.
        thing: the object.
        opening: open it: only what later steps need, if they need any. Else close it: all
            that are open.
        later: what the plan does afterwards.
    """
    compiled, data = arm.compiled, arm.executor.data
    asset = compiled.asset_of(thing)
    handled = {handle.joint for handle in asset.handles}
    joints = [j for j in asset.joints if j.name in handled and j.controls == "opening"]
    if not opening:
        shares = [(j, joint_share(compiled, data, thing, j.name)) for j in joints]
        return [joint.name for joint, share in shares if share > joint.open_fraction]
    plain = range(len(joints)) if arm.habits.plain_places else arm.rng.permutation(len(joints))
    names = [joints[int(i)].name for i in plain]
    wanted = _wanted(arm, facts, thing, later)
    useful = [name for name in names if wanted & set(gates(asset, name))]
    # Another drawer than the one that is needed would be open, but of no use. The hand comes best
    # into the highest: nothing is above it.
    return sorted(
        useful or names,
        key=lambda name: (
            -len(wanted & set(gates(asset, name))),
            -_height(arm, thing, name) if useful else 0.0,
        ),
    )


def _height(arm: Manipulator, thing: str, joint: str) -> float:
    """Of the highest cavity that a joint opens, metres, to the centimetre."""
    bodies, data = arm.compiled.objects[thing].bodies, arm.executor.data
    cavities = [x for x in arm.compiled.asset_of(thing).cavities if x.joint == joint]
    return max(round(float(data.xpos[bodies[x.link]][2] + x.centre[2]), 2) for x in cavities)


def _wanted(
    arm: Manipulator, facts: PhysicsFacts, thing: str, later: tuple[Operator, ...]
) -> set[str]:
    """Cavities of an object that something is put into or taken from later."""
    compiled = arm.compiled
    asset = compiled.asset_of(thing)
    wanted: set[str] = set()
    for operator in later:
        if len(operator.arguments) < 2:
            continue
        moved, target = operator.arguments[:2]
        if target == thing and ("inside", moved, thing) in operator.adds:
            wanted |= _roomy(asset, compiled.asset_of(moved))
        wanted |= set(facts.cavities_with(moved, thing)) if moved != thing else set()
    return wanted


def _roomy(asset: Asset, moved: Asset) -> set[str]:
    """Cavities that an object fits into, upright."""
    low, high = sorted(moved.extents[:2])
    found: set[str] = set()
    for cavity in asset.cavities:
        near, far = sorted(2 * half for half in cavity.half_size[:2])
        if low < near and high < far and moved.extents[2] < 2 * cavity.half_size[2]:
            found.add(cavity.name)
    return found
