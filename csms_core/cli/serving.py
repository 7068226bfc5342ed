"""The event loop of the process: the CSMS opened, announced, and closed when it is asked to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Sequence

from csms_core.cli import garbage
from csms_core.cli.ending import INTERRUPTED, REFUSED, USAGE, Ending, leave_now
from csms_core.config.contradictions import SettingsError
from csms_core.config.model import Config
from csms_core.csms import Csms
from csms_core.faults.switchboard import NotForOneStation, UnknownFault
from csms_core.gateway import sockets
from csms_core.gateway.sockets import CannotListen
from csms_core.hub.version import Version
from csms_core.pki import PkiError, PkiUnusable
from csms_core.store import StoreError, UrlError

log = logging.getLogger(__name__)

SWITCH_INTERVAL = 0.0005
"""Seconds the thread of the event loop may go on while the writer wants to. The writer asks several times in each
booking; with Python's 5 ms, one busy station makes the bookings of all others wait."""


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Raises Ending when it cannot be opened."""
    sockets.allow_open_files()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(config))


async def _serve(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # not on Windows, where Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    async with contextlib.AsyncExitStack() as stack:
        opening = asyncio.create_task(_open(config, stack))
        await asyncio.wait((opening, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            await _give_up(opening)
        csms = opening.result()
        ready = {"event": "ready", "url": csms.url, "api": csms.api_url}
        if csms.tls_url:
            ready["tls_url"] = csms.tls_url
        garbage.settle()
        sys.setswitchinterval(SWITCH_INTERVAL)
        log.info("ready")
        print(json.dumps(ready), flush=True)
        # the first diagnosis imports its library, which would stop everybody for 0.1 s
        await asyncio.to_thread(_diagnose, csms.versions)
        await stopping
        log.info("stopping")
    log.info("stopped")


async def _open(config: Config, stack: contextlib.AsyncExitStack) -> Csms:
    try:
        return await stack.enter_async_context(Csms(config))
    except (SettingsError, UnknownFault, NotForOneStation, UrlError) as error:
        raise Ending(USAGE, str(error)) from None
    except (StoreError, CannotListen, PkiUnusable) as error:
        raise Ending(REFUSED, str(error)) from None
    except PkiError as error:
        raise Ending(USAGE, str(error)) from None
    except OSError as error:  # a folder that cannot be made, a disk that is full
        where = f" at {error.filename}" if error.filename else ""
        raise Ending(
            REFUSED, f"The CSMS cannot be opened ({error.strerror or error}{where}); make room or choose another place."
        ) from None


def _diagnose(versions: Sequence[Version]) -> None:
    for version in versions:
        action = next(iter(version.protocol.actions))
        version.schemas.diagnose(action, "call", {"unknown": True})


async def _give_up(opening: asyncio.Task[Csms]) -> None:
    """It was asked to end before it was ready: nothing was promised to anybody, and what is under way may hang."""
    opening.cancel()
    await asyncio.wait((opening,))
    print("plugproof csms: interrupted before it was ready", file=sys.stderr)
    leave_now(INTERRUPTED)


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop
