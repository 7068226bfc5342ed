"""What `--background` asks for: so many stations at an even pace, or a load profile that plays while the cases run."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from harness.case.verdicts import HarnessError
from simulator.fleet import Fleet
from simulator.fleet.cli.options import Given, plan_of, with_profile
from simulator.fleet.cli.running import hopeless_of, limits_of
from simulator.fleet.profile.reading import Profile, ProfileError
from simulator.fleet.profile.stages import begins
from simulator.fleet.report.judging.limits import BadLimit, Limit
from simulator.kernel.errors import BadValue, UnknownKey
from simulator.options.usage import UsageError

if TYPE_CHECKING:
    from simulator.fleet import Plan

RAMP: Final = 50.0
"""Stations at an even pace that are switched on a second."""
GRACE: Final = 3.0
"""Seconds they have in the end to stop what runs."""
MOST: Final = 5_000
"""Stations in the background: they share the machine with the cases."""
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9_.,]*")
_NOWHERE: Final = "ws://127.0.0.1/"
_OF_THE_CREW: Final = frozenset({"processes", "id_prefix", "tag"})
"""Keys of a profile that say who the stations are, what their drivers hold, and how many processes they are."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """``given`` is what the user wrote: a load profile, or without ``profile`` the number of ``stations``.

    The cases wait for the stations that are switched on ``settles_after`` seconds after the first one. All have
    ``grace`` seconds for an orderly end.
    """

    given: str
    stations: int
    settles_after: float
    grace: float
    profile: Profile | None = None

    @property
    def described(self) -> str:
        """What keeps the CSMS busy, in a few words."""
        stations = f"{self.stations} station{'s' * (self.stations != 1)}"
        return stations if self.profile is None else f"{stations} of the load profile {self.profile.name}"


def wanted(given: str) -> Wanted:
    """Read the option. Raises ``HarnessError`` with a sentence for each mistake."""
    if _NUMBER.fullmatch(given):
        if not (given.isdecimal() and 1 <= int(given) <= MOST):
            raise HarnessError(
                f"--background {given}: it is a number of stations from 1 to {MOST}, or a load profile by name or file"
            )
        return Wanted(given=given, stations=int(given), settles_after=int(given) / RAMP, grace=GRACE)
    try:
        profile = Profile.load(given)
        plan = plan_for(profile, _NOWHERE)
        judgement(profile)
        asyncio.run(_tried(plan))
    except ProfileError as error:
        raise HarnessError("\n".join(f"--background: {sentence}" for sentence in error.sentences)) from None
    except (UsageError, BadLimit, BadValue, UnknownKey) as error:
        raise HarnessError(f"--background {given}: {error}") from None
    if plan.stations > MOST:
        raise HarnessError(
            f"--background {given}: {plan.stations} stations are too many beside the cases, {MOST} at the most; "
            "play the profile with plugproof fleet on another machine"
        )
    return Wanted(
        given=given, stations=plan.stations, settles_after=_settles_after(plan), grace=plan.grace, profile=profile
    )


async def _tried(plan: Plan) -> None:
    """A fleet looks at the configuration keys of its stations when it is made."""
    await Fleet(plan).close()


def plan_for(profile: Profile, url: str, *, ca_file: str | None = None) -> Plan:
    """The plan of a profile for a CSMS at ``url``. Raises ``UsageError``."""
    own = {name: value for name, value in profile.options.items() if name not in _OF_THE_CREW}
    alone = replace(profile, options=own)
    return plan_of(with_profile(Given(url=url, ca_file=ca_file), alone, ()), alone)


def judgement(profile: Profile) -> tuple[list[Limit], list[Limit]]:
    """The limits of a profile, and those that end the load. Raises ``BadLimit``."""
    return limits_of(profile.options.get("limit", ()), profile), hopeless_of(profile.options.get("abort_on", ()))


def _settles_after(plan: Plan) -> float:
    """When all stations are switched on that the first stage brings, in seconds from the beginning of the load."""
    if not plan.stages:
        return plan.full()
    at = next(number for number, stage in enumerate(plan.stages) if stage.share)
    end = begins(plan.stages)[at] + plan.stages[at].length
    return max(move.at for move in plan.moves() if move.at < end)
