"""What a charge point of OCPP 1.6 is sent: all that a CSMS may ask for, as far as it can be taken back.

Reset, firmware, uploads and certificates come broken only, in ways that no station may follow: a station that has begun
to restart or to load a file from nowhere is no longer one that can be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from harness.instruments.fuzzing.dialect import Check, Dialect, Message, Payload
from harness.instruments.fuzzing.steps import TAG
from harness.instruments.fuzzing.table import AT_ONCE, VALID, CodeTable
from harness.instruments.fuzzing.v16.table import FOR_KIND, SAME, UNSUPPORTED
from harness.instruments.fuzzing.values import Overrides
from harness.sut import Lane, Sut
from ocppj.times import timestamp
from ocppj.v16 import PROTOCOL
from ocppj.v16.rules.values.connectors import LOWEST

_NOT_TO_BE_TAKEN_BACK: Final = frozenset(
    {
        "CertificateSigned",
        "DeleteCertificate",
        "GetDiagnostics",
        "GetLog",
        "InstallCertificate",
        "Reset",
        "SignedUpdateFirmware",
        "UpdateFirmware",
    }
)
_RESERVED_S: Final = 60
"""Seconds that the reservation of the session of health lasts, if it is not cancelled."""
_RESERVATION: Final = 1_999_999_999
_NO_PROFILE: Final = 1_999_999_998
_NO_TRANSACTION: Final = 1_999_999_997
"""Numbers that no session draws."""
_CORE: Final = frozenset(name for name, info in PROTOCOL.actions.items() if info.profile == "Core")
_KEYS: Final = ("HeartbeatInterval", "NumberOfConnectors", "NoSuchKey", "k" * 50, "")
_SET_KEYS: Final = ("NoSuchKey", "k" * 50, "NumberOfConnectors", "")
"""Of ChangeConfiguration: none that a station has and would take."""
_TRIGGERED: Final = ("Heartbeat", "StatusNotification", "FirmwareStatusNotification")
"""What both messages that trigger know, and what is no boot."""


def _undone(action: str, payload: Payload) -> Message | None:
    undo = _UNDO.get(action)
    return None if undo is None else undo(payload)


_UNDO: Final[Mapping[str, Callable[[Payload], Message]]] = {
    "ChangeAvailability": lambda payload: ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    "ReserveNow": lambda payload: ("CancelReservation", {"reservationId": payload["reservationId"]}),
    "SendLocalList": lambda payload: (
        "SendLocalList",
        {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []},
    ),
    "SetChargingProfile": lambda payload: ("ClearChargingProfile", {}),
}


def _now() -> str:
    return timestamp(datetime.now(UTC))


def _answer(action: str, payload: Payload) -> Payload | None:
    """What a CSMS says that has nothing to say against anything."""
    if action == "BootNotification":
        return {"status": "Accepted", "currentTime": _now(), "interval": 300}
    if action == "Heartbeat":
        return {"currentTime": _now()}
    if action == "StartTransaction":
        return {"idTagInfo": {"status": "Accepted"}, "transactionId": 1}
    if action in ("Authorize", "StopTransaction"):
        return {"idTagInfo": {"status": "Accepted"}}
    if action == "DataTransfer":
        return {"status": "UnknownVendorId"}
    if action == "SignCertificate":
        return {"status": "Rejected"}
    return {}


def _health(sut: Sut) -> Sequence[Check]:
    """What can be asked of any station that has the profile, and leaves nothing behind.

    A remote start is not among it, as a connector that was told to start is not free for a while. The session before
    may have started something, so that a connector is not free, and a station that is to be put out of service waits.
    """
    until = timestamp(datetime.now(UTC) + timedelta(seconds=_RESERVED_S))
    reserve = {"connectorId": 1, "expiryDate": until, "idTag": TAG, "reservationId": _RESERVATION}
    status = {"requestedMessage": "StatusNotification", "connectorId": 1}
    by_profile = {
        "remote_trigger": (
            Check("TriggerMessage", {"requestedMessage": "Heartbeat"}, brings="Heartbeat"),
            Check("TriggerMessage", status, brings="StatusNotification"),
        ),
        "reservation": (
            Check("ReserveNow", reserve, also=frozenset({"Faulted", "Occupied", "Unavailable"})),
            Check("CancelReservation", {"reservationId": _RESERVATION}, after="ReserveNow"),
        ),
        "local_auth_list": (Check("GetLocalListVersion", {}),),
        "smart_charging": (Check("ClearChargingProfile", {"id": _NO_PROFILE}),),
    }
    return (
        Check("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        Check("ClearCache", {}),
        Check("ChangeAvailability", {"connectorId": 0, "type": "Operative"}, also=frozenset({"Scheduled"})),
        Check("RemoteStopTransaction", {"transactionId": _NO_TRANSACTION}),
        *(check for profile, some in by_profile.items() if sut.claimed(f"profiles.{profile}") for check in some),
    )


def dialect(sut: Sut, lane: Lane) -> Dialect:
    """For this station."""
    asked = [name for name, info in PROTOCOL.actions.items() if info.sender in ("csms", "both")]

    def overrides(action: str) -> Overrides:
        found: dict[str, st.SearchStrategy[Any]] = {
            "connectorId": st.sampled_from([*range(LOWEST.get(action, 0), lane.connectors + 1), 2**31 - 1]),
            "idTag": st.sampled_from([TAG, "", "X" * 20, "x1 ~!" * 4]),
            "requestedMessage": st.sampled_from(_TRIGGERED),
        }
        if action == "ChangeConfiguration":
            found["key"] = st.sampled_from(_SET_KEYS)
        if action == "GetConfiguration":
            found["key"] = st.lists(st.sampled_from(_KEYS), max_size=3)
        return found

    # E 3.24, 3.38 and 3.39: what is wrong with a profile, or with a unit, may be said with a code
    by_code = frozenset({"PropertyConstraintViolation"})
    with_status = ("SetChargingProfile", "GetCompositeSchedule")
    for_action = {
        (kind, action): msgspec.structs.replace(FOR_KIND[kind], codes=by_code)
        for kind in (VALID, AT_ONCE)
        for action in with_status
    }
    return Dialect(
        protocol=PROTOCOL,
        table=CodeTable(
            for_kind=FOR_KIND,
            for_action=for_action,
            optional=frozenset(asked) - _CORE,
            unsupported=UNSUPPORTED,
            same=SAME,
        ),
        right=[name for name in asked if name not in _NOT_TO_BE_TAKEN_BACK],
        broken=[name for name in asked if name in _NOT_TO_BE_TAKEN_BACK],
        foreign=[name for name in PROTOCOL.actions if name not in asked],
        overrides=overrides,
        opening=(),
        barrier=("GetConfiguration", {"key": ["HeartbeatInterval"]}),
        health=lambda: _health(sut),
        tag=sut.tags.valid or "PLUGPROOF",
        answers=_answer,
        gives={},
        chosen={"ReserveNow": "reservationId"},
        takes={"CancelReservation": "reservationId"},
        undo=_undone,
    )
