"""Fallback chains: from the engines that a venue names, in order, to one answer.

Retry, backoff, circuit breaker, budget and the memory of what was paid for live here, once, for every engine alike.
"""

from stornello.chains.breaker import Breaker
from stornello.chains.chain import Chain, Link
from stornello.chains.guard import guarded
from stornello.chains.lyricist import ChainedLyricist, Said
from stornello.chains.transcriber import ChainedTranscriber

__all__ = ["Breaker", "Chain", "ChainedLyricist", "ChainedTranscriber", "Link", "Said", "guarded"]
