"""Runs an evaluation: scenes first, then rollouts, then videos of some failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ...generators.dataset import Dataset
from ...generators.environments.task import TaskSetting
from ...generators.evaluation.failures import gather
from ...generators.evaluation.statistics import wilson
from ...generators.store.changes import slice_of
from ...generators.store.hashing import stage_versions
from ...generators.store.identity import dataset_hash
from ...schemas import (
    DatasetError,
    DatasetSpec,
    EvalResult,
    EvalSpec,
    RolloutRecord,
    RunError,
    Shortcoming,
    SpecError,
    SuiteResult,
    TaskSpec,
    hash_of,
)
from ...schemas.plugins import installed
from ...schemas.spec_file import validated
from ...schemas.yaml_source import read_yaml
from ...tasks.rollout.objects import task_objects
from ..environments.making import setting_of
from ..environments.sources import task_of
from ..stages import production
from .policies import PolicyRef, policy_ref
from .pools import rolled, rolling_pool
from .rolling import EVAL_FROM, PER_SEED, RollJob, SceneJob, make_scene, read_scene, roll
from .suites import checked_suites, suite_of

TRIES = 3
"""Scenes that are tried for each rollout, at most."""
SCENE_SECONDS = 600.0
"""A scene may take, of real time."""
PACKAGES = ("cousins", "mujoco", "numpy", "torch")
Say = Callable[[str], None]


@dataclass(frozen=True)
class _Suite:
    """A suite about to run."""

    name: str
    spec: DatasetSpec
    setting: TaskSetting
    latency: int


def load_evaluation(path: Path) -> EvalSpec:
    """The YAML file of an evaluation, with its dataset's folder taken from the file's own.

    Raises:
        SpecError: listing every problem with its line, path, value, and what is allowed.
    """
    form = "an evaluation is a mapping such as `name: near-and-far`"
    spec = validated(read_yaml(path), EvalSpec, form)
    return spec.model_copy(update={"dataset": str((path.parent / spec.dataset).resolve())})


def evaluate(
    policy: str,
    spec: EvalSpec,
    out: Path,
    workers: int,
    say: Say = lambda text: None,
    scenes: Path | None = None,
) -> EvalResult:
    """Judge a policy.

    Results are the same at any number of workers, bit for bit where the policy repeats itself.

    Args:
        policy: a checkpoint's folder, `replay`, `python:MODULE:ATTRIBUTE`, or `ws://HOST:PORT`.
        spec: what to judge it on; `dataset` is a folder.
        out: folder of scenes, videos, and `results.json`.
        workers: processes; 0 rolls out in this one, where nothing ends a policy that hangs.
        say: is told of the progress.
        scenes: folder of scenes, so that evaluations share them; by default in `out`.

    Raises:
        SpecError: the spec or the policy is wrong, or they do not fit together.
        DatasetError: the dataset or the checkpoint cannot be used.
        RunError: too few scenes could be made.
    """
    ref = policy_ref(policy)
    dataset = Dataset(Path(spec.dataset))
    task = task_of(dataset, spec.task)
    specs = checked_suites(spec, dataset.spec)
    suites = [
        _Suite(
            name,
            specs[name],
            _setting(dataset, specs[name], task, spec, ref),
            suite_of(name, spec.suites[name]).latency,
        )
        for name in spec.suites
    ]
    # All scenes first: a suite that cannot be made is known before anything is rolled out.
    made = [_scenes(suite, spec, task, scenes or out / "scenes", workers, say) for suite in suites]
    results = [
        _suite(suite, spec, ref, out, workers, paths, refused, say)
        for suite, (paths, refused) in zip(suites, made, strict=True)
    ]
    result = EvalResult(
        # A folder's place is no part of what came of it.
        spec=spec.model_copy(update={"dataset": dataset.spec.name}),
        policy=ref.given,
        policy_hash=ref.digest(),
        dataset_hash=dataset_hash(dataset.root),
        task=task.id,
        instruction=task.instruction,
        suites=tuple(results),
        versions={name: v for name in PACKAGES if (v := installed(name)) is not None},
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / RESULTS).write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if spec.states:
        lost = [
            (suite.name, one)
            for suite in results
            for one in suite.rollouts
            if one.cause is not None and one.cause not in _LOST
        ]
        gather(out, lost, task, result.policy_hash, result.dataset_hash)
    return result


RESULTS = "results.json"


def read_results(path: Path) -> EvalResult:
    """Results from their file, or from the folder that holds it.

    Raises:
        DatasetError: they are not there.
    """
    file = path / RESULTS if path.is_dir() else path
    if not file.is_file():
        raise DatasetError(f"{file} is missing; `cousins evaluate` writes it")
    return EvalResult.from_json(file.read_bytes(), str(file))


def _setting(
    dataset: Dataset, suite: DatasetSpec, task: TaskSpec, spec: EvalSpec, ref: PolicyRef
) -> TaskSetting:
    """How rollouts of a suite are acted in: as the policy was trained, or as the spec says."""
    card = ref.card
    if card is None:
        return setting_of(
            dataset,
            task,
            observations=spec.observations,
            actions="joints" if ref.kind == "replay" else spec.actions,
            max_seconds=spec.max_seconds,
        )
    setting = setting_of(
        dataset,
        task,
        observations=card.observations,
        cameras=card.cameras or None,
        image_size=card.image_size,
        max_seconds=spec.max_seconds,
    )
    if (card.robot, card.hz) != (suite.robot, setting.hz):
        raise SpecError(
            f"policy {ref.given}: it was trained for {card.robot} at {card.hz} Hz; "
            f"the dataset has {suite.robot} at {setting.hz} Hz"
        )
    named = len(task_objects(task))
    if named > card.objects:
        raise SpecError(
            f"policy {ref.given}: it takes {card.objects} objects; the task has {named}"
        )
    return replace(setting, view=replace(setting.view, objects=card.objects))


def _scenes(
    suite: _Suite, spec: EvalSpec, task: TaskSpec, scenes: Path, workers: int, say: Say
) -> tuple[list[Path], int]:
    """Files of the suite's scenes, in order, and how many numbers were passed over.

    Raises:
        RunError: too few were possible.
    """
    # What decides a scene's bytes is in the name of their folder: others are never taken for it.
    key = hash_of(
        [
            slice_of(suite.spec, "scenes", 1).model_dump(mode="json", exclude={"assets"}),
            task.content_hash(),
            stage_versions("scenes", "", suite.spec),
            production().library(suite.spec.assets).version,
        ]
    )
    folder = scenes / f"{suite.name}-{key[:12]}"
    first = EVAL_FROM + spec.seed * PER_SEED
    found: list[Path] = []
    tried = 0
    with rolling_pool(make_scene, workers, SCENE_SECONDS) as at_once:

        def make(index: int) -> bool:
            job = SceneJob(suite.spec, task, index, folder)
            return at_once.pool.run(f"scene {suite.name}/{index - first}", job)

        while len(found) < spec.rollouts and tried < TRIES * spec.rollouts:
            # As many as are missing: which scenes there are does not depend on the workers.
            batch = [first + tried + n for n in range(spec.rollouts - len(found))]
            tried += len(batch)
            made = at_once.map(make, batch)
            found += [folder / f"{n}.json" for n, there in zip(batch, made, strict=True) if there]
            say(f"{suite.name}: {len(found)} of {spec.rollouts} scenes")
    if len(found) < spec.rollouts:
        raise RunError(
            f"suite {suite.name}: {len(found)} of {spec.rollouts} scenes in {tried} tries; "
            "change less, or ask for fewer rollouts"
        )
    return found, tried - len(found)


def _suite(
    suite: _Suite,
    spec: EvalSpec,
    ref: PolicyRef,
    out: Path,
    workers: int,
    scenes: list[Path],
    refused: int,
    say: Say,
) -> SuiteResult:
    """Roll the policy out in every scene of a suite."""
    jobs = [
        RollJob(
            policy=ref,
            spec=suite.spec,
            setting=suite.setting,
            scene=path,
            number=number,
            seed=spec.seed,
            latency=suite.latency,
            suite=suite.name,
            keep=out if spec.states else None,
            states=spec.states,
        )
        for number, path in enumerate(scenes)
    ]
    records: list[RolloutRecord] = []
    with rolling_pool(roll, workers, spec.time_limit) as at_once:
        for record in at_once.map(lambda job: rolled(at_once.pool, job), jobs):
            records.append(record)
            if len(records) % 10 == 0 or len(records) == len(jobs):
                won = sum(one.success for one in records)
                say(f"{suite.name}: {won} of {len(records)} rollouts succeeded")
        failed = [one for one in records if not one.success and one.cause not in _LOST]
        films = [
            replace(jobs[one.number], film=film_path(out, suite.name, one.number), keep=None)
            for one in failed[: spec.videos]
        ]
        list(at_once.map(lambda job: rolled(at_once.pool, job), films))
    return _summed(suite, records, scenes, refused)


_LOST = (Shortcoming.POLICY_HUNG, Shortcoming.POLICY_DIED)


def film_path(out: Path, suite: str, number: int) -> Path:
    """Where the video of a rollout stands."""
    return out / "videos" / suite / f"{number:05d}.mp4"


def _summed(
    suite: _Suite, records: list[RolloutRecord], scenes: list[Path], refused: int
) -> SuiteResult:
    won = sum(one.success for one in records)
    causes = Counter(str(one.cause) for one in records if one.cause is not None)
    return SuiteResult(
        name=suite.name,
        scenes_hash=hash_of([path.read_text(encoding="utf-8") for path in scenes]),
        refused=refused,
        successes=won,
        rollouts=tuple(records),
        success=round(won / len(records), 6),
        ci95=wilson(won, len(records)),
        causes=dict(sorted(causes.items())),
        cousin_distance=round(_distance(suite, scenes), 6),
    )


def _distance(suite: _Suite, scenes: list[Path]) -> float:
    """Mean cousin distance of the task's objects."""
    named = suite.setting.view.named
    values = [
        thing.cousin_distance
        for path in scenes
        for thing in read_scene(path).scene.objects
        if thing.name in named
    ]
    return sum(values) / max(1, len(values))
