"""Enters the environment into Gymnasium's registry: `import cousins.gym`, or its own way below.

`gymnasium.make("cousins.gym:cousins/Task-v0", ...)` imports this module first.
"""

from __future__ import annotations

from .flows.environments.making import register

register()
