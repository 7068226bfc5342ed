"""Setting a charging profile (OCPP 1.6 §5.16): defaults, one for the running transaction, and what is refused."""

from harness.v16.charge_point.schedules import Schedules
from harness.v16.charge_point.vocabulary import Charging, Csms, Sut, case

_LIMIT = {0: 6}
_COMPOSITE = ("R14", "R15", "R16", "R17")
_RULES = {
    "R10": "The station takes the profile.",
    "R14": "The station tells the schedule that it will follow.",
    "R15": "The schedule is of the connector that was asked for.",
    "R16": "It is as long as it was asked for.",
    "R17": "It is in the unit that was asked for.",
    "R18": "It begins at the moment when it was asked for.",
    "R19": "Its limit is that of the profile.",
}


@case(
    "TC_056_CS",
    "Central Smart Charging - TxDefaultProfile",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.7, §5.16",
    rules=_RULES,
)
async def test_default_profile(csms: Csms, connector: int, sut: Sut) -> None:
    await _default(csms, connector, sut)


@case(
    "TC_082_CS",
    "Central Smart Charging - TxDefaultProfile - with ongoing transaction",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.7, §5.16",
    rules={**_RULES, "R19": "Its limit is that of the profile, also for the transaction that runs already."},
)
async def test_default_profile_while_charging(csms: Csms, charging: Charging, sut: Sut) -> None:
    await _default(csms, charging.connectorId, sut)


async def _default(csms: Csms, connector: int, sut: Sut) -> None:
    """A TxDefaultProfile is set, and the composite schedule says so as long as it lasts."""
    schedules, duration = Schedules(csms), sut.smart.duration_s
    await schedules.sets(connector, schedules.profile(56, "TxDefaultProfile", _LIMIT, duration=duration), rule="R10")

    composite = await schedules.composite(connector, duration, rules=_COMPOSITE)
    composite.starts_now(rule="R18")
    composite.follows(_LIMIT, ends=duration, rule="R19")


@case(
    "TC_057_CS",
    "Central Smart Charging - TxProfile",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.7, §5.16",
    rules=_RULES,
)
async def test_profile_of_a_transaction(csms: Csms, charging: Charging, sut: Sut) -> None:
    schedules, connector = Schedules(csms), charging.connectorId
    profile = schedules.profile(57, "TxProfile", _LIMIT, duration=None, transactionId=charging.transactionId)
    await schedules.sets(connector, profile, rule="R10")

    composite = await schedules.composite(connector, sut.smart.duration_s, rules=_COMPOSITE)
    composite.starts_now(rule="R18")
    composite.follows(_LIMIT, rule="R19")


@case(
    "TC_058_1_CS",
    "Central Smart Charging - No ongoing transaction",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.16",
    rules={"R4": "A profile for a transaction is refused while none runs."},
)
async def test_profile_without_a_transaction(csms: Csms, connector: int, sut: Sut) -> None:
    transaction = csms.bay.next_transaction()
    profile = Schedules(csms).profile(58, "TxProfile", _LIMIT, duration=sut.smart.duration_s, transactionId=transaction)
    await csms.sends_in_vain(
        "SetChargingProfile",
        rule="R4",
        codes=["PropertyConstraintViolation"],
        connectorId=connector,
        csChargingProfiles=profile,
    )


@case(
    "TC_058_2_CS",
    "Central Smart Charging - Wrong transactionId",
    profile="smart_charging",
    ref="OCPP 1.6 §3.13.1, §5.16",
    rules={"R4": "A profile for another transaction than the running one is rejected."},
)
async def test_profile_of_another_transaction(csms: Csms, charging: Charging, sut: Sut) -> None:
    another = csms.bay.next_transaction()
    profile = Schedules(csms).profile(58, "TxProfile", _LIMIT, duration=sut.smart.duration_s, transactionId=another)
    answer = await csms.sends(
        "SetChargingProfile", rule="R4", connectorId=charging.connectorId, csChargingProfiles=profile
    )
    answer.shows(rule="R4", status="Rejected")
