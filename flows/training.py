"""Training a policy from a dataset's folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from ..generators.dataset import Dataset
from ..generators.learners.records.cards import PartCard, PolicyCard, TrainSpec
from ..generators.learners.records.motions import motions_of
from ..generators.learners.samples import Samples, demonstrations
from ..generators.store.identity import dataset_hash
from ..schemas import DatasetError, SpecError, TaskSpec, hash_of
from ..schemas.plugins import installed
from ..tasks.rollout.objects import task_objects
from .environments.making import setting_of
from .environments.sources import task_of


def train_policy(
    root: Path,
    spec: TrainSpec,
    out: Path,
    *,
    tasks: Sequence[str] = (),
    count: int | None = None,
    cameras: Sequence[str] | None = None,
    also: Sequence[Path] = (),
    say: Callable[[int, float], None] = lambda step, loss: None,
) -> PolicyCard:
    """Train a policy from the demonstrations of a dataset.

    Args:
        root: the dataset's folder.
        spec: how to train.
        out: folder of the checkpoint; it must be absent or empty.
        tasks: ids or instructions; empty takes all.
        count: how many demonstrations of the first dataset, the first ones; None takes all.
        cameras: of a policy that sees; None takes all.
        also: further datasets of the same tasks, such as corrections of an earlier policy.
        say: is told the step and the loss, now and then.

    Raises:
        DatasetError: no dataset, too few demonstrations, no videos, or a folder in use.
        SpecError: no such task or camera.
        BackendMissingError: the policy needs PyTorch, and it is not installed.
    """
    from ..generators.learners.networks import check_torch
    from ..generators.learners.training import train

    sees = spec.policy == "cnn"
    if spec.keypoints and sees:
        raise SpecError("--keypoints: the policy 'cnn' sees pictures alone; leave it out")
    if spec.policy != "nearest":
        check_torch(f"--policy {spec.policy}")
    if out.exists() and any(out.iterdir()):
        raise DatasetError(f"{out} holds files; choose another folder with --out")
    dataset = Dataset(root)
    chosen = [task_of(dataset, name) for name in tasks] or list(dataset.tasks())
    if not chosen:
        raise DatasetError(f"{root} has no tasks yet; finish it with `cousins generate`")
    if cameras and not sees:
        raise SpecError(f"--camera: the policy {spec.policy!r} sees no pictures; `cnn` does")
    told = ("objects", "keypoints") if spec.keypoints else ("objects",)
    groups = ("robot", "images") if sees else ("robot", *told)
    setting = setting_of(
        dataset, chosen[0], observations=groups, cameras=None if cameras is None else tuple(cameras)
    )
    named = setting.view.cameras if sees else ()
    if sees and not named:
        raise SpecError("--policy cnn: the spec has no cameras")
    read = partial(
        demonstrations, cameras=named, pixels=spec.pixels, objects=not sees,
        keypoints=spec.keypoints,
    )  # fmt: skip
    made = read(dataset, chosen, count)
    others = [Dataset(path) for path in also]
    for other in others:
        alike = _alike(other, dataset, chosen, sees=sees)
        made += read(other, alike)
    samples = Samples(made, spec.history, spec.horizon, motions_of(dataset.spec.robot))
    card = _card(dataset, chosen, spec, samples, groups)
    if others:
        roots = (root, *also)
        update = {
            "dataset": "+".join(one.spec.name for one in (dataset, *others)),
            "dataset_hash": hash_of([dataset_hash(path) for path in roots]),
        }
        card = card.model_copy(update=update)
    card = card.model_copy(
        update={
            "cameras": named,
            "image_size": setting.view.size if sees else None,
            "objects": setting.view.objects,
            "observation_space": tuple(
                PartCard(key=part.key, shape=part.shape, kind=part.kind)
                for part in setting.view.parts()
            ),
            "action_names": _names(setting.view.joints),
        }
    )
    return train(samples, spec, card, out, say)


def _alike(
    other: Dataset, dataset: Dataset, tasks: Sequence[TaskSpec], *, sees: bool
) -> list[TaskSpec]:
    """The same tasks in another dataset.

    Raises:
        DatasetError: it has none of them, another robot or rate, or pictures of another size.
    """
    for what, mine, its in (
        ("robot", dataset.spec.robot, other.spec.robot),
        ("episodes.hz", dataset.spec.episodes.hz, other.spec.episodes.hz),
        ("objects", _most_objects(dataset), _most_objects(other)),
        *((("render.size", dataset.spec.render.size, other.spec.render.size),) if sees else ()),
    ):
        if mine != its:
            raise DatasetError(
                f"{other.root}: its `{what}` is {its!r}, that of {dataset.root} is {mine!r}; "
                "one policy learns from datasets that are alike"
            )
    wanted = [(task.objects, task.bddl) for task in tasks]
    found = [task for task in other.tasks() if (task.objects, task.bddl) in wanted]
    if not found:
        named = ", ".join(repr(task.instruction) for task in tasks[:5])
        raise DatasetError(f"{other.root} has none of the tasks {named}")
    return found


def _most_objects(dataset: Dataset) -> int:
    """Of the task with most of them."""
    return max((len(task_objects(task)) for task in dataset.tasks()), default=0)


def _names(joints: int) -> tuple[str, ...]:
    from ..tasks.rollout.actions import action_names

    return action_names("joints", joints)


def _card(
    dataset: Dataset,
    tasks: Sequence[TaskSpec],
    spec: TrainSpec,
    samples: Samples,
    groups: tuple[str, ...],
) -> PolicyCard:
    """The card, without what the view says."""
    packages = ("numpy",) if spec.policy == "nearest" else ("numpy", "torch")
    found = {name: installed(name) for name in packages}
    return PolicyCard(
        train=spec,
        step=0,
        loss=0.0,
        dataset=dataset.spec.name,
        dataset_hash=dataset_hash(dataset.root),
        tasks=tuple(task.id for task in tasks),
        instructions=tuple(task.instruction for task in tasks),
        demonstrations=len(samples.demonstrations),
        samples=samples.count,
        robot=dataset.spec.robot,
        hz=dataset.spec.episodes.hz,
        observations=groups,
        objects=0,
        observation_space=(),
        action_names=(),
        openings=tuple(float(x) for x in samples.openings()),
        versions={"cousins": version("cousins"), **{k: v for k, v in found.items() if v}},
    )
