"""A vehicle that is unplugged from a transaction that goes on (OCPP 1.6 §4.9, §4.10, §9.1.25; rules TX-13, STAT-04)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, Tags, case, states

_NEEDS = ["stop-on-ev-disconnect-writable"]
_STOP, _UNLOCK = "StopTransactionOnEVSideDisconnect", "UnlockConnectorOnEVSideDisconnect"


@case(
    "TX-13_CS",
    "Whether the transaction ends goes before whether the cable is unlocked",
    profile="rpc",
    ref="OCPP 1.6 §4.10, §9.1.25, §9.1.33",
    needs=[*_NEEDS, "detachable-cable"],
    rules={
        "R1": "Where StopTransactionOnEVSideDisconnect is false, the transaction goes on, whatever the other key says.",
        "R2": "The connector is in use still: it is neither Finishing nor Available.",
    },
)
async def test_stop_goes_before_unlock(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    connector = charging.connectorId
    await states.configures(csms, **{_STOP: "false", _UNLOCK: "true"})

    await driver.unplug_vehicle(connector)
    await csms.receives_no("StopTransaction", rule="R1", within=driver.unseen_s)
    for status in ("Finishing", "Available"):
        await csms.receives_no("StatusNotification", rule="R2", within=0, connectorId=connector, status=status)


@case(
    "STAT-04_CS",
    "What the station holds back goes before what the vehicle does not take",
    profile="rpc",
    ref="OCPP 1.6 §4.9",
    needs=_NEEDS,
    rules={"R1": "A connector that is SuspendedEVSE does not become SuspendedEV when the vehicle is unplugged."},
)
async def test_suspended_by_both(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, **{_STOP: "false"})
    await states.unpaid(csms, stops=False)
    csms.answers("StartTransaction", idTagInfo={"status": "Blocked"})
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "SuspendedEVSE")

    await driver.unplug_vehicle(connector)
    await csms.receives_no(
        "StatusNotification", rule="R1", within=driver.unseen_s, connectorId=connector, status="SuspendedEV"
    )
