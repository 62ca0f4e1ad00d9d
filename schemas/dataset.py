"""The DatasetSpec: the one YAML file that a person writes."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from .base import Model, Name, unset
from .camera import CameraSpec
from .camera_presets import PRESETS
from .episode import Solver, Style
from .failures import FailureSource
from .frame import LabelName
from .libraries import AssetsSpec
from .locations import misplaced
from .parameter import Parameter, beyond
from .perturb import PerturbSpec
from .physics import PhysicsSpec
from .plugin_name import PluginName
from .proposals import ProposalSpec
from .scene import CousinSpec, SceneSpec
from .vision import NO_TASKS, completed, refuse_mixtures

DEFAULT_LABELS: tuple[LabelName, ...] = (
    "rgb",
    "depth_linear",
    "seg_instance",
    "seg_semantic",
    "bbox_2d_tight",
    "bbox_2d_loose",
    "bbox_3d",
    "poses",
    "joint_states",
    "predicate_states",
    "camera_params",
)


class EpisodeSpec(Model):
    """How often each task is attempted, and how."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    per_task: Annotated[int, Field(ge=0, le=10_000)] = 3
    per_scene: Annotated[int, Field(ge=1, le=100)] = 1
    """Attempts in each scene."""
    style: Style = "consistent"
    """How an attempt chooses among equally good ways: `consistent` chooses alike in alike states
    and shows how to come back onto its path; `diverse` draws."""
    diverse: bool = False
    """Attempts in one scene prefer different orders, grasps, sides, and places."""
    keep_failures: bool = True
    hz: Literal[5, 10, 20, 25, 50] = 10
    """Actions, states and video frames per second."""
    max_seconds: Annotated[float, Field(gt=0, le=600)] = 120.0
    """Of simulated time, per attempt."""
    perturb: PerturbSpec | None = None
    """Disturb attempts on purpose, so that demonstrations show how to recover."""
    solvers: Annotated[tuple[Solver, ...], Field(min_length=1)] = ("planning", "optimisation")
    """What may find the motions of skills that have a choice: see `solving.md`. `learning` needs
    the extra `learning`."""
    demonstrations: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, exclude_if=unset
    )
    """Verified demonstrations that each task shall have at least: `per_task` and `per_scene` follow
    from it where they are not said, and scenes are added for attempts that fail, ten at a time, up
    to twice as many."""
    from_: FailureSource | None = Field(default=None, alias="from", exclude_if=unset)
    """Begin in the states in which a policy failed, so that demonstrations show how to go on from
    there: see `evaluation.md`. By default attempts begin as their scenes do."""

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, raw: Any) -> Any:
        return _with_counts(cast("dict[str, Any]", raw)) if isinstance(raw, dict) else raw

    @model_validator(mode="after")
    def _some_attempts(self) -> Self:
        if self.demonstrations is not None and self.per_task == 0:
            raise misplaced("demonstrations need scenes; leave `per_task: 0` out", "per_task")
        return self

    @model_validator(mode="after")
    def _solvers(self) -> Self:
        if len(set(self.solvers)) < len(self.solvers):
            raise misplaced(f"each at most once, got {list(self.solvers)}", "solvers")
        return self

    @model_validator(mode="after")
    def _styled(self) -> Self:
        if self.diverse and self.style == "consistent":
            raise misplaced("`diverse: true` asks for `style: diverse`", "style")
        return self


