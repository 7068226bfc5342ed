"""The claims of OCPP 1.6: what the vendor says the product can do. An unanswered question is None, never a default.

Names follow the statement a vendor files before a certification run (PICS); a back office is asked the
`CsmsFeatures`, a charge point the rest.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from harness.sut import model
from harness.sut.tables.shapes import NOT_IN_FILE, UNIQUE, Natural, Positive, Texts, means
from ocppj.v16 import PROTOCOL

Access = Literal["rw", "true_only", "false_only", "absent"]
Range = tuple[Natural, Natural]
"""The lowest and the highest."""


class Profiles(msgspec.Struct, frozen=True, kw_only=True):
    """Feature profiles claimed.

    The six feature profiles of OCPP 1.6 §3.3, and profile 3 of the security white paper.
    """

    core: Annotated[bool | None, means("Core; always true.")] = None
    firmware_management: Annotated[bool | None, means("Firmware Management.")] = None
    smart_charging: Annotated[bool | None, means("Smart Charging.")] = None
    reservation: Annotated[bool | None, means("Reservation.")] = None
    local_auth_list: Annotated[bool | None, means("Local Authorization List Management.")] = None
    remote_trigger: Annotated[bool | None, means("Remote Trigger.")] = None
    advanced_security: Annotated[bool | None, means("Advanced Security (security profile 3).")] = None


SIX_PROFILES: Final = tuple(name for name in Profiles.__struct_fields__ if name != "advanced_security")
"""The questions about feature profiles: those of OCPP 1.6 §3.3."""


class TriggerFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that can be triggered.

    With TriggerMessage, OCPP 1.6 §5.17.
    """

    meter_values: Annotated[bool | None, means("MeterValues")] = None
    heartbeat: Annotated[bool | None, means("Heartbeat")] = None
    status_notification: Annotated[bool | None, means("StatusNotification")] = None
    diagnostics_status: Annotated[bool | None, means("DiagnosticsStatusNotification")] = None
    firmware_status: Annotated[bool | None, means("FirmwareStatusNotification")] = None
    boot_notification: Annotated[bool | None, means("BootNotification")] = None


class LocalListFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Local list operations the back office offers."""

    full: Annotated[bool | None, means("SendLocalList with updateType Full.")] = None
    differential: Annotated[bool | None, means("SendLocalList with updateType Differential.")] = None
    get_version: Annotated[bool | None, means("GetLocalListVersion.")] = None


class SmartFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Charging profile purposes and operations the back office offers."""

    tx_default: Annotated[bool | None, means("TxDefaultProfile can be set.")] = None
    tx: Annotated[bool | None, means("TxProfile can be set.")] = None
    max: Annotated[bool | None, means("ChargePointMaxProfile can be set.")] = None
    remote_start_profile: Annotated[bool | None, means("RemoteStartTransaction can carry a charging profile.")] = None
    composite: Annotated[bool | None, means("GetCompositeSchedule can be sent.")] = None
    clear: Annotated[bool | None, means("ClearChargingProfile can be sent.")] = None


class FirmwareFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Ways of updating firmware."""

    plain: Annotated[bool | None, means("UpdateFirmware can be sent.")] = None
    signed: Annotated[bool | None, means("SignedUpdateFirmware can be sent.")] = None


VendorIds = Annotated[
    Texts | None,
    means("vendorIds of DataTransfer the product understands; the case uses another one.", ["com.example"]),
]


class CsmsFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of a back office that switch single cases."""

    unlock_connector: Annotated[bool | None, means("An operator can send UnlockConnector.")] = None
    unlock_unknown_connector: Annotated[
        bool | None, means("UnlockConnector can be sent for a connector the back office has no record of.")
    ] = None
    clear_cache: Annotated[bool | None, means("ClearCache can be sent.")] = None
    get_configuration_all: Annotated[bool | None, means("All configuration keys can be asked for at once.")] = None
    get_configuration_some: Annotated[bool | None, means("A list of configuration keys can be asked for.")] = None
    trigger: TriggerFeatures = TriggerFeatures()
    trigger_unknown_connector: Annotated[
        bool | None, means("A trigger can be sent for a connector that is not configured.")
    ] = None
    boot_pending: Annotated[
        bool | None, means("The first answer to a BootNotification can be Pending or Rejected.")
    ] = None
    reject_unknown_at_handshake: Annotated[
        bool | None, means("An unknown station is refused during the WebSocket handshake.")
    ] = None
    local_list: LocalListFeatures = LocalListFeatures()
    reservation_connector_zero: Annotated[bool | None, means("connectorId 0 can be reserved.")] = None
    reservation_parent: Annotated[bool | None, means("A reservation can carry a parentIdTag.")] = None
    smart: SmartFeatures = SmartFeatures()
    firmware: FirmwareFeatures = FirmwareFeatures()
    diagnostics: Annotated[bool | None, means("GetDiagnostics can be sent.")] = None
    security_log: Annotated[bool | None, means("GetLog can be sent.")] = None
    data_transfer_vendor_ids: VendorIds = None
    heartbeat_interval_s: Annotated[
        Natural | None, means("Heartbeat interval that stations are given when they boot, in seconds.", 300)
    ] = None
    authorize_on_remote_start: Annotated[
        bool | None, means("Both settings of AuthorizeRemoteTxRequests are accepted of a station.")
    ] = None
    unlock_while_charging: Annotated[
        bool | None, means("UnlockConnector can be sent while a transaction runs on the connector.", False)
    ] = None
    change_unknown_key: Annotated[
        bool | None, means("ChangeConfiguration can be sent for a key that OCPP does not know.", False)
    ] = None
    change_invalid_value: Annotated[
        bool | None, means("ChangeConfiguration can be sent with a value that the key cannot have.", False)
    ] = None
    reservation_not_available: Annotated[
        bool | None, means("ReserveNow can be sent for a connector that is not Available.", False)
    ] = None
    cancel_unknown_reservation: Annotated[
        bool | None,
        means("CancelReservation can be sent for a reservation that the back office has no record of.", False),
    ] = None
    station_certificates: Annotated[
        bool | None, means("InstallCertificate, GetInstalledCertificateIds and DeleteCertificate can be sent.", False)
    ] = None
    delete_certificate: Annotated[
        bool | None, means("DeleteCertificate can be sent for a certificate that was installed.", False)
    ] = None
    renew_certificate: Annotated[
        bool | None, means("ExtendedTriggerMessage for SignChargePointCertificate can be sent.", False)
    ] = None
    change_password: Annotated[
        bool | None, means("The password of a station (AuthorizationKey) can be changed.", False)
    ] = None
    raise_security_profile: Annotated[
        bool | None, means("The security profile of a station (SecurityProfile) can be raised.", False)
    ] = None
    octet_passwords: Annotated[
        bool | None,
        means("A station can be given a password of octets that are no text; RPC cases only.", False),
    ] = None
    call_timeout_s: Annotated[
        Positive | None,
        means("Seconds that the back office waits for the answer to a CALL; RPC cases only.", 30),
    ] = None


class Features(CsmsFeatures, frozen=True, kw_only=True):
    """Answers of a charge point that switch single cases.

    What is not listed here is asked of a back office only.
    """

    auth_cache: Annotated[
        bool | None, means("There is an authorization cache (AuthorizationCacheEnabled is present).")
    ] = None
    offline_unknown_id: Annotated[
        bool | None, means("Unknown tags can charge offline (AllowOfflineTxForUnknownId is present).")
    ] = None
    max_energy_on_invalid_id: Annotated[bool | None, means("MaxEnergyOnInvalidId is present.")] = None
    minimum_status_duration: Annotated[bool | None, means("MinimumStatusDuration is present.")] = None
    stop_tx_on_ev_disconnect: Annotated[
        Access | None, means("What StopTransactionOnEVSideDisconnect can be.", "rw")
    ] = None
    unlock_on_ev_disconnect: Annotated[
        Access | None,
        means("What UnlockConnectorOnEVSideDisconnect can be.", "rw"),
    ] = None
    authorize_remote_tx: Annotated[Access | None, means("What AuthorizeRemoteTxRequests can be.", "rw")] = None
    remote_start_without_connector: Annotated[
        bool | None, means("RemoteStartTransaction without connectorId is accepted.")
    ] = None
    data_transfer_vendor_ids: VendorIds = None
    trigger: TriggerFeatures = TriggerFeatures()
    charging_rate_units: Annotated[
        tuple[Literal["A", "W"], ...] | None, UNIQUE, means("Units of charging schedules.", ["A", "W"])
    ] = None
    recurring: Annotated[bool | None, means("Recurring charging profiles.")] = None
    relative: Annotated[bool | None, means("Relative charging profiles.")] = None
    absolute: Annotated[bool | None, means("Absolute charging profiles.")] = None
    phase_switch_3to1: Annotated[
        bool | None, means("The station can switch from three phases to one (ConnectorSwitch3to1PhaseSupported).")
    ] = None
    file_transfer_protocols: Annotated[
        tuple[Literal["FTP", "FTPS", "HTTP", "HTTPS"], ...] | None,
        UNIQUE,
        means("Protocols for firmware and diagnostics (SupportedFileTransferProtocols).", ["HTTP"]),
    ] = None
    fault_injectable: Annotated[bool | None, means("A fault can be provoked on the bench.")] = None
    lock_failure_injectable: Annotated[bool | None, means("A connector lock failure can be provoked.")] = None
    local_list_failure_injectable: Annotated[bool | None, means("Storing a local list can be made to fail.")] = None
    download_firmware_during_tx: Annotated[
        bool | None,
        means("Firmware can be downloaded during a transaction."),
    ] = None
    install_during_tx: Annotated[bool | None, means("Firmware can be installed during a transaction.")] = None


