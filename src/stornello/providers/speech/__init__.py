"""Engines that turn voices into text: :mod:`embedded` here, remote ones beside it."""
