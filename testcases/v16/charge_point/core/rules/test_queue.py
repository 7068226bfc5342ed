"""Messages about transactions that cannot be delivered (OCPP 1.6 §3.7, §3.7.1; rules TX-03, TX-06 to TX-08)."""

from harness.v16.charge_point.vocabulary import Charging, Csms, EvDriver, Tags, case, deliveries, offline

_EARLY = 0.75
"""The part of a pause that has to pass at least, as clocks and timers differ."""


@case(
    "TX-03_CS",
    "What happened offline is told in its order",
    profile="rpc",
    ref="OCPP 1.6 §3.7",
    needs=["offline-transactions", "local-stop"],
    rules={
        "R1": "A transaction that began offline is told when the connection is back.",
        "R2": "Its end is told as well, after its beginning.",
    },
)
async def test_outage_is_told_in_order(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await offline.knows(csms, driver, connector, tags.valid)

    await csms.goes_away()
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    await driver.present(tags.valid, connector)
    csms.comes_back()
    await csms.connects()
    started = await csms.receives("StartTransaction", rule="R1", connectorId=connector, idTag=tags.valid)
    stopped = await csms.receives("StopTransaction", rule="R2")
    csms.received_before(started, stopped, rule="R2")


@case(
    "TX-06_CS",
    "What was not processed is sent again, after longer and longer pauses",
    profile="rpc",
    ref="OCPP 1.6 §3.7.1, §9.1.34, §9.1.35",
    rules={
        "R1": "A StopTransaction that is refused is sent as often as TransactionMessageAttempts says.",
        "R2": "Each pause is longer than the one before by TransactionMessageRetryInterval.",
    },
)
async def test_refused_message_is_repeated(csms: Csms, charging: Charging) -> None:
    interval = 1
    await deliveries.are_repeated(csms, attempts=3, interval=interval)
    csms.holds("StopTransaction")
    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(status="Accepted")
    last = await csms.receives("StopTransaction", transactionId=charging.transactionId)

    for failures in (1, 2):
        if failures == 1:  # the third one is taken
            csms.holds("StopTransaction")
        await deliveries.refuses(csms, last)
        pause = failures * interval
        again = await csms.may_receive("StopTransaction", within=pause + csms.run.sut.request_s)
        csms.wire.advises(
            "R1",
            again is not None,
            expected=f"StopTransaction once more after {failures} failures of 3",
            actual="it did not come",
            seen=last.seen,
        )
        if again is None:
            csms.leaves_out("R2", "nothing was repeated")
            return
        passed = deliveries.seconds_between(last, again)
        csms.wire.advises(
            "R2",
            passed >= _EARLY * pause,
            expected=f"a pause of {pause} s",
            actual=f"it came after {passed:.1f} s",
            seen=again.seen,
        )
        last = again


@case(
    "TX-07_CS",
    "No message is skipped before its attempts are used up",
    profile="rpc",
    ref="OCPP 1.6 §3.7.1",
    needs=["local-stop"],
    rules={
        "R1": "A StartTransaction that was refused once of three times is sent again.",
        "R2": "The StopTransaction of the same transaction waits until it is taken.",
    },
)
async def test_refused_message_is_not_skipped(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await deliveries.are_repeated(csms, attempts=3, interval=1)
    csms.holds("StartTransaction")
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    started = await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await driver.present(tags.valid, connector)

    await deliveries.refuses(csms, started)
    again = await csms.receives("StartTransaction", rule="R1", connectorId=connector, idTag=tags.valid)
    stopped = await csms.receives("StopTransaction", rule="R2")
    csms.received_before(again, stopped, rule="R2")


@case(
    "TX-08_CS",
    "A transaction that never got an id is told as -1",
    profile="rpc",
    ref="OCPP 1.6 §4.8, erratum 3.18",
    needs=["local-stop"],
    rules={"R1": "Where StartTransaction was never answered, the transactionId of StopTransaction is -1."},
)
async def test_transaction_without_an_id(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await deliveries.are_repeated(csms, attempts=1, interval=0)
    csms.holds("StartTransaction")
    await driver.plug_in(connector)
    await driver.present(tags.valid, connector)
    started = await csms.receives("StartTransaction", connectorId=connector, idTag=tags.valid)
    await deliveries.refuses(csms, started)

    await driver.present(tags.valid, connector)
    await csms.receives("StopTransaction", rule="R1", transactionId=-1)
