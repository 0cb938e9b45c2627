"""Every command, as people call it: plain sentences, exit codes, no traceback."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from night import INSTANT, Night, setting_names, wait_until
from stornello import __version__, models
from stornello.spool.snapshot import SERVICES

COMMANDS = (
    "up",
    "watchdog",
    "producer",
    "generate-song",
    "riproduzione",
    "dashboard",
    "demo",
    "status",
    "report",
    "resolve",
    "fake-kie",
    "retry",
    "queue",
    "models",
    "doctor",
    "init",
    "config",
)

WITHOUT_ENGINES = """
import sys
from importlib.machinery import PathFinder

class Light(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.split(".")[0] in {"faster_whisper", "midirenderer", "pedalboard", "pyworld"}
        return None if hidden else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Light
"""
"""Makes any Python a light venue's, without the embedded extra."""


def check_plain(night: Night, *command: str, says: str, code: int = 1) -> str:
    """Run a command that cannot work: it says why in a plain sentence on stderr, and no more."""
    done = night.run(*command)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


def a_job(night: Night, told: str = "we were all here together") -> Path:
    """Lay down a claimed job."""
    job = night.venue.jobs / "5_203000_a1b2c3"
    (job / "transcripts").mkdir(parents=True)
    (job / "transcripts" / "anna.txt").write_text(told)
    return job


@pytest.fixture
def venue(night: Night) -> Night:
    """An opened venue."""
    assert night.run("init").returncode == 0
    return night


def test_the_version(night: Night) -> None:
    assert night.run("--version", bare=True).stdout.strip() == f"stornello {__version__}"


def every_help(night: Night, language: str) -> dict[str, str]:
    """Return what every command says to ``--help``: they are one process's, since a start each takes long."""
    script = """
import json, sys
from importlib import import_module
from typer.testing import CliRunner
from stornello.cli.app import ROOMS, app
for room in ROOMS:
    import_module(f"stornello.cli.{room}").register(app)
asked = {name: CliRunner().invoke(app, [name, "--help"]) for room in ROOMS.values() for name in room}
print(json.dumps({name: help.stdout for name, help in asked.items() if (help.exit_code, help.stderr) == (0, "")}))
"""
    command = [sys.executable, "-c", script, "--lang", language]
    done = subprocess.run(command, env=night.environment, capture_output=True, text=True, timeout=60, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(("language", "word"), [("it", "Lingua dei messaggi"), ("en", "Language of the messages")])
def test_every_command_explains_itself(night: Night, language: str, word: str) -> None:
    overview = night.run("--lang", language, "--help", bare=True).stdout
    helps = every_help(night, language)
    assert set(COMMANDS) <= set(helps)
    for command, text in helps.items():
        assert f"\n  {command} " in overview
        if "\nCommands:" not in text:
            assert word in text
            assert "--folder" in text
    itself = night.run("resolve", "--help", "--lang", language, bare=True)
    assert (itself.returncode, itself.stderr) == (0, "")
    assert word in itself.stdout


def test_the_language_may_be_told_before_or_after_the_command(venue: Night) -> None:
    assert "Canzoni stasera" in venue.run("status", "--lang", "it").stdout
    assert "Canzoni stasera" in venue.run("--lang", "it", "status").stdout
    venue.settings |= {"LANG": "it_IT.UTF-8"}
    assert "Canzoni stasera" in venue.run("status").stdout
    assert "Songs tonight" in venue.run("status", "--lang", "en").stdout


def test_a_venue_is_opened_once_and_its_settings_are_never_overwritten(night: Night) -> None:
    assert night.run("init").returncode == 0
    written = night.venue.settings.read_text()
    assert tomllib.loads(written) == {}, "everything is commented out"
    assert all(f"# {name} = " in written for name in setting_names())
    night.venue.settings.write_text("max_workers = 2\n")
    again = night.run("init")
    assert again.returncode == 0
    assert "stays as it is" in again.stdout
    assert night.venue.settings.read_text() == "max_workers = 2\n"


def test_config_shows_what_is_in_force_and_never_a_key(venue: Night) -> None:
    venue.venue.settings.write_text("max_workers = 3\n")
    venue.settings |= {"MAX_QUEUE_SIZE": "9", "OPENAI_API_KEY": "sk-very-secret"}
    shown = venue.run("config").stdout
    values = {line.split()[0]: line.split()[1] for line in shown.splitlines() if len(line.split()) > 1}
    assert (values["max_workers"], values["max_queue_size"], values["openai_api_key"]) == ("3", "9", "present")
    assert "secret" not in shown


def test_status_is_for_people_and_for_programs(venue: Night) -> None:
    table = venue.venue.work_in_progress / "5"
    table.mkdir()
    (table / "anna.txt").write_text("we were here")
    assert "Notes waiting, table 5: 1" in venue.run("status").stdout
    told = json.loads(venue.run("status", "--json").stdout)
    assert told["waiting"]["5"]["notes"] == 1
    assert told["running"] == dict.fromkeys(SERVICES, False)


def test_an_empty_queue_is_said(venue: Night) -> None:
    assert venue.run("queue").stdout.strip() == "The queue is empty."


def test_the_models_are_listed_and_where_they_are(night: Night) -> None:
    listed = night.run("models", "list", bare=True)
    assert listed.returncode == 0
    assert all(name.split("-")[0] in listed.stdout for name in models.names())
    assert night.run("models", "path", bare=True).stdout.strip() == str(models.folder())
    for command in ("fetch", "verify", "path", "list"):
        help_text = night.run("models", command, "--help", bare=True).stdout
        assert "--folder" in help_text
        assert "--lang" in help_text


def test_doctor_is_content_here_and_says_how_to_mend_what_is_missing(venue: Night) -> None:
    well = venue.run("doctor")
    assert well.returncode == 0, well.stdout
    assert "mpv answers" in well.stdout
    venue.settings |= {"PATH": "/nonexistent", "OPENAI_API_KEY": "sk-very-secret"}
    ill = venue.run("doctor")
    assert ill.returncode == 1
    assert "ffmpeg is missing." in ill.stdout
    assert "apt install mpv" in ill.stdout
    assert "secret" not in ill.stdout + ill.stderr
    assert "Traceback" not in ill.stderr


def test_a_folder_that_is_none_is_said(night: Night) -> None:
    night.folder.write_text("a file")
    for command in ("init", "status", "up", "config", "producer", "doctor"):
        check_plain(night, command, says="is not a folder")


def test_a_folder_that_cannot_be_made_is_said(night: Night) -> None:
    night.folder = Path("/proc/no/venue")
    check_plain(night, "init", says="cannot be written")


def test_a_place_without_a_venue_is_said(night: Night) -> None:
    for command in (["status"], ["queue"], ["retry", "x"], ["up"]):
        check_plain(night, *command, says="There is no venue")
    assert not night.folder.exists(), "looking changes nothing"


def test_an_unknown_setting_names_the_nearest(venue: Night) -> None:
    venue.venue.settings.write_text("max_workerz = 2\n")
    check_plain(venue, "up", says="Did you mean max_workers?")
    venue.venue.settings.unlink()
    venue.settings |= {"STORNELLO_MAX_QUEUE": "2"}
    check_plain(venue, "config", says="Did you mean max_queue_size?")


@pytest.mark.parametrize("toml", ["max_workers = = 2", "\x00", "max_workers = 0", "languages = ['xx']", "[a]\nb = 1"])
def test_settings_that_do_not_hold_are_said(venue: Night, toml: str) -> None:
    venue.venue.settings.write_text(toml)
    said = check_plain(venue, "watchdog", says="")
    assert said.count("\n") <= 2
    assert "stornello" in said


def test_an_unknown_engine_is_said_with_those_there_are(venue: Night) -> None:
    venue.settings |= INSTANT | {"STORNELLO_TRANSCRIBER": "telepathy"}
    for service in ("watchdog", "up"):
        said = check_plain(venue, service, says="There is no engine 'telepathy'")
        assert "embedded, instant" in said


def test_nothing_to_retry_is_said(venue: Night) -> None:
    check_plain(venue, "retry", "5_203000_a1b2c3", says="Nothing that was set aside")


@pytest.mark.parametrize("job", ["nowhere", ".tmp_player/jobs/5_203000_a1b2c3", "FROM_TABLES"])
def test_a_job_that_is_none_is_said(venue: Night, job: str) -> None:
    check_plain(venue, "generate-song", str(venue.folder / job), says="is not a job's folder")


def test_a_wrong_call_is_told_from_a_failure(venue: Night) -> None:
    check_plain(venue, "dance", says="No such command", code=2)
    check_plain(venue, "retry", says="Missing argument", code=2)
    check_plain(venue, "status", "--lang", "de", says="de", code=2)


def test_a_demo_wants_a_new_folder_and_recordings_that_are_there(venue: Night, tmp_path: Path) -> None:
    check_plain(venue, "demo", says="is not empty")
    check_plain(venue, "demo", "--recordings", str(tmp_path / "none"), says="There are no recordings")


def test_a_job_is_made_by_hand(venue: Night) -> None:
    venue.settings |= INSTANT
    job = a_job(venue)
    done = venue.run("generate-song", str(job))
    assert done.returncode == 0, done.stderr
    assert "MILESTONE: DONE" in done.stdout
    assert (venue.venue.songs / "5_203000_a1b2c3.json").exists()


def test_a_song_by_hand_where_the_engines_are_not_installed_says_how_to_mend_it(venue: Night, tmp_path: Path) -> None:
    light = tmp_path / "light"
    light.mkdir()
    (light / "sitecustomize.py").write_text(WITHOUT_ENGINES)
    venue.settings |= {"PYTHONPATH": str(light)}
    job = a_job(venue)
    check_plain(venue, "generate-song", str(job), says="pip install 'stornello[embedded]'", code=3)
    assert (job / "reason.json").exists()


@pytest.mark.parametrize("bug", [{}, {"DOUBLES_BUG": "1"}])
def test_what_guests_say_is_in_no_log(venue: Night, bug: dict[str, str]) -> None:
    venue.settings |= INSTANT | bug
    job = a_job(venue, "Persephone told everybody")
    done = venue.run("generate-song", str(job))
    logs = "".join(path.read_text() for path in venue.venue.logs.iterdir())
    assert "Persephone" not in done.stdout + done.stderr + logs
    assert done.returncode == (3 if bug else 0)
    assert ("ValueError at stornello_doubles.py" in done.stderr) == bool(bug), "an operator learns where it was"


def test_up_tells_in_lines_what_happens_where_there_is_no_terminal(night: Night) -> None:
    night.settings |= INSTANT | {"STORNELLO_SOUND_OUTPUT": "null"}
    night.venue.open()
    begun = night.start("up", "--lang", "it")
    said = night.folder.parent / "up.said"
    wait_until(lambda: "musica: in funzione" in said.read_text(), 30)
    assert f"Locale: {night.folder}" in said.read_text()
    begun.terminate()
    assert begun.wait(5) == 0
    assert "Traceback" not in said.read_text()
