"""Command line of the reference CSMS: `python -m csms_core` and `plugproof csms`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Sequence
from typing import get_args

from csms_core.config import DEFAULT_DATABASE, Config, Registration
from csms_core.csms import Csms
from csms_core.faults import CATALOGUE, UnknownFault
from csms_core.net import CannotListen
from csms_core.store import StoreError

USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the CSMS until SIGTERM or SIGINT; returns the exit code (0 stopped, 2 usage)."""
    options = _parser().parse_args(argv)
    if options.list_faults:
        for fault in CATALOGUE.values():
            print(f"{fault.name:50} {fault.sentence}")
        return 0
    logging.basicConfig(
        level=options.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(_config(options)))
    except (StoreError, CannotListen, UnknownFault) as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    return 0


async def _serve(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # not on Windows, where Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    async with Csms(config) as csms:
        print(json.dumps({"event": "ready", "url": csms.url, "api": csms.api_url}), flush=True)
        await stop.wait()


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


def _config(options: argparse.Namespace) -> Config:
    vendors: dict[str, frozenset[str]] = {}
    for text in options.data_transfer:
        vendor, _, message = text.partition(":")
        vendors[vendor] = vendors.get(vendor, frozenset()) | ({message} if message else frozenset())
    return Config(
        host=options.host,
        port=options.port,
        api_port=options.api_port,
        database=options.database,
        any_station=options.any_station,
        registration=options.registration,
        heartbeat_interval=options.heartbeat_interval,
        boot_retry_interval=options.boot_retry_interval,
        concurrent_transactions=not options.refuse_concurrent,
        data_transfer=vendors,
        call_timeout=options.call_timeout,
        faults=tuple(options.fault),
    )


def _parser() -> argparse.ArgumentParser:
    default = Config()
    parser = argparse.ArgumentParser(prog="plugproof csms", description="The reference CSMS for OCPP 1.6J.")
    add = parser.add_argument
    add("--host", default=default.host, help="address to listen at, of stations and API alike (default %(default)s)")
    add("--port", type=int, default=9000, help="port of the stations, 0: the kernel chooses (default %(default)s)")
    add("--api-port", type=int, default=9001, help="port of the HTTP API, 0: the kernel chooses (default %(default)s)")
    add(
        "--database",
        default=DEFAULT_DATABASE,
        metavar="URL",
        help="sqlite:////path/file.db, postgresql+psycopg://..., or :temporary: (default %(default)s)",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--any-station", action="store_true", help="let unknown stations in and register them")
    group.add_argument(
        "--known-stations-only",
        dest="any_station",
        action="store_false",
        help="answer unknown stations with 404 (default)",
    )
    add("--registration", choices=get_args(Registration), default=default.registration, help="answer to a boot")
    add("--heartbeat-interval", type=int, default=default.heartbeat_interval, metavar="SECONDS")
    add("--boot-retry-interval", type=int, default=default.boot_retry_interval, metavar="SECONDS")
    add("--refuse-concurrent", action="store_true", help="ConcurrentTx for a tag that charges elsewhere")
    add(
        "--data-transfer",
        action="append",
        default=[],
        metavar="VENDOR[:MESSAGE]",
        help="accept DataTransfer of this vendorId, of this messageId only when one is given; may be repeated",
    )
    add(
        "--call-timeout",
        type=float,
        default=default.call_timeout,
        metavar="SECONDS",
        help="how long a station has to answer",
    )
    add("--fault", action="append", default=[], metavar="NAME", help="switch a deliberate defect on; may be repeated")
    add("--list-faults", action="store_true", help="print the deliberate defects and exit")
    add("--log-level", default="warning", choices=("debug", "info", "warning", "error"))
    return parser
