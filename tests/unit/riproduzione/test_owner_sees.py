"""What the owner sees of money and engines: the dashboard, its lines, and one look at the venue."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from pictures import NOW, a_busy_night, shown
from purses import a_ledger, a_song, paid
from stornello.domain.errors import JobHeldError
from stornello.domain.money import Budget
from stornello.domain.names import TableId
from stornello.domain.plain import Language, Plain
from stornello.riproduzione import telling
from stornello.riproduzione.view import View
from stornello.spool import engines, reasons
from stornello.spool.engines import EngineState
from stornello.spool.snapshot import Snapshot, Spent, look
from stornello.wording import money, owner
from venues import a_venue

TEN = Budget(10.0, 0.055, low_credits=100)
NO_CREDIT = EngineState(
    "studios",
    "kie",
    failures=1,
    away_until=(NOW + timedelta(minutes=10)).isoformat(),
    code="no-credit",
    why=Plain("Senza crediti.", "No credit."),
    credits=42.4,
)
AT = f"{NOW.astimezone() + timedelta(minutes=10):%H:%M}"
HELD = reasons.Reason(
    "7_213000_c0ffee",
    "order-unknown",
    Plain("Non si sa.", "Nobody knows."),
    Plain("Poi: stornello resolve LAVORO --not-paid", "Then: stornello resolve JOB --not-paid"),
    "1",
)


def a_night_of(euro: float, *states: EngineState, held: bool = False) -> Snapshot:
    seen = replace(a_busy_night(), errors=(), engines=states, spent=Spent(euro, {"paid": euro}))
    return replace(seen, held=(HELD,)) if held else seen


def text_of(seen: Snapshot, width: int = 80, height: int = 24, language: Language = "it", budget: Budget = TEN) -> str:
    lines = shown(View(seen, NOW, language, 2, 5, budget=budget), width, height)
    assert len(lines) == height
    assert max(map(cell_len, lines)) <= width
    return "\n".join(lines)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "it",
            (
                "Spesa 8,20 € su 10,00 € (82 %) ━",
                "si avvicina",
                f"kie (musica): senza crediti; riprovo alle {AT}",
                "42 crediti",
            ),
        ),
        (
            "en",
            (
                "Spent €8.20 of €10.00 (82%) ━",
                "cap is near",
                f"kie (music): no credit; trying again at {AT}",
                "42 credits",
            ),
        ),
    ],
)
def test_money_and_engines_that_are_away_are_on_the_picture(
    size: tuple[int, int], language: Language, words: tuple[str, ...]
) -> None:
    text = text_of(a_night_of(8.2, NO_CREDIT), *size, language=language)
    for word in words:
        assert word in text, word


def test_all_worries_at_once_are_told_or_counted_and_the_gravest_comes_first() -> None:
    seen = a_night_of(10.0, NO_CREDIT, replace(NO_CREDIT, engine="sunoapi", away_until=""), held=True)
    seen = replace(seen, errors=a_busy_night().errors)
    small, large = text_of(seen), text_of(seen, 200, 50)
    assert "e altre 2: stornello status" in small
    assert small.index("7_213000_c0ffee: decidi tu, stornello resolve.") < small.index("la casa lavora da sé")
    for word in ("resolve 7_213000_c0ffee --not-paid", "la casa lavora da sé", "sunoapi: solo 42 crediti, ricaricali"):
        assert word in large, word


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 29), (100, 30), (120, 30), (200, 50)])
def test_worries_take_no_line_that_is_not_there(size: tuple[int, int]) -> None:
    many = [replace(NO_CREDIT, engine=f"engine-{n}") for n in range(9)]
    for count in range(10):
        text = text_of(a_night_of(9.0, *many[:count], held=True), *size)
        assert "spazio pausa" in text.splitlines()[-1]
        assert "In sala" in text


@pytest.mark.parametrize("size", [(40, 12), (60, 18)])
def test_a_terminal_too_small_for_all_of_it_shows_what_fits(size: tuple[int, int]) -> None:
    assert "Sto" in text_of(a_night_of(9.0, NO_CREDIT, held=True), *size)


def test_a_night_that_costs_nothing_has_no_line_of_money() -> None:
    assert "Spesa" not in text_of(a_night_of(0.0), budget=Budget())
    assert "Spesa 0,50 €, nessun tetto" in text_of(a_night_of(0.5), budget=Budget())


@pytest.mark.parametrize(("euro", "percent"), [(9.999, "99 %"), (10.0, "100 %"), (2.9, "29 %"), (12.0, "120 %")])
def test_a_share_is_never_rounded_up(euro: float, percent: str) -> None:
    assert percent in money.spending(Spent(euro), TEN, "it")


def test_what_is_not_certain_yet_is_told() -> None:
    spent = Spent(1.0, {"paid": 0.5, "begun": 0.2, "unknown": 0.3})
    assert money.spending(spent, TEN, "en") == "€1.00 of €10.00 (10%), €0.50 of it under way or uncertain"


@pytest.mark.parametrize(
    ("engine", "why", "told"),
    [
        ("kie", "No credit.", "kie (music): no credit; "),
        ("kie", "Kie is in maintenance.", "kie (music): Kie is in maintenance; "),
        ("openai", "OpenAI does not answer.", "openai (music): OpenAI does not answer; "),
        ("own", "HTTP 502.", "own (music): HTTP 502; "),
        ("own", "\x1b[31mred\u202e.", "own (music): [31mred; "),
    ],
)
def test_why_an_engine_is_away_goes_on_after_its_name(engine: str, why: str, told: str) -> None:
    assert owner.away(replace(NO_CREDIT, engine=engine, why=Plain(why, why)), "en").startswith(told)


def test_an_engine_whose_time_is_over_is_not_away() -> None:
    later = replace(a_night_of(0.0, replace(NO_CREDIT, credits=None)))
    assert owner.worries(later, TEN, NOW + timedelta(minutes=11), "it") == []
    assert len(owner.worries(later, TEN, NOW, "it")) == 1


def test_lines_tell_each_change_once() -> None:
    calm, near, reached = a_night_of(1.0), a_night_of(8.0, NO_CREDIT), a_night_of(10.0, NO_CREDIT, held=True)

    def lines(before: Snapshot | None, after: Snapshot) -> list[str]:
        return telling.changes(before, after, "en", TEN)

    assert lines(calm, calm) == lines(near, near) == lines(reached, reached) == []
    assert lines(calm, near) == [
        f"{money.NEAR.en} €8.00 of €10.00 (80%)",
        f"kie (music): no credit; trying again at {AT}",
        "kie: only 42 credits left, top up",
    ]
    longer = replace(NO_CREDIT, failures=2, away_until=(NOW + timedelta(hours=1)).isoformat())
    assert lines(near, a_night_of(8.0, longer)) == []
    assert lines(near, reached) == [
        f"{money.REACHED.en} €10.00 of €10.00 (100%)",
        "7_213000_c0ffee: yours to decide, stornello resolve. Nobody knows. "
        "Then: stornello resolve 7_213000_c0ffee --not-paid",
    ]
    well = replace(NO_CREDIT, failures=0, away_until="", code="", why=None, credits=500.0)
    assert lines(near, a_night_of(8.0, well)) == ["kie (music): answers again"]
    assert lines(None, near)[-3:] == lines(calm, near)


KIE = (("kie", 0.055),)
TABLES = Budget(song=0.1, table=0.15, words=0.02, studios=KIE)


def a_night_by_table(**tables: float) -> Snapshot:
    by_table = {TableId(int(name[1:])): euro for name, euro in tables.items()}
    return replace(a_night_of(0.0), spent=Spent(sum(by_table.values()), by_table=by_table))


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(), "€0.50, no cap"),
        (Budget(song=0.055), "€0.50, caps: song €0.055"),
        (Budget(table=2), "€0.50, caps: table €2.00"),
        (Budget(10, song=0.1, table=2), "€0.50 of €10.00 (5%), caps: song €0.10, table €2.00"),
    ],
)
def test_the_caps_that_are_set_are_told(budget: Budget, told: str) -> None:
    assert money.spending(Spent(0.5), budget, "en") == told


def test_a_dashboard_with_only_a_tables_cap_does_not_say_that_there_is_none() -> None:
    text = text_of(a_night_by_table(t5=0.5), budget=TABLES)
    assert "Spesa 0,50 €, tetti: canzone 0,10 €, tavolo 0,15 €" in text
    assert "tetti: canzone" in text_of(a_night_of(0.0), budget=TABLES)


def test_a_table_whose_cap_does_not_take_its_next_song_is_told_on_every_screen() -> None:
    room, full = a_night_by_table(t5=0.075, t7=0.02), a_night_by_table(t5=0.08, t7=0.075)
    assert owner.worries(room, TABLES, NOW, "it") == []
    (worry,) = owner.worries(full, TABLES, NOW, "it")
    assert worry.text == "tavolo 5: tetto del tavolo raggiunto, le sue canzoni le fa la casa"
    for size in ((80, 24), (200, 50)):
        assert worry.text in text_of(full, *size, budget=TABLES)
    line = "table 5: the table's cap is reached, its songs are the house's"
    assert telling.changes(room, full, "en", TABLES) == [line]
    assert telling.changes(full, full, "en", TABLES) == []


def test_tables_that_are_full_together_share_a_line_but_not_a_moment() -> None:
    one, two = a_night_by_table(t5=1.0), a_night_by_table(t5=1.0, t12=1.0)
    (worry,) = owner.worries(two, TABLES, NOW, "en")
    assert worry.text == "tables 5, 12: the table's cap is reached, their songs are the house's"
    (line,) = telling.changes(one, two, "en", TABLES)
    assert line.startswith("table 12: ")


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(song=0.05, studios=KIE), ["the cap per song is lower than kie's price: kie is not asked"]),
        (
            Budget(song=0.06, words=0.02, studios=KIE),
            ["the cap per song is lower than kie's price with the words: kie is not asked"],
        ),
        (Budget(table=0.05, studios=KIE), ["the cap per table is lower than kie's price: kie is not asked"]),
        (Budget(song=0.055, table=0.055, studios=KIE), []),
        (Budget(song=0.0, table=0.0), []),
        (
            Budget(song=0.06, table=0.06, studios=(("dear", 1.0), *KIE)),
            [
                "the cap per song is lower than dear's price: dear is not asked",
                "the cap per table is lower than dear's price: dear is not asked",
            ],
        ),
    ],
)
def test_a_studio_that_a_cap_never_takes_is_told(budget: Budget, told: list[str]) -> None:
    seen = a_night_by_table(t5=0.0)
    assert [worry.text for worry in owner.worries(seen, budget, NOW, "en")] == told
    assert [line for line in telling.changes(None, seen, "en", budget) if "cap per" in line] == told


@pytest.mark.parametrize(("euro", "told"), [(9.99, money.NO_ROOM), (10.0, money.REACHED), (9.9, money.NEAR)])
def test_a_cap_with_a_little_left_is_not_called_reached(euro: float, told: Plain) -> None:
    assert told.it in [worry.text for worry in owner.worries(a_night_of(euro), TEN, NOW, "it")]
    lines = telling.changes(None, a_night_of(euro), "it", TEN)
    assert [line for line in lines if line.startswith(told.it)]


def test_one_look_tells_tonights_money_the_engines_and_what_is_held(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    ledger = a_ledger(venue.ledger)
    paid(ledger, 0.5)
    paid(ledger, 0.25, a_song("other"), end="unknown")
    paid(ledger, 9.0, end="free")
    (tonight,) = (ledger.folder / f"{ledger.tonight()[0].id[:10]}.jsonl",)
    with tonight.open("a") as file:
        file.write('{"torn')
    engines.change(venue.engines, "studios", "kie", lambda _: NO_CREDIT)
    (venue.held / HELD.name).mkdir()
    reasons.write(venue.held / HELD.name, JobHeldError(HELD.code, HELD.what, HELD.todo), NOW)
    seen = look(venue, NOW.date())
    assert seen.spent == Spent(0.75, {"paid": 0.5, "unknown": 0.25}, 1, {TableId(5): 0.75})
    assert seen.engines == (NO_CREDIT,)
    assert [reason.name for reason in seen.held] == [HELD.name]
    told = json.loads(json.dumps(seen.to_json()))
    by_state = {"paid": 0.5, "unknown": 0.25}
    assert told["spent"] == {"euro": 0.75, "by_state": by_state, "damaged": 1, "by_table": {"5": 0.75}}
    assert told["engines"][0]["why"] == {"it": "Senza crediti.", "en": "No credit."}
    assert told["held"][0]["code"] == "order-unknown"
    assert look(venue, NOW.date() + timedelta(days=1)).spent == look(venue).spent == Spent()
    assert any(worry.text.startswith("Nel registro") for worry in owner.worries(seen, TEN, NOW, "it"))


@pytest.mark.parametrize(
    "changed",
    [
        {"away_until": "soon"},
        {"away_until": "2026-11-23T20:00:00"},
        {"away_until": 5},
        {"credits": "many"},
        {"credits": float("nan")},
        {"failures": "three"},
        {"why": 5},
        {"more": 1},
    ],
)
def test_a_damaged_state_of_an_engine_reads_as_new(tmp_path: Path, changed: dict[str, object]) -> None:
    engines.change(tmp_path, "studios", "kie", lambda _: NO_CREDIT)
    file = tmp_path / "studios.kie.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    assert engines.read(tmp_path, "studios", "kie") == EngineState("studios", "kie")
    assert list(engines.read_all(tmp_path)) == [EngineState("studios", "kie")]
