"""CALLs that cannot be processed: which CALLERROR answers them (OCPP-J 1.6 §4.2.3, table 7; errata 3.2, 3.3)."""

from typing import Any

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, frames, pauses, payloads, states

_RETRY_S = 1
"""Seconds until a message about a transaction is sent once more."""


def _profile(csms: Csms, purpose: str = "TxDefaultProfile") -> dict[str, Any]:
    return payloads.profile(csms.run.sut, csms.bay.next_transaction(), purpose)


@case(
    "ERR-02_CS",
    "An action that is not known",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    rules={"R1": "An action that there is not is refused with the CALLERROR NotImplemented."},
)
async def test_unknown_action(csms: Csms) -> None:
    answer = await csms.wire.asks("NoSuchAction", rule="R1")
    csms.wire.is_refused(answer, ["NotImplemented"], rule="R1")


@case(
    "ERR-03_1_CS",
    "An action of a feature profile that the station does not have",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    needs=["without-firmware-management"],
    rules={"R1": "An action of OCPP 1.6 that is not supported is refused with the CALLERROR NotSupported."},
)
async def test_unsupported_action(csms: Csms) -> None:
    update = {"location": payloads.FIRMWARE, "retrieveDate": payloads.later(payloads.VALID_SECONDS)}  # not before long
    answer = await csms.wire.asks("UpdateFirmware", update, rule="R1")
    csms.wire.is_refused(answer, ["NotSupported"], rule="R1", warned=["NotImplemented"])


@case(
    "ERR-03_2_CS",
    "An action that a station sends, and does not receive",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    rules={"R1": "An action of the other direction is refused with the CALLERROR NotSupported or NotImplemented."},
)
async def test_action_of_the_other_side(csms: Csms) -> None:
    answer = await csms.wire.asks("Heartbeat", rule="R1")
    csms.wire.is_refused(answer, ["NotSupported", "NotImplemented"], rule="R1", advised=True)


@case(
    "ERR-04_CS",
    "A member is missing",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    rules={"R1": "A CALL that lacks a member is refused with ProtocolError or OccurenceConstraintViolation."},
)
async def test_missing_member(csms: Csms) -> None:
    answer = await csms.wire.asks("ChangeConfiguration", {"key": frames.KEY}, rule="R1")
    codes = ["ProtocolError", "OccurenceConstraintViolation", "FormationViolation"]
    csms.wire.is_refused(answer, codes, rule="R1", advised=True)


@case(
    "ERR-05_CS",
    "A member is of another type",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    rules={"R1": "A CALL with a number for a text is refused with TypeConstraintViolation."},
)
async def test_wrong_type(csms: Csms) -> None:
    answer = await csms.wire.asks("GetConfiguration", {"key": [4711]}, rule="R1")
    csms.wire.is_refused(answer, ["TypeConstraintViolation", "FormationViolation"], rule="R1", advised=True)


@case(
    "ERR-06_1_CS",
    "A value that there is not",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    rules={"R1": "A CALL with a value outside its set is refused with PropertyConstraintViolation."},
    action="ChangeAvailability",
    payload={"connectorId": 0, "type": "Sometimes"},
)
@case(
    "ERR-06_2_CS",
    "A text that is too long",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3, table 7",
    rules={"R1": "A CALL with a text that is too long is refused with PropertyConstraintViolation."},
    action="GetConfiguration",
    payload={"key": ["K" * 51]},
)
async def test_wrong_value(csms: Csms, action: str, payload: dict[str, Any]) -> None:
    answer = await csms.wire.asks(action, payload, rule="R1")
    csms.wire.is_refused(answer, ["PropertyConstraintViolation", "FormationViolation"], rule="R1", advised=True)


@case(
    "ERR-07_CS",
    "A member that there is not",
    profile="rpc",
    ref="OCPP-J 1.6 §4.2.3; errata 3.2",
    rules={
        "R1": "A CALL with a member that its schema does not have is refused with FormationViolation or "
        "PropertyConstraintViolation."
    },
)
async def test_extra_member(csms: Csms) -> None:
    answer = await csms.wire.asks("GetConfiguration", {"key": [frames.KEY], "plugproofStuff": True}, rule="R1")
    codes = ["FormationViolation", "PropertyConstraintViolation"]
    csms.wire.is_refused(answer, codes, rule="R1", advised=True)


