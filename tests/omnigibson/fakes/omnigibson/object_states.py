"""A FAKE of OmniGibson's states of objects: their names, of which objects have one."""

from omnigibson import MANIFEST


def __getattr__(name: str) -> str:
    if name not in MANIFEST["states"]:
        raise AttributeError(name)
    return name
