"""Scenes with and without a fault, and the predicates that tell the one from the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol
from unittest.mock import patch

from csms_core.pki import Pki
from simulator import Station, VirtualClock
from simulator.v16.faults import set_faults
from tests.simulator.support.security import clock_of_today
from tests.simulator.v16.faults.bench import Bench, Dialled, Office, Said


class Open(Protocol):
    """Switches a station on; `answers` are those of the office, a list of them is used up one by one."""

    pki: Pki

    async def __call__(self, *, answers: dict[str, Any] | None = None, **options: Any) -> Bench: ...


Scene = Callable[[Open], Awaitable[Bench]]


@dataclass(frozen=True)
class Record:
    """What happened in a scene."""

    said: tuple[Said, ...]
    dialled: tuple[Dialled, ...]
    notes: dict[str, Any]

    def chapter(self, name: str) -> Record:
        """What was said from this chapter on."""
        return Record(self.said[self.notes[name] :], self.dialled, self.notes)

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The payloads of the CALLs of the station."""
        return [one.payload for one in self.said if (one.by, one.kind, one.action) == ("station", "call", action)]

    def times(self, action: str) -> list[float]:
        """When they were sent."""
        return [one.at for one in self.said if (one.by, one.kind, one.action) == ("station", "call", action)]

    def results(self, action: str) -> list[Said]:
        """The answers of the station, refusals as well."""
        return [one for one in self.said if one.by == "station" and one.kind != "call" and one.action == action]

    def statuses(self, connector: int) -> list[str]:
        """What a connector was reported as."""
        return [one["status"] for one in self.calls("StatusNotification") if one["connectorId"] == connector]


Judge = Callable[[Record], bool]
"""Whether the rules of a proof are kept."""


@dataclass(frozen=True)
class Proof:
    """With the fault these rules are broken in this scene, as the judge sees, and without it they are kept."""

    fault: str
    scene: Scene
    judge: Judge
    rids: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.fault}-{self.scene.__name__}-{self.rids[0] if self.rids else 'no-rule'}"


def prove(scene: Scene, *rows: tuple[str, Judge, str]) -> list[Proof]:
    """Proofs with one scene: in each row the faults, what is right without them, and the rules that say so.

    A rule is written with the number of its case alone: `004_1.R2` is TC_004_1_CS.R2.
    """
    proofs = []
    for faults, judge, rules in rows:
        rids = tuple(f"TC_{rule.replace('.', '_CS.')}" for rule in rules.split())
        proofs += [Proof(fault, scene, judge, rids) for fault in faults.split()]
    return proofs


async def play(scene: Scene, faults: Iterable[str], pki: Pki) -> Record:
    """What happens in a scene when the station has these faults."""

    async with AsyncExitStack() as stack:

        class Opening:
            def __init__(self) -> None:
                self.pki = pki

            async def __call__(self, *, answers: dict[str, Any] | None = None, **options: Any) -> Bench:
                clock = clock_of_today() if options.pop("today", False) else VirtualClock()
                office = Office(clock)
                office.answers |= {action: _in_turn(answer) for action, answer in (answers or {}).items()}
                options = {"id": "CP1", "connectors": 2, "clock": clock, "connect": office.connect, **options}
                station = Station(options.pop("url", "ws://localhost/ocpp"), **options)
                bench = Bench(office, station)
                set_faults(station, faults)
                stack.enter_context(patch("simulator.v16.profiles.firmware.updates.fetch", bench.fetch))
                stack.enter_context(patch("simulator.v16.profiles.uploads.upload", bench.upload))
                await stack.enter_async_context(station)
                await clock.settle()
                return bench

        bench = await scene(Opening())
        return Record(tuple(bench.office.said), tuple(bench.office.dialled), bench.notes)


def _in_turn(answer: Any) -> Any:
    if not isinstance(answer, list):
        return answer
    left = list(answer)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


# --- what is right ----------------------------------------------------------------------------------------------------


def fits(payload: Any, members: dict[str, Any]) -> bool:
    """Whether a payload has these members; a set stands for one of several values."""
    return isinstance(payload, dict) and all(
        payload.get(name) in value if isinstance(value, set) else payload.get(name) == value
        for name, value in members.items()
    )


def answers(action: str, nth: int = 0, **members: Any) -> Judge:
    """The nth answer to this operation is a CALLRESULT with these members."""

    def judge(record: Record) -> bool:
        results = record.results(action)
        return len(results) > nth and results[nth].kind == "result" and fits(results[nth].payload, members)

    return judge


def refuses(action: str, *codes: str) -> Judge:
    """This operation is Rejected, or answered with a CALLERROR (of these codes)."""

    def judge(record: Record) -> bool:
        (result, *_) = record.results(action)
        if result.kind == "error":
            return not codes or result.payload in codes
        return bool(result.payload["status"] == "Rejected")

    return judge


def sends(action: str, **members: Any) -> Judge:
    """A CALL with these members is sent."""
    return lambda record: any(fits(one, members) for one in record.calls(action))


def sends_only(action: str, **members: Any) -> Judge:
    """At least one CALL of this action is sent, and each has these members."""
    return lambda record: bool(record.calls(action)) and all(fits(one, members) for one in record.calls(action))


def never(action: str, **members: Any) -> Judge:
    """No CALL with these members is sent."""
    return lambda record: not any(fits(one, members) for one in record.calls(action))


def reports(status: str, connector: int = 1) -> Judge:
    """A connector is reported like this."""
    return lambda record: status in record.statuses(connector)


def each_is(*statuses: str, connectors: Iterable[int] = (0, 1, 2)) -> Judge:
    """Every connector is reported, and only as one of these."""
    return lambda record: all(record.statuses(one) and set(record.statuses(one)) <= set(statuses) for one in connectors)


def within(chapter: str, judge: Judge) -> Judge:
    """It is so from this chapter on."""
    return lambda record: judge(record.chapter(chapter))


def both(*judges: Judge) -> Judge:
    """All of it is so."""
    return lambda record: all(judge(record) for judge in judges)


def spaced(times: Callable[[Record], list[float]], seconds: float, least: int = 2) -> Judge:
    """At least so many moments, each so long after the one before."""

    def judge(record: Record) -> bool:
        found = times(record)
        gaps = [after - before for before, after in pairwise(found)]
        return len(found) >= least and all(abs(gap - seconds) < 0.5 for gap in gaps)

    return judge
