"""The station takes over the time of the CSMS, where it is told to (OCPP 1.6 §4.2, §4.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator import Station, VirtualClock
from simulator.cli.main import main
from simulator.kernel.timekeeping import CsmsClock
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)  # where the clock of the tests begins


def says(csms: ScriptedCsms, seconds: float) -> None:
    """From now on the CSMS tells this time, in seconds after the station's midnight."""
    at = (MIDNIGHT + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    csms.answers["BootNotification"] = {"status": "Accepted", "currentTime": at, "interval": 100}
    csms.answers["Heartbeat"] = {"currentTime": at}


@pytest.mark.parametrize(
    ("rule", "after_boot", "after_heartbeat"),
    [("ignore", 0, 100), ("take", 30, 107), ("10", 30, 130), ("29.5", 30, 130), ("30", 0, 100), ("0", 30, 107)],
)
@pytest.mark.asyncio
async def test_the_time_is_taken_as_it_is_asked_for(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, rule: str, after_boot: int, after_heartbeat: int
) -> None:
    says(csms, 30)
    station = await start(csms_clock=CsmsClock.of(rule))
    assert station.csms_ahead == 30
    assert station.clock.now() == MIDNIGHT + timedelta(seconds=after_boot)

    says(csms, after_boot + 107 if after_heartbeat == 130 else 107)
    await clock.advance(100)
    assert "Heartbeat" in csms.actions
    assert station.clock.now() == MIDNIGHT + timedelta(seconds=after_heartbeat)


@pytest.mark.asyncio
async def test_what_follows_has_the_new_time(start: StartStation, csms: ScriptedCsms, clock: VirtualClock) -> None:
    says(csms, 3600)
    station = await start(csms_clock=CsmsClock.of("take"))
    csms.forget()
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()

    assert csms.payloads("StartTransaction")[0]["timestamp"] == "2026-01-01T01:00:00.000Z"
    assert station.state().csms_ahead == 3600


@pytest.mark.asyncio
async def test_a_heartbeat_that_was_asked_for_counts_too(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    says(csms, 0)
    station = await start(csms_clock=CsmsClock.of("5"))
    says(csms, 60)
    await csms.call("TriggerMessage", requestedMessage="Heartbeat")
    await csms.receives("Heartbeat")
    await clock.settle()

    assert station.clock.now() == MIDNIGHT + timedelta(seconds=60)


@pytest.mark.asyncio
async def test_only_a_change_that_matters_is_a_security_event(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    told: list[str] = []
    says(csms, 0)
    station = await start(csms_clock=CsmsClock.of("take"))
    station.events.listen(lambda event: told.append(event.text))
    says(csms, 100.5)
    await clock.advance(100)
    assert not [one for one in told if "clock" in one]
    assert station.clock.now() == MIDNIGHT + timedelta(seconds=100.5)

    says(csms, 150)
    await clock.advance(100)
    assert "the clock is set by -50.5 s to that of the CSMS" in told


@pytest.mark.asyncio
async def test_a_year_that_cannot_be_is_told_and_not_taken(start: StartStation, csms: ScriptedCsms) -> None:
    told: list[str] = []
    station = await start(csms_clock=CsmsClock.of("take"))
    before = station.clock.now()
    station.events.listen(lambda event: told.append(event.text))
    csms.answers["Heartbeat"] = {"currentTime": "9999-12-31T23:59:59-05:00"}
    await csms.call("TriggerMessage", requestedMessage="Heartbeat")
    await csms.receives("Heartbeat")
    await station.delivered()

    assert station.clock.now() == before
    assert "the CSMS says that it is 9999-12-31T23:59:59-05:00; the clock is not set to that" in told


@pytest.mark.asyncio
async def test_a_clock_that_is_set_a_thousand_times_is_asked_once(station: Station) -> None:
    for number in range(2000):
        await station.set_clock(MIDNIGHT + timedelta(seconds=number))

    assert station.clock.now() == MIDNIGHT + timedelta(seconds=1999)


@pytest.mark.parametrize("text", ["never", "-1", "nan", "inf"])
def test_what_is_no_rule_is_refused(capsys: pytest.CaptureFixture[str], text: str) -> None:
    code = main(["ws://127.0.0.1:1/ocpp", "--csms-clock", text])

    assert code == 2
    assert "is none of ignore, take, or the seconds above which it is taken" in capsys.readouterr().err
