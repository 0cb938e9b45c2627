"""Suno's music through Kie, in both its dialects, and through sunoapi.org. See docs/decisions/kie-dialects.md."""

from stornello.providers.music.kie.building import build_flat, build_market, build_sunoapi

__all__ = ["build_flat", "build_market", "build_sunoapi"]
