"""Series of meter values: what each one contains, and how far apart they are (OCPP 1.6 §3.16, §4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

from harness.case.message import Message
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms
from ocppj import times
from ocppj.matchers import MISSING, Matcher, one_of, satisfies

DEFAULT: Final = "Energy.Active.Import.Register"
"""The measurand that an empty list, or a sample without one, means (S §7.43)."""
PERIODIC: Final = one_of("Sample.Periodic", MISSING)
"""The context of periodic samples, which is also what a missing one means."""
_PHASES: Final = frozenset({"L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"})
_DAY: Final = 86_400.0


async def measurands(csms: Csms, key: str) -> frozenset[str]:
    """GetConfiguration of a key that lists measurands: those that a report has to contain."""
    value = (await states.configuration(csms, key)).get(key, (None, False))[0] or ""
    listed = (item.strip() for item in value.split(","))
    return frozenset(_without_phase(item) for item in listed if item) or frozenset({DEFAULT})


def _without_phase(item: str) -> str:
    measurand, _, phase = item.rpartition(".")
    return measurand if phase in _PHASES else item


class Series:
    """The MeterValues of one connector, one after the other, that are due every ``interval`` seconds."""

    def __init__(self, csms: Csms, connector: int, interval: int) -> None:
        self._csms = csms
        self._connector = connector
        self._interval = interval
        self._tolerance = min(interval / 2, csms.run.sut.timeouts.deviation_s)
        self._last: datetime | None = None

    async def receives(self, *, rule: str) -> Message:
        """The next report, which comes within two intervals."""
        seconds = 2 * self._interval + self._csms.run.sut.timeouts.message_s
        some = satisfies("values", bool)
        return await self._csms.receives(
            "MeterValues", rule=rule, within=seconds, connectorId=self._connector, meterValue=some
        )

    async def catches_up(self) -> None:
        """What has come until now is passed over: the next report follows the last one of them."""
        while (
            report := await self._csms.may_receive("MeterValues", within=0, connectorId=self._connector)
        ) is not None:
            self.passes_over(report)

    def passes_over(self, report: Message) -> None:
        """The next report follows this one."""
        for value in _values(report):
            self._last = _moment(value.get("timestamp")) or self._last

    def is_later(self, report: Message, *, rule: str) -> None:
        """Nothing in the report was measured before the one before; the same may be told twice."""
        last = self._last
        for index, value in enumerate(_values(report)):
            shown = "" if last is None else times.timestamp(last)
            earlier = satisfies(f"not before {shown}", partial(_is_from, last))
            report.shows(rule=rule, meterValue=_at(report, index, timestamp=earlier))
            last = _moment(value.get("timestamp")) or last

    def is_due(self, report: Message, *, rule: str) -> None:
        """Each value in the report was measured one interval after the one before."""
        for index, value in enumerate(_values(report)):
            moment, last = _moment(value.get("timestamp")), self._last
            if moment is not None and moment == last:  # told twice, as the answer was lost
                continue
            if last is not None:
                due = satisfies(f"{self._interval} s after {times.timestamp(last)}", partial(self._follows, last))
                report.shows(rule=rule, meterValue=_at(report, index, timestamp=due))
            self._last = moment or last
        self._csms.run.judge(rule)

    def is_aligned(self, report: Message, *, rule: str) -> None:
        """Each value was measured at a multiple of the interval since midnight."""
        aligned = satisfies(f"a multiple of {self._interval} s since midnight", self._is_multiple)
        report.shows(rule=rule, meterValue=[{"timestamp": aligned} for _ in _values(report)])

    def _follows(self, last: datetime, text: Any) -> bool:
        moment = _moment(text)
        return moment is not None and abs((moment - last).total_seconds() - self._interval) <= self._tolerance

    def _is_multiple(self, text: Any) -> bool:
        moment = _moment(text)
        if moment is None:
            return False
        beyond = moment.timestamp() % _DAY % self._interval
        return min(beyond, self._interval - beyond) <= self._tolerance / 2


def each_sample(report: Message, *, rule: str, **members: Any) -> None:
    """Every sampled value of the report has these members."""
    shape = [{"sampledValue": [members for _ in _samples(value)]} for value in _values(report)]
    report.shows(rule=rule, meterValue=shape)


def is_complete(report: Message, wanted: frozenset[str], *, rule: str) -> None:
    """Every meter value of the report contains a sample of each of these measurands."""
    complete = satisfies(
        "samples of " + ", ".join(sorted(wanted)),
        lambda samples: wanted <= {_measurand(one) for one in samples if isinstance(one, dict)},
    )
    report.shows(
        rule=rule, meterValue=[{"sampledValue": complete} for _ in _values(report)] or satisfies("values", bool)
    )


def is_at_the_station(report: Message, *, rule: str) -> None:
    """No sampled value is taken at the vehicle, but the state of charge."""
    elsewhere = Matcher("not EV", lambda location: location != "EV")
    shape = [
        {"sampledValue": [{} if _measurand(one) == "SoC" else {"location": elsewhere} for one in _samples(value)]}
        for value in _values(report)
    ]
    report.shows(rule=rule, meterValue=shape)


def _measurand(sample: dict[str, Any]) -> str:
    return str(sample.get("measurand", DEFAULT))


def _at(report: Message, place: int, **members: Any) -> list[dict[str, Any]]:
    return [members if index == place else {} for index, _ in enumerate(_values(report))]


def _values(report: Message) -> list[dict[str, Any]]:
    return list(_objects(report["meterValue"]))


def _samples(value: dict[str, Any]) -> list[dict[str, Any]]:
    return list(_objects(value.get("sampledValue")))


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    """What is no object breaks the schema, which is told by itself."""
    return (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def _is_from(last: datetime | None, text: Any) -> bool:
    moment = _moment(text)
    return moment is not None and (last is None or moment >= last)


def _moment(text: Any) -> datetime | None:
    try:
        return times.moment(text) if isinstance(text, str) else None
    except ValueError:
        return None
