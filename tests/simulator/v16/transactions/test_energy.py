"""What flows and what is measured: rules MV-01 to MV-04, MV-07, TX-10, STAT-04, and MaxEnergyOnInvalidId."""

from collections import Counter

import pytest

from simulator import Station, VirtualClock
from simulator.v16.core.measurands import MEASURANDS
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio


async def charge(station: Station, connector: int = 1) -> None:
    await station.plug_in(connector)
    await station.present(f"TAG-{connector}", connector)


async def test_mv_02_mv_07_a_day_of_clock_aligned_values(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(
        main_meter=True, configuration={"ClockAlignedDataInterval": "900", "MeterValueSampleInterval": "0"}
    )
    await clock.advance(3600 + 1)
    await charge(station)
    await clock.advance(6 * 3600)
    await station.present("TAG-1", 1)
    await clock.advance(86_400 - 7 * 3600)

    reports = csms.payloads("MeterValues")
    for connector in (0, 1, 2):
        mine = [report for report in reports if report["connectorId"] == connector]
        stamps = [report["meterValue"][0]["timestamp"] for report in mine]
        assert stamps[:-1] == [f"2026-01-01T{n // 4:02}:{n % 4 * 15:02}:00.000Z" for n in range(1, 96)]
        values = [int(report["meterValue"][0]["sampledValue"][0]["value"]) for report in mine]
        assert values == sorted(values)
        assert values[-1] == (0 if connector == 2 else 66_000)
        during = [report["meterValue"][0]["timestamp"][11:16] for report in mine if "transactionId" in report]
        assert (len(during), during[:1], during[-1:]) == ((24, ["01:15"], ["07:00"]) if connector == 1 else (0, [], []))
    assert {sample["context"] for r in reports for sample in r["meterValue"][0]["sampledValue"]} == {"Sample.Clock"}


async def test_mv_03_each_value_has_its_context(start: StartStation, csms: ScriptedCsms, clock: VirtualClock) -> None:
    register = "Energy.Active.Import.Register"
    station = await start(
        connectors=1,
        configuration={
            "ClockAlignedDataInterval": "900",
            "MeterValueSampleInterval": "600",
            "StopTxnSampledData": register,
            "StopTxnAlignedData": register,
        },
    )
    await clock.advance(60)
    await charge(station)
    await clock.advance(1000)
    await csms.call("TriggerMessage", requestedMessage="MeterValues")
    await station.present("TAG-1", 1)
    await clock.settle()

    sent = [report["meterValue"][0] for report in csms.payloads("MeterValues")]
    assert [(value["timestamp"][11:19], value["sampledValue"][0]["context"]) for value in sent] == [
        ("00:11:00", "Sample.Periodic"),
        ("00:15:00", "Sample.Clock"),
        ("00:17:40", "Trigger"),
    ]
    data = csms.payloads("StopTransaction")[0]["transactionData"]
    assert [(value["timestamp"][11:19], value["sampledValue"][0]["context"]) for value in data] == [
        ("00:01:00", "Transaction.Begin"),
        ("00:11:00", "Sample.Periodic"),
        ("00:15:00", "Sample.Clock"),
        ("00:17:40", "Transaction.End"),
    ]


async def test_mv_04_all_that_is_configured_is_there(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    listed = [*MEASURANDS, "Energy.Active.Import.Register.L2", "Voltage.L3", "Power.Active.Import.L1"]
    charging.configuration.set("MeterValuesSampledData", ",".join(listed[:11]))
    await clock.advance(60)
    charging.configuration.set("MeterValuesSampledData", ",".join(listed[11:]))
    await clock.advance(60)

    first, second = [report["meterValue"][0]["sampledValue"] for report in csms.payloads("MeterValues")]
    assert Counter(sample["measurand"] for sample in first) == Counter(
        {name: 3 if name in ("Current.Import", "Voltage") else 1 for name in MEASURANDS}
    )
    assert [(s["measurand"], s["phase"], s["value"], s["unit"]) for s in second] == [
        ("Energy.Active.Import.Register", "L2", "122", "Wh"),
        ("Voltage", "L3-N", "230.0", "V"),
        ("Power.Active.Import", "L1", "3666.7", "W"),
    ]
    assert {s["measurand"]: s["location"] for s in first if "location" in s} == {"SoC": "EV", "Temperature": "Body"}


async def test_mv_01_a_late_timer_makes_no_later_one_late(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await clock.advance(60)
    transaction = charging.connector(1).transaction
    assert transaction is not None
    transaction.next_sample = clock.monotonic() - 7.0  # as if the timer had fired 7 s late
    timer = charging.connector(1).sample_timer
    assert timer is not None
    timer.cancel()
    charging._parts.sampler._sample(charging.connector(1))
    await clock.advance(120)

    stamps = [report["meterValue"][0]["timestamp"][14:19] for report in csms.payloads("MeterValues")]
    assert stamps == ["01:00", "01:00", "01:53", "02:53"]


async def test_the_main_meter_is_not_reported_unless_there_is_one(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station.configuration.set("ClockAlignedDataInterval", "900")
    await clock.advance(901)
    assert [report["connectorId"] for report in csms.payloads("MeterValues")] == [1, 2]
    answer = await csms.call("TriggerMessage", requestedMessage="MeterValues", connectorId=0)
    assert answer == {"status": "Rejected"}


@pytest.mark.parametrize("stops", ["true", "false"])
async def test_tx_10_max_energy_on_invalid_id_lets_the_vehicle_drive_away(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, stops: str
) -> None:
    station.configuration.set("MaxEnergyOnInvalidId", "1100")
    station.configuration.set("StopTransactionOnInvalidId", stops)
    csms.answers["StartTransaction"] = {"transactionId": 3, "idTagInfo": {"status": "Invalid"}}
    await charge(station)
    await clock.advance(180)
    await station.pause_ev(1)
    await clock.advance(3600)
    await station.resume_ev(1)
    await clock.advance(179)
    assert csms.statuses(1)[-1] == "Charging"
    await clock.advance(60)

    assert csms.statuses(1)[-1] == ("Finishing" if stops == "true" else "SuspendedEVSE")
    assert station.connector(1).meter.register == 1100
    stop = [(payload["reason"], payload["meterStop"]) for payload in csms.payloads("StopTransaction")]
    assert stop == ([("DeAuthorized", 1100)] if stops == "true" else [])


async def test_stat_04_the_meter_follows_the_limit_of_smart_charging(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    connector = charging.connector(1)
    connector.limit = 5500.0
    connector.update()
    await clock.advance(3600)
    assert connector.meter.register == 5500
    connector.limit = 0.0
    connector.update()
    await charging.pause_ev(1)
    await clock.advance(3600)
    connector.limit = None
    connector.update()
    await clock.settle()

    assert csms.statuses(1) == ["SuspendedEVSE", "SuspendedEV"]
    assert connector.meter.register == 5500


async def test_tx_12_the_red_button_ends_everything(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charge(charging, 2)
    await charging.press_emergency_stop()
    await clock.settle()
    assert [stop["reason"] for stop in csms.payloads("StopTransaction")] == ["EmergencyStop"] * 2


async def test_tx_12_a_reboot_of_its_own(charging: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await charging._parts.power.reboot("Reboot")
    await clock.advance(5)
    assert csms.payloads("StopTransaction")[0]["reason"] == "Reboot"
    assert csms.actions.index("StopTransaction") < csms.actions.index("BootNotification")


async def test_tx_13_without_stop_on_disconnect_the_cable_stays_locked(
    charging: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    charging.configuration.set("StopTransactionOnEVSideDisconnect", "false")
    await charging.unplug(1, "vehicle")
    await clock.settle()
    assert charging.connector(1).locked
    assert csms.payloads("StopTransaction") == []
    report = csms.payloads("StatusNotification")[-1]
    assert (report["status"], report["info"]) == ("SuspendedEV", "EV side disconnected")
    await charging.plug_in(1)
    await clock.settle()
    assert csms.statuses(1) == ["SuspendedEV", "Charging"]


async def test_a_lock_that_sticks_lets_nobody_start(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await station.jam_lock(1)
    await station.present("TAG-1", 1)
    await station.plug_in(1)
    await clock.settle()
    reports = [(p["status"], p["errorCode"]) for p in csms.payloads("StatusNotification")]
    assert reports == [("Preparing", "NoError"), ("Faulted", "ConnectorLockFailure")]
    assert csms.payloads("StartTransaction") == []
    await station.clear_fault(1)
    await station.present("TAG-1", 1)
    await clock.settle()
    assert station.connector(1).status == "Charging"


async def test_a_fault_may_have_a_code_of_the_vendor(station: Station, csms: ScriptedCsms) -> None:
    await station.raise_fault(0, "OtherError", "smoke", "E42")
    report = await csms.receives("StatusNotification", connectorId=0)
    assert (report["errorCode"], report["info"], report["vendorErrorCode"]) == ("OtherError", "smoke", "E42")
