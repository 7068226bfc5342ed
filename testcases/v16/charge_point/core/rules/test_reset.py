"""What becomes of a transaction when the station is reset (OCPP 1.6 §5.14, errata 3.36, 3.82; rules RST-01, RST-02)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, case, deliveries, states


@case(
    "RST-01_1_CS",
    "A soft reset stops the transaction first",
    profile="rpc",
    ref="OCPP 1.6 §5.14",
    rules={
        "R1": "The transaction ends before the station boots.",
        "R2": "Its StopTransaction comes before the BootNotification.",
    },
)
async def test_stop_before_the_boot(csms: Csms, charging: Charging) -> None:
    answer = await csms.sends("Reset", type="Soft")
    answer.shows(status="Accepted")
    seconds = csms.run.sut.timeouts.long_s
    stopped = await csms.receives("StopTransaction", rule="R1", within=seconds, transactionId=charging.transactionId)
    boot = await states.may_reboot(csms)
    if boot is None:
        csms.leaves_out("R2", "the station did not boot, as it need not after a soft reset")
        return
    csms.received_before(stopped, boot, rule="R2")


@case(
    "RST-01_2_CS",
    "A StopTransaction that was not taken is told after the boot",
    profile="rpc",
    ref="OCPP 1.6 §5.14, erratum 3.36",
    rules={"R1": "A StopTransaction that was refused before the reset is sent again after it."},
)
async def test_stop_is_queued(csms: Csms, charging: Charging) -> None:
    await deliveries.are_repeated(csms, attempts=5, interval=int(csms.run.sut.timeouts.reboot_s))
    csms.holds("StopTransaction")
    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(status="Accepted")
    await deliveries.refuses(csms, await csms.receives("StopTransaction", transactionId=charging.transactionId))

    answer = await csms.sends("Reset", type="Hard")
    answer.shows(status="Accepted")
    csms.looks_from(await states.reboots(csms))
    within = 2 * csms.run.sut.timeouts.reboot_s
    await csms.receives("StopTransaction", rule="R1", within=within, transactionId=charging.transactionId)


@case(
    "RST-02_1_CS",
    "A transaction that a soft reset ends says so",
    profile="rpc",
    ref="OCPP 1.6 §5.14, §7.36",
    rules={"R1": "The reason of StopTransaction is SoftReset."},
    kind="Soft",
)
@case(
    "RST-02_2_CS",
    "A transaction that a hard reset ends says so",
    profile="rpc",
    ref="OCPP 1.6 §5.14, §7.36, erratum 3.82",
    rules={"R1": "The reason of StopTransaction, before or after the boot, is HardReset."},
    kind="Hard",
)
async def test_reason_of_a_reset(csms: Csms, charging: Charging, kind: str) -> None:
    answer = await csms.sends("Reset", type=kind)
    answer.shows(status="Accepted")
    within = csms.run.sut.timeouts.reboot_s + csms.run.sut.timeouts.message_s
    stopped = await csms.receives("StopTransaction", within=within, transactionId=charging.transactionId)
    stopped.shows(rule="R1", reason=f"{kind}Reset")
    await states.may_reboot(csms)  # before it is asked for anything else
