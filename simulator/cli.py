"""`plugproof station`: a station to talk to, from the command line. Ctrl-C ends it.

Exit codes: 0 ended as asked, 1 the session did not come about or the script has failed, 2 a wrong argument or no
connection.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial

from ocppj.peer import ConnectFailed
from simulator import options, scripts
from simulator.arguments import UsageError
from simulator.events import NotReached
from simulator.station import Station
from simulator.views import views

OK, FAILED, USAGE = 0, 1, 2

Work = Callable[[Station], Awaitable[None]]


class SessionFailed(Exception):
    """`--session` or `--script` did not get where it was to go; the text says how far it came."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `plugproof station` with these arguments (without the command's own name); returns the exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    own = argv.index("--") if "--" in argv else len(argv)
    try:
        given = options.parser().parse_args(argv[:own])
    except SystemExit as exit:  # argparse has said what was wrong, or printed the help
        return OK if exit.code in (0, None) else USAGE
    try:
        if given.show:
            return _show(given)
        work = _work(given, argv[own + 1 :])
        asyncio.run(_run(options.station_of(given), given, work))
    except (UsageError, ConnectFailed) as error:
        return _complain(str(error), USAGE)
    except (SessionFailed, scripts.ScriptFailed) as error:
        return _complain(str(error), FAILED)
    except KeyboardInterrupt:  # where signal handlers cannot be set
        return OK
    return OK


def _complain(sentence: str, code: int) -> int:
    for line in sentence.splitlines():
        print(f"plugproof station: {line}", file=sys.stderr)
    return code


def _show(given: argparse.Namespace) -> int:
    model = options.model_of(given)
    if model is None:
        raise UsageError("--show prints a model; name it with --model")
    print(model.text, end="")
    return OK


async def _run(station: Station, given: argparse.Namespace, work: Work) -> None:
    """Until the work is done, or for ever; SIGINT, SIGTERM and a view end it."""
    ready = asyncio.Event()
    task = asyncio.create_task(_live(station, work, ready))

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
            with suppress(asyncio.CancelledError):
                await task
        finally:
            task.cancel()
            await station.stop()


async def _live(station: Station, work: Work, ready: asyncio.Event) -> None:
    await ready.wait()
    await station.start()
    await work(station)


def _work(given: argparse.Namespace, arguments: Sequence[str]) -> Work:
    """What the command is for. Raises `UsageError`, `ScriptFailed`."""
    if arguments and given.script is None:
        raise UsageError(f"-- {' '.join(arguments)}: arguments after -- are for a script; add --script FILE")
    if given.script is not None and given.session:
        raise UsageError("--script and --session exclude each other; leave one out")
    if given.script is not None:
        return partial(_script, given, scripts.load(given.script, arguments), arguments)
    return partial(_session, given) if given.session else _forever


async def _forever(station: Station) -> None:
    await asyncio.get_running_loop().create_future()


async def _script(
    given: argparse.Namespace, scenario: scripts.Scenario, arguments: Sequence[str], station: Station
) -> None:
    """The script begins when the CSMS has accepted the station."""
    try:
        await station.until(lambda s: s.online, within=given.patience)
    except NotReached:
        said = station.registration or "nothing"
        raise SessionFailed(f"the script did not begin: the CSMS has answered {said} to BootNotification") from None
    await scripts.run(scenario, given.script, station, arguments)


async def _session(given: argparse.Namespace, station: Station) -> None:
    connector = station.connector(1)
    try:
        await station.until(lambda s: s.online, within=given.patience)
        await station.plug_in(1)
        await station.present(given.tag, 1)
        await station.until(lambda _: connector.transaction is not None, within=0)
        await station.clock.sleep(given.seconds)
        if connector.transaction is not None:  # the CSMS may have ended it
            await station.present(given.tag, 1)
        await station.until(lambda s: not s.queued, within=given.patience)
        await station.unplug(1)
        await station.delivered()
    except NotReached:
        state = f"registration {station.registration or 'unanswered'}, connector 1 {connector.status}"
        queued = f", {station.queued} messages unsent" if station.queued else ""
        raise SessionFailed(f"the session did not come about: {state}{queued}; see the lines above") from None


if __name__ == "__main__":
    sys.exit(main())
