"""Security events: a log of all, and a queue of those the CSMS has to know (white paper A04; rule SEC-16).

Without a security profile the CSMS may know nothing of the white paper, so it is told only of what it has caused itself
by a message of it; the log is kept all the same.
"""

from __future__ import annotations

from ocppj.times import moment, timestamp
from simulator.station import security_events
from simulator.station.security_events import MAX_WAITING
from simulator.v16.core.journal import between
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts

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
_LOG = "security-log"  # kind of records


class SecurityEvents(Feature, security_events.SecurityEvents):
    """Records what happened, and sends what has to be sent, one after the other, until each is answered."""

    __slots__ = ("_log",)

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._log: dict[str, tuple[str, str, str]] = {}  # timestamp, type, techInfo

    def restore(self) -> None:
        """Log and queue survive the process."""
        self._log = {key: tuple(value) for key, value in self.parts.store.read(_LOG)}
        self._outbox.restore()
        self._next = max((int(key) for key in (*self._log, *self._outbox.waiting)), default=-1) + 1

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
            self._outbox.send()

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._log))
        del self._log[oldest]
        self.parts.store.drop(_LOG, oldest)

    def _queue(self, key: str, type: str, at: str, tech_info: str) -> None:
        waiting = self._outbox.waiting
        if len(waiting) >= MAX_WAITING:
            if type not in CRITICAL:
                return
            self._outbox.forget(next((k for k, e in waiting.items() if e["type"] not in CRITICAL), min(waiting)))
        self._outbox.put(key, type, at, tech_info)


def record(features: Features, type: str, tech_info: str = "", *, provoked: bool = False) -> None:
    """Record an event at a station that may do without the security extensions."""
    try:
        events = features[SecurityEvents]
    except LookupError:
        return
    events.record(type, tech_info, provoked=provoked)
