"""Security events: a log of all, and a queue of those the CSMS has to know (white paper A04; rule SEC-16).

Without a security profile the CSMS may know nothing of the white paper, so it is told only of what it has caused itself
by a message of it; the log is kept all the same.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocppj.times import moment
from simulator.errors import Offline, Unanswered
from simulator.feature import Feature
from simulator.journal import between
from simulator.metering import timestamp
from simulator.parts import Parts

CRITICAL = frozenset(
    {
        "FirmwareUpdated",
        "MemoryExhaustion",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "TamperDetectionActivated",
    }
)
"""Events the CSMS is told of in any case."""

REPORTED = CRITICAL | {
    "InvalidCentralSystemCertificate",
    "InvalidChargePointCertificate",
    "InvalidFirmwareSignature",
    "InvalidFirmwareSigningCertificate",
    "InvalidTLSCipherSuite",
    "InvalidTLSVersion",
}
"""The same, with those a use case of the white paper wants to be told."""

LOGGED = REPORTED | {
    "AttemptedReplayAttacks",
    "CentralSystemFailedToAuthenticate",
    "FailedToAuthenticateAtCentralSystem",
    "InvalidMessages",
    "ReconfigurationOfSecurityParameters",
}
"""All events of the white paper."""

MAX_LOG = 200
MAX_WAITING = 100
ATTEMPTS = 3
"""How often an event is sent that the CSMS does not take."""

_LOG, _WAITING = "security-log", "security-event"  # kinds of records
_MAX_INFO = 255


class SecurityEvents(Feature):
    """Records what happened, and sends what has to be sent, one after the other, until each is answered."""

    __slots__ = ("_failures", "_log", "_next", "_sending", "_waiting")

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._log: dict[str, tuple[str, str, str]] = {}  # timestamp, type, techInfo
        self._waiting: dict[str, dict[str, str]] = {}
        self._next = 0
        self._sending = False
        self._failures = 0

    def restore(self) -> None:
        """Log and queue survive the process."""
        self._log = {key: tuple(value) for key, value in self.parts.store.read(_LOG)}
        self._waiting = dict(self.parts.store.read(_WAITING))
        self._next = max((int(key) for key in (*self._log, *self._waiting)), default=-1) + 1

    def power_on(self) -> None:
        """The station comes up."""
        self.record("StartupOfTheDevice")

    def power_off(self) -> None:
        """The station goes down; by itself is an event."""
        if self.parts.power.resetting:
            self.record("ResetOrReboot")

    def online(self, after_boot: bool) -> None:
        """What happened meanwhile is told now."""
        self._send()

    @property
    def waiting(self) -> int:
        """Events the CSMS has still to be told of."""
        return len(self._waiting)

    def text(self, oldest: str | None, latest: str | None) -> str | None:
        """The security log between two moments (as on the wire), None: nothing happened then."""
        dated = ((moment(at), f"{type} {info}".rstrip()) for at, type, info in self._log.values())
        lines = between(dated, oldest, latest)
        return "\n".join([*lines, ""]) if lines else None

    def record(self, type: str, tech_info: str = "", *, provoked: bool = False) -> None:
        """Something happened. `provoked`: a message of the white paper has caused it, so the CSMS knows of events."""
        at, key = timestamp(self.parts.clock.now()), f"{self._next:010}"
        of_interest = provoked or self.parts.configuration.number("SecurityProfile") > 0
        self._next += 1
        with self.parts.store.unit():
            self._log[key] = (at, type, tech_info)
            self.parts.store.put(_LOG, key, self._log[key])
            if len(self._log) > MAX_LOG:
                self._drop_oldest()
            if of_interest and type in REPORTED:
                self._queue(key, type, at, tech_info)
        if of_interest:
            self.parts.events.publish("security", f"{type} {tech_info}".rstrip(), type=type)
            self._send()

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._log))
        del self._log[oldest]
        self.parts.store.drop(_LOG, oldest)

    def _queue(self, key: str, type: str, at: str, tech_info: str) -> None:
        if len(self._waiting) >= MAX_WAITING:
            if type not in CRITICAL:
                return
            self._forget(next((k for k, e in self._waiting.items() if e["type"] not in CRITICAL), min(self._waiting)))
        event = {"type": type, "timestamp": at}
        if tech_info:
            event["techInfo"] = tech_info[:_MAX_INFO]
        self._waiting[key] = event
        self.parts.store.put(_WAITING, key, event)

    def _forget(self, key: str) -> None:
        self._waiting.pop(key, None)
        self.parts.store.drop(_WAITING, key)

    def _send(self) -> None:
        if self._waiting and not self._sending and self.parts.registration.online:
            self._sending = True
            key, event = next(iter(self._waiting.items()))
            self.parts.registration.send("SecurityEventNotification", event, partial(self._answered, key))

    def _answered(self, key: str, answer: dict[str, Any] | Offline | Unanswered) -> None:
        self._sending = False
        if isinstance(answer, Offline):
            return  # the next connection
        if isinstance(answer, Unanswered):
            self.parts.events.publish("problem", f"SecurityEventNotification was not taken: {answer}")
            self._failures += 1
            if self._failures < ATTEMPTS:
                return  # together with the next event, or by the next connection
        self._failures = 0
        self._forget(key)
        self._send()


def record(parts: Parts, type: str, tech_info: str = "", *, provoked: bool = False) -> None:
    """Record an event at a station that may do without the security extensions."""
    try:
        events = parts.features[SecurityEvents]
    except LookupError:
        return
    events.record(type, tech_info, provoked=provoked)
