"""Charging profiles, and what breaks their rules."""

from __future__ import annotations

from typing import Any

from ocppj.times import moment
from tests.simulator.v16.faults.bench import NOW, Bench
from tests.simulator.v16.faults.proof import Judge, Open, Proof, Record, answers, prove, refuses
from tests.simulator.v16.faults.scenes.remote import charging

_END = "2026-01-01T00:06:41.000Z"  # of what is valid for 401 s
_LOCAL = 11_000 / 3 / 230  # A per phase that a connector can deliver


def _profile(number: int, purpose: str, periods: dict[int, int], level: int = 0, **more: Any) -> dict[str, Any]:
    schedule = {
        "chargingRateUnit": "A",
        "startSchedule": NOW,
        "duration": more.pop("duration", 300),
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": limit, "numberPhases": 3} for start, limit in periods.items()
        ],
    }
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
        **more,
    }


async def _set(bench: Bench, profile: dict[str, Any], connector: int = 1) -> None:
    await bench.ask("SetChargingProfile", connectorId=connector, csChargingProfiles=profile)


async def _get(bench: Bench, duration: int = 300) -> None:
    await bench.ask("GetCompositeSchedule", connectorId=1, duration=duration, chargingRateUnit="A")


async def default_profile(open: Open) -> Bench:
    bench = await open()
    await _set(bench, _profile(1, "TxDefaultProfile", {0: 6}))
    await _get(bench)
    return bench


async def default_profile_while_charging(open: Open) -> Bench:
    bench = await charging(open)
    await _set(bench, _profile(1, "TxDefaultProfile", {0: 6}))
    await _get(bench)
    return bench


async def transaction_profile(open: Open) -> Bench:
    bench = await charging(open)
    await _set(bench, _profile(1, "TxProfile", {0: 6}, transactionId=1))
    await _get(bench)
    return bench


async def transaction_profile_without_transaction(open: Open) -> Bench:
    bench = await open()
    await _set(bench, _profile(1, "TxProfile", {0: 6}, transactionId=1))
    return bench


async def transaction_profile_of_another(open: Open) -> Bench:
    bench = await charging(open)
    await _set(bench, _profile(1, "TxProfile", {0: 6}, transactionId=99))
    return bench


async def _remote_start(bench: Bench, purpose: str) -> None:
    profile = _profile(1, purpose, {0: 6})
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-1", chargingProfile=profile)


async def remote_start_with_profile(open: Open) -> Bench:
    bench = await open()
    await bench.do("plug_in", 1)
    await _remote_start(bench, "TxProfile")
    await _get(bench)
    return bench


async def remote_start_with_wrong_profile(open: Open) -> Bench:
    bench = await open()
    await _remote_start(bench, "TxDefaultProfile")
    return bench


async def three_purposes(open: Open) -> Bench:
    bench = await charging(open)
    valid: dict[str, Any] = {"validFrom": NOW, "validTo": _END}
    await _set(bench, _profile(1, "ChargePointMaxProfile", {0: 10}, duration=86_400), 0)
    await _set(bench, _profile(2, "TxDefaultProfile", {0: 6, 60: 10, 120: 8, 180: 15, 260: 8}, **valid))
    periods = {0: 8, 50: 11, 140: 16, 200: 6, 240: 12}
    await _set(bench, _profile(3, "TxProfile", periods, duration=260, **valid))
    await _get(bench, 400)
    return bench


async def profiles_cleared(open: Open) -> Bench:
    bench = await open()
    valid: dict[str, Any] = {"validFrom": NOW, "validTo": _END}
    await _set(bench, _profile(1, "TxDefaultProfile", {0: 6, 60: 8, 200: 10}, 1, duration=400))
    await _set(bench, _profile(2, "TxDefaultProfile", {0: 7, 100: 9}, duration=400, **valid))
    await _set(bench, _profile(3, "ChargePointMaxProfile", {0: 11, 200: 12}, duration=86_400, **valid), 0)
    for payload in ({"id": 1}, {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}, {}):
        await bench.ask("ClearChargingProfile", **payload)
        await _get(bench, 350)
    return bench


async def two_levels(open: Open) -> Bench:
    bench = await open()
    valid: dict[str, Any] = {"validFrom": NOW, "validTo": _END}
    await _set(bench, _profile(1, "TxDefaultProfile", {0: 6, 100: 8, 200: 10}, duration=400, **valid))
    await _set(bench, _profile(2, "TxDefaultProfile", {0: 7, 100: 9}, 1, duration=150, **valid))
    await _get(bench, 350)
    return bench


