"""Drivers of your own under locust: what they do is a task, and how many stations there are says a shape of your own.

    locust -f examples/locustfile_drivers.py --host ws://127.0.0.1:9000/ocpp --headless --session-every 0 --tag TAG-1

The numbers of a load profile instead of those below:

    from simulator.fleet.locust.users import ProfileShape

    class Monday(ProfileShape):
        profile = "monday-morning-storm"
"""

from contextlib import suppress

import gevent
from locust import LoadTestShape, between, task

from simulator import NotPossible
from simulator.fleet.locust.users import StationUser


class Driver(StationUser):
    """Plugs in, charges for a moment, and leaves; `--session-every 0` keeps all other drivers away."""

    wait_time = between(0.2, 0.5)
    is_charging = False

    @task  # type: ignore[untyped-decorator]
    def charge(self) -> None:
        """A session. Every CALL that comes of it is a request of its own, so nothing is measured here."""
        (tag, *_) = self.environment.parsed_options.tag or ["TAG-1"]
        self.does("until", lambda station: station.online, within=30)
        self.is_charging = True
        self.does("plug_in", 1)
        self.does("present", tag, 1)
        gevent.sleep(0.5)
        self.does("present", tag, 1)
        self.does("unplug", 1)
        self.is_charging = False

    def on_stop(self) -> None:
        """Whoever is stopped in the middle of a session ends it first."""
        if self.is_charging:
            with suppress(NotPossible):  # it was about to plug in, or has just unplugged
                self.does("unplug", 1)
        super().on_stop()


class Steps(LoadTestShape):  # type: ignore[misc]
    """A station more each second, up to four, and the end after six seconds."""

    def tick(self) -> tuple[int, float] | None:
        """How many there are to be, and how many come or go a second."""
        seconds = self.get_run_time()
        return None if seconds >= 6 else (min(4, 1 + int(seconds)), 1)
