"""Command line of the reference CSMS: `python -m csms_core` and `plugproof csms`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from csms_core import logs, settings, tokens
from csms_core.config import Config, Registration
from csms_core.csms import Csms
from csms_core.faults import CATALOGUE, UnknownFault
from csms_core.net import CannotListen
from csms_core.pki import DEFAULT_HOSTS, DEFAULT_OPERATOR, Pki, PkiError
from csms_core.settings import SettingsError
from csms_core.store import StoreError

USAGE = 2

SWITCH_INTERVAL = 0.0005
"""Seconds the thread of the event loop may go on while the writer wants to. The writer asks several times in each
booking; with Python's 5 ms, one busy station makes the bookings of all others wait."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the CSMS until SIGTERM or SIGINT; returns the exit code (0 stopped, 2 usage)."""
    try:
        options = _parser(_from_file(argv)).parse_args(argv)
    except SettingsError as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    if options.list_faults:
        for fault in CATALOGUE.values():
            print(f"{fault.name:50} {fault.sentence}")
        return 0
    if options.create_token is not None:
        return _create_token(options)
    if options.init_pki is not None:
        return _init_pki(options)
    logs.set_up(options.log_level, options.log_format)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(_config(options)))
    except (StoreError, CannotListen, UnknownFault, SettingsError, PkiError) as error:
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
        ready = {"event": "ready", "url": csms.url, "api": csms.api_url}
        if csms.tls_url:
            ready["tls_url"] = csms.tls_url
        # what was made up to here stays: looking through it for garbage again and again would stop everybody for 0.1 s
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_INTERVAL)
        print(json.dumps(ready), flush=True)
        await stop.wait()


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


def _from_file(argv: Sequence[str] | None) -> Config:
    """The settings options are the exceptions from: those of --config, or the defaults. Raises SettingsError."""
    defaults = replace(Config(), port=9000, api_port=9001)
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config")
    file = parser.parse_known_args(argv)[0].config
    return defaults if file is None else settings.load(file, defaults)


def _create_token(options: argparse.Namespace) -> int:
    try:
        token = asyncio.run(tokens.create(options.database, options.create_token))
    except (StoreError, tokens.TokenError) as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    print(token)
    return 0


def _init_pki(options: argparse.Namespace) -> int:
    try:
        pki = Pki.create(options.init_pki, options.pki_host or DEFAULT_HOSTS, options.operator or DEFAULT_OPERATOR)
    except PkiError as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    print(f"The certificate authority is in {pki.folder}; stations trust {pki.roots_file.name} in it.")
    return 0


def _config(options: argparse.Namespace) -> Config:
    defaults: Config = options.defaults
    vendors = dict(defaults.data_transfer)
    for text in options.data_transfer:
        vendor, _, message = text.partition(":")
        vendors[vendor] = vendors.get(vendor, frozenset()) | ({message} if message else frozenset())
    return replace(
        defaults,
        host=options.host,
        port=options.port,
        api_port=options.api_port,
        database=options.database,
        any_station=options.any_station,
        files_port=options.files_port,
        ftp_port=options.ftp_port,
        files_url=options.files_url,
        files=options.files,
        max_file=options.max_file,
        security_profile=options.security_profile,
        tls_port=options.tls_port,
        pki=options.pki,
        operator=options.operator,
        api_hosts=tuple(options.api_host),
        registration=options.registration,
        heartbeat_interval=options.heartbeat_interval,
        boot_retry_interval=options.boot_retry_interval,
        concurrent_transactions=options.concurrent,
        data_transfer=vendors,
        call_timeout=options.call_timeout,
        faults=tuple(options.fault),
    )


