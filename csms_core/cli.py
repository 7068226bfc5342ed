"""Command line of the reference CSMS: `python -m csms_core` and `plugproof csms`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import signal
import sys
from collections.abc import Sequence

from csms_core import logs, tokens
from csms_core.config import Config
from csms_core.csms import Csms
from csms_core.faults import CATALOGUE, NotForOneStation, UnknownFault
from csms_core.net import CannotListen
from csms_core.options import parse
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
        options, config = parse(argv)
    except SettingsError as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    if options.list_faults:
        for fault in CATALOGUE.values():
            print(f"{fault.name:50} {fault.sentence}")
        return 0
    if options.create_token is not None:
        return _create_token(config.database, options.create_token)
    if options.init_pki is not None:
        return _init_pki(options.init_pki, options.pki_host or DEFAULT_HOSTS, config.operator or DEFAULT_OPERATOR)
    logs.set_up(config.log_level, config.log_format)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(config))
    except (StoreError, CannotListen, UnknownFault, NotForOneStation, SettingsError, PkiError) as error:
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
        # the first diagnosis imports its library, which would stop everybody for 0.1 s
        await asyncio.to_thread(csms.schemas.diagnose, "Heartbeat", "call", {"unknown": True})
        await stop.wait()


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


def _create_token(database: str, name: str) -> int:
    try:
        token = asyncio.run(tokens.create(database, name))
    except (StoreError, tokens.TokenError) as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    print(token)
    return 0


def _init_pki(folder: str, hosts: Sequence[str], operator: str) -> int:
    try:
        pki = Pki.create(folder, hosts, operator)
    except PkiError as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return USAGE
    print(f"The certificate authority is in {pki.folder}; stations trust {pki.roots_file.name} in it.")
    print(f"Start the CSMS with --pki {pki.folder} to use it.")
    return 0
