"""Starting and stopping from the CSMS (OCPP 1.6 §5.11, §5.12, §9.1.2; rules RMT-01, RMT-02)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, Tags, case, states

_ASKS = "AuthorizeRemoteTxRequests"


@case(
    "RMT-01_1_CS",
    "A remote start that cannot be is rejected",
    profile="rpc",
    ref="OCPP 1.6 §5.11",
    rules={
        "R1": "A remote start at a connector that is out of service is rejected.",
        "R2": "A remote start at a connector that the station does not have is rejected.",
    },
)
async def test_start_that_cannot_be(csms: Csms, tags: Tags, connector: int) -> None:
    await states.unavailable(csms, connector)
    answer = await csms.sends("RemoteStartTransaction", rule="R1", connectorId=connector, idTag=tags.valid)
    answer.shows(status="Rejected")
    await csms.sends_in_vain(
        "RemoteStartTransaction",
        rule="R2",
        codes=["PropertyConstraintViolation"],
        connectorId=csms.connectors + 1,
        idTag=tags.valid,
    )


@case(
    "RMT-01_2_CS",
    "A remote start is asked about where the key says so",
    profile="rpc",
    ref="OCPP 1.6 §5.11, §9.1.2, erratum 3.32",
    needs=["authorize-remote-tx"],
    rules={
        "R1": "Where AuthorizeRemoteTxRequests is true, the station asks for a tag that it does not know.",
        "R2": "It asks before the transaction starts.",
    },
)
async def test_remote_start_is_asked_about(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, **{_ASKS: "true", "LocalPreAuthorize": "false"})
    await _starts(csms, driver, tags, connector)
    asked = await csms.receives("Authorize", rule="R1", idTag=tags.valid)
    started = await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    csms.received_before(asked, started, rule="R2")


@case(
    "RMT-01_3_CS",
    "A remote start is not asked about where the key says so",
    profile="rpc",
    ref="OCPP 1.6 §5.11, §9.1.2, erratum 3.32",
    needs=["unasked-remote-tx"],
    rules={"R1": "Where AuthorizeRemoteTxRequests is false, the transaction starts without a question."},
)
async def test_remote_start_is_not_asked_about(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, **{_ASKS: "false"})
    await _starts(csms, driver, tags, connector)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await csms.receives_no("Authorize", rule="R1", within=0)


async def _starts(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.occupied(csms, driver, connector)
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(status="Accepted")


@case(
    "RMT-02_CS",
    "A transaction is stopped from afar once",
    profile="rpc",
    ref="OCPP 1.6 §5.12, §7.36, erratum 3.33",
    rules={
        "R1": "The stop of a transaction that runs is accepted.",
        "R2": "It ends with reason Remote.",
        "R3": "The stop of a transaction that is over is rejected.",
    },
)
async def test_stop_once(csms: Csms, charging: Charging) -> None:
    running = charging.transactionId
    answer = await csms.sends("RemoteStopTransaction", rule="R1", transactionId=running)
    answer.shows(status="Accepted")
    stopped = await csms.receives("StopTransaction", rule="R2", transactionId=running)
    stopped.shows(reason="Remote")

    answer = await csms.sends("RemoteStopTransaction", rule="R3", transactionId=running)
    answer.shows(status="Rejected")
