"""Reset (OCPP 1.6 §5.14): what is out of service stays so, and what runs is stopped with the reason of the reset."""

from typing import Literal

from harness.v16.charge_point.vocabulary import Charging, Csms, Message, case, one_of, states

_IDLE = {
    "R3": "Taking a connector out of service is accepted.",
    "R4": "The change is reported for the connector that was named.",
    "R5": "A connector that was taken out of service is Unavailable.",
    "R7": "A reset is accepted while nothing is being charged.",
    "R9": "After the boot every connector is Available or Unavailable.",
    "R10": "After the boot the connector is out of service still, and nothing else is.",
    "R13": "Taking the connector back into service is accepted.",
    "R14": "The return is reported for the connector that was named.",
    "R15": "A connector that is back in service is Available.",
}
_NO_BOOT = "the station did not boot, as it need not after a soft reset"


@case(
    "TC_013_CS", "Hard Reset Without transaction", profile="core", ref="OCPP 1.6 §5.2, §5.14", rules=_IDLE, kind="Hard"
)
@case(
    "TC_014_CS", "Soft Reset Without Transaction", profile="core", ref="OCPP 1.6 §5.2, §5.14", rules=_IDLE, kind="Soft"
)
async def test_reset_without_transaction(csms: Csms, connector: int, kind: Literal["Hard", "Soft"]) -> None:
    answer = await csms.sends("ChangeAvailability", connectorId=connector, type="Inoperative")
    answer.shows(rule="R3", status="Accepted")
    await states.status(csms, connector, "Unavailable", rules=("R4", "R5"))

    answer = await csms.sends("Reset", type=kind)
    answer.shows(rule="R7", status="Accepted")
    boot = await states.reboots(csms, rule="R9") if kind == "Hard" else await states.may_reboot(csms)
    if boot is None:
        csms.leaves_out("R9 R10", _NO_BOOT)
    else:
        for told in await states.reports(csms, boot, one_of("Unavailable", "Available"), rule="R9"):
            told.shows(rule="R10", status="Unavailable" if told["connectorId"] == connector else "Available")

    answer = await csms.sends("ChangeAvailability", connectorId=connector, type="Operative")
    answer.shows(rule="R13", status="Accepted")
    await states.status(csms, connector, "Available", rules=("R14", "R15"))


_CHARGING = {
    "R2": "A reset is accepted while a transaction runs.",
    "R3": "The transaction ends with the reason of the reset.",
    "R4": "A connector whose transaction has ended is Finishing; when that is told after a boot, it may be Preparing.",
    "R6": "After the boot every connector is Finishing, Preparing or Available.",
    "R7": "After the boot the connector of the transaction is taken still, and no other is.",
}


@case("TC_015_CS", "Hard Reset With Transaction", profile="core", ref="OCPP 1.6 §5.14", rules=_CHARGING)
async def test_hard_reset_with_transaction(csms: Csms, charging: Charging) -> None:
    connector, running = charging.connectorId, charging.transactionId
    answer = await csms.sends("Reset", type="Hard")
    answer.shows(rule="R2", status="Accepted")
    boot = await states.reboots(csms, rule="R6")
    stopped = await csms.receives("StopTransaction", rules={"reason": "R3"}, transactionId=running, reason="HardReset")
    own = "R6"
    if csms.is_before(stopped, boot):
        finishing = await states.status(csms, connector, "Finishing", rule="R4")
        csms.received_before(finishing, boot, rule="R4")
    else:
        own = "R6 R4"
    await _reports(csms, boot, connector, own)


@case("TC_016_CS", "Soft Reset With Transaction", profile="core", ref="OCPP 1.6 §5.14", rules=_CHARGING)
async def test_soft_reset_with_transaction(csms: Csms, charging: Charging) -> None:
    connector, running = charging.connectorId, charging.transactionId
    answer = await csms.sends("Reset", type="Soft")
    answer.shows(rule="R2", status="Accepted")
    seconds = csms.run.sut.timeouts.long_s
    await csms.receives(
        "StopTransaction", rules={"reason": "R3"}, within=seconds, transactionId=running, reason="SoftReset"
    )
    await states.status(csms, connector, "Finishing", rule="R4")
    boot = await states.may_reboot(csms)
    if boot is None:
        csms.leaves_out("R6 R7", _NO_BOOT)
    else:
        await _reports(csms, boot, connector, "R6")


async def _reports(csms: Csms, boot: Message, connector: int, own: str) -> None:
    taken = one_of("Finishing", "Preparing")
    for told in await states.reports(
        csms, boot, one_of("Finishing", "Preparing", "Available"), rule="R6", own={connector: own}
    ):
        told.shows(rule="R7", status=taken if told["connectorId"] == connector else "Available")
