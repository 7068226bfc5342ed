"""What a message costs a fleet, without a network and on a clock that jumps: ``python -m benchmarks.fleet --count``.

The stations of a fleet run on their own wheel and their own lines; the socket under each line is replaced by an object
that answers at once, and the time jumps from timer to timer. The same seed makes the same calls of functions, so that
the numbers of calls are the same each time and on each machine, however busy it is: a compass for work on the fleet.
CPU time is the least of some rounds, without the counting.
"""

import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import picows
import uvloop

from simulator.fleet import Fleet, Plan
from simulator.fleet.engine.dialler import Dialler
from simulator.fleet.engine.line import FleetLine
from simulator.fleet.engine.wheel import Wheel

STATIONS: Final = 60
SECONDS: Final = 400.0
"""Of the plan's own time."""

ROUNDS: Final = 5
IDLE_TURNS: Final = 6
"""Turns of the loop without an answer on its way after which nothing happens any more until the next timer."""

ROOT: Final = Path(__file__).resolve().parents[1]
_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ACCEPTED: Final = '{"idTagInfo":{"status":"Accepted"}}'
_ANSWERS: Final = {
    "BootNotification": '{"status":"Accepted","currentTime":"2026-01-01T00:00:00Z","interval":300}',
    "Authorize": _ACCEPTED,
    "StopTransaction": _ACCEPTED,
    "Heartbeat": '{"currentTime":"2026-01-01T00:00:00Z"}',
}
_TEXT: Final = picows.WSMsgType.TEXT


class Counted(NamedTuple):
    """One run: messages of the fleet, CPU seconds, and the calls of functions by who made or was called."""

    messages: int
    cpu: float
    calls: Counter[str]


class _Frame:
    """What a line reads of a frame."""

    msg_type, fin = _TEXT, True

    def __init__(self, text: str) -> None:
        self._text = text

    def get_payload_as_utf8_text(self) -> str:
        return self._text


class _Wire:
    """The socket of one line: a CSMS that answers in the next turn of the loop."""

    is_close_frame_sent = False
    waiting = 0  # answers of all wires that are on their way
    transactions = 0  # begun on all wires

    def __init__(self, line: FleetLine, loop: asyncio.AbstractEventLoop) -> None:
        self._line = line
        self._loop = loop

    def send(self, _kind: object, text: str) -> None:
        _, id, _, action, _ = text.split('"', 4)
        _Wire.waiting += 1
        answer = _ANSWERS.get(action, "{}")
        if action == "StartTransaction":
            _Wire.transactions += 1
            answer = f'{{"transactionId":{_Wire.transactions},"idTagInfo":{{"status":"Accepted"}}}}'
        self._loop.call_soon(self._answer, f'[3,"{id}",{answer}]')

    def _answer(self, text: str) -> None:
        _Wire.waiting -= 1
        self._line.on_ws_frame(self, _Frame(text))  # type: ignore[arg-type]

    def send_close(self, *_: object) -> None:
        self.is_close_frame_sent = True

    def disconnect(self, *_: object) -> None:
        """Nothing is connected."""

    async def wait_disconnected(self) -> None:
        """It is at once."""


class _Dialler(Dialler):
    async def _open(self, line: FleetLine, *_: Any) -> None:
        line.on_ws_connected(_Wire(line, asyncio.get_running_loop()))  # type: ignore[arg-type]
        line.ready()


class _Time:
    """What a wheel wants of an event loop; the time jumps."""

    def __init__(self) -> None:
        self.now = 0.0
        self._next: tuple[float, Callable[[], None]] | None = None

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> "_Time":
        self._next = (when, callback)
        return self

    def cancel(self) -> None:
        self._next = None

    def jump(self) -> None:
        """To the next timer."""
        if self._next is None:
            raise RuntimeError("nothing is left to wait for")
        (self.now, callback), self._next = self._next, None
        callback()


class _Wheel(Wheel):
    def __init__(self, at: _Time) -> None:
        super().__init__()
        self._loop = at  # type: ignore[assignment]
        self.now = lambda: _DAY + timedelta(seconds=at.now)  # type: ignore[method-assign]
        self.monotonic = at.time  # type: ignore[method-assign]


