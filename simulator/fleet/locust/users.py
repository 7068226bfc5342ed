"""The stations of the fleet as users of locust, for load from many machines (docs/load.md, "Locust"). Needs the extra
`load`.

    from simulator.fleet.locust.users import StationUser

    class Station(StationUser):
        pass

A user is a handle: its station is switched on when it starts and taken away when it stops, and lives in the fleet's
thread. Only `simulator.fleet.locust` imports locust: it patches the process.
"""

from __future__ import annotations

from typing import Any

import gevent
import locust

from simulator.fleet.locust import hooks as hooks  # it hears what locust tells
from simulator.fleet.locust import run
from simulator.fleet.locust.shape import ProfileShape

__all__ = ["ProfileShape", "StationUser"]


class StationUser(locust.User):  # type: ignore[misc]
    """One station of the fleet. `--host` is the endpoint of the CSMS.

    With tasks of its own a class does these beside what its station does by itself; `--session-every 0` leaves the
    drivers to them.
    """

    abstract = True

    number = 0
    """Of its station, from 1."""

    stays_with_its_station = False
    """Whether nobody else may get its station while others are stopped: so it is with tasks of its own."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        own = [task for task in cls.tasks if task is not StationUser.live]
        cls.tasks, cls.stays_with_its_station = own or cls.tasks, bool(own)

    @property
    def identity(self) -> str:
        """The identity of its station."""
        return run.now.identity(self.number)

    def on_start(self) -> None:
        """The station is switched on."""
        run.now.comes(self)

    @locust.task  # type: ignore[untyped-decorator]
    def live(self) -> None:
        """Whatever the station does, it does in the fleet's thread. A class with tasks of its own has not this one."""
        gevent.sleep(3600.0)

    def does(self, verb: str, *arguments: Any, **named: Any) -> Any:
        """Have the station do something, and wait until it is done: `self.does("plug_in", 1)`.

        The verbs are the methods of `simulator.Station`. Raises what the station raises, such as `NotPossible`.
        """
        return run.now.thread.does(self.number, verb, *arguments, **named)

    def on_stop(self) -> None:
        """The station stops its session, says what it has to say, and is taken away."""
        run.now.goes(self)
