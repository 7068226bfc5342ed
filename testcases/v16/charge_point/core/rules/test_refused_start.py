"""A start that the CSMS does not accept (OCPP 1.6 §4.8, §9.1.28, errata 3.5, 3.17; rules TX-10, TX-11)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Message, Tags, case, states

_KEY = "StopTransactionOnInvalidId"


@case(
    "TX-10_1_CS",
    "A start that is not accepted is stopped where the key says so",
    profile="rpc",
    ref="OCPP 1.6 §4.8, §9.1.28, erratum 3.17",
    rules={"R1": "Where StopTransactionOnInvalidId is true, the transaction ends with reason DeAuthorized."},
)
async def test_refused_start_is_stopped(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.unpaid(csms, stops=True)
    await _begins_in_vain(csms, driver, tags, connector)

    stopped = await csms.may_receive("StopTransaction", within=csms.run.sut.request_s)
    reason = "no StopTransaction came" if stopped is None else f"its reason is {stopped.payload.get('reason')}"
    csms.wire.advises(
        "R1",
        stopped is not None and stopped.payload.get("reason") == "DeAuthorized",
        expected="StopTransaction with reason = DeAuthorized",
        actual=reason,
        seen=None if stopped is None else stopped.seen,
    )


@case(
    "TX-10_2_CS",
    "A start that is not accepted goes on without energy where the key says so",
    profile="rpc",
    ref="OCPP 1.6 §4.8, §9.1.28, erratum 3.17",
    rules={
        "R1": "Where StopTransactionOnInvalidId is false, the connector is SuspendedEVSE.",
        "R2": "The transaction is not stopped.",
    },
)
async def test_refused_start_is_suspended(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.unpaid(csms, stops=False)
    await _begins_in_vain(csms, driver, tags, connector)

    suspended = await csms.awaits("StatusNotification", connectorId=connector, status="SuspendedEVSE")
    csms.wire.advises("R1", suspended, expected="SuspendedEVSE", actual=f"it is {csms.statuses.get(connector)}")
    stopped = await csms.may_receive("StopTransaction")
    csms.wire.advises(
        "R2",
        stopped is None,
        expected="a transaction that goes on",
        actual="StopTransaction came",
        seen=None if stopped is None else stopped.seen,
    )


@case(
    "TX-11_CS",
    "The cable of whoever was refused stays locked for him",
    profile="rpc",
    ref="OCPP 1.6 §4.8, erratum 3.5",
    needs=["connector-lock"],
    rules={
        "R1": "Nobody can take the cable out before the card that started is shown.",
        "R2": "When it was shown, the cable can be taken out.",
    },
)
async def test_cable_stays_locked(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.unpaid(csms, stops=True)
    await _begins_in_vain(csms, driver, tags, connector)
    await csms.receives("StopTransaction")

    await driver.unplug(connector)
    free = await csms.may_receive(
        "StatusNotification", within=driver.unseen_s, connectorId=connector, status="Available"
    )
    csms.wire.advises(
        "R1",
        free is None,
        expected="a cable that is locked",
        actual="the connector is Available",
        seen=None if free is None else free.seen,
    )
    if free is not None:
        csms.leaves_out("R2", "the cable was out already")
        return
    await driver.present(tags.valid, connector)
    await driver.unplug(connector)
    free = await csms.may_receive(
        "StatusNotification", within=csms.run.sut.request_s, connectorId=connector, status="Available"
    )
    csms.wire.advises(
        "R2", free is not None, expected="an Available connector", actual=f"it is {csms.statuses.get(connector)}"
    )


async def _begins_in_vain(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> Message:
    """A card is let in, and the start of its transaction is not accepted."""
    csms.answers("StartTransaction", idTagInfo={"status": "Blocked"})
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    return await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
