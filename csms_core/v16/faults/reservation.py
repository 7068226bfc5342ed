"""Faults of the Reservation profile (OCPP 1.6 §5.1, §5.13), and of what it needs of the Core profile."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import Condition, answer_to, call_of, drop, fault, put, says, silence
from csms_core.faults.model import Fault, Outgoing


def faults() -> Iterator[Fault]:
    """The faults of this profile."""
    yield from _reserve_now()
    yield from _cancel_reservation()
    yield fault(
        "start-with-reservation-invalid",
        "A StartTransaction that names a reservation gets Invalid.",
        answer_to("StartTransaction", _names_a_reservation, says("idTagInfo.status", "Accepted")),
        put("idTagInfo.status", "Invalid"),
    )
    yield fault(
        "authorize-without-parent",
        "idTagInfo in Authorize.conf lacks parentIdTag.",
        answer_to("Authorize", _tells_parent),
        drop("idTagInfo.parentIdTag"),
    )
    yield fault(
        "authorize-other-parent",
        "idTagInfo in Authorize.conf names another parentIdTag.",
        answer_to("Authorize", says("idTagInfo.status", "Accepted")),
        put("idTagInfo.parentIdTag", "PP-OTHER-GROUP"),
    )
    yield fault(
        "change-availability-wrong-connector",
        "ChangeAvailability names another connectorId.",
        call_of("ChangeAvailability"),
        put("connectorId", lambda message: message.payload["connectorId"] + 1),
    )


def _names_a_reservation(message: Outgoing) -> bool:
    return "reservationId" in message.request


def _tells_parent(message: Outgoing) -> bool:
    return "parentIdTag" in message.payload.get("idTagInfo", {})


def _reserve_now() -> Iterator[Fault]:
    reserve = call_of("ReserveNow")
    yield fault("reserve-now-not-sent", "ReserveNow is not sent.", reserve, silence)
    yield fault(
        "reserve-now-wrong-connector",
        "ReserveNow names another connectorId.",
        reserve,
        put("connectorId", lambda message: message.payload["connectorId"] + 1),
    )
    yield fault(
        "reserve-now-any-connector",
        "ReserveNow names connectorId 0 instead of the one that was chosen.",
        call_of("ReserveNow", lambda message: message.payload.get("connectorId") != 0),
        put("connectorId", 0),
    )
    yield fault("reserve-now-wrong-tag", "ReserveNow names another idTag.", reserve, put("idTag", "WRONG-TAG"))
    yield fault(
        "reserve-now-wrong-expiry",
        "The expiryDate of ReserveNow is in another century.",
        reserve,
        put("expiryDate", "2199-12-31T23:59:59.000Z"),
    )
    yield fault(
        "reserve-now-wrong-parent",
        "ReserveNow names another parentIdTag.",
        call_of("ReserveNow", _has("parentIdTag")),
        put("parentIdTag", "WRONG-PARENT"),
    )
    yield fault("reserve-now-same-id", "Every ReserveNow has the reservationId 1.", reserve, put("reservationId", 1))
    for member, name in (
        ("reservationId", "id"),
        ("idTag", "tag"),
        ("expiryDate", "expiry"),
        ("parentIdTag", "parent"),
        ("connectorId", "connector"),
    ):
        present = call_of("ReserveNow", _has(member))
        yield fault(f"reserve-now-without-{name}", f"ReserveNow lacks {member}.", present, drop(member))


def _has(member: str) -> Condition:
    return lambda message: member in message.payload


def _cancel_reservation() -> Iterator[Fault]:
    cancel = call_of("CancelReservation")
    yield fault("cancel-reservation-not-sent", "CancelReservation is not sent.", cancel, silence)
    yield fault(
        "cancel-reservation-without-id", "CancelReservation lacks reservationId.", cancel, drop("reservationId")
    )
    yield fault(
        "cancel-reservation-wrong-id",
        "CancelReservation names another reservationId.",
        cancel,
        put("reservationId", lambda message: message.payload["reservationId"] + 1),
    )
    yield fault(
        "cancel-reservation-last-id",
        "CancelReservation names the reservation that was made last, whichever was chosen.",
        call_of("CancelReservation", lambda message: _last(message) not in (None, message.payload["reservationId"])),
        put("reservationId", _last),
    )


def _last(message: Outgoing) -> int | None:
    """The reservationId of the last ReserveNow."""
    for past in reversed(message.history):
        if past.action == "ReserveNow" and past.kind == "call":
            number: int = past.payload["reservationId"]
            return number
    return None
