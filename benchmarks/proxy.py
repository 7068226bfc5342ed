"""CPU per message of ``plugproof proxy``, beside a plain TCP relay and beside a proxy on ``websockets`` that judges in
its way: ``python -m benchmarks.proxy [--stations K] [--loops N] [--rounds N]``.

The load is that of ``benchmarks.csms``, and behind all of them is its floor, which answers at once. Of the proxy two
processes are measured: the relay, which is in the way of a message, and the judge, which is not. The plain relay is the
least that asyncio can do: two protocols that write to each other, and nothing else. The third ends both connections,
judges each message with the same session, and passes it on then. A message is a CALL or its answer; CPU is that of one
process, from ``/proc`` (Linux only). Rounds alternate.
"""

import argparse
import asyncio
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic_ns
from typing import Any, Final
from urllib.parse import urlsplit

import uvloop
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from benchmarks.csms import OCPP, Server, alternating, floor, table
from ocppj.frames import parse
from ocppj.session.session import Session
from ocppj.v16 import PROTOCOL

PLUGPROOF: Final = "import sys; from harness.cli import main; sys.argv[0] = 'plugproof'; main()"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=20, help="stations at once (default 20)")
    options.add_argument("--loops", type=int, default=50, help="loops of calls a round (default 50)")
    options.add_argument("--rounds", type=int, default=5, help="rounds of each (default 5)")
    options.add_argument("--serve", nargs=2, metavar=("KIND", "URL"), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run({"relay": _relay, "judging": _judging}[chosen.serve[0]](chosen.serve[1]))
        return
    with contextlib.ExitStack() as stack:
        behind = stack.enter_context(floor("picows"))
        relay, judge = stack.enter_context(_proxy(behind.url))
        servers = {
            "plain TCP relay on asyncio": stack.enter_context(_other("relay", behind.url)),
            "plugproof proxy: the relay": relay,
            "plugproof proxy: the judge": judge,
            "websockets at both ends, judging in between": stack.enter_context(_other("judging", behind.url)),
        }
        print(table(alternating(servers, chosen.rounds, chosen.stations, chosen.loops), chosen.stations))


@contextlib.contextmanager
def _proxy(url: str) -> Iterator[tuple[Server, Server]]:
    """The command as it is typed: the process of its relay, and its own, which judges."""
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder:
        command = [sys.executable, "-c", PLUGPROOF, "proxy", "--listen", "0", "--to", url, "--out", f"{folder}/out"]
        with _running([*command, "--quiet"]) as process:
            assert process.stdout is not None
            found = re.search(r"connect at (\S+)/IDENTITY", process.stdout.readline())
            assert found is not None
            # what it prints is read, or its judge would wait for us, as every program does whose pipe is full
            threading.Thread(target=process.stdout.read, daemon=True).start()
            child = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()[0])
            yield Server(child, found[1]), Server(process.pid, found[1])


@contextlib.contextmanager
def _other(kind: str, url: str) -> Iterator[Server]:
    with _running([sys.executable, "-m", "benchmarks.proxy", "--serve", kind, url]) as process:
        assert process.stdout is not None
        yield Server(process.pid, json.loads(process.stdout.readline())["url"])


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


class Plain(asyncio.Protocol):
    """One side of a connection; what comes is written to the other."""

    def __init__(self, other: "Plain | None" = None) -> None:
        self.transport: Any = None
        self.other = other

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Something came."""
        assert self.other is not None
        self.other.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class Arriving(Plain):
    """The side of a station, which waits for the other one."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._place = (host, port)
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there: the other side is dialled."""
        self.transport = transport
        self.dialling = asyncio.get_running_loop().create_task(self._dial())

    def data_received(self, data: bytes) -> None:
        """Something came; the first of it may come before the other side is there."""
        if self.other is None:
            self._early += data
        else:
            self.other.transport.write(data)

    async def _dial(self) -> None:
        _, other = await asyncio.get_running_loop().create_connection(lambda: Plain(self), *self._place)
        self.other = other
        other.transport.write(self._early)


async def _relay(url: str) -> None:
    to = urlsplit(url)
    assert to.hostname is not None
    assert to.port is not None
    host, port = to.hostname, to.port
    server = await asyncio.get_running_loop().create_server(lambda: Arriving(host, port), "127.0.0.1", 0)
    print(json.dumps({"url": f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)
    await server.serve_forever()


async def _judging(url: str) -> None:
    async def on_connect(station: ServerConnection) -> None:
        request = station.request
        assert request is not None
        session = Session("csms", PROTOCOL)
        async with connect(f"{url}{request.path}", subprotocols=[OCPP], compression=None, proxy=None) as csms:

            async def pass_on(sender: Any, one: Any, other: Any) -> None:
                with contextlib.suppress(ConnectionClosed):
                    async for text in one:
                        session.observe(sender, parse(text), monotonic_ns())
                        await other.send(text)
                await other.close()

            await asyncio.gather(pass_on("station", station, csms), pass_on("csms", csms, station))

    async with serve(on_connect, "127.0.0.1", 0, subprotocols=[OCPP], compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(json.dumps({"url": f"ws://127.0.0.1:{port}"}), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    main()