@case(
    "ERR-09_CS",
    "An id that is too long",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.4, §4.2.3",
    rules={"R1": "A CALL with an id of 37 characters is refused with a CALLERROR."},
)
async def test_long_id(csms: Csms) -> None:
    asked = await csms.wire.writes(f'[2,"{frames.longest_id()}+","GetConfiguration",{{}}]', rule="R1")
    await frames.is_refused_at_all(csms, asked, rule="R1")


@case(
    "ERR-12_1_CS",
    "A charging profile for a connector that there is not",
    profile="rpc",
    ref="OCPP 1.6 errata 3.38",
    needs=["profiles.smart_charging"],
    rules={"R1": "SetChargingProfile for an unknown connector is refused with PropertyConstraintViolation."},
)
async def test_profile_for_unknown_connector(csms: Csms) -> None:
    profile = _profile(csms)
    beyond = csms.connectors + 1
    answer = await csms.wire.asks(
        "SetChargingProfile", {"connectorId": beyond, "csChargingProfiles": profile}, rule="R1"
    )
    csms.wire.is_refused(answer, ["PropertyConstraintViolation"], rule="R1")


@case(
    "ERR-12_2_CS",
    "A charging profile with a value that there is not",
    profile="rpc",
    ref="OCPP 1.6 errata 3.39",
    needs=["profiles.smart_charging"],
    rules={"R1": "SetChargingProfile with an unknown purpose is refused with PropertyConstraintViolation."},
)
async def test_profile_with_unknown_purpose(csms: Csms) -> None:
    profile = _profile(csms, "SunnyDays")
    answer = await csms.wire.asks("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile}, rule="R1")
    csms.wire.is_refused(answer, ["PropertyConstraintViolation"], rule="R1")


@case(
    "ERR-12_3_CS",
    "A charging profile for a station without smart charging",
    profile="rpc",
    ref="OCPP 1.6 errata 3.38",
    needs=["without-smart-charging"],
    rules={"R1": "Without smart charging SetChargingProfile is refused with the CALLERROR NotSupported."},
)
async def test_profile_without_smart_charging(csms: Csms) -> None:
    profile = _profile(csms)
    answer = await csms.wire.asks("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile}, rule="R1")
    csms.wire.is_refused(answer, ["NotSupported"], rule="R1", warned=["NotImplemented"])


@case(
    "ERR-13_CS",
    "A composite schedule in a unit that there is not",
    profile="rpc",
    ref="OCPP 1.6 errata 3.24",
    needs=["profiles.smart_charging"],
    rules={"R1": "GetCompositeSchedule in an unknown unit is refused with PropertyConstraintViolation."},
)
async def test_composite_schedule_in_unknown_unit(csms: Csms) -> None:
    wanted = {"connectorId": 0, "duration": 60, "chargingRateUnit": "kW"}
    answer = await csms.wire.asks("GetCompositeSchedule", wanted, rule="R1")
    csms.wire.is_refused(answer, ["PropertyConstraintViolation"], rule="R1")


@case(
    "ERR-14_CS",
    "After a CALLERROR the session goes on",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    rules={
        "R1": "After a CALLERROR of the station its next CALL from the CSMS is answered on the same connection.",
        "R2": "After a CALLERROR of the CSMS the station sends its next CALL on the same connection.",
    },
    needs=["profiles.remote_trigger"],
)
async def test_session_goes_on(csms: Csms) -> None:
    for action, payload in (("NoSuchAction", {}), ("ChangeConfiguration", {}), ("Reset", {"type": 1})):
        await csms.wire.asks(action, payload, rule="R1")
        await frames.goes_on(csms, rule="R1", advised=False)

    csms.wire.refuses_all("Heartbeat", "InternalError", times=1)
    await pauses.goes_on(csms, rule="R2")
    await pauses.goes_on(csms, rule="R2")


@case(
    "ERR-10_CS",
    "A transaction message that the CSMS could not process",
    profile="rpc",
    ref="OCPP-J 1.6 errata 3.3; OCPP 1.6 §3.7.1",
    rules={"R1": "A StartTransaction that is refused with the CALLERROR InternalError is sent once more."},
)
async def test_refused_transaction_message(csms: Csms, driver: EvDriver, connector: int, tags: Tags) -> None:
    await states.configures(csms, TransactionMessageAttempts="2", TransactionMessageRetryInterval=str(_RETRY_S))
    csms.wire.refuses_all("StartTransaction", "InternalError", times=1)
    await states.occupied(csms, driver, connector)
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(status="Accepted")
    await csms.receives("StartTransaction", connectorId=connector)

    within = _RETRY_S + csms.run.sut.request_s
    await csms.receives("StartTransaction", rule="R1", within=within, connectorId=connector)
