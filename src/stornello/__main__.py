"""``python -m stornello``, and what the command ``stornello`` runs.

Imports nothing by itself: the producer's workers import their parent's main module, and need none of it.
"""


def run() -> None:
    """Run the command line."""
    from stornello.cli import main  # noqa: PLC0415 - see above

    main()


if __name__ == "__main__":
    run()
