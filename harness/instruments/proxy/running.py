"""A proxy from its start to its exit code: the process of the relay, the judge, and whoever looks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec
from rich.console import Console
from rich.live import Live

from csms_core.gateway import sockets
from csms_core.gateway.sockets import CannotListen
from harness.exit_codes import ExitCode
from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.relay.settings import LOOPBACK, Problem, Settings
from harness.instruments.proxy.views.lines import Lines
from harness.instruments.proxy.views.picture import Picture
from harness.instruments.proxy.wire.records import Ready, Record, Trouble, Unpacker

RELAY: Final = "harness.instruments.proxy.relay"
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at what is too old, and two pictures."""

AT_ONCE: Final = 1 << 18
PATIENCE: Final = 10.0
"""Seconds that the relay has to end when it is asked to."""

SUMMARY: Final = "summary.json"
_GRAVE: Final = {"MUST": ("MUST",), "SHOULD": ("MUST", "SHOULD")}


@dataclass(frozen=True, slots=True)
class Run:
    """What is wanted beside the settings of the relay; `http` is the port of the page, None: there is none."""

    settings: Settings
    folder: Path
    http: int | None
    fail_on: tuple[str, ...]
    frames: bool
    live: bool
    answer_timeout: float
    most_trace: int
    console: Console


def run(wanted: Run) -> int:
    """Stand between stations and CSMS until SIGINT or SIGTERM; returns the exit code, what is wrong is one sentence."""
    sockets.allow_open_files()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_run(wanted))
    except Problem as problem:
        print(f"plugproof proxy: {problem}", file=sys.stderr)
        return problem.code


async def _run(wanted: Run) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    secrets = tuple(filter(None, (wanted.settings.password,)))
    try:
        judge = Judge(
            wanted.folder / "connections",
            answer_timeout=wanted.answer_timeout,
            most_trace=wanted.most_trace,
            secrets=secrets,
        )
    except OSError as error:
        raise Problem(
            ExitCode.USAGE, f"{wanted.folder} cannot be made ({error.strerror}); choose another with --out"
        ) from None
    problem = ""
    async with contextlib.AsyncExitStack() as stack:
        relay = await stack.enter_async_context(_relay(wanted.settings))
        port = await relay.ready(stop)
        if port is None:
            print("plugproof proxy: interrupted before it was ready", file=sys.stderr)
            return ExitCode.INTERRUPTED
        facts = _facts(wanted.settings, port)
        page = None if wanted.http is None else await stack.enter_async_context(_page(judge, wanted.http, facts))
        reading = asyncio.create_task(relay.read(judge))
        stopping = asyncio.create_task(stop.wait())
        with _shown(judge, wanted, facts, page) as draw:
            looking = asyncio.create_task(_look(judge, draw))
            await asyncio.wait((reading, stopping), return_when=asyncio.FIRST_COMPLETED)
            if reading.done() and not stop.is_set():
                problem = "the process of the relay has ended by itself, and nothing is passed on; see what it printed"
            await relay.end()
            await asyncio.wait((reading,), timeout=PATIENCE)
        for task in (looking, stopping, reading):
            task.cancel()
    judge.look()
    judge.close()
    return _end(judge, wanted, problem)


