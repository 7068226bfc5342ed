"""The configuration keys of a charge point, as it tells them, against what its vendor claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from harness.case.claims.model import Against, Exchange, Mismatch, Path
from harness.v16.needs import PROFILES

_PRESENT: Final = {
    "AuthorizationCacheEnabled": "features.auth_cache",
    "AllowOfflineTxForUnknownId": "features.offline_unknown_id",
    "MaxEnergyOnInvalidId": "features.max_energy_on_invalid_id",
    "MinimumStatusDuration": "features.minimum_status_duration",
}
"""Optional keys whose presence is a claim."""
_ACCESS: Final = {
    "StopTransactionOnEVSideDisconnect": "features.stop_tx_on_ev_disconnect",
    "UnlockConnectorOnEVSideDisconnect": "features.unlock_on_ev_disconnect",
    "AuthorizeRemoteTxRequests": "features.authorize_remote_tx",
}
_NUMBERS: Final = {
    "NumberOfConnectors": "hardware.connectors",
    "GetConfigurationMaxKeys": "limits.get_configuration_max_keys",
    "LocalAuthListMaxLength": "limits.local_auth_list_max_length",
    "SendLocalListMaxLength": "limits.send_local_list_max_length",
    "ChargeProfileMaxStackLevel": "limits.charge_profile_max_stack_level",
    "ChargingScheduleMaxPeriods": "limits.charging_schedule_max_periods",
    "MaxChargingProfilesInstalled": "limits.max_charging_profiles_installed",
    "MeterValuesSampledDataMaxLength": "limits.meter_values_sampled_max",
    "MeterValuesAlignedDataMaxLength": "limits.meter_values_aligned_max",
    "StopTxnSampledDataMaxLength": "limits.stop_txn_sampled_max",
    "StopTxnAlignedDataMaxLength": "limits.stop_txn_aligned_max",
    "StopTransactionMaxMeterValues": "limits.stop_transaction_max_meter_values",
    "CertificateSignedMaxChainSize": "security.certificate_signed_max_chain_size",
    "CertificateStoreMaxLength": "security.certificate_store_max_length",
}
_BOOLEANS: Final = {
    "ReserveConnectorZeroSupported": "limits.reserve_connector_zero",
    "ConnectorSwitch3to1PhaseSupported": "features.phase_switch_3to1",
    "AdditionalRootCertificateCheck": "security.additional_root_certificate_check",
}
_MEASURANDS: Final = frozenset(
    {"MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnSampledData", "StopTxnAlignedData"}
)
_UNITS: Final = {"Current": "A", "Power": "W"}


def of_configuration(against: Against, exchange: Exchange) -> Iterator[Mismatch]:
    """The contradictions of one GetConfiguration.conf."""
    answer, seq = exchange.answer or {}, exchange.answer_seq
    known: set[str] = set()
    keys = answer.get("configurationKey")
    for index, entry in enumerate(keys if isinstance(keys, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            known.add(entry["key"])
            yield from _key(against, entry["key"], entry, seq, ("configurationKey", index))
    unknown = answer.get("unknownKey")
    missing = {key for key in unknown if isinstance(key, str)} if isinstance(unknown, list) else set()
    if not exchange.asked.get("key"):  # all were asked for
        missing |= {*_PRESENT, *_ACCESS} - known
    for key in sorted(missing):
        yield from _absent(against, key, seq)


def _key(against: Against, key: str, entry: dict[str, Any], seq: int, path: Path) -> Iterator[Mismatch]:
    value, at = str(entry.get("value", "")), (*path, "value")
    if key in _PRESENT and against.claim(_PRESENT[key]) is False:
        yield against.made("PICS-05", _PRESENT[key], True, f"the key {key} is there", seq, path)
    if key in _ACCESS:
        yield from _access(against, key, entry, seq, path)
    if key == "SupportedFeatureProfiles":
        yield from _profiles(against, _items(value), seq, at)
    elif key in _NUMBERS and value.strip().isdecimal():
        yield from against.differs(_NUMBERS[key], int(value), f"{key} is {value}", seq, at)
    elif key in _BOOLEANS and value.lower() in ("true", "false"):
        yield from against.differs(_BOOLEANS[key], value.lower() == "true", f"{key} is {value}", seq, at)
    elif key == "CpoName":
        yield from against.differs("security.cpo_name", value, f"{key} is {value}", seq, at)
    elif key == "SecurityProfile":
        declared = against.claim("security.profiles")
        if declared is not None and value not in {"0", *map(str, declared)}:
            yield against.made("PICS-03", "security.profiles", value, f"{key} is {value}", seq, at)
    elif key in _MEASURANDS:
        yield from _undeclared(against, "limits.measurands", key, _items(value), seq, at)
    elif key == "ChargingScheduleAllowedChargingRateUnit":
        yield from _sets(against, "features.charging_rate_units", key, _items(value), _UNITS.get, seq, at)
    elif key == "SupportedFileTransferProtocols":
        yield from _sets(against, "features.file_transfer_protocols", key, _items(value), str, seq, at)


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _profiles(against: Against, listed: list[str], seq: int, path: Path) -> Iterator[Mismatch]:
    for profile, key in PROFILES.items():
        name = f"profiles.{key}"
        claimed, there = against.claim(name), profile in listed
        if claimed is not None and claimed != there:
            what = f"SupportedFeatureProfiles is {', '.join(listed) or 'empty'}"
            yield against.made("PICS-04", name, there, what, seq, path)


def _undeclared(against: Against, name: str, key: str, values: list[str], seq: int, path: Path) -> Iterator[Mismatch]:
    declared = against.claim(name)
    # A phase behind the measurand is no measurand of its own.
    extra = [value for value in values if declared is not None and not {value, value.rpartition(".")[0]} & {*declared}]
    if extra:
        yield against.made("PICS-03", name, values, f"{key} has {', '.join(extra)}", seq, path)


def _sets(
    against: Against,
    name: str,
    key: str,
    values: list[str],
    translated: Callable[[str], str | None],
    seq: int,
    path: Path,
) -> Iterator[Mismatch]:
    declared = against.claim(name)
    if declared is not None and {*declared} != {translated(value) for value in values}:
        yield against.made("PICS-03", name, values, f"{key} is {', '.join(values) or 'empty'}", seq, path)


def _access(against: Against, key: str, entry: dict[str, Any], seq: int, path: Path) -> Iterator[Mismatch]:
    name, fixed, value = _ACCESS[key], entry.get("readonly"), str(entry.get("value", "")).lower()
    claimed = against.claim(name)
    if claimed == "absent":
        yield against.made("PICS-05", name, True, f"the key {key} is there", seq, path)
    elif claimed == "rw" and fixed is True:
        yield against.made("PICS-06", name, "readonly", f"{key} is read-only", seq, (*path, "readonly"))
    elif claimed in ("true_only", "false_only"):
        if fixed is False:
            yield against.made("PICS-06", name, "rw", f"{key} can be changed", seq, (*path, "readonly"))
        elif value in ("true", "false") and claimed != f"{value}_only":
            yield against.made("PICS-06", name, value, f"{key} is {value}", seq, (*path, "value"))


def _absent(against: Against, key: str, seq: int) -> Iterator[Mismatch]:
    what = f"there is no key {key}"
    if key in _PRESENT and against.claim(_PRESENT[key]) is True:
        yield against.made("PICS-05", _PRESENT[key], False, what, seq)
    elif key in _ACCESS and against.claim(_ACCESS[key]) not in (None, "absent"):
        yield against.made("PICS-05", _ACCESS[key], False, what, seq)
