"""Dates, texts and tags as a station understands them (OCPP 1.6 §2.2, §3.9, §3.14, §3.15)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Inconclusive, Tags, case, frames, payloads, states


@case(
    "VAL-02_1_CS",
    "A date with an offset to the east",
    profile="rpc",
    ref="OCPP 1.6 §3.14, §3.15",
    needs=["profiles.reservation"],
    rules={
        "R1": "A date with fractions of a second and an offset is understood: the reservation is accepted.",
        "R2": "The offset counts: the reservation ends at its date, and not hours later.",
    },
)
async def test_date_from_the_east(csms: Csms, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.keys.reservation_offset_s
    wanted = states.reservation(csms, connector, str(tags.valid), expiryDate=payloads.elsewhere(seconds, 11))
    answer = await csms.sends("ReserveNow", rule="R1", **wanted)
    answer.shows(rule="R1", status="Accepted")
    await states.status(csms, connector, "Reserved")

    await states.status(csms, connector, "Available", rule="R2", within=seconds + csms.run.sut.timeouts.message_s)


@case(
    "VAL-02_2_CS",
    "A date with an offset to the west",
    profile="rpc",
    ref="OCPP 1.6 §3.14, §3.15",
    needs=["profiles.reservation"],
    rules={"R1": "The offset counts: a date that would be past in UTC is not, and the reservation is accepted."},
)
async def test_date_from_the_west(csms: Csms, tags: Tags, connector: int) -> None:
    seconds = csms.run.sut.timeouts.long_s
    wanted = states.reservation(csms, connector, str(tags.valid), expiryDate=payloads.elsewhere(seconds, -11))
    answer = await csms.sends("ReserveNow", rule="R1", **wanted)
    answer.shows(rule="R1", status="Accepted")


@case(
    "VAL-06_1_CS",
    "The letter case of an idTag does not matter",
    profile="rpc",
    ref="OCPP 1.6 §2.2",
    needs=["local-stop"],
    rules={"R1": "A card stops a transaction that was begun with its idTag in another letter case."},
)
async def test_tag_in_other_letter_case(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    tag = str(tags.valid)
    if tag.swapcase() == tag:
        raise Inconclusive("the idTag of tags.valid has no letters")
    charging = await states.charge(csms, driver, connector, tag.swapcase())

    await driver.present(tag, connector)
    await csms.receives("StopTransaction", rule="R1", transactionId=charging.transactionId)


@case(
    "VAL-06_2_CS",
    "The letter case of an enumerated value matters",
    profile="rpc",
    ref="OCPP 1.6 §2.2",
    rules={"R1": "A value of an enumeration in another letter case is refused."},
)
async def test_enumeration_in_other_letter_case(csms: Csms) -> None:
    answer = await csms.wire.asks("ChangeAvailability", {"connectorId": 0, "type": "operative"}, rule="R1")
    frames.refuses(csms, answer, rule="R1")


@case(
    "VAL-06_3_CS",
    "The letter case of a configuration key does not matter",
    profile="rpc",
    ref="OCPP 1.6 §2.2, §7.4",
    rules={"R1": "GetConfiguration knows a key that is asked for in another letter case."},
)
async def test_key_in_other_letter_case(csms: Csms) -> None:
    answer = await csms.sends("GetConfiguration", rule="R1", key=[frames.KEY.lower()])
    frames.knows_key(csms, answer, frames.KEY, rule="R1")


@case(
    "VAL-07_CS",
    "An idTag is any text of up to 20 characters",
    profile="rpc",
    ref="OCPP 1.6 §3.9; errata 3.74",
    rules={
        "R1": "A remote start with an idTag of 19 characters that are no hexadecimal digits is accepted.",
        "R2": "The transaction has that idTag, character by character.",
    },
)
async def test_odd_tag(csms: Csms, driver: EvDriver, connector: int) -> None:
    csms.answers("Authorize", idTagInfo={"status": "Accepted"})
    csms.answers("StartTransaction", idTagInfo={"status": "Accepted"})
    await states.occupied(csms, driver, connector)

    answer = await csms.sends("RemoteStartTransaction", rule="R1", connectorId=connector, idTag=_ODD)
    answer.shows(rule="R1", status="Accepted")
    started = await csms.receives("StartTransaction", connectorId=connector)
    frames.is_exactly(csms, started, "idTag", _ODD, rule="R2")


_ODD = "Plug proof~tag #7-z"
