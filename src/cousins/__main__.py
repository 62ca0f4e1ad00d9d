"""The command `cousins`, and `python -m cousins`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; interruptions are handled from here on."""
    from .flows import signals

    signals.install()
    try:
        from .flows.cli import main as run

        run()
    except KeyboardInterrupt as error:
        signals.say()
        sys.exit(signals.exit_code(error))
    except SystemExit:
        # Between two commands' own handlers, the parser ends by itself without our sentence.
        if signals.received() is None:
            raise
        signals.say()
        sys.exit(signals.exit_code())


if __name__ == "__main__":
    main()
