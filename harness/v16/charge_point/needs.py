"""What the cases for a charge point need, and the questions that it is asked (OCPP 1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from harness.sut.model import Sut
from harness.sut.needs.conditions import Row, affirmed, all_of, at_least, denied, not_among, show
from harness.sut.sentences import toml_value


def _offline(sut: Sut) -> str | None:
    ways = ("features.auth_cache", "profiles.local_auth_list", "features.offline_unknown_id")
    if any(sut.claimed(way) for way in ways):
        return None
    return ", ".join(show(way, False) for way in ways)


def _list_off(sut: Sut) -> str | None:
    """The local list is absent, or can be switched off."""
    if sut.profiles.local_auth_list is False:
        return None
    return denied("limits.local_list_can_be_disabled")(sut)


def _file_server(sut: Sut) -> str | None:
    # plugproof serves files over every protocol that can be claimed
    protocols = sut.features.file_transfer_protocols
    return show("features.file_transfer_protocols", protocols) if protocols == () else None


def _encoded_identity(sut: Sut) -> str | None:
    """A run has one station, or several of which each may have the case."""
    identities = [lane.identity for lane in sut.lanes]
    if any(quote(identity, safe="") != identity for identity in identities):
        return None
    return f"identity = {toml_value(identities[0])} needs no encoding" if identities else "no identity is set"


ROWS: Final[tuple[Row, ...]] = (
    ("auth-cache", "The station has an authorization cache.", denied("features.auth_cache")),
    (
        "authorize-remote-tx",
        "AuthorizeRemoteTxRequests can be true.",
        not_among("features.authorize_remote_tx", "false_only"),
    ),
    (
        "unasked-remote-tx",
        "AuthorizeRemoteTxRequests can be false.",
        not_among("features.authorize_remote_tx", "true_only"),
    ),
    ("offline-transactions", "The station can start transactions offline.", _offline),
    (
        "offline-unknown-id",
        "The station can start transactions of unknown tags offline.",
        denied("features.offline_unknown_id"),
    ),
    ("local-stop", "A driver can stop at the station.", denied("hardware.local_stop")),
    ("detachable-cable", "The station has a socket.", denied("hardware.cable.detachable")),
    ("fixed-cable", "The station has an attached cable.", denied("hardware.cable.fixed")),
    (
        "connector-lock",
        "The station has a socket with a lock.",
        denied("hardware.cable.detachable", "hardware.connector_lock"),
    ),
    (
        "lock-failure",
        "A lock failure can be provoked.",
        denied("hardware.connector_lock", "features.lock_failure_injectable"),
    ),
    ("fault-injection", "A fault can be provoked.", denied("features.fault_injectable")),
    ("local-list-failure", "Storing a list can be made to fail.", denied("features.local_list_failure_injectable")),
    ("backup-power", "The station has back-up power.", denied("hardware.backup_power")),
    ("no-backup-power", "The station has no back-up power.", affirmed("hardware.backup_power")),
    (
        "stop-on-ev-disconnect",
        "StopTransactionOnEVSideDisconnect can be true.",
        not_among("features.stop_tx_on_ev_disconnect", "false_only", "absent"),
    ),
    (
        "stop-on-ev-disconnect-writable",
        "StopTransactionOnEVSideDisconnect can be changed.",
        not_among("features.stop_tx_on_ev_disconnect", "true_only", "false_only", "absent"),
    ),
    ("local-list-off", "The local list is absent or can be switched off.", _list_off),
    ("reserve-connector-zero", "ReserveConnectorZeroSupported is true.", denied("limits.reserve_connector_zero")),
    (
        "three-profiles-five-periods",
        "Three charging profiles of five periods fit in.",
        all_of(
            at_least("limits.max_charging_profiles_installed", 3),
            at_least("limits.charging_schedule_max_periods", 5),
        ),
    ),
    (
        "encoded-identity",
        "The identity of the station has a character that has to be percent-encoded, such as a space.",
        _encoded_identity,
    ),
    ("file-server", "The station takes files over a protocol that plugproof serves.", _file_server),
)

QUESTIONS: Final[Mapping[str, str | None]] = {
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
}
"""Feature questions, each with the profile that it hangs on."""
