"""Answers of the PICS against traces: text in, contradictions out, no socket.

A line of a trace begins with ``>`` (station to back office), ``<`` (the other way), or ``tls`` for
what a back office agreed to.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.case.claims import Mismatch, check, records, summed
from harness.case.claims.checking import MILLISECONDS
from harness.case.facts import Case
from harness.case.run import CaseRun
from harness.edition import bench_of
from harness.sut import Lane, Sut
from harness.v16 import claims as v16
from ocppj.evidence.trace import Entry, Trace
from ocppj.session.session import Memory

BOOT = '>[2,"1","BootNotification",{"chargePointVendor":"v","chargePointModel":"m"}]'
ACCEPTED = '<[3,"1",{"status":"Accepted","currentTime":"2026-11-21T10:00:00Z","interval":300}]'
CONFIGURATION = '<[2,"1","GetConfiguration",{}]'


def sut(role: str, *claims: str, **more: Any) -> Sut:
    """A product with these claims, each a dotted key and its answer in JSON: ``features.clear_cache=false``."""
    tables: dict[str, Any] = {"product": {"sut": role}, "connection": {}, "profiles": {}}
    tables |= {"source": "sut.toml", "digest": "00", **more}
    for claim in claims:
        key, _, answer = claim.partition("=")
        *path, name = key.split(".")
        table = tables
        for part in path:
            table = table.setdefault(part, {})
        table[name] = json.loads(answer)
    return msgspec.convert(tables, v16.Sut)


def filled(trace: Trace, lines: Iterable[str]) -> Trace:
    for at, line in enumerate(lines):
        if line.startswith("tls "):
            trace.add_handshake("csms->station", line[4:], at)
        elif line[0] in "<>":
            trace.add_frame("station->csms" if line[0] == ">" else "csms->station", line[1:], at)
        else:
            trace.add("note", line, at)
    return trace


def entries(*lines: str) -> tuple[Entry, ...]:
    return filled(Trace(), lines).entries


def found(product: Sut, *lines: str, connectors: int = 2) -> list[Mismatch]:
    return list(check(product, entries(*lines), bench_of(product).contradicted, connectors).found)


def call(action: str, **payload: Any) -> str:
    return f'<[2,"1","{action}",{json.dumps(payload)}]'


def answered(**payload: Any) -> str:
    return f'>[3,"1",{json.dumps(payload)}]'


def keys(*triples: tuple[str, str] | tuple[str, str, bool], unknown: Iterable[str] = ()) -> str:
    listed = [{"key": key, "value": value, "readonly": rest[0] if rest else True} for key, value, *rest in triples]
    return answered(configurationKey=listed, unknownKey=list(unknown))


SENDS = [
    ("profiles.reservation", "ReserveNow", {"connectorId": 1}),
    ("profiles.reservation", "CancelReservation", {"reservationId": 1}),
    ("features.reservation_connector_zero", "ReserveNow", {"connectorId": 0}),
    ("features.reservation_parent", "ReserveNow", {"connectorId": 1, "parentIdTag": "P"}),
    ("profiles.smart_charging", "GetCompositeSchedule", {"connectorId": 1}),
    ("features.smart.composite", "GetCompositeSchedule", {"connectorId": 1}),
    ("features.smart.clear", "ClearChargingProfile", {}),
    ("features.smart.tx", "SetChargingProfile", {"csChargingProfiles": {"chargingProfilePurpose": "TxProfile"}}),
    (
        "features.smart.tx_default",
        "SetChargingProfile",
        {"csChargingProfiles": {"chargingProfilePurpose": "TxDefaultProfile"}},
    ),
    (
        "features.smart.max",
        "SetChargingProfile",
        {"csChargingProfiles": {"chargingProfilePurpose": "ChargePointMaxProfile"}},
    ),
    ("features.smart.remote_start_profile", "RemoteStartTransaction", {"idTag": "T", "chargingProfile": {}}),
    ("profiles.local_auth_list", "SendLocalList", {"updateType": "Full"}),
    ("features.local_list.full", "SendLocalList", {"updateType": "Full"}),
    ("features.local_list.differential", "SendLocalList", {"updateType": "Differential"}),
    ("features.local_list.get_version", "GetLocalListVersion", {}),
    ("profiles.firmware_management", "UpdateFirmware", {}),
    ("features.firmware.plain", "UpdateFirmware", {}),
    ("features.firmware.signed", "SignedUpdateFirmware", {}),
    ("features.diagnostics", "GetDiagnostics", {}),
    ("features.security_log", "GetLog", {}),
    ("profiles.remote_trigger", "TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("features.trigger.heartbeat", "TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("features.trigger_unknown_connector", "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 3}),
    ("features.unlock_connector", "UnlockConnector", {"connectorId": 1}),
    ("features.unlock_unknown_connector", "UnlockConnector", {"connectorId": 3}),
    ("features.clear_cache", "ClearCache", {}),
    ("features.get_configuration_all", "GetConfiguration", {}),
    ("features.get_configuration_some", "GetConfiguration", {"key": ["HeartbeatInterval"]}),
]


@pytest.mark.parametrize(("claim", "action", "payload"), SENDS)
def test_a_back_office_sends_what_is_denied(claim: str, action: str, payload: dict[str, Any]) -> None:
    frame = call(action, **payload)
    for answer, expected in (("false", [("PICS-01", claim, False, 1)]), ("true", []), ("null", [])):
        product = sut("csms", f"{claim}={answer}")
        assert [(one.rule, one.claim, one.declared, one.seq) for one in found(product, frame)] == expected
    other = sut("csms", f"{claim}=false")
    assert found(other, '<[2,"1","Reset",{"type":"Hard"}]', f">{frame[1:]}") == []  # another message, the other side


def test_options_that_are_not_used_contradict_nothing() -> None:
    product = sut(
        "csms",
        "features.reservation_connector_zero=false",
        "features.reservation_parent=false",
        "features.smart.remote_start_profile=false",
        "features.unlock_unknown_connector=false",
        "features.trigger_unknown_connector=false",
    )
    assert (
        found(
            product,
            call("ReserveNow", connectorId=1),
            call("RemoteStartTransaction", idTag="T"),
            call("UnlockConnector", connectorId=2),
            call("TriggerMessage", requestedMessage="MeterValues", connectorId=2),
        )
        == []
    )


def test_the_sentence_names_claim_answer_and_member() -> None:
    product = sut("csms", "features.trigger.meter_values=false")
    (one,) = found(product, call("TriggerMessage", requestedMessage="MeterValues"))
    assert one.message == (
        "features.trigger.meter_values = false, but the back office sends TriggerMessage with "
        "requestedMessage = MeterValues"
    )
    assert (one.observed, one.path) == ("TriggerMessage with requestedMessage = MeterValues", ("requestedMessage",))


def test_a_security_profile_that_is_not_claimed() -> None:
    product = sut("csms", "security.profiles=[1, 2]")
    assert found(product, call("ChangeConfiguration", key="SecurityProfile", value="2")) == []
    assert found(product, call("ChangeConfiguration", key="Other", value="3")) == []
    (one,) = found(product, call("ChangeConfiguration", key="SecurityProfile", value="3"))
    assert (one.rule, one.claim, one.declared, one.observed) == ("PICS-01", "security.profiles", [1, 2], "3")
    assert found(sut("csms"), call("ChangeConfiguration", key="SecurityProfile", value="3")) == []


@pytest.mark.parametrize(
    ("claim", "action"),
    [
        ("profiles.core", "Heartbeat"),
        ("profiles.firmware_management", "FirmwareStatusNotification"),
        ("profiles.firmware_management", "DiagnosticsStatusNotification"),
        ("features.firmware.signed", "SignedFirmwareStatusNotification"),
        ("features.security_log", "LogStatusNotification"),
    ],
)
def test_a_back_office_refuses_what_is_claimed(claim: str, action: str) -> None:
    frames = (f'>[2,"1","{action}",{{}}]', '<[4,"1","NotSupported","",{}]')
    (one,) = found(sut("csms", f"{claim}=true"), *frames)
    assert (one.rule, one.claim, one.observed, one.seq) == ("PICS-02", claim, "NotSupported", 2)
    assert found(sut("csms", f"{claim}=false"), *frames) == []
    assert found(sut("csms", f"{claim}=true"), frames[0], '<[4,"1","InternalError","",{}]') == []
    assert found(sut("csms", f"{claim}=true"), frames[0]) == []


def test_an_action_that_no_claim_is_about_may_be_refused() -> None:
    assert found(sut("csms", "profiles.core=true"), '>[2,"1","Made",{}]', '<[4,"1","NotImplemented","",{}]') == []


def test_the_heartbeat_interval() -> None:
    (one,) = found(sut("csms", "features.heartbeat_interval_s=60"), BOOT, ACCEPTED)
    assert (one.rule, one.claim, one.declared, one.observed) == ("PICS-03", "features.heartbeat_interval_s", 60, 300)
    assert (one.seq, one.path) == (2, ("interval",))
    assert found(sut("csms", "features.heartbeat_interval_s=300"), BOOT, ACCEPTED) == []
    assert found(sut("csms"), BOOT, ACCEPTED) == []
    assert found(sut("csms", "features.heartbeat_interval_s=60"), BOOT, '<[3,"1",{"interval":300}]') == []
    # with Pending it is the time until the next attempt
    assert found(sut("csms", "features.heartbeat_interval_s=60"), BOOT, ACCEPTED.replace("Accepted", "Pending")) == []


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_a_first_answer_that_is_denied(status: str) -> None:
    product = sut("csms", "features.boot_pending=false")
    (one,) = found(product, BOOT, ACCEPTED.replace("Accepted", status))
    assert (one.rule, one.claim, one.observed, one.path) == ("PICS-01", "features.boot_pending", status, ("status",))
    assert found(product, BOOT, ACCEPTED) == []


@pytest.mark.parametrize("role", ["csms", "charge_point"])
@pytest.mark.parametrize(
    ("vendor", "status", "rule"),
    [
        ("com.example", "UnknownVendorId", "PICS-02"),
        ("org.other", "Accepted", "PICS-01"),
        ("com.example", "Accepted", None),
        ("com.example", "Rejected", None),
        ("org.other", "UnknownVendorId", None),
    ],
)
def test_vendor_ids(role: str, vendor: str, status: str, rule: str | None) -> None:
    there, back = "><" if role == "csms" else "<>"
    lines = (f'{there}[2,"1","DataTransfer",{{"vendorId":"{vendor}"}}]', f'{back}[3,"1",{{"status":"{status}"}}]')
    product = sut(role, 'features.data_transfer_vendor_ids=["com.example"]')
    assert [(one.rule, one.observed) for one in found(product, *lines)] == ([(rule, vendor)] if rule else [])
    assert found(sut(role), *lines) == []


def test_a_tls_version_that_is_not_declared() -> None:
    lines = ("tls TLS 1.3\nTLS_AES_128_GCM_SHA256", "tls TLS failed\nalert", BOOT)
    (one,) = found(sut("csms", 'security.tls_versions=["1.2"]'), *lines)
    assert (one.rule, one.claim, one.observed, one.seq) == ("PICS-01", "security.tls_versions", "1.3", 1)
    assert found(sut("csms", 'security.tls_versions=["1.2", "1.3"]'), *lines) == []
    assert found(sut("csms"), *lines) == []


def test_milliseconds_that_are_denied() -> None:
    product = sut("csms", f"{MILLISECONDS}=false")
    assert found(product, BOOT, ACCEPTED) == []
    (one,) = found(product, BOOT, ACCEPTED.replace("00Z", "00.5Z"), BOOT, ACCEPTED.replace("00Z", "00.7Z"))
    assert (one.rule, one.claim, one.observed, one.seq, one.path) == (
        "PICS-01",
        MILLISECONDS,
        True,
        2,
        ("currentTime",),
    )
    # what the station says, and what an operator asked for, is not the back office's
    echo = call("ReserveNow", expiryDate="2026-11-21T10:00:00.5Z")
    assert found(product, '>[2,"1","StatusNotification",{"timestamp":"2026-11-21T10:00:00.5Z"}]', echo) == []


def test_milliseconds_that_are_claimed_have_to_show_once_in_a_run() -> None:
    product = sut("csms", f"{MILLISECONDS}=true")
    without = check(product, entries(BOOT, ACCEPTED), bench_of(product).contradicted)
    with_them = check(product, entries(BOOT, ACCEPTED.replace("00Z", "00.5Z")), bench_of(product).contradicted)
    (one,) = without.doubts
    assert (one.rule, one.claim, one.observed) == ("PICS-03", MILLISECONDS, False)
    assert (without.found, without.settled) == ((), frozenset())
    assert (with_them.doubts, with_them.settled) == ((), frozenset({MILLISECONDS}))


STATION_ACCEPTS = [
    ("profiles.reservation", "ReserveNow", {}, {"status": "Accepted"}, {"status": "Occupied"}),
    ("profiles.reservation", "CancelReservation", {}, {"status": "Accepted"}, {"status": "Rejected"}),
    ("profiles.smart_charging", "SetChargingProfile", {}, {"status": "Accepted"}, {"status": "NotSupported"}),
    ("profiles.local_auth_list", "SendLocalList", {}, {"status": "Accepted"}, {"status": "NotSupported"}),
    ("profiles.local_auth_list", "GetLocalListVersion", {}, {"listVersion": 0}, {"listVersion": -1}),
    ("profiles.firmware_management", "UpdateFirmware", {}, {}, None),
    ("profiles.firmware_management", "GetDiagnostics", {}, {"fileName": "x"}, {}),
    ("profiles.remote_trigger", "TriggerMessage", {}, {"status": "Accepted"}, {"status": "Rejected"}),
    ("features.auth_cache", "ClearCache", {}, {"status": "Accepted"}, {"status": "Rejected"}),
    (
        "features.remote_start_without_connector",
        "RemoteStartTransaction",
        {"idTag": "T"},
        {"status": "Accepted"},
        {"status": "Rejected"},
    ),
    (
        "features.trigger.heartbeat",
        "TriggerMessage",
        {"requestedMessage": "Heartbeat"},
        {"status": "Accepted"},
        {"status": "Rejected"},
    ),
    ("limits.reserve_connector_zero", "ReserveNow", {"connectorId": 0}, {"status": "Accepted"}, {"status": "Rejected"}),
    ("hardware.connector_lock", "UnlockConnector", {}, {"status": "Unlocked"}, {"status": "UnlockFailed"}),
]


@pytest.mark.parametrize(("claim", "action", "asked", "done", "refused"), STATION_ACCEPTS)
def test_a_station_does_what_is_denied(claim: str, action: str, asked: Any, done: Any, refused: Any) -> None:
    product = sut("charge_point", f"{claim}=false")
    (one,) = found(product, call(action, **asked), answered(**done))
    assert (one.rule, one.claim, one.declared, one.seq) == ("PICS-01", claim, False, 2)
    if refused is not None:
        assert found(product, call(action, **asked), answered(**refused)) == []
    assert found(sut("charge_point", f"{claim}=true"), call(action, **asked), answered(**done)) == []
    assert found(product, call(action, **asked)) == []


def test_a_remote_start_that_names_its_connector_is_no_option() -> None:
    product = sut("charge_point", "features.remote_start_without_connector=false")
    assert found(product, call("RemoteStartTransaction", connectorId=1), answered(status="Accepted")) == []


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
@pytest.mark.parametrize(
    ("claim", "action"),
    [
        ("profiles.reservation", "ReserveNow"),
        ("profiles.core", "ClearCache"),
        ("profiles.smart_charging", "SetChargingProfile"),
    ],
)
def test_a_station_refuses_what_is_claimed(claim: str, action: str, code: str) -> None:
    lines = (call(action), f'>[4,"1","{code}","",{{}}]')
    (one,) = found(sut("charge_point", f"{claim}=true"), *lines)
    assert (one.rule, one.claim, one.observed, one.seq) == ("PICS-02", claim, code, 2)
    assert found(sut("charge_point"), *lines) == []


@pytest.mark.parametrize(
    ("claim", "action", "asked", "status"),
    [
        ("profiles.local_auth_list", "SendLocalList", {}, "NotSupported"),
        ("features.trigger.meter_values", "TriggerMessage", {"requestedMessage": "MeterValues"}, "NotImplemented"),
        ("hardware.connector_lock", "UnlockConnector", {}, "NotSupported"),
    ],
)
def test_a_status_that_refuses_what_is_claimed(claim: str, action: str, asked: Any, status: str) -> None:
    lines = (call(action, **asked), answered(status=status))
    (one,) = found(sut("charge_point", f"{claim}=true"), *lines)
    assert (one.rule, one.claim, one.observed, one.path) == ("PICS-02", claim, status, ("status",))
    assert found(sut("charge_point", f"{claim}=false"), *lines) == []
    assert found(sut("charge_point", f"{claim}=true"), lines[0], answered(status="Rejected")) == []


def test_a_connector_that_is_not_there_has_no_lock() -> None:
    product = sut("charge_point", "hardware.connector_lock=true", "hardware.connectors=2")
    refusal = answered(status="NotSupported")
    assert found(product, call("UnlockConnector", connectorId=3), refusal) == []
    (one,) = found(product, call("UnlockConnector", connectorId=2), refusal)
    assert one.claim == "hardware.connector_lock"


@pytest.mark.parametrize(
    ("claim", "asked", "observed"),
    [
        ("limits.charge_profile_max_stack_level=3", {"csChargingProfiles": {"stackLevel": 4}}, 4),
        (
            "limits.charging_schedule_max_periods=1",
            {"csChargingProfiles": {"chargingSchedule": {"chargingSchedulePeriod": [{}, {}]}}},
            2,
        ),
        (
            'features.charging_rate_units=["A"]',
            {"csChargingProfiles": {"chargingSchedule": {"chargingRateUnit": "W"}}},
            "W",
        ),
    ],
)
def test_a_charging_profile_beyond_the_limits(claim: str, asked: Any, observed: Any) -> None:
    lines = (call("SetChargingProfile", **asked), answered(status="Accepted"))
    (one,) = found(sut("charge_point", claim), *lines)
    assert (one.claim, one.observed) == (claim.partition("=")[0], observed)
    assert found(sut("charge_point", claim), lines[0], answered(status="Rejected")) == []
    wider = claim.replace("=3", "=4").replace("=1", "=2").replace('["A"]', '["A", "W"]')
    assert found(sut("charge_point", wider), *lines) == []


def test_a_local_list_beyond_its_limit() -> None:
    lines = (call("SendLocalList", localAuthorizationList=[{}, {}, {}]), answered(status="Accepted"))
    (one,) = found(sut("charge_point", "limits.send_local_list_max_length=2"), *lines)
    assert (one.rule, one.observed) == ("PICS-03", 3)
    assert found(sut("charge_point", "limits.send_local_list_max_length=3"), *lines) == []


def test_the_firmware_version() -> None:
    boot = '>[2,"1","BootNotification",{"firmwareVersion":"1.2"}]'
    (one,) = found(sut("charge_point", 'product.firmware_version="1.3"', product={"sut": "charge_point"}), boot)
    assert (one.rule, one.declared, one.observed, one.path) == ("PICS-03", "1.3", "1.2", ("firmwareVersion",))
    assert found(sut("charge_point", 'product.firmware_version="1.2"'), boot) == []
    assert found(sut("charge_point", 'product.firmware_version="1.3"'), BOOT) == []


def test_a_connector_beyond_those_declared() -> None:
    status = '>[2,"1","StatusNotification",{"connectorId":2}]'
    (one,) = found(sut("charge_point", "hardware.connectors=1"), status)
    assert (one.rule, one.claim, one.observed) == ("PICS-03", "hardware.connectors", 2)
    assert found(sut("charge_point", "hardware.connectors=2"), status) == []


@pytest.mark.parametrize(("action", "member"), [("MeterValues", "meterValue"), ("StopTransaction", "transactionData")])
def test_measurands_on_the_wire(action: str, member: str) -> None:
    samples = [{"value": "1"}, {"value": "1", "measurand": "Voltage"}, 3]
    frame = f'>[2,"1","{action}",{json.dumps({member: [1, {"sampledValue": 1}, {"sampledValue": samples}]})}]'
    product = sut("charge_point", 'limits.measurands=["Energy.Active.Import.Register"]')
    (one,) = found(product, frame)
    assert (one.observed, one.path) == ("Voltage", (member, 2, "sampledValue", 1))
    (other,) = found(sut("charge_point", 'limits.measurands=["Voltage"]'), frame)
    assert other.observed == "Energy.Active.Import.Register"
    assert found(sut("charge_point"), frame) == []
    assert found(product, f'>[2,"1","Authorize",{json.dumps({member: [{"sampledValue": samples}]})}]') == []


CONFIGURED = [
    ("hardware.connectors=1", "NumberOfConnectors", "2", 2),
    ("limits.get_configuration_max_keys=10", "GetConfigurationMaxKeys", "5", 5),
    ("limits.local_auth_list_max_length=10", "LocalAuthListMaxLength", "5", 5),
    ("limits.charge_profile_max_stack_level=10", "ChargeProfileMaxStackLevel", "5", 5),
    ("security.certificate_store_max_length=3", "CertificateStoreMaxLength", "5", 5),
    ("limits.reserve_connector_zero=true", "ReserveConnectorZeroSupported", "False", False),
    ('security.cpo_name="A"', "CpoName", "B", "B"),
    ("security.profiles=[1]", "SecurityProfile", "2", "2"),
    (
        'limits.measurands=["Voltage"]',
        "MeterValuesSampledData",
        "Voltage,Voltage.L1, SoC",
        ["Voltage", "Voltage.L1", "SoC"],
    ),
    ('features.charging_rate_units=["A", "W"]', "ChargingScheduleAllowedChargingRateUnit", "Current", ["Current"]),
    ('features.file_transfer_protocols=["HTTP"]', "SupportedFileTransferProtocols", "FTP,HTTP", ["FTP", "HTTP"]),
]


@pytest.mark.parametrize(("claim", "key", "value", "observed"), CONFIGURED)
def test_a_key_with_another_value_than_declared(claim: str, key: str, value: str, observed: Any) -> None:
    (one,) = found(sut("charge_point", claim), CONFIGURATION, keys((key, value)))
    assert (one.rule, one.claim, one.observed) == ("PICS-03", claim.partition("=")[0], observed)
    assert (one.seq, one.path) == (2, ("configurationKey", 0, "value"))
    assert found(sut("charge_point"), CONFIGURATION, keys((key, value))) == []


@pytest.mark.parametrize(
    ("claim", "key", "value"),
    [
        ("hardware.connectors=2", "NumberOfConnectors", " 2 "),
        ("hardware.connectors=2", "NumberOfConnectors", "two"),  # a broken rule, but no other number
        ("limits.reserve_connector_zero=true", "ReserveConnectorZeroSupported", "TRUE"),
        ("limits.reserve_connector_zero=true", "ReserveConnectorZeroSupported", ""),
        ("security.profiles=[1]", "SecurityProfile", "0"),
        ('limits.measurands=["Voltage"]', "StopTxnSampledData", "Voltage.L1"),
        ('features.charging_rate_units=["W", "A"]', "ChargingScheduleAllowedChargingRateUnit", "Current,Power"),
    ],
)
def test_a_key_with_the_declared_value(claim: str, key: str, value: str) -> None:
    assert found(sut("charge_point", claim), CONFIGURATION, keys((key, value))) == []


def test_an_entry_that_is_no_key_is_passed_over() -> None:
    product = sut("charge_point", "hardware.connectors=1")
    odd = answered(configurationKey=[3, {"value": "2"}, {"key": "NumberOfConnectors", "value": "2"}], unknownKey="x")
    (one,) = found(product, CONFIGURATION, odd)
    assert one.path == ("configurationKey", 2, "value")


def test_supported_feature_profiles() -> None:
    product = sut("charge_point", "profiles.core=true", "profiles.reservation=false", "profiles.smart_charging=true")
    answer = keys(("SupportedFeatureProfiles", "Core, Reservation"))
    assert [(one.rule, one.claim, one.observed) for one in found(product, CONFIGURATION, answer)] == [
        ("PICS-04", "profiles.smart_charging", False),
        ("PICS-04", "profiles.reservation", True),
    ]
    (one, *_) = found(product, CONFIGURATION, keys(("SupportedFeatureProfiles", "")))
    assert one.message == "profiles.core = true, but SupportedFeatureProfiles is empty"


PRESENCE = [
    ("features.auth_cache", "AuthorizationCacheEnabled"),
    ("features.offline_unknown_id", "AllowOfflineTxForUnknownId"),
    ("features.max_energy_on_invalid_id", "MaxEnergyOnInvalidId"),
    ("features.minimum_status_duration", "MinimumStatusDuration"),
]


@pytest.mark.parametrize(("claim", "key"), PRESENCE)
def test_optional_keys_that_are_there_or_not(claim: str, key: str) -> None:
    there, missing, empty = keys((key, "1")), keys(unknown=[key]), keys()
    some = call("GetConfiguration", key=[key])
    denied, claimed = sut("charge_point", f"{claim}=false"), sut("charge_point", f"{claim}=true")
    (one,) = found(denied, CONFIGURATION, there)
    assert (one.rule, one.claim, one.observed, one.path) == ("PICS-05", claim, True, ("configurationKey", 0))
    (other,) = found(claimed, some, missing)
    assert (other.rule, other.claim, other.observed) == ("PICS-05", claim, False)
    assert len(found(claimed, CONFIGURATION, empty)) == 1  # all were asked for, and it is not among them
    assert found(claimed, some, empty) == []
    assert found(claimed, CONFIGURATION, there) == found(denied, some, missing) == []


@pytest.mark.parametrize(
    ("answer", "value", "readonly", "rule"),
    [
        ("rw", "true", True, "PICS-06"),
        ("true_only", "true", False, "PICS-06"),
        ("true_only", "false", True, "PICS-06"),
        ("false_only", "True", True, "PICS-06"),
        ("absent", "true", True, "PICS-05"),
        ("rw", "true", False, None),
        ("true_only", "true", True, None),
        ("false_only", "false", True, None),
    ],
)
def test_access_to_a_key(answer: str, value: str, readonly: bool, rule: str | None) -> None:
    product = sut("charge_point", f'features.stop_tx_on_ev_disconnect="{answer}"')
    answer_frame = keys(("StopTransactionOnEVSideDisconnect", value, readonly))
    assert [one.rule for one in found(product, CONFIGURATION, answer_frame)] == ([rule] if rule else [])


def test_a_key_with_a_claimed_access_that_is_missing() -> None:
    product = sut("charge_point", 'features.authorize_remote_tx="rw"')
    (one,) = found(product, CONFIGURATION, keys())
    assert (one.rule, one.claim, one.observed) == ("PICS-05", "features.authorize_remote_tx", False)
    absent = sut("charge_point", 'features.authorize_remote_tx="absent"')
    assert found(absent, CONFIGURATION, keys()) == []


def test_answers_are_matched_by_id_and_direction() -> None:
    """Both sides may use the same id; an answer that answers nothing, a note and broken text are passed over."""
    product = sut("csms", "features.heartbeat_interval_s=60")
    lines = (
        "somebody pulls the plug",
        '<[3,"9",{"status":"Accepted","interval":1}]',
        BOOT,
        '<[2,"1","ClearCache",{}]',
        '>[3,"1",{"status":"Accepted","interval":2}]',
        "<no message",
        '<[2,"2","ClearCache",[]]',
        ACCEPTED,
        ACCEPTED.replace("300", "301"),
    )
    assert [(one.observed, one.seq) for one in found(product, *lines)] == [(300, 8)]


def test_a_run_tells_each_contradiction_once() -> None:
    product = sut("csms", "features.heartbeat_interval_s=60", f"{MILLISECONDS}=true", connection={"auth_key": None})
    looks = {}
    for number, answer in enumerate((ACCEPTED, ACCEPTED, ACCEPTED.replace("300", "301"))):
        case = Case(f"TC_{number}_CSMS", "t", "csms", "Core", "", {})
        run = CaseRun(case, product, Lane(identity="CP"), Memory())
        filled(run.trace, (BOOT, answer))
        looks[case.id] = records(run, bench_of(run.sut).contradicted)
    told = summed(dict(reversed(looks.items())))
    assert [re.sub(r".*but ", "", record["message"]) for record in told] == [
        "a BootNotification is answered with interval = 300, and in 1 more case",
        "a BootNotification is answered with interval = 301",
        "no timestamp of the run has a fraction of a second, and in 2 more cases",
    ]
    first = told[0]
    assert (first["case"], first["trace"]) == ("TC_0_CSMS", "cases/TC_0_CSMS/trace.jsonl")
    frame = first["frame"]
    assert (frame["seq"], frame["text"][frame["start"] : frame["end"]]) == (2, "300")
    looks["TC_9_CSMS"] = {"found": [], "doubts": [], "settled": [MILLISECONDS]}
    assert len(summed(looks)) == 2


def test_secrets_are_masked_in_what_is_told() -> None:
    product = sut("charge_point", 'security.cpo_name="A"')
    run = CaseRun(Case("TC_1_CS", "t", "charge_point", "Core", "", {}), product, Lane(identity="CP"), Memory())
    run.trace = Trace(secrets=["hush-hush"])
    filled(run.trace, (CONFIGURATION, keys(("CpoName", "hush-hush"))))
    assert "hush-hush" not in json.dumps(records(run, bench_of(run.sut).contradicted))


MEMBERS = ["status", "key", "value", "connectorId", "configurationKey", "unknownKey", "readonly", "listVersion"]
MEMBERS += ["csChargingProfiles", "chargingSchedule", "meterValue", "sampledValue", "requestedMessage", "vendorId"]
ACTIONS = ["GetConfiguration", "SetChargingProfile", "MeterValues", "TriggerMessage", "DataTransfer", "SendLocalList"]
ACTIONS += ["ChangeConfiguration", "BootNotification", "GetLocalListVersion", "UnlockConnector"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.sampled_from(["Accepted", "1", "", "CpoName", "Pending"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=8,
)
OBJECT = st.dictionaries(st.sampled_from(MEMBERS[:4]), JSON)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ACTIONS), OBJECT | JSON, JSON, st.booleans())
def test_no_frame_is_too_odd(action: str, asked: Any, answer: Any, by_station: bool) -> None:
    """Whatever a product sends, looking at it ends, in both roles and with every kind of claim."""
    there, back = "><" if by_station else "<>"
    lines = (f"{there}{json.dumps([2, '1', action, asked])}", f"{back}{json.dumps([3, '1', answer])}")
    for role in ("csms", "charge_point"):
        claims = ["security.profiles=[1]", 'features.data_transfer_vendor_ids=["a"]', f"{MILLISECONDS}=true"]
        if role == "charge_point":
            claims += ["hardware.connectors=1", 'limits.measurands=["Voltage"]', "features.auth_cache=true"]
            claims += ["limits.send_local_list_max_length=1", "limits.charge_profile_max_stack_level=1"]
        product = sut(role, *claims)
        check(product, entries(*lines), bench_of(product).contradicted)
