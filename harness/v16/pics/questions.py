"""What a PICS asks of a role: the questions of the schema, and what the schema does not say about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from harness.sut.layout import schema
from reports.v16.abstract.words import QUESTIONS

Role = Literal["csms", "charge_point"]

TITLES: Final = {
    "product": "Product",
    "profiles": "Feature profiles",
    "features": "Features",
    "hardware": "Hardware",
    "limits": "Limits",
    "questions": "Additional questions",
    "security": "Security",
    "performance": "Declared performance",
    "settings": "Limits and non-OCPP settings",
}
_ROLE_OF: Final[dict[str, Role]] = {
    "product.hardware_version": "charge_point",
    "product.firmware_version": "charge_point",
    "hardware": "charge_point",
    "limits": "charge_point",
    "performance.authorize_response": "csms",
    "performance.triggered_function": "charge_point",
    "performance.remote_start_authorization": "charge_point",
    "performance.remote_stop_end": "charge_point",
    "security.certificate_signed_max_chain_size": "charge_point",
    "security.certificate_store_max_length": "charge_point",
    "security.additional_root_certificate_check": "charge_point",
    "security.cpo_name": "charge_point",
}
"""Tables and questions that only one role is asked."""
_FEATURES: Final[dict[Role, str]] = {"csms": "csms_features", "charge_point": "station_features"}
"""What the schema calls the features that a role is asked about."""
OPTIONAL: Final = (
    "product.family_of",
    "product.declared_route",
    "product.communication",
    "security.start_profile",
    "security.basic_auth",
    "security.cpo_name",
    "settings.rows",
)
"""Questions, or groups of them, that may stay without an answer."""
PROFILE_OF: Final[dict[str, str]] = {
    "features.trigger": "remote_trigger",
    "features.trigger_unknown_connector": "remote_trigger",
    "features.local_list": "local_auth_list",
    "features.local_list_failure_injectable": "local_auth_list",
    "features.reservation_connector_zero": "reservation",
    "features.reservation_parent": "reservation",
    "features.smart": "smart_charging",
    "features.charging_rate_units": "smart_charging",
    "features.recurring": "smart_charging",
    "features.relative": "smart_charging",
    "features.absolute": "smart_charging",
    "features.phase_switch_3to1": "smart_charging",
    "features.firmware.plain": "firmware_management",
    "features.diagnostics": "firmware_management",
    "features.file_transfer_protocols": "firmware_management",
    "features.download_firmware_during_tx": "firmware_management",
    "features.install_during_tx": "firmware_management",
    "features.firmware.signed": "security",
    "features.security_log": "security",
    "limits.local_auth_list_max_length": "local_auth_list",
    "limits.local_list_can_be_disabled": "local_auth_list",
    "limits.send_local_list_max_length": "local_auth_list",
    "limits.reserve_connector_zero": "reservation",
    "limits.charge_profile_max_stack_level": "smart_charging",
    "limits.charging_schedule_max_periods": "smart_charging",
    "limits.max_charging_profiles_installed": "smart_charging",
    "security": "security",
}
"""Questions, or groups of them, that are asked only with a profile, or with any security profile."""
ADDITIONAL: Final[dict[Role, tuple[str, ...]]] = {"csms": (), "charge_point": ("CP-1", "CP-2", "CP-8")}
"""Additional questions that everybody of a role is asked, but for those that a feature asks (`ASKED_AS`)."""
UNITS: Final[dict[str, str]] = {
    "performance": "seconds",
    "security.basic_auth": "octets",
    "security.certificate_signed_max_chain_size": "octets",
    "features.heartbeat_interval_s": "seconds",
    "limits.connection_timeout_range": "seconds",
    "limits.meter_interval_range": "seconds",
    "limits.heartbeat_range": "seconds",
}
"""Units of numbers and ranges."""
ONLY_WITH: Final = {
    "features.unlock_unknown_connector": "features.unlock_connector",
    "features.lock_failure_injectable": "hardware.connector_lock",
}
"""Questions that are asked only with another answer of yes."""


def asked(role: Role) -> dict[str, dict[str, Any]]:
    """Dotted key -> schema of every question that the role is asked, groups resolved, in the order of the form."""
    root = schema()
    features = root["$defs"][_FEATURES[role]]
    shapes: dict[str, dict[str, Any]] = {}
    for table in TITLES:
        if table == "questions":
            shapes |= {f"questions.{id}": {"type": "boolean", "description": QUESTIONS[id]} for id in ADDITIONAL[role]}
        else:
            shapes |= _leaves(table, features if table == "features" else root["properties"][table])
    return {key: shape for key, shape in shapes.items() if (of(_ROLE_OF, key) or role) == role}


def tags() -> dict[str, dict[str, Any]]:
    """Dotted key -> schema of the tags that a run may use: no claims, but cases depend on their being there."""
    return _leaves("tags", schema()["properties"]["tags"])


def _leaves(key: str, shape: dict[str, Any], group: str = "") -> dict[str, dict[str, Any]]:
    leaves: dict[str, dict[str, Any]] = {}
    for name, member in shape["properties"].items():
        text = f"{group}{member['description']}"
        if "properties" in member:
            leaves |= _leaves(f"{key}.{name}", member, f"{member['description'].rstrip('.')}: ")
        else:
            leaves[f"{key}.{name}"] = member | {"description": text}
    return leaves


def of(table: Mapping[str, str], key: str) -> str | None:
    """The entry for a key, or for the group that it is in."""
    while key not in table and "." in key:
        key = key.rpartition(".")[0]
    return table.get(key)
