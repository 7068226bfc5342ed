"""The purposes combined: what one connector may draw, and what the station may.

1.6 §3.13.1 and §3.13.3, erratum 3.8; rules SC-04 and SC-06.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.v16.schedules.cap import Cap, full
from simulator.v16.schedules.moments import instant
from simulator.v16.schedules.profile import ChargingProfile, tenths
from simulator.v16.schedules.site import Supply
from simulator.v16.schedules.situation import Situation
from simulator.v16.schedules.timeline import Piece, is_valid, prevailing


class Layer(NamedTuple):
    """The cap that holds up to `until`; `minimum` is minChargingRate in tenths of a watt.

    `fewer`: charging may go on with fewer phases.
    """

    cap: Cap
    until: int
    fewer: bool = True
    minimum: int = 0


def of_connector(situation: Situation, connector: int, at: int, now: int) -> Layer:
    """What a connector may draw at an instant by its local limit and its own profiles, whatever the station has left.

    Without a transaction the answer is for one that begins `now`.
    """
    site, running = situation.site, situation.running.get(connector)
    supply = site.connectors[connector - 1]
    phases, fewer = supply.phases, True
    if running is not None and running.phases is not None:
        phases, fewer = min(phases, running.phases), site.switches
    cap = _local(supply, phases, site.voltage)
    ruling, until = _of_transaction(situation, connector, at, now if running is None else instant(running.started))
    if ruling is None:
        return Layer(cap, until, fewer)
    schedule, period = ruling
    cap = cap.under(schedule, period, site.voltage, fewer=fewer)
    minimum = 0 if schedule.minChargingRate is None else tenths(schedule.minChargingRate)
    if schedule.chargingRateUnit == "A":
        minimum *= site.voltage * cap.phases
    return Layer(cap, until, fewer, minimum)


def in_force(situation: Situation, connector: int, at: int) -> list[ChargingProfile]:
    """The profiles that limit a running transaction at an instant: its own first, then that of the station."""
    own = _of_transaction(situation, connector, at, instant(situation.running[connector].started))
    schedules = [found.ruling[0] for found in (own, _of_grid(situation, at)) if found.ruling is not None]
    profiles = [one.csChargingProfiles for one in situation.book.installed]
    return [one for schedule in schedules for one in profiles if one.chargingSchedule is schedule]


def of_station(situation: Situation, at: int) -> Layer:
    """What all connectors may draw together: the connection to the grid, and a ChargePointMaxProfile below it."""
    site = situation.site
    if site.station is None:
        cap = full(sum(supply.tenths for supply in site.connectors), site.phases(0), site.voltage)
    else:
        cap = _local(site.station, site.station.phases, site.voltage)
    ruling, until = _of_grid(situation, at)
    if ruling is not None:
        cap = cap.under(*ruling, site.voltage, fewer=True)
    return Layer(cap, until)


def _local(supply: Supply, phases: int, voltage: int) -> Cap:
    cap = full(supply.tenths, phases, voltage)
    return cap if supply.power is None else cap._replace(power=min(cap.power, tenths(supply.power)))


def _of_grid(situation: Situation, at: int) -> Piece:
    stack = situation.book.stack("ChargePointMaxProfile", 0)
    return prevailing(((one.csChargingProfiles, instant(one.received)) for one in stack), at)


def _of_transaction(situation: Situation, connector: int, at: int, began: int) -> Piece:
    """The TxProfiles, or the TxDefaultProfiles while no TxProfile of the transaction is valid.

    A TxProfile overrules the default also after its own schedule has ended (1.6 §3.13.1; OCTT TC_066_CS).
    """
    until = None
    if connector in situation.running:
        profiles = [one.csChargingProfiles for one in situation.book.stack("TxProfile", connector)]
        found = prevailing(((profile, began) for profile in profiles), at)
        if found.ruling is not None or any(is_valid(profile, at) for profile in profiles):
            return found
        until = found.until
    stack = situation.book.stack("TxDefaultProfile", connector)
    default = prevailing(((one.csChargingProfiles, began) for one in stack), at)
    return default if until is None else Piece(default.ruling, min(default.until, until))
