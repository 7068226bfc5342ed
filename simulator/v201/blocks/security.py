"""Block A, security: how the station connects, and the events that the CSMS has to know (P2 A00, A01, A04).

What a profile means is alike in every version (`station.security_profiles`).
"""

from __future__ import annotations

import ssl
from typing import Final

from ocppj.errors import ConnectFailed
from ocppj.times import timestamp
from simulator.station import security_events, security_profiles
from simulator.station.security_events import MAX_WAITING, record
from simulator.v201.device_model.standard import PASSWORD
from simulator.v201.device_model.variables import Place
from simulator.v201.feature import Feature, Features
from simulator.v201.parts import Parts
from simulator.wire.operations import Then

CRITICAL: Final = frozenset(
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
"""Events the CSMS is told of (A04.FR.01; appendix 1 of Part 2)."""

EVENTS: Final = CRITICAL | {
    "AttemptedReplayAttacks",
    "CsmsFailedToAuthenticate",
    "FailedToAuthenticateAtCsms",
    "InvalidChargingStationCertificate",
    "InvalidCsmsCertificate",
    "InvalidFirmwareSignature",
    "InvalidFirmwareSigningCertificate",
    "InvalidMessages",
    "InvalidTLSCipherSuite",
    "InvalidTLSVersion",
    "MaintenanceLoginAccepted",
    "MaintenanceLoginFailed",
    "ReconfigurationOfSecurityParameters",
}
"""All events of appendix 1."""


class SecurityProfiles(Feature, security_profiles.SecurityProfiles):
    """Turns what the factory has put in, and BasicAuthPassword, into the way `parts.link` dials."""

    __slots__ = ("_profile",)

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._profile = self._first_profile()
        parts.device_model.shows(Place("SecurityCtrlr", "SecurityProfile"), lambda: str(self._profile))

    def connecting(self) -> None:
        """Dial as the settings say now."""
        self._dial(self._profile)

    def _credentials(self) -> tuple[str, bytes] | None:
        password = self.parts.device_model[PASSWORD]
        return self._with_password(password.encode() if password else None)

    def not_connected(self, error: ConnectFailed) -> None:
        """Why the CSMS could not be reached may be a security event."""
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            record(self.features, "InvalidCsmsCertificate", str(error))
        elif error.status in (401, 403):
            record(self.features, "FailedToAuthenticateAtCsms", str(error))

    def follows(self, name: str) -> Then | None:
        """A new password is used at once (A01.FR.02)."""
        if name != PASSWORD.lower():
            return None
        record(self.features, "ReconfigurationOfSecurityParameters", PASSWORD)
        return self.reconnect if self._profile in (1, 2) else None


class SecurityEvents(Feature, security_events.SecurityEvents):
    """Sends what the CSMS has to know, one after the other, until each is answered; it survives the process."""

    __slots__ = ()

    def restore(self) -> None:
        """Read the queue."""
        self._outbox.restore()
        self._next = max((int(key) for key in self._outbox.waiting), default=-1) + 1

    def record(self, type: str, tech_info: str = "") -> None:
        """Something happened; what is critical is told."""
        self.parts.events.publish("security", f"{type} {tech_info}".rstrip(), type=type)
        if type not in CRITICAL:
            return
        if len(self._outbox.waiting) >= MAX_WAITING:
            self._outbox.forget(min(self._outbox.waiting))
        self._outbox.put(f"{self._next:010}", type, timestamp(self.parts.clock.now()), tech_info)
        self._next += 1
        self._outbox.send()
