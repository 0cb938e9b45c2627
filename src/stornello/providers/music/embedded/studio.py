"""The embedded studio: an order in, a mastered song out, with nothing but this machine."""

import json
from collections.abc import Callable
from pathlib import Path

from stornello.domain.errors import ProviderRefused
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics
from stornello.providers.music.embedded.fast_voice import FastVoice
from stornello.providers.music.embedded.master import write_mp3
from stornello.providers.music.embedded.session import compose, record
from stornello.providers.music.embedded.singer import Singer
from stornello.seams import RequestId, SongOrder, Take


class EmbeddedStudio:
    """Composes, plays and sings on this machine. The request carries the whole order: nothing else need survive.

    Args:
        soundfont: gives the path of a General MIDI SoundFont; called when a song is rendered, not before.
        singer: who sings; the fast voice when nobody else is given.
    """

    name = "embedded"
    is_paid = False

    def __init__(self, soundfont: Callable[[], Path], singer: Singer | None = None) -> None:
        self._soundfont = soundfont
        self._singer = singer or FastVoice()

    def request(self, order: SongOrder) -> RequestId:
        """Return the order itself as JSON: it can be rendered after any restart."""
        return RequestId(json.dumps({"lyrics": order.lyrics.to_json(), "seed": order.seed}, ensure_ascii=False))

    def collect(self, request: RequestId, into: Path) -> Take:
        """Render the song to ``song.mp3`` (48 kHz stereo) in ``into``; the same request gives the same bytes.

        Raises:
            ProviderRefused: the request is not one of this studio's, or no line of it can be sung.
        """
        order = _order(request)
        song = compose(order.lyrics, order.seed, self._singer)
        if song is None:
            raise _nothing_to_sing()
        audio = into / "song.mp3"
        write_mp3(record(song, self._singer, self._soundfont()), audio)
        return Take(audio, self._singer.engine, song.synced_lyrics())


def _order(request: RequestId) -> SongOrder:
    try:
        data = json.loads(request)
        return SongOrder(Lyrics.from_json(data["lyrics"]), int(data["seed"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderRefused(
            "not-an-order",
            Plain(
                "Questa richiesta non è dello studio incorporato.", "This request is not one of the embedded studio's."
            ),
            Plain("Chiedi di nuovo la canzone.", "Ask for the song again."),
        ) from error


def _nothing_to_sing() -> ProviderRefused:
    return ProviderRefused(
        "nothing-to-sing",
        Plain("In questo testo non c'è niente da cantare.", "There is nothing in these lyrics that can be sung."),
        Plain("Scrivi almeno una riga di parole in lettere latine.", "Write at least one line in Latin letters."),
    )
