"""The claims: what the vendor says the product can do. An unanswered question is None, never a silent default.

Names follow the statement a vendor files before a certification run (PICS); which ones are asked of a back office and
which of a charge point is written in `schemas/sut.schema.json`.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

Access = Literal["rw", "true_only", "false_only", "absent"]


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Who made what, as a report prints it."""

    sut: Literal["csms", "charge_point"]
    holder: str | None = None
    vendor: str | None = None
    designation: str | None = None
    software_version: str | None = None
    hardware_version: str | None = None
    firmware_version: str | None = None
    family_of: str | None = None
    communication: Literal["JSON"] = "JSON"
    declared_route: Literal["lab", "vendor_declaration"] | None = None


class Profiles(msgspec.Struct, frozen=True, kw_only=True):
    """The six feature profiles of OCPP 1.6 §3.3, and profile 3 of the security white paper."""

    core: bool | None = None
    firmware_management: bool | None = None
    smart_charging: bool | None = None
    reservation: bool | None = None
    local_auth_list: bool | None = None
    remote_trigger: bool | None = None
    advanced_security: bool | None = None


class TriggerFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages can be triggered (TriggerMessage, OCPP 1.6 §5.17)."""

    meter_values: bool | None = None
    heartbeat: bool | None = None
    status_notification: bool | None = None
    diagnostics_status: bool | None = None
    firmware_status: bool | None = None
    boot_notification: bool | None = None


class LocalListFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Which local list operations a back office offers."""

    full: bool | None = None
    differential: bool | None = None
    get_version: bool | None = None


class SmartFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Which charging profile purposes and operations a back office offers."""

    tx_default: bool | None = None
    tx: bool | None = None
    max: bool | None = None
    remote_start_profile: bool | None = None
    composite: bool | None = None
    clear: bool | None = None


class FirmwareFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """UpdateFirmware and SignedUpdateFirmware."""

    plain: bool | None = None
    signed: bool | None = None


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that switch single cases; the first block is asked of a back office, the second of a charge point."""

    unlock_connector: bool | None = None
    unlock_unknown_connector: bool | None = None
    clear_cache: bool | None = None
    get_configuration_all: bool | None = None
    get_configuration_some: bool | None = None
    trigger_unknown_connector: bool | None = None
    boot_pending: bool | None = None
    reject_unknown_at_handshake: bool | None = None
    local_list: LocalListFeatures = LocalListFeatures()
    reservation_connector_zero: bool | None = None
    reservation_parent: bool | None = None
    smart: SmartFeatures = SmartFeatures()
    firmware: FirmwareFeatures = FirmwareFeatures()
    diagnostics: bool | None = None
    security_log: bool | None = None
    authorize_on_remote_start: bool | None = None
    unlock_while_charging: bool | None = None
    change_unknown_key: bool | None = None
    change_invalid_value: bool | None = None
    reservation_not_available: bool | None = None
    cancel_unknown_reservation: bool | None = None
    station_certificates: bool | None = None
    delete_certificate: bool | None = None
    renew_certificate: bool | None = None
    change_password: bool | None = None
    raise_security_profile: bool | None = None
    heartbeat_interval_s: int | None = None

    trigger: TriggerFeatures = TriggerFeatures()
    data_transfer_vendor_ids: tuple[str, ...] | None = None

    auth_cache: bool | None = None
    offline_unknown_id: bool | None = None
    max_energy_on_invalid_id: bool | None = None
    minimum_status_duration: bool | None = None
    stop_tx_on_ev_disconnect: Access | None = None
    unlock_on_ev_disconnect: Access | None = None
    authorize_remote_tx: Access | None = None
    remote_start_without_connector: bool | None = None
    charging_rate_units: tuple[Literal["A", "W"], ...] | None = None
    recurring: bool | None = None
    relative: bool | None = None
    absolute: bool | None = None
    phase_switch_3to1: bool | None = None
    file_transfer_protocols: tuple[Literal["FTP", "FTPS", "HTTP", "HTTPS"], ...] | None = None
    fault_injectable: bool | None = None
    lock_failure_injectable: bool | None = None
    local_list_failure_injectable: bool | None = None
    download_firmware_during_tx: bool | None = None
    install_during_tx: bool | None = None


