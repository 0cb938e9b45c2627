"""The studios as the settings want them: what the entry points call."""

from pydantic import SecretStr

from stornello.domain.clock import SystemClock
from stornello.providers.download import Downloads
from stornello.providers.music.kie import decisions, orders, progress
from stornello.providers.music.kie.client import Api
from stornello.providers.music.kie.studio import Addresses, KieStudio
from stornello.providers.music.kie.takes import Fetch
from stornello.providers.music.kie.telling import Service
from stornello.settings import Settings

_KIE = Service("Kie", "KIE_API_KEY", "KIE_BASE_URL")
_SUNOAPI = Service("sunoapi.org", "SUNOAPI_API_KEY", "SUNOAPI_BASE_URL")
_KIE_CREDITS = "/api/v1/chat/credit"


def build_market(settings: Settings) -> KieStudio:
    """Build the studio ``kie``: Kie's current API."""
    addresses = Addresses(
        "/api/v1/jobs/createTask",
        "/api/v1/jobs/recordInfo",
        _KIE_CREDITS,
        lambda lyrics: orders.market(lyrics, settings),
        progress.market,
    )
    api = _api("market", _KIE, settings.kie_base_url, settings.kie_api_key, settings)
    return KieStudio(f"kie {settings.kie_model}", addresses, api, _fetch(api, settings))


def build_flat(settings: Settings) -> KieStudio:
    """Build the studio ``kie-flat``: Kie's earlier API."""
    api = _api("flat", _KIE, settings.kie_base_url, settings.kie_api_key, settings)
    return _flat("kie-flat", _KIE_CREDITS, api, settings)


def build_sunoapi(settings: Settings) -> KieStudio:
    """Build the studio ``sunoapi``: the flat dialect of sunoapi.org, with codes of its own."""
    api = _api("sunoapi", _SUNOAPI, settings.sunoapi_base_url, settings.sunoapi_api_key, settings)
    return _flat("sunoapi", "/api/v1/generate/credit", api, settings)


def _flat(name: str, credits_: str, api: Api, settings: Settings) -> KieStudio:
    addresses = Addresses(
        "/api/v1/generate",
        "/api/v1/generate/record-info",
        credits_,
        lambda lyrics: orders.flat(lyrics, settings),
        progress.flat,
    )
    return KieStudio(f"{name} {settings.kie_flat_model}", addresses, api, _fetch(api, settings))


def _fetch(api: Api, settings: Settings) -> Fetch:
    return Downloads.of(settings, api.base).fetch


def _api(dialect: decisions.Dialect, service: Service, base: str, key: SecretStr | None, settings: Settings) -> Api:
    return Api(dialect, service, base, key, settings.request_timeout_seconds, SystemClock())
