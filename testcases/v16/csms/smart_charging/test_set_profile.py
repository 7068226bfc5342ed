"""Setting a charging profile (OCPP 1.6 §3.13, §5.16): the default of a connector, and one for a transaction."""

from harness.v16.csms.vocabulary import Charging, Operator, Station, Sut, absent, case, one_of, payloads, present


@case(
    "TC_056_CSMS",
    "Central Smart Charging - TxDefaultProfile",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13, §5.16, §7.8",
    needs=["tx-default-profile"],
    rules={
        "R1": "The profile is set on the connector that the operator chose.",
        "R2": "It has the stack level that the operator chose.",
        "R3": "It is the default of transactions.",
        "R4": "It is Absolute.",
        "R5": "It says from when on it is valid.",
        "R6": "It says until when it is valid.",
        "R7": "It is for no transaction.",
        "R8": "It does not recur.",
        "R9": "Its schedule has a fixed start.",
        "R10": "Its limits are in the unit that the operator chose.",
        "R11": "Its schedule lasts as long as the operator chose.",
        "R12": "Its first period begins with the schedule.",
        "R13": "Its limit is the one that the operator chose.",
        "R14": "It is for as many phases as the operator chose; three need not be named.",
    },
)
async def test_default_profile(station: Station, operator: Operator, connector: int, sut: Sut) -> None:
    smart = sut.smart
    chosen = payloads.profile(sut, 1, "TxDefaultProfile")
    await operator.set_charging_profile(station, connectorId=connector, csChargingProfiles=chosen)
    request = await station.receives("SetChargingProfile", rule="R1", connectorId=connector)
    request.shows(rule="R2", csChargingProfiles={"stackLevel": smart.stack_level})
    request.shows(rule="R3", csChargingProfiles={"chargingProfilePurpose": "TxDefaultProfile"})
    request.shows(rule="R4", csChargingProfiles={"chargingProfileKind": "Absolute"})
    request.shows(rule="R5", csChargingProfiles={"validFrom": present})
    request.shows(rule="R6", csChargingProfiles={"validTo": present})
    request.shows(rule="R7", csChargingProfiles={"transactionId": absent})
    request.shows(rule="R8", csChargingProfiles={"recurrencyKind": absent})
    request.shows(rule="R9", csChargingProfiles={"chargingSchedule": {"startSchedule": present}})
    request.shows(rule="R10", csChargingProfiles={"chargingSchedule": {"chargingRateUnit": smart.rate_unit}})
    request.shows(rule="R11", csChargingProfiles={"chargingSchedule": {"duration": smart.duration_s}})
    profile, limit = request["csChargingProfiles"], payloads.LIMITS[smart.rate_unit]
    request.shows(rule="R12", csChargingProfiles=payloads.first_period(profile, startPeriod=0))
    request.shows(rule="R13", csChargingProfiles=payloads.first_period(profile, limit=limit))
    request.shows(rule="R14", csChargingProfiles=payloads.first_period(profile, numberPhases=payloads.phases(sut)))
    await request.answered(status="Accepted")


@case(
    "TC_057_CSMS",
    "Central Smart Charging - TxProfile",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13, §5.16, §7.8",
    needs=["tx-profile"],
    rules={
        "R1": "The profile is set on the connector that the operator chose.",
        "R2": "It is for a transaction.",
        "R3": "It names the transaction that is running, by the id the CSMS gave it.",
        "R4": "It does not recur.",
        "R5": "It is Absolute or Relative.",
        "R6": "If it is Absolute, it is fixed in time: validity, start and duration.",
        "R7": "If it is Relative, its schedule has no fixed start.",
    },
)
async def test_profile_of_a_transaction(station: Station, charging: Charging, operator: Operator, sut: Sut) -> None:
    chosen = payloads.profile(sut, 2, "TxProfile", transactionId=charging.transactionId)
    await operator.set_charging_profile(station, connectorId=charging.connectorId, csChargingProfiles=chosen)
    request = await station.receives("SetChargingProfile", rule="R1", connectorId=charging.connectorId)
    request.shows(rule="R2", csChargingProfiles={"chargingProfilePurpose": "TxProfile"})
    request.shows(rule="R3", csChargingProfiles={"transactionId": charging.transactionId})
    request.shows(rule="R4", csChargingProfiles={"recurrencyKind": absent})
    request.shows(rule="R5", csChargingProfiles={"chargingProfileKind": one_of("Absolute", "Relative")})
    profile = request["csChargingProfiles"]
    request.shows(rule="R6", csChargingProfiles=payloads.if_absolute(profile))
    request.shows(rule="R7", csChargingProfiles=payloads.if_relative(profile))
    await request.answered(status="Accepted")
