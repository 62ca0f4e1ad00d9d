"""LeRobot's way in: its commands train on our exports, and score policies in our scenes.

`lerobot-eval --env.discover_packages_path=cousins.lerobot --env.type=cousins --env.dataset=DATASET`
imports this package, and so does an `env.py` on its hub that says
`from cousins.lerobot import make_env`. Needs LeRobot.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import NoReturn

if find_spec("lerobot") is not None:  # LeRobot imports this package to have it entered.
    from ..flows.environments.lerobot.config import CousinsEnv as CousinsEnv
    from ..flows.environments.lerobot.config import make_env as make_env

_NAMES = ("CousinsEnv", "make_env")


def __getattr__(name: str) -> NoReturn:
    """Refuse where LeRobot is missing.

    Raises:
        BackendMissingError: saying how to get it.
        AttributeError: there is no such name.
    """
    from ..schemas import BackendMissingError

    if name in _NAMES:
        raise BackendMissingError(
            f"cousins.lerobot.{name} needs LeRobot; docs/environment.md says which release, and how"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
