"""Resets and losses of power, and what breaks their rules."""

from __future__ import annotations

from functools import partial
from typing import Literal

from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Judge,
    Open,
    Proof,
    Record,
    answers,
    both,
    each_is,
    prove,
    reports,
    sends,
    within,
)
from tests.simulator.v16.faults.scenes.remote import charging

# --- reset ------------------------------------------------------------------------------------------------------------


async def _reset(open: Open, kind: Literal["Hard", "Soft"]) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("ChangeAvailability", connectorId=1, type="Inoperative")
    bench.chapter("reset")
    await bench.ask("Reset", type=kind)
    bench.chapter("boot")
    await bench.wait(10)
    bench.chapter("operative")
    await bench.ask("ChangeAvailability", connectorId=1, type="Operative")
    return bench


async def hard_reset(open: Open) -> Bench:
    return await _reset(open, "Hard")


async def soft_reset(open: Open) -> Bench:
    return await _reset(open, "Soft")


async def hard_reset_while_charging(open: Open) -> Bench:
    bench = await charging(open)
    await bench.ask("Reset", type="Hard")
    bench.chapter("boot")
    await bench.wait(10)
    return bench


async def soft_reset_while_charging(open: Open) -> Bench:
    bench = await charging(open)
    await bench.ask("Reset", type="Soft")
    bench.chapter("boot")
    await bench.wait(10)
    return bench


def _booted(judge: Judge) -> Judge:
    """It is so between the boot and what the CSMS asks after it."""

    def judged(record: Record) -> bool:
        after = record.chapter("boot")
        end = record.notes.get("operative")
        said = after.said if end is None else after.said[: end - record.notes["boot"]]
        return judge(Record(said, record.dialled, record.notes))

    return judged


def _one_and_others(one: tuple[str, ...], others: tuple[str, ...]) -> Judge:
    return both(each_is(*one, connectors=(1,)), each_is(*others, connectors=(0, 2)))


def _resets() -> list[Proof]:
    proofs = []
    for scene, case in ((hard_reset, "013"), (soft_reset, "014")):
        here = {"connectorId": 1}
        changed = partial(answers, "ChangeAvailability", status="Accepted")
        proofs += prove(
            scene,
            ("change-availability-rejected", changed(), f"{case}.R3"),
            ("status-of-next-connector", sends("StatusNotification", status="Unavailable", **here), f"{case}.R4"),
            (
                "unavailable-as-available change-availability-undone",
                lambda r: r.statuses(1)[:1] == ["Unavailable"],
                f"{case}.R5",
            ),
            ("reset-rejected", answers("Reset", status="Accepted"), f"{case}.R7"),
            ("available-as-preparing reset-undone", _booted(each_is("Available", "Unavailable")), f"{case}.R9"),
            ("availability-forgotten", _booted(_one_and_others(("Unavailable",), ("Available",))), f"{case}.R10"),
            ("change-availability-rejected", changed(1), f"{case}.R13"),
            (
                "status-of-next-connector",
                within("operative", sends("StatusNotification", status="Available", **here)),
                f"{case}.R14",
            ),
            ("available-as-unavailable", within("operative", reports("Available")), f"{case}.R15"),
        )
    for scene, case, reason in (
        (hard_reset_while_charging, "015", "HardReset"),
        (soft_reset_while_charging, "016", "SoftReset"),
    ):
        finished = ("Finishing", "Preparing")
        proofs += prove(
            scene,
            ("reset-rejected", answers("Reset", status="Accepted"), f"{case}.R2"),
            ("stop-reason-other stop-missing", sends("StopTransaction", reason=reason), f"{case}.R3"),
            ("finishing-as-charging", reports("Finishing"), f"{case}.R4"),
            ("available-as-unavailable", _booted(each_is(*finished, "Available")), f"{case}.R6"),
            (
                "finishing-as-charging available-as-preparing",
                _booted(_one_and_others(finished, ("Available",))),
                f"{case}.R7",
            ),
        )
    return proofs


# --- power ------------------------------------------------------------------------------------------------------------


async def power_lost_gracefully(open: Open) -> Bench:
    bench = await charging(open)
    await bench.do("cut_power", graceful=True)
    bench.chapter("boot")
    await bench.do("restore_power")
    return bench


async def power_lost(open: Open) -> Bench:
    bench = await charging(open)
    await bench.do("cut_power")
    bench.chapter("boot")
    await bench.do("restore_power")
    return bench


async def power_lost_out_of_service(open: Open) -> Bench:
    bench = await open()
    bench.mark()
    await bench.ask("ChangeAvailability", connectorId=0, type="Inoperative")
    await bench.do("cut_power")
    bench.chapter("boot")
    await bench.do("restore_power")
    return bench


def _before_boot(judge: Judge) -> Judge:
    return lambda record: judge(Record(record.said[: record.notes["boot"]], record.dialled, record.notes))


def _power() -> list[Proof]:
    finished = ("Finishing", "Preparing")
    lost = sends("StopTransaction", reason="PowerLoss")
    return [
        *prove(
            power_lost_gracefully,
            ("stop-reason-other", lost, "032_1.R1"),
            ("finishing-as-charging", _before_boot(reports("Finishing")), "032_1.R2"),
            ("available-as-unavailable", _booted(each_is(*finished, "Available")), "032_1.R4"),
            ("available-as-preparing", _booted(_one_and_others(finished, ("Available",))), "032_1.R5"),
        ),
        *prove(
            power_lost,
            ("available-as-unavailable", _booted(each_is(*finished, "Charging", "Available")), "032_2.R2"),
            ("available-as-preparing", _booted(_one_and_others((*finished, "Charging"), ("Available",))), "032_2.R3"),
            ("stop-reason-other", sends("StopTransaction", reason={"PowerLoss", "Local", None}), "032_2.R4"),
            ("stop-power-loss-as-local", lost, "032_2.R5"),
            ("finishing-as-charging", lambda r: bool({*finished} & {*r.statuses(1)}), "032_2.R6"),
        ),
        *prove(
            power_lost_out_of_service,
            ("change-availability-rejected", answers("ChangeAvailability", status="Accepted"), "034.R3"),
            ("unavailable-as-available", _before_boot(each_is("Unavailable")), "034.R4"),
            ("unavailable-as-available availability-forgotten", _booted(each_is("Unavailable")), "034.R6"),
        ),
    ]


PROOFS = [*_resets(), *_power()]
