"""The benchmark of twins against cousins: what it asks for, and what it makes of the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cousins.flows.bench import measure, proof
from cousins.flows.run import RunRequest, execute
from cousins.flows.stages import production
from cousins.generators.learners import networks
from cousins.schemas import (
    BackendMissingError,
    EvalResult,
    EvalSpec,
    Refusal,
    RefusalKind,
    RolloutRecord,
    RunError,
    SuiteResult,
)
from cousins.schemas.spec_file import parse_spec


def suite(name: str, won: int, of: int) -> SuiteResult:
    return SuiteResult(
        name=name,
        scenes_hash="0",
        refused=0,
        successes=won,
        rollouts=tuple(
            RolloutRecord(number=n, scene=f"t0000-s{n}", success=n < won, steps=1)
            for n in range(of)
        ),
        success=won / of,
        ci95=(0.0, 1.0),
        causes={},
        cousin_distance=0.5,
    )


def result(spec: EvalSpec, won: int) -> EvalResult:
    """FAKE: each suite is won as often."""
    return EvalResult(
        spec=spec,
        policy="fake",
        policy_hash="0",
        dataset_hash="0",
        task="t0000",
        instruction="Do it.",
        suites=tuple(suite(name, won, spec.rollouts) for name in spec.suites),
        versions={},
    )


def test_policies_are_trained_alike_and_judged_in_the_same_scenes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained: list[tuple[str, int, int]] = []
    judged: list[tuple[str, str, str | None]] = []

    def made(kind: str, given: str, size: proof.StudySize, seed: int, root: Path) -> Path:
        assert (given, size, seed) == (proof.TASK, proof.SMALL, 5)
        return root

    def train(root: Path, spec: Any, out: Path) -> None:
        trained.append((root.name, spec.seed, spec.steps))
        out.mkdir(parents=True)

    def evaluate(
        policy: str, spec: EvalSpec, out: Path, workers: int, say: Any, scenes: Path
    ) -> EvalResult:
        judged.append((Path(policy).name, Path(spec.dataset).name, scenes.name))
        return result(spec, 4 if "cousins" in policy else 1)

    for name, fake in {
        "check_torch": str, "_made": made, "train_policy": train, "evaluate": evaluate
    }.items():  # fmt: skip
        monkeypatch.setattr(proof, name, fake)
    found = measure("proof", small=True, seed=5)
    assert trained == [("twin", 0, 4000), ("cousins", 0, 4000)]
    assert judged == [
        ("twin-policy-0", "cousins", "scenes"),
        ("cousins-policy-0", "cousins", "scenes"),
    ]
    assert (found["small"], found["rollouts"], found["seeds"]) == (True, 40, 1)
    assert list(found["twin"]) == ["twin", "near", "far", "dissimilar"]
    assert found["cousins"]["far"] == {"success": 0.1, "ci95": (0.03958, 0.230518)}
    assert found["twin"]["far"]["success"] == 0.025
    assert found["stacking"] is None


def test_all_policies_count_together() -> None:
    spec = EvalSpec(name="a", dataset="b", rollouts=10)
    both = proof.cells([result(spec, 10), result(spec, 5)])
    assert both["in_distribution"]["success"] == 0.75


def test_specs_of_both_kinds_differ_in_their_cousins_alone() -> None:
    specs = [proof.spec_text(kind, proof.STACK, proof.FULL, 3) for kind in proof.COUSINS]
    twin, cousins = (parse_spec(text) for text in specs)
    assert (twin.cousins.per_object, twin.cousins.distance) == (1, (0.0, 0.0))
    same = {"name": twin.name, "cousins": twin.cousins}
    assert cousins.model_copy(update=same) == twin
    assert twin.episodes.demonstrations == proof.FULL.demonstrations


SPECS = Path(__file__).resolve().parents[1] / "examples" / "proof"
STUDIED = [
    path.read_text()
    for path in sorted(SPECS.glob("*.yaml"))
    if not path.stem.endswith(("_eval", "-corrected"))  # They read what others have made.
]


def check_scenes(text: str, out: Path) -> None:
    spec = parse_spec(text)
    few = spec.episodes.model_copy(update={"demonstrations": None, "per_task": 1})
    spec = spec.model_copy(update={"episodes": few})
    summary = execute(RunRequest(spec, out, production(), 1, until="scenes"))
    assert summary.counts["scenes"] > 0
    assert not summary.refusals


def test_three_cubes_of_one_size_can_be_stacked(tmp_path: Path) -> None:
    check_scenes(proof.spec_text("twin", proof.STACK, proof.FULL, 3), tmp_path / "out")


@pytest.mark.heavy
@pytest.mark.parametrize("text", [*STUDIED, proof.spec_text("cousins", proof.STACK, proof.FULL, 3)])
def test_each_task_of_the_study_has_scenes(text: str, tmp_path: Path) -> None:
    check_scenes(text, tmp_path / "out")


@pytest.mark.parametrize(
    ("goal", "kind"),
    [
        ("ontop high low", RefusalKind.TOO_LARGE_FOR_TOP),
        ("inside high low", RefusalKind.TOO_LARGE_FOR_INSIDE),
    ],
)
def test_what_does_not_fit_is_named(goal: str, kind: RefusalKind, tmp_path: Path) -> None:
    low, high = (
        f"{{name: {name}, category: {category}, extents: [{size}, {size}, {size}]}}"
        for name, category, size in (
            ("low", "toy_dice.n.01" if "ontop" in goal else "teacup.n.02", 0.03),
            ("high", "toy_dice.n.01", 0.058),
        )
    )
    spec = parse_spec(
        f"name: a\ntasks: {{given: {{goal: {goal}, objects: [{low}, {high}]}}}}\n"
        "cousins: {per_object: 1, distance: [0.0, 0.0]}\nepisodes: {per_task: 1}\ncameras: []\n"
    )
    summary = execute(RunRequest(spec, tmp_path / "out", production(), 1, until="scenes"))
    assert summary.refusals == {str(Refusal(kind, ("high", "low"))): 24}


def test_too_few_demonstrations_end_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Short:
        """FAKE summary."""

        shortfall = "fewer demonstrations than asked for: t0000 has 3"

    def short(_: object) -> Short:
        return Short()

    monkeypatch.setattr(proof, "execute", short)
    with pytest.raises(RunError, match="twin: fewer demonstrations than asked for"):
        proof.study(proof.TASK, proof.SMALL, 0, tmp_path, ("twin",), proof.OWN)


def test_without_pytorch_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> None:
        return None

    monkeypatch.setattr(networks, "find_spec", absent)
    with pytest.raises(BackendMissingError, match=r"the benchmark proof.*cousins\[learn\]"):
        measure("proof", small=True, seed=0)
