"""What a charging profile is for, and where (OCPP 1.6 §3.13.1, §3.13.3, §5.16; rules SC-01, 02, 04 to 06)."""

from typing import Any

from harness.v16.charge_point.vocabulary import Charging, Csms, Schedules, case

_NEEDS = ["profiles.smart_charging"]
_CODES = ["PropertyConstraintViolation"]
_S = 300
"""Seconds that a schedule is asked for."""


@case(
    "SC-01_1_CS",
    "A ChargePointMaxProfile is for the whole station",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, §5.16",
    needs=_NEEDS,
    rules={"R1": "A ChargePointMaxProfile for a single connector is refused."},
    purpose="ChargePointMaxProfile",
    at_station=False,
)
@case(
    "SC-01_2_CS",
    "A TxProfile is for one connector",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, §5.16",
    needs=_NEEDS,
    rules={"R1": "A TxProfile for the whole station is refused."},
    purpose="TxProfile",
    at_station=True,
)
async def test_purpose_at_the_wrong_place(csms: Csms, charging: Charging, purpose: str, at_station: bool) -> None:
    transaction: dict[str, Any] = {"transactionId": charging.transactionId} if purpose == "TxProfile" else {}
    profile = Schedules(csms).profile(101, purpose, {0: 6}, duration=_S, **transaction)
    await csms.sends_in_vain(
        "SetChargingProfile",
        rule="R1",
        codes=_CODES,
        connectorId=0 if at_station else charging.connectorId,
        csChargingProfiles=profile,
    )


@case(
    "SC-02_1_CS",
    "A TxProfile needs a transaction",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, §5.16",
    needs=_NEEDS,
    rules={
        "R1": "A TxProfile for a connector where nothing is charged is refused.",
        "R2": "What was refused is not there: to clear it says Unknown.",
    },
)
async def test_profile_without_a_transaction(csms: Csms, connector: int) -> None:
    profile = Schedules(csms).profile(201, "TxProfile", {0: 6}, duration=_S, transactionId=csms.bay.next_transaction())
    await csms.sends_in_vain(
        "SetChargingProfile", rule="R1", codes=_CODES, connectorId=connector, csChargingProfiles=profile
    )

    answer = await csms.sends("ClearChargingProfile", rule="R2", id=201)
    answer.shows(status="Unknown")


@case(
    "SC-02_2_CS",
    "A TxProfile names the transaction that runs",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, §5.16",
    needs=_NEEDS,
    rules={
        "R1": "A TxProfile of another transaction than the one that runs at its connector is refused.",
        "R2": "What was refused is not there: to clear it says Unknown.",
    },
)
async def test_profile_of_another_transaction(csms: Csms, charging: Charging) -> None:
    profile = Schedules(csms).profile(202, "TxProfile", {0: 6}, duration=_S, transactionId=csms.bay.next_transaction())
    await csms.sends_in_vain(
        "SetChargingProfile", rule="R1", codes=_CODES, connectorId=charging.connectorId, csChargingProfiles=profile
    )

    answer = await csms.sends("ClearChargingProfile", rule="R2", id=202)
    answer.shows(status="Unknown")


@case(
    "SC-04_2_CS",
    "The lowest limit of all purposes is in force",
    profile="rpc",
    ref="OCPP 1.6 §3.13.3, §5.7",
    needs=_NEEDS,
    rules={
        "R1": "Below the maximum of the station the profile of the connector is what limits it.",
        "R2": "Above it the maximum of the station is.",
    },
)
async def test_purposes_are_combined(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(0, schedules.profile(401, "ChargePointMaxProfile", {0: 8}, duration=86_400))
    await schedules.sets(connector, schedules.profile(402, "TxDefaultProfile", {0: 6, 100: 10}, duration=_S + 100))

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 6, 100: 8}, ends=90, rule="R1")
    composite.follows({0: 6, 100: 8}, rule="R2")


@case(
    "SC-05_CS",
    "The default of the station holds where no connector has one",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, §5.7",
    needs=_NEEDS,
    rules={
        "R1": "A TxDefaultProfile of the station limits a connector that has none of its own.",
        "R2": "One that is set for the connector takes its place there.",
        "R3": "At the other connectors that of the station is still in force.",
    },
)
async def test_default_of_the_station(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(0, schedules.profile(501, "TxDefaultProfile", {0: 6}, duration=_S + 100))
    composite = await schedules.composite(connector, _S)
    composite.follows({0: 6}, rule="R1")

    await schedules.sets(connector, schedules.profile(502, "TxDefaultProfile", {0: 8}, duration=_S + 100))
    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8}, rule="R2")

    other = next((one for one in range(1, csms.connectors + 1) if one != connector), None)
    if other is None:
        csms.leaves_out("R3", "the station has one connector")
        return
    composite = await schedules.composite(other, _S)
    composite.follows({0: 6}, rule="R3")


@case(
    "SC-06_1_CS",
    "A new default reaches the transaction that runs",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, erratum 3.8",
    needs=_NEEDS,
    rules={
        "R1": "A transaction without a profile follows a TxDefaultProfile that is set while it runs.",
        "R2": "It follows a newer default as well.",
    },
)
async def test_new_default_while_charging(csms: Csms, charging: Charging) -> None:
    schedules, connector = Schedules(csms), charging.connectorId
    for number, limit, rule in ((601, 6, "R1"), (602, 8, "R2")):
        await schedules.sets(connector, schedules.profile(number, "TxDefaultProfile", {0: limit}, duration=_S + 100))
        composite = await schedules.composite(connector, _S)
        composite.follows({0: limit}, rule=rule)


@case(
    "SC-06_2_CS",
    "A transaction goes on when its default is removed",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, erratum 3.8",
    needs=_NEEDS,
    rules={
        "R1": "When the TxDefaultProfile is cleared, nothing but the limit of the station is left.",
        "R2": "The transaction goes on.",
    },
)
async def test_default_is_removed_while_charging(csms: Csms, charging: Charging) -> None:
    schedules, connector = Schedules(csms), charging.connectorId
    await schedules.learns_local_limit(connector, _S)
    await schedules.sets(connector, schedules.profile(603, "TxDefaultProfile", {0: 6, 100: 8}, duration=_S + 100))

    answer = await csms.sends("ClearChargingProfile", id=603)
    answer.shows(status="Accepted")
    await csms.receives_no("StopTransaction", rule="R2", transactionId=charging.transactionId)
    composite = await schedules.composite(connector, _S)
    composite.is_local(rule="R1")
