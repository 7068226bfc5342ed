"""The process of the relay: settings come on standard input, with which it ends; records go to standard output."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Final

import msgspec

from csms_core.gateway import sockets
from harness.instruments.proxy.relay.relay import Relay
from harness.instruments.proxy.relay.settings import Problem, Settings
from harness.instruments.proxy.wire.records import Ready, Record, Trouble, packed

STANDARD_INPUT: Final = 0


def main() -> None:
    """Serve until the standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who has started this process
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed by mistake is no record
    settings = msgspec.json.decode(sys.stdin.buffer.readline(), type=Settings)
    sockets.allow_open_files()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            runner.run(_serve(settings, pipe))
        except Problem as problem:
            _tell(pipe, Trouble(problem.code, str(problem)))


async def _serve(settings: Settings, pipe: int) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    loop.add_reader(STANDARD_INPUT, over.set)
    async with Relay(settings, pipe) as relay:
        relay.outlet.put(0, Ready(relay.port))
        await over.wait()


def _tell(pipe: int, record: Record) -> None:
    os.set_blocking(pipe, True)
    os.write(pipe, packed(record))


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


if __name__ == "__main__":
    main()
