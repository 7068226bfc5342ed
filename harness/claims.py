"""Named needs of cases: which answer of the SUT file each one asks about, and why a case does not apply.

Only an explicit answer hides a case. An absent feature counts as claimed once its profile is claimed; an absent
security profile is something the product does not have. A tag is no claim: a case whose tag the file lacks is not run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from harness.sut.model import Sut
from harness.sut.reach import security_profiles, upgrades
from harness.sut.sentences import suggestion, toml_value
from harness.tags import OF_NEED

PROFILES = {
    "Core": "core",
    "FirmwareManagement": "firmware_management",
    "SmartCharging": "smart_charging",
    "Reservation": "reservation",
    "LocalAuthListManagement": "local_auth_list",
    "RemoteTrigger": "remote_trigger",
}
_ALWAYS = frozenset({"security", "performance", "rpc"})  # their needs decide; the frame layer is nobody's option
_BY_FOLDED = {name.casefold(): key for wire, key in PROFILES.items() for name in (wire, key)}


NOT_TESTED: Final = "not tested: "
"""How the reason begins for a case that the product has the function for, but cannot do a step of."""


class UnknownNeed(Exception):
    """A case names a need or a profile that does not exist: a mistake in the case, not in the SUT file."""


class Need(msgspec.Struct, frozen=True):
    """`unmet(sut)` is None when the need is met, else the part of the reason that names the claim.

    `step` is set for a step of a case that not every product can do, though it has the function: what it cannot do.
    """

    name: str
    sentence: str
    unmet: Callable[[Sut], str | None]
    step: str | None = None

    def reason(self, sut: Sut) -> str | None:
        """Why a case does not apply, without where that is said."""
        unmet = self.unmet(sut)
        if unmet is None:
            return None
        return f"not claimed: {unmet}" if self.step is None else f"{NOT_TESTED}the product cannot {self.step}: {unmet}"


def applicability(profile: str, needs: Iterable[str], sut: Sut) -> str | None:
    """None when a case applies, else the reason it does not, naming the claim.

    `profile` is the feature profile as on the wire or as in the SUT file, or Security, or rpc.
    Raises UnknownNeed.
    """
    denied = _profile_reason(profile, sut)
    reason = None if denied is None else f"not claimed: {denied}"
    for wanted in [need(name) for name in needs if name not in OF_NEED]:
        reason = reason or wanted.reason(sut)
    return None if reason is None else _where(reason, sut)


def missing_tag(needs: Iterable[str], sut: Sut) -> str | None:
    """Why a case that applies cannot be run, when the SUT file does not name a tag that it needs; None when it does.

    A tag is no claim: that the file lacks one says nothing of the product.
    """
    unset = (need(name).unmet(sut) for name in needs if name in OF_NEED)
    reason = next((reason for reason in unset if reason is not None), None)
    return None if reason is None else f"not run: {_where(reason, sut)}; name one to have this judged"


def _where(reason: str, sut: Sut) -> str:
    return f"{reason} (no SUT file)" if sut.digest is None else f"{reason} in {sut.source}"


def claimed(name: str, sut: Sut) -> bool:
    """Whether a named need is met. Raises UnknownNeed."""
    return need(name).unmet(sut) is None


def need(name: str) -> Need:
    """Look up a need by its name. Raises UnknownNeed."""
    try:
        return NEEDS[name]
    except KeyError:
        raise UnknownNeed(f"need {name!r} does not exist; {suggestion(name, NEEDS)}") from None


def unanswered(sut: Sut) -> list[str]:
    """Dotted names of the feature questions of this role that are open and whose profile is not denied."""
    return sorted(
        name
        for name, profile in _QUESTIONS[sut.role].items()
        if sut.answer(name) is None and (profile is None or _is_open(profile, sut))
    )


def _is_open(profile: str, sut: Sut) -> bool:
    return bool(security_profiles(sut)) if profile == "security" else sut.claimed(f"profiles.{profile}")


def _profile_reason(profile: str, sut: Sut) -> str | None:
    folded = profile.casefold()
    if folded in _ALWAYS:
        return None
    key = _BY_FOLDED.get(folded)
    if key is None:
        raise UnknownNeed(
            f"profile {profile!r} does not exist; {suggestion(profile, [*PROFILES, 'Security', 'Performance', 'rpc'])}"
        )
    return _denied(f"profiles.{key}")(sut)


def _show(name: str, value: Any) -> str:
    return f"{name} = {toml_value(value)}"


def _denied(*names: str) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        return next((_show(name, False) for name in names if sut.answer(name) is False), None)

    return unmet


def _affirmed(name: str) -> Callable[[Sut], str | None]:
    """For needs that something is absent: met unless the answer is yes."""

    def unmet(sut: Sut) -> str | None:
        return _show(name, True) if sut.answer(name) is True else None

    return unmet


def _set(name: str) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        return f"{name} is not set" if sut.answer(name) is None else None

    return unmet


def _declared(name: str) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        return f"{name} is not declared" if sut.answer(name) is None else None

    return unmet


def _one(*names: str) -> Callable[[Sut], str | None]:
    """Met unless every one of these is denied."""

    def unmet(sut: Sut) -> str | None:
        denied = [_show(name, False) for name in names if sut.answer(name) is False]
        return ", ".join(denied) if len(denied) == len(names) else None

    return unmet


def _all(*parts: Callable[[Sut], str | None]) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        return next((reason for part in parts if (reason := part(sut)) is not None), None)

    return unmet


def _not_among(name: str, *values: str) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        answer = sut.answer(name)
        return _show(name, answer) if answer in values else None

    return unmet


def _at_least(name: str, least: int) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        answer = sut.answer(name)
        return f"{_show(name, answer)}, at least {least} needed," if answer is not None and answer < least else None

    return unmet


def _always(_: Sut) -> str | None:
    return None


def _unknown_vendor(sut: Sut) -> str | None:
    known = sut.features.data_transfer_vendor_ids or ()
    if sut.run.unknown_vendor_id not in known:
        return None
    return f"run.unknown_vendor_id = {toml_value(sut.run.unknown_vendor_id)} is among features.data_transfer_vendor_ids"


def security_profile(needs: Iterable[str], sut: Sut) -> int | None:
    """The security profile that a case with these needs connects with; None: any, so that of `[connection]`.

    Where several would do it is the one the run is in, else the lowest that is claimed.
    """
    names = tuple(needs)
    wanted = next((_PROFILES_OF[name] for name in names if name in _PROFILES_OF), None)
    if "security-profile-upgrade" in names:
        wanted = upgrades(sut)
    if wanted is None:
        return None
    in_use = sut.connection.security_profile
    return in_use if in_use in wanted else next((one for one in sorted(security_profiles(sut)) if one in wanted), None)


_PROFILES_OF = {
    "security-profile": (1, 2, 3),
    "security-profile-1-or-2": (1, 2),
    "security-profile-2-or-3": (2, 3),
    "security-profile-3": (3,),
}
"""Needs that say with which security profile a case connects."""


def _security(*wanted: int) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        if any(profile in wanted for profile in security_profiles(sut)):
            return None
        return _security_reason(sut)

    return unmet


def _security_reason(sut: Sut) -> str:
    if sut.security.profiles is not None:
        return _show("security.profiles", sut.security.profiles)
    return f"security.profiles is not set and {_show('connection.security_profile', sut.connection.security_profile)}"


def _connected(*wanted: int) -> Callable[[Sut], str | None]:
    def unmet(sut: Sut) -> str | None:
        profile = sut.connection.security_profile
        return None if profile in wanted else _show("connection.security_profile", profile)

    return unmet


def _upgrade(sut: Sut) -> str | None:
    profiles = security_profiles(sut)
    if 2 not in profiles or not {1, 3} & set(profiles):
        return _security_reason(sut)
    # The run need not be in profile 1 or 2 when a station is given that is.
    return None if {"1", "2"} & set(sut.endpoints) else _connected(1, 2)(sut)


def _offline(sut: Sut) -> str | None:
    ways = ("features.auth_cache", "profiles.local_auth_list", "features.offline_unknown_id")
    if any(sut.claimed(way) for way in ways):
        return None
    return ", ".join(_show(way, False) for way in ways)


def _list_off(sut: Sut) -> str | None:
    """The local list is absent, or can be switched off."""
    if sut.profiles.local_auth_list is False:
        return None
    return _denied("limits.local_list_can_be_disabled")(sut)


def _file_server(sut: Sut) -> str | None:
    # plugproof serves files over HTTP and HTTPS
    protocols = sut.features.file_transfer_protocols
    if protocols is None or {"HTTP", "HTTPS"} & set(protocols):
        return None
    return _show("features.file_transfer_protocols", protocols)


def _step(key: str, sentence: str, cannot: str) -> tuple[str, str, Callable[[Sut], str | None], str]:
    """A step of a case, by its key in `[features]`."""
    return key.replace("_", "-"), sentence, _denied(f"features.{key}"), cannot


def _table(
    *rows: tuple[str, str, Callable[[Sut], str | None]] | tuple[str, str, Callable[[Sut], str | None], str],
) -> dict[str, Need]:
    table = {row[0]: Need(*row) for row in rows}
    if len(table) != len(rows):
        raise ValueError("a need is defined twice")
    return table


NEEDS: dict[str, Need] = _table(
    *(
        (f"profiles.{key}", f"The product has the feature profile {wire}.", _denied(f"profiles.{key}"))
        for wire, key in PROFILES.items()
    ),
    *(
        (f"without-{key.replace('_', '-')}", f"The product is without {wire}.", _affirmed(f"profiles.{key}"))
        for wire, key in PROFILES.items()
        if key != "core"
    ),
    # back office
    ("remote-start", "An operator can send RemoteStartTransaction, which is part of Core.", _always),
    ("remote-stop", "An operator can send RemoteStopTransaction, which is part of Core.", _always),
    ("unlock", "An operator can send UnlockConnector.", _denied("features.unlock_connector")),
    (
        "unlock-unknown-connector",
        "An operator can send UnlockConnector for a connector the back office has no record of.",
        _denied("features.unlock_connector", "features.unlock_unknown_connector"),
    ),
    ("clear-cache", "An operator can send ClearCache.", _denied("features.clear_cache")),
    ("get-configuration-all", "All keys can be asked for at once.", _denied("features.get_configuration_all")),
    ("get-configuration-some", "Chosen keys can be asked for.", _denied("features.get_configuration_some")),
    ("data-transfer-unknown-vendor", "The vendorId of the case is one the product does not know.", _unknown_vendor),
    ("trigger-meter-values", "MeterValues can be triggered.", _denied("features.trigger.meter_values")),
    ("trigger-heartbeat", "Heartbeat can be triggered.", _denied("features.trigger.heartbeat")),
    (
        "trigger-status-notification",
        "StatusNotification can be triggered.",
        _denied("features.trigger.status_notification"),
    ),
    (
        "trigger-diagnostics-status",
        "DiagnosticsStatusNotification can be triggered.",
        _denied("features.trigger.diagnostics_status"),
    ),
    (
        "trigger-firmware-status",
        "FirmwareStatusNotification can be triggered.",
        _denied("features.trigger.firmware_status"),
    ),
    ("trigger-boot-notification", "BootNotification can be triggered.", _denied("features.trigger.boot_notification")),
    (
        "trigger-some-message",
        "A message that every station sends can be triggered.",
        _one(
            "features.trigger.meter_values",
            "features.trigger.heartbeat",
            "features.trigger.status_notification",
            "features.trigger.diagnostics_status",
            "features.trigger.firmware_status",
        ),
    ),
    (
        "trigger-unknown-connector",
        "A trigger can name a connector that is not configured.",
        _denied("features.trigger_unknown_connector"),
    ),
    ("boot-pending", "The first boot answer can be Pending or Rejected.", _denied("features.boot_pending")),
    (
        "unknown-refused-at-handshake",
        "An unknown station is refused during the handshake.",
        _denied("features.reject_unknown_at_handshake"),
    ),
    (
        "unknown-refused-after-handshake",
        "An unknown station may connect and is refused later.",
        _affirmed("features.reject_unknown_at_handshake"),
    ),
    (
        "local-list-full",
        "A full local list can be sent.",
        _denied("features.local_list.full"),
    ),
    (
        "local-list-differential",
        "A differential local list can be sent.",
        _denied("features.local_list.differential"),
    ),
    ("local-list-version", "GetLocalListVersion can be sent.", _denied("features.local_list.get_version")),
    ("reservation-connector-zero", "connectorId 0 can be reserved.", _denied("features.reservation_connector_zero")),
    ("reservation-parent", "A reservation can carry a parentIdTag.", _denied("features.reservation_parent")),
    ("tx-default-profile", "A TxDefaultProfile can be set.", _denied("features.smart.tx_default")),
    ("tx-profile", "A TxProfile can be set.", _denied("features.smart.tx")),
    ("max-profile", "A ChargePointMaxProfile can be set.", _denied("features.smart.max")),
    (
        "remote-start-profile",
        "RemoteStartTransaction can carry a profile.",
        _denied("features.smart.remote_start_profile"),
    ),
    ("composite-schedule", "GetCompositeSchedule can be sent.", _denied("features.smart.composite")),
    ("clear-charging-profile", "ClearChargingProfile can be sent.", _denied("features.smart.clear")),
    ("firmware-update", "UpdateFirmware can be sent.", _denied("features.firmware.plain")),
    ("signed-firmware-update", "SignedUpdateFirmware can be sent.", _denied("features.firmware.signed")),
    ("diagnostics", "GetDiagnostics can be sent.", _denied("features.diagnostics")),
    ("security-log", "GetLog can be sent.", _denied("features.security_log")),
    (
        "authorize-on-remote-start",
        "Both settings of AuthorizeRemoteTxRequests are accepted.",
        _denied("features.authorize_on_remote_start"),
    ),
    # steps that a product may be unable to do, though it has the function; nobody asks for them in a PICS
    _step(
        "unlock_while_charging",
        "UnlockConnector can be sent while a transaction runs on the connector.",
        "unlock a connector while it charges",
    ),
    _step(
        "change_unknown_key",
        "ChangeConfiguration can be sent for a key that OCPP does not know.",
        "change a configuration key that OCPP does not know",
    ),
    _step(
        "change_invalid_value",
        "ChangeConfiguration can be sent with a value that the key cannot have.",
        "set a configuration key to a value it cannot have",
    ),
    _step(
        "reservation_not_available",
        "ReserveNow can be sent for a connector that is not Available.",
        "reserve a connector that is not Available",
    ),
    _step(
        "cancel_unknown_reservation",
        "CancelReservation can be sent for a reservation that the back office has no record of.",
        "cancel a reservation it has no record of",
    ),
    _step(
        "station_certificates",
        "InstallCertificate, GetInstalledCertificateIds and DeleteCertificate can be sent.",
        "install, list and delete certificates of a station",
    ),
    _step(
        "delete_certificate",
        "DeleteCertificate can be sent for a certificate that was installed.",
        "delete a certificate of a station",
    ),
    _step(
        "renew_certificate",
        "ExtendedTriggerMessage for SignChargePointCertificate can be sent.",
        "have a station renew its certificate",
    ),
    _step(
        "change_password",
        "The password of a station (AuthorizationKey) can be changed.",
        "change the password of a station",
    ),
    _step(
        "raise_security_profile",
        "The security profile of a station (SecurityProfile) can be raised.",
        "raise the security profile of a station",
    ),
    # tags
    ("valid-tag", "There is an accepted tag.", _set("tags.valid")),
    ("second-valid-tag", "There is a second accepted tag.", _set("tags.valid_2")),
    ("parent-tag", "There are two accepted tags with one parent.", _all(_set("tags.valid_2"), _set("tags.parent"))),
    ("expired-tag", "The product knows an expired tag.", _set("tags.expired")),
    ("blocked-tag", "The product knows a blocked tag.", _set("tags.blocked")),
    ("concurrent-tag", "There is a tag that may not charge twice at a time.", _set("tags.concurrent")),
    # performance
    ("performance-ocpp-response", "A response time is declared.", _declared("performance.ocpp_response")),
    ("performance-authorize", "A response time of Authorize is declared.", _declared("performance.authorize_response")),
    # security, both roles
    ("security-profile", "A security profile is supported.", _security(1, 2, 3)),
    ("security-profile-1-or-2", "Security profile 1 or 2 is supported.", _security(1, 2)),
    ("security-profile-2-or-3", "Security profile 2 or 3 is supported.", _security(2, 3)),
    ("security-profile-3", "Security profile 3 is supported.", _security(3)),
    ("security-profile-upgrade", "Profile 2 and a neighbour are supported, a station is in 1 or 2.", _upgrade),
    ("connected-with-profile-1-or-2", "The run is in security profile 1 or 2.", _connected(1, 2)),
    ("connected-with-profile-2-or-3", "The run is in security profile 2 or 3.", _connected(2, 3)),
    # charge point
    ("auth-cache", "The station has an authorization cache.", _denied("features.auth_cache")),
    (
        "authorize-remote-tx",
        "AuthorizeRemoteTxRequests can be true.",
        _not_among("features.authorize_remote_tx", "false_only"),
    ),
    ("offline-transactions", "The station can start transactions offline.", _offline),
    ("local-stop", "A driver can stop at the station.", _denied("hardware.local_stop")),
    ("detachable-cable", "The station has a socket.", _denied("hardware.cable.detachable")),
    ("fixed-cable", "The station has an attached cable.", _denied("hardware.cable.fixed")),
    (
        "connector-lock",
        "The station has a socket with a lock.",
        _denied("hardware.cable.detachable", "hardware.connector_lock"),
    ),
    (
        "lock-failure",
        "A lock failure can be provoked.",
        _denied("hardware.connector_lock", "features.lock_failure_injectable"),
    ),
    ("fault-injection", "A fault can be provoked.", _denied("features.fault_injectable")),
    ("local-list-failure", "Storing a list can be made to fail.", _denied("features.local_list_failure_injectable")),
    ("backup-power", "The station has back-up power.", _denied("hardware.backup_power")),
    ("no-backup-power", "The station has no back-up power.", _affirmed("hardware.backup_power")),
    (
        "stop-on-ev-disconnect",
        "StopTransactionOnEVSideDisconnect can be true.",
        _not_among("features.stop_tx_on_ev_disconnect", "false_only", "absent"),
    ),
    (
        "stop-on-ev-disconnect-writable",
        "StopTransactionOnEVSideDisconnect can be changed.",
        _not_among("features.stop_tx_on_ev_disconnect", "true_only", "false_only", "absent"),
    ),
    ("local-list-off", "The local list is absent or can be switched off.", _list_off),
    ("reserve-connector-zero", "ReserveConnectorZeroSupported is true.", _denied("limits.reserve_connector_zero")),
    (
        "three-profiles-five-periods",
        "Three charging profiles of five periods fit in.",
        _all(
            _at_least("limits.max_charging_profiles_installed", 3),
            _at_least("limits.charging_schedule_max_periods", 5),
        ),
    ),
    ("file-server", "The station takes files over a protocol that plugproof serves.", _file_server),
)

_QUESTIONS: dict[str, dict[str, str | None]] = {
    "csms": {
        "features.unlock_connector": None,
        "features.unlock_unknown_connector": None,
        "features.clear_cache": None,
        "features.get_configuration_all": None,
        "features.get_configuration_some": None,
        "features.boot_pending": None,
        "features.reject_unknown_at_handshake": None,
        "features.authorize_on_remote_start": None,
        "features.diagnostics": "firmware_management",
        "features.firmware.plain": "firmware_management",
        "features.firmware.signed": "security",
        "features.security_log": "security",
        "features.trigger.meter_values": "remote_trigger",
        "features.trigger.heartbeat": "remote_trigger",
        "features.trigger.status_notification": "remote_trigger",
        "features.trigger.diagnostics_status": "remote_trigger",
        "features.trigger.firmware_status": "remote_trigger",
        "features.trigger.boot_notification": "remote_trigger",
        "features.trigger_unknown_connector": "remote_trigger",
        "features.local_list.full": "local_auth_list",
        "features.local_list.differential": "local_auth_list",
        "features.local_list.get_version": "local_auth_list",
        "features.reservation_connector_zero": "reservation",
        "features.reservation_parent": "reservation",
        "features.smart.tx_default": "smart_charging",
        "features.smart.tx": "smart_charging",
        "features.smart.max": "smart_charging",
        "features.smart.remote_start_profile": "smart_charging",
        "features.smart.composite": "smart_charging",
        "features.smart.clear": "smart_charging",
    },
    "charge_point": {
        "features.auth_cache": None,
        "features.authorize_remote_tx": None,
        "features.offline_unknown_id": None,
        "features.stop_tx_on_ev_disconnect": None,
        "features.fault_injectable": None,
        "features.lock_failure_injectable": None,
        "features.local_list_failure_injectable": "local_auth_list",
        "features.file_transfer_protocols": "firmware_management",
        "hardware.cable.detachable": None,
        "hardware.cable.fixed": None,
        "hardware.connector_lock": None,
        "hardware.local_stop": None,
        "hardware.backup_power": None,
        "limits.reserve_connector_zero": "reservation",
        "limits.local_list_can_be_disabled": "local_auth_list",
        "limits.max_charging_profiles_installed": "smart_charging",
        "limits.charging_schedule_max_periods": "smart_charging",
    },
}
