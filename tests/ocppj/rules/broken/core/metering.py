"""Meter values (catalogue chapter 9)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, Conversation, after, told
from tests.ocppj.rules.broken.said import ENERGY, agreed, boots, meters, passes, starts, stops, value
from tests.ocppj.support.talk import Payload, Talk

PERIODIC: Final = {"value": "10", "context": "Sample.Periodic"}
ALIGNED: Final = {"value": "10", "context": "Sample.Clock"}
TRIGGERED: Final = {"value": "10", "context": "Trigger"}
VOLTAGE: Final = {"value": "230", "context": "Sample.Periodic", "measurand": "Voltage", "phase": "L1-N"}
BOTH: Final = f"{ENERGY}, Voltage.L1-N,SoC"
EACH_MINUTE: Final = {"MeterValueSampleInterval": "60", "MeterValuesSampledData": ENERGY}
LATER: Final = after(passes(1), starts(), passes(60))
"""A transaction that began after the configuration was told."""


def ends(*samples: Payload, late: float = 0) -> Conversation:
    """StopTransaction with samples that were taken so many seconds ago."""
    return lambda talk: stops(transactionData=[value(talk, *samples, late=late)])(talk)


def taken(context: str, measurand: str = ENERGY) -> Payload:
    return {"value": "10", "context": context, "measurand": measurand}


BEGIN, END = taken("Transaction.Begin"), taken("Transaction.End")
WHOLE: Final = (BEGIN, END, taken("Transaction.Begin", "Voltage"), taken("Transaction.End", "Voltage"))


def begins_and_ends(*samples: Payload) -> Conversation:
    """A transaction of two seconds, so that its samples are of both of its ends."""
    return after(passes(1), starts(), passes(2), ends(*samples, late=1))


def triggers(talk: Talk) -> None:
    agreed("TriggerMessage", requestedMessage="MeterValues")(talk)


BREACHES: Final = (
    Breach(
        "MV-01",
        "periodic values where MeterValueSampleInterval is 0",
        after(told(MeterValueSampleInterval="60"), LATER, meters(PERIODIC)),
        after(told(MeterValueSampleInterval="0"), LATER, meters(PERIODIC)),
    ),
    Breach(
        "MV-01",
        "aligned values where ClockAlignedDataInterval is 0",
        after(told(ClockAlignedDataInterval="60"), LATER, passes(59), meters(ALIGNED, id=None)),
        after(told(ClockAlignedDataInterval="0"), LATER, passes(59), meters(ALIGNED, id=None)),
    ),
    Breach(
        "MV-01",
        "no values in ten minutes where MeterValueSampleInterval is 60",
        after(told(**EACH_MINUTE), LATER, meters(), passes(600), stops()),
        after(told(**EACH_MINUTE), LATER, passes(600), stops()),
    ),
    Breach(
        "MV-02",
        "an aligned value 20 s after its minute",
        after(told(ClockAlignedDataInterval="60"), passes(63), meters(ALIGNED, id=None)),
        after(told(ClockAlignedDataInterval="60"), passes(80), meters(ALIGNED, id=None)),
    ),
    Breach(
        "MV-03",
        "a triggered value that nobody triggered",
        after(boots, triggers, meters(TRIGGERED, id=None)),
        after(boots, meters(TRIGGERED, id=None)),
    ),
    Breach(
        "MV-03",
        "a value of the beginning, taken two minutes later",
        after(starts(), passes(2), meters(BEGIN)),
        after(starts(), passes(120), meters(BEGIN)),
    ),
    Breach(
        "MV-03",
        "a value of the end, taken two minutes before it",
        after(starts(), passes(300), ends(END, late=2)),
        after(starts(), passes(300), ends(END, late=120)),
    ),
    Breach(
        "MV-04",
        "Voltage is configured and not sent",
        after(told(MeterValuesSampledData=BOTH), LATER, meters(PERIODIC, VOLTAGE), passes(60), meters(PERIODIC)),
        after(told(MeterValuesSampledData=BOTH), LATER, meters(PERIODIC), passes(60), meters(PERIODIC, VOLTAGE)),
    ),
    Breach(
        "MV-06",
        "transactionData, and both lists for them are empty",
        after(told(StopTxnSampledData="", StopTxnAlignedData=ENERGY), LATER, ends(END)),
        after(told(StopTxnSampledData="", StopTxnAlignedData=""), LATER, ends(END)),
    ),
    Breach(
        "MV-07",
        "values of connector 0 with a transactionId",
        meters(id=None, connector=0),
        meters(id=7, connector=0),
    ),
    Breach(
        "MV-07",
        "values of a transaction that runs at another connector",
        after(starts(), passes(60), meters(connector=1)),
        after(starts(), passes(60), meters(connector=2)),
    ),
    Breach(
        "MV-07",
        "values of a transaction that were taken when it had ended",
        after(starts(), passes(60), stops(), passes(60), meters(id=None)),
        after(starts(), passes(60), stops(), passes(60), meters()),
    ),
    Breach(
        "MV-07",
        "values without the transactionId of what runs there",
        after(starts(), passes(60), meters(), passes(60), stops()),
        after(starts(), passes(60), meters(id=None), passes(60), stops()),
    ),
    Breach(
        "MV-08",
        "transactionData without the Voltage of the end",
        after(told(StopTxnSampledData=f"{ENERGY},Voltage"), begins_and_ends(*WHOLE)),
        after(told(StopTxnSampledData=f"{ENERGY},Voltage"), begins_and_ends(*WHOLE[:3])),
    ),
    Breach(
        "MV-09",
        "a triggered value without the Voltage that is configured",
        after(told(MeterValuesSampledData=BOTH), passes(60), triggers,
              meters(TRIGGERED, {**VOLTAGE, "context": "Trigger"}, id=None)),
        after(told(MeterValuesSampledData=BOTH), passes(60), triggers, meters(TRIGGERED, id=None)),
    ),
)  # fmt: skip
