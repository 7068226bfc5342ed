"""Security events: what is logged, what is told, and when (security white paper A04; rule SEC-16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from ocppj.peers.aio import OcppError
from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.station.security_events import ATTEMPTS, MAX_WAITING
from simulator.v16.profiles.security import SecurityEvents
from simulator.v16.profiles.security.events import CRITICAL, LOGGED, MAX_LOG, REPORTED
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import KEY

pytestmark = pytest.mark.asyncio

EVENT = "SecurityEventNotification"


@pytest_asyncio.fixture
async def station(start: StartStation, csms: ScriptedCsms) -> Station:
    station = await start(auth_key=KEY)
    csms.forget()
    return station


def events(csms: ScriptedCsms) -> list[str]:
    return [payload["type"] for payload in csms.payloads(EVENT)]


def log_of(station: Station) -> list[str]:
    text = station.features[SecurityEvents].text(None, None) or ""
    return [line.split(" ", 1)[1] for line in text.splitlines()]


async def test_sec_16_the_start_is_told_after_the_boot(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await start(auth_key=KEY)

    assert csms.actions == ["BootNotification", *["StatusNotification"] * 3, EVENT]
    assert csms.payloads(EVENT) == [{"type": "StartupOfTheDevice", "timestamp": "2026-01-01T00:00:00.000Z"}]


async def test_without_a_security_profile_nothing_is_told(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start()
    await station.security_event("TamperDetectionActivated")
    await clock.settle()

    assert events(csms) == []
    assert log_of(station) == ["StartupOfTheDevice", "TamperDetectionActivated"]


@pytest.mark.parametrize("type", sorted(LOGGED))
async def test_sec_16_every_event_is_logged_and_the_important_ones_are_told(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, type: str
) -> None:
    await clock.advance(90)
    await station.security_event(type, "x" * 300)
    await clock.settle()

    told = [{"type": type, "timestamp": "2026-01-01T00:01:30.000Z", "techInfo": "x" * 255}]
    assert csms.payloads(EVENT) == (told if type in REPORTED else [])
    assert log_of(station)[-1] == f"{type} {'x' * 300}"


async def test_an_event_nobody_knows_is_refused(station: Station) -> None:
    with pytest.raises(ValueError, match="'Boredom' is no security event; it is one of AttemptedReplayAttacks, "):
        await station.security_event("Boredom")


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
async def test_sec_16_a_reset_is_an_event(station: Station, csms: ScriptedCsms, clock: VirtualClock, kind: str) -> None:
    await csms.call("Reset", type=kind)
    await clock.advance(10)

    assert events(csms) == ["ResetOrReboot", "StartupOfTheDevice"]


async def test_a_loss_of_power_is_no_reset(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await station.cut_power()
    await station.restore_power()
    await clock.settle()

    assert events(csms) == ["StartupOfTheDevice"]


async def test_sec_16_a_new_time_of_day_is_an_event_with_the_new_time(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.set_clock(clock.now() + timedelta(hours=2))
    await clock.advance(60)
    await station.plug_in(1)
    await clock.settle()

    assert csms.payloads(EVENT) == [
        {
            "type": "SettingSystemTime",
            "timestamp": "2026-01-01T02:00:00.000Z",
            "techInfo": "the clock was set to 2026-01-01T02:00:00.000Z",
        }
    ]
    assert csms.payloads("StatusNotification")[0]["timestamp"] == "2026-01-01T02:01:00.000Z"


async def test_a_new_key_is_logged_and_not_told(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await csms.call("ChangeConfiguration", key="AuthorizationKey", value="00" * 16)
    await clock.settle()

    assert log_of(station)[-1] == "ReconfigurationOfSecurityParameters AuthorizationKey"
    assert events(csms) == []


async def test_sec_16_offline_events_wait_in_their_order(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.lose_network()
    for type in ("TamperDetectionActivated", "InvalidMessages", "MemoryExhaustion"):
        await clock.advance(10)
        await station.security_event(type)
    assert events(csms) == []
    await station.restore_network()
    await clock.settle()

    assert [(payload["type"], payload["timestamp"]) for payload in csms.payloads(EVENT)] == [
        ("TamperDetectionActivated", "2026-01-01T00:00:10.000Z"),
        ("MemoryExhaustion", "2026-01-01T00:00:30.000Z"),
    ]


async def test_sec_16_events_and_the_log_survive_the_process(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    first = await start(auth_key=KEY, store=memory.of("CP1"))
    await first.lose_network()
    await first.security_event("TamperDetectionActivated", "door")
    await first.stop()
    csms.forget()
    second = await start(auth_key=KEY, store=memory.of("CP1"))

    assert events(csms) == ["TamperDetectionActivated", "StartupOfTheDevice"]
    assert log_of(second) == ["StartupOfTheDevice", "TamperDetectionActivated door", "StartupOfTheDevice"]
    await second.stop()
    csms.forget()
    await start(auth_key=KEY, store=memory.of("CP1"))
    assert events(csms) == ["StartupOfTheDevice"]


async def test_sec_16_an_event_that_is_not_taken_is_told_again_and_then_given_up(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers[EVENT] = OcppError("NotImplemented")
    await station.security_event("TamperDetectionActivated")
    for _ in range(ATTEMPTS):
        await station.lose_network()
        await station.restore_network()
        await clock.settle()
    assert events(csms) == ["TamperDetectionActivated"] * ATTEMPTS
    csms.answers[EVENT] = {}
    csms.forget()
    await station.security_event("MemoryExhaustion")
    await clock.settle()

    assert events(csms) == ["MemoryExhaustion"]


async def test_sec_16_an_event_whose_answer_was_lost_is_told_again(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    async def lost(_: Any) -> dict[str, Any]:
        csms.answers[EVENT] = {}
        assert csms.peer is not None
        await csms.peer.abort()
        return {}

    csms.answers[EVENT] = lost
    await station.security_event("TamperDetectionActivated")
    await station.until(lambda s: not s.connected, within=5)
    await clock.advance(10)

    assert events(csms) == ["TamperDetectionActivated"] * 2


async def test_the_memory_for_events_is_bounded_and_critical_ones_stay(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.lose_network()
    await station.security_event("InvalidTLSVersion")
    for _ in range(MAX_WAITING + 5):
        await station.security_event("TamperDetectionActivated")
    for _ in range(MAX_LOG):
        await station.security_event("InvalidTLSVersion")
    assert station.features[SecurityEvents].waiting == MAX_WAITING
    assert len(log_of(station)) == MAX_LOG
    await station.restore_network()
    await clock.settle()

    assert events(csms) == ["TamperDetectionActivated"] * MAX_WAITING
    assert set(events(csms)) <= CRITICAL
