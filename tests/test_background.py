"""The thread beside the drawing: order, errors, and how much waits."""

from __future__ import annotations

import threading

import pytest
from test_images import spec, world

from cousins.generators.frames import render_scene
from cousins.generators.images.background import Background


def test_calls_are_carried_out_in_order_and_use_earlier_results() -> None:
    done: list[int] = []
    with Background() as other:
        first = other.do(lambda: 3)
        for number in range(50):
            other.do(lambda n=number: done.append(n * first.result()))  # type: ignore[misc]
    assert done == [3 * number for number in range(50)]


def test_only_a_few_calls_wait() -> None:
    """Calls hold pictures: they must not pile up where drawing is the faster."""
    pause, finished, most = threading.Event(), 0, 0

    def call() -> None:
        nonlocal finished
        pause.wait(0.002)
        finished += 1

    with Background(waiting=3) as other:
        for submitted in range(1, 61):
            other.do(call)
            most = max(most, submitted - finished)
    assert finished == 60
    assert most <= 4


def test_an_error_surfaces_and_nothing_after_it_is_done() -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("no space left on device")

    def work() -> None:
        with Background(waiting=1) as other:
            other.do(lambda: done.append("before"))
            other.do(fail)
            for _ in range(5):
                other.do(lambda: done.append("after"))

    with pytest.raises(OSError, match="no space left"):
        work()
    assert done == ["before"]


def test_the_last_error_surfaces_too() -> None:
    with pytest.raises(ZeroDivisionError), Background() as other:
        other.do(lambda: 1 // 0)


def test_the_callers_own_error_drops_what_waits() -> None:
    gate, done = threading.Event(), list[int]()

    def work() -> None:
        with Background() as other:
            other.do(lambda: gate.wait(10))
            for number in range(5):
                other.do(lambda n=number: done.append(n))  # type: ignore[misc]
            threading.Timer(0.05, gate.set).start()
            raise KeyError("drawn wrong")

    with pytest.raises(KeyError, match="drawn wrong"):
        work()
    assert done == []


def test_files_are_handed_on_as_they_are_done() -> None:
    scene, assets = world(6)
    wanted = spec(size=(64, 64), vary={"scene.light.key.intensity": {"sweep": [200, 400]}})
    gathered = render_scene(scene, assets, wanted)
    given: dict[str, bytes] = {}
    handed = render_scene(scene, assets, wanted, keep=given.__setitem__)
    assert given == gathered.files
    assert handed.files == {}
    assert handed.frames == gathered.frames
    assert {path for frame in handed.frames for path in frame.files.values()} == set(given)


def test_a_full_disk_ends_the_drawing() -> None:
    scene, assets = world(6)

    def full(path: str, content: bytes) -> None:
        raise OSError(f"{path}: no space left on device for {len(content)} bytes")

    with pytest.raises(OSError, match=r"images/.*: no space left on device"):
        render_scene(scene, assets, spec(size=(64, 64)), keep=full)
