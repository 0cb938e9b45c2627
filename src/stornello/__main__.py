"""``python -m stornello``, and what the command ``stornello`` runs.

Imports next to nothing by itself: the producer's workers import their parent's main module, and need none of it.
"""

import os

_NO_PLUGINS = ("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""What else is installed may neither see our settings, where the keys are, nor be looked for at each start."""


def run() -> None:
    """Run the command line."""
    os.environ.setdefault(*_NO_PLUGINS)
    from stornello.cli import main  # noqa: PLC0415 - see above

    main()


if __name__ == "__main__":
    run()
