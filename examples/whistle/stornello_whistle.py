"""A third party's studio for Stornello: whistles one note for every word. Shows the whole of a seam in one file."""

import json
import math
import wave
from array import array
from pathlib import Path

from stornello.domain.errors import ProviderRefused
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics, SungLine
from stornello.seams import RequestId, SongOrder, Take
from stornello.settings import Settings

RATE, NOTE_S = 22_050, 0.3
SCALE_HZ = (523.3, 587.3, 659.3, 784.0, 880.0)


def build(settings: Settings) -> "Whistle":
    """The entry point. A remote engine's own key and address are in ``os.environ``: stornello.toml knows ours only."""
    del settings
    return Whistle()


class Whistle:
    """A studio asks for two steps, so that what was paid for is found again after a crash."""

    name = "whistle"  # as the entry point
    is_paid = False  # True: every request is written into the ledger, capped and never repeated lightly

    def request(self, order: SongOrder) -> RequestId:
        """Order the song. A remote studio returns its server's task id; this one has the order itself for an id."""
        return RequestId(json.dumps({"lyrics": order.lyrics.to_json(), "seed": order.seed}))

    def collect(self, request: RequestId, into: Path) -> Take | None:
        """Deliver the song inside ``into``; None would say that it is still cooking."""
        try:
            order = json.loads(request)
            lyrics, seed = Lyrics.from_json(order["lyrics"]), int(order["seed"])
        except (KeyError, TypeError, ValueError):  # never a raw exception, and never what guests said
            what = Plain("Questa richiesta non è del fischietto.", "This request is none of the whistle's.")
            raise ProviderRefused("whistle-no-order", what, Plain("Chiedila di nuovo.", "Ask again.")) from None
        lines = [line for section in lyrics.sections for line in section.lines]
        sound, sung = array("h"), []
        for line in lines:
            sung.append(SungLine(len(sound) / RATE, line))
            for word in line.split():
                sound += _note(SCALE_HZ[(len(word) + seed) % len(SCALE_HZ)])
        audio = into / "whistle.wav"
        with wave.open(str(audio), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(sound.tobytes())
        return Take(audio, "whistle (a sine)", tuple(sung))


def _note(hertz: float) -> "array[int]":
    most = round(RATE * NOTE_S)
    swell = [math.sin(math.pi * n / most) for n in range(most)]
    return array("h", (round(9000 * gain * math.sin(math.tau * hertz * n / RATE)) for n, gain in enumerate(swell)))
