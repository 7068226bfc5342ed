"""Registration and heartbeat: rules BOOT-01 to BOOT-07, CON-02, CON-08, CON-09."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from ocppj.peers.aio import CallTimeout, OcppError
from simulator import ConnectFailed, Station, VirtualClock
from simulator.wire.dialing import BackOff
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

STAMP = "2026-01-01T00:00:00Z"


def registration(*answers: tuple[str, int]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers to BootNotification one after the other, the last one for ever."""
    rest = list(answers)

    def answer(_: dict[str, Any]) -> dict[str, Any]:
        status, interval = rest.pop(0) if len(rest) > 1 else rest[0]
        return {"status": status, "currentTime": STAMP, "interval": interval}

    return answer


async def test_boot_01_boot_06_boot_comes_first_then_the_status_of_every_connector(
    start: StartStation, csms: ScriptedCsms
) -> None:
    station = await start(connectors=3, model="M1", vendor="V1")

    assert csms.received[0] == ("BootNotification", {"chargePointVendor": "V1", "chargePointModel": "M1"})
    assert [(p["connectorId"], p["status"]) for p in csms.payloads("StatusNotification")] == [
        (0, "Available"),
        (1, "Available"),
        (2, "Available"),
        (3, "Available"),
    ]
    assert station.registration == "Accepted"


async def test_con_02_the_identity_is_percent_encoded(start: StartStation, csms: ScriptedCsms) -> None:
    await start(id="RDAM 123/é")

    assert csms.paths == ["/ocpp/RDAM%20123%2F%C3%A9"]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_boot_02_the_next_boot_message_waits_for_the_interval(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, status: str
) -> None:
    csms.answers["BootNotification"] = registration((status, 10), ("Accepted", 60))
    station = await start()

    await clock.advance(9.9)
    assert csms.actions == ["BootNotification"]
    await clock.advance(0.1)
    assert csms.actions[:2] == ["BootNotification", "BootNotification"]
    assert station.registration == "Accepted"
    assert len(csms.payloads("StatusNotification")) == 3


