"""Starting at the station (OCPP 1.6 §3.2.1, §4.1, §4.8): plugged in first, identified first, cached, refused."""

from harness.v16.csms.vocabulary import Station, Tags, case, states


@case(
    "TC_003_CSMS",
    "Regular Charging Session - Plugin First",
    profile="core",
    ref="OCPP 1.6 §4.1, §4.8",
    needs=["valid-tag"],
    rules={
        "R3": "A tag that the CSMS knows as valid is accepted.",
        "R5": "A transaction with a valid tag is accepted.",
    },
)
async def test_session_with_cable_first(station: Station, tags: Tags, connector: int) -> None:
    await states.status(station, connector, "Preparing")

    authorization = await station.sends("Authorize", idTag=tags.valid)
    authorization.shows(rule="R3", idTagInfo={"status": "Accepted"})

    await states.start(station, connector, tags.valid, rule="R5")
    await states.status(station, connector, "Charging")


@case(
    "TC_004_1_CSMS",
    "Regular Charging Session – Identification First",
    profile="core",
    ref="OCPP 1.6 §4.1, §4.8",
    needs=["valid-tag"],
    rules={"R1": "A valid tag is accepted when it is shown, and again when its transaction starts."},
)
async def test_session_with_identification_first(station: Station, tags: Tags, connector: int) -> None:
    await states.charge(station, connector, tags.valid, rule="R1")


@case(
    "TC_004_2_CSMS",
    "Regular Charging Session – Identification First - ConnectionTimeOut",
    profile="core",
    ref="OCPP 1.6 §4.9, §9.1.6",
    rules={
        "R2": "The status Preparing is acknowledged.",
        "R4": "The status Available is acknowledged after nobody plugged in.",
    },
)
async def test_nobody_plugs_in(station: Station, authorized: str, connector: int) -> None:
    await states.status(station, connector, "Preparing", rule="R2")
    await states.status(station, connector, "Available", rule="R4")


@case(
    "TC_007_CSMS",
    "Regular Start Charging Session – Cached Id",
    profile="core",
    ref="OCPP 1.6 §3.5.1, §4.8",
    needs=["valid-tag"],
    rules={"R3": "A transaction with a valid tag is accepted although no Authorize came before it."},
)
async def test_session_with_a_cached_tag(station: Station, tags: Tags, connector: int) -> None:
    await states.status(station, connector, "Preparing")
    await states.start(station, connector, tags.valid, rule="R3")
    await states.status(station, connector, "Charging")


@case(
    "TC_023_1_CSMS",
    "Start Charging Session – Authorize invalid",
    profile="core",
    ref="OCPP 1.6 §4.1, §7.2",
    rules={"R2": "A tag that the CSMS does not know is Invalid."},
    tag="unknown",
    status="Invalid",
)
@case(
    "TC_023_2_CSMS",
    "Start Charging Session – Authorize expired",
    profile="core",
    ref="OCPP 1.6 §4.1, §7.2",
    needs=["expired-tag"],
    rules={"R2": "A tag whose time is over is Expired."},
    tag="expired",
    status="Expired",
)
@case(
    "TC_023_3_CSMS",
    "Start Charging Session – Authorize blocked",
    profile="core",
    ref="OCPP 1.6 §4.1, §7.2",
    needs=["blocked-tag"],
    rules={"R2": "A tag that has been blocked is Blocked."},
    tag="blocked",
    status="Blocked",
)
async def test_tag_is_refused(station: Station, tags: Tags, tag: str, status: str) -> None:
    authorization = await station.sends("Authorize", idTag=tags.named(tag))
    authorization.shows(rule="R2", idTagInfo={"status": status})


@case(
    "TC_024_CSMS",
    "Start Charging Session Lock Failure",
    profile="core",
    ref="OCPP 1.6 §4.9, §7.6",
    rules={
        "R2": "The status Preparing is acknowledged.",
        "R5": "The status Faulted with ConnectorLockFailure is acknowledged.",
    },
)
async def test_lock_fails(station: Station, authorized: str, connector: int) -> None:
    await states.status(station, connector, "Preparing", rule="R2")
    await states.status(station, connector, "Faulted", errorCode="ConnectorLockFailure", rule="R5")
