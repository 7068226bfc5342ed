"""What the authorization cache learns, and keeps (OCPP 1.6 §3.5.1, §5.4; rules AUTH-05 to AUTH-08)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, offline, states

_NEEDS = ["auth-cache"]


async def _decides(csms: Csms) -> None:
    """The cache is there, is empty, and is looked at before the CSMS is asked."""
    await states.configures(csms, AuthorizationCacheEnabled="true", LocalPreAuthorize="true")
    await csms.sends("ClearCache")


@case(
    "AUTH-05_1_CS",
    "The cache learns from Authorize",
    profile="rpc",
    ref="OCPP 1.6 §3.5.1, §4.1",
    needs=_NEEDS,
    rules={"R1": "A card that the CSMS has accepted when it was asked is let in later without a question."},
)
async def test_cache_learns_from_authorize(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.keys.connection_timeout_s
    await _decides(csms)
    await states.configures(csms, ConnectionTimeOut=str(seconds))
    await states.authorized(csms, driver, connector, tags.valid)
    await states.status(csms, connector, "Available", within=seconds + csms.run.sut.timeouts.message_s)

    await driver.present(tags.valid, connector)
    await states.status(csms, connector, "Preparing", rule="R1")
    await csms.receives_no("Authorize", rule="R1", within=0)


@case(
    "AUTH-05_2_CS",
    "The cache learns from StartTransaction",
    profile="rpc",
    ref="OCPP 1.6 §3.5.1, §4.8",
    needs=_NEEDS,
    rules={"R1": "A card that the answer to StartTransaction has blocked is not let in by the cache any more."},
)
async def test_cache_learns_from_start(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _decides(csms)
    await states.unpaid(csms, stops=False)
    csms.answers("StartTransaction", idTagInfo={"status": "Blocked"})
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await csms.awaits("StatusNotification", connectorId=connector, status="SuspendedEVSE")
    await states.stops_and_leaves(csms, driver, connector)

    await _is_not_let_in(csms, driver, tags.valid, connector)


@case(
    "AUTH-05_3_CS",
    "The cache learns from StopTransaction",
    profile="rpc",
    ref="OCPP 1.6 §3.5.1, §4.10",
    needs=[*_NEEDS, "local-stop"],
    rules={"R1": "A card that the answer to StopTransaction has blocked is not let in by the cache any more."},
)
async def test_cache_learns_from_stop(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _decides(csms)
    charging = await states.charge(csms, driver, connector, tags.valid)
    csms.answers("StopTransaction", idTagInfo={"status": "Blocked"})
    await states.stop_with_card(csms, driver, charging)

    await _is_not_let_in(csms, driver, tags.valid, connector)


async def _is_not_let_in(csms: Csms, driver: EvDriver, tag: str, connector: int) -> None:
    """R1: nothing starts, by the cache or because the CSMS was asked, which says what it has said before."""
    offline.says(csms, "Blocked")
    await driver.plug_in(connector)
    await driver.present(tag, connector)
    await csms.receives_no("StartTransaction", rule="R1", within=driver.unseen_s, connectorId=connector)


@case(
    "AUTH-06_CS",
    "A card that was refused is asked for again",
    profile="rpc",
    ref="OCPP 1.6 §3.5.1",
    needs=_NEEDS,
    rules={"R1": "The station asks again for a card that it remembers as refused: the CSMS may think otherwise."},
)
async def test_refused_card_is_asked_for_again(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    stranger = tags.unknown
    await _decides(csms)
    await driver.present(stranger, connector)
    await csms.receives("Authorize", idTag=stranger)

    await driver.present(stranger, connector)
    asked = await csms.may_receive("Authorize", within=driver.unseen_s, idTag=stranger)
    csms.wire.advises("R1", asked is not None, expected="Authorize", actual="the card was refused without a question")


@case(
    "AUTH-07_1_CS",
    "The cache survives a reboot",
    profile="rpc",
    ref="OCPP 1.6 §3.5.1, erratum 3.4",
    needs=_NEEDS,
    rules={"R1": "After a reboot a card from the cache is let in without a question."},
)
async def test_cache_survives_a_reboot(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await _decides(csms)
    await states.charge(csms, driver, connector, tags.valid)
    await states.stops_and_leaves(csms, driver, connector)
    await states.restarts(csms)

    await driver.present(tags.valid, connector)
    asked = await csms.may_receive("Authorize", within=driver.unseen_s, idTag=tags.valid)
    csms.wire.advises(
        "R1",
        asked is None,
        expected="no Authorize",
        actual="Authorize came",
        seen=None if asked is None else asked.seen,
    )


@case(
    "AUTH-08_CS",
    "Without a cache there is nothing to clear",
    profile="rpc",
    ref="OCPP 1.6 §5.4, erratum 3.23",
    rules={"R1": "A station without a cache, or whose cache is switched off, rejects to clear it."},
)
async def test_no_cache_is_cleared(csms: Csms) -> None:
    key = "AuthorizationCacheEnabled"
    if await states.supports(csms, key):
        await states.configures(csms, **{key: "false"})
        answer = await csms.sends("ClearCache", rule="R1")
        answer.prefers(rule="R1", status="Rejected")  # a cache that is off may still be there to be cleared
    elif csms.run.sut.claimed("features.auth_cache"):
        csms.leaves_out("R1", f"the station has a cache and no {key}, so that it cannot be without one")
    else:
        await csms.sends_in_vain("ClearCache", rule="R1", codes=["NotSupported"])
