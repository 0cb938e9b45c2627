"""stornello devices: which card a name means, and what is remembered."""

from pathlib import Path

import pytest

from stornello.cli.devices import the_one
from stornello.domain.errors import StornelloError
from stornello.seams import Output
from stornello.spool import sound
from stornello.spool.paths import Venue


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    venue = Venue(tmp_path)
    venue.open()
    return venue


CARDS = (
    Output("auto", "Autoselect device"),
    Output("pulse/usb-1", "Scarlett 2i2 USB"),
    Output("pulse/pci-1", "Built-in Audio"),
    Output("pulse/pci-10", "HDMI"),
)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("scarlett", "pulse/usb-1"), ("USB-1", "pulse/usb-1"), ("pulse/pci-1", "pulse/pci-1"), ("auto", "auto")],
)
def test_a_device_is_meant_by_its_name_or_by_a_part_that_only_it_has(name: str, meant: str) -> None:
    assert the_one(CARDS, name).name == meant


@pytest.mark.parametrize(("name", "code"), [("focusrite", "no-such-device"), ("pulse/", "several-devices")])
def test_a_name_that_no_card_or_several_have_is_refused(name: str, code: str) -> None:
    with pytest.raises(StornelloError) as refused:
        the_one(CARDS, name)
    assert refused.value.code == code


def test_the_device_that_was_chosen_wins_over_the_setting(venue: Venue) -> None:
    assert sound.chosen(venue, "pulse/pci-1") == "pulse/pci-1"
    sound.remember(venue, "pulse/usb-1")
    assert sound.chosen(venue, "pulse/pci-1") == "pulse/usb-1"


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"device": 3}', '{"device": ""}', "[" * 50_000, "\0"])
def test_a_damaged_memory_of_the_device_is_none(venue: Venue, damaged: str) -> None:
    (venue.scratch / "sound.json").write_text(damaged)
    assert sound.remembered(venue) is None
