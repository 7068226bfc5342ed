"""Messages per second and CPU per message of the reference CSMS, beside a central system of the ``ocpp`` distribution.

``python -m benchmarks.csms [--stations K] [--loops N] [--rounds N] [--ocpp-rpc FOLDER]`` prints a Markdown table. Each
server is a process of its own: ours as ``plugproof csms`` starts it, with full validation in both directions and every
booking committed to SQLite before its answer; the other with its own validation, on ``websockets`` and ``uvloop`` too,
keeping nothing. Two more show the floor of one CPython process (``benchmarks.floor``): sockets, JSON and validation,
nothing else. With ``--ocpp-rpc`` another joins in, on npm ``ocpp-rpc`` in strict mode, keeping nothing: FOLDER is
where ``npm install ocpp-rpc`` was run, and ``node`` is on the PATH. Durable stands beside durable: real back offices
come from a file (``--beside FILE``, `benchmarks.beside.back_offices`); and what keeps nothing beside our engine with a
peer and no store. This process is the load: K stations, each sending
its next CALL when the last one was answered. Rounds alternate between the servers. CPU time is that of all threads of a
server, from ``/proc`` (Linux only); a message is a CALL or its answer.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import uvloop
from ocpp.v16 import call_result  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from benchmarks.beside import back_offices
from benchmarks.beside.processes import tree_seconds
from benchmarks.engine import CALLS, NOW, Central, on

ROUND_SECONDS: Final = 300.0
"""A round that takes longer has failed."""

OURS: Final = "plugproof reference CSMS, SQLite: durable"
OCPP: Final = Subprotocol("ocpp1.6")
TAG: Final = CALLS["Authorize"]["idTag"]
BOOT: Final = {"chargePointVendor": "plugproof", "chargePointModel": "benchmark"}
AVAILABLE: Final = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
LOOP: Final = (
    "Authorize",
    "StartTransaction",
    "MeterValues",
    "StopTransaction",
    "Heartbeat",
    "StatusNotification",
)
"""What a station sends over and over."""


class Server(NamedTuple):
    """A running server, where stations connect, also within TLS, and its HTTP API, if it has these.

    `tag` is the tag of a station, whose number may stand in it as ``{}``; `store` has the processes beside the server
    without which it keeps nothing, a database and a broker say.
    """

    pid: int
    url: str
    api: str = ""
    tls_url: str = ""
    tag: str = TAG
    store: tuple[int, ...] = ()


class Round(NamedTuple):
    """One round: messages in both directions, seconds, CPU seconds of the server and of its store."""

    messages: int
    wall: float
    cpu: float
    store_cpu: float = 0.0


class OtherCentral(Central):
    """The central system of the other library, with what the loop needs beyond the engine's benchmark."""

    @on("BootNotification")
    def on_boot_notification(self, **payload: Any) -> Any:
        """Accept every station."""
        return call_result.BootNotification(current_time=NOW, interval=300, status="Accepted")

    @on("StopTransaction")
    def on_stop_transaction(self, **payload: Any) -> Any:
        """Take note."""
        return call_result.StopTransaction()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--stations", type=int, default=20, help="stations at once (default 20)")
    options.add_argument("--loops", type=int, default=50, help=f"loops of {len(LOOP)} calls a round (default 50)")
    options.add_argument("--rounds", type=int, default=5, help="rounds of each server (default 5)")
    options.add_argument("--ocpp-rpc", type=Path, metavar="FOLDER", help="compare with npm ocpp-rpc installed there")
    options.add_argument("--beside", type=Path, metavar="FILE", help="figures of real back offices, from such a run")
    options.add_argument("--serve-other", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve_other:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(_serve_other())
        return

    try:
        others = "" if chosen.beside is None else back_offices.rows(chosen.beside)
    except back_offices.BadResults as error:
        sys.exit(f"--beside: {error}")
    with contextlib.ExitStack() as stack:
        measured = alternating(servers(stack, chosen.ocpp_rpc), chosen.rounds, chosen.stations, chosen.loops)
        print(table(measured, chosen.stations))
    if others:
        print(f"\n{others}")


def servers(stack: contextlib.ExitStack, ocpp_rpc: Path | None) -> dict[str, Server]:
    """All that are started here, until `stack` is left; `ocpp_rpc` is where that package was installed, if it was."""
    started = {
        OURS: stack.enter_context(reference()),
        "plugproof engine and `Peer`: keeps nothing": stack.enter_context(_peer()),
        f"`ocpp` {version('ocpp')} `ChargePoint`: keeps nothing": stack.enter_context(_other()),
        "floor: validation alone on uvloop": stack.enter_context(floor("uvloop")),
        f"floor: validation alone on picows {version('picows')}": stack.enter_context(floor("picows")),
    }
    if ocpp_rpc is not None:
        package = json.loads((ocpp_rpc / "node_modules/ocpp-rpc/package.json").read_bytes())
        name = f"npm `ocpp-rpc` {package['version']} strict: keeps nothing"
        started[name] = stack.enter_context(_ocpp_rpc(ocpp_rpc))
    return started


def alternating(
    servers: Mapping[str, Server], rounds: int, stations: int, loops: int, warming: int = 1
) -> dict[str, list[Round]]:
    """So many rounds of each server, in turn, after `warming` ones that do not count."""
    measured: dict[str, list[Round]] = {name: [] for name in servers}
    for number in range(rounds + warming):
        for name, server in servers.items():
            one = _round(server, stations, loops)
            if number >= warming:
                measured[name].append(one)
    return measured


def table(rounds: dict[str, list[Round]], stations: int) -> str:
    """The figures as Markdown; the ratios are to the medians of the first row."""
    taken = next(iter(rounds.values()))
    lines = [
        f"{stations} stations in a closed loop, {taken[0].messages} messages a round, {len(taken)} rounds each, "
        f"interleaved; {os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}",
        "",
        "| server | messages/s | CPU µs per message: median | min | max | ratio of CPU |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    base = statistics.median(_cost(measured) for measured in taken)
    for name, values in rounds.items():
        costs = [_cost(measured) for measured in values]
        rate = statistics.median(measured.messages / measured.wall for measured in values)
        median = statistics.median(costs)
        lines.append(
            f"| {name} | {rate:.0f} | {median:.0f} | {min(costs):.0f} | {max(costs):.0f} | {median / base:.2f} |"
        )
    return "\n".join(lines)


def _cost(measured: Round) -> float:
    return measured.cpu / measured.messages * 1e6


def _round(server: Server, stations: int, loops: int) -> Round:
    return uvloop.run(_load(server, stations, loops))


async def _load(server: Server, stations: int, loops: int) -> Round:
    """Connect and boot all stations, have them tell of their connector, then measure their loops."""
    async with asyncio.timeout(ROUND_SECONDS), contextlib.AsyncExitStack() as stack:
        connections = []
        for number in range(stations):
            url = f"{server.url}/BENCH-{number:04d}"
            connection = await stack.enter_async_context(
                connect(url, subprotocols=[OCPP], compression=None, proxy=None)
            )
            await call(connection, str(uuid.uuid4()), "BootNotification", BOOT)
            await call(connection, str(uuid.uuid4()), "StatusNotification", AVAILABLE)
            connections.append(connection)
        cpu, store, started = cpu_seconds(server.pid), _store_seconds(server), time.monotonic()
        tags = (server.tag.format(number) for number in range(stations))
        await asyncio.gather(*(_station(*each, loops) for each in zip(connections, tags, strict=True)))
        wall = time.monotonic() - started
        cpu, store = cpu_seconds(server.pid) - cpu, _store_seconds(server) - store
        return Round(2 * stations * loops * len(LOOP), wall, cpu, store)


async def _station(connection: ClientConnection, tag: str, loops: int) -> None:
    transaction = 0
    for _ in range(loops):
        for action in LOOP:
            answer = await call(connection, str(uuid.uuid4()), action, _payload(action, transaction, tag))
            transaction = answer.get("transactionId", transaction)
            info = answer.get("idTagInfo")
            assert info is None or info["status"] == "Accepted", answer


def _payload(action: str, transaction: int, tag: str) -> dict[str, Any]:
    """As of now: a message that says the same as an earlier one is a repetition, which our CSMS does not book again."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if action == "StopTransaction":
        return {"transactionId": transaction, "meterStop": 18_000, "timestamp": now, "idTag": tag}
    payload = CALLS[action]
    if "idTag" in payload:
        payload = {**payload, "idTag": tag}
    if action == "MeterValues":
        values = [{**value, "timestamp": now} for value in payload["meterValue"]]
        return {**payload, "transactionId": transaction, "meterValue": values}
    return {**payload, "timestamp": now} if "timestamp" in payload else payload


async def call(connection: ClientConnection, id: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send a CALL and give the payload of its CALLRESULT."""
    await connection.send(msgspec.json.encode([2, id, action, payload]).decode())
    answer = msgspec.json.decode(await connection.recv())
    assert answer[:2] == [3, id], answer
    result: dict[str, Any] = answer[2]
    return result


def cpu_seconds(pid: int) -> float:
    """CPU seconds of all threads of a process so far (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _store_seconds(server: Server) -> float:
    return sum(map(tree_seconds, server.store))


@contextlib.contextmanager
def reference(
    *options: str,
    prepare: Callable[[str], None] | None = None,
    module: Sequence[str] = ("csms_core",),
    tree: Path | None = None,
) -> Iterator[Server]:
    """The reference CSMS on a database of its own, which knows the tag of the loop and lets every station in.

    `options` are further ones of its command line; `prepare` is given the URL of the database before it starts.
    `module` is what is started in its place, with the same arguments after its own; `tree` is where its sources are.
    """
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder:
        database = f"sqlite:///{folder}/bench.db"
        if prepare is not None:
            prepare(database)
        arguments = [*module, "--port", "0", "--api-port", "0", "--any-station", "--database", database, *options]
        with _process(*arguments, tree=tree) as (pid, ready):
            request = urllib.request.Request(f"{ready['api']}/api/v1/tags/{TAG}", method="PUT")
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10):
                yield Server(pid, ready["url"], ready["api"], ready.get("tls_url", ""))


@contextlib.contextmanager
def _other() -> Iterator[Server]:
    with _process("benchmarks.csms", "--serve-other") as (pid, ready):
        yield Server(pid, ready["url"])


@contextlib.contextmanager
def _peer() -> Iterator[Server]:
    with _process("benchmarks.beside.peer") as (pid, ready):
        yield Server(pid, ready["url"])


@contextlib.contextmanager
def floor(kind: str) -> Iterator[Server]:
    """Validates and answers from a table, on `uvloop` or `picows`; tags and transactions are all the same to it."""
    with _process("benchmarks.floor", kind) as (pid, ready):
        yield Server(pid, ready["url"])


@contextlib.contextmanager
def _ocpp_rpc(folder: Path) -> Iterator[Server]:
    command = ["node", str(Path(__file__).parent / "beside" / "ocpp_rpc_server.js")]
    with _running(command, {"NODE_PATH": str((folder / "node_modules").resolve())}) as (pid, ready):
        yield Server(pid, ready["url"])


def _process(
    *arguments: str, tree: Path | None = None
) -> contextlib.AbstractContextManager[tuple[int, dict[str, str]]]:
    """Run a module that prints one line of JSON when it is ready."""
    return _running([sys.executable, "-m", *arguments], {}, tree)


@contextlib.contextmanager
def _running(
    command: list[str], variables: dict[str, str], folder: Path | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env={**os.environ, **variables})
    assert process.stdout is not None
    try:
        yield process.pid, json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def _serve_other() -> None:
    async def on_connect(connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        central = OtherCentral(request.path.rpartition("/")[2], connection)
        with contextlib.suppress(Exception):  # it ends with the connection
            await central.start()

    async with serve(on_connect, "127.0.0.1", 0, subprotocols=[OCPP], compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(json.dumps({"url": f"ws://127.0.0.1:{port}"}), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    main()
