"""Blocks E and J: events, their order and numbers, start and stop points, offline, meter values."""

from typing import Any

import pytest

from ocppj.peers.aio import OcppError
from simulator import VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.v201.station import Station
from tests.simulator.v201.conftest import Csms, Start

pytestmark = pytest.mark.asyncio


def _measured(event: dict[str, Any]) -> list[tuple[str, int]]:
    """Contexts and energies of an event."""
    values = [one for value in event.get("meterValue", ()) for one in value["sampledValue"]]
    return [(one["context"], one["value"]) for one in values]


async def _session(station: Station, clock: VirtualClock) -> None:
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.advance(30)
    await station.present("TAG-1", 1)
    await station.unplug(1)
    await clock.settle()


async def test_a_session_from_the_cable_to_the_cable(station: Station, csms: Csms, clock: VirtualClock) -> None:
    await _session(station, clock)
    events = csms.payloads("TransactionEvent")
    assert csms.told == [
        "Started CablePluggedIn",
        "Updated Authorized",
        "Updated ChargingStateChanged",
        "Updated StopAuthorized",
        "Updated ChargingStateChanged",
        "Ended EVCommunicationLost",
    ]
    assert [event["seqNo"] for event in events] == list(range(6))
    assert len({event["transactionInfo"]["transactionId"] for event in events}) == 1
    assert [event["transactionInfo"]["chargingState"] for event in events[:3]] == ["EVConnected"] * 2 + ["Charging"]
    assert events[4]["transactionInfo"]["chargingState"] == "EVConnected"
    assert [event.get("evse") for event in events] == [{"id": 1, "connectorId": 1}, *[None] * 5]
    assert [at for at, event in enumerate(events) if "idToken" in event] == [1, 3]
    last = events[-1]["transactionInfo"]
    assert (last["chargingState"], last["stoppedReason"], last["timeSpentCharging"]) == ("Idle", "Local", 30)
    assert _measured(events[-1]) == [("Transaction.Begin", 0), ("Transaction.End", 91)]
    assert csms.connector_statuses(1) == ["Occupied", "Available"]


async def test_the_card_first(station: Station, csms: Csms, clock: VirtualClock) -> None:
    await station.present("TAG-1", 1)
    await station.plug_in(1)
    await clock.settle()
    events = csms.payloads("TransactionEvent")
    assert csms.told == ["Started Authorized", "Updated CablePluggedIn", "Updated ChargingStateChanged"]
    assert [event["transactionInfo"]["chargingState"] for event in events] == ["Idle", "EVConnected", "Charging"]
    assert events[1]["evse"] == {"id": 1, "connectorId": 1}


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [
        ("EVConnected", "EVConnected", ["Started CablePluggedIn", "Ended EVCommunicationLost"]),
        ("Authorized", "Authorized", ["Started Authorized", "Ended StopAuthorized"]),
        ("PowerPathClosed", "PowerPathClosed", ["Started Authorized", "Ended StopAuthorized"]),
        ("EnergyTransfer", "EnergyTransfer", ["Started ChargingStateChanged", "Ended StopAuthorized"]),
    ],
)
async def test_start_and_stop_points_say_which_event_is_the_first_and_the_last(
    start: Start, csms: Csms, clock: VirtualClock, begin: str, end: str, told: list[str]
) -> None:
    station = await start(configuration={"TxCtrlr.TxStartPoint": begin, "TxCtrlr.TxStopPoint": end})
    await _session(station, clock)
    assert [csms.told[0], csms.told[-1]] == told
    assert [one for one in csms.told if one.startswith("Started")] == told[:1]


