"""Transactions and the reasons they end for (catalogue chapter 7)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, Conversation, after, told
from tests.ocppj.rules.broken.said import agreed, meters, passes, refused, starts, stops, unanswered, value
from tests.ocppj.support.talk import NOW, START, Talk

RUNS: Final = after(starts(meter=100), passes(60))
STOP: Final = {"transactionId": 7, "meterStop": 1, "timestamp": NOW}
VALUES: Final = {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{"value": "1"}]}]}


def failing(*seconds: float) -> Conversation:
    """A StopTransaction that is not processed, and is sent again after these pauses."""

    def conversation(talk: Talk) -> None:
        refused("StopTransaction", "InternalError", "0", **STOP)(talk)
        for number, pause in enumerate(seconds, start=1):
            passes(pause)(talk)
            refused("StopTransaction", "InternalError", str(number), **STOP)(talk)

    return conversation


def with_data(*registers: str) -> Conversation:
    """A StopTransaction whose transactionData have these values in Wh, a second apart."""

    def conversation(talk: Talk) -> None:
        data = [value(talk, {"value": text}, late=len(registers) - n) for n, text in enumerate(registers)]
        stops(meter=300, transactionData=data)(talk)

    return conversation


def answered_twice(second: int) -> Conversation:
    """A StartTransaction is told again; the second answer has this transactionId."""

    def conversation(talk: Talk) -> None:
        starts(7)(talk)
        passes(30)(talk)
        starts(second, late=30)(talk)

    return conversation


TWO_ATTEMPTS: Final = told(TransactionMessageAttempts="2", TransactionMessageRetryInterval="10")

BREACHES: Final = (
    Breach(
        "TX-02",
        "a StartTransaction is refused for a value",
        refused("StartTransaction", "InternalError", **START),
        refused("StartTransaction", "PropertyConstraintViolation", **START),
    ),
    Breach(
        "TX-02",
        "MeterValues are not supported",
        refused("MeterValues", "GenericError", **VALUES),
        refused("MeterValues", "NotSupported", **VALUES),
    ),
    Breach(
        "TX-03",
        "values of a transaction come after its end",
        after(RUNS, meters("110"), passes(60), stops(meter=200)),
        after(RUNS, passes(60), stops(meter=200), meters("110", late=60)),
    ),
    Breach(
        "TX-06",
        "a message is repeated after 4 of 10 s",
        after(TWO_ATTEMPTS, failing(10)),
        after(TWO_ATTEMPTS, failing(4)),
    ),
    Breach(
        "TX-06",
        "a message is sent three times where TransactionMessageAttempts is 2",
        after(TWO_ATTEMPTS, failing(11)),
        after(TWO_ATTEMPTS, failing(10, 20)),
    ),
    Breach(
        "TX-08",
        "values have a transactionId that nobody gave",
        after(unanswered("station", "StartTransaction", **START), passes(60), meters(id=-1)),
        after(unanswered("station", "StartTransaction", **START), passes(60), meters(id=5)),
    ),
    Breach(
        "TX-08",
        "the only connector ends a transaction that nobody gave an id",
        after(told(NumberOfConnectors="1"), refused("StartTransaction", "InternalError", **START), stops(-1)),
        after(told(NumberOfConnectors="1"), refused("StartTransaction", "InternalError", **START), stops(5)),
    ),
    Breach(
        "TX-09",
        "a StopTransaction of -1 is refused for it",
        refused("StopTransaction", "InternalError", **{**STOP, "transactionId": -1}),
        refused("StopTransaction", "PropertyConstraintViolation", **{**STOP, "transactionId": -1}),
    ),
    Breach(
        "TX-12",
        "a transaction ends as Remote, and nobody asked for it",
        after(RUNS, agreed("RemoteStopTransaction", "Rejected", transactionId=7), stops(reason="Remote")),
        after(RUNS, stops(reason="Remote")),
    ),
    Breach(
        "TX-12",
        "a transaction ends as HardReset after a soft reset",
        after(RUNS, agreed("Reset", type="Soft"), stops(reason="SoftReset")),
        after(RUNS, agreed("Reset", type="Soft"), stops(reason="HardReset")),
    ),
    Breach(
        "TX-12",
        "a transaction that was Accepted ends as DeAuthorized",
        after(starts(status="Blocked"), passes(2), stops(reason="DeAuthorized")),
        after(starts(), passes(2), stops(reason="DeAuthorized")),
    ),
    Breach(
        "TX-13",
        "the end of a cable ends a transaction, and StopTransactionOnEVSideDisconnect is false",
        after(told(StopTransactionOnEVSideDisconnect="true"), RUNS, stops(reason="EVDisconnected")),
        after(told(StopTransactionOnEVSideDisconnect="false"), RUNS, stops(reason="EVDisconnected")),
    ),
    Breach("TX-14", "meterStop is below meterStart", after(RUNS, stops(meter=100)), after(RUNS, stops(meter=99))),
    Breach(
        "TX-14",
        "meterStop is below the register",
        after(RUNS, meters("150.4"), passes(1), stops(meter=150)),
        after(RUNS, meters("150"), passes(1), stops(meter=147)),
    ),
    Breach(
        "TX-14",
        "the register falls",
        after(RUNS, meters("150"), passes(60), meters({"value": "0.15", "unit": "kWh"})),
        after(RUNS, meters("150"), passes(60), meters({"value": "0.12", "unit": "kWh"})),
    ),
    Breach(
        "TX-14",
        "the register falls in transactionData",
        after(RUNS, with_data("100", "200", "300")),
        after(RUNS, with_data("100", "200", "150")),
    ),
    Breach(
        "TX-15",
        "meterStart is 0 after a transaction that ended at 200",
        after(RUNS, stops(meter=200), passes(1), starts(8, meter=200)),
        after(RUNS, stops(meter=200), passes(1), starts(8, meter=0)),
    ),
    Breach(
        "TX-18",
        "the same start gets another transactionId",
        answered_twice(7),
        answered_twice(8),
    ),
)
