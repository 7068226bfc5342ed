"""The response times of a charge point, read off the trace of a case (definitions: docs/performance.md).

A pure function over lines of a trace (schemas/trace.schema.json), so that it serves a run and a recorded log alike. The
tool is the CSMS, so every time includes the way there and back.
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
Shows = Callable[[Payload, Payload], bool]
"""Whether a message (second) shows the effect of an operation (first)."""


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
    """An operation on its way: its CALL, and once the answer is there, since when the effect is waited for."""

    action: str
    payload: Payload
    at: int
    first: bool
    since: int | None = None


def _connector(asked: Payload, shown: Payload) -> bool:
    wanted = asked.get("connectorId")
    return wanted in (None, 0) or shown.get("connectorId") == wanted


def _status(asked: Payload, shown: Payload, status: str) -> bool:
    return _connector(asked, shown) and shown.get("status") == status


def _availability(asked: Payload, shown: Payload) -> bool:
    return _status(asked, shown, "Unavailable" if asked.get("type") == "Inoperative" else "Available")


def _same_request(asked: Payload, shown: Payload) -> bool:
    return shown.get("requestId") == asked.get("requestId")


_EFFECTS: Final[Mapping[str, tuple[str, Shows]]] = {
    "Reset": ("BootNotification", lambda asked, shown: True),
    "ChangeAvailability": ("StatusNotification", _availability),
    "ReserveNow": ("StatusNotification", lambda asked, shown: _status(asked, shown, "Reserved")),
    "CancelReservation": ("StatusNotification", lambda asked, shown: shown.get("status") == "Available"),
    "GetLog": ("LogStatusNotification", _same_request),
    "SignedUpdateFirmware": ("SignedFirmwareStatusNotification", _same_request),
}
"""Operation -> the message that reports its effect, and when it does. What reports nothing is not measured."""
_TRIGGERS: Final = ("TriggerMessage", "ExtendedTriggerMessage")
_TRIGGERED: Final = {"SignChargePointCertificate": "SignCertificate"}
"""Where the message that is asked for has another name than the request for it."""


def station_times(lines: Iterable[Mapping[str, Any]]) -> list[StationTime]:
    """All times that the lines of one trace hold, in the order in which they were complete.

    A remote start that a person had to act upon (a line of kind ``driver`` before StartTransaction) gives none: it
    would be the time of that person.
    """
    times: list[StationTime] = []
    asked: dict[str, _Open] = {}
    waiting: list[_Open] = []
    fresh = True
    for line in lines:
        if line["kind"] == "handshake":
            fresh, asked = True, {}
        elif line["kind"] == "driver":
            waiting = [one for one in waiting if one.action != "RemoteStartTransaction"]
        frame = _frame(line)
        if frame is None:
            continue
        kind, at = frame[0], line["at_ns"]
        if line["direction"] == "csms->station" and kind == 2:
            asked[frame[1]] = _Open(frame[2], frame[3], at, fresh)
            fresh = False
            if frame[2] == "RemoteStartTransaction" or frame[2] == "RemoteStopTransaction":
                waiting.append(asked[frame[1]])
        elif line["direction"] == "station->csms" and kind == 2:
            times += _shown(waiting, frame[2], frame[3], at)
        elif line["direction"] == "station->csms" and frame[1] in asked:
            one = asked.pop(frame[1])
            times.append(StationTime(OCPP_RESPONSE, one.action, one.at, at - one.at, one.first))
            _answered(one, frame[2] if kind == 3 else {}, at, waiting)
    return times


def _answered(one: _Open, answer: Payload, at: int, waiting: list[_Open]) -> None:
    accepted = answer.get("status") == "Accepted"
    if one.action in _EFFECTS or one.action in _TRIGGERS:
        if accepted:
            one.since = at
            waiting.append(one)
    elif one in waiting and not accepted:
        waiting.remove(one)


def _shown(waiting: list[_Open], action: str, payload: Payload, at: int) -> Iterable[StationTime]:
    """The times that a CALL of the station completes: the oldest operation of each measure that it is an effect of."""
    done: set[str] = set()
    for one in tuple(waiting):
        measure = {"RemoteStartTransaction": START, "RemoteStopTransaction": STOP}.get(one.action, TRIGGERED)
        if measure in done or not _is_effect(one, action, payload):
            continue
        done.add(measure)
        waiting.remove(one)
        yield StationTime(measure, one.action, one.at, at - (one.at if one.since is None else one.since))


def _is_effect(one: _Open, action: str, payload: Payload) -> bool:
    asked = one.payload
    if one.action == "RemoteStartTransaction":
        same_tag = str(payload.get("idTag")).casefold() == str(asked.get("idTag")).casefold()
        return action == "StartTransaction" and same_tag and _connector(asked, payload)
    if one.action == "RemoteStopTransaction":
        return action == "StopTransaction" and payload.get("transactionId") == asked.get("transactionId")
    if one.action in _TRIGGERS:
        wanted = asked.get("requestedMessage")
        return action == _TRIGGERED.get(str(wanted), wanted) and _connector(asked, payload)
    name, shows = _EFFECTS[one.action]
    return action == name and shows(asked, payload)


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
