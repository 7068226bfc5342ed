"""How long a profile is kept (OCPP 1.6 §3.13.1, §5.11, §5.16, errata 3.37, 3.42; rules SC-15 to SC-17, RMT-04)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, Schedules, Tags, case, states

_NEEDS = ["profiles.smart_charging"]
_S = 300
"""Seconds that a schedule is asked for."""
_LONG = _S + 100


@case(
    "SC-15_CS",
    "Profiles survive a reboot",
    profile="rpc",
    ref="OCPP 1.6 §5.16, erratum 3.37",
    needs=_NEEDS,
    rules={"R1": "After a reboot the station follows the profile that it was given before."},
)
async def test_profile_survives_a_reboot(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(1501, "TxDefaultProfile", {0: 6}, duration=86_400))
    await states.restarts(csms)

    composite = await schedules.composite(connector, _S)
    composite.follows({0: 6}, rule="R1")


@case(
    "SC-16_CS",
    "A TxProfile is gone after its transaction",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1",
    needs=_NEEDS,
    rules={"R1": "The next transaction follows the default, and not the profile of the one before."},
)
async def test_profile_ends_with_its_transaction(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    schedules, connector = Schedules(csms), charging.connectorId
    await schedules.sets(connector, schedules.profile(1601, "TxDefaultProfile", {0: 8}, duration=_LONG))
    own = schedules.profile(1602, "TxProfile", {0: 6}, duration=None, transactionId=charging.transactionId)
    await schedules.sets(connector, own)

    await states.stops_and_leaves(csms, driver, connector)
    await states.charge(csms, driver, connector, charging.idTag)
    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8}, rule="R1")


@case(
    "SC-17_CS",
    "The profile of a remote start can be replaced",
    profile="rpc",
    ref="OCPP 1.6 §5.11, §5.16, erratum 3.42",
    needs=_NEEDS,
    rules={
        "R1": "The transaction begins with the profile of its remote start.",
        "R2": "A TxProfile of the same level takes its place.",
    },
)
async def test_profile_of_a_remote_start_is_replaced(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    schedules = Schedules(csms)
    first = schedules.profile(1701, "TxProfile", {0: 6}, duration=_LONG)
    charging = await states.charge(csms, driver, connector, tags.valid, chargingProfile=first)
    composite = await schedules.composite(connector, _S)
    composite.follows({0: 6}, rule="R1")

    second = schedules.profile(1702, "TxProfile", {0: 8}, duration=_LONG, transactionId=charging.transactionId)
    await schedules.sets(connector, second)
    composite = await schedules.composite(connector, _S)
    composite.follows({0: 8}, rule="R2")


@case(
    "RMT-04_CS",
    "Without smart charging the profile of a remote start is ignored",
    profile="rpc",
    ref="OCPP 1.6 §5.11",
    needs=["without-smart-charging"],
    rules={"R1": "A remote start with a charging profile is accepted, as it would be without one."},
)
async def test_profile_is_ignored(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    profile = Schedules(csms).profile(1801, "TxProfile", {0: 6}, duration=_LONG)
    await states.occupied(csms, driver, connector)

    answer = await csms.sends(
        "RemoteStartTransaction", connectorId=connector, idTag=tags.valid, chargingProfile=profile
    )
    csms.wire.advises(
        "R1",
        answer["status"] == "Accepted",
        expected="RemoteStartTransaction.conf with status = Accepted",
        actual=f"status = {answer['status']}",
        seen=answer.seen,
    )
