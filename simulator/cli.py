"""`plugproof station`: a station to talk to, from the command line. One line per event; Ctrl-C ends it.

Exit codes: 0 ended as asked, 1 the session did not come about, 2 a wrong argument or no connection.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from ocppj.peer import ConnectFailed
from simulator.arguments import UsageError, auth_key, client_context, configuration, uses_tls
from simulator.configuration import BadValue, UnknownKey
from simulator.events import Event, NotReached
from simulator.station import Station
from simulator.store import NOWHERE, StoreError

OK, FAILED, USAGE = 0, 1, 2


class SessionFailed(Exception):
    """`--session` did not get where it was to go; the text says how far it came."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `plugproof station` with these arguments (without the command's own name); returns the exit code."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as exit:  # argparse has said what was wrong, or printed the help
        return OK if exit.code in (0, None) else USAGE
    try:
        station = _station(options)
        asyncio.run(_run(station, options))
    except (UsageError, ConnectFailed) as error:
        return _complain(str(error), USAGE)
    except SessionFailed as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt:  # where signal handlers cannot be set
        return OK
    return OK


def _complain(sentence: str, code: int) -> int:
    print(f"plugproof station: {sentence}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plugproof station", description="A simulated OCPP 1.6J charge point.")
    parser.add_argument(
        "url", help="OCPP-J endpoint of the CSMS without the identity, for example ws://127.0.0.1:9000/ocpp"
    )
    parser.add_argument("--id", default="CP1", help="identity of the station (default: %(default)s)")
    parser.add_argument("--connectors", type=int, default=1, help="number of connectors (default: %(default)s)")
    parser.add_argument("--tag", default="TAG-1", help="idTag that --session presents (default: %(default)s)")
    parser.add_argument("--session", action="store_true", help="charge once at connector 1, then end")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long --session charges (default: %(default)g)")
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds --session waits for each step (default: %(default)g)"
    )
    parser.add_argument("--retry", action="store_true", help="keep trying when the first connection fails")
    parser.add_argument("--vendor", default="plugproof", help="chargePointVendor (default: %(default)s)")
    parser.add_argument("--model", default="Simulator", help="chargePointModel (default: %(default)s)")
    parser.add_argument(
        "--power", type=float, default=11_000.0, help="what a connector delivers, in watt (default: %(default)g)"
    )
    parser.add_argument("--store", metavar="FILE", help="keep transactions, keys and lists in this file over the end")
    parser.add_argument("--fixed-cable", action="store_true", help="the cable belongs to the station and has no lock")
    parser.add_argument(
        "--config",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="first value of a configuration key; repeatable",
    )
    parser.add_argument(
        "--auth-key-env", metavar="NAME", help="environment variable with the key of HTTP Basic authentication"
    )
    parser.add_argument("--ca-file", metavar="FILE", help="PEM file with the CA of the CSMS, for wss://")
    return parser


def _station(options: argparse.Namespace) -> Station:
    is_tls = uses_tls(options.url)
    try:
        return Station(
            options.url,
            id=options.id,
            connectors=options.connectors,
            vendor=options.vendor,
            model=options.model,
            power=options.power,
            fixed_cable=options.fixed_cable,
            store=options.store or NOWHERE,
            configuration=configuration(options.config, "HeartbeatInterval=60"),
            retry=options.retry,
            auth_key=auth_key(options.auth_key_env),
            ssl=client_context(options.ca_file) if is_tls else None,
        )
    except (UnknownKey, BadValue) as error:
        raise UsageError(f"--config: {error}") from None
    except StoreError as error:
        raise UsageError(f"--store: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None


async def _run(station: Station, options: argparse.Namespace) -> None:
    """Until the session is over, or for ever; SIGINT and SIGTERM end both."""
    station.events.listen(_print)
    work = asyncio.ensure_future(_work(station, options))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, not outside the main thread
            loop.add_signal_handler(number, work.cancel)
    with suppress(asyncio.CancelledError):
        await work


async def _work(station: Station, options: argparse.Namespace) -> None:
    async with station:
        if options.session:
            await _session(station, options)
        else:
            await asyncio.get_running_loop().create_future()


async def _session(station: Station, options: argparse.Namespace) -> None:
    connector = station.connector(1)
    try:
        await station.until(lambda s: s.online, within=options.patience)
        await station.plug_in(1)
        await station.present(options.tag, 1)
        await station.until(lambda _: connector.transaction is not None, within=0)
        await station.clock.sleep(options.seconds)
        if connector.transaction is not None:  # the CSMS may have ended it
            await station.present(options.tag, 1)
        await station.until(lambda s: not s.queued, within=options.patience)
        await station.unplug(1)
        await station.delivered()
    except NotReached:
        state = f"registration {station.registration or 'unanswered'}, connector 1 {connector.status}"
        queued = f", {station.queued} messages unsent" if station.queued else ""
        raise SessionFailed(f"the session did not come about: {state}{queued}; see the lines above") from None


def _print(event: Event) -> None:
    if event.kind == "queue":
        return  # of interest to programs only
    print(f"{event.at:%H:%M:%S}.{event.at.microsecond // 1000:03d} {event.kind:<13} {event.text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
