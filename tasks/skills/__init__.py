"""Skills: what each can do, and how it does it. Each plug-in has a module or package of its own.

A skill says as operators what it needs and changes, so that the symbolic planner composes it
with all others; and it carries an operator out with the arm. They are found by their files'
names, and imported when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...schemas import Asset, Failure, PluginError, SkillCause, SpecError
from ...schemas.plugins import Group, offer
from ..skill import Skill, SkillPlugin
from ..symbolic.domain import GroundOperators, OperatorSource
from ..symbolic.operators import Operator

PLUGINS = Group(
    "skills",
    SkillPlugin,
    "skill plug-in",
    order=(
        "opening", "switching", "inserting", "hanging", "pouring", "pushing", "sliding",
        "sweeping", "placing",
    ),
)  # fmt: skip
"""In the order in which a search tries them."""


def skills() -> dict[str, Skill]:
    """All skills by their names, in order.

    Raises:
        PluginError: two have one name, or a plug-in declares a cause as another's.
    """
    found: dict[str, Skill] = {}
    for plugin, offered in PLUGINS.all():
        for cause in offered.causes:
            if cause.plugin != plugin:
                raise PluginError(
                    f"skill plug-in {plugin!r}: its cause {cause.name!r} names the plug-in "
                    f"{cause.plugin!r}; write SkillCause({plugin!r}, {cause.name!r}, ...)"
                )
        for skill in offered.skills:
            if skill.name in found:
                raise PluginError(
                    f"skill plug-in {plugin!r}: there is a skill {skill.name!r} already; "
                    "give it another name"
                )
            found[skill.name] = skill
    return found


def skill_named(name: str) -> Skill:
    """The skill of that name.

    Raises:
        SpecError: there is none; the nearest are offered.
    """
    found = skills()
    if name not in found:
        raise SpecError(f"no skill {name!r}; {offer(name, tuple(found))}")
    return found[name]


def undeclared(failure: Failure) -> SkillCause | None:
    """The first cause of a failure that no plug-in declares, if there is one."""
    known = {cause for _, plugin in PLUGINS.all() for cause in plugin.causes}
    named = (cause for cause in failure if isinstance(cause, SkillCause))
    return next((cause for cause in named if cause not in known), None)


def effects() -> tuple[str, ...]:
    """Every predicate that some skill can make true or false, sorted."""
    return tuple(sorted({x for skill in skills().values() for x in skill.about.effects}))


def sources(variants: Sequence[Mapping[str, Asset]], support: str) -> tuple[OperatorSource, ...]:
    """Where operators come from in a scene, in the order in which a search tries them.

    Args:
        variants: each object's asset by the object's name, the support included; where there are
            several, only what can be done in each of them counts.
        support: name of what everything stands on.
    """
    found: list[OperatorSource] = []
    for _, plugin in PLUGINS.all():
        if plugin.source is not None:
            found.append(plugin.source)
            continue
        for skill in plugin.skills:
            found.append(GroundOperators(tuple(_common(skill, variants, support))))
    return tuple(found)


def _common(
    skill: Skill, variants: Sequence[Mapping[str, Asset]], support: str
) -> Iterator[Operator]:
    """A skill's operators in all variants, in the order of the first."""
    offered = [tuple(skill.operators(assets, support)) for assets in variants]
    if offered:
        common = frozenset(offered[0]).intersection(*offered[1:])
        yield from (operator for operator in offered[0] if operator in common)


__all__ = [
    "PLUGINS", "Skill", "SkillPlugin", "effects", "skill_named", "skills", "sources", "undeclared",
]  # fmt: skip
