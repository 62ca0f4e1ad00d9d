"""Scene graphs: the literals that hold, as objects with states and edges between them."""

from __future__ import annotations

from ....scenes.model.mujoco_model import CompiledScene
from ....schemas import GraphEdge, GraphNode, SceneGraph
from ....schemas.base import Quat, Vec3


def scene_graph(
    world: CompiledScene,
    poses: dict[int, tuple[Vec3, Quat]],
    facts: tuple[str, ...],
) -> SceneGraph:
    """The objects of a scene, and how they stand to each other.

    Args:
        world: the compiled scene.
        poses: `world_from_object` by instance id.
        facts: the ground literals that hold, such as `ontop mug table`.
    """
    states: dict[str, list[str]] = {}
    edges: list[GraphEdge] = []
    for fact in facts:
        match fact.split():
            case [predicate, name]:
                states.setdefault(name, []).append(predicate)
            case [predicate, subject, other]:
                edges.append(GraphEdge(predicate=predicate, subject=subject, object=other))
            case _:
                raise ValueError(f"{fact!r} is no unary or binary literal")
    nodes = tuple(
        GraphNode(
            name=thing.name,
            category=world.asset_of(thing.name).category,
            instance_id=place,
            asset=thing.asset,
            pos=poses[place][0],
            quat=poses[place][1],
            states=tuple(states.get(thing.name, ())),
        )
        for place, thing in enumerate(world.scene.objects, start=1)
    )
    return SceneGraph(nodes=nodes, edges=tuple(edges))
