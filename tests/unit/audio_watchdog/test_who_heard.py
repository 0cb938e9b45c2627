"""The journal learns which engine heard a recording, for the song's card and the report."""

from collections.abc import Sequence
from pathlib import Path

from stornello.domain.names import TableId
from stornello.seams import Hearing
from stornello.spool.journal import Journal
from venues import STORY, ScriptedTranscriber, a_claimed_note, a_venue, some_ears


class Named(ScriptedTranscriber):
    """Says which engine it is, as a chain does."""

    def hear(self, audio: Path, languages: Sequence[str], table: TableId, about: str) -> Hearing:
        del audio, table, about
        return Hearing(STORY, languages[0], 3.0, "openai (gpt-transcribe)")


def test_the_engine_that_heard_is_found_by_the_recordings_sha(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    some_ears(venue, Named()).attend(a_claimed_note(venue))
    (staged,) = venue.staged(TableId(5)).iterdir()
    sha = staged.name.split("_")[1]
    assert Journal(venue.journal).heard_by([sha]) == ("openai (gpt-transcribe)",)
    assert [row.engine for row in Journal(venue.journal).recordings()] == ["openai (gpt-transcribe)"]
