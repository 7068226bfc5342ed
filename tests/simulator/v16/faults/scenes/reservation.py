"""Reservations, and what breaks their rules."""

from __future__ import annotations

from typing import Any

from simulator.v16.profiles.reservation import Reservations
from simulator.v16.station import FEATURES
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Judge,
    Open,
    Proof,
    answers,
    both,
    never,
    prove,
    reports,
    sends,
    sends_only,
    within,
)

_SOON, _LATER, _PAST = "2026-01-01T00:01:00Z", "2026-01-01T12:00:00Z", "2025-12-31T12:00:00Z"
_GROUP = {"idTagInfo": {"status": "Accepted", "parentIdTag": "GROUP"}}
_ID = 7


async def _reserve(bench: Bench, **more: Any) -> None:
    payload = {"connectorId": 1, "expiryDate": _LATER, "idTag": "TAG-1", "reservationId": _ID, **more}
    await bench.ask("ReserveNow", **payload)


async def _one(open: Open, **options: Any) -> Bench:
    """A station whose only connector is the one that matters."""
    bench = await open(connectors=1, **options)
    bench.mark()
    return bench


async def reserved(open: Open) -> Bench:
    bench = await _one(open)
    await _reserve(bench)
    await bench.do("present", "TAG-9", 1)
    bench.notes["asked"] = any(one.action == "Authorize" for one in bench.office.said)
    await bench.do("present", "TAG-1", 1)
    await bench.do("plug_in", 1)
    return bench


async def reserved_from_afar(open: Open) -> Bench:
    bench = await _one(open)
    await _reserve(bench)
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    await bench.do("plug_in", 1)
    return bench


async def reserved_and_expired(open: Open) -> Bench:
    bench = await _one(open)
    await _reserve(bench, expiryDate=_SOON)
    await bench.wait(90)
    await bench.charge("TAG-2")
    return bench


async def reserved_any(open: Open) -> Bench:
    bench = await _one(open)
    await _reserve(bench, connectorId=0)
    await bench.charge("TAG-1")
    return bench


async def reserved_and_canceled(open: Open) -> Bench:
    bench = await _one(open)
    await _reserve(bench)
    bench.chapter("cancel")
    await bench.ask("CancelReservation", reservationId=_ID)
    await bench.charge("TAG-2")
    return bench


async def canceled_in_vain(open: Open) -> Bench:
    bench = await _one(open)
    await _reserve(bench)
    await bench.ask("CancelReservation", reservationId=_ID + 1)
    return bench


async def reserved_for_a_group(open: Open) -> Bench:
    bench = await _one(open, answers={"Authorize": _GROUP, "StartTransaction": {"transactionId": 1, **_GROUP}})
    await _reserve(bench, parentIdTag="GROUP")
    await bench.do("present", "TAG-2", 1)
    await bench.do("plug_in", 1)
    return bench


async def reserved_for_a_group_from_afar(open: Open) -> Bench:
    bench = await _one(open, answers={"Authorize": _GROUP, "StartTransaction": {"transactionId": 1, **_GROUP}})
    await _reserve(bench, parentIdTag="GROUP")
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-2")
    await bench.do("plug_in", 1)
    return bench


async def reserve_faulted(open: Open) -> Bench:
    bench = await open()
    await bench.do("raise_fault", 1, "GroundFailure")
    await _reserve(bench)
    return bench


async def reserve_occupied(open: Open) -> Bench:
    bench = await open()
    await bench.do("plug_in", 1)
    await _reserve(bench)
    return bench


async def reserve_unavailable(open: Open) -> Bench:
    bench = await open()
    await bench.ask("ChangeAvailability", connectorId=1, type="Inoperative")
    await _reserve(bench)
    return bench


async def reserve_refused(open: Open) -> Bench:
    bench = await open()
    await _reserve(bench, expiryDate=_PAST)
    return bench


async def reserve_without_the_profile(open: Open) -> Bench:
    bench = await open(features=tuple(one for one in FEATURES if one is not Reservations))
    await _reserve(bench)
    return bench


async def reserve_any_without_the_profile(open: Open) -> Bench:
    bench = await open(features=tuple(one for one in FEATURES if one is not Reservations))
    await _reserve(bench, connectorId=0)
    return bench


async def reserve_any_faulted(open: Open) -> Bench:
    bench = await open()
    await bench.do("raise_fault", 0, "GroundFailure")
    await _reserve(bench, connectorId=0)
    return bench


async def reserve_any_occupied(open: Open) -> Bench:
    bench = await open()
    await bench.do("plug_in", 1)
    await bench.do("plug_in", 2)
    await _reserve(bench, connectorId=0)
    return bench


async def reserve_any_unavailable(open: Open) -> Bench:
    bench = await open()
    await bench.ask("ChangeAvailability", connectorId=0, type="Inoperative")
    await _reserve(bench, connectorId=0)
    return bench