class _Relay:
    """The process that has the sockets."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._unpacker = Unpacker()
        self._waiting: list[Record] = []  # came with the first one

    async def ready(self, stop: asyncio.Event) -> int | None:
        """The port it listens at; None: it was asked to end before. Raises `Problem`."""
        stopping = asyncio.create_task(stop.wait())
        reading = asyncio.create_task(self._first())
        await asyncio.wait((stopping, reading), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not reading.done():
            reading.cancel()
            return None
        return reading.result()

    async def _first(self) -> int:
        assert self._process.stdout is not None
        while data := await self._process.stdout.read(AT_ONCE):
            self._waiting += self._unpacker.feed(data)
            if self._waiting:
                first = self._waiting.pop(0)
                if isinstance(first, Trouble):
                    raise Problem(first.code, first.sentence)
                assert isinstance(first, Ready)
                return first.port
        raise Problem(ExitCode.ERRORS, "the process of the relay has ended before it was ready; see what it printed")

    async def read(self, judge: Judge) -> None:
        """Have everything judged that it tells, until it ends."""
        assert self._process.stdout is not None
        records, self._waiting = self._waiting, []
        while True:
            since = monotonic()
            for record in records:
                judge.take(record)
                if monotonic() - since > LOOK_EVERY / 10:  # the page and the terminal are served in between
                    await asyncio.sleep(0)
                    since = monotonic()
            data = await self._process.stdout.read(AT_ONCE)
            if not data:
                return
            records = self._unpacker.feed(data)

    async def end(self) -> None:
        """Ask it to end."""
        assert self._process.stdin is not None
        self._process.stdin.close()


@contextlib.asynccontextmanager
async def _relay(settings: Settings) -> AsyncIterator[_Relay]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", RELAY, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(settings) + b"\n")
        yield _Relay(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def _page(judge: Judge, port: int, facts: dict[str, str]) -> AsyncIterator[str]:
    from csms_core.gateway.http import ApiServer
    from harness.instruments.proxy.views.page import make_app

    try:
        sock = sockets.listen(LOOPBACK, port, "--http")
    except CannotListen as error:
        raise Problem(ExitCode.ERRORS, str(error)) from None
    server = ApiServer(make_app(judge, facts))
    await server.start(sock)
    try:
        yield sockets.address("http", sock, "/")
    finally:
        judge.feed.close()  # or its readers would be waited for
        await server.stop()


def _facts(settings: Settings, port: int) -> dict[str, str]:
    scheme = "ws" if settings.certificate is None else "wss"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "listens": f"{scheme}://{host}:{port}",
        "to": settings.to.url,
        "faults_on": ", ".join(settings.faults),
    }


@contextlib.contextmanager
def _shown(judge: Judge, wanted: Run, facts: dict[str, str], page: str | None) -> Iterator[Callable[[], None]]:
    """Show what happens, as long as it lasts; what is given draws it anew, where it is a picture."""
    console = wanted.console
    where = f", page and metrics at {page}" if page else ""
    heading = f"stations connect at {facts['listens']}/IDENTITY, passed on to {facts['to']}{where}"

    def say(text: str) -> None:
        console.print(text, markup=False)

    say(heading)
    for line in _said(wanted):
        say(line)
    if not wanted.live:
        judge.feed.listen(Lines(say, frames=wanted.frames).heard)
        yield lambda: None
        return
    picture = Picture(judge, heading)
    judge.feed.listen(picture.heard)
    # not in its own thread, which would look while something changes
    with Live(picture, console=console, auto_refresh=False, transient=True) as live:
        yield live.refresh


def _said(wanted: Run) -> list[str]:
    """What the settings change of what passes, because the promise is that nothing is changed."""
    settings = wanted.settings
    changed = [
        *([] if settings.keep_host else [f"Host is written as {settings.to.authority}"]),
        *([f"the identity is put behind the path {settings.to.path}"] if settings.to.path else []),
        *(["Authorization is that of --user"] if settings.user is not None else []),
        *(["permessage-deflate is not offered, because of the faults"] if settings.faults else []),
    ]
    lines = [f"of an opening request is rewritten: {'; '.join(changed)}"] if changed else []
    if settings.faults:
        lines.append(f"faults: {', '.join(settings.faults)}, in {settings.share:.0%} of messages, seed {settings.seed}")
    return [*lines, f"traces go to {wanted.folder}"]


async def _look(judge: Judge, draw: Callable[[], None]) -> None:
    while True:
        judge.look()
        draw()
        await asyncio.sleep(LOOK_EVERY)


def _end(judge: Judge, wanted: Run, problem: str) -> int:
    """The summary, and the exit code."""
    console = wanted.console
    figures, summary = judge.figures, judge.summary()
    messages, unseen = sum(figures.messages.values()), sum(figures.unseen.values())
    console.print(
        f"{figures.connections} connections, {messages} messages, {unseen} not seen by the judge, "
        f"{sum(figures.unjudged.values())} not judged",
        markup=False,
    )
    for found in judge.tally.all:
        times = "once" if found.count == 1 else f"{found.count} times"
        where = f"connection {found.connection}" + ("" if found.seq is None else f", line {found.seq}")
        console.print(f"{found.level} {found.rule}, {found.party}, {times}: {found.sentence} ({where})", markup=False)
    if not judge.tally.all and messages:
        console.print("no rule was broken", markup=False)
    console.print(f"traces and {SUMMARY} are in {wanted.folder}", markup=False)
    problem = problem or judge.problem or judge.keeper.problem
    try:
        (wanted.folder / SUMMARY).write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        problem = problem or f"{wanted.folder / SUMMARY} cannot be written ({error.strerror}); make room"
    if problem:
        print(f"plugproof proxy: {problem}", file=sys.stderr)
        return ExitCode.ERRORS
    return _verdict(judge, wanted.fail_on, messages, unseen + sum(figures.unjudged.values()))


def _verdict(judge: Judge, fail_on: tuple[str, ...], messages: int, unjudged: int) -> int:
    if not fail_on:
        return ExitCode.OK
    grave = any(judge.tally.count(level) for name in fail_on for level in _GRAVE.get(name, ()))
    if grave or ("unjudged" in fail_on and unjudged):
        return ExitCode.FAILED
    return ExitCode.OK if messages else ExitCode.NOTHING_RAN


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
