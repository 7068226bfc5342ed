"""Which CALLERROR answers what cannot be processed (OCPP-J 1.6 §4.2.3, table 7; errata 3.2, 3.10)."""

from harness.v16.csms.vocabulary import Station, Sut, case, now, refusals

_ANSWERED = "A CALL that is wrong is answered all the same."
_STATUS = {"connectorId": 1, "errorCode": "NoError"}


@case(
    "ERR-02_1_CSMS",
    "An action that there is not",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": "A CALL of an action that OCPP does not have is answered.",
        "R2": "It gets the CALLERROR NotImplemented.",
    },
)
async def test_unknown_action(station: Station) -> None:
    answer = await station.wire.answers("NoSuchAction", {}, rule="R1")
    station.wire.is_refused(answer, ["NotImplemented"], rule="R2")


@case(
    "ERR-02_2_CSMS",
    "An action in small letters",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.1, §4.2.3",
    rules={
        "R1": "A CALL of heartbeat, which is not how Heartbeat is spelled, is answered.",
        "R2": "It gets the CALLERROR NotImplemented, as an action is case sensitive.",
    },
)
async def test_action_in_small_letters(station: Station) -> None:
    answer = await station.wire.answers("heartbeat", {}, rule="R1")
    station.wire.is_refused(answer, ["NotImplemented"], rule="R2", advised=True)


@case(
    "ERR-03_1_CSMS",
    "An action that only a CSMS sends",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": "A Reset that the station sends to the CSMS is answered.",
        "R2": "It gets the CALLERROR NotSupported or NotImplemented.",
    },
)
async def test_action_of_the_other_side(station: Station) -> None:
    answer = await station.wire.answers("Reset", {"type": "Soft"}, rule="R1")
    station.wire.is_refused(answer, ["NotSupported", "NotImplemented"], rule="R2", advised=True)


@case(
    "ERR-03_2_CSMS",
    "A message of a feature profile that the CSMS does not have",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    needs=["without-firmware-management"],
    rules={
        "R1": "A FirmwareStatusNotification is answered.",
        "R2": "If it is refused, then with the CALLERROR NotSupported.",
    },
)
async def test_message_of_another_profile(station: Station) -> None:
    answer = await station.wire.answers("FirmwareStatusNotification", {"status": "Idle"}, rule="R1")
    if station.wire.is_taken(answer):
        station.leaves_out("R2", "the CSMS takes FirmwareStatusNotification, whatever is claimed of it")
        return
    station.wire.is_refused(answer, ["NotSupported"], rule="R2", warned=["NotImplemented"])


@case(
    "ERR-04_CSMS",
    "A member that has to be there is missing",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": _ANSWERED,
        "R2": "An Authorize without an idTag gets a CALLERROR that says so.",
    },
    action="Authorize",
    payload={},
    codes=refusals.MISSING,
)
@case(
    "ERR-05_CSMS",
    "A member of the wrong type",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": _ANSWERED,
        "R2": "An Authorize whose idTag is a number gets a CALLERROR that says so.",
    },
    action="Authorize",
    payload={"idTag": 4711},
    codes=refusals.WRONG_TYPE,
)
@case(
    "ERR-06_1_CSMS",
    "A value that there is not",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3",
    rules={
        "R1": _ANSWERED,
        "R2": "A StatusNotification with a status that does not exist gets a CALLERROR that says so.",
    },
    action="StatusNotification",
    payload={**_STATUS, "status": "NoSuchStatus"},
    codes=refusals.WRONG_VALUE,
)
@case(
    "ERR-06_2_CSMS",
    "A text that is too long",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, OCPP 1.6 §7.15",
    rules={
        "R1": _ANSWERED,
        "R2": "An Authorize whose idTag has 21 characters gets a CALLERROR that says so.",
    },
    action="Authorize",
    payload={"idTag": "ONE-MORE-THAN-TWENTY!"},
    codes=refusals.WRONG_VALUE,
)
@case(
    "ERR-07_1_CSMS",
    "A member that there is not",
    profile="rpc",
    ref="OCPP-J 1.6 errata 3.2",
    rules={
        "R1": _ANSWERED,
        "R2": "A Heartbeat with a member that its schema does not know gets a CALLERROR that says so.",
    },
    action="Heartbeat",
    payload={"extra": "member"},
    codes=refusals.NOT_KNOWN,
)
@case(
    "ERR-07_2_CSMS",
    "A member that there is not, in an inner object",
    profile="rpc",
    ref="OCPP-J 1.6 errata 3.2",
    rules={
        "R1": _ANSWERED,
        "R2": "MeterValues with a sample that has a member too many get a CALLERROR that says so.",
    },
    action="MeterValues",
    payload={
        "connectorId": 0,
        "meterValue": [{"timestamp": now(), "sampledValue": [{"value": "1", "extra": "member"}]}],
    },
    codes=refusals.NOT_KNOWN,
)
async def test_wrong_payload(station: Station, action: str, payload: dict[str, object], codes: tuple[str, ...]) -> None:
    answer = await station.wire.answers(action, payload, rule="R1")
    station.wire.is_refused(answer, codes, rule="R2", advised=True)


@case(
    "ERR-11_CSMS",
    "A CALL before the station was accepted",
    profile="rpc",
    ref="OCPP-J 1.6 errata 3.10, OCPP 1.6 §4.2",
    rules={
        "R1": "A Heartbeat before the BootNotification is answered.",
        "R2": "A station that has never booted gets the CALLERROR SecurityError.",
    },
)
async def test_call_before_acceptance(cold_station: Station, sut: Sut) -> None:
    answer = await cold_station.wire.answers("Heartbeat", {}, rule="R1")
    if sut.fresh_identities:
        cold_station.wire.is_refused(answer, ["SecurityError"], rule="R2", advised=True)
    else:  # it may come back to a CSMS that has accepted it
        cold_station.leaves_out("R2", "this station has booted before, which a CSMS may remember")


@case(
    "ERR-14_2_CSMS",
    "The session goes on after a CALLERROR",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "A CALL that cannot be processed is answered.",
        "R2": "The next CALL on the same connection is answered.",
    },
)
async def test_session_goes_on(station: Station) -> None:
    await station.wire.answers("NoSuchAction", {}, rule="R1")
    await station.sends("Heartbeat", rule="R2")
