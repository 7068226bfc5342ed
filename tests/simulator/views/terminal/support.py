"""A station in a terminal: fixed facts to draw, and a pseudo-terminal with the command in it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ocppj.rules import Finding
from simulator.kernel.snapshot import ConnectorState, ReservationState, State, TransactionState, Unsent
from simulator.views.record import FrameSeen, Happened
from simulator.views.terminal.layout import Picture
from tests import ROOT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

IDLE = ConnectorState(
    connectorId=1,
    status="Available",
    errorCode="NoError",
    cable="none",
    locked=False,
    lock_jammed=False,
    in_service=True,
    authorized=None,
    reservation=None,
    transaction=None,
    ev_paused=False,
    power=0.0,
    offered=22_000.0,
    limit=None,
    limited_by=(),
    meter=0,
)


def connectors() -> tuple[ConnectorState, ...]:
    """One of each kind."""
    running = TransactionState(4711, "04A2B3C4D5E6F7", NOON - timedelta(hours=1, seconds=2), 10_250, None, False)
    return (
        replace(
            IDLE,
            status="Charging",
            cable="both",
            locked=True,
            transaction=running,
            power=6_000.0,
            limit=6_000.0,
            limited_by=("TxDefaultProfile 7", "ChargePointMaxProfile 1"),
        ),
        replace(
            IDLE,
            connectorId=2,
            status="SuspendedEVSE",
            cable="both",
            transaction=replace(running, transactionId=None, started=NOON, energy=0),
            limit=0.0,
        ),
        replace(IDLE, connectorId=3, status="Reserved", reservation=ReservationState(5, "FRIEND", NOON)),
        replace(IDLE, connectorId=4, status="Preparing", cable="station", authorized="NEXT"),
        replace(IDLE, connectorId=5, status="Faulted", errorCode="ConnectorLockFailure", lock_jammed=True),
    )


def state(**changes: Any) -> State:
    """A station that has seen better days."""
    usual = State(
        id="CP1",
        url="wss://csms.example/ocpp",
        identity={"chargePointVendor": "plugproof", "chargePointModel": "Simulator"},
        clock=NOON,
        powered=True,
        network=True,
        connection="online",
        registration="Accepted",
        security_profile=2,
        status="Available",
        connectors=connectors(),
        queued=1,
        queue=(Unsent("StopTransaction", 1, 4710, "2026-01-01T10:00:00.000Z", 2),),
        csms_ahead=None,
        security_events=1,
        violations=1,
    )
    return replace(usual, **changes)


def frames() -> list[FrameSeen]:
    """A CALL and its answers: right, wrong, an error, and no message at all."""
    wrong = Finding("PAY-03", "MUST", "csms", "status: 'Perhaps' is none of Accepted, Rejected")
    texts: list[tuple[Any, Any, str | None, str]] = [
        (
            "station",
            "CALL",
            "StartTransaction",
            '[2,"1","StartTransaction",{"connectorId":1,"idTag":"04A2B3C4D5E6F7"}]',
        ),
        ("csms", "CALLRESULT", "StartTransaction", '[3,"1",{"transactionId":4711,"idTagInfo":{"status":"Accepted"}}]'),
        ("csms", "CALL", "Reset", '[2,"2","Reset",{"type":"Hard"}]'),
        ("station", "CALLERROR", "Reset", '[4,"2","NotSupported","this station does not",{}]'),
        ("csms", "malformed", None, "\x1b[2Jno JSON"),
        ("csms", "CALLRESULT", "DataTransfer", '[3,"3",{"status":"Perhaps"}]'),
    ]
    return [
        FrameSeen(
            at, NOON + timedelta(milliseconds=at), sender, type, action, text, (wrong,) if "Perhaps" in text else ()
        )
        for at, (sender, type, action, text) in enumerate(texts, 1)
    ]


def picture(**changes: Any) -> Picture:
    """All of it."""
    events = [
        Happened(1, NOON, "boot", "accepted by the CSMS"),
        Happened(2, NOON, "status", "connector 1 is Charging", 1),
        Happened(3, NOON, "problem", "the connection was lost; next attempt in 1.0 s"),
        Happened(4, NOON, "output", "hello from a script"),
    ]
    usual = Picture(state(), frames(), events, ("heartbeat-late",), [("plug_in 1: done", "green")], "presen")
    return replace(usual, **changes)


@dataclass
class Terminal:
    """A command that believes to be on a terminal. What it shows is the last picture it has drawn."""

    process: asyncio.subprocess.Process
    fd: int
    size: tuple[int, int]
    settings: list[Any]  # of the terminal before the command began
    raw: bytes = b""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.fd, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Pull at the corner of the window; the kernel tells the command."""
        self.size = columns, rows
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self) -> None:
        """Take what has come."""
        try:
            data = os.read(self.fd, 65_536)
        except OSError:  # the other end is closed
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self.fd)
        self.raw += data
        self.news.set()

    @property
    def rows(self) -> list[str]:
        """The last picture that is complete, without colours; lines, where there is no picture."""
        text = self.raw.decode(errors="ignore").replace("\x1b[H\x1b[?25l", "").rpartition("\x1b[?1049l")[2]
        drawn = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", one).split("\r\n") for one in text.split("\x1b[H")]
        columns, rows = self.size
        if len(drawn) == 1 or (len(drawn[-1]) >= rows and len(drawn[-1][-1]) >= columns):
            return drawn[-1]
        return drawn[-2]

    @property
    def text(self) -> str:
        """The same in one."""
        return "\n".join(self.rows)

    async def shows(self, *texts: str) -> None:
        """Wait until all of it can be read."""
        try:
            async with asyncio.timeout(30):
                while not all(text in self.text for text in texts):
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            raise AssertionError(f"{texts} never came; the screen shows\n{self.text}") from None

    async def ends(self) -> int:
        """Wait for the end of the command; returns its exit code."""
        async with asyncio.timeout(30):
            return await self.process.wait()


@asynccontextmanager
async def terminal(
    *arguments: str,
    columns: int = 100,
    rows: int = 30,
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] = (sys.executable, "-m", "simulator.cli.main"),
) -> AsyncIterator[Terminal]:
    """`plugproof station`, or another command, with these arguments on a terminal of this size."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    settings = termios.tcgetattr(slave)

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    without = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CI")
    variables = {name: value for name, value in os.environ.items() if name not in without}
    process = await asyncio.create_subprocess_exec(
        *(*command, *arguments),
        cwd=ROOT,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**variables, "TERM": "xterm-256color", **(environment or {})},
        preexec_fn=take_terminal,
    )
    found = Terminal(process, master, (columns, rows), settings)
    asyncio.get_running_loop().add_reader(master, found.read)
    try:
        yield found
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        asyncio.get_running_loop().remove_reader(master)
        os.close(slave)
        os.close(master)
