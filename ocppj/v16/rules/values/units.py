"""Units of sampled values (OCPP 1.6 §7.43): of a temperature, which errata differ about, and of a frequency."""

from collections.abc import Iterator
from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import Members, Path, payload
from ocppj.rules.model import Level, Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()
BOTH_SPELLINGS: Final = Chapter()
"""Celsius is in the enumeration beside Celcius, which a station should send."""

ONE_SPELLING: Final = Chapter()
"""Only Celcius is in the enumeration."""

CHAPTER.rule("VAL-12", "INFO", "E 3.86", "A sample of Frequency has no unit; Hertz is tolerated.")

_SAMPLES: Final = ("MeterValues", "StopTransaction")
_NEWER: Final = "Celsius"
_FREQUENCY: Final = "Frequency"
_HERTZ: Final = "Hertz"


def _samples(members: Members) -> Iterator[tuple[Path, Members]]:
    for holder in ("meterValue", "transactionData"):
        for number, value in enumerate(members.get(holder, ())):
            for place, sample in enumerate(value["sampledValue"]):
                yield (holder, number, "sampledValue", place), sample


@CHAPTER.judges("VAL-12", "call", actions=_SAMPLES)
def unit_of_a_frequency(seen: Seen, view: View) -> Remark | None:
    if _FREQUENCY not in seen.frame.raw:
        return None
    for path, sample in _samples(payload(seen)):
        unit = sample.get("unit", _HERTZ)
        if sample.get("measurand") == _FREQUENCY and unit != _HERTZ:
            return Remark(f"the unit of a Frequency is {unit}", path=(*path, "unit"))
    return None


@BOTH_SPELLINGS.judges("VAL-10", "call", actions=_SAMPLES)
def older_spelling(seen: Seen, view: View) -> Remark | None:
    return _newer(seen, "the schemas of most systems have Celcius", "SHOULD")


@ONE_SPELLING.judges("VAL-10", "call", actions=_SAMPLES)
def only_spelling(seen: Seen, view: View) -> Remark | None:
    return _newer(seen, "only Celcius is in the enumeration", "MUST")


def _newer(seen: Seen, why: str, level: Level) -> Remark | None:
    if _NEWER not in seen.frame.raw:
        return None
    for path, sample in _samples(payload(seen)):
        if sample.get("unit") == _NEWER:
            return Remark(f"unit is {_NEWER}; {why}", level, (*path, "unit"))
    return None
