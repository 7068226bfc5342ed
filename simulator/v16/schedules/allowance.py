"""What a connector may draw now, and when to ask again: for the meter and its one timer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from simulator.v16.schedules.layers import of_connector, of_station
from simulator.v16.schedules.moments import instant, moment
from simulator.v16.schedules.sharing import Demand, shares
from simulator.v16.schedules.situation import Situation


class Allowance(NamedTuple):
    """At most `watt` in total on `phases` phases until `until`; None: until something happens at the station."""

    watt: float
    phases: int
    until: datetime | None


def limit_at(situation: Situation, connector: int, now: datetime) -> Allowance:
    """The limit of a connector at an instant, local limits and the other running transactions included.

    For an idle connector it is what a transaction that begins now would get. Ask again at `until`, and after each
    change of the book or of the transactions. Raises ValueError when there is no such connector.
    """
    site, at = situation.site, instant(now)
    if not site.has(connector):
        raise ValueError(f"connector {connector} is not one of the {len(site.connectors)} of this station")
    order = sorted(situation.running, key=lambda one: (situation.running[one].started, one))
    if connector not in situation.running:
        order.append(connector)
    station = of_station(situation, at)
    layers = [of_connector(situation, one, at, at) for one in order]
    demands = [Demand(layer.cap.within(station.cap, fewer=layer.fewer), layer.minimum) for layer in layers]
    mine = order.index(connector)
    power = shares(demands, station.cap, site.voltage)[mine]
    until = min(station.until, *(layer.until for layer in layers))
    return Allowance(power / 10, demands[mine].cap.phases, moment(until))
