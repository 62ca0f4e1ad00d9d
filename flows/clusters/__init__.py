"""Ray's and Dask's clusters as pools.

What is here is imported by workers that other programs have started: the environment is set before
anything below imports NumPy, which reads it then.
"""

from __future__ import annotations

from ..environment import set_defaults

set_defaults()
