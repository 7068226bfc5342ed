"""What `plugproof station` does: brings the station up with its views, and lets it be, charge once or play a script."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial

from ocppj.errors import ConnectFailed
from ocppj.evidence.outside import LogLines, shown
from simulator.cli import going_online, scripts
from simulator.cli.version import Station
from simulator.cli.versions import version
from simulator.cli.views import views
from simulator.kernel.errors import NotDone
from simulator.kernel.store import StoreError
from simulator.options.station import Given, model_of, station_of, values_of
from simulator.options.usage import Exit, UsageError

Work = Callable[[Station], Awaitable[None]]


class Interrupted(Exception):
    """SIGINT or SIGTERM came before what was asked for was done."""


def station(given: Given, arguments: Sequence[str]) -> int:
    """Run it; `arguments` are for the script. Returns the exit code."""
    handler = logging.StreamHandler()
    handler.setFormatter(LogLines("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    try:
        values_of(given)
        if given.show:
            return _show(given)
        work = _work(given, arguments)
        asyncio.run(_run(station_of(given), given, work))
    except UsageError as error:
        return _complain(str(error), Exit.USAGE)
    except (ConnectFailed, going_online.NotConnected, StoreError) as error:
        return _complain(str(error), Exit.ERRORS)
    except (NotDone, scripts.ScriptFailed) as error:
        return _complain(str(error), Exit.FAILED)
    except Interrupted:
        what = "the script" if given.script else "the session"
        return _complain(f"interrupted; {what} was not over", Exit.INTERRUPTED)
    except KeyboardInterrupt:  # where signal handlers cannot be set
        return Exit.INTERRUPTED if given.script or given.session else Exit.OK
    except BrokenPipeError:  # who reads our output went away; the entry point knows what to do
        raise
    except OSError as error:
        return _complain(f"the output cannot be written ({error.strerror})", Exit.ERRORS)
    return Exit.OK


def _complain(sentence: str, code: int) -> int:
    for line in sentence.splitlines():
        print(f"plugproof station: {shown(line)}", file=sys.stderr)
    return code


def _show(given: Given) -> int:
    model = model_of(given)
    if model is None:
        raise UsageError("--show prints a model; name it with --model")
    print(model.text, end="", flush=True)
    return Exit.OK


async def _run(station: Station, given: Given, work: Work) -> None:
    """Until the work is done, or for ever; SIGINT, SIGTERM and a view end it. Raises `Interrupted` amid work."""
    ready = asyncio.Event()
    task = asyncio.create_task(_live(work, station, ready))

    def end() -> None:
        task.cancel()

    async with AsyncExitStack() as stack:
        try:
            for view in views(station, given, end):
                await stack.enter_async_context(view)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                # not on Windows, and not beside the main thread
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, end)
            ready.set()
            try:
                await task
            except asyncio.CancelledError:
                if given.session or given.script is not None:
                    raise Interrupted from None
        finally:
            task.cancel()
            await station.stop()


async def _live(work: Work, station: Station, ready: asyncio.Event) -> None:
    await ready.wait()
    await work(station)


def _work(given: Given, arguments: Sequence[str]) -> Work:
    """What the command is for. Raises `UsageError`, `ScriptFailed`."""
    if arguments and given.script is None:
        raise UsageError(f"-- {' '.join(arguments)}: arguments after -- are for a script; add --script FILE")
    if given.script is not None and given.session:
        raise UsageError("--script and --session exclude each other; leave one out")
    if given.script is not None:
        return partial(_script, given, scripts.load(given.script, arguments), arguments)
    return partial(_session, given) if given.session else _forever


async def _forever(station: Station) -> None:
    await station.start()
    await asyncio.get_running_loop().create_future()


async def _script(given: Given, scenario: scripts.Scenario, arguments: Sequence[str], station: Station) -> None:
    assert given.script is not None
    await going_online.get_online(station, given.patience, "the script")
    await scripts.run(scenario, given.script, station, arguments)


async def _session(given: Given, station: Station) -> None:
    session = version(given.ocpp).session(station)
    await going_online.get_online(station, given.patience, "the session")
    await session.charge(given.tag, given.seconds, given.patience)
