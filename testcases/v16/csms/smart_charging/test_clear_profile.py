"""Clearing charging profiles (OCPP 1.6 §5.5): one by its id, some by what they are, and all that are left."""

from harness.v16.csms.vocabulary import Charging, Operator, Station, Sut, absent, case, payloads, satisfies


@case(
    "TC_067_CSMS",
    "Clear Charging Profile",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.5, §5.16",
    needs=["max-profile", "tx-default-profile", "tx-profile", "clear-charging-profile"],
    rules={
        "R1": "Every profile has the stack level that the operator chose.",
        "R2": "Every profile is set on the connector that the operator chose for it.",
        "R3": "Every profile has the purpose that the operator chose for it.",
        "R4": "The maximum of the station is set on connector 0 and is for no transaction.",
        "R5": "The default of a connector is set on that connector and is for no transaction.",
        "R6": "The profile of the transaction is set on its connector and names it, by the id the CSMS gave it.",
        "R7": "No two profiles have the same id.",
        "R9": "One profile is cleared by the id it was set with.",
        "R10": "Clearing by id names no connector.",
        "R11": "Clearing by id names no purpose.",
        "R12": "Clearing by id names no stack level.",
        "R14": "Clearing by what profiles are names no id.",
        "R15": "It names the connector that the operator chose.",
        "R16": "It names the purpose that the operator chose.",
        "R17": "It names the stack level that the operator chose.",
        "R19": "Clearing all profiles names no id.",
        "R20": "Clearing all profiles names no connector.",
        "R21": "Clearing all profiles names no purpose.",
        "R22": "Clearing all profiles names no stack level.",
    },
)
async def test_clear_profiles(station: Station, charging: Charging, operator: Operator, sut: Sut) -> None:
    connector, level = charging.connectorId, sut.smart.stack_level
    ids: list[int] = []
    for rule, connectorId, purpose, transactionId in (
        ("R4", 0, "ChargePointMaxProfile", absent),
        ("R5", connector, "TxDefaultProfile", absent),
        ("R6", connector, "TxProfile", charging.transactionId),
    ):
        named = {} if transactionId is absent else {"transactionId": transactionId}
        chosen = payloads.profile(sut, 11 + len(ids), purpose, **named)
        await operator.set_charging_profile(station, connectorId=connectorId, csChargingProfiles=chosen)
        request = await station.receives("SetChargingProfile", rule="R1", csChargingProfiles={"stackLevel": level})
        request.shows(rule="R2", connectorId=connectorId)
        request.shows(rule="R3", csChargingProfiles={"chargingProfilePurpose": purpose})
        request.shows(rule=rule, connectorId=connectorId, csChargingProfiles={"transactionId": transactionId})
        request.shows(rule="R7", csChargingProfiles={"chargingProfileId": _new(ids)})
        ids.append(request["csChargingProfiles"]["chargingProfileId"])
        await request.answered(status="Accepted")

    await operator.clear_charging_profile(station, id=ids[0])
    request = await station.receives("ClearChargingProfile", rule="R9", id=ids[0])
    request.shows(rule="R10", connectorId=absent)
    request.shows(rule="R11", chargingProfilePurpose=absent)
    request.shows(rule="R12", stackLevel=absent)
    await request.answered(status="Accepted")

    await operator.clear_charging_profile(
        station, connectorId=connector, chargingProfilePurpose="TxDefaultProfile", stackLevel=level
    )
    request = await station.receives("ClearChargingProfile", rule="R14", id=absent)
    request.shows(rule="R15", connectorId=connector)
    request.shows(rule="R16", chargingProfilePurpose="TxDefaultProfile")
    request.shows(rule="R17", stackLevel=level)
    await request.answered(status="Accepted")

    await operator.clear_charging_profile(station)
    request = await station.receives("ClearChargingProfile", rule="R19", id=absent)
    request.shows(rule="R20", connectorId=absent)
    request.shows(rule="R21", chargingProfilePurpose=absent)
    request.shows(rule="R22", stackLevel=absent)
    await request.answered(status="Accepted")


def _new(ids: list[int]) -> object:
    known = tuple(ids)
    text = "an integer other than " + ", ".join(map(str, known)) if known else "an integer"
    return satisfies(text, lambda value: type(value) is int and value not in known)
