"""CPU time per message of the engine, beside the ``ChargePoint`` of the ``ocpp`` distribution on the same messages.

``python -m benchmarks.engine [--rounds N] [--messages N] [--profile]`` prints a Markdown table. One message is a CALL
that came in or the CALLRESULT that went out; a pair of them costs: read the JSON, pair and judge, validate both
payloads, build and write the answer's JSON, and (ours only) keep both in the trace. Sockets and the handler's own work
are left out. Ours is measured with all passive rules and without any, which tells what they cost. The time is
``time.process_time``, that is all threads of this process; the rounds of all sides alternate, so that they see the same
noise.
"""

import argparse
import asyncio
import cProfile
import gc
import logging
import platform
import pstats
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Final
from unittest.mock import patch

from ocpp import routing, v16  # type: ignore[import-untyped]
from ocpp.v16 import call_result, datatypes  # type: ignore[import-untyped]

from ocppj import frames
from ocppj.evidence.trace import Trace
from ocppj.protocol import Protocol
from ocppj.rules import signs
from ocppj.rules.book import Book
from ocppj.rules.chapter import Chapter
from ocppj.session.session import Memory, Session
from ocppj.v16 import PROTOCOL

NOW: Final = "2026-11-21T10:00:00.000Z"

_SAMPLES: Final = [
    {"value": "17412.8", "measurand": "Energy.Active.Import.Register", "unit": "Wh", "context": "Sample.Periodic"},
    {"value": "11040.0", "measurand": "Power.Active.Import", "unit": "W"},
    {"value": "16.0", "measurand": "Current.Import", "phase": "L1", "unit": "A"},
]

CALLS: Final[dict[str, dict[str, Any]]] = {
    "Heartbeat": {},
    "Authorize": {"idTag": "04A2B3C4D5E680"},
    "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": NOW},
    "StartTransaction": {"connectorId": 1, "idTag": "04A2B3C4D5E680", "meterStart": 17412, "timestamp": NOW},
    "MeterValues": {
        "connectorId": 1,
        "transactionId": 4711,
        "meterValue": [{"timestamp": NOW, "sampledValue": _SAMPLES}],
    },
}
"""One CALL of each action in the mix, the payload as on the wire."""

ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "Heartbeat": {"currentTime": NOW},
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StatusNotification": {},
    "StartTransaction": {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}},
    "MeterValues": {},
}
"""The answers both sides give, as on the wire."""

WITH: Final = "plugproof `Session`, trace on"
WITHOUT: Final = "the same without its rules"

Measure = Callable[[Sequence[str]], float]

on: Callable[[str], Callable[[Callable[..., Any]], Callable[..., Any]]] = routing.on


class Central(v16.ChargePoint):  # type: ignore[misc]
    """The other library's CSMS end, with the answers of ``ANSWERS``."""

    @on("Heartbeat")
    def on_heartbeat(self) -> Any:
        """Answer with the fixed time."""
        return call_result.Heartbeat(current_time=NOW)

    @on("Authorize")
    def on_authorize(self, id_tag: str) -> Any:
        """Accept every tag."""
        return call_result.Authorize(id_tag_info=datatypes.IdTagInfo(status="Accepted"))

    @on("StatusNotification")
    def on_status_notification(self, **payload: Any) -> Any:
        """Take note."""
        return call_result.StatusNotification()

    @on("StartTransaction")
    def on_start_transaction(self, **payload: Any) -> Any:
        """Accept and give the fixed transaction."""
        return call_result.StartTransaction(transaction_id=4711, id_tag_info=datatypes.IdTagInfo(status="Accepted"))

    @on("MeterValues")
    def on_meter_values(self, **payload: Any) -> Any:
        """Take note."""
        return call_result.MeterValues()


class Outbox:
    """Stands for the socket of the other library; keeps the last text."""

    last = ""

    async def send(self, text: str) -> None:
        """Take what would be written."""
        self.last = text


