"""Values, whatever message they stand in (catalogue chapter 4)."""

from typing import Any, Final

from tests.ocppj.rules.broken.messages import says
from tests.ocppj.rules.broken.model import Breach, Conversation, after, exchange, told
from tests.ocppj.support.talk import (
    NOW,
    RESERVE,
    START,
    STARTED,
    STATUS,
    accepted,
    authorized,
    period,
    schedule,
    set_profile,
    tags,
)


def status(**members: Any) -> Conversation:
    return exchange("station", "StatusNotification", {**STATUS, **members}, {})


def sampled(**members: Any) -> Conversation:
    value = {"timestamp": NOW, "sampledValue": [{"value": "1", **members}]}
    return exchange("station", "MeterValues", {"connectorId": 1, "meterValue": [value]}, {})


def started(**members: Any) -> Conversation:
    return exchange("station", "StartTransaction", START, {**STARTED, **members})


def lists(version: int) -> Conversation:
    """The station takes list 5 and tells this version."""
    return after(
        exchange("csms", *tags("A1", listVersion=5)),
        exchange("csms", "GetLocalListVersion", {}, {"listVersion": version}),
    )


def reserved(told: int) -> Conversation:
    """Connector 1 is reserved by 5, and a transaction begins that names this reservation."""
    return after(
        exchange("csms", *accepted("ReserveNow", **RESERVE)),
        exchange("station", "StartTransaction", {**START, "reservationId": told}, STARTED),
    )


BREACHES: Final = (
    Breach("VAL-00", "no connectorId", status(), says('[2,"1","UnlockConnector",{}]'), party="csms"),
    Breach(
        "VAL-00",
        "no errorCode",
        status(),
        says('[2,"1","StatusNotification",{"connectorId":1,"status":"Available"}]'),
        party="station",
    ),
    Breach(
        "VAL-01",
        "a time without a zone",
        status(timestamp=NOW),
        status(timestamp="2026-11-21T10:00:00"),
        party="station",
    ),
    Breach(
        "VAL-01",
        "a time with an offset",
        status(timestamp=NOW),
        status(timestamp="2026-11-21T11:00:00+01:00"),
        party="station",
        level="INFO",
    ),
    Breach(
        "VAL-04",
        "a timestamp that is 5 s ahead of the clock",
        status(timestamp=NOW),
        status(timestamp="2026-11-21T10:00:05Z"),
        party="station",
    ),
    Breach(
        "VAL-05",
        "an idTag of 21 characters",
        exchange(*("station", *authorized())),
        exchange("station", "Authorize", {"idTag": "A" * 21}, authorized()[2]),
        party="station",
    ),
    Breach(
        "VAL-05",
        "a parentIdTag of 21 characters",
        exchange("station", *authorized(parentIdTag="P" * 20)),
        exchange("station", *authorized(parentIdTag="P" * 21)),
        party="csms",
    ),
    Breach(
        "VAL-06", "a letter beyond ASCII in a CiString", status(info="default"), status(info="défaut"), party="station"
    ),
    Breach(
        "VAL-08",
        "a limit with two decimals",
        exchange("csms", *set_profile(**schedule(period(limit=6.1)))),
        exchange("csms", *set_profile(**schedule(period(limit=6.15)))),
        party="csms",
    ),
    Breach("VAL-09", "an integer as 1.0", status(), status(connectorId=1.0), party="station"),
    Breach("VAL-09", "a transactionId of 2^31", started(), started(transactionId=2**31), party="csms"),
    Breach("VAL-10", "a status in lower case", status(), status(status="available"), party="station"),
    Breach(
        "VAL-10",
        "a status that there is not",
        exchange("station", *authorized()),
        exchange("station", *authorized(status="Unknown")),
        party="csms",
    ),
    Breach(
        "VAL-10",
        "a temperature in Celsius, spelled as the errata allow it",
        sampled(unit="Celcius"),
        sampled(unit="Celsius"),
        party="station",
        level="SHOULD",
    ),
    Breach("VAL-11", "a sampled value as a number", sampled(), sampled(value=1), party="station"),
    Breach(
        "VAL-12",
        "a frequency in W",
        after(sampled(measurand="Frequency"), sampled(measurand="Frequency", unit="Hertz")),
        sampled(measurand="Frequency", unit="W"),
        party="station",
    ),
    Breach(
        "VAL-14",
        "a member that there is not, in an inner object",
        sampled(unit="Wh"),
        sampled(colour="red"),
        party="station",
    ),
    Breach(
        "VAL-14a",
        "a member twice",
        exchange("station", *authorized()),
        says('[2,"1","Authorize",{"idTag":"A1","idTag":"A2"}]'),
        party="station",
    ),
    Breach(
        "VAL-16",
        "a connector above NumberOfConnectors",
        after(told(NumberOfConnectors="2"), status(connectorId=2)),
        after(told(NumberOfConnectors="2"), status(connectorId=3)),
        party="station",
    ),
    Breach(
        "VAL-16",
        "connector 0 is to be unlocked",
        exchange("csms", "UnlockConnector", {"connectorId": 1}, {"status": "Unlocked"}),
        exchange("csms", "UnlockConnector", {"connectorId": 0}, {"status": "NotSupported"}),
        party="csms",
    ),
    Breach("VAL-18", "another listVersion than was given", lists(5), lists(4), party="station"),
    Breach("VAL-18", "another reservationId than was given", reserved(5), reserved(6), party="station"),
    Breach("VAL-17", "a transactionId of 0", started(), started(transactionId=0)),
)