async def run(
    plan: Plan,
    seconds: float,
    profile: Callable[..., None] | None = None,
    at_hour: Callable[[int], None] | None = None,
) -> tuple[int, float]:
    """Run a fleet for so many seconds of its own after all stations came up; returns messages and CPU seconds.

    `at_hour` is called at each full hour of it.
    """
    at = _Time()
    fleet = Fleet(plan, clock=_Wheel(at))
    fleet._dialler.connect = _Dialler(fleet.tally, fleet.clock).connect  # type: ignore[method-assign]
    for number in range(1, plan.stations + 1):
        fleet.add(number)
    await _until(at, 1.0)
    assert fleet.online == plan.stations
    gc.collect()
    first, cpu = fleet.tally.frames, time.process_time()
    sys.setprofile(profile)
    try:
        if at_hour is not None:
            for hour in range(1, int(seconds // 3600) + 1):
                await _until(at, 3600.0 * hour)
                at_hour(hour)
        await _until(at, seconds)
    finally:
        sys.setprofile(None)
    cpu, messages = time.process_time() - cpu, fleet.tally.frames - first
    assert not fleet.tally.problems, fleet.tally.problems
    await fleet.close()
    return messages, cpu


async def _until(at: _Time, end: float) -> None:
    """Let everything happen that needs no time, then jump to the next timer, and so on until `end`."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    idle = 0

    def turn() -> None:
        nonlocal idle
        idle = 0 if _Wire.waiting else idle + 1
        try:
            if idle == IDLE_TURNS:
                idle = 0
                if at.now >= end:
                    over.set_result(None)
                    return
                at.jump()
        except Exception as error:
            over.set_exception(error)
        else:
            loop.call_soon(turn)

    turn()
    await over


def count(plan: Plan) -> Counted:
    """The calls of Python functions, and of C functions from Python, while a fleet runs; by package and by function."""
    calls: Counter[str] = Counter()
    codes: Counter[Any] = Counter()
    from_c: Counter[Any] = Counter()

    def profile(frame: Any, event: str, arg: Any) -> None:
        if event == "call":
            codes[frame.f_code] += 1
        elif event == "c_call":
            from_c[frame.f_code, getattr(arg, "__qualname__", str(arg))] += 1

    messages, _ = uvloop.run(run(plan, SECONDS, profile))
    for code, number in codes.items():
        if (package := _package(code)) is not None:
            calls[package] += number
            calls[f"  {package}: {code.co_qualname}"] += number
    for (code, name), number in from_c.items():
        if (package := _package(code)) is not None:
            calls[f"C from {package}"] += number
            calls[f"  C from {package}: {name} in {code.co_qualname}"] += number
    cpu = [uvloop.run(run(plan, SECONDS))[1] for _ in range(ROUNDS)]
    return Counted(messages, min(cpu), calls)


def _package(code: Any) -> str | None:
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT) or "site-packages" in path.parts:
        return "generated" if code.co_filename.startswith("<") else "library"
    package = path.relative_to(ROOT).parts[0]
    return None if package == "benchmarks" else package


def table(counted: Counted, most: int = 0) -> str:
    """The figures as Markdown; `most` functions that are called most often stand below."""
    lines = [f"{counted.messages} messages of {STATIONS} stations", "", "| per message | calls |", "|---|---:|"]
    ordered = counted.calls.most_common()
    lines += [f"| {name} | {calls / counted.messages:.2f} |" for name, calls in ordered if not name.startswith(" ")]
    whole = sum(calls for name, calls in ordered if not name.startswith(" "))
    lines.append(f"| all | {whole / counted.messages:.2f} |")
    lines.append(f"| CPU µs, the least of {ROUNDS} rounds | {counted.cpu / counted.messages * 1e6:.1f} |")
    single = [(name, calls) for name, calls in ordered if name.startswith(" ")][:most]
    return "\n".join([*lines, *(f"{calls / counted.messages:7.2f} {name.strip()}" for name, calls in single)])


def main(most: int = 0) -> None:
    """Count and print."""
    plan = Plan(
        "ws://127.0.0.1:1/ocpp",
        stations=STATIONS,
        session_every=20.0,
        session_length=20.0,
        meter_every=8.0,
        duration=1e9,
        grace=0.0,
    )
    print(table(count(plan), most))


if __name__ == "__main__":  # with a number: so many functions that are called most often
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
