"""The response times of a charge point, read off the trace of a case (definitions: docs/performance.md).

A pure function over lines of a trace (schemas/documents/trace.schema.json), so that it serves a run and a recorded
log alike. The tool is the CSMS, so every time includes the way there and back.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

OCPP_RESPONSE: Final = "ocpp_response"
TRIGGERED: Final = "triggered_function"
START: Final = "remote_start_authorization"
STOP: Final = "remote_stop_end"
MEASURES: Final = (TRIGGERED, START, STOP)
"""What only a charge point is measured by."""

Payload = Mapping[str, Any]
Shows = Callable[[Payload, str, Payload], bool]
"""Whether a CALL of the station (its action and payload, last) shows what an operation (its payload) has caused."""


@dataclass(frozen=True)
class Effect:
    """What an operation brings about, and which of `MEASURES` the time until then belongs to.

    ``at_once``: it may show before the operation is answered, and the time is that since its CALL; otherwise it is that
    since its acceptance. ``in_person``: whoever charges may have to act first, which would be a time of theirs.
    """

    measure: str
    shows: Shows
    at_once: bool = False
    in_person: bool = False


Effects = Mapping[str, Effect]
"""Operation of a version of OCPP -> its effect. What reports none is not measured."""


@dataclass(frozen=True)
class StationTime:
    """One time in nanoseconds: for which measure, by which operation, when it was asked for (monotonic nanoseconds).

    ``first``: the first CALL of its connection.
    """

    measure: str
    action: str
    at: int
    ns: int
    first: bool = False


@dataclass
class _Open:
    """An operation on its way: its CALL, what it brings about, and once the answer is there, since when that is waited
    for."""

    action: str
    effect: Effect | None
    payload: Payload
    at: int
    first: bool
    since: int | None = None


def station_times(lines: Iterable[Mapping[str, Any]], effects: Effects) -> list[StationTime]:
    """All times that the lines of one trace hold, in the order in which they were complete.

    ``effects`` are those of the version that is spoken. An operation that a person had to act upon (a line of kind
    ``driver`` before its effect) gives no time where the effect is one ``in_person``.
    """
    times: list[StationTime] = []
    asked: dict[str, _Open] = {}
    waiting: list[_Open] = []
    fresh = True
    for line in lines:
        if line["kind"] == "handshake":
            fresh, asked = True, {}
        elif line["kind"] == "driver":
            waiting = [one for one in waiting if one.effect is None or not one.effect.in_person]
        frame = _frame(line)
        if frame is None:
            continue
        kind, at = frame[0], line["at_ns"]
        if line["direction"] == "csms->station" and kind == 2:
            one = asked[frame[1]] = _Open(frame[2], effects.get(frame[2]), frame[3], at, fresh)
            fresh = False
            if one.effect is not None and one.effect.at_once:
                waiting.append(one)
        elif line["direction"] == "station->csms" and kind == 2:
            times += _shown(waiting, frame[2], frame[3], at)
        elif line["direction"] == "station->csms" and frame[1] in asked:
            one = asked.pop(frame[1])
            times.append(StationTime(OCPP_RESPONSE, one.action, one.at, at - one.at, one.first))
            _answered(one, frame[2] if kind == 3 else {}, at, waiting)
    return times


def _answered(one: _Open, answer: Payload, at: int, waiting: list[_Open]) -> None:
    accepted = answer.get("status") == "Accepted"
    if one.effect is not None and not one.effect.at_once:
        if accepted:
            one.since = at
            waiting.append(one)
    elif one in waiting and not accepted:
        waiting.remove(one)


def _shown(waiting: list[_Open], action: str, payload: Payload, at: int) -> Iterable[StationTime]:
    """The times that a CALL of the station completes: the oldest operation of each measure that it is an effect of."""
    done: set[str] = set()
    for one in tuple(waiting):
        effect = one.effect
        if effect is None or effect.measure in done or not effect.shows(one.payload, action, payload):
            continue
        done.add(effect.measure)
        waiting.remove(one)
        yield StationTime(effect.measure, one.action, one.at, at - (one.at if one.since is None else one.since))


def _frame(line: Mapping[str, Any]) -> list[Any] | None:
    """The frame of a line when it is a CALL or an answer with objects where they belong, else None."""
    if line["kind"] != "frame":
        return None
    try:
        frame = json.loads(line["text"])
    except ValueError:
        return None
    shapes = {2: (int, str, str, dict), 3: (int, str, dict), 4: (int, str, str, str, dict)}
    if not isinstance(frame, list) or not frame or not isinstance(frame[0], int) or frame[0] not in shapes:
        return None
    shape = shapes[frame[0]]
    fits = len(frame) == len(shape) and all(isinstance(item, kind) for item, kind in zip(frame, shape, strict=True))
    return frame if fits else None
