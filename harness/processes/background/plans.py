"""The plan of the background stations: a load profile, or an even pace; with the names and the cards of the crew."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from harness.processes.background.wanted import RAMP, judgement, plan_for
from simulator.fleet import Plan
from simulator.fleet.profile.reading import Profile
from simulator.fleet.report.judging.limits import Limit

LONGEST: Final = 4 * 3600.0
"""Seconds after which stations at an even pace leave by themselves."""
SESSION_EVERY, SESSION_LENGTH, METER_EVERY = 5.0, 10.0, 2.0
"""Mean seconds without a driver and with one, and between meter values: about one CALL a second for each station."""


@dataclass(frozen=True)
class NamedPlan(Plan):
    """A plan whose stations have the names and cards they were given."""

    identities: tuple[str, ...] = ()

    def identity(self, number: int) -> str:
        """The identity of a station; number 0 is the fleet's trial of its settings."""
        return self.identities[number - 1]

    def tag(self, number: int, turn: int) -> str:
        """One card for each station as far as there are enough, so that no two want to charge with the same."""
        return self.tags[(number - 1) % len(self.tags)]


@dataclass(frozen=True)
class Part:
    """What the process of the stations plays, and what it is judged by."""

    plan: NamedPlan
    settles_after: float  # seconds from the beginning until those are switched on that the cases wait for
    is_profile: bool = False
    limits: Sequence[Limit] = ()
    hopeless: Sequence[Limit] = ()


def part_of(facts: Mapping[str, Any]) -> Part:
    """The part of a crew (`Crew.facts`)."""
    plan = plan_of(facts)
    if facts["profile"] is None:
        return Part(plan, facts["settles_after"])
    limits, hopeless = judgement(Profile.load(facts["profile"]))
    return Part(plan, facts["settles_after"], True, limits, hopeless)


def plan_of(facts: Mapping[str, Any]) -> NamedPlan:
    """The plan of a crew (`Crew.facts`)."""
    crew: dict[str, Any] = {
        "stations": len(facts["identities"]),
        "identities": tuple(facts["identities"]),
        "tags": tuple(facts["tags"]),
        "seed": facts["seed"],
        "auth_key": None if facts["auth_key"] is None else bytes.fromhex(facts["auth_key"]),
    }
    if facts["profile"] is not None:
        plan = plan_for(Profile.load(facts["profile"]), facts["url"], ca_file=facts["ca_file"])
        return NamedPlan(**{one.name: getattr(plan, one.name) for one in fields(Plan) if one.init} | crew)
    return NamedPlan(
        facts["url"],
        **crew,
        ramp=RAMP,
        duration=LONGEST,
        session_every=SESSION_EVERY,
        session_length=SESSION_LENGTH,
        meter_every=METER_EVERY,
        call_timeout=facts["message_s"],
        grace=facts["grace"],
        ssl=ssl.create_default_context(cafile=facts["ca_file"]) if facts["url"].startswith("wss:") else None,
    )
