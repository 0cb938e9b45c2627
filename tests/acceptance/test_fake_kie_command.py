"""``stornello fake-kie`` as somebody without credit starts it."""

import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from kie_orders import a_flat_order, a_market_order
from servers.kie import STORNELLO, fake_kie
from stornello.fake_kie import SCENARIOS


def test_it_takes_orders_and_tells_another_process_what_it_has_seen() -> None:
    with fake_kie() as kie, httpx2.Client(base_url=kie.url, headers={"Authorization": "Bearer fake"}) as client:
        kie.next("submit-402", "submit-html-502-accepted")
        codes = [client.post("/api/v1/jobs/createTask", json=a_market_order()).status_code for _ in range(2)]
        task = client.post("/api/v1/generate", json=a_flat_order(title="Anna")).json()["data"]["taskId"]
        state = kie.state()

        assert codes == [200, 502]
        assert (kie.charges, kie.paid_twice, kie.accepted[-1]) == (2, 0, task)
        assert state["titles"] == ["Marta", "Anna"]
        assert kie.requests == {"/api/v1/jobs/createTask": 2, "/api/v1/generate": 1}
        kie.reset()
        assert kie.charges == 0


def test_it_says_in_plain_words_what_happens_and_nothing_of_what_guests_said() -> None:
    with fake_kie() as kie, httpx2.Client(base_url=kie.url, headers={"Authorization": "Bearer s3cret"}) as client:
        kie.next("submit-402")
        for title in ("Marta", "Anna"):
            client.post("/api/v1/generate", json=a_flat_order(title=title))

    said = "".join(kie.said)
    assert f"KIE_BASE_URL={kie.url} KIE_API_KEY=fake stornello up" in said
    assert "POST /api/v1/generate  not accepted (submit-402: no credits)" in said
    assert "POST /api/v1/generate  accepted and charged" in said
    assert "Songs charged: 1; paid twice: 0." in said
    assert not any(word in said for word in ("Marta", "Anna", "tavolo", "s3cret"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_it_cleanly_even_while_it_is_slow_to_answer(how: signal.Signals) -> None:
    with (
        fake_kie("--scenario", "submit-slow") as kie,
        httpx2.Client(base_url=kie.url, headers={"Authorization": "Bearer fake"}) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        pending = pool.submit(client.post, "/api/v1/generate", json=a_flat_order())
        while not kie.charges:
            pass
        os.kill(kie.process.pid, how)
        assert kie.process.wait(timeout=20) == 0
        assert pending.exception() or pending.result().status_code == 200


def test_every_scenario_is_listed_in_both_languages() -> None:
    listed = {language: _run("--list", "--lang", language).stdout for language in ("it", "en")}

    assert all(name in text for text in listed.values() for name in SCENARIOS)
    assert "crediti finiti" in listed["it"]
    assert "no credits" in listed["en"]


def test_a_scenario_that_is_none_and_a_port_that_is_taken_are_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = _run("--port", str(taken.getsockname()[1]), "--lang", "en")
    unknown = _run("--scenario", "sunny", "--lang", "en")

    assert (busy.returncode, unknown.returncode) == (1, 1)
    assert "Choose another port with --port." in busy.stderr
    assert "There is no scenario sunny." in unknown.stderr


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([STORNELLO, "fake-kie", *options], capture_output=True, text=True, timeout=60, check=False)
