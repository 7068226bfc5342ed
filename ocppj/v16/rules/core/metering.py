"""Meter values: when they are taken, what they are of, and whose they are (OCPP 1.6 §3.16, §4.7, §7.35, §7.43)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import Members, Path, asked, moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.core.triggers import was_triggered
from ocppj.v16.rules.facts import (
    Reading,
    Transaction,
    Transactions,
    is_after,
    is_fresh,
    is_later,
    is_uncommon,
    running,
)

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "MV-01",
    "MUST",
    "S §3.16, E 3.15",
    "Values are sent at their interval; where it is 0 there are none.",
    "station",
)
CHAPTER.rule(
    "MV-02",
    "MUST",
    "S §3.16.2",
    "Clock-aligned values are taken at multiples of ClockAlignedDataInterval since midnight.",
    "station",
)
CHAPTER.rule(
    "MV-03", "MUST", "S §7.35, E 4.25", "The context of a value says on what occasion it was taken.", "station"
)
CHAPTER.rule(
    "MV-04",
    "MUST",
    "S §3.16.3",
    "All measurands that are configured are there, with their phases and locations.",
    "station",
)
CHAPTER.rule(
    "MV-05",
    "MUST",
    "S §3.16.4",
    "A list with a measurand that is not supported is Rejected, and the old one stays.",
    "station",
)
CHAPTER.rule(
    "MV-06", "MUST", "S §3.16.5", "There are no transactionData where both lists for them are empty.", "station"
)
CHAPTER.rule(
    "MV-07",
    "MUST",
    "E 3.16",
    "The transactionId is that of the transaction at the moment of the sample; for connector 0 there is none.",
    "station",
)
CHAPTER.rule(
    "MV-08",
    "SHOULD",
    "E 3.14, 3.91",
    "transactionData have each measurand at the beginning and at the end, whatever else is dropped.",
    "station",
)
CHAPTER.rule(
    "MV-09",
    "MUST",
    "E 3.46",
    "Values that are triggered are the latest ones of what MeterValuesSampledData lists.",
    "station",
)
CHAPTER.rule(
    "MV-10",
    "INFO",
    "S §4.7, §7.43",
    "What a value leaves out means Energy.Active.Import.Register, Sample.Periodic, Outlet, Wh and Raw.",
)

ENERGY: Final = "Energy.Active.Import.Register"
_BEGIN: Final = "Transaction.Begin"
_END: Final = "Transaction.End"
_MINUTE: Final = 60
_DAY: Final = 86_400
_QUARTER: Final = 900
"""Seconds by which the midnights of all time zones differ, or multiples of it."""

_KEYS: Final = frozenset(
    {
        "clockaligneddatainterval",
        "metervaluesampleinterval",
        "metervaluesaligneddata",
        "metervaluessampleddata",
        "stoptxnaligneddata",
        "stoptxnsampleddata",
    }
)
_MEASURANDS: Final = frozenset(
    {
        "Current.Export",
        "Current.Import",
        "Current.Offered",
        "Energy.Active.Export.Interval",
        "Energy.Active.Export.Register",
        "Energy.Active.Import.Interval",
        "Energy.Active.Import.Register",
        "Energy.Reactive.Export.Interval",
        "Energy.Reactive.Export.Register",
        "Energy.Reactive.Import.Interval",
        "Energy.Reactive.Import.Register",
        "Frequency",
        "Power.Active.Export",
        "Power.Active.Import",
        "Power.Factor",
        "Power.Offered",
        "Power.Reactive.Export",
        "Power.Reactive.Import",
        "Temperature",
        "Voltage",
    }
)
"""Measurands that are always there where they are measured; those of a vehicle (SoC) or a fan (RPM) may be missing."""

_number: Final = re.compile(r"[+-]?\d+(?:\.(\d+))?").fullmatch


class Metering(msgspec.Struct):
    """Since when the keys about metering are as they are known, and what the last periodic values had.

    ``partial`` is by connector the time of its last sample, the measurands that were in it, and the frame.
    """

    since: int = 0
    partial: dict[int, tuple[str, frozenset[str], int | None]] = {}


def samples(members: Members) -> Iterator[tuple[Path, str, Members]]:
    """Every sample of a message with its path and its time."""
    for holder in ("meterValue", "transactionData"):
        for number, value in enumerate(members.get(holder, ())):
            for place, sample in enumerate(value["sampledValue"]):
                yield (holder, number, "sampledValue", place), value["timestamp"], sample


def register(sample: Members) -> tuple[float, float] | None:
    """A sample of energy as the register of the connector in Wh, and how exact it is; ``None`` for a part of it."""
    if "phase" in sample or sample.get("location", "Outlet") != "Outlet":
        return None
    unit, found = sample.get("unit", "Wh"), _number(sample["value"])
    if found is None or unit not in ("Wh", "kWh") or sample.get("format", "Raw") != "Raw":
        return None
    factor = 1 if unit == "Wh" else 1_000
    return float(found[0]) * factor, factor / float(10 ** len(found[1] or ""))


def _has_keys(seen: Seen, view: View) -> bool:
    return view.memory.known.find(Metering) is not None


def _is_special(seen: Seen, view: View) -> bool:
    raw = seen.frame.raw
    return '"Trigger"' in raw or '"Transaction.' in raw


# --- registers --------------------------------------------------------------------------------------------------------


@CHAPTER.judges("TX-14", "call", actions=("MeterValues",))
def register_does_not_fall(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    transaction = running(view, members.get("transactionId"))
    if transaction is None:
        return None
    remark, transaction.register = _followed(members, "meterValue", transaction.register)
    return remark


@CHAPTER.judges("TX-14", "call", actions=("StopTransaction",))
def register_did_not_fall(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    transaction = running(view, members["transactionId"])
    if transaction is None:
        return None
    return _followed(members, "transactionData", (float(transaction.meter), 1.0, transaction.began))[0]


def _followed(members: Members, holder: str, last: Reading) -> tuple[Remark | None, Reading]:
    """The first value of the register that is below the one before it, and the last one that is not."""
    for number, value in enumerate(members.get(holder, ())):
        for place, sample in enumerate(value["sampledValue"]):
            if sample.get("measurand", ENERGY) != ENERGY:
                continue
            now = register(sample)
            if now is None or not is_later(value["timestamp"], last[2]):
                continue
            if now[0] < last[0] - last[1] - now[1]:
                text = f"the register is at {now[0]:g} Wh, it was at {last[0]:g} Wh before"
                return Remark(text, path=(holder, number, "sampledValue", place, "value")), last
            last = (*now, value["timestamp"])
    return None, last


@CHAPTER.learns("call", "MeterValues")
def is_metered(seen: Seen, view: View) -> None:
    known, members = view.memory.known.find(Transactions), payload(seen)
    if known is None:
        return
    id = members.get("transactionId")
    transaction = None if id is None else known.running.get(id)
    if transaction is not None:
        transaction.is_metered = True
    elif id is None:
        _note_unlabelled(known, members, seen)


def _note_unlabelled(known: Transactions, members: Members, seen: Seen) -> None:
    """Keep a sample without a transaction, to see when the one of its connector is over whether it belonged there."""
    for transaction in known.at(members["connectorId"]) if members["connectorId"] else ():
        if transaction.unlabelled is None and transaction.id is not None:
            transaction.unlabelled = (members["meterValue"][-1]["timestamp"], seen.seq)


# --- intervals --------------------------------------------------------------------------------------------------------


@CHAPTER.judges("MV-01", "call", actions=("MeterValues",), guard=_has_keys)
def none_at_interval_0(seen: Seen, view: View) -> Remark | None:
    known, members, raw = view.memory.known, payload(seen), seen.frame.raw
    if '"Sample.Periodic"' in raw and known.number("metervaluesampleinterval") == 0:
        transaction = running(view, members.get("transactionId"))
        if transaction is not None and transaction.at > known.of(Metering).since:
            return _first(members, "Sample.Periodic", "MeterValueSampleInterval is 0")
    if '"Sample.Clock"' not in raw or known.number("clockaligneddatainterval") != 0:
        return None
    is_new = is_after(members["meterValue"][0]["timestamp"], known.of(Metering).since, view)
    return _first(members, "Sample.Clock", "ClockAlignedDataInterval is 0") if is_new else None


def _first(members: Members, context: str, why: str) -> Remark | None:
    found = next((path for path, _, sample in samples(members) if sample.get("context") == context), None)
    return None if found is None else Remark(f"a value is {context}, and {why}", path=(*found, "context"))


@CHAPTER.judges("MV-01", "call", actions=("StopTransaction",), guard=_has_keys)
def some_at_their_interval(seen: Seen, view: View) -> str | None:
    known, members = view.memory.known, payload(seen)
    transaction, interval = running(view, members["transactionId"]), known.limit("metervaluesampleinterval")
    if transaction is None or transaction.is_metered or interval is None:
        return None
    if not known.configuration.get("metervaluessampleddata") or transaction.at <= known.of(Metering).since:
        return None
    if transaction.line != view.number or not is_fresh(transaction.began, transaction.at, view):
        return None
    lasted = moment(members["timestamp"]) - moment(transaction.began)
    if lasted <= 2 * interval + _MINUTE or not is_fresh(members["timestamp"], seen.at, view):
        return None
    told = f"transaction {transaction.id} took {lasted:.0f} s without MeterValues"
    return f"{told}; MeterValueSampleInterval is {interval} s"


@CHAPTER.judges("MV-02", "call", actions=("MeterValues", "StopTransaction"), guard=_has_keys)
def on_the_clock(seen: Seen, view: View) -> Remark | None:
    if '"Sample.Clock"' not in seen.frame.raw or view.wall is None:
        return None
    known, tolerance = view.memory.known, view.wall.deviation
    interval = known.limit("clockaligneddatainterval")
    if interval is None or interval <= 2 * tolerance:
        return None
    since = known.of(Metering).since
    for path, read, sample in samples(payload(seen)):
        if sample.get("context") != "Sample.Clock" or not is_after(read, since, view):
            continue
        if (off := _off(moment(read), interval)) > tolerance:
            text = f"the value of {read} is {off:.0f} s from a multiple of {interval} s (ClockAlignedDataInterval)"
            return Remark(text, path=(*path[:2], "timestamp"))
    return None


def _off(at: float, interval: int) -> float:
    """Seconds to the next multiple of the interval since midnight, wherever the station counts midnight."""
    midnights = range(1) if _QUARTER % interval == 0 else range(0, _DAY, _QUARTER)
    of_day = [(at + midnight) % _DAY for midnight in midnights]
    return min(min(second % interval, interval - second % interval, _DAY - second) for second in of_day)


# --- occasions --------------------------------------------------------------------------------------------------------


@CHAPTER.judges("MV-03", "call", actions=("MeterValues", "StopTransaction"), guard=_is_special)
def taken_on_its_occasion(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    transaction, ended = running(view, members.get("transactionId")), members.get("timestamp")
    for path, read, sample in samples(members):
        text = _wrong_occasion(sample.get("context", ""), read, transaction, ended, view)
        if text:
            return Remark(text, path=(*path, "context"))
    return None


def _wrong_occasion(context: str, read: str, transaction: Transaction | None, ended: str | None, view: View) -> str:
    if context == "Trigger" and view.memory.known.registration is not None and not was_triggered("MeterValues", view):
        return "context is Trigger, and no MeterValues were triggered"
    # A clock may have been set at the beginning or at the end, though not by less than a day.
    if context == _BEGIN and transaction is not None:
        late = moment(read) - moment(transaction.began)
        return f"context is {context}, {late:.0f} s after the transaction began" if _MINUTE < late < _DAY else ""
    if context == _END and ended is not None:
        early = moment(ended) - moment(read)
        return f"context is {context}, {early:.0f} s before the transaction ended" if _MINUTE < early < _DAY else ""
    return ""


# --- measurands -------------------------------------------------------------------------------------------------------


def _listed(value: str | None) -> frozenset[str]:
    """The measurands of a list that are sure to be measured; a phase that stands behind one is left to it."""
    names = {_without_phase(name.strip()) for name in (value or "").split(",")}
    return frozenset(names & _MEASURANDS)


def _without_phase(name: str) -> str:
    head, _, tail = name.rpartition(".")
    return head if tail.startswith(("L1", "L2", "L3", "N")) else name


def _measured(found: Iterable[Members], *contexts: str) -> frozenset[str]:
    return frozenset(
        sample.get("measurand", ENERGY) for sample in found if sample.get("context", "Sample.Periodic") in contexts
    )


@CHAPTER.judges("MV-04", "call", actions=("MeterValues", "StopTransaction"), guard=_has_keys)
def all_that_is_configured(seen: Seen, view: View) -> str | None:
    known = view.memory.known
    if "metervaluessampleddata" not in known.configuration:
        return None
    metering, members = known.of(Metering), payload(seen)
    transaction = running(view, members.get("transactionId"))
    if transaction is None or transaction.at <= metering.since:
        return None
    read, measured, frame = metering.partial.get(transaction.connector, ("", frozenset(), None))
    # One sample may come in several messages, so that it is whole when the next one comes.
    if not measured or ("meterValue" in members and members["meterValue"][0]["timestamp"] == read):
        return None
    missing = sorted(_listed(known.configuration["metervaluessampleddata"]) - measured)
    if not missing:
        return None
    where = "" if frame is None else f" (frame {frame})"
    return f"the values of {read}{where} lack {', '.join(missing)}, which MeterValuesSampledData has"


@CHAPTER.learns("call", "MeterValues")
def has_measured(seen: Seen, view: View) -> None:
    metering = view.memory.known.find(Metering)
    if metering is None or "metervaluessampleddata" not in view.memory.known.configuration:
        return
    members = payload(seen)
    transaction = running(view, members.get("transactionId"))
    if transaction is None:
        return
    partial, value = metering.partial, members["meterValue"][-1]
    measured = _measured(value["sampledValue"], "Sample.Periodic")
    read, before, frame = partial.pop(transaction.connector, ("", frozenset(), seen.seq))
    if value["timestamp"] == read:
        measured |= before
    else:
        frame = seen.seq
    if measured:
        partial[transaction.connector] = (value["timestamp"], measured, frame)


@CHAPTER.learns("call", "StartTransaction", "StopTransaction")
def begins_anew(seen: Seen, view: View) -> None:
    metering = view.memory.known.find(Metering)
    if metering is not None:
        metering.partial = {}


@CHAPTER.judges("MV-09", "call", actions=("MeterValues",), guard=_has_keys)
def latest_values(seen: Seen, view: View) -> Remark | None:
    known = view.memory.known
    if "metervaluessampleddata" not in known.configuration or '"Trigger"' not in seen.frame.raw:
        return None
    values = payload(seen)["meterValue"]
    measured = _measured((sample for value in values for sample in value["sampledValue"]), "Trigger")
    missing = sorted(_listed(known.configuration["metervaluessampleddata"]) - measured)
    if not measured or not missing or not is_after(values[0]["timestamp"], known.of(Metering).since, view):
        return None
    return Remark(f"{', '.join(missing)} of MeterValuesSampledData is not there", path=("meterValue",))


@CHAPTER.judges("MV-06", "call", actions=("StopTransaction",), guard=_has_keys)
def no_data_without_a_list(seen: Seen, view: View) -> Remark | None:
    known, members = view.memory.known, payload(seen)
    transaction = running(view, members["transactionId"])
    if not members.get("transactionData") or transaction is None or transaction.at <= known.of(Metering).since:
        return None
    if any(known.configuration.get(key, "?").strip() for key in ("stoptxnsampleddata", "stoptxnaligneddata")):
        return None
    text = "there are transactionData, and StopTxnSampledData and StopTxnAlignedData are empty"
    return Remark(text, path=("transactionData",))


@CHAPTER.judges("MV-08", "call", actions=("StopTransaction",), guard=_has_keys)
def begin_and_end(seen: Seen, view: View) -> str | None:
    known, members = view.memory.known, payload(seen)
    listed = _listed(known.configuration.get("stoptxnsampleddata"))
    transaction = running(view, members["transactionId"])
    if not listed or transaction is None or transaction.at <= known.of(Metering).since:
        return None
    for context in (_BEGIN, _END):
        measured = _measured((sample for _, _, sample in samples(members)), context)
        if missing := sorted(listed - measured):
            return f"transactionData have no {context} of {', '.join(missing)}, which StopTxnSampledData has"
    return None


# --- transactions -----------------------------------------------------------------------------------------------------


@CHAPTER.judges("MV-07", "call", actions=("MeterValues",), guard=is_uncommon)
def of_its_transaction(seen: Seen, view: View) -> Remark | None:
    members = payload(seen)
    id, connector = members["transactionId"], members["connectorId"]
    path = ("transactionId",)
    if connector == 0:
        return Remark(f"values of connector 0 have the transactionId {id}", path=path)
    known = view.memory.known.find(Transactions)
    if known is None:
        return None
    transaction, ended = known.running.get(id), known.ended.get(id)
    if transaction is not None and transaction.connector != connector:
        text = f"transaction {id} runs at connector {transaction.connector}, the values are of connector {connector}"
        return Remark(text, path=path)
    if ended is None or view.wall is None:
        return None
    late = moment(members["meterValue"][0]["timestamp"]) - moment(ended.timestamp)
    return Remark(f"transaction {id} had ended {late:.0f} s before", path=path) if late > view.wall.deviation else None


@CHAPTER.judges("MV-07", "call", actions=("StopTransaction",))
def all_of_its_values(seen: Seen, view: View) -> str | None:
    members, wall = payload(seen), view.wall
    transaction = running(view, members["transactionId"])
    if transaction is None or transaction.unlabelled is None or wall is None:
        return None
    if not is_fresh(transaction.began, transaction.at, view):
        return None
    read, frame = transaction.unlabelled
    told = moment(transaction.began) + (transaction.told_at - transaction.at) / 1e9
    # Between the answer that gave the id and the end, clocks apart, the station knew what transaction this is.
    if not told + 2 * wall.deviation < moment(read) < moment(members["timestamp"]) - wall.deviation:
        return None
    where = "" if frame is None else f" in frame {frame}"
    return f"the values of {read}{where} name no transaction; {transaction.id} ran at connector {transaction.connector}"


# --- what is learned of the keys --------------------------------------------------------------------------------------


@CHAPTER.learns("result", "ChangeConfiguration")
def is_changed(seen: Seen, view: View) -> None:
    if asked(seen)["key"].lower() in _KEYS:
        _begin_anew(seen, view)


@CHAPTER.learns("result", "GetConfiguration")
def is_told(seen: Seen, view: View) -> None:
    # What was known before and is the same is as old as it was.
    known = view.memory.known.configuration
    told = ((entry["key"].lower(), entry.get("value")) for entry in payload(seen).get("configurationKey", ()))
    if any(key in _KEYS and known.get(key) != value for key, value in told):
        _begin_anew(seen, view)


def _begin_anew(seen: Seen, view: View) -> None:
    metering = view.memory.known.of(Metering)
    metering.since, metering.partial = seen.at, {}
