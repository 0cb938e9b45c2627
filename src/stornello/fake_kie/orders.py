"""Read a submit of either dialect and refuse what Kie refuses. Source: docs.kie.ai, and recorded traffic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Dialect = Literal["flat", "market"]
MODELS = {"V3_5", "V4", "V4_5", "V4_5PLUS", "V4_5ALL", "V5", "V5_5", "V6", "V6_MINI", "V6_WILD"}
_OLD = {"V3_5", "V4"}
_TITLE = 80
_PLAIN_PROMPT = 500
_SECONDS = (10, 360)


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered; ``seconds`` None leaves the length to the house."""

    dialect: Dialect
    model: str
    lyrics: str
    style: str
    title: str
    seconds: float | None

    @property
    def song(self) -> tuple[str, str, str]:
        """What makes two orders the same order."""
        return self.lyrics, self.style, self.title


class Invalid(Exception):  # noqa: N818 - Kie's own word is "validation error"
    """The order is refused; nothing is charged. ``too_long``: sunoapi has a code of its own for that."""

    def __init__(self, message: str, *, too_long: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.too_long = too_long


def read_flat(body: Mapping[str, object]) -> Order:
    """Read the flat dialect's submit.

    Raises:
        Invalid: Kie would refuse it.
    """
    if not _text(body, "callBackUrl"):
        raise Invalid("Please enter callBackUrl.")
    for name in ("customMode", "instrumental"):
        if not isinstance(body.get(name), bool):
            raise Invalid(f"{name} cannot be null.")
    order = _order("flat", body, "prompt")
    if not body["instrumental"] and not order.lyrics:
        raise Invalid("Please enter prompt.")
    if not body["customMode"]:
        _at_most(order.lyrics, _PLAIN_PROMPT, "prompt")
    return order


def read_market(body: Mapping[str, object]) -> Order:
    """Read the market dialect's submit.

    Raises:
        Invalid: Kie would refuse it.
    """
    if body.get("model") != "ai-music-api/generate":
        raise Invalid("The model is not supported.")
    wish = body.get("input")
    if not isinstance(wish, dict):
        raise Invalid("input cannot be null.")
    words = "lyrics" if wish.get("custom_mode") else "prompt"
    order = _order("market", wish, words)
    if not wish.get("instrumental") and not order.lyrics:
        raise Invalid(f"{words} cannot be empty.")
    return order


def _order(dialect: Dialect, wish: Mapping[str, object], words: str) -> Order:
    model = _text(wish, "model")
    if model not in MODELS:
        raise Invalid("The model is not supported.")
    order = Order(dialect, model, _text(wish, words), _text(wish, "style"), _text(wish, "title"), _seconds(wish))
    _at_most(order.lyrics, 3000 if model in _OLD else 5000, words)
    _at_most(order.style, 200 if model in _OLD else 1000, "style")
    _at_most(order.title, _TITLE, "title")
    return order


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid(f"{name} must be a string.")
    return (value or "").strip()


def _at_most(text: str, most: int, name: str) -> None:
    if len(text) > most:
        raise Invalid(f"{name} cannot exceed {most} characters.", too_long=True)


def _seconds(wish: Mapping[str, object]) -> float | None:
    value = wish.get("duration")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _SECONDS[0] <= value <= _SECONDS[1]:
        raise Invalid("duration must be between 10 and 360.")
    return float(value)
