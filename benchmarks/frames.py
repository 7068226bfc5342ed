"""Who reads the WebSocket frames of the reference CSMS, and what that costs (ADR 5): ``python -m benchmarks.frames``.

``[--stations K] [--loops N] [--rounds N] [--old TREE]``, the first three as in ``benchmarks.csms``, whose load this is.
Each server is the reference CSMS as a whole, a process of its own, with SQLite. They differ in what comes after the
handshake:

- as it is: `websockets` reads every frame, and each message is handed on within that read;
- ``queue``: `websockets` as its documentation has it, with its queue and a task that waits for it; answers leave by its
  `broadcast`, which is its way to send without waiting;
- ``send``: the same, and each answer is awaited in its `send`;
- with ``--old``, the CSMS of another tree of the sources (``git archive 93e14f9 | tar x -C TREE`` is the last one that
  read frames by itself).
"""

import argparse
import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed as Closed
from websockets.protocol import OPEN

from benchmarks import csms
from csms_core.cli.main import main as serve
from csms_core.gateway import gate
from csms_core.gateway.connection import Phase, Receiver, StationConnection
from ocppj.errors import ConnectionClosed
from ocppj.peers.base import connection_closed


class Queue(StationConnection):
    """Served by `recv` in a task."""

    _wanted: asyncio.Event
    _pause = 0.0

    def take_over(self) -> None:
        """Nothing has to be held: what comes waits in the queue."""
        self.guest.leave()
        self._wanted = asyncio.Event()
        self._wanted.set()

    async def deliver(self, receiver: Receiver) -> ConnectionClosed:
        """Give every message to `receiver` until the connection has ended; returns how it did."""
        while True:
            try:
                message = await self.recv()
            except Closed as closed:
                return connection_closed(closed)
            if not receiver(message):
                self._wanted.clear()
                await self._wanted.wait()
            if self._pause:
                pause, self._pause = self._pause, 0.0
                await asyncio.sleep(pause)

    def resume(self) -> None:
        """The receiver takes messages again."""
        self._wanted.set()

    def rest(self, seconds: float) -> None:
        """Take nothing from the queue for a while."""
        self._pause = seconds

    def send_now(self, text: str) -> bool:
        """Send without waiting."""
        if self.paused or self.protocol.state is not OPEN or self.transport.is_closing():
            return False
        broadcast([self], text)
        return True

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._phase is Phase.IN:
            ServerConnection.data_received(self, data)
        else:
            super().data_received(data)

    process_event = ServerConnection.process_event


class Send(Queue):
    """Nothing is sent without waiting."""

    def send_now(self, text: str) -> bool:
        """It is to be awaited."""
        return False

    async def send_text(self, text: str, patience: float | None) -> None:
        """As its documentation has it."""
        await self.send(text)


KINDS: Final[dict[str, type[StationConnection]]] = {
    "queue": Queue,
    "send": Send,
}


def main() -> None:
    """Measure and print, or be one of the servers."""
    if sys.argv[1:2] == ["--serve"]:
        vars(gate)["StationConnection"] = KINDS[sys.argv[2]]
        raise SystemExit(serve(sys.argv[3:]))
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=20, help="stations at once (default 20)")
    options.add_argument("--loops", type=int, default=50, help=f"loops of {len(csms.LOOP)} calls a round (default 50)")
    options.add_argument("--rounds", type=int, default=9, help="rounds of each server (default 9)")
    options.add_argument("--old", type=Path, metavar="TREE", help="compare with the CSMS of these sources")
    chosen = options.parse_args()
    with ExitStack() as stack:
        servers = {"as it is": stack.enter_context(csms.reference())}
        for kind in KINDS:
            module = ("benchmarks.frames", "--serve", kind)
            servers[f"`{kind}`"] = stack.enter_context(csms.reference(module=module))
        if chosen.old is not None:
            servers[f"of {chosen.old.name}"] = stack.enter_context(csms.reference(tree=chosen.old))
        servers["floor: validation alone on uvloop"] = stack.enter_context(csms.floor("uvloop"))
        servers["floor: validation alone on picows"] = stack.enter_context(csms.floor("picows"))
        print(csms.table(csms.alternating(servers, chosen.rounds, chosen.stations, chosen.loops), chosen.stations))


if __name__ == "__main__":
    main()
