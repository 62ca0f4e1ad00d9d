"""Networks, one a file. PyTorch is imported by none of them before it is used."""

from __future__ import annotations

from importlib.util import find_spec

from ....schemas import BackendMissingError


def check_torch(owner: str) -> None:
    """Refuse where PyTorch is not installed.

    Args:
        owner: what needs it.

    Raises:
        BackendMissingError: saying how to get it.
    """
    if find_spec("torch") is None:
        raise BackendMissingError(
            f"{owner} needs PyTorch; try: pip install 'cousins[learn]', or `--policy nearest`, "
            "which needs none"
        )
