"""The authorization cache (OCPP 1.6 §3.5.1, §4.1, §5.4): what is in it, and what was, with the card and from afar."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, states


@case(
    "TC_007_1_CS",
    "Regular Start Charging Session – Cached Id",
    profile="core",
    ref="OCPP 1.6 §3.5.1, §4.1",
    needs=["auth-cache"],
    rules={
        "R1": "A connector whose reader was shown a card from the cache is Preparing.",
        "R2": "A card from the cache starts a transaction without a question.",
        "R4": "A connector whose transaction has started is Charging.",
    },
)
async def test_start_with_a_card_from_the_cache(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _is_cached(csms, driver, tags.valid, connector)

    await driver.present(tags.valid, connector)
    await states.status(csms, connector, "Preparing", rule="R1")
    await csms.receives_no("Authorize", rule="R2")

    await driver.plug_in(connector)
    await csms.receives("StartTransaction", rule="R2", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R4")
    await csms.receives_no("Authorize", rule="R2")


@case(
    "TC_007_2_CS",
    "Remote Start Charging Session – Cached Id",
    profile="core",
    ref="OCPP 1.6 §3.5.1, §5.11, §9.1.2",
    needs=["auth-cache", "authorize-remote-tx"],
    rules={
        "R3": "A remote start at a free connector is accepted.",
        "R4": "A connector that was started from afar waits for its cable as Preparing.",
        "R5": "A remote start with a tag from the cache starts a transaction without a question.",
        "R7": "A connector whose transaction has started is Charging.",
    },
)
async def test_remote_start_with_a_tag_from_the_cache(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.has_to_ask(csms)
    await _is_cached(csms, driver, tags.valid, connector)

    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(rule="R3", status="Accepted")
    await states.status(csms, connector, "Preparing", rule="R4")
    await csms.receives_no("Authorize", rule="R5")

    await driver.plug_in(connector)
    await csms.receives("StartTransaction", rule="R5", connectorId=connector, idTag=tags.valid)
    await states.status(csms, connector, "Charging", rule="R7")
    await csms.receives_no("Authorize", rule="R5")


async def _is_cached(csms: Csms, driver: EvDriver, tag: str, connector: int) -> None:
    """A transaction has put the tag into the cache, which is asked before the CSMS."""
    await states.configures(csms, AuthorizationCacheEnabled="true", LocalPreAuthorize="true")
    charging = await states.charge(csms, driver, connector, tag)
    await states.stop_with_card(csms, driver, charging)


@case(
    "TC_061_1_CS",
    "Clear Authorization Data in Authorization Cache - Local",
    profile="core",
    ref="OCPP 1.6 §3.5.1, §5.4",
    needs=["auth-cache"],
    rules={
        "R1": "A connector whose reader was shown a valid card is Preparing.",
        "R2": "A connector that gets no cable after a valid card was shown becomes Available again.",
        "R3": "A station with a cache clears it.",
    },
)
async def test_cleared_cache_and_a_card(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.keys.connection_timeout_s
    await states.configures(
        csms, AuthorizationCacheEnabled="true", LocalPreAuthorize="true", ConnectionTimeOut=str(seconds)
    )
    await states.authorized(csms, driver, connector, tags.valid, rule="R1")
    await states.status(csms, connector, "Available", rule="R2", within=seconds + csms.run.sut.timeouts.message_s)

    answer = await csms.sends("ClearCache")
    answer.shows(rule="R3", status="Accepted")

    await driver.present(tags.valid, connector)
    await csms.receives("Authorize", idTag=tags.valid)
    await states.status(csms, connector, "Preparing")


@case(
    "TC_061_2_CS",
    "Clear Authorization Data in Authorization Cache - Remote",
    profile="core",
    ref="OCPP 1.6 §3.5.1, §5.4, §5.11",
    needs=["auth-cache", "authorize-remote-tx"],
    rules={
        "R1": "A station with a cache clears it.",
        "R4": "A remote start at a free connector is accepted.",
        "R5": "The station asks for the tag that it was told to start with.",
        "R6": "The station asks for a tag that is no longer in its cache.",
    },
)
async def test_cleared_cache_and_a_remote_start(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    timeout = str(csms.run.sut.keys.connection_timeout_s)
    await states.configures(csms, AuthorizationCacheEnabled="true", LocalPreAuthorize="true", ConnectionTimeOut=timeout)
    await states.has_to_ask(csms)
    charging = await states.charge(csms, driver, connector, tags.valid)
    await states.stop_with_card(csms, driver, charging)

    answer = await csms.sends("ClearCache")
    answer.shows(rule="R1", status="Accepted")

    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tags.valid)
    answer.shows(rule="R4", status="Accepted")
    await csms.receives("Authorize", rule="R6", rules={"idTag": "R5"}, idTag=tags.valid)
    await states.status(csms, connector, "Preparing")
