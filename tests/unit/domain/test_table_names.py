"""Table and guest, from whatever people and recorders call their files."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stornello.domain.names import MAX_TABLE, Origin, TableId, guest_in, origin_of


@pytest.mark.parametrize(
    "name",
    [
        "5-anna.wav",
        "05_anna.wav",
        "tavolo5-anna.wav",
        "5/anna.wav",
        "table 5 anna.wav",
        "TAVOLO_05.anna.wav",
        "tav.5 anna.wav",
        "T5-anna.wav",
        "5anna.wav",
        "Tavolo 5/anna.wav",
        "005 - anna.mp3",
        " 5-anna.wav",
        "5-anna",
        "5/anna-3.wav",
        "5/01-anna.wav",
        "5-ANNA.wav".replace("NNA", "nna"),
        "5-rec-01-anna.wav",
        "5--anna--.wav",
    ],
)
def test_every_spelling_of_the_issue_names_table_5_and_anna(name: str) -> None:
    assert origin_of(name) == Origin(TableId(5), "Anna")


@pytest.mark.parametrize(
    "name",
    [
        *("anna.wav", "0-anna.wav", "00000-anna.wav", "10001-anna.wav", "99999999-anna.wav", "tavolo 99999999.wav"),
        *("20261123_203000.wav", "", ".", "/", "-.wav", "tavolo.wav", "²-a.wav", "../-.wav"),
    ],
)
def test_a_name_without_a_table_from_1_to_10000_tells_none(name: str) -> None:
    assert origin_of(name) is None


def test_ten_thousand_is_the_last_table() -> None:
    assert origin_of("10000-anna.wav") == origin_of("tavolo 0010000 anna.wav") == Origin(TableId(10_000), "Anna")


@pytest.mark.parametrize("name", ["5/2026-11-23 20.30.wav", "5/001.wav", "5/REC0007.wav", "tavolo 5/7.wav"])
def test_a_tables_folder_decides_whatever_the_recorder_counts_inside(name: str) -> None:
    assert origin_of(name) == Origin(TableId(5), "")


def test_a_folder_with_a_name_of_its_own_leaves_the_table_to_the_file() -> None:
    assert origin_of("5 amici/7-anna.wav") == Origin(TableId(7), "Anna")
    assert origin_of("serata/7-anna.wav") == Origin(TableId(7), "Anna")


@pytest.mark.parametrize(
    ("told", "guest"),
    [
        ("anna_maria rossi", "Anna Maria Rossi"),
        ("zoë", "Zoë"),
        (unicodedata.normalize("NFD", "zoë"), unicodedata.normalize("NFD", "Zoë")),
        ("d’angelo", "D’angelo"),
        ("नेहा", "नेहा"),
        ("李雷", "李雷"),
        ("nuova registrazione 12", ""),
        ("rec-01", ""),
        ("anna-2", "Anna"),
        ("'", ""),
        ("anna\x1b[31m\n", "Anna M"),
        ("PTT-20261123-WA0001", ""),
        ("a" * 400, "A" + "a" * 39),
    ],
)
def test_a_guest_is_written_as_one_would_write_it(told: str, guest: str) -> None:
    assert guest_in(told) == guest


def test_decomposed_names_of_a_mac_and_composed_ones_are_the_same_guest() -> None:
    assert origin_of(unicodedata.normalize("NFD", "5-zoë.wav")) == origin_of("5-zoë.wav") == Origin(TableId(5), "Zoë")


@given(st.text())
def test_no_name_whatever_raises_and_tables_are_1_to_10000(name: str) -> None:
    origin = origin_of(name)
    assert origin is None or 1 <= origin.table <= MAX_TABLE


@given(
    st.integers(1, MAX_TABLE), st.sampled_from(["", "0", "00", "tavolo", "table ", "T"]), st.text("-_ .", min_size=1)
)
def test_every_table_is_found_behind_any_prefix(table: int, prefix: str, between: str) -> None:
    origin = origin_of(f"{prefix}{table}{between}anna.wav")
    assert origin is not None
    assert (origin.table, origin.guest) == (table, "Anna")


@given(st.text())
def test_a_guests_name_is_short_plain_and_fits_a_file_name(text: str) -> None:
    guest = guest_in(text)
    assert len(guest) <= 40
    assert not any(char in guest for char in "/\\\n\r\x00_.0123456789")
    assert guest == guest.strip(" -'’") or len(guest) == 40
    guest.encode()
