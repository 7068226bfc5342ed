"""What is opened and ended in a CSMS, read off the frames of OCPP 1.6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.case.left_open import LeftOpen

_DONE: Final = ("Accepted", "Scheduled")


def started(left: LeftOpen, station: str, call: Mapping[str, Any], transactionId: int) -> None:
    """A StartTransaction was answered with this transactionId."""
    facts = {"transactionId": transactionId, "idTag": call["idTag"], "connectorId": call["connectorId"]}
    left.opens("transaction", station, str(transactionId), facts)
    if "reservationId" in call:
        left.ends("reservation", reservationId=call["reservationId"])


def stopped(left: LeftOpen, transactionId: int) -> None:
    """A StopTransaction was acknowledged."""
    left.ends("transaction", transactionId=transactionId)


def answered(left: LeftOpen, station: str, action: str, call: Any, answer: Mapping[str, Any]) -> None:
    """The station answered a CALL of the CSMS."""
    follow = _FOLLOWED.get(action)
    if follow is not None and isinstance(call, dict) and answer.get("status") in _DONE:
        follow(left, station, call)


def _reserved(left: LeftOpen, station: str, call: dict[str, Any]) -> None:
    number = call.get("reservationId")
    left.opens("reservation", station, str(number), {"reservationId": number})


def _reservation_cancelled(left: LeftOpen, station: str, call: dict[str, Any]) -> None:
    left.ends("reservation", reservationId=call.get("reservationId"))


def _availability_changed(left: LeftOpen, station: str, call: dict[str, Any]) -> None:
    connector = call.get("connectorId")
    if call.get("type") == "Inoperative":
        left.opens("availability", station, str(connector), {"connectorId": connector})
    else:
        left.ends("availability", **({} if connector == 0 else {"connectorId": connector}))


def _profile_set(left: LeftOpen, station: str, call: dict[str, Any]) -> None:
    profile = call.get("csChargingProfiles")
    # One for a transaction ends with it (S §3.13.1).
    if isinstance(profile, dict) and profile.get("chargingProfilePurpose") != "TxProfile":
        names = ("chargingProfilePurpose", "stackLevel")
        facts = {"id": profile.get("chargingProfileId"), "connectorId": call.get("connectorId")}
        left.opens("profile", station, str(facts["id"]), {**facts, **{name: profile.get(name) for name in names}})


def _profiles_cleared(left: LeftOpen, station: str, call: dict[str, Any]) -> None:
    named = {"id": call["id"]} if "id" in call else call  # an id alone decides (S §5.5)
    left.ends("profile", **named)


_FOLLOWED: Final[Mapping[str, Callable[[LeftOpen, str, dict[str, Any]], None]]] = {
    "CancelReservation": _reservation_cancelled,
    "ChangeAvailability": _availability_changed,
    "ClearChargingProfile": _profiles_cleared,
    "ReserveNow": _reserved,
    "SetChargingProfile": _profile_set,
}
"""Operations that open something in the CSMS, or end it."""