async def reserve_any_refused(open: Open) -> Bench:
    bench = await open(configuration={"ReserveConnectorZeroSupported": "false"})
    await _reserve(bench, connectorId=0)
    return bench


def _says(status: str) -> Judge:
    return answers("ReserveNow", status=status)


def _proofs() -> list[Proof]:
    accepted, started = _says("Accepted"), sends("StartTransaction", reservationId=_ID, idTag="TAG-1")
    of_group = sends("StartTransaction", reservationId=_ID, idTag="TAG-2")
    everything = "reserve-accepts-everything"
    return [
        *prove(
            reserved,
            ("reserve-rejected", accepted, "046_1.R3"),
            ("reserved-as-available reserve-undone", reports("Reserved"), "046_1.R4"),
            ("reservation-asks-for-others", lambda r: not r.notes["asked"], "046_1.R5"),
            ("authorize-wrong-tag", sends_only("Authorize", idTag="TAG-1"), "046_1.R6"),
            ("preparing-as-available", reports("Preparing"), "046_1.R8"),
            ("start-without-reservation", sends("StartTransaction", reservationId=_ID), "046_1.R9"),
            ("start-wrong-tag", sends("StartTransaction", idTag="TAG-1"), "046_1.R10"),
            ("charging-as-preparing", reports("Charging"), "046_1.R12"),
        ),
        *prove(
            reserved_from_afar,
            ("reserve-rejected", accepted, "046_2.R3"),
            ("reserved-as-available", reports("Reserved"), "046_2.R4"),
            ("start-without-reservation start-wrong-tag", started, "046_2.R5"),
        ),
        *prove(
            reserved_and_expired,
            ("reserve-rejected", accepted, "047.R3"),
            ("reserved-as-available", reports("Reserved"), "047.R4"),
            ("status-of-next-connector", sends("StatusNotification", status="Reserved", connectorId=1), "047.R5"),
            ("reservation-endless available-as-unavailable", reports("Available"), "047.R6"),
            (
                "status-of-next-connector available-of-next-connector",
                sends("StatusNotification", status="Available", connectorId=1),
                "047.R7",
            ),
        ),
        *prove(
            reserved_any,
            ("reserve-rejected", accepted, "049.R2"),
            ("reserved-as-available", reports("Reserved"), "049.R3"),
            ("start-without-reservation start-wrong-tag", started, "049.R4"),
        ),
        *prove(
            reserved_and_canceled,
            ("cancel-rejected", answers("CancelReservation", status="Accepted"), "051.R2"),
            ("available-as-unavailable cancel-undone", within("cancel", reports("Available")), "051.R3"),
            (
                "status-of-next-connector",
                within("cancel", sends("StatusNotification", status="Available", connectorId=1)),
                "051.R4",
            ),
            (
                "reservation-never-forgotten",
                both(sends("StartTransaction", idTag="TAG-2"), never("StartTransaction", reservationId=_ID)),
                "051.R5",
            ),
        ),
        *prove(
            canceled_in_vain,
            ("cancel-accepts-everything", answers("CancelReservation", status="Rejected"), "052.R2"),
        ),
        *prove(
            reserved_for_a_group,
            ("reserve-rejected", accepted, "053_1.R4"),
            ("reserved-as-available", reports("Reserved"), "053_1.R5"),
            ("start-without-reservation", of_group, "053_1.R6"),
            ("charging-as-preparing", reports("Charging"), "053_1.R7"),
        ),
        *prove(
            reserved_for_a_group_from_afar,
            ("reserve-rejected", accepted, "053_2.R4"),
            ("reserved-as-available", reports("Reserved"), "053_2.R5"),
            ("start-without-reservation", of_group, "053_2.R6"),
        ),
        *prove(reserve_faulted, (everything, _says("Faulted"), "048_1.R2")),
        *prove(reserve_occupied, (everything, _says("Occupied"), "048_2.R2")),
        *prove(reserve_unavailable, (everything, _says("Unavailable"), "048_3.R2")),
        *prove(reserve_refused, (everything, _says("Rejected"), "048_4.R2")),
        *prove(reserve_without_the_profile, ("reserve-undone", _says("Rejected"), "048_4.R2")),
        *prove(reserve_any_faulted, (everything, _says("Faulted"), "050_1.R2")),
        *prove(reserve_any_occupied, (everything, _says("Occupied"), "050_2.R2")),
        *prove(reserve_any_unavailable, (everything, _says("Unavailable"), "050_3.R2")),
        *prove(reserve_any_refused, (everything, _says("Rejected"), "050_4.R2")),
        *prove(reserve_any_without_the_profile, ("reserve-undone", _says("Rejected"), "050_4.R2")),
    ]


PROOFS = _proofs()
