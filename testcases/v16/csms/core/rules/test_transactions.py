"""Transactions that a station tells of: late, again, of unknown tags, and with doubtful values (OCPP 1.6 §3.7, §4.7 to
§4.10).

A CSMS answers such a message as any other: the station cannot do anything about its doubts, and would only send it
again.
"""

from typing import Any

from harness.v16.csms.vocabulary import Station, Tags, case, now, payloads, satisfies, states

_LATE = -3_600
_NOBODY_KNOWS = payloads.LARGEST - 7

_not_accepted = satisfies("anything but Accepted", lambda value: value != "Accepted")


@case(
    "TX-01_1_CSMS",
    "A transaction with a tag that is blocked",
    profile="rpc",
    ref="OCPP 1.6 §4.8",
    needs=["blocked-tag"],
    rules={
        "R1": "A StartTransaction with a blocked tag gets a transactionId.",
        "R2": "The answer says that the tag is not accepted, although the station has let it in.",
    },
    tag="blocked",
)
@case(
    "TX-01_2_CSMS",
    "A transaction with a tag that nobody knows",
    profile="rpc",
    ref="OCPP 1.6 §4.8",
    rules={
        "R1": "A StartTransaction with an unknown tag gets a transactionId.",
        "R2": "The answer says that the tag is not accepted, although the station has let it in.",
    },
    tag="unknown",
)
async def test_tag_is_checked_at_the_start(station: Station, tags: Tags, connector: int, tag: str) -> None:
    answer = await station.sends(
        "StartTransaction",
        rule="R1",
        connectorId=connector,
        idTag=tags.named(tag),
        meterStart=station.meter,
        timestamp=now(),
    )
    answer.shows(rule="R1", transactionId=states.positive)
    answer.shows(rule="R2", idTagInfo={"status": _not_accepted})


@case(
    "TX-02_1_CSMS",
    "A transaction that nobody knows",
    profile="rpc",
    ref="OCPP 1.6 §4.7, §4.10",
    rules={
        "R1": "MeterValues for a transaction that the CSMS has never heard of are answered.",
        "R2": "A StopTransaction of it is answered.",
    },
    number=_NOBODY_KNOWS,
)
@case(
    "TX-09_CSMS",
    "A transaction that never got its number",
    profile="rpc",
    ref="OCPP 1.6 errata 3.18",
    rules={
        "R1": "MeterValues for the transaction -1, which is that of a start without an answer, are answered.",
        "R2": "A StopTransaction of the transaction -1 is answered.",
    },
    number=-1,
)
async def test_unknown_transaction(station: Station, connector: int, number: int) -> None:
    values = [{"timestamp": now(), "sampledValue": [{"value": str(station.meter)}]}]
    await station.sends("MeterValues", rule="R1", connectorId=connector, transactionId=number, meterValue=values)
    await station.sends(
        "StopTransaction", rule="R2", transactionId=number, meterStop=station.meter, timestamp=now(), reason="Local"
    )


@case(
    "TX-02_2_CSMS",
    "Doubtful values",
    profile="rpc",
    ref="OCPP 1.6 §4.7, §4.10",
    needs=["valid-tag"],
    rules={
        "R1": "MeterValues whose value is no number are answered.",
        "R2": "A StopTransaction with a register below the one at the start is answered.",
    },
)
async def test_doubtful_values(station: Station, tags: Tags, connector: int) -> None:
    charging = await states.start(station, connector, tags.valid)
    values = [{"timestamp": now(), "sampledValue": [{"value": "n/a"}]}]
    await station.sends(
        "MeterValues", rule="R1", connectorId=connector, transactionId=charging.transactionId, meterValue=values
    )
    await station.sends(
        "StopTransaction",
        rule="R2",
        transactionId=charging.transactionId,
        meterStop=-1,
        timestamp=now(),
        reason="Local",
    )


@case(
    "TX-05_CSMS",
    "A transaction that is told an hour late",
    profile="rpc",
    ref="OCPP 1.6 §3.7",
    needs=["valid-tag"],
    rules={
        "R1": "A StartTransaction of an hour ago gets its transactionId.",
        "R2": "MeterValues of that time are answered.",
        "R3": "The StopTransaction of that time is answered.",
    },
)
async def test_late_transaction(station: Station, tags: Tags, connector: int) -> None:
    charging = await states.start(station, connector, tags.valid, rule="R1", at=payloads.later(_LATE))
    values = [{"timestamp": payloads.later(_LATE + 60), "sampledValue": [{"value": str(station.meter + 10)}]}]
    await station.sends(
        "MeterValues", rule="R2", connectorId=connector, transactionId=charging.transactionId, meterValue=values
    )
    await states.stop(station, charging, "Local", rule="R3", at=payloads.later(_LATE + 120))


@case(
    "TX-18_CSMS",
    "A start and a stop are told again",
    profile="rpc",
    ref="OCPP 1.6 §3.7.1, practice",
    needs=["valid-tag"],
    rules={
        "R1": "A StartTransaction that is sent again, with the same content, is answered again.",
        "R2": "It is the same transaction: the answer has the same transactionId.",
        "R3": "A StopTransaction that is sent again is answered again.",
    },
)
async def test_repeated_transaction(station: Station, tags: Tags, connector: int) -> None:
    start: dict[str, Any] = {
        "connectorId": connector,
        "idTag": tags.valid,
        "meterStart": station.meter,
        "timestamp": now(),
    }
    first = await station.sends("StartTransaction", **start)
    first.shows(idTagInfo={"status": "Accepted"})
    again = await station.sends("StartTransaction", rule="R1", **start)
    again.shows(rule="R2", transactionId=first["transactionId"])

    stop: dict[str, Any] = {
        "transactionId": first["transactionId"],
        "meterStop": station.meter + states.ENERGY_PER_SESSION,
        "timestamp": now(),
        "reason": "Local",
    }
    await station.sends("StopTransaction", **stop)
    await station.sends("StopTransaction", rule="R3", **stop)


@case(
    "VAL-13_CSMS",
    "A stop without a reason",
    profile="rpc",
    ref="OCPP 1.6 §4.10, OCPP-J 1.6 errata 2.6",
    needs=["valid-tag"],
    rules={"R1": "A StopTransaction without a reason, which means Local, is accepted."},
)
async def test_stop_without_a_reason(station: Station, tags: Tags, connector: int) -> None:
    charging = await states.start(station, connector, tags.valid)
    answer = await station.wire.asks(
        "StopTransaction",
        {
            "transactionId": charging.transactionId,
            "meterStop": station.meter + states.ENERGY_PER_SESSION,
            "timestamp": now(),
        },
        rule="R1",
    )
    station.wire.advises_result(answer, rule="R1")
