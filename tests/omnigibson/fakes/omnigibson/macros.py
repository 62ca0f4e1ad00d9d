"""A FAKE of OmniGibson's settings."""

from types import SimpleNamespace

gm = SimpleNamespace(ENABLE_TRANSITION_RULES=True)
