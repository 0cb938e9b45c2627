"""A service that keeps falling is told on every screen, as long as it falls and ``up`` lives."""

from datetime import UTC, datetime
from pathlib import Path

from fake_decks import HandClock
from stornello.domain.money import NO_BUDGET
from stornello.domain.plain import Language
from stornello.spool import falls
from stornello.spool.falls import Fall
from stornello.spool.locks import LifeLock
from stornello.spool.paths import Venue
from stornello.spool.snapshot import SERVICES, Lookout
from stornello.supervisor import Service, Supervisor
from stornello.wording import owner
from venues import a_venue


def worries(venue: Venue, language: Language) -> list[str]:
    seen = Lookout(venue).look()
    assert all(one["service"] in SERVICES for one in seen.to_json()["fallen"])
    return [worry.text for worry in owner.worries(seen, NO_BUDGET, datetime.now(UTC), language)]


def test_it_is_told_with_how_often_and_where_to_look(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    up = LifeLock(venue.run / "up.lock")
    assert up.take()
    falls.note(venue.run, Fall("watchdog", 3, -9))
    where = ".tmp_player/logs/watchdog.log"
    assert worries(venue, "en") == [f"Service 'ingestion': falls 3, last exit -9. See {where} and watchdog.out"]
    assert worries(venue, "it") == [f"Servizio «ascolto»: cadute 3, ultima uscita -9. Guarda {where} e watchdog.out"]
    up.release()
    assert worries(venue, "en") == [], "what a killed up has left says nothing of now"


def test_what_is_damaged_or_cannot_be_a_fall_tells_nothing(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    assert LifeLock(venue.run / "up.lock").take()
    for said in ("", "[]", "{}", '{"service": "watchdog", "times": "x", "exit": 1}', "\0" * 30):
        (venue.run / "watchdog.fell.json").write_text(said)
        assert worries(venue, "en") == []


def test_the_supervisor_tells_each_fall_until_the_service_was_well_for_a_minute(tmp_path: Path) -> None:
    venue, clock = a_venue(tmp_path), HandClock()
    assert LifeLock(venue.run / "up.lock").take()
    service = Service("producer", ["/bin/sh", "-c", "exit 7"])
    keeper = Supervisor([service], venue.logs, clock, venue.run)
    keeper.tick()
    for times in (1, 2):
        assert service.process
        service.process.wait()
        keeper.tick()  # the first fall is mended at once
        assert falls.look(venue.run, SERVICES) == (Fall("producer", times, 7),)
    service.command = ["/bin/sleep", "60"]
    clock.sleep(1.0)
    keeper.tick()  # it runs now
    clock.sleep(60.0)
    keeper.tick()
    assert falls.look(venue.run, SERVICES), "a minute is not over"
    clock.sleep(1.0)
    keeper.tick()
    assert falls.look(venue.run, SERVICES) == ()
    keeper.end()