async def test_the_vehicle_that_pauses(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    await charging.pause_ev(1)
    await charging.resume_ev(1)
    await clock.settle()
    states = [event["transactionInfo"]["chargingState"] for event in csms.payloads("TransactionEvent")]
    assert states == ["SuspendedEV", "Charging"]
    await csms.set(TxCtrlr__TxStopPoint="EnergyTransfer")
    await charging.pause_ev(1)
    await clock.settle()
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["stoppedReason"] == "StoppedByEV"


async def test_the_vehicle_that_leaves_without_a_card(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    await charging.unplug(1)
    await clock.settle()
    (ended,) = csms.payloads("TransactionEvent")
    assert (ended["eventType"], ended["triggerReason"]) == ("Ended", "EVCommunicationLost")
    assert ended["transactionInfo"]["stoppedReason"] == "EVDisconnected"


async def test_nobody_comes_with_a_vehicle(station: Station, csms: Csms, clock: VirtualClock) -> None:
    await station.present("TAG-1", 1)
    await clock.advance(60)
    ended = csms.payloads("TransactionEvent")[-1]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("EVConnectTimeout", "Timeout")


async def test_what_happened_offline_is_told_later_in_order(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    await charging.lose_network()
    await charging.present("TAG-1", 1)
    await charging.unplug(1)
    assert charging.queued == 3
    await charging.restore_network()
    await charging.until(lambda station: not station.queued, within=30)
    events = csms.payloads("TransactionEvent")
    assert [event["seqNo"] for event in events] == [3, 4, 5]
    assert all(event["offline"] for event in events)
    assert csms.payloads("BootNotification") == []


async def test_after_a_long_outage_every_status_is_told_after_a_short_one_what_is_new(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    for seconds, told in ((30, [1]), (61, [1, 2])):
        csms.forget()
        await station.lose_network()
        await (station.plug_in(1) if station.connector(1).cable is False else station.unplug(1))
        await clock.advance(seconds)
        await station.restore_network()
        await station.until(lambda station: station.online, within=30)
        await clock.settle()
        assert [one["evseId"] for one in csms.payloads("StatusNotification")] == told


async def test_an_event_that_is_not_taken_is_sent_again_and_then_given_up(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    await csms.set(
        OCPPCommCtrlr__MessageAttempts__TransactionEvent="2",
        OCPPCommCtrlr__MessageAttemptInterval__TransactionEvent="10",
    )
    csms.answers["TransactionEvent"] = OcppError("InternalError")
    await station.plug_in(1)
    await clock.advance(9)
    assert len(csms.payloads("TransactionEvent")) == 1
    await clock.advance(1)
    first, second = csms.payloads("TransactionEvent")
    assert first == second
    assert station.queued == 0


async def test_a_loss_of_power_ends_the_transaction_which_is_told_after_the_boot(
    charging: Station, csms: Csms, clock: VirtualClock
) -> None:
    await charging.cut_power()
    await charging.restore_power()
    await charging.until(lambda station: station.online and not station.queued, within=30)
    (ended,) = csms.payloads("TransactionEvent")
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("AbnormalCondition", "PowerLoss")
    assert ended["offline"] is True
    assert csms.payloads("BootNotification")[0]["reason"] == "PowerUp"


async def test_a_killed_process_loses_no_event(
    start: Start, csms: Csms, clock: VirtualClock, memory: SqliteFile
) -> None:
    station = await start(store=memory.of("CP1"))
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()
    await station.lose_network()
    await station.pause_ev(1)
    await station.stop()
    csms.forget()
    again = await start(store=memory.of("CP1"))
    await again.until(lambda station: station.online and not station.queued, within=30)
    events = csms.payloads("TransactionEvent")
    assert [event["seqNo"] for event in events] == [3, 4]
    assert events[-1]["transactionInfo"]["stoppedReason"] == "PowerLoss"
    assert again.connector(1).cable


async def test_emergency_and_faults_end_it(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    await charging.press_emergency_stop()
    await clock.settle()
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["stoppedReason"] == "EmergencyStop"
    await charging.raise_fault(1)
    await charging.clear_fault(1)
    await clock.settle()
    assert csms.connector_statuses(1) == ["Faulted", "Occupied"]


async def test_sampled_values_come_with_the_events(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    await csms.set(
        SampledDataCtrlr__TxUpdatedInterval="100",
        SampledDataCtrlr__TxUpdatedMeasurands="Energy.Active.Import.Register,Voltage",
        SampledDataCtrlr__TxEndedInterval="200",
    )
    await clock.advance(200)
    assert csms.told == ["Updated MeterValuePeriodic"] * 2
    values = csms.payloads("TransactionEvent")[0]["meterValue"][0]["sampledValue"]
    assert [one.get("phase") for one in values] == [None, "L1-N", "L2-N", "L3-N"]
    assert values[0]["unitOfMeasure"] == {"unit": "Wh"}
    await charging.unplug(1)
    await clock.settle()
    contexts = [context for context, _ in _measured(csms.payloads("TransactionEvent")[-1])]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Transaction.End"]


async def test_aligned_values_come_with_the_clock(charging: Station, csms: Csms, clock: VirtualClock) -> None:
    await csms.set(AlignedDataCtrlr__Interval="900", SampledDataCtrlr__TxUpdatedInterval="0")
    await clock.advance(901)
    assert csms.told == ["Updated MeterValueClock"]
    (idle,) = csms.payloads("MeterValues")
    assert idle["evseId"] == 2
    assert idle["meterValue"][0]["timestamp"] == "2026-01-01T00:15:00.000Z"
    await csms.set(AlignedDataCtrlr__SendDuringIdle="true")
    csms.forget()
    await clock.advance(900)
    assert csms.told == []
