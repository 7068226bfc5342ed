"""The views of `plugproof station`: which of them an invocation gets, loaded when they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from simulator.cli.version import Station
from simulator.cli.versions import version
from simulator.options.station import Given
from simulator.views import lines
from simulator.views.api import options as api_options
from simulator.views.terminal import options as terminal_options

View = AbstractAsyncContextManager[object]


def views(station: Station, given: Given, end: Callable[[], None]) -> list[View]:
    """What shows the station or lets somebody act on it, from before it is switched on until after it is off.

    `end` ends the command, as Ctrl-C does. Raises `UsageError`, as a view does, for what was asked for and cannot be.
    """
    way, has_api = terminal_options.way(given), api_options.wanted(given)
    if way == "lines" and not has_api:
        return [lines.serve(station, given, end)]
    from simulator.views.record import Record

    record = Record(station, version(given.ocpp).catalogue)
    found: list[View] = []

    def say(kind: str, text: str) -> None:
        if way == "live":
            record.note(kind, text)
        else:
            lines.show(station, kind, text)

    if way == "live":
        from simulator.views.terminal import live

        found.append(live.serve(record, end))
    else:
        found.append(lines.serve(station, given, end))
    if way == "commands":
        from simulator.views.terminal import plain

        found.append(plain.serve(record, end))
    if has_api:
        from simulator.views.api import serving

        found.append(serving.serve(record, given, say))
    return found
