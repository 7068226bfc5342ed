"""How a station connects, and comes back (OCPP-J 1.6 §3.1.1, §5.4; errata 3.4)."""

from harness.v16.charge_point.vocabulary import Csms, case, doors


@case(
    "CON-02_1_CS",
    "The address ends with the identity",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.1",
    rules={
        "R1": "What is asked for at the door is the path of the endpoint, a slash, and the identity of the station.",
        "R2": "What may not stand in an address is percent-encoded.",
    },
)
async def test_identity_in_the_address(csms: Csms) -> None:
    await csms.wire.drops()
    knock = await csms.knocks(rule="R1")
    doors.ends_with_identity(csms, knock, rule="R1")
    doors.is_encoded(csms, knock, rule="R2")
    await csms.connects()


@case(
    "CON-02_2_CS",
    "An identity that cannot stand in an address as it is",
    profile="rpc",
    ref="OCPP-J 1.6 §3.1.1, RFC 3986 §2",
    needs=["encoded-identity"],
    rules={"R1": "What may not stand in an address is percent-encoded in the identity: a space as %20."},
)
async def test_identity_with_a_space(csms: Csms) -> None:
    await csms.wire.drops()
    knock = await csms.knocks(rule="R1")
    doors.ends_with_identity(csms, knock, rule="R1")
    doors.is_encoded(csms, knock, rule="R1")
    await csms.connects()


@case(
    "CON-08_CS",
    "A station that is not let in comes again",
    profile="rpc",
    ref="OCPP-J 1.6 errata 3.4",
    rules={
        "R1": "After HTTP 404 the station tries again.",
        "R2": "The pauses between its attempts do not become shorter.",
    },
)
async def test_back_off(csms: Csms) -> None:
    csms.wire.shuts(404, "shut for a test")
    await csms.wire.drops()
    first = await csms.knocks()
    second = await doors.comes(csms, rule="R1")
    csms.wire.opens()
    third = await doors.comes(csms, rule="R1", within=doors.patience(csms, first, second))
    doors.pauses_grow(csms, first, second, third, rule="R2")
    await csms.connects()


@case(
    "CON-09_CS",
    "A connection that was lost is no boot",
    profile="rpc",
    ref="OCPP-J 1.6 §5.4",
    rules={"R1": "A station that comes back after its connection was lost sends no BootNotification."},
)
async def test_no_boot_after_reconnecting(csms: Csms) -> None:
    await csms.wire.drops()
    await csms.connects()
    boot = await csms.may_receive("BootNotification")
    csms.wire.advises(
        "R1",
        boot is None,
        expected="no BootNotification without a boot",
        actual="it came",
        seen=None if boot is None else boot.seen,
    )
