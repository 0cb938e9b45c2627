"""``python -m stornello``: the same as the command ``stornello``."""

from stornello.cli import main

if __name__ == "__main__":  # the producer's workers import their parent's main module
    main()