class Cable(msgspec.Struct, frozen=True, kw_only=True):
    """Both true on a station that has sockets and attached cables."""

    fixed: bool | None = None
    detachable: bool | None = None


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The front of a charge point's statement."""

    connectors: int | None = None
    connector_types: tuple[str, ...] | None = None
    cable: Cable = Cable()
    connector_lock: bool | None = None
    ac: bool | None = None
    dc: bool | None = None
    phases: tuple[int, ...] | None = None
    rfid_readers: Literal["none", "one_shared", "one_per_connector"] | None = None
    start_stop_button: bool | None = None
    communication_technology: tuple[str, ...] | None = None
    backup_power: bool | None = None
    local_stop: bool | None = None
    iso15118: bool | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a charge point, read back with GetConfiguration (OCPP 1.6 §9); ranges are (lowest, highest) seconds."""

    get_configuration_max_keys: int | None = None
    local_auth_list_max_length: int | None = None
    local_list_can_be_disabled: bool | None = None
    send_local_list_max_length: int | None = None
    reserve_connector_zero: bool | None = None
    charge_profile_max_stack_level: int | None = None
    charging_schedule_max_periods: int | None = None
    max_charging_profiles_installed: int | None = None
    meter_values_sampled_max: int | None = None
    meter_values_aligned_max: int | None = None
    stop_txn_sampled_max: int | None = None
    stop_txn_aligned_max: int | None = None
    stop_transaction_max_meter_values: int | None = None
    connection_timeout_range: tuple[int, int] | None = None
    meter_interval_range: tuple[int, int] | None = None
    heartbeat_range: tuple[int, int] | None = None
    measurands: tuple[str, ...] | None = None


class BasicAuth(msgspec.Struct, frozen=True, kw_only=True):
    """Length of the authorization key in octets (security white paper A00.FR.205)."""

    min_length: int = 16
    max_length: int = 20


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """The security white paper's questions."""

    profiles: tuple[int, ...] | None = None
    start_profile: int | None = None
    basic_auth: BasicAuth = BasicAuth()
    cipher_suites: tuple[str, ...] | None = None
    tls_versions: tuple[str, ...] | None = None
    certificate_signed_max_chain_size: int | None = None
    certificate_store_max_length: int | None = None
    additional_root_certificate_check: bool | None = None
    cpo_name: str | None = None
    key_algorithms: tuple[str, ...] | None = None


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """Declared maxima in seconds; None is "not declared"."""

    ocpp_response: float | None = None
    authorize_response: float | None = None
    triggered_function: float | None = None
    remote_start_authorization: float | None = None
    remote_stop_end: float | None = None
    communication_technology: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One free line of the printed limits and settings."""

    limit: str
    value: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and non-OCPP settings a report prints."""

    milliseconds_in_timestamps: bool | None = None
    rows: tuple[Row, ...] = ()


ASKED_AS: Final[dict[str, dict[str, str]]] = {
    "csms": {"AQ-1": "features.boot_pending", "AQ-6": "features.reject_unknown_at_handshake"},
    "charge_point": {"CP-7": "features.download_firmware_during_tx"},
}
"""Role -> additional questions that a feature asks already: one question has one key, and it is that of the feature."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One block of the statement of approval; the signature stays empty for ever."""

    name: str | None = None
    reviewer: str | None = None
    company: str | None = None
    department: str | None = None
    position: str | None = None
    location: str | None = None
    date: str | None = None
    test_location: str | None = None
    report_reference: str | None = None


class People(msgspec.Struct, frozen=True, kw_only=True):
    """Who approves: the vendor, and the laboratory if there is one."""

    vendor: Person = Person()
    laboratory: Person = Person()


def answers(block: msgspec.Struct) -> dict[str, Any]:
    """What was answered in a block, unanswered questions left out, as plain JSON types."""
    result: dict[str, Any] = {}
    for name in block.__struct_fields__:
        value = getattr(block, name)
        if isinstance(value, msgspec.Struct):
            value = answers(value) or None
        elif isinstance(value, tuple):
            value = [answers(item) if isinstance(item, msgspec.Struct) else item for item in value]
        if value is not None:
            result[name] = value
    return result
