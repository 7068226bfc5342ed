"""A station that is not accepted yet, or has been (OCPP 1.6 §4.2; errata 3.35)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, booting, boots, case, frames, one_of, states


@case(
    "BOOT-02_1_CS",
    "A station that was turned down waits before it boots again",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    rules={"R1": "After Rejected the next BootNotification comes when the interval has passed."},
    status="Rejected",
)
@case(
    "BOOT-02_2_CS",
    "A station that has to wait boots again after its interval",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    rules={"R1": "After Pending the next BootNotification comes when the interval has passed."},
    status="Pending",
)
async def test_boot_interval(csms: Csms, status: str) -> None:
    seconds = csms.run.sut.keys.boot_retry_s
    first = await boots.restarted(csms, status=status, interval=seconds)
    await booting.booted_anew(csms, first, seconds, rule="R1")


@case(
    "BOOT-02_3_CS",
    "A station that was turned down without an interval does not flood",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    rules={"R1": "After Rejected with an interval of 0 BootNotification comes once a second at the most."},
)
async def test_boot_without_interval(csms: Csms, driver: EvDriver) -> None:
    csms.answers("BootNotification", status="Rejected", interval=0)
    await booting.power_cycles(csms, driver, status="Rejected", interval=0)
    await boots.do_not_flood(csms, csms.run.sut.keys.boot_retry_s, rule="R1")

    csms.forgets_answers()
    await booting.power_cycles(csms, driver)


@case(
    "BOOT-03_CS",
    "A station that was turned down is silent",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    rules={
        "R1": "Until its interval has passed a station that is Rejected makes no CALL.",
        "R2": "A station that is Rejected does not answer what the CSMS asks.",
    },
)
async def test_rejected_station_is_silent(csms: Csms) -> None:
    seconds = csms.run.sut.keys.boot_retry_s
    first = await boots.restarted(csms, status="Rejected", interval=seconds)
    asked = await csms.wire.writes(f'[2,"{frames.new_id()}","GetConfiguration",{{}}]', rule="R2")
    await csms.wire.hears_nothing(since=asked, rule="R2")

    again = await csms.receives("BootNotification", within=seconds + csms.run.sut.timeouts.message_s)
    boots.nothing_between(csms, first, again, rule="R1")


@case(
    "BOOT-04_1_CS",
    "A station that has to wait can be configured",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    rules={
        "R1": "A station that is Pending makes no CALL that it was not asked for.",
        "R2": "A station that is Pending answers GetConfiguration.",
        "R3": "A station that is Pending accepts ChangeConfiguration.",
    },
)
async def test_pending_station_is_configured(csms: Csms) -> None:
    keys = csms.run.sut.keys
    first = await boots.restarted(csms, status="Pending", interval=keys.boot_retry_s)
    await csms.sends("GetConfiguration", rule="R2", key=["HeartbeatInterval"])
    interval = str(keys.sample_interval_s)
    answer = await csms.sends("ChangeConfiguration", rule="R3", key="MeterValueSampleInterval", value=interval)
    answer.shows(rule="R3", status="Accepted")

    again = await csms.receives("BootNotification", within=keys.boot_retry_s + csms.run.sut.timeouts.message_s)
    boots.nothing_between(csms, first, again, rule="R1")


@case(
    "BOOT-04_2_CS",
    "A station that has to wait sends what it is asked for",
    profile="rpc",
    ref="OCPP 1.6 §4.2, §5.17",
    needs=["profiles.remote_trigger"],
    rules={"R1": "A station that is Pending sends a StatusNotification that the CSMS triggers."},
)
async def test_pending_station_is_triggered(csms: Csms) -> None:
    keys = csms.run.sut.keys
    await boots.restarted(csms, status="Pending", interval=keys.boot_retry_s)
    answer = await csms.sends("TriggerMessage", requestedMessage="StatusNotification", connectorId=1)
    answer.shows(status="Accepted")
    await csms.receives("StatusNotification", rule="R1", connectorId=1)


@case(
    "BOOT-04_3_CS",
    "A station that has to wait does not start from afar",
    profile="rpc",
    ref="OCPP 1.6 §4.2",
    rules={"R1": "A station that is Pending does not accept a RemoteStartTransaction."},
)
async def test_pending_station_starts_nothing(csms: Csms, connector: int) -> None:
    await boots.restarted(csms, status="Pending", interval=csms.run.sut.keys.boot_retry_s)
    payload = {"connectorId": connector, "idTag": "PLUGPROOF-PENDING"}
    answer = await csms.wire.asks("RemoteStartTransaction", payload, rule="R1")
    boots.is_not_accepted(csms, answer, rule="R1")


@case(
    "BOOT-10_CS",
    "A station that is accepted does not boot on demand",
    profile="rpc",
    ref="OCPP 1.6 errata 3.35",
    needs=["profiles.remote_trigger"],
    rules={"R1": "A station that is Accepted rejects a TriggerMessage for BootNotification."},
)
async def test_no_boot_on_demand(csms: Csms) -> None:
    await states.booted(csms)
    answer = await csms.sends("TriggerMessage", requestedMessage="BootNotification")
    answer.prefers(rule="R1", status=one_of("Rejected", "NotImplemented"))
