"""Endpoints with a query, and a user name of HTTP Basic authentication that is not the identity."""

from __future__ import annotations

import base64

import pytest

from simulator import Station, VirtualClock
from simulator.cli.main import main
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.dialler import Dialler
from simulator.options.station import station_of
from tests.simulator.options.reading import station_options
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

KEY = b"0123456789abcdef"
ANOTHER_NAME = {"SEC-02"}
"""The standard has the identity as the user name; whoever asks for another one has a CSMS of that habit."""


def user(csms: ScriptedCsms) -> tuple[str, str]:
    name, _, key = base64.b64decode(csms.handshakes[-1]["Authorization"].removeprefix("Basic ")).partition(b":")
    return name.decode(), key.decode()


@pytest.mark.asyncio
@pytest.mark.parametrize("fleet", [False, True], ids=["asyncio", "fleet"])
async def test_a_query_and_a_user_name_reach_the_csms(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, fleet: bool
) -> None:
    endpoint = f"{csms.url}/?tenant=7"
    monkeypatch.setattr(ScriptedCsms, "url", endpoint)
    csms.excused = ANOTHER_NAME
    await start(auth_key=KEY, auth_user="tenant-7", connect=Dialler(Tally(), clock).connect if fleet else None)

    assert csms.paths == ["/ocpp/CP1?tenant=7"]
    assert user(csms) == ("tenant-7", KEY.decode())


@pytest.mark.asyncio
async def test_a_new_key_keeps_the_user_name(start: StartStation, csms: ScriptedCsms, clock: VirtualClock) -> None:
    csms.excused = ANOTHER_NAME
    await start(auth_key=KEY, auth_user="tenant-7")
    await csms.call("ChangeConfiguration", key="AuthorizationKey", value="fedcba9876543210")
    await csms.until(lambda: csms.connections == 2)

    assert user(csms) == ("tenant-7", "fedcba9876543210")


@pytest.mark.asyncio
async def test_the_options_say_it(csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_KEY", KEY.decode())
    csms.excused = ANOTHER_NAME
    given = station_options(f"{csms.url}?tenant=7", "--auth-key-env", "STATION_KEY", "--auth-user", "tenant-7")
    station = station_of(given)
    assert isinstance(station, Station)
    async with station:
        pass

    assert csms.paths == ["/ocpp/CP1?tenant=7"]
    assert user(csms) == ("tenant-7", KEY.decode())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ws://127.0.0.1:1/ocpp", "--auth-user", "a:b"], "--auth-user a:b: the user name of HTTP Basic has no colon"),
        (["ws://127.0.0.1:1/ocpp#here"], "has no fragment"),
    ],
)
def test_what_cannot_be_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(arguments) == 2
    assert words in capsys.readouterr().err
