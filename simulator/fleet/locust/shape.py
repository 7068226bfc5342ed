"""A load profile as a shape of locust: how many users there are, and how quickly they come and go.

    class Monday(ProfileShape):
        profile = "monday-morning-storm"

What else a profile says (drivers, outages, makes, limits) is done by the fleet in each process, as without locust.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import gevent
import locust

from simulator.fleet.locust.steps import Step, at, soon, steps
from simulator.fleet.locust.wanted import Wanted
from simulator.options.usage import UsageError

log = logging.getLogger(__name__)

BEHIND: Final = 0.1
"""Seconds from the moment at which a stage begins to that at which stations come or go: the fleets begin it first."""

_NOWHERE: Final = "ws://127.0.0.1"
"""An endpoint for a plan that only says who is there."""


class ProfileShape(locust.LoadTestShape):  # type: ignore[misc]
    """Plays the load profile that `profile` or `--load-profile` names; options beside it win."""

    abstract = True
    use_common_options = True  # --users, --spawn-rate and --run-time win over the profile

    profile: ClassVar[str | None] = None
    """A name or a file; `--load-profile` wins."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: Sequence[Step] = ()
        self._duration = 0.0

    def reset_time(self) -> None:
        """The time of the run begins. It is the first thing that locust does, so the options are looked at here."""
        super().reset_time()
        environment: Any = getattr(self.runner, "environment", None)
        if environment is None:
            return
        try:
            wanted = Wanted.of(environment.parsed_options, _NOWHERE, self.profile, is_form=True)
            plan = wanted.settled().plan
        except UsageError as error:
            log.error("%s", error)
            self._steps = ()
            return
        self._steps, self._duration = steps(plan), plan.duration

    def tick(self) -> tuple[int, float] | None:
        """How many users there are to be, and how many come or go a second; None: the time is over."""
        now = max(0.0, self.get_run_time() - BEHIND)
        edge = soon(self._steps, self._duration, now)
        if edge is not None:  # locust asks once a second, and would be late
            gevent.sleep(edge - now)
            now = edge
        step = at(self._steps, now)
        return None if step is None or now >= self._duration else (step.users, step.rate)
