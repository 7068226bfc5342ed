"""What the cases for a back office need, and the questions that it is asked (OCPP 1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.sut.model import Sut
from harness.sut.needs.conditions import Row, affirmed, always, claimed, denied, given, one_of, step
from harness.sut.sentences import toml_value
from harness.sut.tables.fixtures import PythonFixtures, ReferenceFixtures, RestFixtures


def _unknown_vendor(sut: Sut) -> str | None:
    known = sut.features.data_transfer_vendor_ids or ()
    if sut.run.unknown_vendor_id not in known:
        return None
    return f"run.unknown_vendor_id = {toml_value(sut.run.unknown_vendor_id)} is among features.data_transfer_vendor_ids"


def _held_at_pending(sut: Sut) -> str | None:
    settings = sut.fixtures
    if isinstance(settings, ReferenceFixtures | PythonFixtures):
        return None
    if isinstance(settings, RestFixtures):
        return None if settings.stations.registration is not None else "fixtures.stations.registration is not set"
    return f'fixtures.kind = "{settings.__struct_config__.tag}"'


ROWS: Final[tuple[Row, ...]] = (
    ("remote-start", "An operator can send RemoteStartTransaction, which is part of Core.", always),
    ("remote-stop", "An operator can send RemoteStopTransaction, which is part of Core.", always),
    ("unlock", "An operator can send UnlockConnector.", denied("features.unlock_connector")),
    (
        "unlock-unknown-connector",
        "An operator can send UnlockConnector for a connector the back office has no record of.",
        denied("features.unlock_connector", "features.unlock_unknown_connector"),
    ),
    ("clear-cache", "An operator can send ClearCache.", denied("features.clear_cache")),
    ("get-configuration-all", "All keys can be asked for at once.", denied("features.get_configuration_all")),
    ("get-configuration-some", "Chosen keys can be asked for.", denied("features.get_configuration_some")),
    ("data-transfer-unknown-vendor", "The vendorId of the case is one the product does not know.", _unknown_vendor),
    ("trigger-meter-values", "MeterValues can be triggered.", denied("features.trigger.meter_values")),
    ("trigger-heartbeat", "Heartbeat can be triggered.", denied("features.trigger.heartbeat")),
    (
        "trigger-status-notification",
        "StatusNotification can be triggered.",
        denied("features.trigger.status_notification"),
    ),
    (
        "trigger-diagnostics-status",
        "DiagnosticsStatusNotification can be triggered.",
        denied("features.trigger.diagnostics_status"),
    ),
    (
        "trigger-firmware-status",
        "FirmwareStatusNotification can be triggered.",
        denied("features.trigger.firmware_status"),
    ),
    ("trigger-boot-notification", "BootNotification can be triggered.", denied("features.trigger.boot_notification")),
    (
        "trigger-some-message",
        "A message that every station sends can be triggered.",
        one_of(
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
        denied("features.trigger_unknown_connector"),
    ),
    ("boot-pending", "The first boot answer can be Pending or Rejected.", denied("features.boot_pending")),
    (
        "unknown-refused-at-handshake",
        "An unknown station is refused during the handshake.",
        denied("features.reject_unknown_at_handshake"),
    ),
    (
        "unknown-refused-after-handshake",
        "An unknown station may connect and is refused later.",
        affirmed("features.reject_unknown_at_handshake"),
    ),
    (
        "local-list-full",
        "A full local list can be sent.",
        denied("features.local_list.full"),
    ),
    (
        "local-list-differential",
        "A differential local list can be sent.",
        denied("features.local_list.differential"),
    ),
    ("local-list-version", "GetLocalListVersion can be sent.", denied("features.local_list.get_version")),
    ("reservation-connector-zero", "connectorId 0 can be reserved.", denied("features.reservation_connector_zero")),
    ("reservation-parent", "A reservation can carry a parentIdTag.", denied("features.reservation_parent")),
    ("tx-default-profile", "A TxDefaultProfile can be set.", denied("features.smart.tx_default")),
    ("tx-profile", "A TxProfile can be set.", denied("features.smart.tx")),
    ("max-profile", "A ChargePointMaxProfile can be set.", denied("features.smart.max")),
    (
        "remote-start-profile",
        "RemoteStartTransaction can carry a profile.",
        denied("features.smart.remote_start_profile"),
    ),
    ("composite-schedule", "GetCompositeSchedule can be sent.", denied("features.smart.composite")),
    ("clear-charging-profile", "ClearChargingProfile can be sent.", denied("features.smart.clear")),
    ("firmware-update", "UpdateFirmware can be sent.", denied("features.firmware.plain")),
    ("signed-firmware-update", "SignedUpdateFirmware can be sent.", denied("features.firmware.signed")),
    ("diagnostics", "GetDiagnostics can be sent.", denied("features.diagnostics")),
    ("security-log", "GetLog can be sent.", denied("features.security_log")),
    (
        "authorize-on-remote-start",
        "Both settings of AuthorizeRemoteTxRequests are accepted.",
        denied("features.authorize_on_remote_start"),
    ),
    # steps that a product may be unable to do, though it has the function; nobody asks for them in a PICS
    step(
        "unlock_while_charging",
        "UnlockConnector can be sent while a transaction runs on the connector.",
        "unlock a connector while it charges",
    ),
    step(
        "change_unknown_key",
        "ChangeConfiguration can be sent for a key that OCPP does not know.",
        "change a configuration key that OCPP does not know",
    ),
    step(
        "change_invalid_value",
        "ChangeConfiguration can be sent with a value that the key cannot have.",
        "set a configuration key to a value it cannot have",
    ),
    step(
        "reservation_not_available",
        "ReserveNow can be sent for a connector that is not Available.",
        "reserve a connector that is not Available",
    ),
    step(
        "cancel_unknown_reservation",
        "CancelReservation can be sent for a reservation that the back office has no record of.",
        "cancel a reservation it has no record of",
    ),
    step(
        "station_certificates",
        "InstallCertificate, GetInstalledCertificateIds and DeleteCertificate can be sent.",
        "install, list and delete certificates of a station",
    ),
    step(
        "delete_certificate",
        "DeleteCertificate can be sent for a certificate that was installed.",
        "delete a certificate of a station",
    ),
    step(
        "renew_certificate",
        "ExtendedTriggerMessage for SignChargePointCertificate can be sent.",
        "have a station renew its certificate",
    ),
    step(
        "change_password",
        "The password of a station (AuthorizationKey) can be changed.",
        "change the password of a station",
    ),
    step(
        "raise_security_profile",
        "The security profile of a station (SecurityProfile) can be raised.",
        "raise the security profile of a station",
    ),
    # what few products can, or can tell: without a claim the cases of OCPP-J that want it do not apply
    (
        "octet-passwords",
        "A station can be given a password of octets that are no text.",
        claimed("features.octet_passwords"),
    ),
    ("call-timeout", "It is known how long the back office waits for an answer.", given("features.call_timeout_s")),
    ("held-at-pending", "[fixtures] can have the boots of a station answered with Pending.", _held_at_pending),
)

QUESTIONS: Final[Mapping[str, str | None]] = {
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
}
"""Feature questions, each with the profile that it hangs on."""
