"""The check of OmniGibson: each step is tried, and what cannot be tried any more is said."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...generators.executed import positions
from ...generators.exports.omnigibson.profiles import Profile, profile
from ...generators.simulators import Array, Trajectory
from ...generators.simulators.omnigibson.executing import opened, trajectory
from ...generators.workers.og import environment
from ...generators.workers.og.client import OmniGibsonClient, OmniGibsonError
from ...generators.workers.outside.apart.messages import Message
from ...schemas import RenderError, RunError
from ...schemas.plugins import installed
from .comparing import apart, converted, seen
from .report import MEANING, CheckReport, CheckStep, Reason, StepError, StepResult
from .subject import SECONDS, CheckedScene, subject

HZ = 30
STILL = 0.005
"""How far anything may move in half a second when it has settled, metres."""
LIFTED = 0.05
"""How high an object is lifted before the saved scene is put back, metres."""
BACK = 0.001
"""How far from where it was saved it may come back, metres."""
Figures = dict[str, float]
Clients = Callable[[], OmniGibsonClient]


def check_omnigibson(clients: Clients = OmniGibsonClient) -> CheckReport:
    """Go through all steps.

    Args:
        clients: makes what talks to OmniGibson; a new process each.
    """
    place = environment.folder()
    name = environment.profile_name()
    with tempfile.TemporaryDirectory(prefix="cousins-og-check-") as folder:
        course = CheckCourse(profile(name), Path(folder), clients)
        try:
            course.go()
        finally:
            course.close()
    steps = tuple(course.results[step] for step in CheckStep)
    return CheckReport(
        environment=None if place is None else str(place),
        profile=name,
        versions=environment.versions(),
        works=all(one.state == "passed" for one in steps),
        steps=steps,
    )


@dataclass
class CheckCourse:
    """The steps as they are gone through.

    Attributes:
        used: which generation of OmniGibson.
        folder: for files.
        clients: makes what talks to OmniGibson.
        results: of the steps so far.
    """

    used: Profile
    folder: Path
    clients: Clients
    results: dict[CheckStep, StepResult] = field(default_factory=dict[CheckStep, StepResult])
    _client: OmniGibsonClient | None = None
    _subject: CheckedScene | None = None
    _joints: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _rested: Trajectory | None = None

    def go(self) -> None:
        """Take each step after those that it builds on."""
        self._take(CheckStep.VERSIONS, self._versions)
        self._take(CheckStep.CONVERT, self._convert)
        self._take(CheckStep.START, self._start, CheckStep.VERSIONS)
        self._take(CheckStep.DRAW, self._draw, CheckStep.START)
        self._take(CheckStep.LOAD, self._load, CheckStep.CONVERT, CheckStep.START)
        self._take(CheckStep.SETTLE, self._settle, CheckStep.LOAD)
        self._take(CheckStep.COMPARE, self._compare, CheckStep.LOAD)
        self._take(CheckStep.LABELS, self._labels, CheckStep.LOAD)
        self._take(CheckStep.RELOAD, self._reload, CheckStep.LOAD)
        self._take(CheckStep.PREDICATES, self._predicates, CheckStep.LOAD)
        self._take(CheckStep.BEHAVIOR, self._behavior, CheckStep.LOAD)

    def close(self) -> None:
        """End the process."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _take(self, step: CheckStep, action: Callable[[], Figures], *before: CheckStep) -> None:
        missing = [one for one in before if self.results[one].state != "passed"]
        if missing:
            self.results[step] = StepResult(
                step=step, meaning=MEANING[step], state="not_reached",
                reason=Reason.EARLIER_STEP, told=f"{missing[0].value} did not pass",
            )  # fmt: skip
            return
        try:
            figures = action()
        except StepError as error:
            reason, figures, told = error.reason, error.figures, str(error)
        except (OmniGibsonError, RenderError, RunError) as error:
            reason, figures, told = Reason.WORKER, {}, str(error)
        else:
            self.results[step] = StepResult(
                step=step, meaning=MEANING[step], state="passed", figures=figures
            )
            return
        self.results[step] = StepResult(
            step=step, meaning=MEANING[step], state="failed", reason=reason, told=told,
            figures=figures,
        )  # fmt: skip

    def _versions(self) -> Figures:
        missing = environment.lacks()
        if missing:
            raise StepError(missing[0].what, environment.refusal(missing))
        return {}

    def _convert(self) -> Figures:
        if installed("usd-core") is None:
            raise StepError(
                Reason.NO_USD, "USD is written with usd-core: pip install 'cousins[usd]'"
            )
        part = self._scene.part
        return converted(part.asset("cabinet"), self.folder)

    def _start(self) -> Figures:
        from ...generators.renderers.omnigibson.views import empty_config

        self._fresh().ask(Message({"do": "open", "config": empty_config()}, {}))
        return {}

    def _draw(self) -> Figures:
        from ...generators.renderers.omnigibson.renderer import OmniGibsonRenderer
        from ..backends import ball, looked_at

        picture, truth = looked_at(ball(), OmniGibsonRenderer(self._fresh()))
        figures = {"depth": float(truth.depth[32, 32]), "seen": float((truth.geoms == 1).mean())}
        if picture.max() == picture.min() or not 0.89 < figures["depth"] < 0.91:
            raise StepError(
                Reason.WRONG_PICTURE,
                f"the middle of the ball is 0.9 m away, and was drawn at {figures['depth']:.3f} m",
                figures,
            )
        return figures

    def _load(self) -> Figures:
        part, client = self._scene.part, self._fresh()
        self._joints = opened(client, part, self.used, self.folder, HZ)
        try:
            self._read([self._state()])
        except RunError as error:
            raise StepError(Reason.JOINTS, str(error)) from error
        return {"objects": len(part.scene.objects)}

    def _settle(self) -> Figures:
        first = self._state()
        self._step(round(SECONDS * HZ))
        before = self._state()
        after = self._step(HZ // 2)
        run = self._read([first, before, after])
        self._rested = run
        moved = {
            name: float(np.linalg.norm(pose[2, :3] - pose[1, :3]))
            for name, pose in run.poses.items()
        }
        worst = max(moved, key=lambda name: moved[name])
        if moved[worst] > STILL:
            raise StepError(
                Reason.MOVING, f"{worst} still moved {moved[worst]:.4f} m in half a second",
                {"moved": moved[worst]},
            )  # fmt: skip
        return {"moved": moved[worst]}

    def _compare(self) -> Figures:
        return apart(self._scene, self._now())

    def _labels(self) -> Figures:
        from ...generators.renderers.omnigibson.views import framing, view

        qpos = self._positions()
        camera = self._scene.camera(self._scene.placed(qpos, visual=True))
        told = view(camera, framing(camera))
        answer = self._asking.ask(Message({"do": "look", "view": told}, {}))
        paths = {int(key): path for key, path in answer.head["paths"].items()}
        return seen(self._scene, qpos, camera, dict(answer.arrays), paths)

    def _reload(self) -> Figures:
        self._asking.ask(Message({"do": "save"}, {}))
        saved = self._state()
        pose = saved["apple/pose"].copy()
        pose[2] += LIFTED
        self._asking.ask(Message({"do": "put", "name": "apple"}, {"pose": pose}))
        lifted = float(np.linalg.norm((self._state()["apple/pose"] - saved["apple/pose"])[:3]))
        back = dict(self._asking.ask(Message({"do": "reload"}, {})).arrays)
        away = max(
            float(np.linalg.norm((back[key] - saved[key])[:3]))
            for key in saved
            if key.endswith("/pose")
        )
        figures = {"lifted": lifted, "away": away}
        if lifted < LIFTED / 2 or away > BACK:
            raise StepError(
                Reason.RELOAD,
                f"the apple was lifted by {lifted:.4f} m, and things came back within {away:.4f} m;"
                f" {BACK} m are allowed",
                figures,
            )
        return figures

    def _predicates(self) -> Figures:
        here, there = self._facts(self._scene.rested), self._facts(self._positions())
        figures: Figures = {"facts": len(here), "shared": len(here & there)}
        if here != there:
            only = [f"{x} here" for x in sorted(here - there)]
            only += [f"{x} there" for x in sorted(there - here)]
            raise StepError(Reason.FACTS, f"these hold of one only: {', '.join(only)}", figures)
        return figures

    def _behavior(self) -> Figures:
        facts = sorted(self._facts(self._positions()))
        asked = [[name, args] for name, *args in (fact.split() for fact in facts)]
        told = self._asking.ask(Message({"do": "holds", "facts": asked}, {})).head["holds"]
        return {"asked": len(asked), "agreed": sum(x is True for x in told),
                "without_state": sum(x is None for x in told)}  # fmt: skip

    def _facts(self, qpos: Array) -> set[str]:
        from ...tasks.physics.predicates import facts

        return set(facts(self._scene.compiled, self._scene.placed(qpos)))

    @property
    def _scene(self) -> CheckedScene:
        if self._subject is None:
            self._subject = subject()
        return self._subject

    @property
    def _asking(self) -> OmniGibsonClient:
        if self._client is None:
            raise RunError("no process of OmniGibson's runs")
        return self._client

    def _fresh(self) -> OmniGibsonClient:
        """Another process: one opens one environment."""
        self.close()
        self._client = self.clients()
        return self._client

    def _state(self) -> dict[str, Array]:
        return dict(self._asking.ask(Message({"do": "state"}, {})).arrays)

    def _step(self, count: int) -> dict[str, Array]:
        return dict(self._asking.ask(Message({"do": "step", "count": count}, {})).arrays)

    def _read(self, states: list[dict[str, Array]]) -> Trajectory:
        return trajectory(self._scene.part, states, self._joints)

    def _now(self) -> Trajectory:
        return self._read([self._state()])

    def _positions(self) -> Array:
        """Where OmniGibson has things, as MuJoCo's positions, (nq,)."""
        found: Array = positions(self._scene.compiled, self._now())[0]
        return found