def _parser(default: Config) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plugproof csms", description="The reference CSMS for OCPP 1.6J.")
    parser.set_defaults(defaults=default)
    add = parser.add_argument
    add("--config", metavar="FILE", help="csms.toml with settings; options override it, those that may be repeated add")
    add("--host", default=default.host, help="address to listen at, of stations and API alike (default %(default)s)")
    add(
        "--port",
        type=int,
        default=default.port,
        help="port of the stations, 0: the kernel chooses (default %(default)s)",
    )
    add(
        "--api-port",
        type=int,
        default=default.api_port,
        help="port of the HTTP API, 0: the kernel chooses (default %(default)s)",
    )
    add(
        "--files-port",
        type=int,
        default=default.files_port,
        help="port where stations fetch firmware and leave diagnostics and logs by HTTP, 0: the kernel chooses "
        "(default %(default)s)",
    )
    add("--ftp-port", type=int, default=default.ftp_port, help="the same by FTP (default: no FTP)")
    add("--files-url", default=default.files_url, metavar="URL", help="base URL at which stations reach --files-port")
    add("--files", default=default.files, metavar="DIR", help="folder of these files (default: beside the database)")
    add(
        "--max-file",
        type=int,
        default=default.max_file,
        metavar="BYTES",
        help="largest file that is taken (default %(default)s)",
    )
    add(
        "--database",
        default=default.database,
        metavar="URL",
        help="sqlite:////path/file.db, postgresql+psycopg://..., or :temporary: (default %(default)s)",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--any-station",
        action="store_true",
        default=default.any_station,
        help="let unknown stations in and register them",
    )
    group.add_argument(
        "--known-stations-only",
        dest="any_station",
        action="store_false",
        default=default.any_station,
        help="answer unknown stations with 404 (default)",
    )
    add(
        "--security-profile",
        type=int,
        choices=range(4),
        default=default.security_profile,
        help="lowest profile that is accepted of a station that has none of its own: 0 none, 1 password, 2 password "
        "within TLS, 3 client certificate (default %(default)s)",
    )
    add(
        "--init-pki",
        metavar="DIR",
        help="make a certificate authority (roots, server, firmware signing) in a new folder and exit; it names "
        "--operator, and nothing that exists is changed",
    )
    add(
        "--pki-host",
        action="append",
        default=[],
        metavar="HOST",
        help="with --init-pki: name or address stations reach the CSMS at, the first is the common name; may be "
        f"repeated (default {', '.join(DEFAULT_HOSTS)})",
    )
    add("--pki", default=default.pki, metavar="DIR", help="certificates made by --init-pki; opens the TLS port")
    add(
        "--tls-port",
        type=int,
        default=default.tls_port,
        help="port of wss, 0: the kernel chooses (default %(default)s)",
    )
    add(
        "--operator",
        default=default.operator,
        metavar="NAME",
        help="organization client certificates have to name (default: that of the PKI)",
    )
    add(
        "--api-host",
        action="append",
        default=list(default.api_hosts),
        metavar="NAME",
        help="host name the API may be called by without a token, besides localhost and addresses; may be repeated",
    )
    add("--registration", choices=get_args(Registration), default=default.registration, help="answer to a boot")
    add("--heartbeat-interval", type=int, default=default.heartbeat_interval, metavar="SECONDS")
    add("--boot-retry-interval", type=int, default=default.boot_retry_interval, metavar="SECONDS")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--refuse-concurrent",
        dest="concurrent",
        action="store_false",
        default=default.concurrent_transactions,
        help="ConcurrentTx for a tag that charges elsewhere",
    )
    group.add_argument(
        "--allow-concurrent",
        dest="concurrent",
        action="store_true",
        default=default.concurrent_transactions,
        help="let a tag charge at several places at once (default)",
    )
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
    add(
        "--fault",
        action="append",
        default=list(default.faults),
        metavar="NAME",
        help="switch a deliberate defect on; may be repeated",
    )
    add(
        "--create-token",
        metavar="NAME",
        help="make a token that lets other machines use the API of this --database, print it and exit",
    )
    add("--list-faults", action="store_true", help="print the deliberate defects and exit")
    add(
        "--log-format",
        choices=get_args(logs.Format),
        default="text",
        help="json: a JSON object per line (default %(default)s)",
    )
    add("--log-level", default="warning", choices=("debug", "info", "warning", "error"))
    return parser
