"""Commands from stdin where there is no live view. The end of stdin ends nothing: who wants that writes `quit`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

from simulator.views.lines import show
from simulator.views.record import Record
from simulator.views.subject import Subject
from simulator.views.terminal.commands import Commands, Mistake


@asynccontextmanager
async def serve(record: Record, end: Callable[[], None]) -> AsyncIterator[None]:
    """Carry out the lines of stdin one after the other, once the station has booted, and print what there is to say."""
    loop = asyncio.get_running_loop()
    commands = Commands(record.station, record.catalogue, end)
    booted = loop.create_task(record.station.until(_has_begun))
    running: set[asyncio.Task[None]] = {booted}

    async def carry_out(text: str) -> None:
        await asyncio.shield(booted)
        try:
            answer = await commands.run(text)
        except Mistake as mistake:
            answer = [str(mistake)]
        for one in answer:
            show(record.station, "command", one)

    def begin(text: str, done: threading.Event) -> None:
        task = loop.create_task(carry_out(text))
        running.add(task)
        task.add_done_callback(running.discard)
        task.add_done_callback(lambda _: done.set())

    def read(fd: int) -> None:
        for text in _lines(fd):
            done = threading.Event()
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                loop.call_soon_threadsafe(begin, text, done)
                done.wait()

    if hasattr(signal, "SIGTTIN"):  # in the background a read of the terminal fails, it must not stop the station
        with suppress(ValueError):  # not in the main thread
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)
    with suppress(OSError, ValueError):  # closed, or none
        threading.Thread(target=read, args=(sys.stdin.fileno(),), daemon=True, name="commands").start()
    try:
        yield
    finally:
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _has_begun(station: Subject) -> bool:
    """The CSMS has answered the first boot, or could not be reached."""
    return station.registration is not None or station.last_failure is not None


def _lines(fd: int) -> Iterator[str]:
    """The lines of a file; read without the lock of `sys.stdin`, at which the end of the process would wait."""
    rest = b""
    while True:
        try:
            data = os.read(fd, 65_536)
        except OSError:
            data = b""
        *whole, rest = (rest + data).split(b"\n")
        yield from (one.decode(errors="replace") for one in whole)
        if not data:
            if rest:
                yield rest.decode(errors="replace")
            return
