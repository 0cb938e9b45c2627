"""The command line: parse, build, call one function, print."""

from stornello.cli.app import main

__all__ = ["main"]
