"""A loss of power (OCPP 1.6 §4.2, §4.9, §4.10): what ends before it or after it, and what is out of service still."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, case, offline, one_of, states

_TAKEN = one_of("Finishing", "Preparing")


@case(
    "TC_032_1_CS",
    "Power failure boot charging point - configured to stop transaction(s) before going down",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.10",
    needs=["backup-power"],
    rules={
        "R1": "Before the station goes down, the transaction ends with reason PowerLoss.",
        "R2": "Before the station goes down, its connector is Finishing.",
        "R4": "After the boot every connector is Finishing, Preparing or Available.",
        "R5": "After the boot the connector of the transaction is taken still, and no other is.",
    },
)
async def test_power_loss_with_backup_power(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    await driver.cut_power()
    await csms.receives(
        "StopTransaction", rules={"reason": "R1"}, transactionId=charging.transactionId, reason="PowerLoss"
    )
    await states.status(csms, charging.connectorId, "Finishing", rule="R2")

    await driver.restore_power()
    boot = await states.reboots(csms, rule="R4")
    for told in await states.reports(csms, boot, one_of("Finishing", "Preparing", "Available"), rule="R4"):
        told.shows(rule="R5", status=_TAKEN if told["connectorId"] == charging.connectorId else "Available")


@case(
    "TC_032_2_CS",
    "Power failure boot charging point-configured to stop transaction(s)",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.10",
    needs=["no-backup-power"],
    rules={
        "R2": "After the boot every connector is Preparing, Finishing, Charging or Available.",
        "R3": "After the boot the connector of the transaction is taken still, and no other is.",
        "R4": "A transaction that the outage ends has reason PowerLoss, one that goes on after it is stopped locally.",
        "R5": "The reason says which of the two has ended the transaction.",
        "R6": "A connector whose transaction has ended is Finishing or Preparing.",
        "R7": "The statuses and the end of the transaction may come in any order.",
    },
)
async def test_power_loss_without_backup_power(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    connector, running = charging.connectorId, charging.transactionId
    await driver.cut_power()
    await driver.restore_power()
    boot = await states.reboots(csms, rule="R2")
    csms.looks_from(boot)
    for other in (one for one in range(csms.connectors + 1) if one != connector):
        told = await states.status(csms, other, one_of("Preparing", "Finishing", "Charging", "Available"), rule="R2")
        told.shows(rule="R3", status="Available")
    own = await states.status(csms, connector, one_of("Preparing", "Finishing", "Charging"), rule="R2 R3")
    csms.permits("R7")

    any_reason = one_of("PowerLoss", *offline.LOCAL)
    stopped = await csms.may_receive("StopTransaction", transactionId=running)
    if own["status"] == "Charging" and stopped is None:  # it goes on
        await driver.present(charging.idTag, connector)
        stopped = await csms.receives(
            "StopTransaction", rules={"reason": "R4"}, transactionId=running, reason=any_reason
        )
        stopped.shows(rule="R5", reason=offline.STOPPED_LOCALLY)
    else:
        stopped = stopped or await csms.receives("StopTransaction", rule="R4", transactionId=running)
        stopped.shows(rule="R4", reason=any_reason)
        stopped.shows(rule="R5", reason="PowerLoss")
    if own["status"] == "Charging":
        await states.status(csms, connector, _TAKEN, rule="R6")
    else:
        own.shows(rule="R6", status=_TAKEN)


@case(
    "TC_034_CS",
    "Power Failure with Unavailable Status",
    profile="core",
    ref="OCPP 1.6 §4.2, §4.9, §5.2",
    rules={
        "R3": "Taking the whole station out of service is accepted.",
        "R4": "The station and every connector are Unavailable then.",
        "R6": "After the outage the station and every connector are Unavailable still.",
    },
)
async def test_power_loss_while_unavailable(csms: Csms, driver: EvDriver) -> None:
    answer = await csms.sends("ChangeAvailability", connectorId=0, type="Inoperative")
    answer.shows(rule="R3", status="Accepted")
    for one in range(csms.connectors + 1):
        await states.status(csms, one, "Unavailable", rule="R4")

    await driver.cut_power()
    await driver.restore_power()
    boot = await states.reboots(csms, rule="R6")
    await states.reports(csms, boot, "Unavailable", rule="R6")