def _with_counts(written: dict[str, Any]) -> dict[str, Any]:
    """How many scenes and attempts in each as many demonstrations need, where it is not said."""
    wanted: Any = written.get("demonstrations")
    per, each = written.get("per_task", 0), written.get("per_scene", 1)
    if any(isinstance(x, bool) or not isinstance(x, int) or x < 0 for x in (wanted, per, each)):
        return written
    if "per_task" not in written:
        return {**written, "per_task": -(-wanted // max(each, 1))}
    return {"per_scene": -(-wanted // max(per, 1)), **written} if per else written


class RenderSpec(Model):
    """The pictures and labels to make."""

    backend: Annotated[str, PluginName("renderers")] = "mujoco"
    size: tuple[Annotated[int, Field(ge=16, le=4096)], Annotated[int, Field(ge=16, le=4096)]] = (
        256,
        256,
    )
    """Width and height, pixels."""
    labels: tuple[LabelName, ...] = DEFAULT_LABELS
    keyframes: Annotated[int, Field(ge=0, le=1000)] = 3
    """Labelled frames per episode and camera, spread over its time."""
    videos: bool = True
    """Also draw an RGB video per episode and camera."""
    shadows: bool = True
    vary: dict[str, Parameter] = {}
    """Parameter paths that vary over a scene's still frames, all else frozen."""


def _extending(schema: dict[str, Any]) -> None:
    """Let editors know of the key that is read before a spec is one."""
    said = "Path of a YAML file, relative to this one, whose keys hold where this one is silent."
    schema["properties"]["extends"] = {"type": "string", "title": "Extends", "description": said}


class DatasetSpec(Model):
    """Everything that decides a dataset's bytes, with the versions of the libraries."""

    model_config = ConfigDict(json_schema_extra=_extending)

    name: Name
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    robot: Annotated[str, Field(min_length=1)] = "franka-fr3"
    """A robot by name (`franka-fr3`, `ur5e-2f85`), or the path of a robot file (.yaml); `none`
    leaves it out, and `tasks` with it: see [vision.md](vision.md)."""
    assets: AssetsSpec = AssetsSpec()
    scene: SceneSpec = SceneSpec()
    cousins: CousinSpec = CousinSpec()
    tasks: Annotated[
        ProposalSpec,
        BeforeValidator(lambda raw: raw, json_schema_input_type=Literal["none"] | ProposalSpec),
    ] = ProposalSpec()
    scenes: Annotated[int, Field(ge=1, le=100_000)] | None = Field(default=None, exclude_if=unset)
    """How many scenes there are with `tasks: none`, each of new cousins, layout, lights and
    cameras; 10 unless said, and may be raised later."""
    episodes: EpisodeSpec = EpisodeSpec()
    physics: PhysicsSpec | None = Field(default=None, exclude_if=unset)
    cameras: tuple[CameraSpec, ...] = (
        CameraSpec(name="front"),
        CameraSpec(name="wrist", mount="hand"),
    )
    render: RenderSpec = RenderSpec()
    export: tuple[Annotated[str, PluginName("exporters")], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, raw: Any) -> Any:
        return completed(raw)

    @property
    def without_tasks(self) -> bool:
        """Whether scenes are made for their pictures alone."""
        return self.tasks.proposer == NO_TASKS

    @property
    def scenes_per_task(self) -> int:
        """Scenes of each task; without episodes it still has one, for its still frames."""
        return self.scenes or max(1, self.episodes.per_task)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        refuse_mixtures(self)
        return self

    @model_validator(mode="after")
    def _cameras(self) -> Self:
        names = [camera.name for camera in self.cameras]
        if len(set(names)) != len(names):
            raise misplaced(f"names must be unique, got {names}", "cameras")
        known = {self.scene.support, "table", *(thing.name for thing in self.scene.objects)}
        known |= set() if self.scene.room is None else {"room"}
        for place, camera in enumerate(self.cameras):
            if camera.mount is None and camera.look_at not in known:
                raise misplaced(
                    f"{camera.look_at!r} is not in the scene; allowed: {sorted(known)}",
                    *("cameras", place, "look_at"),
                )
            for number, stop in enumerate(camera.path.waypoints if camera.path else ()):
                if stop.look_at is not None and stop.look_at not in known:
                    raise misplaced(
                        f"{stop.look_at!r} is not in the scene; allowed: {sorted(known)}",
                        *("cameras", place, "path", "waypoints", number, "look_at"),
                    )
        width, height = self.render.size
        for place, camera in enumerate(self.cameras):
            whole = PRESETS[camera.preset].aspect if camera.preset is not None else math.inf
            if width / height > whole + 0.002:
                raise misplaced(
                    f"{camera.preset}'s picture is {whole:.2f} times as wide as "
                    f"high, and frames are cut from it; render.size is {width} x {height}",
                    *("cameras", place, "preset"),
                )
        _within(self.scene.clutter.count, 0, 40, "scene", "clutter", "count")
        if self.scene.room is not None:
            _within(self.scene.room.objects, 1, 250, "scene", "room", "objects")
            for axis, size in enumerate(self.scene.room.size or ()):
                _within(size, 3.2, 12, "scene", "room", "size", axis)
        return self


def _within(parameter: Parameter, low: float, high: float, *place: str | int) -> None:
    """Refuse a parameter that can leave [low, high].

    Raises:
        PydanticCustomError: naming the place, the value and the range.
    """
    outside = beyond(parameter, low, high)
    if outside is not None:
        raise misplaced(f"{outside}; allowed are numbers from {low} to {high}", *place)
