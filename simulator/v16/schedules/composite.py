"""The composite schedule that GetCompositeSchedule asks for (1.6 §5.7, §3.13.3, errata 3.28 to 3.30, 3.51, 3.57).

It goes from one event to the next and never second by second. Its limits are exact at each whole second from
scheduleStart on; what changes within a second shows at the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from ocppj.times import timestamp
from simulator.v16.schedules.layers import of_connector, of_station
from simulator.v16.schedules.moments import MILLISECOND, SECOND, instant
from simulator.v16.schedules.profile import Unit, number
from simulator.v16.schedules.situation import Situation

MAX_EVENTS: Final = 2_000
"""Events one answer looks at, enough for a week with eleven changes an hour; an answer to more covers less time."""


class _Step(NamedTuple):
    limit: int  # in tenths
    phases: int
    until: int


def composite_schedule(situation: Situation, payload: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The payload of GetCompositeSchedule.conf for that of a valid GetCompositeSchedule.req (rule SC-14).

    A connector above 0 is looked at by itself, so that the others may share what the ChargePointMaxProfile leaves it.
    Connector 0 is the sum of all connectors, in use or not, within the limits of the station.
    """
    connector, duration = payload["connectorId"], payload["duration"]
    if (connector and not situation.site.has(connector)) or duration <= 0:
        return {"status": "Rejected"}
    unit: Unit = payload.get("chargingRateUnit") or situation.site.limits.unit
    start = at = instant(now) // MILLISECOND * MILLISECOND
    end = start + duration * SECOND
    periods: list[dict[str, Any]] = []
    before = None
    events = 0
    while at < end and events < MAX_EVENTS:
        step = _at(situation, connector, unit, at, start)
        if step[:2] != before:
            before = step[:2]
            offset = (at - start) // SECOND
            periods.append({"startPeriod": offset, "limit": number(step.limit), "numberPhases": step.phases})
        at += -(-(step.until - at) // SECOND) * SECOND
        events += 1
    return {
        "status": "Accepted",
        "connectorId": connector,
        "scheduleStart": timestamp(now),
        "chargingSchedule": {
            "duration": (min(at, end) - start) // SECOND,
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": periods,
        },
    }


def _at(situation: Situation, connector: int, unit: Unit, at: int, now: int) -> _Step:
    voltage, station = situation.site.voltage, of_station(situation, at)
    if connector:
        own = of_connector(situation, connector, at, now)
        cap = own.cap.within(station.cap, fewer=own.fewer)
        return _Step(cap.rate(unit, voltage), cap.phases, min(own.until, station.until))
    layers = [of_connector(situation, one, at, now) for one in range(1, len(situation.site.connectors) + 1)]
    total = sum(layer.cap.rate(unit, voltage) for layer in layers)
    phases = min(station.cap.phases, max(layer.cap.phases for layer in layers))
    limit = min(total, station.cap._replace(phases=phases).rate(unit, voltage))
    return _Step(limit, phases, min(station.until, *(layer.until for layer in layers)))
