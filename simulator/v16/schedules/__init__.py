"""Smart charging as a station does it (1.6 §3.13): pure functions, profiles and time in, answers and limits out.

`Site` says what the station is built of, `Book` holds its profiles, `Running` tells of a transaction; a `Situation` is
the three together. `set_profile`, `Book.clear` and `composite_schedule` answer the three requests, `limit_at` gives the
meter its limit and the timer its moment.
"""

from simulator.v16.schedules.allowance import Allowance, limit_at
from simulator.v16.schedules.book import EMPTY, Book
from simulator.v16.schedules.composite import composite_schedule
from simulator.v16.schedules.layers import in_force
from simulator.v16.schedules.profile import BadProfile, ChargingProfile, parse
from simulator.v16.schedules.rules import Outcome, remote_start_refusal, set_profile
from simulator.v16.schedules.site import Limits, Site, Supply
from simulator.v16.schedules.situation import Running, Situation

__all__ = [
    "EMPTY",
    "Allowance",
    "BadProfile",
    "Book",
    "ChargingProfile",
    "Limits",
    "Outcome",
    "Running",
    "Site",
    "Situation",
    "Supply",
    "composite_schedule",
    "in_force",
    "limit_at",
    "parse",
    "remote_start_refusal",
    "set_profile",
]