async def test_boot_02_interval_0_means_an_own_pause_that_does_not_flood(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["BootNotification"] = registration(("Pending", 0))
    await start()

    await clock.advance(600)
    assert csms.actions == ["BootNotification"] * 11


async def test_boot_03_a_rejected_station_is_silent(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["BootNotification"] = registration(("Rejected", 600))
    csms.excused = {"RPC-13"}  # the silence is what 1.6 §4.2 asks for
    station = await start()
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    assert csms.peer is not None

    with pytest.raises(CallTimeout):
        await csms.peer.call("GetConfiguration", {}, timeout=0.1)
    await clock.advance(599)
    assert csms.actions == ["BootNotification"]


async def test_boot_04_a_pending_station_is_configured_but_not_started_remotely(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["BootNotification"] = registration(("Pending", 600))
    await start()

    answer = await csms.call("ChangeConfiguration", key="MeterValueSampleInterval", value="30")
    assert answer == {"status": "Accepted"}
    answer = await csms.call("GetConfiguration", key=["MeterValueSampleInterval"])
    assert answer["configurationKey"][0]["value"] == "30"
    assert await csms.call("RemoteStartTransaction", idTag="T", connectorId=1) == {"status": "Rejected"}
    assert await csms.call("RemoteStopTransaction", transactionId=1) == {"status": "Rejected"}
    await clock.advance(599)
    assert csms.actions == ["BootNotification"]


async def test_boot_without_a_usable_answer_is_repeated(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    rest = [OcppError("InternalError"), {"status": "Accepted", "currentTime": "soon", "interval": 1}]
    csms.answers["BootNotification"] = lambda _: (
        rest.pop(0) if rest else {"status": "Accepted", "currentTime": STAMP, "interval": 60}
    )
    station = Station(csms.url, id="CP1", clock=clock)
    problems = station.events.subscribe()
    booting = asyncio.create_task(station.start())
    async for event in problems:
        if event.kind == "problem":
            break
    await clock.advance(60 + 120)
    await booting

    assert csms.actions[:3] == ["BootNotification"] * 3
    assert station.registration == "Accepted"
    await station.stop()


async def test_boot_07_heartbeats_at_the_interval_for_a_day(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["BootNotification"] = registration(("Accepted", 600))
    station = await start()
    csms.forget()

    await clock.advance(86_400)
    assert csms.actions == ["Heartbeat"] * 144
    assert station.configuration["HeartbeatInterval"] == "600"


async def test_boot_07_another_call_takes_the_place_of_a_heartbeat(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(299)
    await station.plug_in(1)
    await clock.settle()
    await clock.advance(119)
    assert csms.actions == ["StatusNotification"]


async def test_boot_07_a_new_heartbeat_interval_holds_at_once(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await csms.call("ChangeConfiguration", key="HeartbeatInterval", value="10")

    await clock.advance(30)
    assert csms.actions == ["Heartbeat"] * 3


async def test_con_09_a_new_connection_is_no_boot(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    assert csms.peer is not None
    await csms.peer.close(1001, "maintenance")
    await station.until(lambda s: not s.connected)
    await clock.advance(2)

    assert station.online
    assert csms.connections == 2
    assert csms.actions == []


async def test_con_08_pauses_between_attempts_grow(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    pauses: list[float] = []
    station.events.listen(lambda e: pauses.append(e.details["pause"]) if "pause" in e.details else None)
    await csms.stop()
    await station.until(lambda s: not s.connected)
    await clock.advance(1000)

    assert len(pauses) >= 8
    assert all(later >= earlier for earlier, later in pairwise(pauses))
    assert pauses[-1] == BackOff().ceiling
    await csms.start()
    await clock.advance(120)
    assert station.online


async def test_con_08_a_station_nobody_knows_keeps_trying(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    failures: list[tuple[str, float]] = []
    station.events.listen(lambda e: failures.append((e.text, e.details["pause"])) if "pause" in e.details else None)
    csms.refuses = lambda request: 404
    assert csms.peer is not None
    await csms.peer.close(1001, "moved")
    await station.until(lambda s: not s.connected)
    await clock.advance(1000)

    texts, pauses = zip(*failures[1:], strict=True)
    assert len(texts) >= 8
    assert all("404" in text for text in texts)
    assert all(later >= earlier for earlier, later in pairwise(pauses))
    csms.refuses = lambda request: None
    await clock.advance(120)
    assert station.online
    assert csms.payloads("BootNotification") == []


async def test_a_refused_connection_is_one_sentence(csms: ScriptedCsms, clock: VirtualClock) -> None:
    await csms.stop()

    with pytest.raises(ConnectFailed, match="the connection was refused"):
        async with Station(csms.url, id="CP1", clock=clock):
            pytest.fail("there is nobody to connect to")


async def test_retry_waits_for_a_csms_that_comes_later(csms: ScriptedCsms, clock: VirtualClock) -> None:
    await csms.stop()
    station = Station(csms.url, id="CP1", clock=clock, retry=True)
    failures = station.events.subscribe()
    starting = asyncio.create_task(station.start())
    async for event in failures:
        if event.kind == "problem":
            break
    await csms.start()
    await clock.advance(5)
    await starting

    assert station.registration == "Accepted"
    await station.stop()


async def test_boot_02_a_new_connection_does_not_shorten_the_interval(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["BootNotification"] = registration(("Pending", 100), ("Accepted", 60))
    station = await start()
    assert csms.peer is not None
    await csms.peer.close(1001, "maintenance")
    await station.until(lambda s: not s.connected, within=5)
    await clock.advance(99)
    assert station.connected
    assert csms.actions == ["BootNotification"]
    await clock.advance(1)
    assert station.registration == "Accepted"


async def test_boot_02_an_interval_that_ends_without_a_connection_boots_with_the_next_one(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["BootNotification"] = registration(("Pending", 100), ("Accepted", 60))
    station = await start()
    await station.lose_network()
    await clock.advance(150)
    assert csms.actions == ["BootNotification"]
    await station.restore_network()
    await clock.settle()
    assert station.registration == "Accepted"


async def test_con_12_pings_at_the_interval_and_none_with_0(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(100)
    assert csms.pings == 0
    assert await csms.call("ChangeConfiguration", key="WebSocketPingInterval", value="10") == {"status": "Accepted"}
    await clock.advance(60)
    assert csms.pings == 6
    assert await csms.call("ChangeConfiguration", key="WebSocketPingInterval", value="-1") == {"status": "Rejected"}
    await csms.call("ChangeConfiguration", key="WebSocketPingInterval", value="0")
    await clock.advance(60)
    assert csms.pings == 6


async def test_con_12_pings_begin_anew_with_a_new_connection(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("WebSocketPingInterval", "10")
    await station.lose_network()
    await clock.advance(100)
    await station.restore_network()
    await clock.advance(20)
    assert csms.pings == 2