def texts(messages: int, run: int) -> list[str]:
    """The CALLs of one round as they come from the wire, half as many as ``messages``; ids are never used twice."""
    actions = list(CALLS)
    return [
        frames.call(
            f"{run:08x}-{number:08x}", actions[number % len(actions)], CALLS[actions[number % len(actions)]]
        ).raw
        for number in range(messages // 2)
    ]


def engine(session: Session) -> Measure:
    """CPU seconds of the session for a list of CALLs and its answers."""

    def measure(incoming: Sequence[str]) -> float:
        started = time.process_time()
        for text in incoming:
            call = session.receive(text, time.monotonic_ns()).frame
            assert type(call) is frames.Call
            session.send(frames.result(call.id, ANSWERS[call.action]), time.monotonic_ns())
        return time.process_time() - started

    return measure


def without_rules(session: Session) -> Measure:
    """The same for a session that is made with ``bare`` and looks for no sign of a frame either."""
    measure = engine(session)

    def measure_bare(incoming: Sequence[str]) -> float:
        with patch.multiple(signs, of_call=lambda *_: 0, of_result=lambda *_: 0):
            return measure(incoming)

    return measure_bare


def bare(protocol: Protocol) -> Protocol:
    """The protocol with the names of its rules, which a wrong payload needs, and nothing that looks at frames."""
    chapter = Chapter()
    chapter.rules = [*protocol.book.rules.values()]
    return replace(protocol, book=Book([chapter]))


def other_library(central: Central, loop: asyncio.AbstractEventLoop) -> Measure:
    """CPU seconds of ``ChargePoint.route_message`` for the same."""

    async def route(incoming: Sequence[str]) -> None:
        for text in incoming:
            await central.route_message(text)

    def measure(incoming: Sequence[str]) -> float:
        started = time.process_time()
        loop.run_until_complete(route(incoming))
        return time.process_time() - started

    return measure


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rounds", type=int, default=9, help="rounds of each side (default 9)")
    options.add_argument("--messages", type=int, default=4_000, help="messages in a round (default 4000)")
    options.add_argument("--profile", action="store_true", help="profile the engine instead of measuring")
    chosen = options.parse_args(arguments)

    logging.getLogger("ocpp").setLevel(logging.CRITICAL)  # it writes every message to its log
    trace = Trace(max_entries=10_000)
    session = Session("csms", PROTOCOL, trace=trace, memory=Memory())
    ours = engine(session)
    if chosen.profile:
        _profile(ours, texts(chosen.messages * 5, 0))
        return

    with closing(asyncio.new_event_loop()) as loop:
        outbox = Outbox()
        central = Central("BENCH", outbox)
        central.route_map = routing.create_route_map(central)
        theirs = other_library(central, loop)
        _expect_same_answers(session, trace, central, outbox, loop)

        plain = without_rules(Session("csms", bare(PROTOCOL), trace=Trace(max_entries=10_000), memory=Memory()))
        measures = {WITH: ours, WITHOUT: plain, f"`ocpp` {version('ocpp')} `ChargePoint`": theirs}
        seconds: dict[str, list[float]] = {name: [] for name in measures}
        for run in range(chosen.rounds + 1):
            for name, measure in measures.items():
                incoming = texts(chosen.messages, run + 1)
                gc.collect()
                taken = measure(incoming)
                if run:  # the first round warms up
                    seconds[name].append(taken / (2 * len(incoming)) * 1e6)
    assert session.finding_count == 0, session.findings[:3]
    print(table(seconds, chosen.messages))
    print(f"\n{cost_of_rules(seconds)}")


def table(microseconds: dict[str, list[float]], messages: int) -> str:
    """The figures as Markdown; the ratio is to the first row's median."""
    base = statistics.median(next(iter(microseconds.values())))
    rounds = len(next(iter(microseconds.values())))
    lines = [
        f"CPU µs per message, {messages} messages a round, {rounds} rounds each, interleaved; "
        f"Python {platform.python_version()}, {platform.machine()}",
        "",
        "| engine | median | min | max | ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, values in microseconds.items():
        median = statistics.median(values)
        lines.append(f"| {name} | {median:.1f} | {min(values):.1f} | {max(values):.1f} | {median / base:.1f} |")
    return "\n".join(lines)


def cost_of_rules(microseconds: dict[str, list[float]]) -> str:
    """What all passive rules together add to a message, as a sentence."""
    added = statistics.median(microseconds[WITH]) - statistics.median(microseconds[WITHOUT])
    return f"All {len(PROTOCOL.book.passive)} passive rules of OCPP 1.6 together add {added:.1f} µs to a message."


def _expect_same_answers(
    session: Session, trace: Trace, central: Central, outbox: Outbox, loop: asyncio.AbstractEventLoop
) -> None:
    """Both sides are to do the same work, or the comparison says nothing."""
    for text in texts(2 * len(CALLS), 0):
        engine(session)([text])
        loop.run_until_complete(central.route_message(text))
        ours, theirs = frames.parse(trace.entries[-1].text), frames.parse(outbox.last)
        assert isinstance(ours, frames.CallResult), ours
        assert isinstance(theirs, frames.CallResult), theirs
        assert (ours.id, ours.payload) == (theirs.id, theirs.payload), (ours, theirs)


def _profile(measure: Measure, incoming: Sequence[str]) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    measure(incoming)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
