"""Charging sessions at the station: rules AUTH-*, TX-10 to TX-15, STAT-*, MV-*."""

from typing import Any

import pytest

from ocppj.peers.aio import OcppError
from simulator import NotPossible, Station, VirtualClock
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio


def tag(status: str, **more: str) -> dict[str, Any]:
    return {"idTagInfo": {"status": status, **more}}


async def test_plug_in_first(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await station.plug_in(1)
    await csms.receives("StatusNotification", connectorId=1, status="Preparing")
    await station.present("TAG-1")
    assert await csms.receives("Authorize") == {"idTag": "TAG-1"}
    start = await csms.receives("StartTransaction")
    assert start == {"connectorId": 1, "idTag": "TAG-1", "meterStart": 0, "timestamp": "2026-01-01T00:00:00.000Z"}
    await csms.receives("StatusNotification", connectorId=1, status="Charging")
    await clock.settle()
    transaction = station.connector(1).transaction
    assert transaction is not None
    assert transaction.transactionId == 1


async def test_identification_first(station: Station, csms: ScriptedCsms) -> None:
    await station.present("TAG-1", 2)
    await csms.receives("Authorize", idTag="TAG-1")
    await csms.receives("StatusNotification", connectorId=2, status="Preparing")
    await station.plug_in(2)
    await csms.receives("StartTransaction", connectorId=2, idTag="TAG-1")
    await csms.receives("StatusNotification", connectorId=2, status="Charging")


async def test_auth_02_the_starting_card_stops_without_authorize(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(30)
    await charging.present("tag-1")
    stop = await csms.receives("StopTransaction", transactionId=1)
    await csms.receives("StatusNotification", connectorId=1, status="Finishing")
    await charging.unplug(1)
    await csms.receives("StatusNotification", connectorId=1, status="Available")

    assert stop["reason"] == "Local"
    assert stop["idTag"] == "tag-1"
    assert csms.payloads("Authorize") == []


async def test_tx_14_tx_15_the_register_goes_on_from_one_transaction_to_the_next(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(3600)
    await charging.present("TAG-1")
    await charging.unplug(1)
    await clock.advance(3600)
    await charging.plug_in(1)
    await charging.present("TAG-1")
    await clock.settle()

    assert csms.payloads("StopTransaction")[0]["meterStop"] == 11_000
    assert csms.payloads("StartTransaction")[0]["meterStart"] == 11_000


async def test_a_foreign_card_does_not_stop(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charging.present("OTHER", 1)
    await clock.settle()

    assert csms.actions == []
    assert charging.connector(1).status == "Charging"


async def test_a_card_of_the_same_group_stops_after_authorize(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["Authorize"] = tag("Accepted", parentIdTag="GROUP")
    csms.answers["StartTransaction"] = {"transactionId": 5, **tag("Accepted", parentIdTag="GROUP")}
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()
    csms.forget()

    await station.present("TAG-2", 1)
    assert await csms.receives("Authorize") == {"idTag": "TAG-2"}
    assert (await csms.receives("StopTransaction", transactionId=5))["idTag"] == "TAG-2"


@pytest.mark.parametrize("status", ["Invalid", "Blocked", "Expired", "ConcurrentTx"])
async def test_auth_01_a_refused_card_starts_nothing(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, status: str
) -> None:
    csms.answers["Authorize"] = tag(status)
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(60)

    assert csms.statuses(1) == ["Preparing"]
    assert csms.payloads("StartTransaction") == []


async def test_auth_01_no_answer_to_authorize_is_no_permission(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["Authorize"] = OcppError("InternalError")
    await station.plug_in(1)
    await station.present("TAG-1")

    assert station.connector(1).status == "Preparing"


async def test_stat_06_without_a_cable_the_authorization_ends(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await csms.call("ChangeConfiguration", key="ConnectionTimeOut", value="30")
    await station.present("TAG-1", 1)
    await clock.advance(29)
    assert station.connector(1).status == "Preparing"
    await clock.advance(1)
    assert csms.statuses(1) == ["Preparing", "Available"]
    await station.plug_in(1)
    await clock.settle()
    assert csms.payloads("StartTransaction") == []


async def test_stat_06_a_cable_without_a_card_ends_in_finishing(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.plug_in(1)
    await clock.advance(120)
    assert csms.statuses(1) == ["Preparing", "Finishing"]
    await station.present("TAG-1")
    await clock.settle()
    assert csms.statuses(1) == ["Preparing", "Finishing", "Preparing", "Charging"]


async def test_the_same_card_again_ends_the_wait(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await station.present("TAG-1", 1)
    await station.present("TAG-1")
    await clock.settle()

    assert csms.statuses(1) == ["Preparing", "Available"]


async def test_stat_02_charging_again_without_unplugging(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charging.present("TAG-1")
    await charging.present("TAG-2", 1)
    await clock.settle()

    assert csms.statuses(1) == ["Finishing", "Preparing", "Charging"]


async def test_tx_12_ev_side_disconnect_stops(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charging.unplug(1)
    await clock.settle()

    assert csms.payloads("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert csms.statuses(1) == ["Finishing", "Available"]


async def test_ev_side_disconnect_without_unlocking_leaves_the_plug_locked(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("UnlockConnectorOnEVSideDisconnect", "false")
    await charging.unplug(1)
    with pytest.raises(NotPossible, match="locked"):
        await charging.unplug(1, "station")
    assert await csms.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    await clock.settle()
    await charging.unplug(1, "station")
    await clock.settle()

    assert csms.statuses(1) == ["Finishing", "Available"]


async def test_tx_13_ev_side_disconnect_may_only_suspend(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("StopTransactionOnEVSideDisconnect", "false")
    await charging.unplug(1)
    report = await csms.receives("StatusNotification", connectorId=1)
    assert (report["status"], report["info"]) == ("SuspendedEV", "EV side disconnected")
    assert charging.connector(1).power == 0
    await charging.plug_in(1)
    await csms.receives("StatusNotification", connectorId=1, status="Charging")
    await charging.unplug(1)
    assert await csms.call("RemoteStopTransaction", transactionId=1) == {"status": "Accepted"}
    assert (await csms.receives("StopTransaction"))["reason"] == "Remote"


async def test_a_fixed_cable_is_free_when_the_vehicle_is(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(fixed_cable=True)
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()
    csms.forget()
    assert await csms.call("UnlockConnector", connectorId=1) == {"status": "NotSupported"}
    await station.unplug(1)
    await clock.settle()

    assert csms.payloads("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert csms.statuses(1) == ["Available"]


async def test_the_vehicle_may_pause(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charging.pause_ev(1)
    await clock.advance(3600)
    await charging.resume_ev(1)
    await clock.settle()

    assert csms.statuses(1) == ["SuspendedEV", "Charging"]
    assert charging.connector(1).meter.register == 0


@pytest.mark.parametrize("status", ["Invalid", "Blocked"])
async def test_tx_10_a_start_the_csms_refuses_is_stopped(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, status: str
) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 3, **tag(status)}
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()

    stop = csms.payloads("StopTransaction")[0]
    assert (stop["transactionId"], stop["reason"]) == (3, "DeAuthorized")
    assert "idTag" not in stop
    assert csms.statuses(1) == ["Preparing", "Charging", "Finishing"]


async def test_tx_10_or_only_its_energy_is_held_back(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    station.configuration.set("StopTransactionOnInvalidId", "false")
    csms.answers["StartTransaction"] = {"transactionId": 3, **tag("Invalid")}
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(3600)

    assert csms.statuses(1) == ["Preparing", "Charging", "SuspendedEVSE"]
    assert csms.payloads("StopTransaction") == []
    assert station.connector(1).meter.register == 0


async def test_tx_11_the_cable_stays_locked_for_its_owner(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 3, **tag("Blocked")}
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.settle()
    await station.present("STRANGER", 1)
    with pytest.raises(NotPossible, match="locked"):
        await station.unplug(1, "station")
    await station.present("TAG-1", 1)
    await station.unplug(1)

    assert station.connector(1).status == "Available"
    assert len(csms.payloads("StartTransaction")) == 1


async def test_auth_05_the_cache_lets_a_known_card_in_without_a_question(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("LocalPreAuthorize", "true")
    await charging.present("TAG-1")
    await charging.unplug(1)
    await charging.plug_in(1)
    await charging.present("tag-1")
    await clock.settle()
    assert csms.payloads("Authorize") == []
    assert len(csms.payloads("StartTransaction")) == 1

    assert await csms.call("ClearCache") == {"status": "Accepted"}
    await charging.present("TAG-1", 2)
    await csms.receives("Authorize", idTag="TAG-1")


async def test_auth_06_a_card_known_as_bad_is_asked_about_again(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("LocalPreAuthorize", "true")
    csms.answers["Authorize"] = tag("Blocked")
    await station.present("TAG-1", 1)
    csms.answers["Authorize"] = tag("Accepted", expiryDate="2026-01-01T01:00:00+00:00")
    await station.present("TAG-1", 1)
    assert station.connector(1).status == "Preparing"
    await station.present("TAG-1", 1)
    await clock.advance(3600)
    await station.present("TAG-1", 1)

    assert len(csms.payloads("Authorize")) == 3


async def test_auth_08_clear_cache_without_a_cache(station: Station, csms: ScriptedCsms) -> None:
    station.configuration.set("AuthorizationCacheEnabled", "false")
    assert await csms.call("ClearCache") == {"status": "Rejected"}


async def test_stat_01_minimum_status_duration_hides_short_ones(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("MinimumStatusDuration", "10")
    await station.plug_in(1)
    await clock.advance(9)
    await station.unplug(1)
    await clock.advance(20)
    assert csms.statuses(1) == []
    await station.plug_in(1)
    await clock.advance(10)
    assert csms.statuses(1) == ["Preparing"]


async def test_mv_01_sampled_values_come_at_the_interval_and_rise(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await csms.call("ChangeConfiguration", key="MeterValueSampleInterval", value="900")
    await clock.advance(3600)

    reports = csms.payloads("MeterValues")
    values = [report["meterValue"][0] for report in reports]
    assert [value["timestamp"][11:19] for value in values] == ["00:15:00", "00:30:00", "00:45:00", "01:00:00"]
    assert [value["sampledValue"][0]["value"] for value in values] == ["2750", "5500", "8250", "11000"]
    assert {report["transactionId"] for report in reports} == {1}
    assert {entry["context"] for value in values for entry in value["sampledValue"]} == {"Sample.Periodic"}
    await charging.present("TAG-1")
    csms.forget()
    await clock.advance(3600)
    assert csms.payloads("MeterValues") == []


async def test_mv_01_interval_0_means_none(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await csms.call("ChangeConfiguration", key="MeterValueSampleInterval", value="0")
    await clock.advance(86_400)
    assert csms.payloads("MeterValues") == []


async def test_mv_02_mv_07_aligned_values_for_every_connector(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("MeterValueSampleInterval", "0")
    await clock.advance(100)
    await csms.call("ChangeConfiguration", key="ClockAlignedDataInterval", value="900")
    await clock.advance(1800)

    reports = csms.payloads("MeterValues")
    assert [(r["connectorId"], r.get("transactionId")) for r in reports if r["connectorId"] == 1] == [(1, 1), (1, 1)]
    assert [(r["connectorId"], r.get("transactionId")) for r in reports if r["connectorId"] == 2] == [(2, None)] * 2
    assert {r["meterValue"][0]["timestamp"][11:19] for r in reports} == {"00:15:00", "00:30:00"}
    contexts = {entry["context"] for r in reports for entry in r["meterValue"][0]["sampledValue"]}
    assert contexts == {"Sample.Clock"}


async def test_mv_06_empty_lists_mean_no_transaction_data(charging: Station, csms: ScriptedCsms) -> None:
    await charging.present("TAG-1")
    assert "transactionData" not in await csms.receives("StopTransaction")


async def test_mv_08_transaction_data_has_begin_and_end_of_each_measurand(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("StopTxnSampledData", "Energy.Active.Import.Register,SoC")
    station.configuration.set("StopTxnAlignedData", "Voltage")
    station.configuration.set("MeterValueSampleInterval", "600")
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(1200)
    await station.present("TAG-1")
    stop = await csms.receives("StopTransaction")

    by_context = [
        (value["sampledValue"][0]["context"], {entry["measurand"] for entry in value["sampledValue"]})
        for value in stop["transactionData"]
    ]
    sampled = {"Energy.Active.Import.Register", "SoC"}
    assert by_context == [
        ("Transaction.Begin", sampled | {"Voltage"}),
        ("Sample.Periodic", sampled),
        ("Sample.Periodic", sampled),
        ("Transaction.End", sampled | {"Voltage"}),
    ]


async def test_mv_08_transaction_data_is_bounded_and_keeps_its_ends(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("StopTxnSampledData", "Energy.Active.Import.Register")
    await station.plug_in(1)
    await station.present("TAG-1")
    await clock.advance(600 * 60)
    await station.present("TAG-1")
    data = (await csms.receives("StopTransaction"))["transactionData"]

    assert len(data) <= 500
    assert data[0]["sampledValue"][0]["context"] == "Transaction.Begin"
    assert data[-1]["sampledValue"][0]["context"] == "Transaction.End"
    stamps = [value["timestamp"] for value in data]
    assert stamps == sorted(stamps)


async def test_faults_are_reported_and_let_nobody_start(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.raise_fault(1, "ConnectorLockFailure")
    report = await csms.receives("StatusNotification", connectorId=1)
    assert (report["status"], report["errorCode"]) == ("Faulted", "ConnectorLockFailure")
    await station.present("TAG-1", 1)
    await station.plug_in(1)
    assert csms.payloads("Authorize") == []
    await station.clear_fault(1)
    report = await csms.receives("StatusNotification", connectorId=1)
    assert (report["status"], report["errorCode"]) == ("Preparing", "NoError")


async def test_stat_03_a_fault_of_the_station_is_one_of_every_connector(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await charging.raise_fault(0, "GroundFailure")
    await clock.settle()

    assert [csms.statuses(number)[-1] for number in (0, 1, 2)] == ["Faulted"] * 3
    assert csms.payloads("StopTransaction")[0]["reason"] == "Other"


async def test_stat_09_ev_communication_error_needs_a_vehicle(station: Station, csms: ScriptedCsms) -> None:
    with pytest.raises(NotPossible, match="Preparing"):
        await station.raise_fault(1, "EVCommunicationError")
    await station.plug_in(1)
    await station.raise_fault(1, "EVCommunicationError")
    report = await csms.receives("StatusNotification", errorCode="EVCommunicationError")
    assert report["status"] == "Preparing"


async def test_the_common_reader_finds_the_connector_that_is_meant(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.plug_in(2)
    await station.present("TAG-2")
    await station.present("TAG-1")
    await station.plug_in(1)
    await station.present("TAG-2")
    await clock.settle()

    assert [p["connectorId"] for p in csms.payloads("StartTransaction")] == [2, 1]
    assert station.connector(1).status == "Charging"
    assert station.connector(2).status == "Finishing"


async def test_what_cannot_be_done_is_said_in_a_sentence(station: Station) -> None:
    with pytest.raises(NotPossible, match="connector 1 has no cable"):
        await station.unplug(1)
    await station.plug_in(1)
    with pytest.raises(NotPossible, match="already has a cable"):
        await station.plug_in(1)
    with pytest.raises(ValueError, match="connectors 1 to 2, not 3"):
        await station.plug_in(3)
    with pytest.raises(ValueError, match="'Broken' is no errorCode"):
        await station.raise_fault(1, "Broken")


async def test_tx_17_messages_leave_in_the_order_in_which_things_happen(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.plug_in(1)
    await station.present("TAG-1")
    await station.present("TAG-1")
    await station.unplug(1)
    await station.delivered()

    said = [payload.get("status", action) for action, payload in csms.received]
    assert said == [
        "Preparing",
        "Authorize",
        "StartTransaction",
        "Charging",
        "Finishing",
        "Available",
        "StopTransaction",
    ]


async def test_stat_06_the_wait_begins_anew_after_a_fault(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await station.plug_in(1)
    await clock.advance(100)
    await station.raise_fault(1, "GroundFailure")
    await clock.advance(100)
    await station.clear_fault(1)
    await clock.advance(119)
    assert csms.statuses(1) == ["Preparing", "Faulted", "Preparing"]
    await clock.advance(1)
    assert csms.statuses(1)[-1] == "Finishing"


async def test_connection_time_out_0_waits_for_ever(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    station.configuration.set("ConnectionTimeOut", "0")
    await station.present("TAG-1", 1)
    await clock.advance(86_400)
    assert station.connector(1).status == "Preparing"