def _allows(periods: dict[int, float], nth: int = 0) -> Judge:
    """The nth composite schedule begins with these periods."""

    def judge(record: Record) -> bool:
        schedule = record.results("GetCompositeSchedule")[nth].payload.get("chargingSchedule", {})
        told = {one["startPeriod"]: one["limit"] for one in schedule.get("chargingSchedulePeriod", [])}
        return list(told.items())[: len(periods)] == list(periods.items())

    return judge


def _only_the_local_limit(record: Record) -> bool:
    """The last composite schedule has one period, and its limit is what the connector can deliver."""
    periods = record.results("GetCompositeSchedule")[-1].payload["chargingSchedule"]["chargingSchedulePeriod"]
    return len(periods) == 1 and periods[0]["startPeriod"] == 0 and abs(periods[0]["limit"] - _LOCAL) < 0.1


def _starts_now(record: Record) -> bool:
    payload = record.results("GetCompositeSchedule")[0].payload
    starts = [payload.get("scheduleStart"), payload.get("chargingSchedule", {}).get("startSchedule")]
    told = [moment(start) for start in starts if start is not None]
    return bool(told) and all(abs((one - moment(NOW)).total_seconds()) <= 5 for one in told)


def _schedule(nth: int, **members: Any) -> Judge:
    return lambda record: (
        members.items() <= record.results("GetCompositeSchedule")[nth].payload.get("chargingSchedule", {}).items()
    )


def _composite(case: str, first: int, duration: int, nth: int = 0) -> list[tuple[str, Judge, str]]:
    """What four rules in a row say about the nth composite schedule."""
    wrong = {
        "composite-rejected": answers("GetCompositeSchedule", nth, status="Accepted"),
        "composite-connector-wrong": answers("GetCompositeSchedule", nth, connectorId=1),
        "composite-shorter": _schedule(nth, duration=duration),
        "composite-other-unit": _schedule(nth, chargingRateUnit="A"),
    }
    return [(fault, judge, f"{case}.R{first + place}") for place, (fault, judge) in enumerate(wrong.items())]


def _charging() -> list[Proof]:
    proofs: list[Proof] = []
    for scene, case in (
        (default_profile, "056"),
        (transaction_profile, "057"),
        (default_profile_while_charging, "082"),
    ):
        proofs += prove(
            scene,
            ("set-profile-rejected", answers("SetChargingProfile", status="Accepted"), f"{case}.R10"),
            *_composite(case, 14, 300),
            ("composite-starts-late", _starts_now, f"{case}.R18"),
            ("composite-limits-wrong set-profile-undone", _allows({0: 6}), f"{case}.R19"),
        )
    cleared = [answers("ClearChargingProfile", nth, status="Accepted") for nth in range(3)]
    return [
        *proofs,
        *prove(
            transaction_profile_without_transaction,
            (
                "set-profile-accepts-everything",
                refuses("SetChargingProfile", "PropertyConstraintViolation"),
                "058_1.R4",
            ),
        ),
        *prove(
            transaction_profile_of_another,
            ("set-profile-accepts-everything", answers("SetChargingProfile", status="Rejected"), "058_2.R4"),
        ),
        *prove(
            remote_start_with_profile,
            *_composite("059", 4, 300),
            ("composite-starts-late", _starts_now, "059.R8"),
            ("remote-start-without-profile composite-limits-wrong", _allows({0: 6}), "059.R9"),
        ),
        *prove(
            remote_start_with_wrong_profile,
            (
                "remote-start-accepts-everything",
                refuses("RemoteStartTransaction", "PropertyConstraintViolation"),
                "060.R4",
            ),
        ),
        *prove(
            three_purposes,
            *_composite("066", 4, 400),
            (
                "set-profile-undone composite-limits-wrong composite-periods-missing",
                _allows({0: 8, 50: 10, 200: 6, 240: 10}),
                "066.R8",
            ),
            ("composite-starts-late", _starts_now, "066.R9"),
        ),
        *prove(
            profiles_cleared,
            ("clear-profile-unknown", cleared[0], "067.R5"),
            *_composite("067", 9, 350, 0),
            ("clear-profile-undone", _allows({0: 7, 100: 9}, 0), "067.R13"),
            ("clear-profile-unknown", cleared[1], "067.R18"),
            *_composite("067", 22, 350, 1),
            ("clear-profile-undone", _allows({0: 11, 200: 12}, 1), "067.R26"),
            ("clear-profile-unknown", cleared[2], "067.R31"),
            *_composite("067", 35, 350, 2),
            ("clear-profile-undone composite-limits-wrong", _only_the_local_limit, "067.R39"),
        ),
        *prove(
            two_levels,
            *_composite("072", 4, 350),
            (
                "stack-level-ignored composite-periods-missing",
                _allows({0: 7, 100: 9, 150: 8, 200: 10}),
                "072.R8",
            ),
        ),
    ]


PROOFS = _charging()
