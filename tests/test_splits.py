"""Splits and nested training sizes of exports."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cousins.generators.exports._splits import held_out, training_order, training_sizes

ATTEMPTS = st.dictionaries(
    st.integers(0, 99).map(lambda n: f"e{n:02d}"),
    st.tuples(st.integers(0, 9), st.integers(0, 4)),
    min_size=1,
)


@given(ATTEMPTS)
def test_every_beginning_has_all_tasks_alike(made: dict[str, tuple[int, int]]) -> None:
    scenes = {name: f"s{task}-{scene}" for name, (scene, task) in made.items()}
    tasks = {name: f"t{task}" for name, (_, task) in made.items()}
    order = training_order(scenes, tasks)
    held = held_out(scenes.values())
    assert set(order) == {name for name in made if scenes[name] not in held}
    assert len(order) == len(set(order))
    totals = {task: sum(tasks[name] == task for name in order) for task in tasks.values()}
    for size in range(1, len(order) + 1):
        counts = {task: sum(tasks[name] == task for name in order[:size]) for task in totals}
        most = max(counts.values())
        assert all(count >= min(most - 1, totals[task]) for task, count in counts.items())


def test_sizes_are_below_the_whole() -> None:
    assert training_sizes(5) == ()
    assert training_sizes(6) == (5,)
    assert training_sizes(1001) == (5, 10, 20, 50, 100, 200, 500, 1000)
