"""In which language the program speaks."""

import pytest

from stornello.cli.speech import chosen


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["status", "--lang", "it"], {"LANG": "en_GB.UTF-8"}, "it"),
        (["status", "--lang=en"], {"LANG": "it_IT.UTF-8"}, "en"),
        (["status"], {"STORNELLO_LANG": "it", "LANG": "en_GB.UTF-8"}, "it"),
        (["status"], {"LANG": "it_IT.UTF-8"}, "it"),
        (["status"], {"LC_ALL": "it_CH.UTF-8", "LANG": "en_GB.UTF-8"}, "it"),
        (["status"], {"LC_ALL": "en_GB.UTF-8", "LANG": "it_IT.UTF-8"}, "en"),
        (["status"], {"LANG": "de_DE.UTF-8"}, "en"),
        (["status"], {}, "en"),
        (["status", "--lang"], {}, "en"),
    ],
)
def test_the_option_then_our_variable_then_the_locale(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert chosen(arguments, environment) == language
