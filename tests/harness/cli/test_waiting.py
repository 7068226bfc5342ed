"""`plugproof precheck --wait`: a CSMS that is still starting is looked at until it answers, or the time is over."""

import asyncio
import threading
from http import HTTPStatus
from itertools import count
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from harness.cli.precheck import waiting
from harness.sut.reading import for_url
from tests.harness.support.command import Command, in_process

OF_A_STATION = """
[product]
sut = "charge_point"
[connection]
listen = "127.0.0.1:0"
[driver]
kind = "none"
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
"""


class Starting:
    """A server that answers so many handshakes with 503 before it takes stations in."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.handshakes = 0
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._is_up, self._is_over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serves()))

    def __enter__(self) -> "Starting":
        self._thread.start()
        assert self._is_up.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._is_over.set)
        self._thread.join(30)
        self._loop.close()

    def _answers(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes += 1
        if self.handshakes <= self.refusals:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "starting\n")
        return None

    async def _serves(self) -> None:
        async def goes(connection: ServerConnection) -> None:
            await connection.wait_closed()

        async with serve(
            goes,
            "127.0.0.1",
            0,
            subprotocols=[Subprotocol("ocpp1.6")],
            process_request=self._answers,
        ) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
            self._is_up.set()
            await self._is_over.wait()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BETWEEN_S", 0.01)


@pytest.fixture
def plugproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_process(tmp_path, monkeypatch, capfd, COLUMNS="100", NO_COLOR="1")


def test_who_is_starting_is_looked_at_until_it_takes_stations_in() -> None:
    with Starting(refusals=3) as csms:
        waiting.wait(for_url(csms.url, "TAG", "1.6"), 60)

        assert csms.handshakes == 4


def test_it_ends_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    ticks = count(step=6)
    monkeypatch.setattr(waiting, "monotonic", lambda: float(next(ticks)))  # it is 6 s later each time somebody looks
    with Starting(refusals=1_000_000) as csms:
        waiting.wait(for_url(csms.url, "TAG", "1.6"), 60)

        said = capfd.readouterr().err.splitlines()
        assert said == [f"waiting for {csms.url}: {waited} of 60 s" for waited in (6, 24, 42)]
        assert csms.handshakes == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--wait goes with --csms or --sut: the reference that comes along is waited for anyway"),
        (("--csms", "ws://127.0.0.1:1/ocpp"), "--wait: 'soon' is no duration; write it as 60s, 5m or 1h"),
    ],
)
def test_what_cannot_be_waited_for_is_a_sentence(plugproof: Command, arguments: tuple[str, ...], sentence: str) -> None:
    done = plugproof("precheck", "--wait", "soon", *arguments)

    assert (done.returncode, done.stderr) == (2, f"{sentence}\n")


def test_a_station_is_waited_for_otherwise(plugproof: Command, tmp_path: Path) -> None:
    (tmp_path / "sut.toml").write_text(OF_A_STATION)

    done = plugproof("precheck", "--wait", "60s", "--sut", "sut.toml")

    assert (done.returncode, done.stderr) == (
        2,
        "--wait is about a CSMS; how long a station is waited for says timeouts.reboot_s\n",
    )


def test_nobody_there_in_time_is_told_as_without_it(plugproof: Command) -> None:
    done = plugproof(
        "precheck", "--wait", "0.05s", "--csms", "ws://127.0.0.1:1/ocpp", "--case", "TC_001_CSMS", "--out", "out"
    )

    assert done.returncode == 3
    assert "127.0.0.1:1" in done.stderr
