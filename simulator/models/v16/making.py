"""What a model says about hardware and profiles, as the facts and features of a station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.hardware.make import INSTALLATION, REBOOT, Facts, Outlet
from simulator.hardware.meter import VOLTAGE
from simulator.models.v16 import keys
from simulator.v16.core.configuration import Key
from simulator.v16.core.measurands import MEASURANDS
from simulator.v16.feature import Feature, blueprint
from simulator.v16.profiles.diagnostics import Diagnostics
from simulator.v16.profiles.firmware import FirmwareUpdates
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.profiles.logs import Logs
from simulator.v16.profiles.reservation import Reservations
from simulator.v16.profiles.security import (
    Certificates,
    ChargePointCertificate,
    ExtendedTrigger,
    SecurityEvents,
    SecurityProfiles,
)
from simulator.v16.profiles.smart_charging import SmartCharging
from simulator.v16.profiles.triggers import RemoteTrigger
from simulator.v16.station import FEATURES, Station

__all__ = ["DC_VOLTAGE", "Made", "Station", "contradictions", "facts", "features", "made", "station"]

DC_VOLTAGE = 400
"""Volt at the cable of a DC connector that says nothing else."""

_OF_PROFILE: Final[Mapping[str, frozenset[type[Feature]]]] = {
    "FirmwareManagement": frozenset({FirmwareUpdates, Diagnostics}),
    "LocalAuthListManagement": frozenset({LocalList}),
    "Reservation": frozenset({Reservations}),
    "SmartCharging": frozenset({SmartCharging}),
    "RemoteTrigger": frozenset({RemoteTrigger}),
}
_SECURITY: Final[frozenset[type[Feature]]] = frozenset(
    {SecurityProfiles, SecurityEvents, Certificates, ChargePointCertificate, Logs, ExtendedTrigger}
)


@dataclass(frozen=True, slots=True)
class Made:
    """What a station of a model is made of, beside what it says of itself when it boots."""

    facts: Facts
    features: tuple[type[Feature], ...]
    keys: tuple[Key, ...]  # that are not as usual


def made(document: Mapping[str, Any]) -> tuple[Made, list[str]]:
    """Out of a document without contradictions; and the mistakes in its keys, if any."""
    of_make, parts = facts(document), features(document)
    own, mistakes = keys.of(document.get("configuration", {}), blueprint(parts, of_make).keys)
    return Made(of_make, parts, own), mistakes


def station(url: str, *, id: str, made: Made, identity: Mapping[str, str], **options: Any) -> Station:
    """A station of this make; `options` are those of `Station` that say nothing of it."""
    boot = dict(identity)
    vendor, model = boot.pop("chargePointVendor"), boot.pop("chargePointModel")
    options |= {"facts": made.facts, "features": made.features, "extra_keys": made.keys}
    return Station(url, id=id, vendor=vendor, model=model, identity=boot, **options)


def features(document: Mapping[str, Any]) -> tuple[type[Feature], ...]:
    """Everything but what the model leaves out."""
    profiles = document.get("profiles", ["Core", *_OF_PROFILE])
    left_out = {one for name, some in _OF_PROFILE.items() if name not in profiles for one in some}
    if not document.get("security", True):
        left_out |= _SECURITY
    return tuple(one for one in FEATURES if one not in left_out)


def facts(document: Mapping[str, Any]) -> Facts:
    """The facts of a document without contradictions."""
    connectors = sorted(document["connector"], key=lambda one: one["number"])
    return Facts(
        outlets=tuple(_outlet(one) for one in connectors),
        main_meter=document.get("main_meter", False),
        resumes=document.get("resumes", False),
        measurands=frozenset(document.get("measurands", MEASURANDS)),
        reboot=float(document.get("reboot_s", REBOOT)),
        installation=float(document.get("installation_s", INSTALLATION)),
    )


def _outlet(connector: Mapping[str, Any]) -> Outlet:
    direct, phases = connector["current"] == "DC", connector.get("phases", 3)
    voltage = connector.get("voltage", DC_VOLTAGE if direct else int(VOLTAGE))
    powers = [float(connector[name]) for name in ("max_power",) if name in connector]
    if "max_current" in connector:
        powers.append(float(connector["max_current"]) * voltage * (1 if direct else phases))
    return Outlet(
        power=min(powers),
        phases=phases,
        voltage=float(voltage),
        direct=direct,
        fixed_cable=connector.get("fixed_cable", False),
        lock=connector.get("lock", True),
        plug=connector.get("plug"),
    )


def contradictions(document: Mapping[str, Any]) -> list[str]:
    """What no schema can say about the connectors, one sentence each."""
    found = []
    connectors = document["connector"]
    numbers = [one["number"] for one in connectors]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        listed, wanted = ", ".join(map(str, numbers)), ", ".join(map(str, range(1, len(numbers) + 1)))
        found.append(f"connector.number: the numbers are {listed}; number them {wanted}")
    for one in connectors:
        place = f"connector {one['number']}"
        if "max_power" not in one and "max_current" not in one:
            found.append(f"{place} has no max_power and no max_current; write for example max_current = 32")
        if one.get("fixed_cable") and one.get("lock"):
            found.append(f"{place}: a fixed_cable has no lock; remove one of them")
    voltages = {one.get("voltage", int(VOLTAGE)) for one in connectors if one["current"] == "AC"}
    if len(voltages) > 1:
        listed = " and ".join(map(str, sorted(voltages)))
        found.append(
            f"connector.voltage: {listed} V; all AC connectors of a station have the same, as one grid feeds them"
        )
    return found
