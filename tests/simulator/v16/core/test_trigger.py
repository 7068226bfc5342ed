"""TriggerMessage and DataTransfer: rules TRG-01, MV-09, BOOT-04, BOOT-10, DT-01."""

from typing import Any

import pytest

from ocppj.evidence.trace import Trace
from ocppj.peers.aio import OcppError
from simulator import NotPossible, Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio


async def trigger(csms: ScriptedCsms, message: str, **connector: int) -> str:
    return (await csms.call("TriggerMessage", requestedMessage=message, **connector))["status"]


async def test_trg_01_the_answer_leaves_before_the_message(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    trace = Trace()
    await start(trace=trace)
    assert await trigger(csms, "Heartbeat", connectorId=99) == "Accepted"  # a connector is irrelevant here
    await csms.receives("Heartbeat")
    await clock.settle()

    asked, answer, message, _ = [entry.text or "" for entry in trace.entries if entry.kind == "frame"][-4:]
    assert '"TriggerMessage"' in asked
    assert '"Accepted"' in answer
    assert '"Heartbeat"' in message


@pytest.mark.parametrize(("connector", "told"), [({}, [0, 1, 2]), ({"connectorId": 0}, [0]), ({"connectorId": 2}, [2])])
async def test_trg_01_status(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, connector: dict, told: list[int]
) -> None:
    assert await trigger(csms, "StatusNotification", **connector) == "Accepted"
    await clock.settle()
    assert [payload["connectorId"] for payload in csms.payloads("StatusNotification")] == told


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
async def test_trg_01_a_connector_that_is_none_is_rejected(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, message: str
) -> None:
    assert await trigger(csms, message, connectorId=3) == "Rejected"
    await clock.settle()
    assert csms.actions == []


async def test_trg_01_what_nobody_brings_is_not_implemented(station: Station, csms: ScriptedCsms) -> None:
    known = set(station.features.blueprint.triggers)
    for message in {"DiagnosticsStatusNotification", "FirmwareStatusNotification"} - known:
        assert await trigger(csms, message) == "NotImplemented"
    assert {"BootNotification", "Heartbeat", "MeterValues", "StatusNotification"} <= known


async def test_mv_09_triggered_values_are_the_sampled_ones(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("MeterValuesSampledData", "Voltage.L1,Energy.Active.Import.Register")
    charging.configuration.set("MeterValueSampleInterval", "0")
    await clock.advance(60)
    assert await trigger(csms, "MeterValues") == "Accepted"
    await clock.settle()

    reports = csms.payloads("MeterValues")
    assert [(r["connectorId"], r.get("transactionId")) for r in reports] == [(1, 1), (2, None)]
    samples = reports[0]["meterValue"][0]["sampledValue"]
    assert [(s["measurand"], s["value"], s["context"]) for s in samples] == [
        ("Voltage", "230.0", "Trigger"),
        ("Energy.Active.Import.Register", "183", "Trigger"),
    ]


async def test_mv_09_the_main_meter_is_connector_0(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(main_meter=True)
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(3600)
    csms.forget()
    assert await trigger(csms, "MeterValues", connectorId=0) == "Accepted"
    report = await csms.receives("MeterValues", connectorId=0)
    assert report["meterValue"][0]["sampledValue"][0]["value"] == "11000"
    assert "transactionId" not in report


async def test_boot_10_an_accepted_station_does_not_boot_again(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    assert await trigger(csms, "BootNotification") == "Rejected"
    await clock.settle()
    assert csms.actions == []


async def test_boot_04_a_pending_station_sends_what_is_triggered_and_nothing_else(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    stamp = "2026-01-01T00:00:00Z"
    answers = ["Pending", "Pending", "Accepted"]
    csms.answers["BootNotification"] = lambda _: {"status": answers.pop(0), "currentTime": stamp, "interval": 600}
    station = await start(configuration={"ClockAlignedDataInterval": "300"})
    for message in ("Heartbeat", "MeterValues", "StatusNotification"):
        assert await trigger(csms, message) == "Accepted"
        await clock.settle()
    assert csms.actions == ["BootNotification", "Heartbeat", *["MeterValues"] * 2, *["StatusNotification"] * 3]
    csms.forget()
    await station.plug_in(1)
    await station.raise_fault(2, "GroundFailure")
    await clock.settle()
    assert csms.actions == []

    assert await trigger(csms, "BootNotification") == "Accepted"
    await clock.advance(599)  # the interval counts anew, and no clock-aligned value leaves
    assert csms.actions == ["BootNotification"]
    with pytest.raises(NotPossible, match="has not accepted the station"):
        await station.data_transfer("org.example")
    await clock.advance(1)
    assert station.registration == "Accepted"
    assert [csms.statuses(number) for number in (0, 1, 2)] == [["Available"], ["Finishing"], ["Faulted"]]


async def test_dt_01_what_is_known_and_what_is_not(station: Station, csms: ScriptedCsms) -> None:
    def refuse(_: str | None) -> str | None:
        raise NotPossible("not today")

    station.on_data_transfer("org.example", "Double", lambda data: (data or "") * 2)
    station.on_data_transfer("org.example", None, lambda _: None)
    station.on_data_transfer("org.example", "No", refuse)

    async def transfer(**payload: str) -> dict[str, Any]:
        return await csms.call("DataTransfer", **payload)

    assert await transfer(vendorId="org.other", messageId="Double") == {"status": "UnknownVendorId"}
    assert await transfer(vendorId="org.example", messageId="Triple") == {"status": "UnknownMessageId"}
    assert await transfer(vendorId="org.example", messageId="No") == {"status": "Rejected"}
    assert await transfer(vendorId="org.example") == {"status": "Accepted"}
    answer = await transfer(vendorId="org.example", messageId="Double", data="ab")
    assert answer == {"status": "Accepted", "data": "abab"}


async def test_dt_01_the_station_sends_one(station: Station, csms: ScriptedCsms) -> None:
    csms.answers["DataTransfer"] = {"status": "Accepted", "data": "42"}
    assert await station.data_transfer("org.example", "Ask") == {"status": "Accepted", "data": "42"}
    assert csms.payloads("DataTransfer") == [{"vendorId": "org.example", "messageId": "Ask"}]
    csms.answers["DataTransfer"] = OcppError("InternalError")
    with pytest.raises(NotPossible, match="has no answer"):
        await station.data_transfer("org.example")
