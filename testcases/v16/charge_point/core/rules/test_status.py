"""What a connector is after a reboot, after a time-out and after an outage (OCPP 1.6 §4.9, §5.2, §9.1.6).

Rules STAT-05 to STAT-07.
"""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, booting, case, states


@case(
    "STAT-05_CS",
    "What was taken out of service stays so after a reboot",
    profile="rpc",
    ref="OCPP 1.6 §4.9, §5.2",
    rules={"R1": "After a reboot a connector that the CSMS has taken out of service is Unavailable still."},
)
async def test_unavailable_after_a_reboot(csms: Csms, connector: int) -> None:
    await states.unavailable(csms, connector)
    answer = await csms.sends("Reset", type="Hard")
    answer.shows(status="Accepted")

    csms.looks_from(await states.reboots(csms))
    told = await csms.receives("StatusNotification", connectorId=connector)
    told.shows(rule="R1", status="Unavailable")


@case(
    "STAT-06_CS",
    "Nobody is waited for longer than ConnectionTimeOut",
    profile="rpc",
    ref="OCPP 1.6 §9.1.6, errata 3.21, 3.77, 3.89",
    rules={
        "R1": "A connector that was started from afar and gets no cable is Available when the time is over.",
        "R2": "It waits until then.",
    },
)
async def test_connection_time_out(csms: Csms, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.keys.connection_timeout_s
    await states.configures(csms, ConnectionTimeOut=str(seconds))
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(status="Accepted")
    preparing = await states.status(csms, connector, "Preparing")

    within = seconds + csms.run.sut.timeouts.message_s
    free = await states.status(csms, connector, "Available", rule="R1", within=within)
    booting.not_before(csms, preparing, free, seconds, rule="R2")


@case(
    "STAT-07_CS",
    "After an outage a station tells what is, not what was",
    profile="rpc",
    ref="OCPP 1.6 §4.9",
    rules={
        "R1": "A status that began and ended during the outage is not told.",
        "R2": "A connector that is another one than it was before the outage tells what it is.",
    },
)
async def test_no_history_after_an_outage(csms: Csms, driver: EvDriver, connector: int) -> None:
    await csms.goes_away()
    await driver.plug_in(connector)
    await driver.unplug(connector)
    csms.comes_back()
    await csms.connects()
    told = await csms.may_receive(
        "StatusNotification", within=csms.run.sut.timeouts.settle_s, connectorId=connector, status="Preparing"
    )
    csms.wire.advises(
        "R1",
        told is None,
        expected="no Preparing, as the connector is Available",
        actual="it was told",
        seen=None if told is None else told.seen,
    )

    await csms.goes_away()
    await driver.plug_in(connector)
    csms.comes_back()
    await csms.connects()
    told = await csms.may_receive(
        "StatusNotification", within=csms.run.sut.request_s, connectorId=connector, status="Preparing"
    )
    csms.wire.advises("R2", told is not None, expected="Preparing", actual="it was not told")
