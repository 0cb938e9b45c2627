"""From a decision to an error with sentences. What the service wrote is not repeated: it may quote the guests."""

from dataclasses import dataclass

from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    GenerationFailed,
    NotDelivered,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.domain.plain import AGAIN, Plain
from stornello.providers.music.kie.decisions import Decision, Do


@dataclass(frozen=True, slots=True)
class Service:
    """What people call the service, and the names of its settings."""

    title: str
    key: str
    address: str


def error_of(decision: Decision, service: Service, retry_after_s: float | None = None) -> ProviderError:
    """Return the error that stands for ``decision``, which must be neither COOKING nor DONE."""
    what, todo = (_filled(plain, service) for plain in _SENTENCES[decision.why])
    told = (decision.why, what, todo)
    match decision.do:
        case Do.UNREACHABLE | Do.NOT_DELIVERED:
            kind = NotDelivered if decision.do is Do.NOT_DELIVERED else ProviderUnreachable
            return kind(*told, retry_after_s=retry_after_s)
        case Do.UNKNOWN:
            return OutcomeUnknown(*told)
        case Do.SOFTEN:
            return ContentRefused(*told, charged=decision.charged)
        case Do.ACCOUNT:
            return AccountRefused(*told, charged=decision.charged)
        case Do.REFUSED:
            return ProviderRefused(*told, charged=decision.charged)
        case Do.RESUBMIT | Do.FAILED:
            return GenerationFailed(*told, again=decision.do is Do.RESUBMIT, charged=decision.charged)
    raise ValueError(decision)


def _filled(plain: Plain, service: Service) -> Plain:
    names = {"title": service.title, "key": service.key, "address": service.address}
    return Plain(plain.it.format(**names), plain.en.format(**names))


_RETRY = Plain("Per riprovare: stornello retry NOME", "To try again: stornello retry NAME")
_SENTENCES = {
    "studio-busy": (
        Plain("{title} chiede di aspettare: troppe richieste.", "{title} asks to wait: too many requests."),
        AGAIN,
    ),
    "studio-maintenance": (Plain("{title} è in manutenzione.", "{title} is under maintenance."), AGAIN),
    "studio-trouble": (Plain("{title} ha un guasto.", "{title} is in trouble."), AGAIN),
    "studio-unreachable": (
        Plain("{title} non risponde.", "{title} does not answer."),
        Plain(
            f"{AGAIN.it} Intanto controlla la rete e {{address}}.",
            f"{AGAIN.en} Meanwhile check the network and {{address}}.",
        ),
    ),
    "studio-unclear": (
        Plain("{title} risponde in modo incomprensibile.", "{title} answers what cannot be understood."),
        AGAIN,
    ),
    "studio-outcome-unknown": (
        Plain(
            "L'ordine a {title} è partito ma la risposta non è arrivata: può essere stato preso e pagato.",
            "The order went out to {title} but no answer came: it may have been taken and paid.",
        ),
        Plain(
            "Guarda sul sito di {title} se c'è, poi: stornello resolve NOME --paid ID, oppure --not-paid",
            "Look on {title}'s site whether it is there, then: stornello resolve NAME --paid ID, or --not-paid",
        ),
    ),
    "studio-key": (
        Plain("{title} non accetta la chiave.", "{title} does not accept the key."),
        Plain("Controlla {key}.", "Check {key}."),
    ),
    "studio-key-later": (
        Plain(
            "{title} non accetta più la chiave; la canzone è già ordinata.",
            "{title} accepts the key no more; the song is ordered already.",
        ),
        Plain(
            "Rimetti a posto {key}: la canzone si chiede ancora, da soli.",
            "Put {key} right: the song is asked for again, by itself.",
        ),
    ),
    "studio-key-missing": (
        Plain(
            "Per {title} manca la chiave, o non può essere una chiave.",
            "There is no key for {title}, or none that could be one.",
        ),
        Plain("Mettila nell'ambiente o in .env: {key}.", "Put it into the environment or .env: {key}."),
    ),
    "studio-no-credits": (
        Plain("Su {title} non ci sono più crediti.", "There are no credits left on {title}."),
        Plain("Ricarica il conto di {title}.", "Top up the account on {title}."),
    ),
    "studio-key-limit": (
        Plain("La chiave ha raggiunto il limite che le è stato dato.", "The key has reached the limit it was given."),
        Plain("Alza il limite sul sito di {title}, o cambia {key}.", "Raise it on {title}'s site, or change {key}."),
    ),
    "studio-words": (
        Plain("{title} rifiuta le parole della canzone.", "{title} refuses the song's words."),
        Plain("Si riscrivono più delicate, una volta sola.", "They are written again more gently, once."),
    ),
    "studio-invalid": (
        Plain("{title} rifiuta la richiesta.", "{title} refuses the request."),
        Plain("Controlla il modello nelle impostazioni.", "Check the model in the settings."),
    ),
    "studio-too-long": (
        Plain("Per {title} il testo è troppo lungo.", "The text is too long for {title}."),
        Plain("Accorcia il testo, o cambia modello.", "Shorten the text, or change the model."),
    ),
    "studio-address": (
        Plain("A quell'indirizzo {title} non c'è.", "{title} is not at that address."),
        Plain("Controlla {address} e il modello.", "Check {address} and the model."),
    ),
    "studio-no-id": (
        Plain("Questo non è un id di {title}.", "This is no id of {title}'s."),
        Plain("Copia l'id della canzone dal sito di {title}.", "Copy the song's id from {title}'s site."),
    ),
    "studio-not-created": (
        Plain("{title} non ha cominciato la canzone.", "{title} did not begin the song."),
        _RETRY,
    ),
    "studio-generation-failed": (
        Plain("{title} non è riuscito a fare la canzone.", "{title} could not make the song."),
        _RETRY,
    ),
    "audio-not-there": (
        Plain(
            "{title} dice che la canzone è pronta, ma non si riesce a scaricarla.",
            "{title} says that the song is ready, but it cannot be downloaded.",
        ),
        AGAIN,
    ),
}
