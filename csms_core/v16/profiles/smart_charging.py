"""Smart Charging profile: what may be sent, and what the answers leave behind (OCPP 1.6 §3.13, §5.5, §5.16).

The rules of a profile alone are in `charging_rules`; here they meet what is known of the station. How a profile goes
with its transaction is booked in `store.transactions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.exchanges import Exchange, books
from csms_core.hub.handling.answers import is_accepted
from csms_core.hub.registry import Payload, Registry
from csms_core.v16.profiles import charging_rules
from csms_core.v16.profiles.charging_rules import Limits
from csms_core.v16.store import charging_profiles, configuration
from ocppj.times import timestamp

registry = Registry()


def limits(connection: Connection, identity: str) -> Limits:
    """What the station can take, out of its last GetConfiguration.conf (SC-18)."""

    def limit(key: str) -> int | None:
        return configuration.limit(connection, identity, key)

    units = configuration.value(connection, identity, "ChargingScheduleAllowedChargingRateUnit")
    return Limits(
        max_stack_level=configuration.number(connection, identity, "ChargeProfileMaxStackLevel"),
        max_periods=limit("ChargingScheduleMaxPeriods"),
        max_installed=limit("MaxChargingProfilesInstalled"),
        units=None if units is None else frozenset(unit.strip() for unit in units.split(",") if unit.strip()),
    )


@registry.checks("SetChargingProfile")
def check_set(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """SC-01, SC-07, SC-09, SC-18, VAL-08."""
    connector_id, profile = payload["connectorId"], payload["csChargingProfiles"]
    sentences = charging_rules.against_set(connector_id, profile)
    installed = charging_profiles.installed(connection, station.identity, connector_id, profile)
    known = limits(connection, station.identity)
    return _joined(chain(sentences, charging_rules.against_limits(profile, known, installed)))


@registry.checks("RemoteStartTransaction")
def check_remote_start(connection: Connection, station: StationContext, payload: Payload) -> str | None:
    """RMT-03 and the rules of the profile."""
    if "chargingProfile" not in payload:
        return None
    known = limits(connection, station.identity)
    profile = payload["chargingProfile"]
    return _joined(
        chain(charging_rules.against_remote_start(payload), charging_rules.against_limits(profile, known, 0))
    )


def _joined(sentences: Iterable[str]) -> str | None:
    return " ".join(sentences) or None


@books(registry, "SetChargingProfile")
def book_set(connection: Connection, exchange: Exchange) -> None:
    """Keep a profile the station has accepted."""
    if is_accepted(exchange.answer):
        connector_id, profile = exchange.payload["connectorId"], exchange.payload["csChargingProfiles"]
        at = timestamp(exchange.at)
        charging_profiles.book_set(connection, exchange.identity, connector_id, profile, at)


@books(registry, "RemoteStartTransaction")
def book_remote_start(connection: Connection, exchange: Exchange) -> None:
    """Keep the profile of a remote start the station has accepted, until its transaction begins."""
    payload = exchange.payload
    if is_accepted(exchange.answer) and "chargingProfile" in payload:
        connector_id, profile = payload.get("connectorId"), payload["chargingProfile"]
        at = timestamp(exchange.at)
        charging_profiles.book_remote_start(connection, exchange.identity, connector_id, payload["idTag"], profile, at)


@books(registry, "ClearChargingProfile")
def book_clear(connection: Connection, exchange: Exchange) -> None:
    """Forget what was cleared; Unknown says that the station has no such profile either."""
    if exchange.outcome == "answered":
        charging_profiles.book_clear(connection, exchange.identity, exchange.payload)
