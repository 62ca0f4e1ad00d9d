"""Makes the golden datasets in the environment that the command line sets, and prints digests."""

from __future__ import annotations

import sys

from cousins.flows.environment import set_defaults

if __name__ == "__main__":
    set_defaults()
    from making import make  # NumPy reads the environment when it is imported.

    sys.stdout.write(make().text())
