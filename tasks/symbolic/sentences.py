"""Plans in words: each skill with its purpose."""

from __future__ import annotations

from .operators import Course


def spoken(name: str) -> str:
    """An object's name in a sentence."""
    return f"the {name.replace('_', ' ')}"


def sentence(course: Course) -> str:
    """The action of a step of a plan, and its purpose."""
    operator = course.operator
    return f"{operator.phrase}{(operator.purpose or as_asked)(course)}"


def as_asked(course: Course) -> str:
    """The next step that it makes possible, where the goal itself does not ask for it."""
    operator = course.operator
    served = next((x.phrase for x in course.later if operator.helps(x.needs)), None)
    if served is None or operator.helps(course.goal):
        return ", as the task asks"
    return f" so as to {served} next"
