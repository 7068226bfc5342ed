"""What ReserveNow is answered with (OCPP 1.6 §5.13, §7.32; rules RES-01, RES-02)."""

from harness.v16.charge_point.vocabulary import (
    Charging,
    Csms,
    EvDriver,
    Tags,
    case,
    required_keys,
    reservations,
    states,
)

_NEEDS = ["profiles.reservation"]
_ZERO = "ReserveConnectorZeroSupported"


@case(
    "RES-01_1_CS",
    "A reservation of the same id replaces the former one",
    profile="rpc",
    ref="OCPP 1.6 §5.13",
    needs=[*_NEEDS, "second-valid-tag"],
    rules={
        "R1": "A reservation whose id the station knows already is accepted.",
        "R2": "From then on the connector is kept for the tag of the newer one.",
    },
)
async def test_same_id_replaces(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    former = states.reservation(csms, connector, tags.valid)
    await states.reserve(csms, connector, tags.valid, reservationId=former["reservationId"])

    answer = await csms.sends("ReserveNow", rule="R1", **{**former, "idTag": tags.valid_2})
    answer.shows(status="Accepted")

    await driver.plug_in(connector)
    answer = await csms.sends("RemoteStartTransaction", rule="R2", connectorId=connector, idTag=tags.valid_2)
    answer.shows(status="Accepted")
    await csms.receives("StartTransaction", rule="R2", idTag=tags.valid_2, reservationId=former["reservationId"])


@case(
    "RES-01_2_CS",
    "A connector that is reserved is occupied for another reservation",
    profile="rpc",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=_NEEDS,
    rules={"R1": "A second reservation of a reserved connector, under another id, is answered with Occupied."},
)
async def test_reserved_is_occupied(csms: Csms, tags: Tags, connector: int) -> None:
    await states.reserve(csms, connector, tags.valid)

    answer = await csms.sends("ReserveNow", rule="R1", **states.reservation(csms, connector, tags.valid))
    answer.shows(status="Occupied")


@case(
    "RES-01_3_CS",
    "A connector that charges is occupied for a reservation",
    profile="rpc",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=_NEEDS,
    rules={"R1": "A reservation of a connector whose transaction runs is answered with Occupied."},
)
async def test_charging_is_occupied(csms: Csms, tags: Tags, charging: Charging) -> None:
    answer = await csms.sends("ReserveNow", rule="R1", **states.reservation(csms, charging.connectorId, tags.valid))
    answer.shows(status="Occupied")


@case(
    "RES-01_4_CS",
    "A connector with a fault cannot be reserved",
    profile="rpc",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=[*_NEEDS, "fault-injection"],
    rules={"R1": "A reservation of a connector that has a fault is answered with Faulted."},
    status="Faulted",
)
@case(
    "RES-01_5_CS",
    "A connector out of service cannot be reserved",
    profile="rpc",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=_NEEDS,
    rules={"R1": "A reservation of a connector that is out of service is answered with Unavailable."},
    status="Unavailable",
)
@case(
    "RES-01_6_CS",
    "A station without reservations rejects them",
    profile="rpc",
    ref="OCPP 1.6 §5.13, §7.32",
    needs=["without-reservation"],
    rules={"R1": "A station that takes no reservations answers with Rejected."},
    status="Rejected",
)
async def test_unfit_connector(csms: Csms, driver: EvDriver, tags: Tags, connector: int, status: str) -> None:
    await reservations.unfit(csms, driver, connector, status)
    await csms.sends_in_vain(
        "ReserveNow",
        rule="R1",
        codes=["NotSupported", "NotImplemented"] if status == "Rejected" else [],
        status=status,
        **states.reservation(csms, connector, tags.valid),
    )


@case(
    "RES-02_CS",
    "Any connector is reserved where ReserveConnectorZeroSupported says so",
    profile="rpc",
    ref="OCPP 1.6 §5.13, §9.3.1",
    needs=_NEEDS,
    rules={
        "R1": "A reservation of any connector is accepted where ReserveConnectorZeroSupported is true, else rejected."
    },
)
async def test_any_connector(csms: Csms, tags: Tags) -> None:
    answer = await csms.sends("GetConfiguration", key=[_ZERO])
    is_taken = required_keys.value(answer, _ZERO).casefold() == "true"

    answer = await csms.sends("ReserveNow", rule="R1", **states.reservation(csms, 0, tags.valid))
    answer.shows(status="Accepted" if is_taken else "Rejected")
