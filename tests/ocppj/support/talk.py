"""Whole exchanges fed to a session with a wall time, and the messages of 1.6 that tests of rules say in them."""

from typing import Any

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.rules import Finding
from ocppj.rules.handshake import Handshake
from ocppj.rules.known import Wall
from ocppj.session.session import OTHER, Session
from ocppj.v16.rules.core.keys import CORE
from tests.ocppj.support.line import SECOND, Line, against

NOW = "2026-11-21T10:00:00Z"
EPOCH = 1_795_255_200.0
"""The same in seconds since 1970."""

Payload = dict[str, Any]

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
START = {"connectorId": 1, "idTag": "A1", "meterStart": 0, "timestamp": NOW}
STARTED = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
RESERVE = {"connectorId": 1, "idTag": "A1", "reservationId": 5, "expiryDate": "2026-11-21T11:00:00Z"}
PERIOD = {"startPeriod": 0, "limit": 6.0}
SCHEDULE = {"chargingRateUnit": "A", "chargingSchedulePeriod": [PERIOD]}
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": SCHEDULE,
}
LIST = {"listVersion": 1, "updateType": "Full"}


_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_ACCEPTED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""A key and what a server makes of it, from RFC 6455 §1.3."""


def handshake(
    *, target: str = "/ocpp/CP%201", agreed: str | None = "ocpp1.6", suites: tuple[int, ...] = (), **changes: str
) -> Handshake:
    """A right handshake. ``changes`` are headers of the request by name, `_` for `-`; ``answered_...`` the answer's."""
    request = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": _KEY,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "ocpp1.6",
    }
    answer = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": _ACCEPTED}
    for name, value in changes.items():
        headers, plain = (answer, name[9:]) if name.startswith("answered_") else (request, name)
        headers[plain.replace("_", "-")] = value
    return Handshake(target, tuple(request.items()), tuple(answer.items()), agreed, suites)


class Talk(Line):
    """A line with a wall time and with whole exchanges; ``party`` is judged, whoever speaks."""

    def __init__(self, party: Role, **options: Any) -> None:
        options.setdefault("wall", Wall(lambda at: EPOCH + at / SECOND))
        super().__init__(party, **options)
        self._number = 0
        self._former: list[Finding] = []

    @property
    def found(self) -> list[Finding]:
        """What was found on all connections."""
        return [*self._former, *self.session.findings]

    @property
    def broken(self) -> list[tuple[str, str]]:
        """Rule and level of what was found against the party under test, on all connections."""
        return against(self.found, self.party)

    def reconnects(self) -> None:
        """The station is connected anew; what is known of it stays."""
        old = self.session
        self._former += old.findings
        self.session = Session(
            self.other,
            old.protocol,
            trace=self.trace,
            memory=old.memory,
            wall=old.wall,
            answer_window=old.answer_window,
        )

    def exchange(self, sender: Role, action: str, payload: Payload, answer: Payload) -> list[Finding]:
        """A CALL with its answer; what was found in either."""
        self._number += 1
        before = len(self.session.findings)
        call = frames.call(str(self._number), action, payload)
        self.session.observe(sender, frames.parse(call.raw), self.now)
        result = frames.result(call.id, answer)
        self.session.observe(OTHER[sender], frames.parse(result.raw), self.now)
        return self.session.findings[before:]

    def configured(self, **keys: str) -> None:
        """The station tells some of its configuration."""
        entries = [{"key": key, "readonly": key not in CORE.writable, "value": value} for key, value in keys.items()]
        self.exchange("csms", "GetConfiguration", {"key": list(keys)}, {"configurationKey": entries})

    def booted(self, status: str = "Accepted") -> None:
        """The station boots and is answered."""
        self.exchange("station", "BootNotification", BOOT, {"status": status, "currentTime": NOW, "interval": 300})


def set_profile(connector: int = 1, **changes: Any) -> tuple[str, Payload, Payload]:
    profile = {**PROFILE, **changes}
    return "SetChargingProfile", {"connectorId": connector, "csChargingProfiles": profile}, {"status": "Accepted"}


def remote_start(connector: int | None = 1, **changes: Any) -> tuple[str, Payload, Payload]:
    profile = {**PROFILE, "chargingProfilePurpose": "TxProfile", **changes}
    members = {"idTag": "A1", "chargingProfile": profile}
    return (
        "RemoteStartTransaction",
        members if connector is None else {**members, "connectorId": connector},
        {"status": "Accepted"},
    )


def schedule(*periods: Payload, **members: Any) -> Payload:
    return {"chargingSchedule": {**SCHEDULE, "chargingSchedulePeriod": list(periods or [PERIOD]), **members}}


def asked_for_schedule(**members: Any) -> tuple[str, Payload, Payload]:
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": NOW, **schedule(**members)}
    return "GetCompositeSchedule", {"connectorId": 1, "duration": 60}, answer


def accepted(action: str, **members: Any) -> tuple[str, Payload, Payload]:
    return action, members, {"status": "Accepted"}


def tags(*names: str, **changes: Any) -> tuple[str, Payload, Payload]:
    entries = [{"idTag": name, "idTagInfo": {"status": "Accepted"}} for name in names]
    return "SendLocalList", {**LIST, "localAuthorizationList": entries, **changes}, {"status": "Accepted"}


def period(**members: Any) -> Payload:
    return {**PERIOD, **members}


def authorized(**info: Any) -> tuple[str, Payload, Payload]:
    return "Authorize", {"idTag": "A1"}, {"idTagInfo": {"status": "Accepted", **info}}


def boot_answer(**members: Any) -> tuple[str, Payload, Payload]:
    return "BootNotification", BOOT, {"status": "Accepted", "currentTime": NOW, "interval": 300, **members}


def metered(timestamp: str) -> tuple[str, Payload, Payload]:
    value = {"timestamp": NOW, "sampledValue": [{"value": "1"}]}
    return "MeterValues", {"connectorId": 1, "meterValue": [value, {**value, "timestamp": timestamp}]}, {}


def stopped(**members: Any) -> tuple[str, Payload, Payload]:
    answer = {"idTagInfo": {"status": "Accepted", "expiryDate": "2026-11-21T09:00:00Z"}}
    return "StopTransaction", {"transactionId": 7, "meterStop": 1, "timestamp": NOW, **members}, answer