class Cable(msgspec.Struct, frozen=True, kw_only=True):
    """Kinds of cable; both on a mixed station."""

    fixed: Annotated[bool | None, means("Attached cable.")] = None
    detachable: Annotated[bool | None, means("Socket.")] = None


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The physical side of a charge point.

    The front of its statement.
    """

    connectors: Annotated[Positive | None, means("Number of connectors.", 2)] = None
    connector_types: Annotated[Texts | None, means("Connector types.", ["Type2"])] = None
    cable: Cable = Cable()
    connector_lock: Annotated[bool | None, means("The connector is locked while charging.")] = None
    ac: Annotated[bool | None, means("AC charging.")] = None
    dc: Annotated[bool | None, means("DC charging.")] = None
    phases: Annotated[
        tuple[Literal[1, 2, 3], ...] | None,
        UNIQUE,
        means("Numbers of phases.", [1, 3]),
    ] = None
    rfid_readers: Annotated[
        Literal["none", "one_shared", "one_per_connector"] | None, means("Card readers.", "none")
    ] = None
    start_stop_button: Annotated[bool | None, means("A button counts as presenting identification.")] = None
    communication_technology: Annotated[Texts | None, means("Network links.", ["Ethernet"])] = None
    backup_power: Annotated[bool | None, means("There is back-up power to end transactions with.")] = None
    local_stop: Annotated[bool | None, means("A driver can stop a transaction at the station.")] = None
    iso15118: Annotated[bool | None, means("ISO 15118; printed only.")] = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a charge point, read back with GetConfiguration.

    See OCPP 1.6 §9; ranges are (lowest, highest).
    """

    get_configuration_max_keys: Annotated[Positive | None, means("GetConfigurationMaxKeys", 50)] = None
    local_auth_list_max_length: Annotated[Positive | None, means("LocalAuthListMaxLength", 100)] = None
    local_list_can_be_disabled: Annotated[bool | None, means("LocalAuthListEnabled accepts false.")] = None
    send_local_list_max_length: Annotated[Positive | None, means("SendLocalListMaxLength", 20)] = None
    reserve_connector_zero: Annotated[bool | None, means("ReserveConnectorZeroSupported is true.")] = None
    charge_profile_max_stack_level: Annotated[Natural | None, means("ChargeProfileMaxStackLevel", 8)] = None
    charging_schedule_max_periods: Annotated[Positive | None, means("ChargingScheduleMaxPeriods", 10)] = None
    max_charging_profiles_installed: Annotated[Positive | None, means("MaxChargingProfilesInstalled", 10)] = None
    meter_values_sampled_max: Annotated[Positive | None, means("MeterValuesSampledDataMaxLength", 8)] = None
    meter_values_aligned_max: Annotated[Positive | None, means("MeterValuesAlignedDataMaxLength", 8)] = None
    stop_txn_sampled_max: Annotated[Positive | None, means("StopTxnSampledDataMaxLength", 8)] = None
    stop_txn_aligned_max: Annotated[Positive | None, means("StopTxnAlignedDataMaxLength", 8)] = None
    stop_transaction_max_meter_values: Annotated[Positive | None, means("StopTransactionMaxMeterValues", 100)] = None
    connection_timeout_range: Annotated[
        Range | None, means("Accepted ConnectionTimeOut, lowest and highest, in seconds.", [10, 300])
    ] = None
    meter_interval_range: Annotated[
        Range | None, means("Accepted MeterValueSampleInterval, lowest and highest, in seconds.", [10, 300])
    ] = None
    heartbeat_range: Annotated[
        Range | None, means("Accepted HeartbeatInterval, lowest and highest, in seconds.", [10, 300])
    ] = None
    measurands: Annotated[
        Texts | None, means("Measurands the station can sample.", ["Energy.Active.Import.Register"])
    ] = None


class Sut(model.Sut, frozen=True, kw_only=True):
    """A system under test that speaks OCPP 1.6."""

    version: Annotated[str, NOT_IN_FILE] = PROTOCOL.version
    profiles: Profiles
    features: Annotated[Features, model.FEATURES] = Features()
    hardware: Hardware = Hardware()
    limits: Limits = Limits()
